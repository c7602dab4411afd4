/* stripping: STARTTLS that is not in a server's list, and who else saw it there. */
#include "report/internal.h"

enum { LIST, OFFERED, MISSING, MANGLED, WITHHELD, MISSING_ASKED, MISSING_ACCEPTED, OFFERED_ASKED, OFFERED_REFUSED,
	OFFERED_UNANSWERED, COMPARED, ALWAYS, SOMETIMES, NEVER, UNKNOWN, SEVERAL, SOME_CLIENTS, AT_TIMES };
static const struct tw_column columns[] = { { "list_seen", TW_OF_N, 0, 1, false }, { "offered", LIST, 0, 2, false },
	{ "missing", LIST, 0, 1, false }, { "mangled", LIST, 0, 1, false }, { "withheld", MISSING, 2, -1, true },
	{ "missing_asked", MISSING, 1, 1, false }, { "missing_accepted", MISSING_ASKED, 1, 1, false },
	{ "offered_asked", OFFERED, 1, 1, false }, { "offered_refused", OFFERED_ASKED, 1, 1, false },
	{ "offered_unanswered", OFFERED_ASKED, 1, 1, false }, { "compared", LIST, 2, 1, false },
	{ "always", LIST, 2, 1, false }, { "sometimes", COMPARED, 2, 1, false }, { "never", LIST, 2, 1, false },
	{ "clients_unknown", COMPARED, 2, 1, false }, { "several_clients", COMPARED, 2, 1, false },
	{ "some_clients", SEVERAL, 2, 1, false }, { "at_times", SOMETIMES, 2, 1, false }, { NULL, 0, 0, 0, false } };
#define OF_SERVERS (TW_BIT(COMPARED) | TW_BIT(ALWAYS) | TW_BIT(SOMETIMES) | TW_BIT(NEVER) | TW_BIT(UNKNOWN) | OF_THEIR_CLIENTS)
#define OF_THEIR_CLIENTS (TW_BIT(SEVERAL) | TW_BIT(SOME_CLIENTS) | TW_BIT(AT_TIMES))

static bool is(const struct tw_tuple *t, enum tw_asked f, const char *s)
{
	return tw_tuple_is(t, f, s);
}

static uint64_t mark(const struct tw_tuple *t, uint32_t j)
{
	bool asked = tw_piece(t, TW_F_ANSWER).n > 0;

	(void)j;
	if (t->offer == TW_OFFER_UNSEEN)
		return 0;
	if (t->offer == TW_OFFER_YES) {
		uint64_t hit = TW_BIT(LIST) | TW_BIT(OFFERED) | (asked ? TW_BIT(OFFERED_ASKED) : 0);
		return hit | (is(t, TW_F_ANSWER, "refused") ? TW_BIT(OFFERED_REFUSED) : 0) |
		    (is(t, TW_F_ANSWER, "none") ? TW_BIT(OFFERED_UNANSWERED) : 0);
	}
	uint64_t hit = TW_BIT(LIST) | TW_BIT(MISSING) | (is(t, TW_F_OFFERED, "no") ? 0 : TW_BIT(MANGLED));
	if (!asked || is(t, TW_F_SPOKEN, "postgresql")) /* there nobody can know before asking */
		return hit;
	return hit | TW_BIT(MISSING_ASKED) | (is(t, TW_F_ANSWER, "accepted") ? TW_BIT(MISSING_ACCEPTED) : 0);
}

static uint64_t whole(const struct tw_report *r, enum tw_unit unit, uint64_t name, uint32_t group, uint64_t any)
{
	if (unit == TW_UNIT_CLIENT)
		return tw_views_left_out(r, name, group) ? TW_BIT(WITHHELD) : 0;
	if (!(any & TW_BIT(LIST)))
		return 0;
	struct tw_view v = tw_views_server(r, name);
	bool sometimes = v.offered && v.missing;
	uint64_t hit = TW_BIT(sometimes ? SOMETIMES : v.offered ? ALWAYS : NEVER) | (v.twice ? TW_BIT(COMPARED) : 0);
	if (v.nameless) /* whom it was not offered is not known of all */
		return hit | (v.twice ? TW_BIT(UNKNOWN) : 0);
	return hit | (v.clients ? TW_BIT(SEVERAL) : 0) | (sometimes ? TW_BIT(v.denied ? SOME_CLIENTS : AT_TIMES) : 0);
}

static uint64_t blank(const struct tw_report *r, enum tw_unit unit, uint32_t j)
{
	(void)j;
	switch (unit) {
	case TW_UNIT_SERVER: return TW_BIT(WITHHELD) | (tw_views_no_clients(r) ? OF_THEIR_CLIENTS : 0);
	case TW_UNIT_CONNECTION:
	case TW_UNIT_CLIENT: return OF_SERVERS;
	default: return OF_SERVERS | TW_BIT(WITHHELD);
	}
}

const struct tw_table tw_table_stripping = { .id = "stripping", .help = "STARTTLS missing, mangled, shown to some clients only",
	.shape = TW_WIDE, .needs = TW_NEEDS | TW_F(SPOKEN) | TW_F(TLS_START) | TW_F(OFFERED) | TW_F(ANSWER),
	.units = TW_UNITS_ROWS | TW_U(CLIENT), .counts = tw_has_starttls, .columns = columns, .mark = mark, .blank = blank,
	.joint = OF_SERVERS | TW_BIT(WITHHELD), .whole = whole, .withheld = TW_BIT(WITHHELD), .servers_any = true };
