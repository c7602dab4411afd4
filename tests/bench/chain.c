/* chain HOW DIR [STORE...]: CPU seconds of one way to judge the chains that
 * chain-make wrote. HOW is
 *   bare       a loop that imports each distinct key once and verifies the
 *              same TBS bytes with it: what no judge can do without
 *   engine     the chain stage, rows to verdicts, from opening certs.der on
 *   judge      the same from the first row on; behind it what opening took
 *   libcrypto  X509_verify_cert with one store kept, each presented
 *              certificate decoded as it comes (what a peer does)
 * Signatures are counted here, outside of what is measured: the linker puts
 * __wrap_gnutls_pubkey_verify_data2 before the library's own. */
#include "chain/stage.h"
#include "trust/store.h"

#include <gnutls/abstract.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <openssl/pem.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static _Atomic uint64_t signatures;

int __real_gnutls_pubkey_verify_data2(gnutls_pubkey_t, gnutls_sign_algorithm_t, unsigned, const gnutls_datum_t *, const gnutls_datum_t *);
int __wrap_gnutls_pubkey_verify_data2(gnutls_pubkey_t, gnutls_sign_algorithm_t, unsigned, const gnutls_datum_t *, const gnutls_datum_t *);
int __wrap_gnutls_pubkey_verify_data2(gnutls_pubkey_t k, gnutls_sign_algorithm_t a, unsigned f, const gnutls_datum_t *d,
    const gnutls_datum_t *s)
{
	atomic_fetch_add(&signatures, 1);
	return __real_gnutls_pubkey_verify_data2(k, a, f, d, s);
}

static double cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static char *path(const char *dir, const char *name)
{
	struct tw_buf b = { 0 };

	tw_buf_addf(&b, "%s/%s", dir, name);
	tw_buf_addc(&b, 0);
	return (char *)b.p;
}

/* The rows, read before the clock starts. */
struct rows {
	char *text;
	char **line;
	size_t n;
};

static void read_rows(struct rows *r, const char *dir)
{
	char *file = path(dir, "rows.csv"), *line = NULL;
	FILE *f = fopen(file, "r");
	size_t cap = 0;

	if (!f)
		tw_die("%s cannot be read", file);
	for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
		line[n - 1] = 0;
		if ((r->n & (r->n - 1)) == 0)
			r->line = tw_realloc(r->line, r->n ? 2 * r->n : 1, sizeof *r->line);
		r->line[r->n++] = tw_strdup(line);
	}
	fclose(f);
	free(line);
	free(file);
}

/* The distinct edges: each leaf and its intermediate, each intermediate and its root. */
static void bare(const char *dir)
{
	struct tw_certs certs;
	char *file = path(dir, "certs.der"), *roots = path(dir, "roots.pem");
	uint32_t *root = NULL, nroot = 0, *by, n;

	if (tw_certs_open(&certs, file) || tw_certs_load(&certs, roots, &root, &nroot) < 0)
		exit(2);
	n = certs.n - nroot;
	by = tw_alloc(n * sizeof *by);
	for (uint32_t i = 0; i < n; i++)
		by[i] = TW_NONE;
	/* Who signed whom, found by the names before the clock starts. */
	for (uint32_t k = 0; k < certs.n; k++) {
		if (!certs.v[k].ca)
			continue;
		for (uint32_t i = 0; i < n; i++)
			if (tw_slice_eq(certs.v[i].issuer, certs.v[k].subject))
				by[i] = k;
	}
	gnutls_pubkey_t *key = tw_alloc(certs.n * sizeof *key);
	double start = cpu();
	for (uint32_t i = 0; i < n; i++) {
		const struct tw_cert *c = &certs.v[i], *s = &certs.v[by[i]];
		gnutls_datum_t spki = { (unsigned char *)(uintptr_t)s->spki.p, (unsigned)s->spki.n };
		gnutls_datum_t tbs = { (unsigned char *)(uintptr_t)c->tbs.p, (unsigned)c->tbs.n };
		gnutls_datum_t sig = { (unsigned char *)(uintptr_t)c->signature.p, (unsigned)c->signature.n };
		if (!key[by[i]] && (gnutls_pubkey_init(&key[by[i]]) < 0 || gnutls_pubkey_import(key[by[i]], &spki, GNUTLS_X509_FMT_DER) < 0))
			tw_die("a key that cannot be imported");
		if (gnutls_pubkey_verify_data2(key[by[i]], GNUTLS_SIGN_RSA_SHA256, 0, &tbs, &sig) < 0)
			tw_die("a signature that does not verify");
	}
	printf("%.3f %llu %u\n", cpu() - start, (unsigned long long)signatures, n);
	exit(0);
}

static void engine(const char *dir, char *const *store, int nstore, bool opening)
{
	struct rows r = { 0 };
	struct tw_header h = { 0 };
	struct tw_row row = { 0 };
	char *certs = path(dir, "certs.der");
	uint64_t good = 0;

	read_rows(&r, dir);
	double start = cpu();
	struct tw_chain_options o = { .certs = certs, .store = store, .nstore = nstore, .threads = 1 };
	struct tw_stage *s = tw_chain_stage(&o);
	if (!s || tw_header_parse(&h, tw_str(r.line[0])) || s->bind(s->self, &h))
		exit(2);
	uint32_t verdict = TW_NONE;
	for (uint32_t i = 0; i < h.n; i++)
		if (!strncmp(h.name[i], "verdict.", 8) && verdict == TW_NONE)
			verdict = i;
	double opened = cpu();
	for (size_t i = 1; i < r.n; i++) {
		if (tw_row_split(&row, tw_str(r.line[i])) || s->row(s->self, &row))
			exit(2);
		good += tw_slice_is(row.f[verdict], "verifiable");
	}
	printf("%.3f %llu %llu %.3f\n", cpu() - (opening ? start : opened), (unsigned long long)signatures, (unsigned long long)good,
		opened - start);
	exit(0);
}

/* ---- the peer ---- */
static X509 *decode(const struct tw_cert *c)
{
	const unsigned char *p = c->der.p;
	X509 *x = d2i_X509(NULL, &p, (long)c->der.n);

	if (!x)
		tw_die("libcrypto cannot read a certificate");
	return x;
}

static void libcrypto(const char *dir)
{
	struct rows r = { 0 };
	struct tw_certs certs;
	char *file = path(dir, "certs.der"), *roots = path(dir, "roots.pem");
	X509_STORE *store = X509_STORE_new();
	uint64_t good = 0;

	read_rows(&r, dir);
	if (tw_certs_open(&certs, file) || X509_STORE_load_file(store, roots) != 1)
		exit(2);
	X509_VERIFY_PARAM *p = X509_STORE_get0_param(store);
	X509_VERIFY_PARAM_set_time(p, 1714521600); /* the rows' own */
	X509_VERIFY_PARAM_set_auth_level(p, 0);
	X509_VERIFY_PARAM_set_purpose(p, X509_PURPOSE_SSL_SERVER);
	double start = cpu();
	for (size_t i = 1; i < r.n; i++) {
		const char *chain = strchr(strchr(r.line[i], ',') + 1, ',') + 1;
		uint8_t d[2][TW_SHA256];
		if (!tw_unhex((struct tw_slice){ (const uint8_t *)chain, 64 }, d[0], TW_SHA256) ||
		    !tw_unhex((struct tw_slice){ (const uint8_t *)chain + 65, 64 }, d[1], TW_SHA256))
			exit(2);
		X509 *leaf = decode(&certs.v[tw_certs_find(&certs, d[0])]), *inter = decode(&certs.v[tw_certs_find(&certs, d[1])]);
		STACK_OF(X509) *sent = sk_X509_new_null();
		X509_STORE_CTX *ctx = X509_STORE_CTX_new();
		if (!sk_X509_push(sent, inter) || X509_STORE_CTX_init(ctx, store, leaf, sent) != 1)
			exit(2);
		good += X509_verify_cert(ctx) == 1;
		X509_STORE_CTX_free(ctx);
		sk_X509_pop_free(sent, X509_free);
		X509_free(leaf);
	}
	printf("%.3f 0 %llu\n", cpu() - start, (unsigned long long)good);
	exit(0);
}

int main(int argc, char **argv)
{
	if (argc >= 3 && !strcmp(argv[1], "bare"))
		bare(argv[2]);
	if (argc >= 4 && (!strcmp(argv[1], "engine") || !strcmp(argv[1], "judge")))
		engine(argv[2], argv + 3, argc - 3, argv[1][0] == 'e');
	if (argc >= 3 && !strcmp(argv[1], "libcrypto"))
		libcrypto(argv[2]);
	fprintf(stderr, "usage: chain bare|engine|judge|libcrypto DIR [STORE...]\n");
	return 2;
}
