/* Rows in, verdicts appended. */
#include "base/bounds.h"
#include "chain/host.h"
#include "chain/memory.h"

#include <string.h>

static const char *const columns[TW_COL_N] = {
	"time", "name", "chain", "collected", "version", "resumed", "outcome", "source", "ocsp_stapled"
};
const char *const tw_chain_shows[TW_NSHOW] = { "path", "culprit", "window", "ever", "fetched", "snapshot", "facts", "roots" };

static int add_column(struct tw_chain *o, struct tw_header *h, const char *what, const char *store, const char *pool)
{
	struct tw_buf *b = &o->b[0];

	b->n = 0;
	tw_buf_adds(b, what);
	if (store)
		tw_buf_addf(b, ".%s%s", store, pool);
	tw_buf_adds(b, o->suffix);
	tw_buf_addc(b, 0);
	if (tw_header_add(h, (char *)b->p) == 0)
		return 0;
	tw_error("the rows have a column %s already", (char *)b->p);
	return -1;
}

/* Columns that are no store's; a client is asked for no name. */
enum { ONCE = 5, ONCE_CLIENT = 3 };

static bool client(const struct tw_chain *o)
{
	return o->of != o;
}

static int once_of(const struct tw_chain *o)
{
	return client(o) ? ONCE_CLIENT : ONCE;
}

/* What rows say of the server's certificates is not said of the client's. */
static void find_columns(struct tw_chain *o, const struct tw_header *h)
{
	for (int i = 0; i < TW_COL_N; i++)
		o->at[i] = tw_header_find(h, columns[i]);
	if (!client(o))
		return;
	o->at[TW_COL_CHAIN] = tw_header_find(h, "client_chain");
	o->at[TW_COL_NAME] = o->at[TW_COL_COLLECTED] = o->at[TW_COL_STAPLE] = TW_NONE;
}

int tw_chain_bind(void *self, struct tw_header *h)
{
	static const char *const once[ONCE] = { "chain_id", "leaf_time", "order", "name_match", "name_cause" };
	struct tw_chain *o = self;
	int err = 0;

	find_columns(o, h);
	if (o->at[TW_COL_TIME] == TW_NONE || o->at[TW_COL_CHAIN] == TW_NONE) {
		tw_error("the rows have no column %s", o->at[TW_COL_TIME] == TW_NONE ? "time" : client(o) ? "client_chain" : "chain");
		return -1;
	}
	if (o->tail && o->at[TW_COL_COLLECTED] == TW_NONE) {
		tw_error("the rows have no column collected: --follow can't tell whose certificates are to come");
		return -1;
	}
	for (int i = 0; i < once_of(o); i++)
		err |= add_column(o, h, once[i], NULL, NULL);
	for (int s = 0; s < o->nstore; s++) {
		for (int p = 0; p <= o->has_pool; p++) {
			const char *suffix = p ? ".pool" : "";
			err |= add_column(o, h, "verdict", o->store[s].name, suffix);
			err |= add_column(o, h, "reason", o->store[s].name, suffix);
			for (size_t k = 0; k < TW_NSHOW; k++)
				if (o->show & 1u << k)
					err |= add_column(o, h, tw_chain_shows[k], o->store[s].name, suffix);
		}
	}
	return err ? -1 : 0;
}

/* Why a row without a chain has none: never broken, never dropped. */
static const char *no_chain(const struct tw_chain *o, const struct tw_row *r)
{
	struct tw_slice version = tw_row_get(r, o->at[TW_COL_VERSION]);
	bool is13 = (version.n >= 7 && !memcmp(version.p, "TLSv1.3", 7)) || (version.n >= 8 && !memcmp(version.p, "DTLSv1.3", 8));

	if (tw_slice_is(tw_row_get(r, o->at[TW_COL_CHAIN]), "NONE"))
		return "no_certificate";
	if (tw_slice_is(tw_row_get(r, o->at[TW_COL_RESUMED]), "yes"))
		return "resumed";
	if (tw_slice_is(tw_row_get(r, o->at[TW_COL_SOURCE]), "passive") && is13)
		return "encrypted";
	if (tw_slice_is(tw_row_get(r, o->at[TW_COL_OUTCOME]), "truncated"))
		return "truncated";
	if (tw_slice_is(tw_row_get(r, o->at[TW_COL_COLLECTED]), "no"))
		return "not_collected";
	return "no_certificate";
}

static void put(struct tw_row *r, const char *s)
{
	tw_row_add(r, tw_str(s));
}

static void put_path(const struct tw_chain *o, struct tw_buf *b, const struct tw_judgement *j, const struct tw_step *at)
{
	for (uint32_t i = 0; i < at->npath; i++) {
		if (i)
			tw_buf_addc(b, ' ');
		tw_buf_addhex(b, o->of->certs.v[j->path[at->path + i]].sha256, TW_SHA256);
	}
}

static void put_window(struct tw_buf *b, const struct tw_judgement *j)
{
	const char *between = "";
	int64_t from, until;

	for (uint32_t i = 0; tw_judgement_window(j, &i, &from, &until); between = " ") {
		tw_buf_adds(b, between);
		tw_time_add(b, from);
		tw_buf_addc(b, '/');
		tw_time_add(b, until);
	}
}

void tw_chain_put_show(const struct tw_chain *o, struct tw_buf *b, uint32_t what, int s, const struct tw_judgement *j,
	const struct tw_step *at, int64_t t)
{
	int64_t from, until;
	uint32_t i = 0;

	switch (what) {
	case TW_SHOW_PATH:
		put_path(o, b, j, at);
		break;
	case TW_SHOW_CULPRIT:
		if (at->culprit != TW_NONE)
			tw_buf_addhex(b, o->of->certs.v[at->culprit].sha256, TW_SHA256);
		break;
	case TW_SHOW_WINDOW:
		put_window(b, j);
		break;
	case TW_SHOW_EVER:
		tw_buf_adds(b, tw_judgement_window(j, &i, &from, &until) ? "yes" : "no");
		break;
	case TW_SHOW_FETCHED:
		if (at->npath)
			tw_buf_addu(b, at->fetched);
		break;
	case TW_SHOW_SNAPSHOT:
		if (o->store[s].nday)
			tw_buf_adds(b, o->store[s].day[tw_store_day_at(&o->store[s], t)].date);
		else
			tw_buf_addhex(b, o->snapshot[s], TW_SHA256);
		break;
	case TW_SHOW_FACTS:
		tw_fact_names(b, at->facts);
		break;
	}
}

/* No verdict, for this cause. */
static void put_no_verdict(const struct tw_chain *o, struct tw_row *r, const char *why)
{
	put(r, "");
	put(r, why);
	for (size_t k = 0; k < TW_NSHOW; k++)
		if (o->show & 1u << k)
			put(r, "");
}

/* In no store. */
static void put_none(const struct tw_chain *o, struct tw_row *r, const char *why)
{
	for (int s = 0; s < o->nstore; s++)
		for (int p = 0; p <= o->has_pool; p++)
			put_no_verdict(o, r, why);
}

/* own: of this row alone, or NULL; extra: the facts that are the row's. */
static void put_verdict(const struct tw_chain *o, struct tw_row *r, const struct tw_seen *e, int store, int pool,
	const struct tw_own *own, int64_t t, uint32_t extra, struct tw_buf *b)
{
	const struct tw_judgement *j = own ? &own->j : tw_chain_answer(e, store, pool, t);
	struct tw_step at = *tw_judgement_at(j, t);
	bool none = tw_chain_lacks(e, &at);

	at.facts |= at.reason == TW_R_UNREADABLE ? 0 : extra;
	put(r, none ? "" : tw_verdict_name(at.reason));
	put(r, none ? "not_collected" : tw_reason_name(at.reason));
	for (size_t k = 0; k < TW_NSHOW; k++) {
		if (!(o->show & 1u << k))
			continue;
		b->n = 0;
		if (!none && 1u << k != TW_SHOW_ROOTS)
			tw_chain_put_show(o, b, 1u << k, store, j, &at, t);
		else if (!none && at.reason == TW_R_OK)
			tw_buf_addslice(b, own ? tw_buf_slice(&own->roots) : tw_chain_rooted(e, store, pool, t));
		tw_row_add(r, tw_buf_slice(b));
	}
}

static void put_verdicts(const struct tw_chain *o, struct tw_row *r, const struct tw_seen *e,
	const struct tw_own *own, int64_t t, uint32_t extra, struct tw_buf *b)
{
	for (int s = 0; s < o->nstore; s++) {
		bool speaks = tw_store_speaks(&o->store[s], t);
		for (int p = 0; p <= o->has_pool; p++) {
			if (!speaks)
				put_no_verdict(o, r, "no_snapshot");
			else
				put_verdict(o, r, e, s, p, own ? &own[2 * s + p] : NULL, t, extra, b);
		}
	}
}

/* Returns the facts that are the row's. */
static uint32_t put_leaf(const struct tw_chain *o, struct tw_row *r, const struct tw_seen *e, bool timed, int64_t t,
	struct tw_buf *b)
{
	static const char *const match[] = { "", "no", "yes" };
	const struct tw_cert *c = e->leaf == TW_NONE ? NULL : &o->of->certs.v[e->leaf];
	enum tw_match m = c ? tw_host_match(o->profile, c, tw_row_get(r, o->at[TW_COL_NAME])) : TW_MATCH_NONE;

	b->n = 0;
	tw_buf_addhex(b, e->id, TW_SHA256);
	tw_row_add(r, tw_buf_slice(b));
	if (!timed || !c || !c->readable)
		put(r, "");
	else
		put(r, t > c->not_after ? "expired" : t < c->not_before ? "early" : "ok");
	put(r, e->order);
	if (client(o))
		return 0;
	put(r, match[m]);
	put(r, m == TW_MATCH_NO ? tw_host_cause(o->profile, c, tw_row_get(r, o->at[TW_COL_NAME])) : "");
	return m == TW_MATCH_YES ? TW_FACT_NAMED : 0;
}

/* What a row's mark says: v is its time, p its chain as it is remembered, q its
 * own answers where a stapled response matters. */
enum { TIMED = 1, CHAINED = 2, NOT_A_TIME = 4, STAPLED = 8, UNSETTLED = 16 };

/* The row's stapled response, if it can change what is said of the leaf. */
static bool staple_of(const struct tw_chain *o, const struct tw_row *r, struct tw_buf *der, struct tw_staple *s)
{
	der->n = 0;
	if (!tw_staple_field(tw_row_get(r, o->at[TW_COL_STAPLE]), der))
		return false;
	uint32_t leaf = tw_chain_leaf(o, tw_row_get(r, o->at[TW_COL_CHAIN]));
	if (leaf == TW_NONE)
		return false;
	tw_staple_read(s, tw_buf_slice(der));
	return tw_staple_matters(s, &o->of->certs.v[leaf], o->require);
}

void tw_chain_look(void *self, struct tw_row *r, struct tw_mark *m, unsigned thread)
{
	struct tw_chain *o = self;
	struct tw_slice text = tw_row_get(r, o->at[TW_COL_CHAIN]), when = tw_row_get(r, o->at[TW_COL_TIME]);
	struct tw_staple staple;

	if (when.n)
		m->flags |= tw_time_parse(when, &m->v) ? TIMED : NOT_A_TIME;
	if (!text.n || tw_slice_is(text, "NONE") || text.n > TW_MAX_PRESENTED * (2 * TW_SHA256 + 1))
		return;
	m->flags |= CHAINED;
	/* Of a tail the leaf is perhaps still to come. */
	if (m->flags & TIMED && (o->tail || staple_of(o, r, &o->der[thread], &staple)))
		m->flags |= STAPLED;
	m->p = tw_known_find(o->chains, tw_row_digest(r, o->at[TW_COL_CHAIN]));
	if (!m->p && o->ahead)
		tw_chain_ahead(o, text, thread);
}

static int absent(const struct tw_chain *o, const struct tw_row *r, struct tw_slice text, struct tw_buf *why)
{
	struct tw_slice name = tw_chain_absent(o, text);
	bool came = !o->tail || tw_tail_found(o->tail);

	tw_buf_addf(why, "row %llu says collected, but ", (unsigned long long)r->number);
	if (came)
		tw_buf_addf(why, "certificate %.*s of its chain is not in the file of certificates", (int)(name.n < 80 ? name.n : 80),
			(const char *)name.p);
	else
		tw_buf_adds(why, "the file of certificates did not come");
	return -1;
}

int tw_chain_settle(void *self, struct tw_row *r, struct tw_mark *m, unsigned thread, struct tw_buf *why)
{
	struct tw_chain *o = self;
	struct tw_slice text = tw_row_get(r, o->at[TW_COL_CHAIN]);
	unsigned long long number = r->number;

	if (m->flags & NOT_A_TIME) {
		tw_buf_addf(why, "row %llu: time is not RFC 3339", number);
		return -1;
	}
	if (!(m->flags & CHAINED)) {
		if (!text.n || tw_slice_is(text, "NONE"))
			return 0;
		tw_buf_addf(why, "row %llu: a chain of more than %u certificates", number, TW_MAX_PRESENTED);
		return -1;
	}
	bool collected = tw_slice_is(tw_row_get(r, o->at[TW_COL_COLLECTED]), "yes");
	if (o->tail && !collected) {
		m->flags |= UNSETTLED;
		return 0;
	}
	if (!m->p && !(m->p = tw_chain_look_up(o, text, tw_row_digest(r, o->at[TW_COL_CHAIN]))))
		return -1;
	struct tw_seen *e = m->p;
	if (e->partly && collected)
		return absent(o, r, text, why);
	tw_chain_judge(o, e, text, m->flags & TIMED ? &m->v : NULL);
	if (m->flags & TIMED && e->answer)
		tw_chain_count(o, m->v);
	struct tw_staple staple;
	if (m->flags & STAPLED && staple_of(o, r, &o->der[thread], &staple))
		m->q = tw_chain_stapled(o, text, &staple, m->v);
	else if (m->flags & TIMED && o->show & TW_SHOW_ROOTS)
		tw_chain_roots(o, e, text, m->v);
	return 0;
}

/* What another record may still bring is not waited for, and what it has
 * brought so far is an accident of time: no verdict. */
static void put_unsettled(const struct tw_chain *o, struct tw_row *r, struct tw_buf *b)
{
	b->n = 0;
	tw_buf_addhex(b, tw_row_digest(r, o->at[TW_COL_CHAIN]), TW_SHA256);
	tw_row_add(r, tw_buf_slice(b));
	for (int i = 0; i < 4; i++)
		put(r, "");
	put_none(o, r, "not_collected");
}

void tw_chain_fill(void *self, struct tw_row *r, const struct tw_mark *m, unsigned thread)
{
	struct tw_chain *o = self;
	const struct tw_seen *e = m->p;
	bool timed = m->flags & TIMED;

	if (m->flags & UNSETTLED) {
		put_unsettled(o, r, &o->b[thread]);
		return;
	}
	if (!e) {
		const char *why = no_chain(o, r);
		for (int i = 0; i < once_of(o); i++)
			put(r, "");
		put_none(o, r, why);
		return;
	}
	uint32_t named = put_leaf(o, r, e, timed, m->v, &o->b[thread]);
	if (!e->answer)
		put_none(o, r, "not_collected");
	else if (!timed)
		put_none(o, r, "no_time");
	else
		put_verdicts(o, r, e, m->q, m->v, named, &o->b[thread]);
	if (m->q)
		tw_chain_stapled_free(o, m->q);
}

int tw_chain_row(void *self, struct tw_row *r)
{
	struct tw_chain *o = self;

	return tw_stage_row(&o->stage, r);
}
