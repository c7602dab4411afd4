/* crypto/: suites against the counts of the design and the snapshot, strength
 * against NIST SP 800-57, the stage over rows. */
#include "crypto/classify.h"
#include "crypto/software.h"
#include "crypto/strength.h"
#include "crypto/suites.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST(counts)
{
	static const unsigned want[TW_CLASS_N] = { 18, 26, 26, 21, 34, 30, 149, 54, 73, 20 };
	unsigned n[TW_CLASS_N] = { 0 }, legacy_fs = 0;
	for (size_t i = 0; i < TW_SUITES; i++) {
		const struct tw_suite_name *m = &tw_suite_names[i];
		const struct tw_suite *s = tw_suite_by_value(m->value, m->width);
		ck_assert_ptr_nonnull(s);
		ck_assert_str_eq(s->name, m->name);
		ck_assert_ptr_nonnull(tw_suite_find(tw_str(m->name)));
		ck_assert(s->class == TW_CLASS_SIGNALLING || s->class == TW_CLASS_UNASSIGNED || s->enc_known);
		n[s->class]++;
		legacy_fs += s->class == TW_CLASS_LEGACY && s->forward_secrecy;
	}
	for (int c = 0; c < TW_CLASS_N; c++)
		ck_assert_msg(n[c] == want[c], "%s: %u, not %u", tw_class_name((enum tw_class)c), n[c], want[c]);
	ck_assert_uint_eq(legacy_fs, 68);
}
END_TEST

static void snapshot_text(struct tw_buf *b)
{
	tw_buf_adds(b, "value,name,kex,auth,enc,enc_bits,mac,aead,forward_secrecy,export,class\n");
	for (size_t i = 0; i < TW_SUITES; i++) {
		const struct tw_suite_name *m = &tw_suite_names[i];
		const struct tw_suite *s = tw_suite_by_value(m->value, m->width);
		ck_assert_ptr_nonnull(s);
		tw_buf_addf(b, "0x%0*X,%s,%s,%s,%s,", m->width * 2, (unsigned)m->value, m->name, s->kex, s->auth, s->enc);
		if (s->enc_known)
			tw_buf_addu(b, s->enc_bits);
		tw_buf_addf(b, ",%s,%s,%s,%s,%s\n", s->mac, s->aead ? "yes" : "no", s->forward_secrecy ? "yes" : "no",
			s->is_export ? "yes" : "no", tw_class_name(s->class));
	}
}

START_TEST(snapshot)
{
	const char *dir = getenv("TW_SRCDIR"), *fresh = getenv("TW_WRITE_SNAPSHOT");
	struct tw_buf b = { 0 }, path = { 0 }, old = { 0 };
	snapshot_text(&b);
	if (fresh) { /* after a change that is meant: look at the diff */
		FILE *w = fopen(fresh, "wb");
		ck_assert_ptr_nonnull(w);
		ck_assert_uint_eq(fwrite(b.p, 1, b.n, w), b.n);
		ck_assert_int_eq(fclose(w), 0);
	}
	tw_buf_addf(&path, "%s/tests/crypto/suites.snapshot.csv", dir ? dir : ".");
	tw_buf_addc(&path, 0);
	FILE *f = fopen((const char *)path.p, "rb");
	ck_assert_msg(f != NULL, "%s", (const char *)path.p);
	old.n = fread(tw_buf_room(&old, b.n + 1), 1, b.n + 1, f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_msg(tw_slice_eq(tw_buf_slice(&b), tw_buf_slice(&old)), "the table differs from the snapshot");
	tw_buf_free(&b);
	tw_buf_free(&path);
	tw_buf_free(&old);
}
END_TEST

START_TEST(suites)
{
	static const struct {
		const char *in, *kex, *auth, *enc;
		unsigned bits;
		const char *mac, *class;
	} t[] = { /* RFC 5246 appendix C; RFC 5289; RFC 8446 B.4; RFC 6101 */
		{ "TLS_RSA_WITH_AES_128_CBC_SHA", "RSA", "RSA", "AES-CBC", 128, "SHA1", "legacy" },
		{ "TLS_RSA_WITH_RC4_128_MD5", "RSA", "RSA", "RC4", 128, "MD5", "broken" },
		{ "TLS_DH_anon_WITH_AES_256_CBC_SHA256", "DH", "anon", "AES-CBC", 256, "SHA256", "anonymous" },
		{ "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE", "ECDSA", "AES-GCM", 256, "AEAD", "aead-fs" },
		{ "TLS_RSA_WITH_AES_128_GCM_SHA256", "RSA", "RSA", "AES-GCM", 128, "AEAD", "aead-no-fs" },
		{ "TLS_AES_128_GCM_SHA256", "TLS1.3", "", "AES-GCM", 128, "AEAD", "aead-fs" },
		{ "0x1303", "TLS1.3", "", "CHACHA20-POLY1305", 256, "AEAD", "aead-fs" },
		{ "0x010080", "RSA", "RSA", "RC4", 128, "MD5", "broken" },
		{ "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", "RSA", "RSA", "DES-CBC", 40, "SHA1", "export" },
		{ "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA", "DHE", "RSA", "3DES-CBC", 112, "SHA1", "64-bit-block" },
		{ "TLS_SHA256_SHA256", "TLS1.3", "", "NULL", 0, "SHA256", "null" },
		{ "0xabcd", "", "", "", 0, "", "unassigned" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		const struct tw_suite *s = tw_suite_find(tw_str(t[i].in));
		ck_assert_msg(s != NULL, "%s", t[i].in);
		ck_assert_str_eq(s->kex, t[i].kex);
		ck_assert_str_eq(s->auth, t[i].auth);
		ck_assert_str_eq(s->enc, t[i].enc);
		ck_assert_uint_eq(s->enc_bits, t[i].bits);
		ck_assert_str_eq(s->mac, t[i].mac);
		ck_assert_str_eq(tw_class_name(s->class), t[i].class);
	}
	ck_assert_ptr_null(tw_suite_find(tw_str("")));
	ck_assert_ptr_null(tw_suite_find(tw_str("0xZZZZ")));
	ck_assert_ptr_null(tw_suite_find(tw_str("AES128-SHA")));
}
END_TEST

START_TEST(strength)
{
	uint32_t dh;
	ck_assert_uint_eq(tw_dh_security_bits(512), 40);
	ck_assert_uint_eq(tw_dh_security_bits(1024), 80);
	ck_assert_uint_eq(tw_dh_security_bits(2048), 112);
	ck_assert_str_eq(tw_dh_class(512), "under-768");
	ck_assert_str_eq(tw_dh_class(1023), "1024");
	ck_assert_str_eq(tw_dh_class(16384), "15360");
	ck_assert_str_eq(tw_dh_class(0), "");
	ck_assert_uint_eq(tw_group_security_bits(tw_str("secp256r1"), &dh), 128);
	ck_assert_uint_eq(dh, 0);
	ck_assert_uint_eq(tw_group_security_bits(tw_str("ffdhe3072"), &dh), 128);
	ck_assert_uint_eq(dh, 3072);
	ck_assert_uint_eq(tw_group_security_bits(tw_str("X25519"), NULL), 128);
	ck_assert_uint_eq(tw_group_security_bits(tw_str("grease_0x0A0A"), NULL), 0);
	ck_assert_uint_eq(tw_sig_security_bits(tw_str("sha1WithRSAEncryption")), 80);
	ck_assert_uint_eq(tw_sig_security_bits(tw_str("ecdsa-with-SHA384")), 192);
	ck_assert_uint_eq(tw_sig_security_bits(tw_str("md5WithRSAEncryption")), 64);
	ck_assert_uint_eq(tw_sig_security_bits(tw_str("sha512-224WithRSAEncryption")), 112);
	ck_assert_uint_eq(tw_sig_security_bits(tw_str("sha512-256WithRSAEncryption")), 128);
	ck_assert_uint_eq(tw_sig_security_bits(tw_str("ml-dsa-65")), 192);
	ck_assert_uint_eq(tw_sig_security_bits(tw_str("slh-dsa-shake-256f")), 256);
	ck_assert_uint_eq(tw_key_text_security_bits(tw_str("ML-DSA-87")), 256);
	ck_assert_uint_eq(tw_key_text_security_bits(tw_str("SLH-DSA-128")), 128);
	ck_assert_uint_eq(tw_sig_security_bits(tw_str("1.2.3.256")), 0);
	ck_assert_str_eq(tw_software(tw_str("220 mx.example.org ESMTP Postfix (Debian)")), "Postfix");
	ck_assert_str_eq(tw_software(tw_str("* OK [CAPABILITY IMAP4rev1] Dovecot ready.")), "Dovecot");
	ck_assert_str_eq(tw_software(tw_str("220 mx.example.org ESMTP")), "");
}
END_TEST

/* The thresholds of keys, each from both sides: NIST SP 800-57 part 1 table 2,
 * with some bits of slack below. */
START_TEST(thresholds)
{
	static const struct {
		uint32_t at, below, from;
	} t[] = { { 760, 40, 64 }, { 1020, 64, 80 }, { 2040, 80, 112 }, { 3068, 112, 128 }, { 4094, 128, 152 }, { 7660, 152, 192 },
		{ 15300, 192, 256 } };
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		static const enum tw_key kinds[] = { TW_KEY_RSA, TW_KEY_RSA_PSS, TW_KEY_DSA, TW_KEY_DH };
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			ck_assert_uint_eq(tw_key_security_bits(kinds[k], t[i].at - 1), t[i].below);
			ck_assert_uint_eq(tw_key_security_bits(kinds[k], t[i].at), t[i].from);
		}
		ck_assert_uint_eq(tw_dh_security_bits(t[i].at - 1), t[i].below);
		ck_assert_uint_eq(tw_dh_security_bits(t[i].at), t[i].from);
	}
	ck_assert_uint_eq(tw_key_text_security_bits(tw_str("RSA-1024")), 80);
	ck_assert_uint_eq(tw_key_text_security_bits(tw_str("RSA-PSS-3072")), 128);
	ck_assert_uint_eq(tw_key_text_security_bits(tw_str("EC-secp384r1")), 192);
	ck_assert_uint_eq(tw_key_text_security_bits(tw_str("EC-521")), 260);
	ck_assert_uint_eq(tw_key_text_security_bits(tw_str("Ed25519")), 128);
	ck_assert_uint_eq(tw_key_text_security_bits(tw_str("Ed448")), 224);
	ck_assert_uint_eq(tw_key_text_security_bits(tw_str("RSA-x")), 0);
	ck_assert_uint_eq(tw_key_text_security_bits(tw_str("")), 0);
	ck_assert_uint_eq(tw_group_security_bits(tw_str("X25519MLKEM768"), NULL), 192);
	ck_assert_uint_eq(tw_group_security_bits(tw_str("sect163k1"), NULL), 81);
	ck_assert_uint_eq(tw_group_security_bits(tw_str("MLKEM1024"), NULL), 256);
	ck_assert_str_eq(tw_version_class(tw_str("TLSv1.3-draft28")), "draft");
	ck_assert_str_eq(tw_version_class(tw_str("SSLv2")), "broken");
	ck_assert_str_eq(tw_version_class(tw_str("TLSv1.4")), "");
	ck_assert_str_eq(tw_version_class(tw_str("DTLSv0.9")), "deprecated");
	ck_assert_str_eq(tw_version_class(tw_str("DTLSv1.0")), "deprecated");
	ck_assert_str_eq(tw_version_class(tw_str("DTLSv1.2")), "current");
	ck_assert_str_eq(tw_version_class(tw_str("DTLSv1.3")), "current");
	ck_assert_str_eq(tw_version_class(tw_str("DTLSv1.3-draft38")), "draft");
	ck_assert_str_eq(tw_version_class(tw_str("DTLSv1.1")), "");
	ck_assert_str_eq(tw_version_class(tw_str("DTLSv1.20")), "");
	/* the earlier pattern wins, wherever it stands; any case; nothing past the end */
	ck_assert_str_eq(tw_software(tw_str("220 exim behind Cyrus")), "Cyrus");
	ck_assert_str_eq(tw_software(tw_str("220 POSTFIX")), "Postfix");
	ck_assert_str_eq(tw_software((struct tw_slice){ (const uint8_t *)"220 Postfix", 10 }), "");
}
END_TEST

/* Two certificates by their facts, and what a row of them must give. */
START_TEST(stage)
{
	char name[] = "/tmp/tw-check-crypto-XXXXXX";
	static const char csv[] = "sha256,key_algorithm,key_bits,curve,signature_algorithm,self_issued,ski,aki\n"
		"a,RSA,2048,,sha256WithRSAEncryption,no,,\nb,RSA,1024,,md5WithRSAEncryption,yes,,\n"
		"d,EC,256,secp256r1,ecdsa-with-SHA384,yes,01,02\ne,,,,,,,\n";
	static const char want[] = "deprecated,DHE,RSA,AES-CBC,128,SHA1,no,yes,legacy,1024,RSA-2048,"
		"sha256WithRSAEncryption,112,80,1:key:RSA-1024,80,dh,Exim,root:RSA-1024:md5WithRSAEncryption";
	int fd = mkstemp(name);
	ck_assert(fd >= 0 && write(fd, csv, sizeof csv - 1) == (ssize_t)(sizeof csv - 1) && close(fd) == 0);
	struct tw_facts *facts = tw_facts_new(NULL);
	ck_assert_int_eq(tw_facts_csv(facts, name), 0);
	unlink(name);
	struct tw_stage *s = tw_classify_stage(facts);
	struct tw_header h = { 0 };
	struct tw_row r = { 0 };
	struct tw_buf got = { 0 };
	ck_assert_int_eq(tw_header_parse(&h, tw_str("version,cipher,dh_bits,chain,collected,banner")), 0);
	ck_assert_int_eq(s->bind(s->self, &h), 0);
	ck_assert_int_eq(tw_row_split(&r, tw_str("TLSv1.0,TLS_DHE_RSA_WITH_AES_128_CBC_SHA,1024,a b,yes,Exim 4")), 0);
	ck_assert_int_eq(s->row(s->self, &r), 0);
	ck_assert_uint_eq(r.n, h.n);
	for (uint32_t i = 6; i < r.n; i++) {
		if (i > 6)
			tw_buf_addc(&got, ',');
		tw_buf_addslice(&got, r.f[i]);
	}
	ck_assert_msg(tw_slice_is(tw_buf_slice(&got), want), "%.*s", (int)got.n, (const char *)got.p);
	tw_row_clear(&r);
	ck_assert_int_eq(tw_row_split(&r, tw_str("TLSv1.0,,,a c,yes,")), 0);
	ck_assert_int_eq(s->row(s->self, &r), -1); /* c was collected, and is absent */
	tw_row_clear(&r);
	ck_assert_int_eq(tw_row_split(&r, tw_str("TLSv1.0,,,a c b d e,partly,")), 0);
	ck_assert_int_eq(s->row(s->self, &r), 0);
	ck_assert(tw_slice_is(r.f[r.n - 1], "unknown:: root:RSA-1024:md5WithRSAEncryption "
		"intermediate:EC-secp256r1:ecdsa-with-SHA384 unreadable::"));
	tw_buf_free(&got);
	tw_row_free(&r);
	tw_header_free(&h);
	tw_classify_stage_free(s);
	tw_facts_free(facts);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("crypto");
	TCase *c = tcase_create("crypto");
	tcase_add_test(c, counts);
	tcase_add_test(c, snapshot);
	tcase_add_test(c, suites);
	tcase_add_test(c, strength);
	tcase_add_test(c, thresholds);
	tcase_add_test(c, stage);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
