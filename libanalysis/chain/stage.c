/* The stage: rows in, verdicts appended. */
#include "chain/stage.h"
#include "base/bounds.h"
#include "chain/host.h"
#include "trust/store.h"

#include <stdlib.h>
#include <string.h>

enum column { TIME, NAME, CHAIN, COLLECTED, VERSION, RESUMED, OUTCOME, SOURCE, NCOLUMN };
static const char *const columns[NCOLUMN] = {
	"time", "name", "chain", "collected", "version", "resumed", "outcome", "source"
};
static const char *const shows[] = { "path", "culprit", "window", "ever", "fetched" };
#define NSHOW (sizeof shows / sizeof *shows)

/* What is remembered of a distinct chain. */
struct seen {
	uint8_t id[TW_SHA256];
	uint32_t leaf;            /* TW_NONE: not at hand */
	bool partly;              /* some member is not at hand */
	const char *order;
	struct tw_judgement *j;   /* by store, presented and pool; NULL without leaf */
};

struct judge {
	struct tw_stage stage;
	struct tw_certs certs;
	struct tw_graph g;
	struct tw_store *store;
	struct tw_trust **trust; /* by store */
	struct tw_judge *judge;
	int nstore;
	struct tw_index pool, witness;
	bool has_pool, has_witness;
	uint32_t show;
	uint32_t at[NCOLUMN];
	struct tw_set chains;
	struct seen *seen;
	uint32_t cap;
	struct tw_buf b;
};

int tw_chain_show(const char *list, uint32_t *bits)
{
	*bits = 0;
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, ","), i = 0;
		while (i < NSHOW && (strlen(shows[i]) != n || memcmp(p, shows[i], n) != 0))
			i++;
		if (i == NSHOW) {
			tw_error("--show %s: path, culprit, window, ever, fetched", list);
			return -1;
		}
		*bits |= 1u << i;
		p += n + (p[n] == ',');
	}
	return 0;
}

static int add_column(struct judge *o, struct tw_header *h, const char *what, const char *store, const char *pool)
{
	o->b.n = 0;
	tw_buf_adds(&o->b, what);
	if (store)
		tw_buf_addf(&o->b, ".%s%s", store, pool);
	tw_buf_addc(&o->b, 0);
	if (tw_header_add(h, (char *)o->b.p) == 0)
		return 0;
	tw_error("the rows have a column %s already", (char *)o->b.p);
	return -1;
}

static int bind(void *self, struct tw_header *h)
{
	static const char *const once[] = { "chain_id", "leaf_time", "order", "name_match", "name_cause" };
	struct judge *o = self;
	int err = 0;

	for (int i = 0; i < NCOLUMN; i++)
		o->at[i] = tw_header_find(h, columns[i]);
	if (o->at[TIME] == TW_NONE || o->at[CHAIN] == TW_NONE) {
		tw_error("the rows have no column %s", o->at[TIME] == TW_NONE ? "time" : "chain");
		return -1;
	}
	for (size_t i = 0; i < sizeof once / sizeof *once; i++)
		err |= add_column(o, h, once[i], NULL, NULL);
	for (int s = 0; s < o->nstore; s++) {
		for (int p = 0; p <= o->has_pool; p++) {
			const char *suffix = p ? ".pool" : "";
			err |= add_column(o, h, "verdict", o->store[s].name, suffix);
			err |= add_column(o, h, "reason", o->store[s].name, suffix);
			for (size_t k = 0; k < NSHOW; k++)
				if (o->show & 1u << k)
					err |= add_column(o, h, shows[k], o->store[s].name, suffix);
		}
	}
	return err ? -1 : 0;
}

/* The chain's members at hand, and whether all are. */
static void members(struct judge *o, struct tw_slice text, struct seen *e, uint32_t **v, uint32_t *n)
{
	uint8_t h[TW_SHA256];
	bool first = true;

	*v = tw_realloc(NULL, text.n / 2 + 1, sizeof **v);
	*n = 0;
	for (size_t i = 0; i < text.n; first = false) {
		const uint8_t *sp = memchr(text.p + i, ' ', text.n - i);
		struct tw_slice w = { text.p + i, sp ? (size_t)(sp - text.p) - i : text.n - i };
		uint32_t c = w.n == 2 * TW_SHA256 && tw_unhex(w, h, TW_SHA256) ? tw_certs_find(&o->certs, h) : TW_NONE;
		if (first)
			e->leaf = c;
		if (c == TW_NONE)
			e->partly = true;
		else
			(*v)[(*n)++] = c;
		i += w.n + 1;
	}
}

static void judge_new(struct judge *o, struct tw_slice text, struct seen *e)
{
	uint32_t *v, n;

	memset(e, 0, sizeof *e);
	tw_sha256(text, e->id);
	e->leaf = TW_NONE;
	e->order = "";
	members(o, text, e, &v, &n);
	if (!e->partly)
		e->order = tw_chain_order(&o->g, v, n);
	if (e->leaf != TW_NONE) {
		e->j = tw_alloc((size_t)o->nstore * 2 * sizeof *e->j);
		for (int s = 0; s < o->nstore; s++) {
			for (int p = 0; p <= o->has_pool; p++) {
				struct tw_question q = { .presented = v, .npresented = n, .trust = o->trust[s],
					.pool = p ? &o->pool : NULL, .witness = o->has_witness ? &o->witness : NULL };
				tw_judge_chain(o->judge, &q, &e->j[2 * s + p]);
			}
		}
	}
	free(v);
}

static const struct seen *look_up(struct judge *o, struct tw_slice text)
{
	uint8_t id[TW_SHA256];
	bool fresh;

	tw_sha256(text, id);
	uint32_t i = tw_set_add(&o->chains, id, &fresh);
	if (fresh) {
		if (i == o->cap) {
			o->cap = o->cap ? o->cap * 2 : 64;
			o->seen = tw_realloc(o->seen, o->cap, sizeof *o->seen);
		}
		judge_new(o, text, &o->seen[i]);
	}
	return &o->seen[i];
}

/* Why a row without a chain has none: never broken, never dropped. */
static const char *no_chain(const struct judge *o, const struct tw_row *r)
{
	struct tw_slice version = tw_row_get(r, o->at[VERSION]);

	if (tw_slice_is(tw_row_get(r, o->at[CHAIN]), "NONE"))
		return "no_certificate";
	if (tw_slice_is(tw_row_get(r, o->at[RESUMED]), "yes"))
		return "resumed";
	if (tw_slice_is(tw_row_get(r, o->at[SOURCE]), "passive") && version.n >= 7 && !memcmp(version.p, "TLSv1.3", 7))
		return "encrypted";
	if (tw_slice_is(tw_row_get(r, o->at[OUTCOME]), "truncated"))
		return "truncated";
	if (tw_slice_is(tw_row_get(r, o->at[COLLECTED]), "no"))
		return "not_collected";
	return "no_certificate";
}

static void put(struct tw_row *r, const char *s)
{
	tw_row_add(r, tw_str(s));
}

static void put_show(struct judge *o, struct tw_row *r, const struct tw_judgement *j, const struct tw_step *at, size_t k)
{
	struct tw_buf *b = &o->b;
	int64_t from, until;
	uint32_t i = 0;

	b->n = 0;
	switch (1u << k) {
	case TW_SHOW_PATH:
		for (; i < at->npath; i++) {
			if (i)
				tw_buf_addc(b, ' ');
			tw_buf_addhex(b, o->certs.v[j->path[at->path + i]].sha256, TW_SHA256);
		}
		break;
	case TW_SHOW_CULPRIT:
		if (at->culprit != TW_NONE)
			tw_buf_addhex(b, o->certs.v[at->culprit].sha256, TW_SHA256);
		break;
	case TW_SHOW_WINDOW:
		while (tw_judgement_window(j, &i, &from, &until)) {
			if (b->n)
				tw_buf_addc(b, ' ');
			tw_time_add(b, from);
			tw_buf_addc(b, '/');
			tw_time_add(b, until);
		}
		break;
	case TW_SHOW_EVER:
		tw_buf_adds(b, tw_judgement_window(j, &i, &from, &until) ? "yes" : "no");
		break;
	case TW_SHOW_FETCHED:
		if (at->npath)
			tw_buf_addu(b, at->fetched);
		break;
	}
	tw_row_add(r, tw_buf_slice(b));
}

/* No verdict, for this cause, in any store. */
static void put_none(const struct judge *o, struct tw_row *r, const char *why)
{
	for (int s = 0; s < o->nstore; s++) {
		for (int p = 0; p <= o->has_pool; p++) {
			put(r, "");
			put(r, why);
			for (size_t k = 0; k < NSHOW; k++)
				if (o->show & 1u << k)
					put(r, "");
		}
	}
}

/* A chain is judged when the members its path needs are at hand. */
static bool lacks(const struct seen *e, const struct tw_step *at)
{
	return e->partly && (at->reason == TW_R_MISSING_INTERMEDIATE || at->reason == TW_R_UNTRUSTED_ROOT ||
		at->reason == TW_R_UNKNOWN_ISSUER);
}

static void put_verdicts(struct judge *o, struct tw_row *r, const struct seen *e, int64_t t)
{
	for (int s = 0; s < o->nstore; s++) {
		for (int p = 0; p <= o->has_pool; p++) {
			const struct tw_judgement *j = &e->j[2 * s + p];
			const struct tw_step *at = tw_judgement_at(j, t);
			bool none = lacks(e, at);
			put(r, none ? "" : tw_verdict_name(at->reason));
			put(r, none ? "not_collected" : tw_reason_name(at->reason));
			for (size_t k = 0; k < NSHOW; k++) {
				if (!(o->show & 1u << k))
					continue;
				if (none)
					put(r, "");
				else
					put_show(o, r, j, at, k);
			}
		}
	}
}

static void put_id(struct judge *o, struct tw_row *r, const uint8_t id[TW_SHA256])
{
	o->b.n = 0;
	tw_buf_addhex(&o->b, id, TW_SHA256);
	tw_row_add(r, tw_buf_slice(&o->b));
}

static void put_leaf(struct judge *o, struct tw_row *r, const struct seen *e, bool timed, int64_t t)
{
	static const char *const match[] = { "", "no", "yes" };
	const struct tw_cert *c = e->leaf == TW_NONE ? NULL : &o->certs.v[e->leaf];
	enum tw_match m = c ? tw_host_match(c, tw_row_get(r, o->at[NAME])) : TW_MATCH_NONE;

	put_id(o, r, e->id);
	if (!timed || !c || !c->readable)
		put(r, "");
	else
		put(r, t > c->not_after ? "expired" : t < c->not_before ? "early" : "ok");
	put(r, e->order);
	put(r, match[m]);
	put(r, m == TW_MATCH_NO ? tw_host_cause(c, tw_row_get(r, o->at[NAME])) : "");
}

static int row(void *self, struct tw_row *r)
{
	struct judge *o = self;
	struct tw_slice text = tw_row_get(r, o->at[CHAIN]), when = tw_row_get(r, o->at[TIME]);
	int64_t t = 0;
	bool timed = when.n && tw_time_parse(when, &t);

	if (when.n && !timed) {
		tw_error("row %llu: time is not RFC 3339", (unsigned long long)r->number);
		return -1;
	}
	if (!text.n || tw_slice_is(text, "NONE")) {
		const char *why = no_chain(o, r);
		for (int i = 0; i < 5; i++)
			put(r, "");
		put_none(o, r, why);
		return 0;
	}
	const struct seen *e = look_up(o, text);
	if (e->partly && tw_slice_is(tw_row_get(r, o->at[COLLECTED]), "yes")) {
		tw_error("row %llu says collected, but certificates of its chain are not there",
			(unsigned long long)r->number);
		return -1;
	}
	put_leaf(o, r, e, timed, t);
	if (!e->j)
		put_none(o, r, "not_collected");
	else if (!timed)
		put_none(o, r, "no_time");
	else
		put_verdicts(o, r, e, t);
	return 0;
}

/* "all" stands for the first ncerts certificates, those of certs.der. */
static int open_index(struct judge *o, const char *what, uint32_t ncerts, struct tw_index *x)
{
	uint32_t *v = NULL, n = 0;
	bool all = !strcmp(what, "all");

	if (all) {
		v = tw_realloc(NULL, (size_t)ncerts + 1, sizeof *v);
		for (; n < ncerts; n++)
			v[n] = n;
	} else if (tw_certs_load(&o->certs, what, &v, &n) < 0) {
		free(v);
		return -1;
	}
	tw_graph_sync(&o->g);
	tw_index_make(x, &o->g, v, n, all);
	free(v);
	return 0;
}

static int open_stores(struct judge *o, const struct tw_chain_options *opt)
{
	o->store = tw_alloc((size_t)opt->nstore * sizeof *o->store);
	o->trust = tw_alloc((size_t)opt->nstore * sizeof *o->trust);
	for (int i = 0; i < opt->nstore; i++) {
		struct tw_store *s = &o->store[i];
		o->nstore = i + 1; /* what tw_chain_stage_free frees, half open too */
		if (tw_store_open(s, &o->certs, opt->store[i]) < 0)
			return -1;
		for (int k = 0; k < i; k++) {
			if (!strcmp(o->store[k].name, s->name)) {
				tw_error("two stores are named %s: use NAME=SPEC", s->name);
				return -1;
			}
		}
		tw_graph_sync(&o->g);
		o->trust[i] = tw_trust_new(&o->g, s, TW_TIME_MAX);
	}
	return 0;
}

struct tw_stage *tw_chain_stage(const struct tw_chain_options *opt)
{
	struct judge *o = tw_alloc(sizeof *o);

	tw_signature_start();
	o->stage = (struct tw_stage){ .name = "tw-chain", .self = o, .bind = bind, .row = row };
	o->show = opt->show;
	int err = tw_certs_open(&o->certs, opt->certs);
	uint32_t ncerts = o->certs.n;
	tw_graph_init(&o->g, &o->certs);
	err = err || open_stores(o, opt) < 0;
	if (!err && opt->pool && strcmp(opt->pool, "presented") != 0) {
		o->has_pool = true;
		err = open_index(o, opt->pool, ncerts, &o->pool) < 0;
	}
	if (!err && opt->witness) {
		o->has_witness = true;
		err = open_index(o, opt->witness, ncerts, &o->witness) < 0;
	}
	struct tw_judge_options rules = { .purpose = opt->purpose };
	o->judge = tw_judge_new(&o->g, &rules);
	if (!err)
		return &o->stage;
	tw_chain_stage_free(&o->stage);
	return NULL;
}

void tw_chain_stage_free(struct tw_stage *s)
{
	struct judge *o = s->self;

	for (uint32_t i = 0; i < o->chains.n; i++) {
		for (int k = 0; o->seen[i].j && k < 2 * o->nstore; k++)
			tw_judgement_free(&o->seen[i].j[k]);
		free(o->seen[i].j);
	}
	for (int i = 0; i < o->nstore; i++) {
		tw_store_free(&o->store[i]);
		tw_trust_free(o->trust[i]);
	}
	free(o->seen);
	free(o->store);
	free(o->trust);
	tw_judge_free(o->judge);
	tw_index_free(&o->pool);
	tw_index_free(&o->witness);
	tw_set_free(&o->chains);
	tw_graph_free(&o->g);
	tw_certs_close(&o->certs);
	tw_buf_free(&o->b);
	free(o);
}

static void judgement_row(struct tw_buf *b, const struct judge *o, const struct seen *e, int s, int p, uint32_t k)
{
	const struct tw_judgement *j = &e->j[2 * s + p];
	const struct tw_step *at = &j->step[k];

	tw_buf_addhex(b, e->id, TW_SHA256);
	tw_buf_addf(b, ",%s,%s,", o->store[s].name, p ? "pool" : "presented");
	if (k)
		tw_time_add(b, at->from);
	tw_buf_addc(b, ',');
	if (k + 1 < j->nstep)
		tw_time_add(b, at[1].from - 1);
	bool none = lacks(e, at);
	tw_buf_addf(b, ",%s,%s,", none ? "" : tw_verdict_name(at->reason),
		none ? "not_collected" : tw_reason_name(at->reason));
	if (at->culprit != TW_NONE && !none)
		tw_buf_addhex(b, o->certs.v[at->culprit].sha256, TW_SHA256);
	tw_buf_addc(b, ',');
	for (uint32_t i = 0; i < at->npath; i++) {
		if (i)
			tw_buf_addc(b, ' ');
		tw_buf_addhex(b, o->certs.v[j->path[at->path + i]].sha256, TW_SHA256);
	}
	tw_buf_addc(b, ',');
	if (at->npath)
		tw_buf_addu(b, at->fetched);
	tw_buf_addc(b, '\n');
}

int tw_chain_judgements(const struct tw_stage *stage, FILE *out)
{
	const struct judge *o = stage->self;
	struct tw_buf b = { 0, 0, 0 };
	bool ok = true;

	tw_buf_adds(&b, "chain_id,store,pool,from,until,verdict,reason,culprit,path,fetched\n");
	for (uint32_t i = 0; i < o->chains.n && ok; i++) {
		const struct seen *e = &o->seen[i];
		for (int s = 0; e->j && s < o->nstore; s++)
			for (int p = 0; p <= o->has_pool; p++)
				for (uint32_t k = 0; k < e->j[2 * s + p].nstep; k++)
					judgement_row(&b, o, e, s, p, k);
		ok = fwrite(b.p, 1, b.n, out) == b.n;
		b.n = 0;
	}
	if (b.n)
		ok = fwrite(b.p, 1, b.n, out) == b.n;
	tw_buf_free(&b);
	return ok ? 0 : -1;
}
