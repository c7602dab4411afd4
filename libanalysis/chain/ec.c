/* ECDSA where GnuTLS does not go: the curves secp256k1 and brainpool r1, and
 * compressed points. The arithmetic is libcrypto's, in a library context of our
 * own, which no host's configuration reaches. */
#include "chain/algorithm.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <string.h>

static OSSL_LIB_CTX *library;

static const struct {
	const char *name;
	int nid;
	uint8_t size;  /* octets of a coordinate */
	bool gnutls;
} curves[] = {
	{ "secp256r1", NID_X9_62_prime256v1, 32, true },
	{ "secp384r1", NID_secp384r1, 48, true },
	{ "secp521r1", NID_secp521r1, 66, true },
	{ "secp224r1", NID_secp224r1, 28, true },
	{ "secp192r1", NID_X9_62_prime192v1, 24, true },
	{ "secp256k1", NID_secp256k1, 32, false },
	{ "brainpoolP160r1", NID_brainpoolP160r1, 20, false },
	{ "brainpoolP192r1", NID_brainpoolP192r1, 24, false },
	{ "brainpoolP224r1", NID_brainpoolP224r1, 28, false },
	{ "brainpoolP256r1", NID_brainpoolP256r1, 32, false },
	{ "brainpoolP320r1", NID_brainpoolP320r1, 40, false },
	{ "brainpoolP384r1", NID_brainpoolP384r1, 48, false },
	{ "brainpoolP512r1", NID_brainpoolP512r1, 64, false },
};

/* What a call of libcrypto gave; lack of memory is never a word about a key. */
static bool fine(bool ok)
{
	if (!ok && (errno == ENOMEM || ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE))
		tw_die("no memory to check a signature");
	if (!ok)
		ERR_clear_error();
	return ok;
}

void tw_ec_start(void)
{
	if (!OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL))
		tw_die("libcrypto does not start");
	if (!library)
		library = OSSL_LIB_CTX_new();
	if (!library)
		tw_die("libcrypto does not start");
}

enum tw_ec_form tw_ec_form(const char *curve, struct tw_slice point)
{
	size_t i = 0, n = sizeof curves / sizeof *curves;

	while (i < n && strcmp(curves[i].name, curve) != 0)
		i++;
	if (i == n)
		return TW_EC_UNSUPPORTED;
	if (point.n && (point.p[0] == 6 || point.p[0] == 7))
		return TW_EC_UNSUPPORTED;
	if (point.n == 1u + 2u * curves[i].size && point.p[0] == 4)
		return curves[i].gnutls ? TW_EC_GNUTLS : TW_EC_HERE;
	return point.n == 1u + curves[i].size && (point.p[0] == 2 || point.p[0] == 3) ? TW_EC_HERE : TW_EC_NO_POINT;
}

static int nid_of(const char *curve)
{
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (!strcmp(curves[i].name, curve))
			return curves[i].nid;
	return NID_undef;
}

/* Some builds of libcrypto lack curves. */
static bool has_curve(int nid)
{
	EC_GROUP *g = EC_GROUP_new_by_curve_name_ex(library, NULL, nid);

	EC_GROUP_free(g);
	return fine(g != NULL);
}

enum tw_sig tw_ec_new(const char *curve, struct tw_slice point, EVP_PKEY **out)
{
	int nid = nid_of(curve);
	char *name = (char *)(uintptr_t)OBJ_nid2sn(nid);
	OSSL_PARAM p[] = { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point.p, point.n),
		OSSL_PARAM_construct_end() };

	errno = 0;
	*out = NULL;
	if (!has_curve(nid))
		return TW_SIG_UNSUPPORTED;
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(library, "EC", NULL);
	bool ok = fine(c && EVP_PKEY_fromdata_init(c) == 1) && fine(EVP_PKEY_fromdata(c, out, EVP_PKEY_PUBLIC_KEY, p) == 1);
	EVP_PKEY_CTX_free(c);
	return ok ? TW_SIG_GOOD : TW_SIG_BAD;
}

bool tw_ec_verify(EVP_PKEY *k, struct tw_slice md, struct tw_slice sig)
{
	errno = 0;
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(library, k, NULL);
	bool ok = fine(c && EVP_PKEY_verify_init(c) == 1) && fine(EVP_PKEY_verify(c, sig.p, sig.n, md.p, md.n) == 1);

	EVP_PKEY_CTX_free(c);
	return ok;
}

void tw_ec_free(EVP_PKEY *k)
{
	EVP_PKEY_free(k);
}
