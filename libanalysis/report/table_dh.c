/* dh, dh-primes: the parameters of finite-field Diffie-Hellman. */
#include "report/internal.h"

#include <string.h>

/* An exchange with parameters of its own, or of a group of RFC 7919. */
static bool counts(const struct tw_tuple *t)
{
	if (!t->established)
		return false;
	return tw_piece(t, TW_F_DH_BITS).n || tw_piece(t, TW_F_DH_PRIME).n || tw_tuple_is(t, TW_F_KEX, "DHE") ||
	    tw_tuple_is(t, TW_F_KEX, "DHE_PSK") || (tw_tuple_is(t, TW_F_KEX, "DH") && tw_tuple_is(t, TW_F_AUTH, "anon"));
}

static struct tw_slice value(const struct tw_tuple *t, enum tw_asked f)
{
	return tw_is_full(t) ? tw_piece(t, f) : tw_str("resumed");
}

static void values_bits(const struct tw_tuple *t, uint32_t j, const char *role, struct tw_values *v)
{
	(void)j;
	(void)role;
	tw_values_add(v, value(t, TW_F_DH_BITS));
}

static void values_prime(const struct tw_tuple *t, uint32_t j, const char *role, struct tw_values *v)
{
	(void)j;
	(void)role;
	tw_values_add(v, value(t, TW_F_DH_PRIME));
}

/* The larger is the better; 0 where none is known, or nothing was agreed. */
static uint32_t size_of(const struct tw_tuple *t)
{
	struct tw_slice s = tw_piece(t, TW_F_DH_BITS);
	const uint8_t *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
	uint64_t bits;

	if (colon)
		s = (struct tw_slice){ colon + 1, (size_t)(s.p + s.n - colon - 1) };
	return tw_slice_u64(s, UINT32_MAX - 2, &bits) ? (uint32_t)bits : 0;
}

static uint32_t rank_bits(const struct tw_tuple *t, uint32_t j, const char *role)
{
	(void)j;
	(void)role;
	return tw_is_full(t) && tw_piece(t, TW_F_DH_BITS).n ? 1 + size_of(t) : 0;
}

static uint32_t rank_prime(const struct tw_tuple *t, uint32_t j, const char *role)
{
	(void)j;
	(void)role;
	return tw_is_full(t) && tw_piece(t, TW_F_DH_PRIME).n ? 1 + size_of(t) : 0;
}

#define NEEDS (TW_NEEDS | TW_F(RESUMED) | TW_F(GROUP) | TW_F(DH_BITS) | TW_F(DH_PRIME) | TW_F(KEX) | TW_F(AUTH))

const struct tw_table tw_table_dh = { .id = "dh", .help = "sizes of Diffie-Hellman parameters", .shape = TW_LONG, .needs = NEEDS,
	.units = TW_UNITS_ROWS, .counts = counts, .value = "dh_bits", .values = values_bits, .rank = rank_bits, .part = "n_full",
	.in_part = tw_is_full };

const struct tw_table tw_table_dh_primes = { .id = "dh-primes", .help = "the primes, and how many use each", .shape = TW_LONG,
	.needs = NEEDS, .units = TW_UNITS_ROWS, .counts = counts, .value = "dh_prime", .values = values_prime, .rank = rank_prime,
	.part = "n_full", .in_part = tw_is_full };
