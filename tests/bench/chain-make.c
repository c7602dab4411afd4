/* chain-make LEAVES INTERMEDIATES OUTDIR: a web's worth of chains, made by
 * libcrypto: OUTDIR gets certs.der (leaves, then intermediates), roots.pem,
 * other.pem (half of the same roots) and rows.csv. Every leaf is its own
 * chain: the leaf and its intermediate. All signatures are RSA-2048, the
 * cheapest to check, so that whatever is not a signature shows. */
#include <openssl/conf.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOTS 20
#define INTERMEDIATE_KEYS 200 /* making one takes some 150 ms */
#define LEAF_KEYS 200
#define THREADS 2

struct named {
	X509 *cert;
	EVP_PKEY *key;
};
static struct named root[ROOTS], *inter;
static EVP_PKEY *inter_key[INTERMEDIATE_KEYS], *leaf_key[LEAF_KEYS];
static X509 **leaf;
static int nleaf, ninter;

static void need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "chain-make: %s failed\n", what);
	exit(2);
}

static void extend(X509 *c, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	CONF *none = NCONF_new(NULL); /* policies are not read without one */

	X509V3_set_ctx(&ctx, issuer, c, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, none);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	need(e && X509_add_ext(c, e, -1), value);
	X509_EXTENSION_free(e);
	NCONF_free(none);
}

static X509 *issue(const char *cn, long serial, EVP_PKEY *key, X509 *issuer, EVP_PKEY *by, bool ca)
{
	static const char *const usual[] = { "digitalSignature,keyEncipherment", "keyCertSign,cRLSign" };
	X509 *c = X509_new();
	X509_NAME *n = X509_NAME_new();

	need(c && n && X509_set_version(c, 2) && ASN1_INTEGER_set(X509_get_serialNumber(c), serial) &&
		X509_NAME_add_entry_by_txt(n, "C", MBSTRING_ASC, (const unsigned char *)"XX", -1, -1, 0) &&
		X509_NAME_add_entry_by_txt(n, "O", MBSTRING_ASC, (const unsigned char *)"Bench", -1, -1, 0) &&
		X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0) &&
		X509_set_subject_name(c, n) && X509_set_issuer_name(c, issuer ? X509_get_subject_name(issuer) : n) &&
		ASN1_TIME_set_string(X509_getm_notBefore(c), "20200101000000Z") &&
		ASN1_TIME_set_string(X509_getm_notAfter(c), "20300101000000Z") && X509_set_pubkey(c, key), "a certificate");
	X509_NAME_free(n);
	if (!issuer)
		issuer = c;
	extend(c, issuer, NID_basic_constraints, ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	extend(c, issuer, NID_key_usage, usual[ca]);
	extend(c, issuer, NID_subject_key_identifier, "hash");
	extend(c, issuer, NID_authority_key_identifier, "keyid");
	if (!ca) {
		char san[128];
		snprintf(san, sizeof san, "DNS:%s,DNS:www.%s", cn, cn);
		extend(c, issuer, NID_ext_key_usage, "serverAuth,clientAuth");
		extend(c, issuer, NID_subject_alt_name, san);
		extend(c, issuer, NID_info_access, "OCSP;URI:http://ocsp.example.test/,caIssuers;URI:http://ca.example.test/i.crt");
		extend(c, issuer, NID_crl_distribution_points, "URI:http://crl.example.test/i.crl");
	}
	if (issuer != c)
		extend(c, issuer, NID_certificate_policies, ca ? "2.5.29.32.0" : "2.23.140.1.2.1");
	need(X509_sign(c, by, EVP_sha256()) > 0, "signing");
	return c;
}

static void *make_keys(void *arg)
{
	for (int i = (int)(intptr_t)arg; i < INTERMEDIATE_KEYS; i += THREADS)
		need((inter_key[i] = EVP_RSA_gen(2048)) != NULL, "a key");
	for (int i = (int)(intptr_t)arg; i < LEAF_KEYS; i += THREADS)
		need((leaf_key[i] = EVP_EC_gen("P-256")) != NULL, "a key");
	return NULL;
}

static void *sign_leaves(void *arg)
{
	char cn[64];

	for (int i = (int)(intptr_t)arg; i < nleaf; i += THREADS) {
		struct named *by = &inter[i % ninter];
		snprintf(cn, sizeof cn, "host-%d.example.test", i);
		leaf[i] = issue(cn, i + 1, leaf_key[i % LEAF_KEYS], by->cert, by->key, false);
	}
	return NULL;
}

static void both(void *(*fn)(void *))
{
	pthread_t t[THREADS];

	for (intptr_t i = 0; i < THREADS; i++)
		need(pthread_create(&t[i], NULL, fn, (void *)i) == 0, "a thread");
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
}

static FILE *create(const char *dir, const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "wb");
	need(f != NULL, path);
	return f;
}

static void close_file(FILE *f)
{
	need(fflush(f) == 0 && fclose(f) == 0, "writing");
}

static void digest(X509 *c, char hex[65])
{
	unsigned char md[SHA256_DIGEST_LENGTH];

	need(X509_digest(c, EVP_sha256(), md, NULL), "a digest");
	for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
		snprintf(hex + 2 * i, 3, "%02x", md[i]);
}

int main(int argc, char **argv)
{
	char cn[64], a[65], b[65];

	if (argc != 4 || (nleaf = atoi(argv[1])) < 1 || (ninter = atoi(argv[2])) < 1) {
		fprintf(stderr, "usage: chain-make LEAVES INTERMEDIATES OUTDIR\n");
		return 2;
	}
	inter = calloc((size_t)ninter, sizeof *inter);
	leaf = calloc((size_t)nleaf, sizeof(X509 *));
	need(inter && leaf, "memory");
	both(make_keys);
	FILE *roots = create(argv[3], "roots.pem"), *other = create(argv[3], "other.pem");
	for (int i = 0; i < ROOTS; i++) {
		snprintf(cn, sizeof cn, "Root %d", i);
		root[i].key = EVP_RSA_gen(2048);
		root[i].cert = issue(cn, i + 1, root[i].key, NULL, root[i].key, true);
		PEM_write_X509(roots, root[i].cert);
		if (i % 2)
			PEM_write_X509(other, root[i].cert);
	}
	close_file(roots);
	close_file(other);
	for (int i = 0; i < ninter; i++) {
		snprintf(cn, sizeof cn, "Intermediate %d", i);
		inter[i].key = inter_key[i % INTERMEDIATE_KEYS];
		inter[i].cert = issue(cn, i + 1, inter[i].key, root[i % ROOTS].cert, root[i % ROOTS].key, true);
	}
	both(sign_leaves);
	FILE *certs = create(argv[3], "certs.der"), *rows = create(argv[3], "rows.csv");
	fputs("time,name,chain,collected\n", rows);
	for (int i = 0; i < nleaf; i++) {
		need(i2d_X509_fp(certs, leaf[i]), "writing");
		digest(leaf[i], a);
		digest(inter[i % ninter].cert, b);
		fprintf(rows, "2024-05-01T00:00:00Z,host-%d.example.test,%s %s,yes\n", i, a, b);
	}
	for (int i = 0; i < ninter; i++)
		need(i2d_X509_fp(certs, inter[i].cert), "writing");
	close_file(certs);
	close_file(rows);
	return 0;
}
