/* PEM, certs.der, OIDs and strength by size. */
#include "cert/cert.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "MAMCAQU=" is 30 03 02 01 05, by base64(1). */
static const char text[] = "junk -----BEGIN X-----\nMAMC\n"
	"-----BEGIN CERTIFICATE-----\r\nMAMC\r\nAQU=\r\n-----END CERTIFICATE-----\r\n"
	"-----BEGIN CERTIFICATE-----\nMAMC!QU=\n-----END CERTIFICATE-----\n"
	"-----BEGIN CERTIFICATE-----\nMAMC\n"
	"-----BEGIN TRUSTED CERTIFICATE-----\nMAMCAQUwAA==\n-----END TRUSTED CERTIFICATE-----\n"
	"-----BEGIN X509 CERTIFICATE-----\nA: b\n\nMAMCAQU=\n-----END X509 CERTIFICATE-----\n"
	"-----BEGIN CERTIFICATE-----\nMAMCAQU\n-----END CERTIFICATE-----\n"
	"-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END X509 CERTIFICATE-----\n"
	"-----BEGIN CERTIFICATE-----\nMAMCAQU=\n";

START_TEST(pem)
{
	static const int result[] = { 1, -1, -1, 1, 1, -1, -1, -1, 0, 0 };
	static const uint8_t want[] = { 0x30, 3, 2, 1, 5 };
	struct tw_buf der = { 0 };
	size_t pos = 0, at = 0, last = 0;
	const char *why;
	for (size_t i = 0; i < sizeof result / sizeof *result; i++) {
		int r = tw_pem_next(tw_str(text), &pos, &der, &at, &why);
		ck_assert_msg(r == result[i], "block %zu: %d %s", i, r, why ? why : "");
		ck_assert((r < 0) == (why != NULL));
		ck_assert(r == 0 || (at >= last && memcmp(text + at, "-----BEGIN", 10) == 0));
		last = at;
		if (r == 1)
			ck_assert(tw_slice_eq(tw_buf_slice(&der), (struct tw_slice){ want, sizeof want }));
	}
	tw_buf_free(&der);
}
END_TEST

static struct tw_slice bytes(const void *p, size_t n)
{
	return (struct tw_slice){ p, n };
}

START_TEST(elements)
{
	struct tw_buf b = { 0 };
	uint8_t big[300] = { 0 };
	tw_certs_element(&b, bytes("\x30\x01\x05", 3));
	ck_assert(tw_slice_eq(tw_buf_slice(&b), bytes("\x30\x01\x05", 3)));
	b.n = 0;
	tw_certs_element(&b, bytes("\x30\x01\x05\x00", 4)); /* a byte too many */
	ck_assert(tw_slice_eq(tw_buf_slice(&b), bytes("\x04\x04\x30\x01\x05\x00", 6)));
	b.n = 0;
	tw_certs_element(&b, bytes(NULL, 0));
	ck_assert(tw_slice_eq(tw_buf_slice(&b), bytes("\x04\x00", 2)));
	b.n = 0;
	tw_certs_element(&b, bytes(big, 200));
	ck_assert(b.n == 203 && memcmp(b.p, "\x04\x81\xc8", 3) == 0);
	b.n = 0;
	tw_certs_element(&b, bytes(big, 300));
	ck_assert(b.n == 304 && memcmp(b.p, "\x04\x82\x01\x2c", 4) == 0);
	tw_buf_free(&b);
}
END_TEST

static void write_file(char *path, const void *p, size_t n)
{
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, p, n), (int)n);
	close(fd);
}

START_TEST(file)
{
	char path[] = "certs-XXXXXX", bad[] = "certs-XXXXXX", empty[] = "certs-XXXXXX";
	struct tw_certs c;
	uint8_t hash[TW_SHA256];
	write_file(path, "\x30\x01\x05\x04\x02\x30\x05\x30\x01\x05\x04\x00", 12);
	ck_assert_int_eq(tw_certs_open(&c, path), 0);
	ck_assert_uint_eq(c.n, 3); /* a repeat is ignored */
	ck_assert(!c.v[0].is_blob && c.v[1].is_blob && c.v[2].is_blob && !c.v[0].readable);
	tw_sha256(bytes("\x30\x05", 2), hash);
	ck_assert_uint_eq(tw_certs_find(&c, hash), 1);
	ck_assert_uint_eq(tw_certs_add(&c, bytes("\x30\x05", 2)), 1);
	ck_assert_uint_eq(tw_certs_add(&c, bytes("\x30\x00", 2)), 3);
	ck_assert(!c.v[3].is_blob);
	tw_certs_close(&c);
	write_file(bad, "\x30\x01\x05\x30\x05", 5);
	ck_assert_int_eq(tw_certs_open(&c, bad), -1);
	write_file(empty, "", 0);
	ck_assert_int_eq(tw_certs_open(&c, empty), 0);
	ck_assert_uint_eq(c.n, 0);
	tw_certs_close(&c);
	unlink(path);
	unlink(bad);
	unlink(empty);
}
END_TEST

/* OIDs and their octets as in X.690 8.19 and by openssl asn1parse -genstr. */
START_TEST(oids)
{
	static const struct {
		const char *der, *dotted;
		size_t n;
	} row[] = { { "\x88\x37\x03", "2.999.3", 3 }, { "\x2a\x86\x48\x86\xf7\x0d", "1.2.840.113549", 6 },
		{ "\x55\x04\x03", "2.5.4.3", 3 }, { "\x00", "0.0", 1 }, { "\x80\x01", "#8001", 2 }, { "\x2a\x86", "#2a86", 2 },
		{ "\x69\x83\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
			"2.25.340282366920938463463374607431768211455", 20 } };
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct tw_buf b = { 0 };
		tw_oid_text(&b, bytes(row[i].der, row[i].n));
		ck_assert_msg(tw_slice_is(tw_buf_slice(&b), row[i].dotted), "%s: %.*s", row[i].dotted, (int)b.n, (char *)b.p);
		tw_buf_free(&b);
	}
}
END_TEST

START_TEST(strength)
{
	static const struct {
		enum tw_key key;
		uint32_t bits, want;
	} row[] = { { TW_KEY_RSA, 512, 40 }, { TW_KEY_RSA, 768, 64 }, { TW_KEY_RSA, 1023, 80 }, { TW_KEY_RSA, 2048, 112 },
		{ TW_KEY_DSA, 3072, 128 }, { TW_KEY_RSA, 4096, 152 }, { TW_KEY_RSA, 8192, 192 },
		{ TW_KEY_RSA, 16384, 256 }, { TW_KEY_EC, 256, 128 }, { TW_KEY_ED25519, 256, 128 },
		{ TW_KEY_ED448, 456, 224 }, { TW_KEY_ML_DSA, 44, 128 }, { TW_KEY_ML_DSA, 65, 192 },
		{ TW_KEY_ML_DSA, 87, 256 }, { TW_KEY_SLH_DSA, 192, 192 }, { TW_KEY_UNKNOWN, 0, 0 }, { TW_KEY_RSA, 0, 0 } };
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		ck_assert_uint_eq(tw_key_security_bits(row[i].key, row[i].bits), row[i].want);
}
END_TEST

/* RFC 4514 section 4: "UID=jsmith,DC=example,DC=net" and the escaped comma. */
START_TEST(names)
{
	static const char der[] = "\x30\x43\x31\x13\x30\x11\x06\x0a\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19\x16\x03net"
		"\x31\x17\x30\x15\x06\x0a\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19\x16\x07" "example"
		"\x31\x13\x30\x08\x06\x03\x55\x04\x03\x0c\x01\x23\x30\x07\x06\x03\x55\x04\x03\x0c\x00";
	struct tw_buf b = { 0 }, cn = { 0 };
	uint32_t pos = 0;
	struct tw_slice name = bytes(der, sizeof der - 1);
	ck_assert_int_eq(tw_name_text(&b, name), 0);
	ck_assert_msg(tw_slice_is(tw_buf_slice(&b), "CN=\\#+CN=,DC=example,DC=net"), "%.*s", (int)b.n, (char *)b.p);
	ck_assert_int_eq(tw_common_name(name, &pos, &cn), 1);
	ck_assert(tw_slice_is(tw_buf_slice(&cn), "#"));
	ck_assert_int_eq(tw_common_name(name, &pos, &cn), 1);
	ck_assert_int_eq(tw_common_name(name, &pos, &cn), 0);
	tw_buf_free(&b);
	tw_buf_free(&cn);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("certs");
	TCase *c = tcase_create("certs");
	tw_msg_setup("check_certs", true);
	tcase_add_test(c, pem);
	tcase_add_test(c, elements);
	tcase_add_test(c, file);
	tcase_add_test(c, oids);
	tcase_add_test(c, strength);
	tcase_add_test(c, names);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad ? 1 : 0;
}
