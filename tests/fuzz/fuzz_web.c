/* Whole chains: bytes choose a web of up to eight certificates (tests/synth/web.c),
 * its store, pool, witness, profile and purpose; the judge (chain/) against the
 * enumerator of all paths (tests/chain/brute.c): reason, culprit, path, facts and what
 * was fetched at each second where anything can change, in two orders of everything. */
#include "chain/agree.h"
#include "chain/brute.h"
#include "chain/engine.h"
#include "synth/web.h"

#include <stdlib.h>

/* More than these take the enumerator too long; tests/check_brute has them. */
#define PATHS 400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void compare(const struct brute *b, struct engine *e)
{
	struct brute_answer want, got;
	int64_t at[AGREE_MOMENTS];
	int n = agree_moments(b->w, at);

	for (int i = 0; i < n; i++) {
		brute_at(b, at[i], &want);
		engine_at(e, at[i], &got);
		if (agree_same(&want, &got) && agree_paths(b, e, &want, at[i]))
			continue;
		printf("second %lld: wanted %d, got %d\n", (long long)at[i], want.reason, got.reason);
		web_print(b->w);
		fflush(stdout);
		abort();
	}
}

/* The leaf stays the first that is presented. */
static void turn(struct web *w, int order[WEB_CERTS])
{
	for (int i = 0; i < w->n; i++)
		order[i] = w->n - 1 - i;
	for (int i = 1, k = w->npresented - 1; i < k; i++, k--) {
		int x = w->presented[i];
		w->presented[i] = w->presented[k];
		w->presented[k] = x;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct web w;
	struct brute b = { .w = &w };
	int order[WEB_CERTS];

	web_read(&w, data, n, engine_features());
	for (int i = 0; i < w.n; i++) {
		struct tw_buf der = { 0, 0, 0 };
		web_der(&w, i, &der);
		tw_sha256(tw_buf_slice(&der), b.sha256[i]);
		tw_buf_free(&der);
		order[i] = i;
	}
	brute_paths(&b);
	for (int k = 0; k < 2 && !b.overflow && b.npath <= PATHS; k++) {
		struct engine e;
		engine_open(&e, &w, order);
		engine_judge(&e, &w);
		compare(&b, &e);
		engine_close(&e);
		turn(&w, order);
	}
	brute_free(&b);
	return 0;
}
