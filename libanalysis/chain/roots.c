/* Every root that a good path reaches, found by taking away those that were. */
#include "chain/memory.h"

#include <stdlib.h>
#include <string.h>

/* What a row's time may be for the same answer. */
static void narrow(struct tw_rooted *r, const struct tw_judgement *j, const struct tw_step *at)
{
	uint32_t k = (uint32_t)(at - j->step);
	int64_t until = k + 1 < j->nstep ? at[1].from - 1 : TW_TIME_MAX;

	r->from = at->from > r->from ? at->from : r->from;
	r->until = until < r->until ? until : r->until;
	r->from = j->held.from > r->from ? j->held.from : r->from;
	r->until = j->held.until < r->until ? j->held.until : r->until;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, TW_SHA256);
}

static void put(struct tw_rooted *r, const struct tw_certs *certs, const struct tw_buf *gone)
{
	size_t n = gone->n / sizeof(uint32_t);
	uint8_t (*all)[TW_SHA256] = tw_alloc((n + 1) * sizeof *all);

	for (size_t i = 0; i < n; i++)
		memcpy(all[i], certs->v[((const uint32_t *)(const void *)gone->p)[i]].sha256, TW_SHA256);
	qsort(all, n, sizeof *all, by_bytes);
	for (size_t i = 0; i < n; i++) {
		if (i)
			tw_buf_addc(&r->text, ' ');
		tw_buf_addhex(&r->text, all[i], TW_SHA256);
	}
	free(all);
}

/* Each anchor is reached once: there are no more rounds than the store has. */
static void take(struct tw_buf *gone, uint32_t cert)
{
	const uint32_t *v = (const uint32_t *)(const void *)gone->p;

	for (size_t i = 0; i < gone->n / sizeof *v; i++)
		if (v[i] == cert)
			tw_die("an anchor that does not count ends a path");
	tw_buf_add(gone, &cert, sizeof cert);
}

static struct tw_rooted *find_all(struct tw_chain *o, struct tw_question q, int64_t t)
{
	struct tw_rooted *r = tw_alloc(sizeof *r);
	struct tw_buf gone = { 0 };

	*r = (struct tw_rooted){ .from = TW_TIME_MIN, .until = TW_TIME_MAX };
	q.witness = NULL;
	for (bool good = true; good;) {
		struct tw_judgement j;
		q.without = (const uint32_t *)(const void *)gone.p;
		q.nwithout = (uint32_t)(gone.n / sizeof(uint32_t));
		tw_judge_chain(o->judge, &q, &j);
		const struct tw_step *at = tw_judgement_at(&j, t);
		narrow(r, &j, at);
		good = at->reason == TW_R_OK;
		if (good)
			take(&gone, j.path[at->path + at->npath - 1]);
		tw_judgement_free(&j);
	}
	put(r, &o->of->certs, &gone);
	tw_buf_free(&gone);
	return r;
}

void tw_chain_roots_own(struct tw_chain *o, const struct tw_question *q, int64_t t, struct tw_buf *text)
{
	struct tw_rooted *r = find_all(o, *q, t);

	tw_buf_free(text);
	*text = r->text;
	free(r);
}

static const struct tw_rooted *look(const struct tw_seen *e, int i, int64_t t)
{
	const struct tw_rooted *r = atomic_load_explicit(&e->rooted[i], memory_order_acquire);

	while (r && (t < r->from || r->until < t))
		r = r->next;
	return r;
}

void tw_chain_roots(struct tw_chain *o, struct tw_seen *e, struct tw_slice text, int64_t t)
{
	if (!e->answer)
		return;
	if (!e->rooted)
		e->rooted = tw_alloc((size_t)o->nstore * 2 * sizeof *e->rooted);
	for (int p = 0; p <= o->has_pool; p++) {
		for (int s = 0; s < o->nstore; s++) {
			int i = 2 * s + p;
			if (!tw_store_speaks(&o->store[s], t) || look(e, i, t) ||
			    tw_judgement_at(tw_chain_answer(e, s, p, t), t)->reason != TW_R_OK)
				continue;
			struct tw_rooted *r = find_all(o, tw_chain_question(o, e, text, s, p, t), t);
			r->next = atomic_load_explicit(&e->rooted[i], memory_order_relaxed);
			atomic_store_explicit(&e->rooted[i], r, memory_order_release);
		}
	}
}

struct tw_slice tw_chain_rooted(const struct tw_seen *e, int store, int pool, int64_t t)
{
	const struct tw_rooted *r = e->rooted ? look(e, 2 * store + pool, t) : NULL;

	return r ? tw_buf_slice(&r->text) : (struct tw_slice){ NULL, 0 };
}

void tw_chain_roots_free(struct tw_seen *e, int n)
{
	for (int i = 0; e->rooted && i < n; i++) {
		for (struct tw_rooted *r = e->rooted[i], *next; r; r = next) {
			next = r->next;
			tw_buf_free(&r->text);
			free(r);
		}
	}
	free(e->rooted);
}
