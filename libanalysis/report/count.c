/* Tuples, and the things of which only entries are kept, to the lines of a
 * table; and back: what counts in one cell. */
#include "report/collect.h"

#include <stdlib.h>
#include <string.h>

static const char *const unit_names[TW_UNIT_N] = { "probe", "host", "target", "connection", "server", "client",
	"certificate", "certificate-ever" };

enum tw_unit tw_unit_find(const char *name)
{
	int u = 0;
	while (u < TW_UNIT_N && strcmp(unit_names[u], name) != 0)
		u++;
	return (enum tw_unit)u;
}

const char *tw_report_unit(const struct tw_report *r, enum tw_unit unit)
{
	if (r->options.servers_any && (unit == TW_UNIT_SERVER || unit == TW_UNIT_CLIENT))
		return unit == TW_UNIT_SERVER ? "server-any" : "client-any";
	return unit_names[unit];
}

static struct tw_line start(const struct tw_collect *c, const struct tw_tuple *tuple, uint32_t j, bool all)
{
	struct tw_line l = { .unit = (uint8_t)c->unit, .all = all, .judgement = j };
	uint8_t n = 0;

	l.part[n++] = tw_piece(tuple, TW_F_SOURCE);
	l.part[n++] = all ? tw_str("all") : tw_piece(tuple, TW_F_PROTOCOL);
	l.part[n++] = tw_str(tw_report_unit(c->r, c->unit));
	for (uint32_t k = 0; k < c->r->options.nby; k++)
		l.part[n++] = tw_piece(tuple, TW_F_N + TW_J_N * c->r->njudgement + k);
	if (c->t->judged) {
		struct tw_pair_of p = c->t->pairs ? tw_pair_of(c->r, j) : (struct tw_pair_of){ j, TW_NONE };
		l.part[n++] = tw_str(c->r->judgement[p.store].store);
		l.part[n++] = tw_str(c->r->judgement[p.store].pool ? "pool" : "presented");
		if (c->t->pairs)
			l.part[n++] = tw_str(p.other == TW_NONE ? "any" : c->r->judgement[p.other].store);
	}
	l.nparts = l.ngroup = n;
	return l;
}

/* ---- the second pass asks whether something counts in one cell ---- */
static bool is_wanted(const struct tw_trace *w, const struct tw_line *l)
{
	if (w->nparts != l->nparts || l->unit != w->unit)
		return false;
	for (int k = 0; k < l->nparts; k++)
		if (!tw_slice_eq(w->part[k], l->part[k]))
			return false;
	return true;
}

static void choose(struct tw_collect *c, const struct tw_line *l, uint64_t mask, uint64_t disagree)
{
	struct tw_trace *w = c->trace;

	if (!is_wanted(w, l) || (w->column >= 0 && !(mask >> w->column & 1)) || (w->column == TW_COLUMN_DISAGREE && !disagree))
		return;
	w->hit = true;
	if (!w->one)
		tw_tally_put(&w->chosen, c->entity, 0);
}

/* ---- counting ---- */
/* counted: the n of the line. */
static void add_wide(struct tw_collect *c, const struct tw_line *at, uint64_t mask, uint64_t weight, uint64_t disagree,
    bool counted)
{
	if (c->trace) {
		choose(c, at, mask, disagree);
		return;
	}
	struct tw_line *l = tw_lines_find(c->lines, at, true);
	l->n += counted ? weight : 0;
	l->disagree += disagree;
	for (int i = 0; mask; i++, mask >>= 1)
		l->count[i] += mask & 1 ? weight : 0;
}

/* The values of one role, or of a table without roles. */
static void add_long(struct tw_collect *c, struct tw_line at, const char *role, const struct tw_values *v, uint64_t weight,
    uint64_t disagree, bool in_part)
{
	if (v->n == 0)
		return;
	if (role) {
		at.part[at.nparts++] = tw_str(role);
		at.ngroup = at.nparts;
	}
	if (c->trace)
		choose(c, &at, 0, disagree);
	else {
		struct tw_line *group = tw_lines_find(c->lines, &at, false);
		group->n += weight;
		group->in_part += in_part ? weight : 0;
	}
	at.nparts++;
	for (uint32_t i = 0; i < v->n; i++) {
		at.part[at.nparts - 1] = v->v[i];
		if (c->trace) {
			choose(c, &at, 0, disagree);
			continue;
		}
		struct tw_line *l = tw_lines_find(c->lines, &at, false);
		l->n += weight;
		l->in_part += in_part ? weight : 0;
		l->disagree += disagree;
	}
}

static bool is_in_part(const struct tw_table *t, const struct tw_tuple *tuple, uint32_t j)
{
	if (t->judged)
		return !t->pairs && tw_verdict(tuple, j).n > 0;
	return t->in_part && t->in_part(tuple);
}

/* Things of which this one tuple tells all. */
static void add(struct tw_collect *c, const struct tw_tuple *tuple, uint32_t j, bool all, uint64_t weight, uint64_t disagree)
{
	struct tw_line at = start(c, tuple, j, all);

	if (c->t->shape == TW_WIDE) {
		add_wide(c, &at, c->t->mark(tuple, j) | c->also, weight, disagree, true);
		return;
	}
	for (int f = 0; f < c->nfacets; f++) {
		tw_values_of(c, tuple, j, f, &c->values[0]);
		add_long(c, at, tw_role_of(c->t, f), &c->values[0], weight, disagree, is_in_part(c->t, tuple, j));
	}
}

/* Has the table a column that all rows of such a thing tell together? */
static bool is_whole(const struct tw_collect *c)
{
	return c->t->whole && (c->unit == TW_UNIT_SERVER || c->unit == TW_UNIT_CLIENT);
}

static void add_several_wide(struct tw_collect *c, const struct tw_pair *v, uint32_t n, uint32_t j, const struct tw_line *at)
{
	uint64_t any = 0, mask = 0;

	for (uint32_t i = 0; i < n; i++)
		any |= c->t->mark(&c->r->tuple[v[i].tuple], j);
	for (int f = 0; f < c->nfacets && c->mode != TW_ANY; f++)
		mask |= c->t->mark(tw_speaker(c, v, n, j, f), j) & tw_facet_mask(c->t, f);
	mask = c->mode == TW_ANY ? any : mask;
	if (is_whole(c))
		mask |= c->t->whole(c->r, c->unit, c->entity, c->r->tuple[v->tuple].group[at->all], any);
	add_wide(c, at, mask, 1, 0, true);
}

static void add_several_long(struct tw_collect *c, const struct tw_pair *v, uint32_t n, uint32_t j, const struct tw_line *at)
{
	for (int f = 0; f < c->nfacets; f++) {
		bool in_part = false;
		c->values[0].n = 0;
		if (c->mode == TW_ANY)
			for (uint32_t i = 0; i < n; i++) {
				const struct tw_tuple *t = &c->r->tuple[v[i].tuple];
				c->t->values(t, j, tw_role_of(c->t, f), &c->values[0]);
				in_part |= is_in_part(c->t, t, j);
			}
		else {
			const struct tw_tuple *t = tw_speaker(c, v, n, j, f);
			tw_values_of(c, t, j, f, &c->values[0]);
			in_part = is_in_part(c->t, t, j);
		}
		add_long(c, *at, tw_role_of(c->t, f), &c->values[0], 1, 0, in_part);
	}
}

/* One thing in one group, seen in n tuples of it. */
static void add_several(struct tw_collect *c, const struct tw_pair *v, uint32_t n, bool all)
{
	if (n == 1 && !c->trace && !is_whole(c)) {
		c->single[all][v->tuple]++;
		return;
	}
	for (uint32_t j = 0; j < tw_keys(c->r, c->t); j++) {
		if (!tw_key_is(c->r, c->t, j))
			continue;
		struct tw_line at = start(c, &c->r->tuple[v->tuple], j, all);
		if (c->t->shape == TW_WIDE)
			add_several_wide(c, v, n, j, &at);
		else
			add_several_long(c, v, n, j, &at);
	}
}

/* Those that count in the table first; how many. */
static uint32_t counting(const struct tw_collect *c, struct tw_pair *v, uint32_t n)
{
	uint32_t k = 0;
	for (uint32_t i = 0; i < n; i++)
		if (c->t->counts(&c->r->tuple[v[i].tuple]))
			v[k++] = v[i];
	return k;
}

static void each_thing(void *self, struct tw_pair *v, uint32_t n)
{
	struct tw_collect *c = self;

	n = counting(c, v, n);
	c->entity = v->name;
	for (int all = 0; all < 2; all++)
		for (uint32_t i = 0, end; i < n; i = end) {
			/* move those of the group of v[i] behind it */
			uint32_t group = c->r->tuple[v[i].tuple].group[all];
			end = i + 1;
			for (uint32_t k = end; k < n; k++)
				if (c->r->tuple[v[k].tuple].group[all] == group) {
					struct tw_pair swap = v[k];
					v[k] = v[end];
					v[end++] = swap;
				}
			add_several(c, v + i, end - i, all);
		}
}

static void things(struct tw_collect *c, const struct tw_tally *tally, enum tw_unit unit, enum tw_mode mode)
{
	if (!(c->t->units & c->r->options.units & 1u << unit))
		return;
	c->unit = unit;
	c->mode = mode;
	for (int all = 0; all < 2; all++)
		c->single[all] = tw_alloc(c->r->tuples.n * sizeof *c->single[all]);
	tw_tally_each(tally, each_thing, c);
	for (int all = 0; all < 2; all++) {
		for (uint32_t i = 0; i < c->r->tuples.n; i++)
			for (uint32_t j = 0; c->single[all][i] && j < tw_keys(c->r, c->t); j++)
				if (tw_key_is(c->r, c->t, j))
					add(c, &c->r->tuple[i], j, all, c->single[all][i], 0);
		free(c->single[all]);
	}
}

/* A host that was seen with several tuples: do they differ in this table? */
static void each_host(void *self, struct tw_pair *v, uint32_t n)
{
	struct tw_collect *c = self;
	struct tw_place p = tw_tally_find(c->chosen, v->name, 0);
	uint32_t stands = p.s->tuple[p.i];

	n = counting(c, v, n);
	if (n < 2 || !c->t->counts(&c->r->tuple[stands]))
		return;
	c->entity = v->name;
	for (uint32_t j = 0; j < tw_keys(c->r, c->t); j++) {
		bool differ = false;
		for (int f = 0; f < c->nfacets && !differ; f++)
			for (uint32_t i = 1; i < n && !differ; i++)
				differ = tw_facet_value(c, &c->r->tuple[v[i].tuple], j, f) != tw_facet_value(c, &c->r->tuple[v[0].tuple], j, f);
		if (!differ)
			continue;
		c->disagree[(size_t)j * c->r->tuples.n + stands]++;
		for (int all = 0; all < 2 && c->trace; all++)
			add(c, &c->r->tuple[stands], j, all, 1, 1);
	}
}

/* Connections of which a part counts in one column more than the tuple tells. */
static uint64_t add_withheld(struct tw_collect *c, const struct tw_tuple *tuple, uint32_t j, bool all)
{
	if (c->unit != TW_UNIT_CONNECTION || !c->t->withheld || !tuple->withheld)
		return 0;
	c->also = c->t->withheld;
	add(c, tuple, j, all, tuple->withheld, 0);
	c->also = 0;
	return tuple->withheld;
}

/* Units of which a tuple's count is kept. */
static void rows(struct tw_collect *c, enum tw_unit unit)
{
	uint32_t nj = tw_keys(c->r, c->t);

	if (!(c->t->units & c->r->options.units & 1u << unit))
		return;
	c->unit = unit;
	bool hosts = !c->t->pairs && (unit == TW_UNIT_HOST || unit == TW_UNIT_TARGET);
	c->disagree = hosts ? tw_alloc(((size_t)nj * c->r->tuples.n + 1) * sizeof *c->disagree) : NULL;
	c->chosen = unit == TW_UNIT_HOST ? &c->r->host : &c->r->target;
	if (hosts)
		tw_tally_each(unit == TW_UNIT_HOST ? &c->r->host_all : &c->r->target_all, each_host, c);
	for (uint32_t i = 0; i < c->r->tuples.n && !c->trace; i++) {
		const struct tw_tuple *tuple = &c->r->tuple[i];
		if (tuple->count[unit] == 0 || !c->t->counts(tuple))
			continue;
		for (uint32_t j = 0; j < nj; j++)
			for (int all = 0; all < 2 && tw_key_is(c->r, c->t, j); all++)
				add(c, tuple, j, all, tuple->count[unit] - add_withheld(c, tuple, j, all), hosts ? c->disagree[(size_t)j * c->r->tuples.n + i] : 0);
	}
	free(c->disagree);
}

static struct tw_collect new_collect(const struct tw_report *r, const struct tw_table *t)
{
	struct tw_collect c = { .r = r, .t = t, .nfacets = 1 };

	if (t->shape == TW_WIDE)
		for (int i = 0; t->columns[i].name; i++)
			c.nfacets = t->columns[i].facet >= c.nfacets ? t->columns[i].facet + 1 : c.nfacets;
	else
		while (t->roles && t->roles[c.nfacets])
			c.nfacets++;
	return c;
}

static void collect(struct tw_collect *c)
{
	const struct tw_report *r = c->r;

	rows(c, TW_UNIT_PROBE);
	rows(c, TW_UNIT_HOST);
	rows(c, TW_UNIT_TARGET);
	rows(c, TW_UNIT_CONNECTION);
	enum tw_mode several = r->options.servers_any || c->t->servers_any ? TW_ANY : TW_VOTE;
	things(c, &r->server, TW_UNIT_SERVER, several);
	things(c, &r->clients, TW_UNIT_CLIENT, several);
	things(c, &r->certificate, TW_UNIT_CERTIFICATE, c->t->certificates_any ? TW_ANY : TW_BEST);
	things(c, &r->certificate, TW_UNIT_CERTIFICATE_EVER, TW_ANY);
	free(c->values[0].v);
	free(c->values[1].v);
}

void tw_lines_make(const struct tw_report *r, const struct tw_table *t, struct tw_lines *l)
{
	struct tw_collect c = new_collect(r, t);

	memset(l, 0, sizeof *l);
	tw_intern_init(&l->set);
	c.lines = l;
	collect(&c);
	tw_intern_free(&l->set);
	tw_lines_sort(l);
}

void tw_lines_trace(const struct tw_report *r, struct tw_trace *trace)
{
	struct tw_collect c = new_collect(r, trace->table);

	c.trace = trace;
	collect(&c);
}

bool tw_lines_hit(const struct tw_report *r, struct tw_trace *trace, const struct tw_tuple *tuple)
{
	struct tw_collect c = new_collect(r, trace->table);

	if (!c.t->counts(tuple))
		return false;
	int column = trace->column;
	while (trace->column >= 0 && c.t->joint >> trace->column & 1) /* no row tells it alone */
		trace->column = c.t->columns[trace->column].of;
	c.trace = trace;
	c.unit = trace->unit;
	trace->one = true;
	trace->hit = false;
	for (uint32_t j = 0; j < tw_keys(r, c.t); j++)
		for (int all = 0; all < 2 && tw_key_is(r, c.t, j); all++)
			add(&c, tuple, j, all, 1, 1);
	trace->one = false;
	trace->column = column;
	free(c.values[0].v);
	free(c.values[1].v);
	return trace->hit;
}
