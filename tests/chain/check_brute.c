/* The engine against tests/chain/brute.c on random webs of up to 8
 * certificates: at each second where anything can change, one before and one
 * after: reason, culprit, path, facts, what was fetched, and all that fails on each
 * path; with certificates, presented set, pool and anchors in two orders; and
 * asked again and again about any presented set while the certificates come one
 * by one, as in a live pipe. Signatures are the web's truth: the library's check
 * is replaced at link time (-Wl,--wrap).
 *
 * TW_GRAPHS webs (default 3000) from TW_SEED (default 1) on, in two threads. */
#include "chain/agree.h"
#include "chain/brute.h"
#include "chain/engine.h"
#include "synth/web.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 2
#define ASKED 8

struct tally {
	uint64_t first, step, end;
	uint64_t webs, moments, by_reason[32], skipped, wrong, limited;
};

/* Built with lower bounds (tests/local.mk): where paths are lost any answer may
 * be limit, and a good path another; where only reasons are, limit stands for
 * expired or not_yet_valid and nothing else. */
enum { LOSES_NOTHING, LOSES_REASONS, LOSES_PATHS };
#ifndef TW_TEST_LOSES
#define TW_TEST_LOSES LOSES_NOTHING
#endif

static bool allowed(const struct brute_answer *want, const struct brute_answer *got)
{
	bool in_time = want->reason == B_EXPIRED || want->reason == B_NOT_YET_VALID;

	if (TW_TEST_LOSES == LOSES_PATHS && (got->reason == B_LIMIT || (want->reason == B_OK && got->reason == B_OK)))
		return true;
	return (TW_TEST_LOSES == LOSES_REASONS && got->reason == B_LIMIT && in_time) || agree_same(want, got);
}

static void show(const char *who, const struct brute_answer *a)
{
	printf("  %s: reason %d, culprits %x, fetched %d, path", who, a->reason, a->culprit, a->fetched);
	for (int i = 0; i < a->npath; i++)
		printf(" %d", a->path[i]);
	printf(", facts");
	for (int i = 0; i < a->nfacts; i++)
		printf(" %x", a->facts[i]);
	printf("\n");
}

static void one(struct tally *t, struct brute *b, struct engine *e, uint64_t seed, int order)
{
	struct brute_answer want, got;
	int64_t at[AGREE_MOMENTS];
	int n = agree_moments(b->w, at);

	for (int i = 0; i < n; i++) {
		brute_at(b, at[i], &want);
		engine_at(e, at[i], &got);
		t->moments++;
		t->by_reason[want.reason]++;
		t->limited += got.reason == B_LIMIT;
		if (!allowed(&want, &got) || !engine_steps(e) || (TW_TEST_LOSES == LOSES_NOTHING && !agree_paths(b, e, &want, at[i]))) {
			if (t->wrong++ < 3) {
				printf("seed %llu, order %d, second %lld (day %lld)\n", (unsigned long long)seed, order, (long long)at[i],
					(long long)(at[i] / WEB_DAY - 14610));
				web_print(b->w);
				show("wanted", &want);
				show("got", &got);
				fflush(stdout);
			}
			return;
		}
	}
}

/* What bounds keep is a function of the bytes: the same in any order. */
static void same(struct tally *t, const struct web *w, const struct engine *e, uint64_t seed, struct brute_answer *known, bool first)
{
	int64_t at[AGREE_MOMENTS];
	int n = agree_moments(w, at);

	for (int i = 0; i < n; i++) {
		struct brute_answer got;
		engine_at(e, at[i], &got);
		if (first) {
			known[i] = got;
		} else if (got.reason != known[i].reason || got.culprit != known[i].culprit || got.npath != known[i].npath ||
				memcmp(got.path, known[i].path, sizeof got.path) != 0 || got.facts[0] != known[i].facts[0]) {
			if (t->wrong++ < 3) {
				printf("seed %llu, second %lld\n", (unsigned long long)seed, (long long)at[i]);
				web_print(w);
				show("in one order", &known[i]);
				show("in another", &got);
			}
			return;
		}
	}
}

/* The first presented stays the leaf. */
static void shuffle(int *v, int n, uint64_t *s)
{
	for (int i = n - 1; i > 0; i--) {
		int k = (int)(web_random(s) % (uint64_t)(i + 1)), x = v[i];
		v[i] = v[k];
		v[k] = x;
	}
}

/* Certificates come when a question names them: what was remembered of earlier
 * questions must not show. */
static void growing(struct tally *t, const struct web *of, struct brute *b, uint64_t seed)
{
	struct web w = *of;
	struct engine e;
	uint64_t s = seed ^ UINT64_C(0x5851f42d4c957f2d);

	w.pool = w.witness = 0;
	w.has_witness = false;
	engine_begin(&e, &w);
	for (int k = 0; k < ASKED; k++) {
		int all[WEB_CERTS];
		for (int i = 0; i < w.n; i++)
			all[i] = i;
		shuffle(all, w.n, &s);
		w.npresented = 1 + (int)(web_random(&s) % (uint64_t)(k < 2 ? 2 : w.n));
		w.npresented = w.npresented < w.n ? w.npresented : w.n;
		memcpy(w.presented, all, sizeof all);
		struct brute own = { .w = &w };
		memcpy(own.sha256, b->sha256, sizeof own.sha256);
		brute_paths(&own);
		engine_ask(&e, &w);
		if (!own.overflow)
			one(t, &own, &e, seed, 2 + k);
		brute_free(&own);
	}
	engine_close(&e);
}

/* A web judged in one order, then in another; another leaf in between, so that
 * what the engine remembers is put to the test. */
static void judged(struct tally *t, struct web w, uint64_t seed)
{
	struct web other;
	struct brute_answer known[AGREE_MOMENTS];
	struct brute b = { .w = &w };
	int order[WEB_CERTS];
	uint64_t s = ~seed;

	for (int i = 0; i < w.n; i++) {
		struct tw_buf der = { 0, 0, 0 };
		web_der(&w, i, &der);
		tw_sha256(tw_buf_slice(&der), b.sha256[i]);
		tw_buf_free(&der);
		order[i] = i;
	}
	brute_paths(&b);
	if (b.overflow) {
		t->skipped++;
		brute_free(&b);
		return;
	}
	for (int k = 0; k < 2; k++) {
		struct engine e;
		engine_open(&e, &w, order);
		other = w;
		if (w.npresented > 1) {
			other.presented[0] = w.presented[1];
			other.presented[1] = w.presented[0];
		}
		engine_judge(&e, &other);
		engine_judge(&e, &w);
		one(t, &b, &e, seed, k);
		same(t, &w, &e, seed, known, !k);
		engine_judge(&e, &other);
		b.w = &other;
		if (w.npresented > 1) {
			struct brute o = { .w = &other };
			memcpy(o.sha256, b.sha256, sizeof b.sha256);
			brute_paths(&o);
			if (!o.overflow)
				one(t, &o, &e, seed, k);
			brute_free(&o);
		}
		b.w = &w;
		engine_close(&e);
		shuffle(order, w.n, &s);
		shuffle(w.presented + 1, w.npresented - 1, &s);
	}
	growing(t, &w, &b, seed);
	t->webs++;
	brute_free(&b);
}

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

static struct web_cert plain(int subject, int key, int issuer, int signer, int group, int style)
{
	return (struct web_cert){ .subject = (uint8_t)subject, .key = (uint8_t)key, .issuer = (uint8_t)issuer, .signer = (uint8_t)signer,
		.group = (uint8_t)group, .style = (uint8_t)style, .not_before = 14610 * WEB_DAY, .not_after = 14640 * WEB_DAY, .bc = true,
		.ca = true, .pathlen = -1, .ku = -1, .eku = -1, .policies = -1, .explicit_policy = -1, .inhibit_mapping = -1, .inhibit_any = -1 };
}

/* Random webs are too small for this one: two paths of one length to N, both by
 * M, one through X, one through Q. X inherits from Z, and in another certificate
 * of its own from N, with which the leaf is signed. That path cannot pass X
 * before, so that the one through X must not stand for the one through Q. All
 * fail for the anchor's usage: reasons are what is at stake. */
static void inheriting_cycle(struct web *w, int style)
{
	enum { X = 0, Q = 1, N = 2, Z = 3, M = 4, LEAF = 6 }; /* keys; names are their halves */

	memset(w, 0, sizeof *w);
	w->c[0] = plain(3, LEAF, 0, X, 0, 0);
	w->c[1] = plain(0, X, 1, N, 0, 0);
	w->c[2] = plain(1, N, 2, M, 0, 0);
	w->c[3] = plain(2, M, 0, X, 1, style);
	w->c[4] = plain(0, X, 1, Z, 0, 1);
	w->c[5] = plain(2, M, 0, Q, 0, style + 1);
	w->c[6] = plain(0, Q, 1, Z, 0, 2);
	w->c[7] = plain(1, Z, 1, Z, 0, 3);
	w->kind[X] = WEB_INHERITS;
	w->kind[N] = WEB_DSA_0;
	w->kind[Z] = WEB_DSA_1;
	w->c[7].eku = WEB_OTHER;
	w->n = 8;
	for (int i = 0; i < 8; i++)
		w->presented[w->npresented++] = i;
	w->anchor[w->nanchor++] = (struct web_anchor){ .cert = 7, .server = true, .client = true, .expiry = true,
		.distrust_after = TW_TIME_MAX };
}

START_TEST(test_inheriting_cycle)
{
	struct tally t = { .webs = 0 };
	struct web w;

	for (int style = 0; style < 4; style++) {
		inheriting_cycle(&w, style);
		judged(&t, w, (uint64_t)style);
	}
	ck_assert_uint_eq(t.wrong, 0);
	ck_assert_uint_eq(t.webs, 4);
	ck_assert_uint_gt(t.by_reason[8], 0);
}
END_TEST

/* Of two paths through the witness the one that ends last says where the chain
 * ends without it, in whichever order they are found; where the leaf ends
 * before both, the one with the least SHA-256. */
static void two_ways(struct web *w, int late, bool leaf_first)
{
	memset(w, 0, sizeof *w);
	w->c[0] = plain(3, 6, 0, 0, 0, 0);
	w->c[1] = plain(0, 0, 1, 2, 0, 0);
	w->c[2] = plain(0, 0, 1, 2, 0, 1);
	w->c[3] = plain(1, 2, 2, 4, 0, 0);
	w->c[4] = plain(2, 4, 2, 4, 0, 0);
	w->c[late].not_after += WEB_DAY;
	w->c[0].not_after = w->c[3].not_after = w->c[4].not_after += 2 * WEB_DAY;
	w->c[0].not_after -= leaf_first ? 3 * WEB_DAY : 0;
	w->n = 5;
	w->npresented = 1;
	w->pool = 6;
	w->witness = 8;
	w->has_witness = true;
	w->anchor[w->nanchor++] = (struct web_anchor){ .cert = 4, .server = true, .client = true, .expiry = true,
		.distrust_after = TW_TIME_MAX };
}

START_TEST(test_two_ways)
{
	static const int order[WEB_CERTS] = { 0, 1, 2, 3, 4, 5, 6, 7 };

	for (int i = 0; i < 4; i++) {
		struct web w;
		struct engine e;
		struct brute_answer a;
		int best = 1 + (i & 1);
		two_ways(&w, best, i > 1);
		engine_open(&e, &w, order);
		if (i > 1)
			best = memcmp(e.certs.v[e.id[1]].sha256, e.certs.v[e.id[2]].sha256, TW_SHA256) < 0 ? 1 : 2;
		engine_judge(&e, &w);
		engine_at(&e, w.c[0].not_before, &a);
		ck_assert_int_eq(a.reason, B_MISSING);
		ck_assert_uint_eq(a.culprit, UINT32_C(1) << best);
		engine_close(&e);
	}
}
END_TEST

/* A CA whose DSA key has its parameters from one that the witness alone has. */
START_TEST(test_inheriting_witness)
{
	enum { LEAF = 7, X = 0, I = 2, W = 4, ROOT = 6 }; /* keys; names are their halves */
	struct tally t = { .webs = 0 };

	for (int group = 0; group < 2; group++) {
		struct web w;
		memset(&w, 0, sizeof w);
		w.c[0] = plain(3, LEAF, 0, X, 0, 0);
		w.c[1] = plain(0, X, 1, I, group, 0);
		w.c[2] = plain(1, I, 2, W, 0, 0);
		w.c[3] = plain(2, W, 3, ROOT, 0, 0);
		w.c[4] = plain(3, ROOT, 3, ROOT, 0, 0);
		w.kind[I] = WEB_INHERITS;
		w.kind[W] = WEB_DSA_0;
		w.n = 5;
		w.npresented = 3;
		w.presented[1] = 1;
		w.presented[2] = 2;
		w.witness = 8;
		w.has_witness = true;
		w.anchor[w.nanchor++] = (struct web_anchor){ .cert = 4, .server = true, .client = true, .expiry = true,
			.distrust_after = TW_TIME_MAX };
		judged(&t, w, 1);
		ck_assert_uint_eq(t.wrong, 0);
	}
	ck_assert_uint_eq(t.webs, 2);
	ck_assert_uint_gt(t.by_reason[B_MISSING], 0);
}
END_TEST

/* A cycle that is entered by one leaf, whose only path begins elsewhere in it:
 * a link that nobody can check leads out, to another key of the same name. */
START_TEST(test_cycle_entered)
{
	struct tally t = { .webs = 0 };
	struct web w;

	memset(&w, 0, sizeof w);
	w.c[0] = plain(3, 6, 1, 2, 0, 0);
	w.c[1] = plain(0, 0, 1, 2, 0, 0);
	w.c[1].unsupported = true;
	w.c[2] = plain(1, 2, 2, 4, 0, 0);
	w.c[3] = plain(2, 4, 0, 0, 0, 0);
	w.c[4] = plain(1, 3, 1, 3, 0, 0);
	w.c[5] = plain(3, 7, 0, 0, 0, 0);
	w.n = 6;
	for (int i = 0; i < 6; i++)
		w.presented[w.npresented++] = i;
	w.anchor[w.nanchor++] = (struct web_anchor){ .cert = 4, .server = true, .client = true, .expiry = true,
		.distrust_after = TW_TIME_MAX };
	judged(&t, w, 1);
	ck_assert_uint_eq(t.wrong, 0);
	ck_assert_uint_eq(t.webs, 1);
	ck_assert_uint_gt(t.by_reason[B_UNSUPPORTED], 0);
}
END_TEST

/* A leaf that S is said to have signed, by S's key identifier, and has not. S has
 * two certificates. X has that identifier; N has issued it, whose paths go by M's
 * certificates, m1 through the other one of S, or m2 past it. That other has
 * another identifier, so that no bad signature leads to it: X must get the path
 * through m2, even where the one through m1 stands before it. The other is
 * outside the cycle, in it, or an anchor; or m1's signature is bad, too, so that
 * there is no cycle. Anchors' usage fails as well: a path without any failure is
 * never dropped for another of the cycle. */
enum { OUTSIDE, INSIDE, ANCHORED, ALONE, PLACES };
static void key_identifiers(struct web *w, int place, int style)
{
	enum { S = 0, N = 2, Y = 3, M = 4, P = 6, LEAF = 7 }; /* keys; names are their halves */

	memset(w, 0, sizeof *w);
	w->c[0] = plain(3, LEAF, 0, 1, 0, 0);
	w->c[1] = plain(0, S, 1, N, 0, 0);
	w->c[2] = plain(1, N, 2, M, 0, 0);
	w->c[3] = plain(2, M, 0, S, 0, style);
	w->c[4] = plain(0, S, 3, place == ANCHORED ? 5 : P, 0, 0);
	w->c[5] = place == INSIDE ? plain(3, P, 1, N, 0, 0) : plain(3, P, 3, P, 0, 0);
	w->c[6] = place == ANCHORED ? plain(2, M, 3, P, 0, style + 1) : plain(2, M, 1, Y, 0, style + 1);
	w->c[7] = plain(1, Y, 3, P, 0, 0);
	w->c[0].aki = w->c[1].ski = 1;
	w->c[4].ski = 2;
	w->c[4].eku = place == ANCHORED ? WEB_OTHER : -1;
	w->c[5].eku = WEB_OTHER;
	if (place == ALONE) {
		w->c[3].signer = w->c[6].signer = 1;
		w->c[3].aki = 2;
		w->c[6].aki = w->c[7].ski = 3;
		w->c[2].ski = 4;
	}
	w->n = 8;
	for (int i = 0; i < 8; i++)
		w->presented[w->npresented++] = i;
	for (int i = 5; i > (place == ANCHORED ? 3 : 4); i--)
		w->anchor[w->nanchor++] = (struct web_anchor){ .cert = i, .server = true, .client = true, .expiry = true,
			.distrust_after = TW_TIME_MAX };
}

START_TEST(test_key_identifiers)
{
	struct tally t = { .webs = 0 };
	struct web w;

	for (int i = 0; i < PLACES * 4; i++) {
		key_identifiers(&w, i % PLACES, i / PLACES);
		judged(&t, w, (uint64_t)i);
	}
	ck_assert_uint_eq(t.wrong, 0);
	ck_assert_uint_eq(t.webs, PLACES * 4);
	ck_assert_uint_gt(t.by_reason[B_BAD], 0);
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
	tcase_add_test(tc, test_inheriting_cycle);
	if (TW_TEST_LOSES != LOSES_PATHS)
		tcase_add_test(tc, test_two_ways);
	tcase_add_test(tc, test_inheriting_witness);
	tcase_add_test(tc, test_cycle_entered);
	tcase_add_test(tc, test_key_identifiers);
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
