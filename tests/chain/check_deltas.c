/* Delta lists by scope and number, against lists gone through one by one; what
 * makes two scopes one. */
#include "chain/crls.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define LISTS 12
#define ROUNDS 5000

static uint32_t below(uint32_t n)
{
	static uint64_t s = 1;

	s = s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(s >> 33) % n;
}

/* INTEGERs by their values, some with a zero in front; -1: none. */
static struct tw_slice number(int v)
{
	static uint8_t octets[600][3];

	if (v < 0)
		return (struct tw_slice){ NULL, 0 };
	uint8_t *p = octets[v];
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)v;
	size_t skip = v < 256 ? 2 - below(3) : 1 - below(2);
	return (struct tw_slice){ p + skip, 3 - skip };
}

START_TEST(numbers)
{
	static const int v[] = { -1, 0, 1, 127, 128, 255, 256, 257, 511, 512 };
	int n = sizeof v / sizeof *v;

	for (int round = 0; round < 50; round++)
		for (int i = 0; i < n; i++)
			for (int k = 0; k < n; k++) {
				int d = tw_crls_compare(number(v[i]), number(v[k]));
				ck_assert_msg((d > 0) - (d < 0) == (v[i] > v[k]) - (v[i] < v[k]), "%d and %d", v[i], v[k]);
			}
}
END_TEST

static int value[LISTS], base[LISTS];
static struct tw_list list[LISTS];

static void draw(uint32_t n)
{
	memset(list, 0, sizeof list);
	for (uint32_t i = 0; i < n; i++) {
		value[i] = (int)below(12) + 250 - (below(10) ? 0 : 251 + (int)below(12));
		value[i] = value[i] < 0 ? -1 : value[i];
		base[i] = 244 + (int)below(18);
		list[i].scope = below(3);
		list[i].delta = below(4) > 0;
		list[i].crl.number = number(value[i]);
		list[i].crl.base = number(base[i]);
	}
}

/* The deltas that x's scope has with larger numbers, in their order, of one
 * number as they were loaded. */
static uint32_t later(uint32_t n, uint32_t x, uint32_t *v)
{
	uint32_t k = 0;

	for (int of = 0; of < 600; of++)
		for (uint32_t i = 0; i < n; i++)
			if (list[i].delta && list[i].scope == list[x].scope && value[i] == of && of > value[x])
				v[k++] = i;
	return k;
}

START_TEST(next)
{
	for (int round = 0; round < ROUNDS; round++) {
		uint32_t n = 1 + below(LISTS);
		struct tw_crls s = { .list = list, .n = n };
		draw(n);
		for (uint32_t x = 0; x < n; x++) {
			uint32_t v[LISTS], want = later(n, x, v), at = TW_NONE, y, k = 0;
			while (want && base[v[want - 1]] > value[x])
				want--;
			for (; tw_crls_next_delta(&s, x, &at, &y); k++)
				ck_assert_msg(k < want && y == v[k], "round %d, list %u: delta %u", round, x, y);
			ck_assert_msg(k == want, "round %d, list %u: %u deltas, wanted %u", round, x, k, want);
		}
		free(s.delta);
	}
}
END_TEST

static struct tw_slice bytes(const char *p, size_t n)
{
	return (struct tw_slice){ (const uint8_t *)p, n };
}

/* Each differs from each other in one thing at least. */
START_TEST(scopes)
{
	/* one name that holds what stands between two others */
	static const char whole[] = "a\6\0\0\0\377\377\377\377b";
	struct tw_point_name directory[] = { { 4, 1, bytes("aa", 2) }, { 4, 2, bytes("aa", 2) } }, other = { 4, 1, bytes("b", 1) };
	struct tw_point_name uri[] = { { 6, TW_NONE, bytes("a", 1) }, { 6, TW_NONE, bytes("b", 1) }, { 6, TW_NONE, bytes(whole, 10) } };
	struct tw_point_name dns = { 2, TW_NONE, bytes("a", 1) };
	struct tw_list l[] = { { .issuer = 0 }, { .issuer = 1 }, { .nname = 0 }, { .crl.idp.only_user = true }, { .crl.idp.only_ca = true },
		{ .crl.idp.only_attribute = true }, { .crl.idp.indirect = true }, { .crl.idp.point.named = true },
		{ .crl.idp.point.has_reasons = true }, { .crl.idp.point.has_reasons = true, .crl.idp.point.reasons = 2 },
		{ .name = &directory[0], .nname = 1 }, { .name = &directory[1], .nname = 1 }, { .name = &uri[0], .nname = 1 },
		{ .name = &uri[1], .nname = 1 }, { .name = uri, .nname = 2 }, { .name = &uri[2], .nname = 1 }, { .name = &dns, .nname = 1 } };
	struct tw_crls s = { .n = 0 };
	uint32_t got[sizeof l / sizeof *l], n = 0;

	for (size_t i = 2; i < sizeof l / sizeof *l; i++)
		l[i].crl.ext = TW_CRL_IDP;
	for (; n < sizeof l / sizeof *l; n++) {
		got[n] = tw_crls_scope(&s, &l[n]);
		for (uint32_t i = 0; i < n; i++)
			ck_assert_msg(got[i] != got[n], "%u and %u", i, n);
	}
	/* of directory names the number counts; what the extension says counts with it alone */
	l[10].name = &other;
	ck_assert_uint_eq(tw_crls_scope(&s, &l[10]), got[10]);
	l[0].crl.idp.only_ca = true;
	ck_assert_uint_eq(tw_crls_scope(&s, &l[0]), got[0]);
	tw_set_free(&s.scopes);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("deltas");
	TCase *tc = tcase_create("deltas");

	tcase_add_test(tc, numbers);
	tcase_add_test(tc, next);
	tcase_add_test(tc, scopes);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
