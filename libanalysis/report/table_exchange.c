/* keyexchange, groups: how keys were agreed, of handshakes that did. */
#include "crypto/strength.h"
#include "report/internal.h"

#include <string.h>

enum { FULL, RESUMED, UNKNOWN, TLS13, OTHER, DH_ANON, ECDH_ANON, RSA, DH, ECDH, PSK, DHE, ECDHE, KEM, HYBRID };
static const struct tw_column columns[] = { { "full", TW_OF_N, 0, 0, false }, { "resumed", TW_OF_N, 0, 0, false },
	{ "unknown", FULL, 0, 0, false }, { "tls1.3_unknown", FULL, 0, 1, false }, { "other", FULL, 0, 2, false },
	{ "dh_anon", FULL, 0, 3, false }, { "ecdh_anon", FULL, 0, 4, false }, { "rsa", FULL, 0, 5, false },
	{ "dh", FULL, 0, 6, false }, { "ecdh", FULL, 0, 7, false }, { "psk", FULL, 0, 8, false }, { "dhe", FULL, 0, 9, false },
	{ "ecdhe", FULL, 0, 10, false }, { "kem", FULL, 0, 11, false }, { "hybrid", FULL, 0, 12, false }, { NULL, 0, 0, 0, false } };

static bool begins(struct tw_slice s, const char *with)
{
	size_t n = strlen(with);
	return s.n >= n && memcmp(s.p, with, n) == 0;
}

static bool holds(struct tw_slice s, const char *what)
{
	return s.n && memmem(s.p, s.n, what, strlen(what)) != NULL;
}

/* What a named group does; UNKNOWN where it has no name, or none is known. */
static int of_group(struct tw_slice group)
{
	if (group.n == 0 || begins(group, "0x"))
		return UNKNOWN;
	if (begins(group, "MLKEM"))
		return KEM;
	if (holds(group, "MLKEM") || holds(group, "Kyber") || begins(group, "CECPQ"))
		return HYBRID;
	return begins(group, "ffdhe") ? DHE : ECDHE;
}

/* By the suite; in TLS 1.3, whose suites do not say it, and where ECDHE may be
 * half of a hybrid, by the group. */
static int exchange(const struct tw_tuple *t)
{
	static const struct {
		const char *kex;
		int of;
	} kinds[] = { { "RSA", RSA }, { "RSA_PSK", RSA }, { "DHE", DHE }, { "DHE_PSK", DHE }, { "ECDHE", ECDHE },
		{ "ECDHE_PSK", ECDHE }, { "PSK", PSK }, { "CECPQ1", HYBRID } };
	int group = of_group(tw_piece(t, TW_F_GROUP));
	bool anon = tw_tuple_is(t, TW_F_AUTH, "anon");

	if (tw_piece(t, TW_F_KEX).n == 0)
		return UNKNOWN;
	if (tw_tuple_is(t, TW_F_KEX, "TLS1.3"))
		return group == UNKNOWN ? TLS13 : group;
	if (tw_tuple_is(t, TW_F_KEX, "DH"))
		return anon ? DH_ANON : DH;
	if (tw_tuple_is(t, TW_F_KEX, "ECDH"))
		return anon ? ECDH_ANON : ECDH;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (tw_tuple_is(t, TW_F_KEX, kinds[i].kex))
			return kinds[i].of == ECDHE && (group == HYBRID || group == KEM) ? group : kinds[i].of;
	return OTHER;
}

static uint64_t mark(const struct tw_tuple *t, uint32_t j)
{
	(void)j;
	return tw_is_full(t) ? TW_BIT(FULL) | TW_BIT(exchange(t)) : TW_BIT(RESUMED);
}

const struct tw_table tw_table_keyexchange = { .id = "keyexchange", .help = "RSA, DHE, ECDHE, hybrids, PSK: how keys were agreed",
	.shape = TW_WIDE, .needs = TW_NEEDS | TW_F(RESUMED) | TW_F(GROUP) | TW_F(KEX) | TW_F(AUTH), .units = TW_UNITS_ROWS,
	.counts = tw_is_established, .columns = columns, .mark = mark };

/* ---- groups ---- */
static bool has_group(const struct tw_tuple *t)
{
	static const int with[] = { TLS13, ECDH_ANON, ECDHE, KEM, HYBRID };
	int kind = exchange(t);

	if (!t->established || tw_piece(t, TW_F_GROUP).n)
		return t->established;
	for (size_t i = 0; i < sizeof with / sizeof *with; i++)
		if (kind == with[i])
			return true;
	return false;
}

static void values(const struct tw_tuple *t, uint32_t j, const char *role, struct tw_values *v)
{
	(void)j;
	(void)role;
	tw_values_add(v, tw_is_full(t) ? tw_piece(t, TW_F_GROUP) : tw_str("resumed"));
}

static uint32_t rank(const struct tw_tuple *t, uint32_t j, const char *role)
{
	(void)j;
	(void)role;
	return tw_is_full(t) && tw_piece(t, TW_F_GROUP).n ? 1 + tw_group_security_bits(tw_piece(t, TW_F_GROUP), NULL) : 0;
}

const struct tw_table tw_table_groups = { .id = "groups", .help = "curves and groups of key exchanges", .shape = TW_LONG,
	.needs = TW_NEEDS | TW_F(RESUMED) | TW_F(GROUP) | TW_F(KEX) | TW_F(AUTH), .units = TW_UNITS_ROWS, .counts = has_group,
	.value = "group", .values = values, .rank = rank, .part = "n_full", .in_part = tw_is_full };
