/* The engine against tests/chain/brute.c on random webs of up to 8
 * certificates: at each second where anything can change, one before and one
 * after: reason, culprit, path, facts, what was fetched, and all that fails on each
 * path; with certificates, presented set, pool and anchors in two orders; and
 * asked again and again about any presented set while the certificates come one
 * by one, as in a live pipe. Signatures are the web's truth: the library's check
 * is replaced at link time (-Wl,--wrap).
 *
 * TW_GRAPHS webs (default 3000) from TW_SEED (default 1) on, in two threads. */
#include "chain/engine.h"
#include "chain/judged.h"
#include "synth/web.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 2
static void web_of(struct tally *t, uint64_t seed)
{
	struct web w;

	web_make(&w, seed, engine_features());
	judged(t, w, seed);
}

static void *worker(void *arg)
{
	struct tally *t = arg;

	for (uint64_t i = t->first; i < t->end; i += t->step)
		web_of(t, i);
	return NULL;
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *v = getenv(name);
	return v && *v ? strtoull(v, NULL, 10) : otherwise;
}

START_TEST(test_webs)
{
	uint64_t n = number("TW_GRAPHS", 3000), seed = number("TW_SEED", 1);
	struct tally t[THREADS], sum;
	pthread_t id[THREADS];

	memset(t, 0, sizeof t);
	memset(&sum, 0, sizeof sum);
	for (int i = 0; i < THREADS; i++) {
		t[i].first = seed + (uint64_t)i;
		t[i].step = THREADS;
		t[i].end = seed + n;
		ck_assert(!pthread_create(&id[i], NULL, worker, &t[i]));
	}
	for (int i = 0; i < THREADS; i++) {
		ck_assert(!pthread_join(id[i], NULL));
		sum.webs += t[i].webs;
		sum.moments += t[i].moments;
		sum.skipped += t[i].skipped;
		sum.wrong += t[i].wrong;
		sum.limited += t[i].limited;
		for (int r = 0; r < 32; r++)
			sum.by_reason[r] += t[i].by_reason[r];
	}
	printf("%llu webs, %llu moments, %llu left out (too many paths), %llu wrong, %llu limited; moments by reason:",
		(unsigned long long)sum.webs, (unsigned long long)sum.moments, (unsigned long long)sum.skipped,
		(unsigned long long)sum.wrong, (unsigned long long)sum.limited);
	for (int r = 0; r < 32; r++)
		if (sum.by_reason[r])
			printf(" %d:%llu", r, (unsigned long long)sum.by_reason[r]);
	printf("\n");
	ck_assert_uint_eq(sum.wrong, 0);
	ck_assert_uint_le(sum.skipped, n / 100);
	ck_assert((sum.limited > 0) == (TW_TEST_LOSES != LOSES_NOTHING));
}
END_TEST

/* What a judge remembers of hundreds of others does not show. */
START_TEST(test_memory)
{
	int order[WEB_CERTS] = { 0, 1, 2, 3, 4, 5, 6, 7 };

	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct web w;
		struct engine e;
		web_make(&w, seed, engine_features());
		engine_open(&e, &w, order);
		ck_assert_msg(engine_remembers(&e, &w), "seed %llu", (unsigned long long)seed);
		ck_assert_msg(engine_without_facts(&e, &w), "seed %llu, without facts", (unsigned long long)seed);
		engine_close(&e);
	}
}
END_TEST

/* However many signatures there are, each is checked once. */
START_TEST(test_once)
{
	struct tw_certs certs = { .n = 0 };
	struct tw_graph g;
	uint64_t pairs = 0;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct web w;
		web_make(&w, seed, engine_features());
		for (int i = 0; i < w.n; i++) {
			struct tw_buf der = { 0, 0, 0 };
			web_der(&w, i, &der);
			(void)tw_certs_add(&certs, tw_buf_slice(&der));
			tw_buf_free(&der);
		}
	}
	tw_graph_init(&g, &certs);
	tw_graph_sync(&g);
	for (int again = 0; again < 2; again++) {
		for (uint32_t key = 0; key < g.nkeyinfo; key++) {
			for (uint32_t child = 0; child < g.n; child++) {
				(void)tw_graph_sig(&g, key, child);
				pairs += !again;
			}
		}
		ck_assert_uint_eq(g.checked, pairs);
	}
	ck_assert_uint_gt(pairs, 1000);
	tw_graph_free(&g);
	tw_certs_close(&certs);
}
END_TEST

/* Two judgements are equal where each step and its path is. */
START_TEST(test_equal)
{
	uint32_t path[2] = { 7, 8 }, other[2] = { 7, 9 };
	struct tw_step first = { .from = TW_TIME_MIN, .reason = TW_R_EXPIRED, .culprit = 7, .npath = 2, .fetched = 1, .facts = 1 }, step[2][2] = { { first, first }, { first, first } };
	struct tw_judgement a = { .step = step[0], .nstep = 2, .path = path, .npath = 2 }, b = { .step = step[1], .nstep = 2, .path = path, .npath = 2 };

	ck_assert(tw_judgement_eq(&a, &b));
	b.path = other;
	ck_assert(!tw_judgement_eq(&a, &b));
	b.path = path;
	b.nstep = 1;
	ck_assert(!tw_judgement_eq(&a, &b));
	b.nstep = 2;
	for (int i = 0; i < 6; i++) {
		struct tw_step *s = &step[1][1];
		*s = first;
		ck_assert(tw_judgement_eq(&a, &b));
		s->from += i == 0;
		s->reason = i == 1 ? TW_R_OK : s->reason;
		s->culprit += i == 2;
		s->npath -= i == 3;
		s->fetched += i == 4;
		s->facts += i == 5;
		ck_assert_msg(!tw_judgement_eq(&a, &b), "field %d", i);
		ck_assert_msg(!tw_judgement_eq(&b, &a), "field %d", i);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("brute");
	TCase *tc = tcase_create("webs");
	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, test_webs);
	tcase_add_test(tc, test_memory);
	made_webs(tc);
	tcase_add_test(tc, test_once);
	tcase_add_test(tc, test_equal);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_set_fork_status(r, CK_NOFORK);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
