/* One web, by the engine and by the enumerator. */
#include "chain/judged.h"
#include "chain/agree.h"
#include "chain/brute.h"
#include "chain/engine.h"

#include <stdio.h>
#include <string.h>

#define ASKED 8

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

void judged(struct tally *t, struct web w, uint64_t seed)
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
