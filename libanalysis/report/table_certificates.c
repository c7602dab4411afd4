/* keys, signatures: of leaves, and of what was sent above them. */
#include "crypto/strength.h"
#include "report/internal.h"

#include <stdlib.h>
#include <string.h>

static const char *const roles[] = { "leaf", "intermediate", "root", NULL };

static bool next(struct tw_slice *s, uint8_t sep, struct tw_slice *w)
{
	if (s->n == 0)
		return false;
	const uint8_t *stop = memchr(s->p, sep, s->n);
	*w = (struct tw_slice){ s->p, stop ? (size_t)(stop - s->p) : s->n };
	s->p += w->n + (stop != NULL);
	s->n -= w->n + (stop != NULL);
	return true;
}

/* Of a certificate its own; of a row what stands in that role in its chain:
 * words ROLE:KEY:SIGNATURE above the leaf. */
static void values(const struct tw_tuple *t, const char *role, bool key, struct tw_values *v)
{
	struct tw_slice own = tw_piece(t, key ? TW_F_LEAF_KEY : TW_F_LEAF_SIG), is = tw_piece(t, TW_F_ROLE), w, part[3];

	if (is.n || strcmp(role, "leaf") == 0) {
		if (is.n == 0 || tw_slice_is(is, role))
			tw_values_add(v, own);
		return;
	}
	for (struct tw_slice above = tw_piece(t, TW_F_ABOVE); next(&above, ' ', &w);) {
		memset(part, 0, sizeof part);
		for (int i = 0; i < 2 && next(&w, ':', &part[i]); i++)
			;
		part[2] = w;
		if (tw_slice_is(part[0], role))
			tw_values_add(v, part[key ? 1 : 2]);
	}
}

static void values_key(const struct tw_tuple *t, uint32_t j, const char *role, struct tw_values *v)
{
	(void)j;
	values(t, role, true, v);
}

static void values_sig(const struct tw_tuple *t, uint32_t j, const char *role, struct tw_values *v)
{
	(void)j;
	values(t, role, false, v);
}

/* As strong as the weakest in that role. */
static uint32_t least(const struct tw_tuple *t, const char *role, bool key)
{
	struct tw_values v = { NULL, 0, 0 };
	uint32_t rank = 0;

	values(t, role, key, &v);
	for (uint32_t i = 0; i < v.n; i++) {
		uint32_t bits = v.v[i].n == 0 ? 0 : 1 + (key ? tw_key_text_security_bits(v.v[i]) : tw_sig_security_bits(v.v[i]));
		rank = i == 0 || bits < rank ? bits : rank;
	}
	free(v.v);
	return rank;
}

static uint32_t rank_key(const struct tw_tuple *t, uint32_t j, const char *role)
{
	(void)j;
	return least(t, role, true);
}

static uint32_t rank_sig(const struct tw_tuple *t, uint32_t j, const char *role)
{
	(void)j;
	return least(t, role, false);
}

const struct tw_table tw_table_keys = { .id = "keys", .help = "public keys of leaves, intermediates and roots sent",
	.shape = TW_LONG, .needs = TW_NEEDS | TW_F(CHAIN) | TW_F(LEAF_KEY) | TW_F(ABOVE), .units = TW_UNITS_ROWS | TW_U(CERTIFICATE),
	.counts = tw_has_chain, .value = "key", .roles = roles, .values = values_key, .rank = rank_key };

const struct tw_table tw_table_signatures = { .id = "signatures", .help = "signature algorithms of the same",
	.shape = TW_LONG, .needs = TW_NEEDS | TW_F(CHAIN) | TW_F(LEAF_SIG) | TW_F(ABOVE), .units = TW_UNITS_ROWS | TW_U(CERTIFICATE),
	.counts = tw_has_chain, .value = "signature", .roles = roles, .values = values_sig, .rank = rank_sig };
