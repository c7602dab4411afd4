/* judged.h: one web, by the engine and by the enumerator, in more than one order,
 * and what differed. */
#ifndef CHECK_JUDGED_H
#define CHECK_JUDGED_H

#include "synth/web.h"

#include <check.h>

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

/* Judges w in one order, then in another; another leaf in between, so that what the
 * engine remembers is put to the test. What differs is counted in *t, the first
 * printed; seed names the web and its orders. */
void judged(struct tally *t, struct web w, uint64_t seed);
/* Webs made by hand, for what random ones are too small. */
void made_webs(TCase *tc);

#endif
