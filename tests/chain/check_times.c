/* Sets of seconds against the same sets as bits, one a second, with both ends of
 * time among them: every set of these seconds, made from random intervals. */
#include "chain/times.h"

#include <check.h>
#include <stdlib.h>

/* The seconds that sets begin or end at: bit i stands for second[i]. Between two
 * of them that are not neighbours in time lies a gap, which has a bit too. */
enum { SECONDS = 7, BITS = 2 * SECONDS - 1 };
static const int64_t second[SECONDS] = { TW_TIME_MIN, TW_TIME_MIN + 1, -1, 0, 1, TW_TIME_MAX - 1, TW_TIME_MAX };

/* Whether there are seconds between the i-th and the next. */
static bool gap(int i)
{
	return second[i] + 1 < second[i + 1];
}

/* From the a-th second to the b-th: an even bit a second, an odd one what lies
 * between two, set also where nothing does. */
static uint32_t bits_of(int a, int b)
{
	return a > b ? 0 : ((UINT32_C(2) << 2 * b) - 1) & ~((UINT32_C(1) << 2 * a) - 1);
}

/* Bits of gaps that are none follow their neighbours: set where both are. */
static uint32_t settled(uint32_t set)
{
	for (int i = 0; i + 1 < SECONDS; i++)
		if (!gap(i)) {
			uint32_t both = UINT32_C(5) << 2 * i;
			set = (set & both) == both ? set | UINT32_C(2) << 2 * i : set & ~(UINT32_C(2) << 2 * i);
		}
	return set;
}

static int place(int64_t t)
{
	for (int i = 0; i < SECONDS; i++)
		if (second[i] == t)
			return 2 * i;
	for (int i = 0; i + 1 < SECONDS; i++)
		if (second[i] + 1 == t || second[i + 1] - 1 == t)
			return 2 * i + 1;
	ck_abort_msg("%lld", (long long)t);
	return -1;
}

/* Sorted, disjoint, not even neighbours; and its bits. */
static uint32_t bits(const struct tw_times *s)
{
	uint32_t set = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		ck_assert(s->v[i].from <= s->v[i].until);
		ck_assert(!i || s->v[i - 1].until + 1 < s->v[i].from);
		for (int b = place(s->v[i].from); b <= place(s->v[i].until); b++)
			set |= UINT32_C(1) << b;
	}
	return settled(set);
}

static uint64_t seed = 1;

static int any(int n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int)((seed >> 33) % (uint64_t)n);
}

static uint32_t make(struct tw_times *s)
{
	uint32_t set = 0;

	*s = (struct tw_times){ .n = 0 };
	for (int n = any(5); n; n--) {
		int a = any(SECONDS), b = any(SECONDS);
		tw_times_add(s, second[a], second[b]);
		set |= bits_of(a, b);
		ck_assert_uint_eq(bits(s), settled(set));
	}
	return settled(set);
}

#define ALL ((UINT32_C(1) << BITS) - 1)

START_TEST(test_sets)
{
	for (int i = 0; i < 3000; i++) {
		struct tw_times a, b, c = { .n = 0 };
		uint32_t x = make(&a), y = make(&b);
		int from = any(SECONDS), until = any(SECONDS);

		ck_assert(tw_times_always(&a) == (x == settled(ALL)));
		tw_times_join(&c, &a);
		tw_times_join(&c, &b);
		ck_assert_uint_eq(bits(&c), settled(x | y));
		tw_times_within(&c, second[from], second[until]);
		ck_assert_uint_eq(bits(&c), settled((x | y) & bits_of(from, until)));
		tw_times_join_within(&c, &b, second[from], second[until]);
		ck_assert_uint_eq(bits(&c), settled((x | y) & bits_of(from, until)));
		tw_times_free(&c);
		tw_times_join(&c, &a);
		tw_times_join_within(&c, &b, second[from], second[until]);
		ck_assert_uint_eq(bits(&c), settled(x | (y & bits_of(from, until))));
		tw_times_meet(&a, &b);
		ck_assert_uint_eq(bits(&a), settled(x & y));
		tw_times_invert(&a);
		ck_assert_uint_eq(bits(&a), settled(~(x & y) & ALL));
		tw_times_free(&a);
		tw_times_free(&b);
		tw_times_free(&c);
	}
}
END_TEST

/* All of time, and all but one second at either end. */
START_TEST(test_always)
{
	struct tw_times s = { .n = 0 };

	ck_assert(!tw_times_always(&s));
	tw_times_add(&s, TW_TIME_MIN, TW_TIME_MAX - 1);
	ck_assert(!tw_times_always(&s));
	tw_times_add(&s, TW_TIME_MAX, TW_TIME_MAX);
	ck_assert(tw_times_always(&s));
	tw_times_within(&s, TW_TIME_MIN + 1, TW_TIME_MAX);
	ck_assert(!tw_times_always(&s));
	tw_times_free(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("times");
	TCase *tc = tcase_create("sets");
	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, test_sets);
	tcase_add_test(tc, test_always);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
