/* starttls: offered, asked for, upgraded. */
#include "report/internal.h"

enum { LIST, OFFERED, NOT_OFFERED, MANGLED, SOME, ASKED, ACCEPTED, REFUSED, NO_ANSWER, UPGRADED };
static const struct tw_column columns[] = { { "list_seen", TW_OF_N, 0, 0, false }, { "offered", LIST, 0, 3, true },
	{ "not_offered", LIST, 0, 1, false }, { "mangled", LIST, 0, 2, false }, { "offered_to_some", LIST, 3, -1, false },
	{ "asked", TW_OF_N, 1, 0, false }, { "accepted", ASKED, 1, 3, false }, { "refused", ASKED, 1, 2, false },
	{ "no_answer", ASKED, 1, 1, false }, { "upgraded", TW_OF_N, 2, 1, false }, { NULL, 0, 0, 0, false } };

static bool is(const struct tw_tuple *t, enum tw_asked f, const char *s)
{
	return tw_tuple_is(t, f, s);
}

bool tw_has_starttls(const struct tw_tuple *t)
{
	static const char *const with[] = { "smtp", "imap", "pop3", "ftp", "irc", "xmpp-client", "xmpp-server", "managesieve",
		"nntp", "ldap", "postgresql", "mysql" };

	for (size_t i = 0; i < sizeof with / sizeof *with; i++)
		if (is(t, TW_F_SPOKEN, with[i]))
			return !is(t, TW_F_TLS_START, "implicit");
	return false;
}

static uint64_t mark(const struct tw_tuple *t, uint32_t j)
{
	uint64_t hit = 0;

	(void)j;
	if (tw_piece(t, TW_F_OFFERED).n)
		hit |= TW_BIT(LIST) | TW_BIT(is(t, TW_F_OFFERED, "yes") ? OFFERED : is(t, TW_F_OFFERED, "no") ? NOT_OFFERED : MANGLED);
	if (tw_piece(t, TW_F_ANSWER).n)
		hit |= TW_BIT(ASKED) | TW_BIT(is(t, TW_F_ANSWER, "accepted") ? ACCEPTED : is(t, TW_F_ANSWER, "refused") ? REFUSED : NO_ANSWER);
	if (t->established && is(t, TW_F_TLS_START, "starttls"))
		hit |= TW_BIT(UPGRADED);
	return hit;
}

/* Someone on the way, or the server itself, shows STARTTLS to some clients only. */
static uint64_t whole(const struct tw_report *r, enum tw_unit unit, uint64_t name, uint32_t group, uint64_t any)
{
	(void)r;
	(void)unit;
	(void)name;
	(void)group;
	return (any & TW_BIT(OFFERED)) && (any & (TW_BIT(NOT_OFFERED) | TW_BIT(MANGLED))) ? TW_BIT(SOME) : 0;
}

static uint64_t blank(const struct tw_report *r, enum tw_unit unit, uint32_t j)
{
	(void)r;
	(void)j;
	return unit == TW_UNIT_SERVER ? 0 : TW_BIT(SOME);
}

const struct tw_table tw_table_starttls = { .id = "starttls", .help = "STARTTLS offered, asked for, upgraded; mangled",
	.shape = TW_WIDE, .needs = TW_NEEDS | TW_F(SPOKEN) | TW_F(TLS_START) | TW_F(OFFERED) | TW_F(ANSWER), .units = TW_UNITS_ROWS,
	.counts = tw_has_starttls, .columns = columns, .mark = mark, .blank = blank, .joint = TW_BIT(SOME), .whole = whole };
