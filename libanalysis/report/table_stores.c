/* stores, store-roots and store-dates: what difference the root store makes. */
#include "report/internal.h"

#include <string.h>

enum { VERIFIABLE, SELF_SIGNED, EXPIRED, BROKEN, NVERDICTS };
static const char *const verdicts[NVERDICTS] = { "verifiable", "self-signed", "expired", "broken" };

static bool counts(const struct tw_tuple *t)
{
	return t->established || tw_tuple_is(t, TW_F_CHAIN, "yes") || tw_tuple_is(t, TW_F_ROLE, "leaf");
}

static int verdict_of(const struct tw_tuple *t, uint32_t j)
{
	int v = 0;

	while (v < NVERDICTS && !tw_slice_is(tw_verdict(t, j), verdicts[v]))
		v++;
	return v;
}

/* ---- stores: each pair ---- */
enum { JUDGED, AGREE, BOTH, STORE_ONLY, OTHER_ONLY, NEITHER, FIRST_CELL, CELLS = NVERDICTS * NVERDICTS };
#define CELL(a, b, good) { a "/" b, JUDGED, 0, good, false }
#define CELL_ROW(a, good) CELL(a, "verifiable", good), CELL(a, "self-signed", good - 1), CELL(a, "expired", good - 2), \
	CELL(a, "broken", good - 3)
static const struct tw_column columns[] = { { "n_judged", TW_OF_N, 0, 0, false }, { "agree", JUDGED, 0, 0, false },
	{ "both", JUDGED, 0, 4, false }, { "store_only", JUDGED, 0, 3, false }, { "other_only", JUDGED, 0, 2, false },
	{ "neither", JUDGED, 0, 1, false }, CELL_ROW("verifiable", 20), CELL_ROW("self-signed", 16), CELL_ROW("expired", 12),
	CELL_ROW("broken", 8), { NULL, 0, 0, 0, false } };

static uint64_t mark(const struct tw_tuple *t, uint32_t j)
{
	struct tw_pair_of p = tw_pair_of(t->report, j);

	if (!tw_pair_judged(t, p))
		return 0;
	bool here = tw_slice_is(tw_verdict(t, p.store), "verifiable"), there = tw_pair_other_good(t, p);
	uint64_t hit = TW_BIT(JUDGED) | TW_BIT(here ? there ? BOTH : STORE_ONLY : there ? OTHER_ONLY : NEITHER);
	if (p.other == TW_NONE)
		return hit;
	int a = verdict_of(t, p.store), b = verdict_of(t, p.other);
	if (a == b)
		hit |= TW_BIT(AGREE);
	if (a < NVERDICTS && b < NVERDICTS)
		hit |= TW_BIT(FIRST_CELL + NVERDICTS * a + b);
	return hit;
}

/* All other stores together have no verdict but that one of them verifies it. */
static uint64_t blank(const struct tw_report *r, enum tw_unit unit, uint32_t j)
{
	(void)unit;
	return tw_pair_of(r, j).other == TW_NONE ? TW_BIT(AGREE) | (TW_BIT(FIRST_CELL + CELLS) - TW_BIT(FIRST_CELL)) : 0;
}

#define UNITS (TW_UNITS_ROWS | TW_U(CERTIFICATE))
const struct tw_table tw_table_stores = { .id = "stores", .help = "verdicts of each two root stores side by side",
	.shape = TW_WIDE, .needs = TW_NEEDS | TW_F(CHAIN), .units = UNITS, .judged = true, .pairs = true, .counts = counts,
	.columns = columns, .mark = mark, .blank = blank };

/* ---- store-roots: who makes the difference ---- */
static void add(const struct tw_tuple *t, uint32_t a, uint32_t b, struct tw_values *v)
{
	struct tw_slice part[3] = { tw_reason(t, b), tw_judged(t, a, TW_J_ROOTS), tw_judged(t, b, TW_J_CULPRIT) };

	tw_values_add(v, tw_texts_join(t->report->texts, part, 3));
}

static void values(const struct tw_tuple *t, uint32_t j, const char *role, struct tw_values *v)
{
	struct tw_pair_of p = tw_pair_of(t->report, j);

	(void)role;
	if (p.other == TW_NONE || !tw_pair_judged(t, p) || tw_pair_other_good(t, p) ||
	    !tw_slice_is(tw_verdict(t, p.store), "verifiable"))
		return;
	add(t, p.store, p.other, v);
}

static uint32_t rank(const struct tw_tuple *t, uint32_t j, const char *role)
{
	(void)role;
	return tw_pair_judged(t, tw_pair_of(t->report, j));
}

const struct tw_table tw_table_store_roots = { .id = "store-roots", .help = "what one store verifies and another does not, by the root",
	.shape = TW_LONG, .needs = TW_NEEDS | TW_F(CHAIN), .units = UNITS, .judged = true, .pairs = true, .roots = true,
	.counts = counts, .value = "reason,roots,culprit", .values = values, .rank = rank };

/* ---- store-dates: one store, date after date ---- */
enum { D_JUDGED, D_VERDICT, D_GAINED = D_VERDICT + NVERDICTS, D_LOST };
static const struct tw_column date_columns[] = { { "n_judged", TW_OF_N, 0, 0, false }, { "verifiable", D_JUDGED, 0, 4, false },
	{ "self-signed", D_JUDGED, 0, 3, false }, { "expired", D_JUDGED, 0, 2, false }, { "broken", D_JUDGED, 0, 1, false },
	{ "gained", D_JUDGED, 1, 1, false }, { "lost", D_JUDGED, 2, -1, false }, { NULL, 0, 0, 0, false } };

static uint64_t mark_date(const struct tw_tuple *t, uint32_t j)
{
	uint32_t before = t->report->judgement[j].previous;
	int now = verdict_of(t, j), then = before == TW_NONE ? NVERDICTS : verdict_of(t, before);

	if (now == NVERDICTS)
		return 0;
	uint64_t hit = TW_BIT(D_JUDGED) | TW_BIT(D_VERDICT + now);
	if (then < NVERDICTS && (now == VERIFIABLE) != (then == VERIFIABLE))
		hit |= TW_BIT(now == VERIFIABLE ? D_GAINED : D_LOST);
	return hit;
}

static uint64_t blank_date(const struct tw_report *r, enum tw_unit unit, uint32_t j)
{
	(void)unit;
	return r->judgement[j].previous == TW_NONE ? TW_BIT(D_GAINED) | TW_BIT(D_LOST) : 0;
}

const struct tw_table tw_table_store_dates = { .id = "store-dates", .help = "verdicts under one root store as it stood on several dates",
	.shape = TW_WIDE, .needs = TW_NEEDS | TW_F(CHAIN), .units = UNITS, .judged = true, .dated = true, .counts = counts,
	.columns = date_columns, .mark = mark_date, .blank = blank_date };
