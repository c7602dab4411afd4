/* Judgements side by side: pairs of stores, one store on several dates. */
#include "report/internal.h"

#include <stdlib.h>
#include <string.h>

uint32_t tw_keys(const struct tw_report *r, const struct tw_table *t)
{
	return !t->judged ? 1 : t->pairs ? r->njudgement * (r->njudgement + 1) : r->njudgement;
}

struct tw_pair_of tw_pair_of(const struct tw_report *r, uint32_t pair)
{
	uint32_t other = pair % (r->njudgement + 1);

	return (struct tw_pair_of){ pair / (r->njudgement + 1), other == r->njudgement ? TW_NONE : other };
}

static bool rivals(const struct tw_report *r, uint32_t a, uint32_t b)
{
	return a != b && r->judgement[a].pool == r->judgement[b].pool;
}

bool tw_key_is(const struct tw_report *r, const struct tw_table *t, uint32_t j)
{
	uint32_t others = 0;

	if (!t->judged)
		return true;
	if (!t->pairs)
		return !t->dated || r->judgement[j].dated;
	struct tw_pair_of p = tw_pair_of(r, j);
	if (p.other != TW_NONE)
		return rivals(r, p.store, p.other);
	for (uint32_t i = 0; i < r->njudgement; i++)
		others += rivals(r, p.store, i);
	return others > 1; /* of one other, its own line says it */
}

bool tw_pair_other_good(const struct tw_tuple *t, struct tw_pair_of p)
{
	const struct tw_report *r = t->report;

	if (p.other != TW_NONE)
		return tw_slice_is(tw_verdict(t, p.other), "verifiable");
	for (uint32_t i = 0; i < r->njudgement; i++)
		if (rivals(r, p.store, i) && tw_slice_is(tw_verdict(t, i), "verifiable"))
			return true;
	return false;
}

bool tw_pair_judged(const struct tw_tuple *t, struct tw_pair_of p)
{
	const struct tw_report *r = t->report;
	bool all = tw_verdict(t, p.store).n > 0;

	if (p.other != TW_NONE)
		return all && tw_verdict(t, p.other).n > 0;
	for (uint32_t i = 0; i < r->njudgement && all; i++)
		all = !rivals(r, p.store, i) || tw_verdict(t, i).n > 0;
	return all;
}

/* ---- dates ---- */
/* Where the date begins in NAME-YYYY-MM-DD; 0 where it is none. */
static size_t date_at(const char *store)
{
	const size_t n = strlen(store), date = 10;
	int64_t t;

	if (n < date + 2 || store[n - date - 1] != '-' || !tw_time_parse(tw_str(store + n - date), &t))
		return 0;
	return n - date;
}

static bool is_before(const struct tw_judgement *a, const struct tw_judgement *b, size_t at)
{
	return a->pool == b->pool && date_at(a->store) == at && strncmp(a->store, b->store, at) == 0 && strcmp(a->store, b->store) < 0;
}

void tw_pairs_find(struct tw_report *r)
{
	for (uint32_t j = 0; j < r->njudgement; j++) {
		struct tw_judgement *one = &r->judgement[j];
		size_t at = date_at(one->store);
		one->dated = at > 0;
		for (uint32_t i = 0; at && i < r->njudgement; i++)
			if (is_before(&r->judgement[i], one, at) &&
			    (one->previous == TW_NONE || strcmp(r->judgement[one->previous].store, r->judgement[i].store) < 0))
				one->previous = i;
	}
}

/* ---- what of a row explains a difference ---- */
static struct tw_slice *pieces_of(const struct tw_report *r, uint32_t j)
{
	return r->piece + TW_F_N + TW_J_N * j;
}

static bool is_good(const struct tw_report *r, uint32_t j)
{
	return tw_slice_is(pieces_of(r, j)[TW_J_VERDICT], "verifiable");
}

/* Does some store say yes, and some no, with and without pool? */
static void said(const struct tw_report *r, bool yes[2], bool no[2])
{
	yes[0] = yes[1] = no[0] = no[1] = false;
	for (uint32_t j = 0; j < r->njudgement; j++) {
		bool good = is_good(r, j), pool = r->judgement[j].pool;
		yes[pool] |= good;
		no[pool] |= !good && pieces_of(r, j)[TW_J_VERDICT].n;
	}
}

void tw_pairs_leave_out(struct tw_report *r, struct tw_slice chain)
{
	const uint8_t *blank = chain.n ? memchr(chain.p, ' ', chain.n) : NULL;
	struct tw_slice leaf = { chain.p, blank ? (size_t)(blank - chain.p) : chain.n };
	bool yes[2], no[2];

	said(r, yes, no);
	for (uint32_t j = 0; j < r->njudgement; j++) {
		struct tw_slice *p = pieces_of(r, j);
		bool pool = r->judgement[j].pool, keep = p[TW_J_VERDICT].n && yes[pool] && no[pool];
		if (!keep || !is_good(r, j))
			p[TW_J_ROOTS].n = 0;
		if (!keep || is_good(r, j))
			p[TW_J_CULPRIT].n = 0;
		else if (tw_slice_eq(p[TW_J_CULPRIT], leaf))
			p[TW_J_CULPRIT] = tw_str("leaf");
	}
}

const char *tw_pairs_lack(const struct tw_report *r, const struct tw_table *t)
{
	bool any = false, roots = false;

	if (!t->pairs && !t->dated)
		return NULL;
	for (uint32_t j = 0; j < tw_keys(r, t) && !any; j++)
		any = tw_key_is(r, t, j);
	if (!any)
		return t->dated ? "stores on dates, NAME-YYYY-MM-DD: run tw-chain with --dates" :
			"verdicts of two stores: run tw-chain with two of --store";
	for (uint32_t j = 0; j < r->njudgement; j++)
		roots |= r->judgement[j].column[TW_J_ROOTS] != TW_NONE && r->judgement[j].column[TW_J_CULPRIT] != TW_NONE;
	return !t->roots || roots ? NULL : "columns roots.STORE and culprit.STORE: run tw-chain with --show roots,culprit";
}

bool tw_report_beside(const struct tw_report *r, const struct tw_table *t)
{
	return tw_pairs_lack(r, t) != NULL;
}

/* ---- texts that live as long as the report ---- */
struct tw_texts {
	struct tw_intern set;
	struct tw_buf *text;
	struct tw_buf now;
};

struct tw_texts *tw_texts_new(void)
{
	struct tw_texts *t = tw_alloc(sizeof *t);

	tw_intern_init(&t->set);
	return t;
}

void tw_texts_free(struct tw_texts *t)
{
	for (uint32_t i = 0; t && i < t->set.n; i++)
		tw_buf_free(&t->text[i]);
	if (!t)
		return;
	tw_intern_free(&t->set);
	tw_buf_free(&t->now);
	free(t->text);
	free(t);
}

static bool same_text(const void *self, uint32_t i)
{
	const struct tw_texts *t = self;
	return tw_slice_eq(tw_buf_slice(&t->text[i]), tw_buf_slice(&t->now));
}

struct tw_slice tw_texts_join(struct tw_texts *t, const struct tw_slice *part, uint32_t n)
{
	bool fresh;

	t->now.n = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			tw_buf_addc(&t->now, '\t');
		tw_buf_addslice(&t->now, part[i]);
	}
	uint32_t i = tw_intern(&t->set, tw_hash(tw_buf_slice(&t->now), 0), same_text, t, true, &fresh);
	if (fresh) {
		t->text = tw_realloc(t->text, t->set.cap, sizeof *t->text);
		t->text[i] = t->now;
		t->now = (struct tw_buf){ 0 };
	}
	return tw_buf_slice(&t->text[i]);
}
