/* The facts of every certificate of the fixtures and of the host's Mozilla
 * roots, where there are any, against GnuTLS's reading of them. */
#include "cert/cert.h"

#include <check.h>
#include <dirent.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

static int compared;

static void read_file(struct tw_buf *b, const char *path)
{
	FILE *f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s", path);
	size_t got;
	while ((got = fread(tw_buf_room(b, 65536), 1, 65536, f)) > 0)
		b->n += got;
	fclose(f);
}

/* GnuTLS spells some attribute types in its own way. */
static void respell(struct tw_buf *b, const char *s)
{
	static const char *const pair[][2] = { { "EMAIL=", "emailAddress=" }, { "surName=", "SN=" },
		{ "givenName=", "GN=" } };
	while (*s) {
		size_t i = 0;
		while (i < 3 && strncmp(s, pair[i][0], strlen(pair[i][0])) != 0)
			i++;
		if (i < 3) {
			tw_buf_adds(b, pair[i][1]);
			s += strlen(pair[i][0]);
		} else
			tw_buf_addc(b, *s++);
	}
}

static void same_name(const char *path, struct tw_slice name, gnutls_x509_crt_t g, bool subject)
{
	gnutls_datum_t dn;
	struct tw_buf ours = { 0 }, theirs = { 0 };
	int r = subject ? gnutls_x509_crt_get_dn3(g, &dn, 0) : gnutls_x509_crt_get_issuer_dn3(g, &dn, 0);
	ck_assert_int_eq(r, 0);
	ck_assert_int_eq(tw_name_text(&ours, name), 0);
	respell(&theirs, (char *)dn.data);
	/* organizationIdentifier is newer than GnuTLS 3.7's table. */
	if (!memmem(ours.p, ours.n, "organizationIdentifier", 22) || memmem(theirs.p, theirs.n, "organizationId", 14))
		ck_assert_msg(tw_slice_eq(tw_buf_slice(&ours), tw_buf_slice(&theirs)), "%s: %.*s, GnuTLS %.*s", path,
				(int)ours.n, (char *)ours.p, (int)theirs.n, (char *)theirs.p);
	gnutls_free(dn.data);
	tw_buf_free(&ours);
	tw_buf_free(&theirs);
}

static void same_ids(const char *path, const struct tw_cert *c, gnutls_x509_crt_t g)
{
	uint8_t id[1024];
	size_t n = sizeof id;
	int r = gnutls_x509_crt_get_serial(g, id, &n);
	ck_assert_msg(r == 0 && tw_slice_eq(c->serial, (struct tw_slice){ id, n }), "%s: serial", path);
	n = sizeof id;
	r = gnutls_x509_crt_get_subject_key_id(g, id, &n, NULL);
	ck_assert_msg(r == 0 ? tw_slice_eq(c->ski, (struct tw_slice){ id, n }) : c->ski.n == 0, "%s: ski", path);
	n = sizeof id;
	r = gnutls_x509_crt_get_authority_key_id(g, id, &n, NULL);
	ck_assert_msg(r == 0 ? tw_slice_eq(c->aki, (struct tw_slice){ id, n }) : c->aki.n == 0, "%s: aki", path);
	n = sizeof id;
	ck_assert_int_eq(gnutls_x509_crt_get_fingerprint(g, GNUTLS_DIG_SHA256, id, &n), 0);
	ck_assert_msg(memcmp(id, c->sha256, TW_SHA256) == 0, "%s: sha256", path);
}

static void same_key(const char *path, const struct tw_cert *c, gnutls_x509_crt_t g)
{
	unsigned bits = 0;
	int pk = gnutls_x509_crt_get_pk_algorithm(g, &bits);
	/* GnuTLS reads no explicit parameters, counts P-521 in bytes and a modulus
	 * in bits. */
	if (pk < 0 || (c->curve && strcmp(c->curve, "explicit") == 0))
		return;
	if (bits == 528)
		bits = 521;
	if (pk == GNUTLS_PK_RSA || pk == GNUTLS_PK_RSA_PSS || pk == GNUTLS_PK_DSA || pk == GNUTLS_PK_ECDSA)
		ck_assert_msg(c->key_bits == bits, "%s: %u bits, GnuTLS %u", path, c->key_bits, bits);
	gnutls_datum_t m, e;
	if (pk == GNUTLS_PK_RSA && gnutls_x509_crt_get_pk_rsa_raw(g, &m, &e) == 0) {
		struct tw_slice n = { m.data, m.size };
		while (n.n && n.p[0] == 0)
			n.p++, n.n--;
		ck_assert_msg(tw_slice_eq(n, c->rsa_n), "%s: modulus", path);
		gnutls_free(m.data);
		gnutls_free(e.data);
	}
}

/* GnuTLS's key usage bits are the BIT STRING's octets, the second one high. */
static uint32_t usage_of(unsigned g)
{
	uint32_t u = 0;
	for (unsigned i = 0; i < 8; i++)
		if (g & 0x80u >> i)
			u |= 1u << i;
	return g & GNUTLS_KEY_DECIPHER_ONLY ? u | TW_KU_DECIPHER_ONLY : u;
}

static void same_extensions(const char *path, const struct tw_cert *c, gnutls_x509_crt_t g)
{
	unsigned critical = 0, ca = 0, usage = 0;
	int len = -1;
	int r = gnutls_x509_crt_get_basic_constraints(g, &critical, &ca, &len);
	ck_assert_msg((r >= 0) == ((c->ext & TW_EXT_BASIC_CONSTRAINTS) != 0), "%s: basicConstraints %d", path, r);
	if (r >= 0)
		ck_assert_msg(c->ca == (ca != 0) && c->path_length == len &&
				(critical != 0) == ((c->critical & TW_EXT_BASIC_CONSTRAINTS) != 0), "%s: ca", path);
	r = gnutls_x509_crt_get_key_usage(g, &usage, &critical);
	ck_assert_msg((r == 0) == ((c->ext & TW_EXT_KEY_USAGE) != 0), "%s: keyUsage", path);
	if (r == 0)
		ck_assert_msg(c->key_usage == usage_of(usage), "%s: %x, GnuTLS %x", path, c->key_usage, usage);
	uint32_t names = 0;
	char name[4096];
	for (;; names++) {
		size_t n = sizeof name;
		r = gnutls_x509_crt_get_subject_alt_name(g, names, name, &n, NULL);
		if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
	}
	ck_assert_msg(names == c->san_count, "%s: %u names, GnuTLS %u", path, c->san_count, names);
}

static void compare(const char *path, struct tw_slice der)
{
	gnutls_x509_crt_t g;
	gnutls_datum_t d = { (unsigned char *)(uintptr_t)der.p, (unsigned)der.n };
	struct tw_cert c;
	tw_cert_read(&c, der);
	ck_assert_msg(c.readable && c.faults == 0, "%s: readable %d, faults %llx", path, c.readable,
			(unsigned long long)c.faults);
	ck_assert_int_eq(gnutls_x509_crt_init(&g), 0);
	ck_assert_msg(gnutls_x509_crt_import(g, &d, GNUTLS_X509_FMT_DER) == 0, "%s", path);
	ck_assert_int_eq(c.version, gnutls_x509_crt_get_version(g));
	ck_assert_int_eq(c.not_before, gnutls_x509_crt_get_activation_time(g));
	ck_assert_int_eq(c.not_after, gnutls_x509_crt_get_expiration_time(g));
	same_name(path, c.subject, g, true);
	same_name(path, c.issuer, g, false);
	same_ids(path, &c, g);
	same_key(path, &c, g);
	same_extensions(path, &c, g);
	gnutls_x509_crt_deinit(g);
	compared++;
}

static void compare_file(const char *path)
{
	struct tw_buf text = { 0 }, der = { 0 };
	size_t pos = 0, at;
	const char *why;
	int r;
	read_file(&text, path);
	while ((r = tw_pem_next(tw_buf_slice(&text), &pos, &der, &at, &why)) == 1)
		compare(path, tw_buf_slice(&der));
	ck_assert_int_eq(r, 0);
	tw_buf_free(&text);
	tw_buf_free(&der);
}

static int compare_folder(const char *folder)
{
	DIR *d = opendir(folder);
	compared = 0;
	for (struct dirent *e; d && (e = readdir(d));) {
		char path[4096];
		size_t n = strlen(e->d_name);
		if (n < 4 || (strcmp(e->d_name + n - 4, ".pem") != 0 && strcmp(e->d_name + n - 4, ".crt") != 0))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		compare_file(path);
	}
	if (d)
		closedir(d);
	return compared;
}

START_TEST(fixtures)
{
	char path[4096];
	const char *src = getenv("TW_SRCDIR");
	snprintf(path, sizeof path, "%s/tests/cert/fixtures", src ? src : ".");
	ck_assert_int_ge(compare_folder(path), 15);
}
END_TEST

START_TEST(mozilla)
{
	static const char folder[] = "/usr/share/ca-certificates/mozilla";
	int n = compare_folder(folder);
	if (n == 0)
		printf("skipped: no certificates in %s\n", folder);
	else
		printf("%d certificates of %s compared with GnuTLS\n", n, folder);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("cert oracle");
	TCase *c = tcase_create("oracle");
	tcase_set_timeout(c, 120);
	tcase_add_test(c, fixtures);
	tcase_add_test(c, mozilla);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad ? 1 : 0;
}
