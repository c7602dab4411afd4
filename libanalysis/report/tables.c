/* The tables: a new one is a file and a line here. */
#include "report/internal.h"

#include <string.h>

const struct tw_table *const tw_tables[] = {
	&tw_table_scans,
	&tw_table_monitoring,
	&tw_table_starttls,
	&tw_table_stripping,
	&tw_table_versions,
	&tw_table_offers,
	&tw_table_validity,
	&tw_table_reasons,
	&tw_table_ciphers,
	&tw_table_families,
	&tw_table_strength,
	&tw_table_keyexchange,
	&tw_table_groups,
	&tw_table_dh,
	&tw_table_dh_primes,
	&tw_table_keys,
	&tw_table_signatures,
	&tw_table_stores,
	&tw_table_store_roots,
	&tw_table_store_dates,
	NULL
};

const char *tw_table_id(const struct tw_table *t)
{
	return t->id;
}

const char *tw_table_help(const struct tw_table *t)
{
	return t->help;
}

const struct tw_table *tw_table_find(const char *id)
{
	for (const struct tw_table *const *t = tw_tables; *t; t++)
		if (strcmp((*t)->id, id) == 0)
			return *t;
	return NULL;
}

int tw_table_column(const struct tw_table *t, const char *name)
{
	for (int c = 0; t->shape == TW_WIDE && t->columns[c].name; c++)
		if (strcmp(t->columns[c].name, name) == 0)
			return c;
	return -1;
}

bool tw_is_established(const struct tw_tuple *t)
{
	return t->established;
}

uint64_t tw_role_bit(const struct tw_tuple *t, int leaves)
{
	static const char *const roles[] = { "leaf", "intermediate", "root" };
	int i = 0;

	while (i < 3 && !tw_tuple_is(t, TW_F_ROLE, roles[i]))
		i++;
	return TW_BIT(leaves + i);
}

bool tw_is_full(const struct tw_tuple *t)
{
	return t->established && !tw_tuple_is(t, TW_F_RESUMED, "yes");
}

bool tw_has_chain(const struct tw_tuple *t)
{
	return tw_tuple_is(t, TW_F_CHAIN, "yes") || tw_piece(t, TW_F_ROLE).n > 0;
}

void tw_values_add(struct tw_values *v, struct tw_slice value)
{
	for (uint32_t i = 0; i < v->n; i++)
		if (tw_slice_eq(v->v[i], value))
			return;
	if (v->n == v->cap) {
		v->cap = v->cap ? 2 * v->cap : 8;
		v->v = tw_realloc(v->v, v->cap, sizeof *v->v);
	}
	v->v[v->n++] = value;
}
