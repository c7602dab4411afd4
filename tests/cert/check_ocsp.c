/* OCSP responses made by openssl (tests/cert/crl/make.sh), and damage. */
#include "cert/ocsp.h"

#include <check.h>
#include <nettle/sha1.h>
#include <stdlib.h>
#include <string.h>

static struct tw_buf file;

static void read_file(const char *name)
{
	const char *dir = getenv("TW_SRCDIR");
	char path[4096];
	snprintf(path, sizeof path, "%s/tests/cert/crl/%s", dir ? dir : ".", name);
	FILE *f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s", path);
	file.n = 0;
	file.n = fread(tw_buf_room(&file, 65536), 1, 65536, f);
	fclose(f);
}

static void response(struct tw_ocsp *o, const char *name)
{
	read_file(name);
	tw_ocsp_read(o, tw_buf_slice(&file));
	ck_assert_msg(o->readable, "%s: %s", name, o->why);
}

static void certificate(struct tw_cert *c, struct tw_buf *der, const char *name)
{
	struct tw_buf text = { 0 };
	size_t pos = 0, at;
	const char *why;
	read_file(name);
	tw_buf_addslice(&text, tw_buf_slice(&file));
	ck_assert_int_eq(tw_pem_next(tw_buf_slice(&text), &pos, der, &at, &why), 1);
	tw_cert_read(c, tw_buf_slice(der));
	ck_assert(c->readable);
	tw_buf_free(&text);
}

static bool is_sha1(struct tw_slice hash, struct tw_slice of)
{
	struct sha1_ctx ctx;
	uint8_t digest[SHA1_DIGEST_SIZE];
	sha1_init(&ctx);
	sha1_update(&ctx, of.n, of.p);
	sha1_digest(&ctx, sizeof digest, digest);
	return tw_slice_eq(hash, (struct tw_slice){ digest, sizeof digest });
}

static bool is_serial(struct tw_slice s, const char *hex)
{
	uint8_t serial[16];
	size_t n = strlen(hex) / 2;
	ck_assert(tw_unhex(tw_str(hex), serial, n));
	return tw_slice_eq(s, (struct tw_slice){ serial, n });
}

START_TEST(several)
{
	static const struct {
		const char *serial;
		enum tw_ocsp_state state;
		const char *date;
		int reason;
	} truth[] = { { "06", TW_OCSP_GOOD, NULL, -1 }, { "0080", TW_OCSP_REVOKED, "2015-01-02T03:04:05Z", 1 },
		{ "0099", TW_OCSP_UNKNOWN, NULL, -1 }, { "07", TW_OCSP_REVOKED, "2015-01-07T00:00:00Z", 4 } };
	struct tw_ocsp o;
	struct tw_ocsp_single s;
	struct tw_cert ca, responder;
	struct tw_buf ca_der = { 0 }, responder_der = { 0 };
	struct tw_der d;
	struct tw_tlv t;
	int64_t when;
	certificate(&ca, &ca_der, "ca.pem");
	certificate(&responder, &responder_der, "responder.pem");
	ck_assert(responder.ext & TW_EXT_OCSP_NOCHECK && responder.eku == TW_EKU_OCSP);
	response(&o, "several.ocsp");
	ck_assert(o.usable && o.why == NULL && o.status == TW_OCSP_SUCCESSFUL);
	ck_assert_uint_eq(o.faults, 0);
	ck_assert(is_sha1(o.responder_key, responder.key_bits_raw) && o.responder_name.n == 0);
	d = (struct tw_der){ o.responses, false };
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(tw_ocsp_next(&d, &s), 1);
		ck_assert(is_serial(s.serial, truth[i].serial));
		ck_assert_int_eq(s.state, truth[i].state);
		ck_assert_int_eq(s.reason, truth[i].reason);
		ck_assert(!truth[i].date || (tw_time_parse(tw_str(truth[i].date), &when) && s.revoked_at == when));
		ck_assert(is_sha1(s.name_hash, ca.subject) && is_sha1(s.key_hash, ca.key_bits_raw));
		ck_assert(tw_slice_eq(s.hash_oid, tw_str("\x2b\x0e\x03\x02\x1a")));
		ck_assert(!s.has_next_update && s.next_update == TW_TIME_MAX && !s.unknown_critical);
		/* The fixtures were made within a minute. */
		ck_assert(s.this_update >= responder.not_before && s.this_update < responder.not_before + 60);
	}
	ck_assert_int_eq(tw_ocsp_next(&d, &s), 0);
	d = (struct tw_der){ o.certs, false };
	ck_assert_int_eq(tw_der_next(&d, &t), 1);
	ck_assert(tw_slice_eq(t.all, tw_buf_slice(&responder_der)));
	ck_assert_int_eq(tw_der_next(&d, &t), 0);
	tw_buf_free(&ca_der);
	tw_buf_free(&responder_der);
}
END_TEST

START_TEST(others)
{
	struct tw_ocsp o;
	struct tw_ocsp_single s;
	struct tw_buf b = { 0 };
	struct tw_der d;
	response(&o, "revoked.ocsp");
	d = (struct tw_der){ o.responses, false };
	ck_assert(o.usable && tw_ocsp_next(&d, &s) == 1 && s.state == TW_OCSP_REVOKED);
	ck_assert(s.has_next_update && s.next_update == s.this_update + 3600);
	response(&o, "bare.ocsp");
	ck_assert(o.usable && o.certs.n == 0 && o.responder_key.n == 0);
	ck_assert_int_eq(tw_name_text(&b, o.responder_name), 0);
	ck_assert(tw_slice_is(tw_buf_slice(&b), "CN=Responder"));
	response(&o, "trylater.ocsp");
	ck_assert(!o.usable && o.why && o.status == TW_OCSP_TRY_LATER);
	tw_ocsp_read(&o, tw_str(""));
	ck_assert(!o.readable && o.why);
	tw_buf_free(&b);
}
END_TEST

START_TEST(damage)
{
	struct tw_ocsp o;
	struct tw_ocsp_single s;
	struct tw_der d;
	read_file("several.ocsp");
	for (size_t n = 0; n <= file.n; n++) {
		uint8_t *p = tw_alloc(n ? n : 1);
		if (n)
			memcpy(p, file.p, n);
		tw_ocsp_read(&o, (struct tw_slice){ p, n });
		ck_assert(o.readable == (n == file.n));
		free(p);
	}
	for (size_t i = 0; i < file.n; i++)
		for (int bit = 0; bit < 9; bit++) {
			uint8_t was = file.p[i];
			int r;
			file.p[i] = (uint8_t)(was ^ (bit < 8 ? 1u << bit : 0xffu));
			tw_ocsp_read(&o, tw_buf_slice(&file));
			d = (struct tw_der){ o.responses, false };
			while ((r = tw_ocsp_next(&d, &s)) == 1)
				;
			ck_assert_int_eq(r, 0);
			file.p[i] = was;
		}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ocsp");
	TCase *c = tcase_create("ocsp");
	tcase_set_timeout(c, 120);
	tcase_add_test(c, several);
	tcase_add_test(c, others);
	tcase_add_test(c, damage);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad ? 1 : 0;
}
