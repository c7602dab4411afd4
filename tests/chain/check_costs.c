/* What checks cost: the bounds on work count in these. */
#include "chain/signature.h"

#include <check.h>
#include <stdlib.h>

static uint32_t ec(const char *curve, uint32_t bits)
{
	return tw_pubkey_cost(&(struct tw_cert){ .key = TW_KEY_EC, .curve = curve, .key_bits = bits });
}

static uint32_t rsa(enum tw_key key, uint32_t bits, uint32_t exponent)
{
	static const uint8_t e[8] = { 1, 0, 1, 0, 0, 0, 0, 1 };
	return tw_pubkey_cost(&(struct tw_cert){ .key = key, .key_bits = bits, .rsa_e = { e, exponent } });
}

/* Larger costs more; curves for which libcrypto has no fast way cost more than
 * NIST's of their size. */
START_TEST(curves)
{
	ck_assert_uint_gt(ec("secp384r1", 384), ec("secp256r1", 256));
	ck_assert_uint_eq(ec("secp192r1", 192), ec("secp256r1", 256));
	ck_assert_uint_eq(ec("secp521r1", 521), ec("secp384r1", 384));
	ck_assert_uint_gt(ec("brainpoolP512r1", 512), ec("brainpoolP384r1", 384));
	ck_assert_uint_gt(ec("brainpoolP320r1", 320), ec("brainpoolP256r1", 256));
	ck_assert_uint_eq(ec("brainpoolP320r1", 320), ec("brainpoolP384r1", 384));
	ck_assert_uint_eq(ec("brainpoolP160r1", 160), ec("brainpoolP256r1", 256));
	ck_assert_uint_eq(ec("secp256k1", 256), ec("brainpoolP256r1", 256));
	ck_assert_uint_gt(ec("brainpoolP256r1", 256), ec("secp256r1", 256));
	ck_assert_uint_gt(ec("brainpoolP384r1", 384), ec("secp384r1", 384));
}
END_TEST

/* As the square of the modulus, and as the bits of the exponent: 64 against 17. */
START_TEST(moduli)
{
	ck_assert_uint_ge(rsa(TW_KEY_RSA, 4096, 3), 2 * rsa(TW_KEY_RSA, 2048, 3));
	ck_assert_uint_ge(rsa(TW_KEY_RSA, 16384, 3), 12 * rsa(TW_KEY_RSA, 4096, 3));
	ck_assert_uint_eq(rsa(TW_KEY_RSA, 2048, 1), rsa(TW_KEY_RSA, 2048, 3));
	ck_assert_uint_ge(rsa(TW_KEY_RSA, 16384, 4), 3 * rsa(TW_KEY_RSA, 16384, 3));
	ck_assert_uint_ge(rsa(TW_KEY_RSA, 16384, 8), 3 * rsa(TW_KEY_RSA, 16384, 3));
	ck_assert_uint_eq(rsa(TW_KEY_RSA_PSS, 4096, 3), rsa(TW_KEY_RSA, 4096, 3));
	ck_assert_uint_gt(rsa(TW_KEY_RSA, 512, 3), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("costs");
	TCase *tc = tcase_create("costs");
	tcase_add_test(tc, curves);
	tcase_add_test(tc, moduli);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
