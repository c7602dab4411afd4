/* Sets of name constraints, and certificates' names held against them: form by
 * form, every name of a constrained form lies in a permitted subtree of each
 * constraining CA and in no excluded one. */
#include "chain/constraints.h"
#include "chain/cache.h"
#include "chain/items.h"

#include <stdlib.h>
#include <string.h>

struct set {
	uint32_t *cert, n; /* sorted */
	uint64_t trees;
};

struct tw_constraints {
	const struct tw_certs *certs;
	const struct tw_profile *profile;
	struct tw_cache trees; /* by certificate: its subtrees */
	struct set *set;       /* by number */
	uint32_t nset, cap;
	struct tw_cache added; /* set << 32 | certificate: the set of both */
	/* The names that were asked for last. */
	struct tw_items *names;
	uint64_t whose;
};

struct tw_constraints *tw_constraints_new(const struct tw_certs *certs, const struct tw_profile *p)
{
	struct tw_constraints *t = tw_alloc(sizeof *t);

	t->certs = certs;
	t->profile = p;
	t->whose = UINT64_MAX;
	t->cap = 16;
	t->set = tw_alloc(t->cap * sizeof *t->set);
	t->nset = 1; /* the empty one */
	return t;
}

void tw_constraints_free(struct tw_constraints *t)
{
	for (uint32_t i = 0; i < t->nset; i++)
		free(t->set[i].cert);
	for (uint32_t i = 0; i < t->trees.cap; i++)
		if (t->trees.key[i] != UINT64_MAX)
			tw_items_free((struct tw_items *)t->trees.value[i]);
	tw_cache_free(&t->trees);
	tw_cache_free(&t->added);
	tw_items_free(t->names);
	free(t->set);
	free(t);
}

static const struct tw_items *trees_of(struct tw_constraints *t, uint32_t cert)
{
	uintptr_t *v = tw_cache_get(&t->trees, cert);

	if (v)
		return (const struct tw_items *)*v;
	struct tw_items *o = tw_items_subtrees(t->certs->v[cert].name_constraints);
	tw_cache_put(&t->trees, cert, (uintptr_t)o);
	return o;
}

static uint32_t find_set(const struct tw_constraints *t, const uint32_t *v, uint32_t n)
{
	for (uint32_t i = 1; i < t->nset; i++)
		if (t->set[i].n == n && !memcmp(t->set[i].cert, v, n * sizeof *v))
			return i;
	return 0;
}

uint32_t tw_constraints_add(struct tw_constraints *t, uint32_t set, uint32_t cert)
{
	uint64_t key = (uint64_t)set << 32 | cert;
	const struct set *s = &t->set[set];

	if (!(t->certs->v[cert].ext & TW_EXT_NAME_CONSTRAINTS))
		return set;
	uintptr_t *known = tw_cache_get(&t->added, key);
	if (known)
		return (uint32_t)*known;
	uint32_t *v = tw_realloc(NULL, (size_t)s->n + 1, sizeof *v), k = 0;
	while (k < s->n && s->cert[k] < cert) {
		v[k] = s->cert[k];
		k++;
	}
	v[k] = cert;
	for (uint32_t i = k; i < s->n; i++)
		v[i + 1] = s->cert[i];
	uint32_t id = find_set(t, v, s->n + 1);
	if (!id) {
		if (t->nset == t->cap)
			t->set = tw_realloc(t->set, t->cap *= 2, sizeof *t->set);
		s = &t->set[set]; /* it may have moved */
		id = t->nset++;
		t->set[id] = (struct set){ v, s->n + 1, s->trees + trees_of(t, cert)->n };
	} else {
		free(v);
	}
	tw_cache_put(&t->added, key, id);
	return id;
}

bool tw_constraints_bad(struct tw_constraints *t, uint32_t cert)
{
	return t->certs->v[cert].ext & TW_EXT_NAME_CONSTRAINTS && trees_of(t, cert)->bad;
}

static const struct tw_items *names_of(struct tw_constraints *t, uint32_t cert, bool leaf)
{
	uint64_t who = (uint64_t)cert << 1 | leaf;

	if (t->whose != who) {
		const struct tw_cert *c = &t->certs->v[cert];
		tw_items_free(t->names);
		t->names = tw_items_names(c, leaf && tw_profile_cn_counts(t->profile, c));
		t->whose = who;
	}
	return t->names;
}

uint64_t tw_constraints_cost(struct tw_constraints *t, uint32_t set, uint32_t cert, bool leaf)
{
	return set ? names_of(t, cert, leaf)->n * t->set[set].trees : 0;
}

bool tw_items_allow(const struct tw_items *trees, const struct tw_form_name *name)
{
	bool wanted = false, found = false;

	for (uint32_t i = 0; i < trees->n; i++) {
		const struct tw_item *b = &trees->v[i];
		if (b->name.form == TW_FORM_OTHER && name->other)
			return false;
		if (b->name.form != name->form)
			continue;
		if (!name->ok)
			return false;
		bool in = tw_form_within(name, &b->name, b->excluded);
		if (in && b->excluded)
			return false;
		wanted |= !b->excluded;
		found |= in;
	}
	return !wanted || found;
}

bool tw_constraints_hold(struct tw_constraints *t, uint32_t set, uint32_t cert, bool leaf)
{
	const struct set *s = &t->set[set];

	for (uint32_t k = 0; k < s->n; k++) {
		const struct tw_items *trees = trees_of(t, s->cert[k]), *names = names_of(t, cert, leaf);
		if (trees->bad)
			continue; /* the CA itself is at fault */
		if (names->bad)
			return false;
		for (uint32_t i = 0; i < names->n; i++)
			if (!tw_items_allow(trees, &names->v[i].name))
				return false;
	}
	return true;
}
