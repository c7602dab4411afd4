/* OneCRL and CRLSet, made by tests/trust/revoked/make.py for a certificate of
 * the fixtures; and damage. */
#include "trust/revoked.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct tw_buf file, der;
static struct tw_cert cert;
static uint8_t issuer[TW_SHA256];

static void read_file(const char *path)
{
	const char *dir = getenv("TW_SRCDIR");
	char full[4096];
	snprintf(full, sizeof full, "%s/tests/%s", dir ? dir : ".", path);
	FILE *f = fopen(full, "rb");
	ck_assert_msg(f != NULL, "%s", full);
	file.n = 0;
	file.n = fread(tw_buf_room(&file, 1u << 20), 1, 1u << 20, f);
	fclose(f);
}

/* The responder's certificate, and the key of the CA that issued it. */
static void setup(void)
{
	size_t pos = 0, at;
	const char *why;
	read_file("cert/crl/ca.pem");
	ck_assert_int_eq(tw_pem_next(tw_buf_slice(&file), &pos, &der, &at, &why), 1);
	tw_cert_read(&cert, tw_buf_slice(&der));
	memcpy(issuer, cert.spki_sha256, sizeof issuer);
	pos = 0;
	read_file("cert/crl/responder.pem");
	ck_assert_int_eq(tw_pem_next(tw_buf_slice(&file), &pos, &der, &at, &why), 1);
	tw_cert_read(&cert, tw_buf_slice(&der));
	ck_assert(cert.readable);
}

enum { NO, YES };
static const struct {
	const char *file;
	int found;
	const char *since;
	unsigned entries, rejected;
} cases[] = {
	{ "issuer_serial.json", YES, "2016-11-28T00:00:00Z", 3, 1 },
	{ "subject_key.json", YES, "2020-01-02T03:04:05Z", 1, 0 },
	{ "other.json", NO, NULL, 2, 0 },
	{ "serial.crlset", YES, NULL, 3, 0 },
	{ "key.crlset", YES, NULL, 1, 0 },
	{ "limited.crlset", YES, NULL, 1, 0 },
	{ "allowed.crlset", NO, NULL, 1, 0 },
	{ "empty.crlset", NO, NULL, 0, 0 },
};

START_TEST(found)
{
	struct tw_revoked r;
	int64_t since = 7, t = TW_TIME_MIN;
	char path[256];
	setup();
	snprintf(path, sizeof path, "trust/revoked/%s", cases[_i].file);
	read_file(path);
	ck_assert_int_eq(tw_revoked_read(&r, tw_buf_slice(&file), path), 0);
	ck_assert_uint_eq(r.entries, cases[_i].entries);
	ck_assert_uint_eq(r.rejected, cases[_i].rejected);
	ck_assert_msg(tw_revoked_has(&r, &cert, issuer, &since) == cases[_i].found, "%s", path);
	if (cases[_i].found) {
		ck_assert(!cases[_i].since || tw_time_parse(tw_str(cases[_i].since), &t));
		ck_assert_int_eq(since, t);
	}
	if (strstr(path, "crlset")) {
		ck_assert_uint_eq(r.sequence, 4711);
		ck_assert_int_eq(r.not_after, strstr(path, "empty") ? 1700000000 : TW_TIME_MAX);
	}
	/* Without the issuer's key only what needs none is found. */
	if (strstr(path, "serial.crlset"))
		ck_assert(!tw_revoked_has(&r, &cert, NULL, &since));
	tw_revoked_free(&r);
}
END_TEST

static const char *const bad[] = { "", "{", "[1", "{}", "{\"data\":7}", "[{\"issuerName\":\"AA==\"}]", "\x02\x00{}",
	"\x50\x00{\"ContentType\":\"CRLSet\"}" };

START_TEST(refused)
{
	struct tw_revoked r;
	struct tw_slice s = tw_str(bad[_i]);
	if (_i == 6) /* a NUL in the length */
		s = (struct tw_slice){ (const uint8_t *)"\x02\x00{}", 4 };
	ck_assert_int_eq(tw_revoked_read(&r, s, "bad"), -1);
	ck_assert_uint_eq(r.set.n, 0);
}
END_TEST

START_TEST(damage)
{
	struct tw_revoked r;
	int64_t since;
	setup();
	read_file("trust/revoked/serial.crlset");
	size_t whole = file.n;
	for (size_t n = 0; n < whole; n++) {
		struct tw_slice s = { file.p, n };
		/* A list that ends between two parents is whole. */
		if (tw_revoked_read(&r, s, "cut") == 0) {
			ck_assert_uint_lt(r.entries, 3);
			tw_revoked_free(&r);
		} else {
			ck_assert_uint_eq(r.set.n, 0);
		}
	}
	for (size_t i = 0; i < whole; i++) {
		file.p[i] ^= 0xff;
		if (tw_revoked_read(&r, tw_buf_slice(&file), "flipped") == 0) {
			(void)tw_revoked_has(&r, &cert, issuer, &since);
			tw_revoked_free(&r);
		}
		file.p[i] ^= 0xff;
	}
}
END_TEST

/* A serial is a number (X.690 8.3): 255, and -1 written long, and -1. */
START_TEST(serials_by_value)
{
	static const struct { const char *json; bool minus_one, positive; } list[] = {
		{ "[{\"issuerName\":\"MAA=\",\"serialNumber\":\"AP8=\"}]", false, true },
		{ "[{\"issuerName\":\"MAA=\",\"serialNumber\":\"//8=\"}]", true, false },
		{ "[{\"issuerName\":\"MAA=\",\"serialNumber\":\"/w==\"}]", true, false },
	};
	static const uint8_t name[] = { 0x30, 0 }, minus_one[] = { 0xff }, positive[] = { 0, 0xff };
	struct tw_cert c = { .readable = true, .issuer = { name, 2 }, .subject = { name, 2 } };
	struct tw_revoked r;
	int64_t since;
	ck_assert_int_eq(tw_revoked_read(&r, tw_str(list[_i].json), "list"), 0);
	c.serial = (struct tw_slice){ minus_one, 1 };
	ck_assert(tw_revoked_has(&r, &c, NULL, &since) == list[_i].minus_one);
	c.serial = (struct tw_slice){ positive, 2 };
	ck_assert(tw_revoked_has(&r, &c, NULL, &since) == list[_i].positive);
	tw_revoked_free(&r);
}
END_TEST

/* A certificate of an empty name, serial 1 and a key whose digest is nothing but
 * zeros, against records about it. */
#define ONE "\"issuerName\":\"MAA=\",\"serialNumber\":\"AQ==\""
#define Z42 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define ZEROS Z42 "A="
#define OTHER Z42 "E="
/* SHA-256 of the empty name, 30 00. */
#define NAME "5PYNCqbX89O2pklLHIYbmfZJxvnsUauvIBsg8pcyfJU="
static const struct {
	const char *json;
	int status;
	bool found;
	int64_t since;
	unsigned entries, rejected;
} records[] = {
	{ "[{" ONE ",\"details\":{\"created\":\"1970-01-02T00:00:00Z\"}},{" ONE ",\"details\":{\"created\":\"1970-01-03T00:00:00Z\"}}]", 0, true, 86400, 2, 0 },
	{ "[{" ONE ",\"details\":{\"created\":\"1970-01-03T00:00:00Z\"}},{" ONE ",\"details\":{\"created\":\"1970-01-02T00:00:00Z\"}}]", 0, true, 86400, 2, 0 },
	{ "[{" ONE ",\"last_modified\":5999}]", 0, true, 5, 1, 0 },
	{ "[{" ONE "}]", 0, true, TW_TIME_MIN, 1, 0 },
	{ "[{\"subject\":\"MAA=\",\"pubKeyHash\":\"" ZEROS "\"}]", 0, true, TW_TIME_MIN, 1, 0 },
	{ "[{\"subject\":\"MAA=\",\"pubKeyHash\":\"" Z42 "==\"},{" ONE "}]", 0, true, TW_TIME_MIN, 2, 1 }, /* 31 octets */
	{ "[{\"subject\":\"MAA=\",\"pubKeyHash\":\"" Z42 "==\"}]", -1, false, 0, 0, 0 },
	{ "[{\"subject\":\"MAA=\"}]", -1, false, 0, 0, 0 },
	{ "[{\"issuerName\":\"MAA=\",\"serialNumber\":\"!\"},{" ONE "}]", 0, true, TW_TIME_MIN, 2, 1 },
	{ "[{\"issuerName\":\"MAA=\",\"serialNumber\":\"\"}]", -1, false, 0, 0, 0 },
	{ "[{\"issuerName\":\"MAA=\",\"serialNumber\":\"Ag==\"}]", 0, false, 0, 1, 0 },
	{ "[{\"serialNumber\":\"AQ==\"},{" ONE "}]", 0, true, TW_TIME_MIN, 2, 1 },
	{ "[{\"pubKeyHash\":\"" ZEROS "\"},{" ONE "}]", 0, true, TW_TIME_MIN, 2, 1 },
	{ "[]", 0, false, 0, 0, 0 },
	{ "{\"data\":[{" ONE "}]}", 0, true, TW_TIME_MIN, 1, 0 },
	{ "{\"changes\":[{" ONE "}]}", 0, true, TW_TIME_MIN, 1, 0 },
};

START_TEST(records_of_onecrl)
{
	static const uint8_t name[] = { 0x30, 0 }, serial[] = { 1 };
	struct tw_cert c = { .readable = true, .issuer = { name, 2 }, .subject = { name, 2 }, .serial = { serial, 1 } };
	struct tw_revoked r;
	int64_t since = 7;
	ck_assert_msg(tw_revoked_read(&r, tw_str(records[_i].json), "list") == records[_i].status, "%s", records[_i].json);
	if (records[_i].status)
		return;
	ck_assert_uint_eq(r.entries, records[_i].entries);
	ck_assert_uint_eq(r.rejected, records[_i].rejected);
	ck_assert_msg(tw_revoked_has(&r, &c, NULL, &since) == records[_i].found, "%s", records[_i].json);
	if (records[_i].found)
		ck_assert_int_eq(since, records[_i].since);
	c.readable = false;
	ck_assert(!tw_revoked_has(&r, &c, NULL, &since));
	tw_revoked_free(&r);
}
END_TEST

#define CRLSET "\"ContentType\":\"CRLSet\",\"Version\":0,\"Sequence\":1"
static const struct {
	const char *header;
	bool taken, found;
	int64_t not_after;
} headers[] = {
	{ "{" CRLSET "}", true, false, TW_TIME_MAX },
	{ "{\"ContentType\":\"CRLSet \",\"Version\":0,\"Sequence\":1}", false, false, 0 },
	{ "{\"ContentType\":\"CRLSet\",\"Version\":1,\"Sequence\":1}", false, false, 0 },
	{ "{\"ContentType\":\"CRLSet\",\"Version\":-1,\"Sequence\":1}", false, false, 0 },
	{ "{\"ContentType\":\"CRLSet\",\"Sequence\":1}", false, false, 0 },
	{ "{\"ContentType\":\"CRLSet\",\"Version\":0}", false, false, 0 },
	{ "{" CRLSET ",\"NotAfter\":0}", true, false, TW_TIME_MAX },
	{ "{" CRLSET ",\"NotAfter\":5}", true, false, 5 },
	{ "{" CRLSET ",\"BlockedSPKIs\":[\"" ZEROS "\"]}", true, true, TW_TIME_MAX },
	{ "{" CRLSET ",\"BlockedInterceptionSPKIs\":[\"" ZEROS "\"]}", true, true, TW_TIME_MAX },
	{ " {" CRLSET "}", true, false, TW_TIME_MAX },
	{ "{" CRLSET ",\"BlockedSPKIs\":[\"" OTHER "\"]}", true, false, TW_TIME_MAX },
	{ "{" CRLSET ",\"BlockedSPKIs\":[\"" OTHER "\",\"" ZEROS "\"]}", true, true, TW_TIME_MAX },
	{ "{" CRLSET ",\"LimitedSubjects\":{\"" NAME "\":[]}}", true, true, TW_TIME_MAX },
	{ "{" CRLSET ",\"LimitedSubjects\":{\"" ZEROS "\":[],\"" NAME "\":[]}}", true, true, TW_TIME_MAX },
	{ "{" CRLSET ",\"LimitedSubjects\":{\"" NAME "\":[\"" OTHER "\"]}}", true, true, TW_TIME_MAX },
	{ "{" CRLSET ",\"LimitedSubjects\":{\"" NAME "\":[\"" OTHER "\",\"" ZEROS "\"]}}", true, false, TW_TIME_MAX },
	{ "{" CRLSET ",\"BlockedSPKIs\":[\"" Z42 "==\",\"" ZEROS "\"]}", false, false, 0 },
	{ "{" CRLSET ",\"BlockedSPKIs\":[\"!\"],\"BlockedInterceptionSPKIs\":[\"" ZEROS "\"]}", false, false, 0 },
	{ "{" CRLSET ",\"BlockedSPKIs\":[7]}", false, false, 0 },
	{ "{" CRLSET ",\"LimitedSubjects\":{\"" ZEROS "\":[]}}", true, false, TW_TIME_MAX },
	{ "{" CRLSET ",\"LimitedSubjects\":{\"" Z42 "==\":[]}}", false, false, 0 },
	{ "{" CRLSET ",\"LimitedSubjects\":{\"" ZEROS "\":7}}", false, false, 0 },
	{ "{" CRLSET ",\"LimitedSubjects\":{\"" ZEROS "\":[\"" Z42 "==\"]}}", false, false, 0 },
	{ "{" CRLSET ",\"LimitedSubjects\":{\"" ZEROS "\":[\"!\",\"" ZEROS "\"]}}", false, false, 0 },
	{ "{" CRLSET ",\"LimitedSubjects\":{\"!\":[],\"" ZEROS "\":[]}}", false, false, 0 },
	{ "{" CRLSET ",\"BlockedSPKIs\":[\"!\"],\"LimitedSubjects\":{\"" ZEROS "\":[\"" ZEROS "\"]}}", false, false, 0 },
};

/* A CRLSet of this header; one parent, of zeros, with serials of 0, 1 and 2 octets. */
static void crlset_of(struct tw_buf *b, const char *header)
{
	static const uint8_t parent[TW_SHA256], serials[] = { 3, 0, 0, 0, 0, 1, 0xff, 2, 1, 2 };
	size_t n = strlen(header);
	b->n = 0;
	tw_buf_addc(b, (char)(n & 0xff));
	tw_buf_addc(b, (char)(n >> 8));
	tw_buf_adds(b, header);
	tw_buf_add(b, parent, sizeof parent);
	tw_buf_add(b, serials, sizeof serials);
}

START_TEST(headers_of_crlsets)
{
	static const uint8_t name[] = { 0x30, 0 }, zeros[TW_SHA256], numbers[] = { 0xff, 0, 0xff, 1, 2 };
	struct tw_cert c = { .readable = true, .issuer = { name, 2 }, .subject = { name, 2 } };
	struct tw_revoked r;
	struct tw_buf b = { 0, 0, 0 };
	int64_t since;
	crlset_of(&b, headers[_i].header);
	ck_assert_msg((tw_revoked_read(&r, tw_buf_slice(&b), "list") == 0) == headers[_i].taken, "%s", headers[_i].header);
	if (headers[_i].taken) {
		ck_assert_int_eq(r.not_after, headers[_i].not_after);
		ck_assert_uint_eq(r.rejected, 1); /* the serial without octets */
		ck_assert_msg(tw_revoked_has(&r, &c, zeros, &since) == headers[_i].found, "%s", headers[_i].header);
		c.serial = (struct tw_slice){ numbers, 1 }; /* -1 is not 255 */
		ck_assert(tw_revoked_has(&r, &c, zeros, &since) == headers[_i].found);
		c.serial = (struct tw_slice){ numbers + 1, 2 };
		ck_assert(tw_revoked_has(&r, &c, zeros, &since));
		ck_assert(tw_revoked_has(&r, &c, NULL, &since) == headers[_i].found);
		c.serial = (struct tw_slice){ numbers + 3, 2 };
		ck_assert(tw_revoked_has(&r, &c, zeros, &since));
		c.serial = (struct tw_slice){ numbers + 3, 1 };
		ck_assert(tw_revoked_has(&r, &c, zeros, &since) == headers[_i].found);
		tw_revoked_free(&r);
	}
	tw_buf_free(&b);
}
END_TEST

/* What may stand last in a CRLSet, behind a parent of zeros. */
static const struct {
	uint8_t octets[8], n;
	bool taken;
	unsigned entries, rejected;
} tails[] = {
	{ { 0, 0, 0, 0 }, 4, true, 0, 0 },
	{ { 0, 0, 0 }, 3, false, 0, 0 },
	{ { 1, 0, 0, 0 }, 4, false, 0, 0 },
	{ { 1, 0, 0, 0, 0 }, 5, true, 0, 1 },
	{ { 1, 0, 0, 0, 1 }, 5, false, 0, 0 },
	{ { 1, 0, 0, 0, 1, 7 }, 6, true, 1, 0 },
	{ { 1, 0, 0, 0, 1, 7, 0 }, 7, false, 0, 0 },
};

START_TEST(tails_of_crlsets)
{
	static const uint8_t parent[TW_SHA256];
	static const char header[] = "{" CRLSET "}";
	struct tw_revoked r;
	struct tw_buf b = { 0, 0, 0 };
	tw_buf_addc(&b, (char)(sizeof header - 1));
	tw_buf_addc(&b, 0);
	tw_buf_adds(&b, header);
	tw_buf_add(&b, parent, sizeof parent);
	tw_buf_add(&b, tails[_i].octets, tails[_i].n);
	ck_assert((tw_revoked_read(&r, tw_buf_slice(&b), "list") == 0) == tails[_i].taken);
	ck_assert_uint_eq(r.entries, tails[_i].entries);
	ck_assert_uint_eq(r.rejected, tails[_i].rejected);
	tw_revoked_free(&r);
	tw_buf_free(&b);
}
END_TEST

/* An array of one record, whose first octets, "[ ", are the length of that record. */
START_TEST(onecrl_like_a_crlset)
{
	enum { LENGTH = '[' | ' ' << 8 };
	struct tw_revoked r;
	struct tw_buf b = { 0, 0, 0 };
	tw_buf_adds(&b, "[ {" ONE);
	while (b.n < 2 + LENGTH - 1)
		tw_buf_addc(&b, ' ');
	tw_buf_adds(&b, "}]");
	ck_assert_int_eq(tw_revoked_read(&r, tw_buf_slice(&b), "list"), 0);
	ck_assert_int_eq(r.kind, TW_REVOKED_ONECRL);
	ck_assert_uint_eq(r.entries, 1);
	tw_revoked_free(&r);
	tw_buf_free(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("revoked");
	TCase *c = tcase_create("revoked");
	/* What is refused is said, some hundred times. */
	if (!freopen("/dev/null", "w", stderr))
		return 2;
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, found, 0, sizeof cases / sizeof *cases);
	tcase_add_loop_test(c, refused, 0, sizeof bad / sizeof *bad);
	tcase_add_test(c, damage);
	tcase_add_loop_test(c, serials_by_value, 0, 3);
	tcase_add_loop_test(c, records_of_onecrl, 0, sizeof records / sizeof *records);
	tcase_add_loop_test(c, headers_of_crlsets, 0, sizeof headers / sizeof *headers);
	tcase_add_loop_test(c, tails_of_crlsets, 0, sizeof tails / sizeof *tails);
	tcase_add_test(c, onecrl_like_a_crlset);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
