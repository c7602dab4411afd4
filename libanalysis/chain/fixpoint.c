/* Labels to a fixpoint: the web above a certificate is taken apart into
 * components (Tarjan, without recursion), and those nearest to anchors are
 * worked out first. */
#include "chain/label.h"

#include <stdlib.h>
#include <string.h>

uint32_t tw_node_find(struct tw_context *c, uint32_t cert)
{
	uintptr_t *known = tw_cache_get(&c->nodes, cert);

	if (known)
		return (uint32_t)*known;
	if (c->nnode == c->capnode) {
		c->capnode = c->capnode ? c->capnode * 2 : 4;
		c->node = tw_realloc(c->node, c->capnode, sizeof *c->node);
	}
	struct tw_cnode *n = &c->node[c->nnode];
	memset(n, 0, sizeof *n);
	n->cert = cert;
	n->failures = tw_rules_member(c->judge, cert);
	tw_cache_put(&c->nodes, cert, c->nnode);
	c->judge->stats.nodes++;
	return c->nnode++;
}

void tw_node_edges(struct tw_context *c, uint32_t node)
{
	struct tw_cnode *n = &c->node[node];

	if (n->checked)
		return;
	n->checked = true;
	n->group = tw_group_find(c, n->cert);
	n->edges = tw_edges_check(c, c->group[n->group], n->cert);
	n->cut = n->edges.cut || c->cut;
}

/* A member that node's certificate may be extended from. */
static bool is_edge(struct tw_context *c, const struct tw_cnode *n, const struct tw_cand *k)
{
	const struct tw_group *g = c->group[n->group];

	if (g->inherits >> k->slot & 1)
		return true; /* by each label's own key */
	return tw_edge(c, g, &n->edges, k, g->key[k->slot], n->cert) >= 0;
}

/* What is being worked out: a component's nodes, and for each of their
 * candidates how many of its labels were taken. */
struct solve {
	struct tw_context *c;
	uint32_t *node, n;
	uint32_t **taken;
	uint32_t work;
	bool exact, full;  /* by which dominance; more labels than it can carry */
};

/* The last in tie order of the labels that are left. */
static uint32_t last_of(const struct tw_judge *j, const struct tw_cnode *n)
{
	uint32_t last = TW_NONE;

	for (uint32_t i = 0; i < n->nlabel; i++) {
		const struct tw_label *l = tw_label(j, n->label[i]), *w = last == TW_NONE ? l : tw_label(j, last);
		if (l->dead)
			continue;
		int d = (int)l->reason - (int)w->reason;
		if (!d)
			d = l->until != w->until ? (l->until < w->until ? 1 : -1) :
				l->from != w->from ? (l->from > w->from ? 1 : -1) :
				last == TW_NONE ? 1 : tw_label_tie(j, n->label[i], last);
		if (last == TW_NONE || d > 0)
			last = n->label[i];
	}
	return last;
}

static void push_label(struct tw_cnode *n, uint32_t label)
{
	if (n->nlabel == n->caplabel) {
		n->caplabel = n->caplabel ? n->caplabel * 2 : 2;
		n->label = tw_realloc(n->label, n->caplabel, sizeof *n->label);
	}
	n->label[n->nlabel++] = label;
	n->live++;
}

static void keep(struct solve *s, struct tw_cnode *n, uint32_t label)
{
	struct tw_judge *j = s->c->judge;
	const struct tw_label *l = tw_label(j, label);

	for (uint32_t i = 0; i < n->nlabel; i++) {
		const struct tw_label *o = tw_label(j, n->label[i]);
		if (!o->dead && tw_label_dominates(s->c, n->mesh, o, l, s->exact)) {
			tw_label_drop(j, label);
			return;
		}
	}
	for (uint32_t i = 0; i < n->nlabel; i++) {
		struct tw_label *o = tw_label(j, n->label[i]);
		if (!o->dead && tw_label_dominates(s->c, n->mesh, l, o, s->exact)) {
			o->dead = true;
			n->live--;
		}
	}
	push_label(n, label);
	if (s->exact) {
		s->full |= n->live > TW_MAX_EXACT_LABELS;
	} else if (n->live > TW_MAX_LABELS) {
		tw_label(j, last_of(j, n))->dead = true;
		n->live--;
		n->cut = true;
	}
}

/* One label above, down to node x. */
static bool take(struct solve *s, uint32_t x, const struct tw_cand *k, uint32_t above)
{
	struct tw_context *c = s->c;
	struct tw_cnode *n = &c->node[x];
	int edge = tw_edge(c, c->group[n->group], &n->edges, k, tw_label(c->judge, above)->key, n->cert);

	if (edge < 0)
		return false;
	/* Lists of policies are gone through; a usual one is short. */
	s->work += 1;
	if (c->policies)
		s->work += tw_policy_size(c->judge->policies, tw_label(c->judge, above)->policy, n->cert) / 64;
	if (s->work > (s->exact ? TW_MAX_EXACT_EXTENSIONS : TW_MAX_EXTENSIONS)) {
		s->full = true;
		return false;
	}
	bool cut = false;
	c->judge->stats.edges++;
	uint32_t l = tw_label_extend(c, n, above, edge, &cut);
	n->cut |= cut;
	if (l == TW_NONE)
		return false;
	keep(s, n, l);
	return true;
}

static bool relax(struct solve *s, uint32_t i)
{
	struct tw_context *c = s->c;
	uint32_t x = s->node[i];
	bool moved = false;

	for (uint32_t k = 0; k < c->group[c->node[x].group]->n; k++) {
		const struct tw_cand *cand = &c->group[c->node[x].group]->cand[k];
		uint32_t *taken = &s->taken[i][k];
		if (cand->row == TW_CAND_SELF)
			continue;
		if (cand->row != TW_NONE) {
			if (!*taken)
				moved |= take(s, x, cand, tw_label_base(c, cand->row));
			*taken = 1;
			continue;
		}
		if (!is_edge(c, &c->node[x], cand))
			continue;
		uint32_t y = tw_node_find(c, cand->cert);
		c->node[x].cut |= c->node[y].cut;
		c->node[x].coarse |= c->node[y].coarse;
		for (; *taken < c->node[y].nlabel; ++*taken)
			if (!tw_label(c->judge, c->node[y].label[*taken])->dead)
				moved |= take(s, x, cand, c->node[y].label[*taken]);
	}
	return moved;
}

static int by_sha(const void *x, const void *y, void *arg)
{
	const struct tw_context *c = arg;
	const struct tw_cert *v = c->judge->g->certs->v;

	return memcmp(v[c->node[*(const uint32_t *)x].cert].sha256, v[c->node[*(const uint32_t *)y].cert].sha256, TW_SHA256);
}

/* Are issuers' key identifiers mixed for a node of the component, or above? */
static bool mixed(const struct solve *s)
{
	struct tw_context *c = s->c;
	bool any = false;

	for (uint32_t i = 0; i < s->n && !any; i++) {
		uint32_t x = s->node[i];
		const struct tw_group *g = c->group[c->node[x].group];
		any = g->mixed;
		for (uint32_t k = 0; k < g->n && !any; k++)
			if (g->cand[k].row == TW_NONE && is_edge(c, &c->node[x], &g->cand[k]))
				any = c->node[tw_node_find(c, g->cand[k].cert)].mixed;
	}
	return any;
}

/* May a label stand for one that passes less? See label.h. */
static uint8_t mesh_of(const struct solve *s, bool mix)
{
	const struct tw_context *c = s->c;

	if (mix)
		return TW_MESH_STRICT;
	if (s->n == 1)
		return TW_MESH_NONE;
	for (uint32_t i = 0; i < s->n; i++)
		if (c->group[c->node[s->node[i]].group]->inherits)
			return TW_MESH_STRICT;
	return TW_MESH_PLAIN;
}

/* One fixpoint; false: it was more than it can carry. */
static bool settle(struct solve *s)
{
	struct tw_context *c = s->c;
	bool moved = true;

	for (uint32_t i = 0; i < s->n; i++) {
		struct tw_cnode *n = &c->node[s->node[i]];
		memset(s->taken[i], 0, (c->group[n->group]->n + 1) * sizeof **s->taken);
		n->nlabel = n->live = 0;
	}
	s->work = 0;
	s->full = false;
	while (moved && !s->full) {
		moved = false;
		for (uint32_t i = 0; i < s->n && !s->full; i++)
			moved |= relax(s, i);
	}
	return !s->full;
}

static void solve(struct tw_context *c, uint32_t *node, uint32_t n)
{
	struct solve s = { .c = c, .node = node, .n = n, .taken = tw_alloc(n * sizeof *s.taken), .exact = true };
	bool mix = mixed(&s), cut = false, coarse = false;
	uint8_t mesh = mesh_of(&s, mix);

	if (n > 1)
		qsort_r(node, n, sizeof *node, by_sha, c);
	for (uint32_t i = 0; i < n; i++) {
		s.taken[i] = tw_alloc((c->group[c->node[node[i]].group]->n + 1) * sizeof **s.taken);
		c->node[node[i]].mesh = mesh;
		c->node[node[i]].mixed = mix;
	}
	if (!settle(&s)) {
		s.exact = false;
		coarse = true;
		cut = !settle(&s);
	}
	for (uint32_t i = 0; i < n; i++) {
		cut |= c->node[node[i]].cut;
		coarse |= c->node[node[i]].coarse;
	}
	for (uint32_t i = 0; i < n; i++) {
		c->node[node[i]].cut = cut;
		c->node[node[i]].coarse = coarse;
		c->node[node[i]].state = TW_NODE_DONE;
		free(s.taken[i]);
	}
	free(s.taken);
}

struct frame {
	uint32_t node, next; /* the next candidate to look at */
};

struct tarjan {
	struct frame *frame;
	uint32_t nframe, capframe;
	uint32_t *open, nopen, capopen;
};

static void enter(struct tw_context *c, struct tarjan *t, uint32_t node)
{
	struct tw_cnode *n = &c->node[node];

	tw_node_edges(c, node);
	n = &c->node[node];
	n->index = n->low = ++c->clock;
	n->state = TW_NODE_OPEN;
	if (t->nframe == t->capframe) {
		t->capframe = t->capframe ? t->capframe * 2 : 16;
		t->frame = tw_realloc(t->frame, t->capframe, sizeof *t->frame);
	}
	if (t->nopen == t->capopen) {
		t->capopen = t->capopen ? t->capopen * 2 : 16;
		t->open = tw_realloc(t->open, t->capopen, sizeof *t->open);
	}
	t->frame[t->nframe++] = (struct frame){ node, 0 };
	t->open[t->nopen++] = node;
}

/* All candidates of the top frame are seen. */
static void leave(struct tw_context *c, struct tarjan *t)
{
	uint32_t x = t->frame[--t->nframe].node;
	struct tw_cnode *n = &c->node[x];

	if (t->nframe) {
		struct tw_cnode *p = &c->node[t->frame[t->nframe - 1].node];
		p->low = n->low < p->low ? n->low : p->low;
	}
	if (n->low != n->index)
		return;
	uint32_t first = t->nopen;
	while (t->open[--first] != x)
		;
	solve(c, t->open + first, t->nopen - first);
	t->nopen = first;
}

uint32_t tw_node_need(struct tw_context *c, uint32_t cert)
{
	uint32_t start = tw_node_find(c, cert);
	struct tarjan t = { 0 };

	if (c->node[start].state == TW_NODE_DONE)
		return start;
	for (enter(c, &t, start); t.nframe;) {
		struct frame *f = &t.frame[t.nframe - 1];
		uint32_t x = f->node;
		const struct tw_group *g = c->group[c->node[x].group];
		if (f->next == g->n) {
			leave(c, &t);
			continue;
		}
		const struct tw_cand *k = &g->cand[f->next++];
		if (k->row != TW_NONE || !is_edge(c, &c->node[x], k))
			continue;
		uint32_t y = tw_node_find(c, k->cert);
		if (c->node[y].state == TW_NODE_NEW)
			enter(c, &t, y);
		else if (c->node[y].state == TW_NODE_OPEN && c->node[y].index < c->node[x].low)
			c->node[x].low = c->node[y].index;
	}
	free(t.frame);
	free(t.open);
	return start;
}
