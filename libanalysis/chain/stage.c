/* The stage: what it opens and frees. */
#include "base/blocks.h"
#include "chain/memory.h"
#include "trust/digest.h"

#include <stdlib.h>
#include <string.h>

int tw_chain_show(const char *list, uint32_t *bits)
{
	*bits = 0;
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, ","), i = 0;
		while (i < TW_NSHOW && (strlen(tw_chain_shows[i]) != n || memcmp(p, tw_chain_shows[i], n) != 0))
			i++;
		if (i == TW_NSHOW) {
			tw_error("--show %s: path, culprit, window, ever, fetched, snapshot, facts, roots", list);
			return -1;
		}
		*bits |= 1u << i;
		p += n + (p[n] == ',');
	}
	return 0;
}

/* "all" stands for the CAs among the first ncerts certificates, those of
 * certs.der, and for who may have signed a revocation list. */
static int open_index(struct tw_chain *o, const char *what, uint32_t ncerts, struct tw_index *x)
{
	uint32_t *v = NULL, n = 0;
	bool all = !strcmp(what, "all");

	if (all) {
		v = tw_realloc(NULL, (size_t)ncerts + 1, sizeof *v);
		for (uint32_t i = 0; i < ncerts; i++)
			if (o->certs.v[i].ca || (o->lists && tw_crls_issuer(o->lists, o->g.node[i].subject)))
				v[n++] = i;
	} else if (tw_certs_load(&o->certs, what, &v, &n) < 0) {
		free(v);
		return -1;
	}
	tw_graph_sync(&o->g);
	tw_index_make(x, &o->g, v, n, false);
	free(v);
	return 0;
}

static int open_stores(struct tw_chain *o, const struct tw_chain_options *opt)
{
	o->store = tw_alloc((size_t)opt->nstore * sizeof *o->store);
	o->trust = tw_alloc((size_t)opt->nstore * sizeof *o->trust);
	o->snapshot = tw_alloc((size_t)opt->nstore * sizeof *o->snapshot);
	o->spec = opt->store;
	for (int i = 0; i < opt->nstore; i++) {
		struct tw_store *s = &o->store[i];
		o->nstore = i + 1; /* what tw_chain_stage_free frees, half open too */
		if (tw_store_open(s, &o->certs, opt->store[i], opt->nearest) < 0)
			return -1;
		for (int k = 0; k < i; k++) {
			if (!strcmp(o->store[k].name, s->name)) {
				tw_error("two stores are named %s: use NAME=SPEC", s->name);
				return -1;
			}
		}
		tw_graph_sync(&o->g);
		o->trust[i] = tw_trust_new(&o->g, s);
		tw_store_digest(s, &o->certs, o->snapshot[i]);
	}
	tw_chain_used_new(o);
	return 0;
}

static int open_lists(struct tw_chain *o, const struct tw_chain_options *opt)
{
	if (!opt->ncrl && !opt->require)
		return 0;
	o->lists = tw_crls_new(&o->g);
	for (int i = 0; i < opt->ncrl; i++)
		if (tw_crls_load(o->lists, opt->crl[i]) < 0)
			return -1;
	return 0;
}

static int add_late(void *self, struct tw_slice all, struct tw_slice der, bool blob)
{
	struct tw_chain *o = self;

	(void)all;
	(void)blob;
	(void)tw_certs_add(&o->certs, der);
	return 0;
}

static int tail_end(void *self)
{
	struct tw_chain *o = self;
	return tw_tail_end(o->tail);
}

static void inputs(void *self, struct tw_provenance *p)
{
	struct tw_chain *o = self;

	tw_chain_provenance(&o->stage, p);
	if (o->tail)
		tw_tail_input(o->tail, p);
}

static int open_certs(struct tw_chain *o, const struct tw_chain_options *opt)
{
	if (!opt->follow)
		return tw_certs_open(&o->certs, opt->certs);
	o->tail = tw_tail_new(opt->certs, add_late, o);
	o->stage.end = tail_end;
	return 0;
}

struct tw_stage *tw_chain_stage(const struct tw_chain_options *opt)
{
	struct tw_chain *o = tw_alloc(sizeof *o);

	tw_signature_start();
	o->stage = (struct tw_stage){ .name = "tw-chain", .self = o, .bind = tw_chain_bind, .row = tw_chain_row,
		.look = tw_chain_look, .settle = tw_chain_settle, .fill = tw_chain_fill, .inputs = inputs };
	o->of = o;
	o->suffix = "";
	o->chains = tw_known_new(sizeof(struct tw_seen));
	o->show = opt->show;
	o->facts = opt->judgements || opt->show & TW_SHOW_FACTS;
	o->require = opt->require;
	o->profile = opt->profile ? opt->profile : &tw_profile_rfc5280;
	int err = open_certs(o, opt);
	uint32_t ncerts = o->certs.n;
	tw_graph_init(&o->g, &o->certs);
	err = err || open_stores(o, opt) < 0 || open_lists(o, opt) < 0;
	if (!err && opt->pool && strcmp(opt->pool, "presented") != 0) {
		o->has_pool = true;
		err = open_index(o, opt->pool, ncerts, &o->pool) < 0;
	}
	if (!err && opt->witness) {
		o->has_witness = true;
		err = open_index(o, opt->witness, ncerts, &o->witness) < 0;
	}
	struct tw_judge_options rules = { .purpose = opt->purpose, .profile = o->profile,
		.revocation = o->lists, .require = opt->require, .facts = o->facts };
	o->judge = tw_judge_new(&o->g, &rules);
	if (!err && (opt->threads ? opt->threads : tw_threads_default()) > 1)
		o->ahead = tw_ahead_new(&o->g, o->trust, o->nstore, o->has_pool ? &o->pool : NULL,
			o->has_witness ? &o->witness : NULL);
	if (!err)
		return &o->stage;
	tw_chain_stage_free(&o->stage);
	return NULL;
}

struct tw_stage *tw_chain_stage_client(struct tw_stage *server)
{
	struct tw_chain *o = tw_alloc(sizeof *o), *of = server->self;

	o->stage = of->stage;
	o->stage.name = "tw-chain --client-chain";
	o->stage.self = o;
	o->stage.inputs = NULL;
	o->stage.end = NULL;
	o->of = of;
	o->chains = tw_known_new(sizeof(struct tw_seen));
	o->suffix = ".client";
	o->show = of->show;
	o->facts = of->facts;
	o->profile = of->profile;
	o->store = of->store;
	o->trust = of->trust;
	o->snapshot = of->snapshot;
	o->nstore = of->nstore;
	tw_chain_used_new(o);
	o->lists = of->lists;
	o->require = of->require;
	o->pool = of->pool;
	o->has_pool = of->has_pool;
	o->witness = of->witness;
	o->ahead = of->ahead;
	o->has_witness = of->has_witness;
	struct tw_judge_options rules = { .purpose = TW_PURPOSE_CLIENT, .profile = o->profile,
		.revocation = o->lists, .require = o->require, .facts = o->facts };
	o->judge = tw_judge_new(&of->g, &rules);
	return &o->stage;
}

/* What a stage has of its own, whoever's chains it judges. */
static void free_own(struct tw_chain *o)
{
	tw_chain_forget(o);
	tw_chain_used_free(o);
	tw_judge_free(o->judge);
	tw_buf_free(&o->settled);
	for (size_t i = 0; i < TW_MAX_THREADS; i++) {
		tw_buf_free(&o->b[i]);
		tw_buf_free(&o->set[i]);
		tw_buf_free(&o->der[i]);
	}
}

void tw_chain_stage_free(struct tw_stage *s)
{
	struct tw_chain *o = s->self;

	free_own(o);
	if (o->of != o) {
		free(o);
		return;
	}
	for (int i = 0; i < o->nstore; i++) {
		tw_store_free(&o->store[i]);
		tw_trust_free(o->trust[i]);
	}
	free(o->store);
	free(o->trust);
	free(o->snapshot);
	tw_crls_free(o->lists);
	tw_index_free(&o->pool);
	tw_index_free(&o->witness);
	tw_graph_free(&o->g);
	tw_certs_close(&o->certs);
	tw_tail_free(o->tail);
	tw_ahead_free(o->ahead);
	free(o);
}

void tw_chain_stats(const struct tw_stage *stage, struct tw_buf *b)
{
	const struct tw_chain *o = stage->self;
	struct tw_judge_stats n = tw_judge_stats(o->judge);

	tw_buf_addf(b, "certificates %u chains %u judged %llu contexts %llu nodes %llu labels %llu edges %llu "
		"signatures %llu hits %llu limited %llu\n", o->of->certs.n, tw_known_count(o->chains), (unsigned long long)n.chains,
		(unsigned long long)n.contexts, (unsigned long long)n.nodes, (unsigned long long)n.labels,
		(unsigned long long)n.edges, (unsigned long long)o->of->g.checked, (unsigned long long)n.hits,
		(unsigned long long)n.limited);
}
