/* judgements.csv. */
#include "chain/memory.h"

/* One of a chain's judgements. */
struct of {
	const struct tw_chain *o;
	const struct tw_seen *e;
	int store, pool;
	const struct tw_answer *a;
	int64_t from, until; /* that it is asked for */
};

/* The store's date, or the first and the last in which it says the same. */
static void put_snapshot(struct tw_buf *b, const struct of *f)
{
	const struct tw_store *s = &f->o->store[f->store];

	if (!s->nday) {
		tw_buf_addhex(b, f->o->snapshot[f->store], TW_SHA256);
		return;
	}
	uint32_t first = tw_store_day_at(s, f->from), last = tw_store_day_at(s, f->until);
	tw_buf_adds(b, s->day[first].date);
	if (last != first)
		tw_buf_addf(b, "/%s", s->day[last].date);
}

static void step_row(struct tw_buf *b, const struct of *f, uint32_t k)
{
	const struct tw_judgement *j = f->a->j;
	const struct tw_step *at = &j->step[k];
	static const uint32_t shows[] = { TW_SHOW_CULPRIT, TW_SHOW_PATH, TW_SHOW_FETCHED, TW_SHOW_WINDOW, TW_SHOW_EVER };
	int64_t from = at->from > f->from ? at->from : f->from;
	int64_t until = k + 1 < j->nstep && at[1].from - 1 < f->until ? at[1].from - 1 : f->until;

	if (from > until)
		return;
	tw_buf_addhex(b, f->e->id, TW_SHA256);
	tw_buf_addf(b, ",%s,%s,", f->o->store[f->store].name, f->pool ? "pool" : "presented");
	if (from != TW_TIME_MIN)
		tw_time_add(b, from);
	tw_buf_addc(b, ',');
	if (until != TW_TIME_MAX)
		tw_time_add(b, until);
	bool none = tw_chain_lacks(f->e, at);
	tw_buf_addf(b, ",%s,%s", none ? "" : tw_verdict_name(at->reason),
		none ? "not_collected" : tw_reason_name(at->reason));
	for (size_t i = 0; i < sizeof shows / sizeof *shows; i++) {
		tw_buf_addc(b, ',');
		if (!none)
			tw_chain_put_show(f->o, b, shows[i], f->store, j, at, from);
	}
	tw_buf_addc(b, ',');
	if (!none)
		put_snapshot(b, f);
	tw_buf_addc(b, ',');
	if (!none)
		tw_fact_names(b, at->facts);
	tw_buf_addc(b, '\n');
}

static void answer_rows(struct tw_buf *b, const struct tw_chain *o, const struct tw_seen *e, int s, int p,
	const struct tw_answer *a)
{
	int64_t begin = tw_store_begin(&o->store[s]);
	struct of f = { o, e, s, p, a, a->held.from > begin ? a->held.from : begin, a->held.until };

	for (uint32_t k = 0; k < a->j->nstep; k++)
		step_row(b, &f, k);
}

/* Oldest first, in whatever order rows asked. */
static void answers(struct tw_buf *b, const struct tw_chain *o, const struct tw_seen *e, int s, int p)
{
	const struct tw_answer *first = &e->answer[2 * s + p];
	int64_t done = TW_TIME_MIN - 1;

	for (;;) {
		const struct tw_answer *next = NULL;
		for (const struct tw_answer *a = first; a && a->j; a = a->next)
			if (a->held.from > done && (!next || a->held.from < next->held.from))
				next = a;
		if (!next)
			return;
		answer_rows(b, o, e, s, p, next);
		done = next->held.from;
	}
}

int tw_chain_judgements(const struct tw_stage *stage, FILE *out)
{
	const struct tw_chain *o = stage->self;
	struct tw_buf b = { 0, 0, 0 };
	bool ok = true;

	tw_buf_adds(&b, "chain_id,store,pool,from,until,verdict,reason,culprit,path,fetched,window,ever,snapshot,facts\n");
	for (uint32_t i = 0; i < tw_known_count(o->chains) && ok; i++) {
		const struct tw_seen *e = tw_known_at(o->chains, i);
		for (int s = 0; e->answer && s < o->nstore; s++)
			for (int p = 0; p <= o->has_pool; p++)
				answers(&b, o, e, s, p);
		ok = fwrite(b.p, 1, b.n, out) == b.n;
		b.n = 0;
	}
	if (b.n)
		ok = fwrite(b.p, 1, b.n, out) == b.n;
	tw_buf_free(&b);
	return ok ? 0 : -1;
}
