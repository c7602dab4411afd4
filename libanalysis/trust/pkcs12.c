/* PKCS#12's keys. GnuTLS decrypts it too, but keeps to itself the attribute by
 * which Java marks what it trusts; so the content is read here, and libcrypto is
 * asked for one thing at a time, in a library context that no host's
 * configuration reaches. Old keystores are encrypted with 40 bits of RC2, which
 * libcrypto has in its provider "legacy". */
#include "trust/pkcs12.h"
#include "base/bounds.h"
#include "trust/elements.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

static OSSL_LIB_CTX *library;

static OSSL_LIB_CTX *start(void)
{
	if (library)
		return library;
	if (!OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL) || !(library = OSSL_LIB_CTX_new()) ||
	    !OSSL_PROVIDER_load(library, "default"))
		tw_die("libcrypto does not start");
	/* Where it is not installed, its ciphers are unknown ones. */
	if (!OSSL_PROVIDER_load(library, "legacy"))
		ERR_clear_error();
	return library;
}

uint64_t tw_pkcs12_number(struct tw_slice integer)
{
	uint64_t v = 0;

	if (!integer.n || integer.p[0] & 0x80)
		return UINT64_MAX;
	for (size_t i = 0; i < integer.n; i++) {
		if (v >> 56)
			return UINT64_MAX;
		v = v << 8 | integer.p[i];
	}
	return v;
}

static bool pay(struct tw_pkcs12_cost *cost, uint64_t rounds)
{
	if (rounds > cost->left)
		return false;
	cost->left -= rounds;
	return true;
}

static EVP_MD *digest_of(struct tw_slice algorithm)
{
	struct tw_der d = tw_elements(algorithm);
	struct tw_slice body;

	if (!tw_elements_take(&d, DER_SEQUENCE, &body))
		return NULL;
	const uint8_t *p = body.p;
	ASN1_OBJECT *oid = d2i_ASN1_OBJECT(NULL, &p, (long)body.n);
	int nid = oid ? OBJ_obj2nid(oid) : NID_undef;
	ASN1_OBJECT_free(oid);
	return nid == NID_undef ? NULL : EVP_MD_fetch(start(), OBJ_nid2sn(nid), NULL);
}

enum tw_pkcs12_result tw_pkcs12_mac(struct tw_pkcs12_cost *cost, const char *password, struct tw_slice digest,
	struct tw_slice mac, struct tw_slice salt, uint64_t rounds, struct tw_slice content)
{
	uint8_t key[EVP_MAX_MD_SIZE], have[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	EVP_MD *md = digest_of(digest);
	enum tw_pkcs12_result r = TW_PKCS12_WRONG;

	if (!md || !rounds || rounds > INT32_MAX) {
		r = !md ? TW_PKCS12_UNKNOWN : TW_PKCS12_COSTLY;
	} else if (!pay(cost, rounds)) {
		r = TW_PKCS12_COSTLY;
	} else if (!PKCS12_key_gen_utf8_ex(password, password ? (int)strlen(password) : 0, (uint8_t *)(uintptr_t)salt.p, (int)salt.n,
			PKCS12_MAC_ID, (int)rounds, EVP_MD_get_size(md), key, md, start(), NULL) ||
	           !HMAC(md, key, EVP_MD_get_size(md), content.p, content.n, have, &n)) {
		r = TW_PKCS12_UNKNOWN; /* a digest without fixed length */
	} else if (n == mac.n && !memcmp(have, mac.p, n)) {
		r = TW_PKCS12_DONE;
	}
	EVP_MD_free(md);
	ERR_clear_error();
	return r;
}

/* Rounds that an algorithm asks for; UINT64_MAX: it is no password-based one of
 * those whose cost is their rounds (scrypt's is not). */
static uint64_t rounds_of(struct tw_slice algorithm)
{
	struct tw_der d = tw_elements(algorithm);
	struct tw_slice body, oid, parameters, rounds;

	if (!tw_elements_take(&d, DER_SEQUENCE, &body))
		return UINT64_MAX;
	d = tw_elements(body);
	if (!tw_elements_take(&d, DER_OID, &oid) || !tw_elements_take(&d, DER_SEQUENCE, &parameters))
		return UINT64_MAX;
	if (tw_oid_is(oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d")) { /* PBES2: RFC 8018 A.4 */
		d = tw_elements(parameters);
		if (!tw_elements_take(&d, DER_SEQUENCE, &body))
			return UINT64_MAX;
		d = tw_elements(body);
		if (!tw_elements_take(&d, DER_OID, &oid) || !tw_oid_is(oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c") ||
		    !tw_elements_take(&d, DER_SEQUENCE, &parameters))
			return UINT64_MAX;
	} else if (!(oid.n == 10 && !memcmp(oid.p, "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01", 9))) { /* RFC 7292 appendix C */
		return UINT64_MAX;
	}
	d = tw_elements(parameters);
	if (!tw_elements_take(&d, DER_OCTETS, &body) || !tw_elements_take(&d, DER_INTEGER, &rounds))
		return UINT64_MAX;
	return tw_pkcs12_number(rounds);
}

enum tw_pkcs12_result tw_pkcs12_decrypt(struct tw_pkcs12_cost *cost, const char *password, struct tw_slice algorithm,
	struct tw_slice content, struct tw_buf *out)
{
	uint64_t rounds = rounds_of(algorithm);
	uint8_t *plain = NULL;
	int n = 0;

	if (rounds == UINT64_MAX)
		return TW_PKCS12_UNKNOWN;
	if (!rounds || rounds > INT32_MAX || !pay(cost, rounds))
		return TW_PKCS12_COSTLY;
	const uint8_t *p = algorithm.p;
	X509_ALGOR *a = d2i_X509_ALGOR(NULL, &p, (long)algorithm.n);
	if (!a || content.n > INT32_MAX) {
		X509_ALGOR_free(a);
		ERR_clear_error();
		return TW_PKCS12_UNKNOWN;
	}
	enum tw_pkcs12_result r = TW_PKCS12_DONE;
	if (!PKCS12_pbe_crypt_ex(a, password, password ? (int)strlen(password) : 0, content.p, (int)content.n, &plain, &n, 0, start(),
			NULL)) {
		/* Said where the padding, all there is to know a wrong key by, is not right. */
		r = ERR_GET_REASON(ERR_peek_last_error()) == PKCS12_R_PKCS12_CIPHERFINAL_ERROR ? TW_PKCS12_WRONG : TW_PKCS12_UNKNOWN;
	} else {
		tw_buf_add(out, plain, (size_t)n);
		OPENSSL_free(plain);
	}
	X509_ALGOR_free(a);
	ERR_clear_error();
	return r;
}

bool tw_pkcs12_to_der(struct tw_slice ber, struct tw_buf *der)
{
	const uint8_t *p = ber.p;
	uint8_t *bytes = NULL;

	start();
	PKCS12 *pfx = d2i_PKCS12(NULL, &p, (long)ber.n);
	int n = pfx ? i2d_PKCS12(pfx, &bytes) : -1;
	if (n > 0)
		tw_buf_add(der, bytes, (size_t)n);
	OPENSSL_free(bytes);
	PKCS12_free(pfx);
	ERR_clear_error();
	return n > 0;
}
