/* scans: how far each probe came, each step a share of the one before. */
#include "report/internal.h"

enum { OPEN, CONNECTED, SPOKE, OFFERED, TRIED, ESTABLISHED, CHAIN, TIMEOUT, LEAVES, INTERMEDIATES, ROOTS, UNKNOWN };
static const struct tw_column columns[] = { { "port_open", TW_OF_N, 0, 1, false }, { "connected", OPEN, 0, 2, false },
	{ "spoke_protocol", CONNECTED, 0, 3, false }, { "tls_offered", SPOKE, 0, 4, false },
	{ "tls_tried", OFFERED, 0, 5, false }, { "established", TRIED, 0, 6, false }, { "chain_seen", ESTABLISHED, 0, 7, false },
	{ "timeout", TW_OF_N, 1, -1, false }, { "leaves", TW_OF_N, 2, 1, false }, { "intermediates", TW_OF_N, 3, 1, false },
	{ "roots", TW_OF_N, 4, 1, false }, { "unknown_role", TW_OF_N, 5, -1, false }, { NULL, 0, 0, 0, false } };

static bool is(const struct tw_tuple *t, enum tw_asked f, const char *s)
{
	return tw_tuple_is(t, f, s);
}

static bool counts(const struct tw_tuple *t)
{
	return !t->passive;
}

static uint64_t mark(const struct tw_tuple *t, uint32_t j)
{
	(void)j;
	if (tw_piece(t, TW_F_ROLE).n)
		return tw_role_bit(t, LEAVES);
	uint64_t hit = is(t, TW_F_OUTCOME, "timeout") ? TW_BIT(TIMEOUT) : 0;
	bool tls = t->established || is(t, TW_F_OUTCOME, "handshake-failed") || tw_piece(t, TW_F_VERSION).n;
	bool heard = tls || tw_piece(t, TW_F_SPOKEN).n;
	/* A time-out after which nothing was heard may be a silent service, or none. */
	bool closed = is(t, TW_F_OUTCOME, "refused") || is(t, TW_F_OUTCOME, "unreachable") ||
	    (is(t, TW_F_OUTCOME, "timeout") && !heard);
	bool step[] = { !closed, !is(t, TW_F_OUTCOME, "port-open"), heard && !is(t, TW_F_OUTCOME, "wrong-protocol"),
		tls || is(t, TW_F_TLS_START, "implicit") || is(t, TW_F_OFFERED, "yes") || is(t, TW_F_ANSWER, "accepted"),
		tls || tw_piece(t, TW_F_TLS_START).n || tw_piece(t, TW_F_ANSWER).n, t->established, is(t, TW_F_CHAIN, "yes") };

	for (int i = 0; i <= CHAIN && step[i]; i++)
		hit |= TW_BIT(i);
	return hit;
}

static uint64_t blank(const struct tw_report *r, enum tw_unit unit, uint32_t j)
{
	uint64_t roles = TW_BIT(LEAVES) | TW_BIT(INTERMEDIATES) | TW_BIT(ROOTS) | TW_BIT(UNKNOWN);

	(void)r;
	(void)j;
	return unit == TW_UNIT_CERTIFICATE ? ~roles : roles;
}

const struct tw_table tw_table_scans = { .id = "scans", .help = "active: ports open, protocol spoken, TLS, certificates sent",
	.shape = TW_WIDE, .needs = TW_NEEDS | TW_F(SPOKEN) | TW_F(TLS_START) | TW_F(OFFERED) | TW_F(ANSWER) | TW_F(CHAIN) | TW_F(ABOVE),
	.units = TW_U(PROBE) | TW_U(HOST) | TW_U(TARGET) | TW_U(CERTIFICATE), .counts = counts, .columns = columns,
	.mark = mark, .blank = blank, .certificates_any = true };
