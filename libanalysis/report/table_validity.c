/* validity and reasons: the verdicts, by store, and what stands behind them. */
#include "report/internal.h"

enum { TOTAL, JUDGED, VERIFIABLE, SELF_SIGNED, EXPIRED, BROKEN, SELF_SIGNED_LATE, UNTRUSTED_LATE, EARLY, EVER, NOT_JUDGED,
	FIRST_UNJUDGED, OTHER = FIRST_UNJUDGED + 7 };
static const struct tw_column columns[] = { { "n_total", TW_OF_NONE, 0, 0, false }, { "n_judged", TW_OF_N, 0, 0, false },
	{ "verifiable", JUDGED, 0, 0, true }, { "self-signed", JUDGED, 0, 0, true }, { "expired", JUDGED, 0, 0, true },
	{ "broken", JUDGED, 0, 0, true }, { "self-signed_and_expired", JUDGED, 0, 0, true },
	{ "untrusted_and_expired", JUDGED, 0, 0, true }, { "not_yet_valid", JUDGED, 0, 0, true },
	{ "ever_verifiable", JUDGED, 1, 1, true }, { "n_not_judged", TW_OF_N, 0, 0, false },
	{ "not_judged_encrypted", TW_OF_N, 0, 0, false }, { "not_judged_resumed", TW_OF_N, 0, 0, false },
	{ "not_judged_no_certificate", TW_OF_N, 0, 0, false }, { "not_judged_truncated", TW_OF_N, 0, 0, false },
	{ "not_judged_not_collected", TW_OF_N, 0, 0, false }, { "not_judged_no_time", TW_OF_N, 0, 0, false },
	{ "not_judged_no_snapshot", TW_OF_N, 0, 0, false }, { "not_judged_other", TW_OF_N, 0, 0, false },
	{ NULL, 0, 0, 0, false } };

static bool counts(const struct tw_tuple *t)
{
	return t->established || tw_tuple_is(t, TW_F_CHAIN, "yes") || tw_tuple_is(t, TW_F_ROLE, "leaf");
}

static uint64_t mark_judged(const struct tw_tuple *t, uint32_t j)
{
	static const char *const verdicts[] = { "verifiable", "self-signed", "expired", "broken" };
	static const char *const untrusted[] = { "untrusted_root", "unknown_issuer", "missing_intermediate" };
	bool late = tw_tuple_is(t, TW_F_LEAF_TIME, "expired");
	uint64_t hit = TW_BIT(TOTAL) | TW_BIT(JUDGED);

	for (int i = 0; i < 4; i++)
		if (tw_slice_is(tw_verdict(t, j), verdicts[i]))
			hit |= TW_BIT(VERIFIABLE + i);
	for (int i = 0; i < 3 && late; i++)
		if (tw_slice_is(tw_reason(t, j), untrusted[i]))
			hit |= TW_BIT(UNTRUSTED_LATE);
	if (late && (hit & TW_BIT(SELF_SIGNED)))
		hit |= TW_BIT(SELF_SIGNED_LATE);
	if (tw_tuple_is(t, TW_F_LEAF_TIME, "early"))
		hit |= TW_BIT(EARLY);
	if (tw_slice_is(tw_judged(t, j, TW_J_EVER), "yes"))
		hit |= TW_BIT(EVER);
	return hit;
}

static uint64_t mark(const struct tw_tuple *t, uint32_t j)
{
	static const char *const unjudged[] = { "encrypted", "resumed", "no_certificate", "truncated", "not_collected", "no_time",
		"no_snapshot" };

	if (tw_verdict(t, j).n)
		return mark_judged(t, j);
	for (int i = 0; i < OTHER - FIRST_UNJUDGED; i++)
		if (tw_slice_is(tw_reason(t, j), unjudged[i]))
			return TW_BIT(TOTAL) | TW_BIT(NOT_JUDGED) | TW_BIT(FIRST_UNJUDGED + i);
	return TW_BIT(TOTAL) | TW_BIT(NOT_JUDGED) | TW_BIT(OTHER);
}

static uint64_t blank(const struct tw_report *r, enum tw_unit unit, uint32_t j)
{
	(void)unit;
	return r->judgement[j].column[2] == TW_NONE ? TW_BIT(EVER) : 0;
}

/* Nearest to good is best: the order of docs/verdicts.md; then a leaf in its time. */
static uint32_t rank(const struct tw_tuple *t, uint32_t j, const char *role)
{
	static const char *const order[] = { "ok", "expired", "not_yet_valid", "weak_signature", "weak_key",
		"revocation_unknown", "policy", "extended_key_usage", "name_constraints", "path_length", "key_usage", "not_a_ca",
		"critical_extension", "distrusted", "revoked", "malformed", "unsupported_algorithm", "bad_signature", "limit",
		"missing_intermediate", "untrusted_root", "unknown_issuer", "self_signed" };
	const uint32_t n = sizeof order / sizeof *order;

	(void)role;
	if (tw_verdict(t, j).n == 0)
		return 0;
	uint32_t time = tw_tuple_is(t, TW_F_LEAF_TIME, "ok") ? 3 : tw_tuple_is(t, TW_F_LEAF_TIME, "early") ? 2 : 1;
	for (uint32_t i = 0; i < n; i++)
		if (tw_slice_is(tw_reason(t, j), order[i]))
			return 4 * (n + 1 - i) + time;
	return time;
}

static void values(const struct tw_tuple *t, uint32_t j, const char *role, struct tw_values *v)
{
	(void)role;
	tw_values_add(v, tw_reason(t, j));
}

#define UNITS (TW_UNITS_ROWS | TW_U(CERTIFICATE) | TW_U(CERTIFICATE_EVER))

const struct tw_table tw_table_validity = { .id = "validity", .help = "verifiable, self-signed, expired, broken, by store",
	.shape = TW_WIDE, .needs = TW_NEEDS | TW_F(CHAIN) | TW_F(LEAF_TIME), .units = UNITS, .judged = true, .counts = counts,
	.columns = columns, .mark = mark, .blank = blank, .rank = rank };

const struct tw_table tw_table_reasons = { .id = "reasons", .help = "the reasons behind the verdicts, by store",
	.shape = TW_LONG, .needs = TW_NEEDS | TW_F(CHAIN), .units = UNITS, .judged = true, .counts = counts,
	.value = "reason", .values = values, .rank = rank, .part = "n_judged" };
