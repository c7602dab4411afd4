/* monitoring: what was seen passively, and how much of it was TLS. */
#include "report/internal.h"

enum { TLS, IMPLICIT, STARTTLS, ESTABLISHED, RESUMED, CHAIN, TRUNCATED, LEAVES, INTERMEDIATES, ROOTS, UNKNOWN };
static const struct tw_column columns[] = { { "tls", TW_OF_N, 0, 1, false }, { "implicit", TLS, 1, 1, false },
	{ "starttls", TLS, 2, 1, false }, { "established", TLS, 3, 1, true }, { "resumed", ESTABLISHED, 4, 1, false },
	{ "chain_seen", TLS, 5, 1, false }, { "truncated", TW_OF_N, 6, -1, false }, { "leaves", TW_OF_N, 7, 1, false },
	{ "intermediates", TW_OF_N, 8, 1, false }, { "roots", TW_OF_N, 9, 1, false }, { "unknown_role", TW_OF_N, 10, -1, false },
	{ NULL, 0, 0, 0, false } };

static bool counts(const struct tw_tuple *t)
{
	return t->passive;
}

static uint64_t mark(const struct tw_tuple *t, uint32_t j)
{
	bool tls = t->established || tw_tuple_is(t, TW_F_OUTCOME, "handshake-failed") || tw_piece(t, TW_F_VERSION).n ||
	    tw_piece(t, TW_F_OFFERED_VERSIONS).n;
	uint64_t hit = tw_tuple_is(t, TW_F_OUTCOME, "truncated") ? TW_BIT(TRUNCATED) : 0;

	(void)j;
	if (tw_piece(t, TW_F_ROLE).n)
		return tw_role_bit(t, LEAVES);
	if (!tls)
		return hit;
	hit |= TW_BIT(TLS) | (t->established ? TW_BIT(ESTABLISHED) : 0);
	if (tw_tuple_is(t, TW_F_TLS_START, "implicit"))
		hit |= TW_BIT(IMPLICIT);
	if (tw_tuple_is(t, TW_F_TLS_START, "starttls"))
		hit |= TW_BIT(STARTTLS);
	if (t->established && tw_tuple_is(t, TW_F_RESUMED, "yes"))
		hit |= TW_BIT(RESUMED);
	return hit | (tw_tuple_is(t, TW_F_CHAIN, "yes") ? TW_BIT(CHAIN) : 0);
}

static uint64_t blank(const struct tw_report *r, enum tw_unit unit, uint32_t j)
{
	uint64_t roles = TW_BIT(LEAVES) | TW_BIT(INTERMEDIATES) | TW_BIT(ROOTS) | TW_BIT(UNKNOWN);

	(void)r;
	(void)j;
	return unit == TW_UNIT_CERTIFICATE ? ~roles : roles;
}

const struct tw_table tw_table_monitoring = { .id = "monitoring",
	.help = "passive: connections, TLS, servers, clients, certificates", .shape = TW_WIDE,
	.needs = TW_NEEDS | TW_F(OFFERED_VERSIONS) | TW_F(VERSION) | TW_F(TLS_START) | TW_F(RESUMED) | TW_F(CHAIN) | TW_F(ABOVE),
	.units = TW_U(CONNECTION) | TW_U(SERVER) | TW_U(CLIENT) | TW_U(CERTIFICATE), .counts = counts, .columns = columns,
	.mark = mark, .blank = blank, .certificates_any = true, .servers_any = true };
