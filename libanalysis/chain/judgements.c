/* judgements.csv. */
#include "chain/memory.h"

static void judgement_row(struct tw_buf *b, const struct tw_chain *o, const struct tw_seen *e, int s, int p, uint32_t k)
{
	const struct tw_judgement *j = e->j[2 * s + p];
	const struct tw_step *at = &j->step[k];
	static const uint32_t shows[] = { TW_SHOW_CULPRIT, TW_SHOW_PATH, TW_SHOW_FETCHED, TW_SHOW_WINDOW, TW_SHOW_EVER,
		TW_SHOW_SNAPSHOT, TW_SHOW_FACTS };

	tw_buf_addhex(b, e->id, TW_SHA256);
	tw_buf_addf(b, ",%s,%s,", o->store[s].name, p ? "pool" : "presented");
	if (k)
		tw_time_add(b, at->from);
	tw_buf_addc(b, ',');
	if (k + 1 < j->nstep)
		tw_time_add(b, at[1].from - 1);
	bool none = tw_chain_lacks(e, at);
	tw_buf_addf(b, ",%s,%s,", none ? "" : tw_verdict_name(at->reason),
		none ? "not_collected" : tw_reason_name(at->reason));
	for (size_t i = 0; i < sizeof shows / sizeof *shows; i++) {
		if (i)
			tw_buf_addc(b, ',');
		if (!none)
			tw_chain_put_show(o, b, shows[i], s, j, at);
	}
	tw_buf_addc(b, '\n');
}

int tw_chain_judgements(const struct tw_stage *stage, FILE *out)
{
	const struct tw_chain *o = stage->self;
	struct tw_buf b = { 0, 0, 0 };
	bool ok = true;

	tw_buf_adds(&b, "chain_id,store,pool,from,until,verdict,reason,culprit,path,fetched,window,ever,snapshot,facts\n");
	for (uint32_t i = 0; i < tw_known_count(o->chains) && ok; i++) {
		const struct tw_seen *e = tw_known_at(o->chains, i);
		for (int s = 0; e->j && s < o->nstore; s++)
			for (int p = 0; p <= o->has_pool; p++)
				for (uint32_t k = 0; k < e->j[2 * s + p]->nstep; k++)
					judgement_row(&b, o, e, s, p, k);
		ok = fwrite(b.p, 1, b.n, out) == b.n;
		b.n = 0;
	}
	if (b.n)
		ok = fwrite(b.p, 1, b.n, out) == b.n;
	tw_buf_free(&b);
	return ok ? 0 : -1;
}
