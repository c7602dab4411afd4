/* Counts signatures from outside, for tests/cli/threads.sh (LD_PRELOAD): each
 * (key, bytes that are signed, signature) that is given to GnuTLS, appended as
 * one line to the file TW_ONCE at exit; the key by its own identifier. */
#include <dlfcn.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	unsigned char key[20], tbs[20], sig[20];
} *seen;
static size_t n;

int gnutls_pubkey_verify_data2(gnutls_pubkey_t key, gnutls_sign_algorithm_t a, unsigned flags, const gnutls_datum_t *tbs,
	const gnutls_datum_t *sig)
{
	int (*real)(gnutls_pubkey_t, gnutls_sign_algorithm_t, unsigned, const gnutls_datum_t *, const gnutls_datum_t *);
	size_t size = sizeof seen->key;

	*(void **)&real = dlsym(RTLD_NEXT, "gnutls_pubkey_verify_data2");
	pthread_mutex_lock(&lock);
	seen = realloc(seen, (n + 1) * sizeof *seen);
	if (!seen || gnutls_pubkey_get_key_id(key, 0, seen[n].key, &size) < 0 ||
			gnutls_hash_fast(GNUTLS_DIG_SHA1, tbs->data, tbs->size, seen[n].tbs) < 0 ||
			gnutls_hash_fast(GNUTLS_DIG_SHA1, sig->data, sig->size, seen[n].sig) < 0)
		abort();
	n++;
	pthread_mutex_unlock(&lock);
	return real(key, a, flags, tbs, sig);
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("TW_ONCE");
	FILE *f = path ? fopen(path, "a") : NULL;

	for (size_t i = 0; f && i < n; i++) {
		const unsigned char *b = (const unsigned char *)&seen[i];
		for (size_t k = 0; k < sizeof *seen; k++)
			fprintf(f, "%02x", b[k]);
		fputc('\n', f);
	}
	if (f && fclose(f))
		abort();
}
