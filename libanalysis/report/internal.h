/* internal.h: what the files of report/ share; not for others. */
#ifndef TW_REPORT_INTERNAL_H
#define TW_REPORT_INTERNAL_H

#include "base/intern.h"
#include "report/report.h"
#include "report/tally.h"

/* ---- tuples: the distinct rows, seen through the columns that tables ask for ---- */
/* The columns of the same names, but some: chain is told as yes or nothing,
 * offered_versions as the highest of them, dh_bits with its basis where that is
 * a public value, dh_prime behind its bits, both of groups such as ffdhe2048
 * too, and role is none of a row. A tuple with a role is what a table knows of a
 * certificate: leaf, intermediate, root, or unknown; all else of it is empty
 * but source, protocol, leaf_key, leaf_sig (its own), the judgements and --by. */
enum tw_asked { TW_F_SOURCE, TW_F_PROTOCOL, TW_F_SPOKEN, TW_F_TLS_START, TW_F_OFFERED, TW_F_ANSWER, TW_F_OUTCOME,
	TW_F_OFFERED_VERSIONS, TW_F_OFFERED_CLASSES, TW_F_RESUMED, TW_F_VERSION, TW_F_CIPHER, TW_F_GROUP,
	TW_F_DH_BITS, TW_F_DH_PRIME, TW_F_KEX, TW_F_AUTH, TW_F_ENC, TW_F_MAC, TW_F_AEAD, TW_F_FS, TW_F_CLASS,
	TW_F_LEAF_TIME, TW_F_LEAF_KEY, TW_F_LEAF_SIG, TW_F_ABOVE, TW_F_CHAIN_BITS, TW_F_WEAKEST, TW_F_SESSION,
	TW_F_LIMITED, TW_F_CHAIN, TW_F_ROLE, TW_F_N };

/* Was STARTTLS in the server's list? Mangled is missing, too. */
enum tw_offer { TW_OFFER_UNSEEN, TW_OFFER_YES, TW_OFFER_MISSING };

struct tw_piece {
	uint32_t at, n;
};
struct tw_tuple {
	const uint8_t *text;     /* identity and order: the lengths of all pieces, then their bytes */
	struct tw_piece *piece;  /* TW_F_N, then TW_J_N a judgement, then --by */
	const struct tw_report *report;
	size_t n;                /* of text */
	uint64_t count[TW_UNIT_N]; /* probe, host, target, connection */
	uint64_t withheld;       /* connections without the offer at servers that made it in others */
	uint32_t group[2];       /* ordinal of (source, protocol, --by), and without protocol */
	uint32_t leaf;           /* the leaf's tuple, TW_NONE until it is asked for */
	bool established, passive;
	enum tw_offer offer;
};

/* A judgement's pieces. Roots and culprit only of a row of which some other
 * store with the same pool says otherwise, yes for no: else every leaf would
 * be a tuple of its own; a culprit that is the leaf is told as "leaf". */
enum tw_judged { TW_J_VERDICT, TW_J_REASON, TW_J_EVER, TW_J_ROOTS, TW_J_CULPRIT, TW_J_N };
struct tw_judgement {
	char *store;
	bool pool;
	uint32_t column[TW_J_N]; /* the last three where they are there */
	/* Of a store on a date, NAME-YYYY-MM-DD: the same on the date before, TW_NONE
	 * where there is none. */
	bool dated;
	uint32_t previous;
};
enum tw_by_kind { TW_BY_COLUMN, TW_BY_DAY, TW_BY_WEEK, TW_BY_MONTH };

struct tw_report {
	struct tw_report_options options;
	struct tw_stage stage, rows_stage;
	uint32_t col[TW_F_N], ip, port, name, scan, time, probe, client, dh_basis, by[TW_REPORT_BY];
	enum tw_by_kind by_kind[TW_REPORT_BY];
	struct tw_judgement *judgement;
	uint32_t njudgement, npiece;
	struct tw_slice *piece; /* of the tuple being made */
	struct tw_buf by_text, dh_text, text;
	struct tw_intern tuples, groups;
	struct tw_tuple *tuple;
	uint32_t tuple_cap, *group_tuple; /* one tuple of each group */
	struct tw_tally host, target, host_all, target_all, server, clients, certificate;
	uint64_t recent[1u << 14]; /* (chain, tuple) seen lately: nothing new in them */
	bool counted;
	struct tw_texts *texts;
	struct tw_views *views;
	struct tw_trace *trace;
};

static inline struct tw_slice tw_piece(const struct tw_tuple *t, uint32_t i)
{
	return (struct tw_slice){ t->text + t->piece[i].at, t->piece[i].n };
}
static inline struct tw_slice tw_verdict(const struct tw_tuple *t, uint32_t j)
{
	return tw_piece(t, TW_F_N + TW_J_N * j);
}
static inline struct tw_slice tw_reason(const struct tw_tuple *t, uint32_t j)
{
	return tw_piece(t, TW_F_N + TW_J_N * j + TW_J_REASON);
}
static inline struct tw_slice tw_judged(const struct tw_tuple *t, uint32_t j, enum tw_judged what)
{
	return tw_piece(t, TW_F_N + TW_J_N * j + what);
}
static inline bool tw_tuple_is(const struct tw_tuple *t, enum tw_asked f, const char *s)
{
	return tw_slice_is(tw_piece(t, f), s);
}
/* Byte order of the texts: settles ties, whatever the order of the input. */
int tw_tuple_cmp(const struct tw_tuple *a, const struct tw_tuple *b);

/* Fills r->piece from a row and interns it; TW_NONE where it is not known and
 * add is false. */
uint32_t tw_report_tuple(struct tw_report *r, const struct tw_row *row, bool add);
/* The next words of a row's chain and of chain_above as certificates, each
 * with the ordinal of its tuple and its name in the tally. */
void tw_report_certificates(struct tw_report *r, const struct tw_row *row, uint32_t tuple,
    void (*each)(struct tw_report *r, uint64_t name, uint32_t tuple));
/* Rows of no table: trials of one version (probe offer:...). */
bool tw_report_skips(const struct tw_report *r, const struct tw_row *row);
/* Names in the tallies; false where the row is none of the unit. */
bool tw_report_entity(struct tw_report *r, const struct tw_row *row, enum tw_unit unit, uint64_t *name);
/* Of the row, in milliseconds since 1600, 0 where it is not known. */
uint64_t tw_report_time(const struct tw_report *r, const struct tw_row *row);

/* ---- views.c: which servers showed STARTTLS to whom ---- */
/* Spoke a protocol that has STARTTLS, and TLS was not there from the first byte. */
bool tw_has_starttls(const struct tw_tuple *);
struct tw_views *tw_views_new(void);
void tw_views_free(struct tw_views *v);
/* A passive row; client: its name in the tally, NULL where it is not known. */
void tw_views_see(struct tw_report *r, uint32_t tuple, uint64_t server, const uint64_t *client);
/* Behind the last row, before anything below is asked; fills tuple->withheld. */
void tw_views_close(struct tw_report *r);
/* What the lists that one server showed say together. */
struct tw_view {
	bool offered, missing; /* in some */
	bool twice;            /* there are two at least */
	bool nameless;         /* of some the client is not known */
	bool clients, denied;  /* of those known: two at least; one was never offered it */
};
struct tw_view tw_views_server(const struct tw_report *r, uint64_t server);
/* Of a row in which the offer is missing: did its server make it in others? */
bool tw_views_withheld(struct tw_report *r, const struct tw_row *row);
/* Has the client such a row in the group? */
bool tw_views_left_out(const struct tw_report *r, uint64_t client, uint32_t group);
/* No list of which the client is known. */
bool tw_views_no_clients(const struct tw_report *r);

/* ---- tables ---- */
#define TW_TABLE_COLUMNS 64 /* bits of a mask */
#define TW_BIT(i) (1ull << (i))
struct tw_values {
	struct tw_slice *v;
	uint32_t n, cap;
};
/* Adds a value that is not there yet. */
void tw_values_add(struct tw_values *v, struct tw_slice value);

enum tw_shape {
	TW_WIDE, /* a line has one column for each thing counted */
	TW_LONG  /* a line for each value; where it has a role, n is counted for each role */
};
enum { TW_OF_N = -1, TW_OF_NONE = -2 };
/* A column of a wide table. */
struct tw_column {
	const char *name;
	int of;      /* the column whose count is 100 %; TW_OF_N; TW_OF_NONE: no percentage */
	int facet;   /* columns that tell of one thing: a server is put in its most frequent one, facet by facet */
	int good;    /* in its facet: on ties the greater wins; 0 = not known, counts only where nothing is known.
	              * Alone in its facet: 1 where yes is better than no, -1 where it is worse. */
	bool both;   /* of n too */
};
struct tw_table {
	const char *id, *help;
	enum tw_shape shape;
	uint64_t needs;  /* bits of 1 << TW_F_* */
	uint32_t units;  /* bits of 1 << TW_UNIT_* */
	bool judged;     /* once for each judgement, keys store and pool */
	bool pairs;      /* and for each other store with the same pool, key other; then for all others */
	bool dated;      /* and only of stores on a date */
	bool roots;      /* wants the columns roots and culprit */
	/* Does the tuple count in n? */
	bool (*counts)(const struct tw_tuple *);
	/* TW_WIDE: the columns, ended by one without name, and which the tuple
	 * counts in (j: judgement, or pair: tw_pair_of), as bits; which columns a unit has none of. */
	const struct tw_column *columns;
	uint64_t (*mark)(const struct tw_tuple *, uint32_t j);
	uint64_t (*blank)(const struct tw_report *, enum tw_unit, uint32_t j);
	/* Columns that no row tells by itself, and those that all rows of a server or
	 * client (by name, in a group) tell together, any being the bits that some has; of
	 * connections, the one that those withheld count in. The rows behind such a column
	 * are those of the column it is a part of. */
	uint64_t joint, withheld;
	uint64_t (*whole)(const struct tw_report *, enum tw_unit, uint64_t name, uint32_t group, uint64_t any);
	/* TW_LONG: the name of the value, or names, separated by commas, of the parts
	 * of it that tabs separate; roles, ended by NULL, or NULL; the values under a
	 * role. */
	const char *value;
	const char *const *roles;
	void (*values)(const struct tw_tuple *, uint32_t j, const char *role, struct tw_values *v);
	/* TW_LONG, and of a wide table's facet 0 instead of good: on ties, and of
	 * a certificate's tuples, the greatest wins; 0 = not known. */
	uint32_t (*rank)(const struct tw_tuple *, uint32_t j, const char *role);
	/* TW_LONG, NULL or: the column behind n_total that says how many of n are in
	 * this part, and which are; percentages are of it and of n. Judged tables: of
	 * those with a verdict. */
	const char *part;
	bool (*in_part)(const struct tw_tuple *);
	bool certificates_any; /* a certificate counts in all that its tuples tell, not in the best */
	bool servers_any;      /* and so a server or client, always */
};
#define TW_F(f) (1ull << TW_F_##f)
#define TW_U(u) (1u << TW_UNIT_##u)
#define TW_UNITS_ROWS (TW_U(PROBE) | TW_U(HOST) | TW_U(TARGET) | TW_U(CONNECTION) | TW_U(SERVER))
#define TW_NEEDS (TW_F(SOURCE) | TW_F(PROTOCOL) | TW_F(OUTCOME))
/* How many judgements or pairs a table has lines of, and whether there are any of
 * number j. */
uint32_t tw_keys(const struct tw_report *r, const struct tw_table *t);
bool tw_key_is(const struct tw_report *r, const struct tw_table *t, uint32_t j);
/* The two judgements of a pair; other is TW_NONE for all other stores together. */
struct tw_pair_of {
	uint32_t store, other;
};
struct tw_pair_of tw_pair_of(const struct tw_report *r, uint32_t pair);
/* Is there a verdict of each of them; does the other, or one of all others, say
 * verifiable? */
bool tw_pair_judged(const struct tw_tuple *t, struct tw_pair_of p);
bool tw_pair_other_good(const struct tw_tuple *t, struct tw_pair_of p);
/* Which judgements are of dates, and of the date before. */
void tw_pairs_find(struct tw_report *r);
/* Empties roots and culprits of r->piece that explain no difference. */
void tw_pairs_leave_out(struct tw_report *r, struct tw_slice chain);
/* What the rows lack for a table of pairs or of dates; NULL: nothing. */
const char *tw_pairs_lack(const struct tw_report *r, const struct tw_table *t);
/* Texts made of parts with tabs between them, each kept once. */
struct tw_texts;
struct tw_texts *tw_texts_new(void);
void tw_texts_free(struct tw_texts *t);
struct tw_slice tw_texts_join(struct tw_texts *t, const struct tw_slice *part, uint32_t n);
/* What several tables ask. */
bool tw_is_established(const struct tw_tuple *);
bool tw_has_chain(const struct tw_tuple *);
/* Of a certificate's tuple: one of the columns leaves, intermediates, roots,
 * unknown_role, that begin at this one. Several tuples may give it several. */
uint64_t tw_role_bit(const struct tw_tuple *, int leaves);
/* Established with a handshake of its own, not resumed as far as is known. */
bool tw_is_full(const struct tw_tuple *);
uint32_t tw_suite_rank(const struct tw_tuple *, uint32_t j, const char *role);
/* NULL where the table has none of that name. */
int tw_table_column(const struct tw_table *, const char *name);

extern const struct tw_table tw_table_scans, tw_table_monitoring, tw_table_starttls, tw_table_stripping, tw_table_versions,
    tw_table_offers, tw_table_validity, tw_table_reasons, tw_table_ciphers, tw_table_families, tw_table_keyexchange,
    tw_table_groups, tw_table_dh, tw_table_dh_primes, tw_table_strength, tw_table_keys, tw_table_signatures, tw_table_stores,
    tw_table_store_roots, tw_table_store_dates;

/* ---- lines ---- */
#define TW_LINE_PARTS (3 + TW_REPORT_BY + 5)
struct tw_line {
	struct tw_slice part[TW_LINE_PARTS]; /* source, protocol, unit, --by, store, pool, other, role, value */
	uint8_t nparts, ngroup; /* a value's line has one part more than its group */
	uint8_t unit;
	bool all;               /* protocols */
	uint32_t judgement;
	uint64_t n, in_part, disagree;
	uint64_t *count;        /* TW_WIDE */
};
struct tw_lines {
	struct tw_line *v;
	uint32_t n, cap;
	struct tw_intern set;
};
/* All lines of a table, sorted as they are printed: a group's own line stands
 * before those of its values, the most frequent of them first. */
void tw_lines_make(const struct tw_report *r, const struct tw_table *t, struct tw_lines *l);
/* The line of that key, made if there is none; good until the next call. */
struct tw_line *tw_lines_find(struct tw_lines *l, const struct tw_line *key, bool wide);
void tw_lines_sort(struct tw_lines *l);
void tw_lines_free(struct tw_lines *l);
const char *tw_report_unit(const struct tw_report *r, enum tw_unit unit);
/* Hundredths of a percent, rounded half up, in integers: the same everywhere;
 * nothing where whole is 0. */
void tw_percent(struct tw_buf *b, uint64_t part, uint64_t whole);
/* Names of the key's columns behind n: --by, store, pool, other, role, value. */
uint32_t tw_key_names(const struct tw_report *r, const struct tw_table *t, const char *name[TW_LINE_PARTS]);
/* What a count of a line is a percentage of. */
uint64_t tw_whole(const struct tw_table *t, const struct tw_line *l, int column);

/* ---- the second pass ---- */
struct tw_trace {
	const struct tw_table *table;
	struct tw_slice part[TW_LINE_PARTS]; /* of the wanted line, in text */
	uint8_t nparts;
	enum tw_unit unit;
	int column;     /* a column of the table, or one of these */
	struct tw_buf text;
	FILE *out;
	uint8_t *known;  /* by tuple, of which there were nknown: 0 not asked, 1 no, 2 it counts in the cell */
	uint32_t nknown;
	bool one, hit;   /* only one tuple is asked about; the answer */
	bool hit_row;    /* a certificate of the row counts in the cell */
	struct tw_tally chosen, printed; /* names of servers, clients, certificates, disagreeing hosts; of hosts */
};
enum { TW_COLUMN_N = -1, TW_COLUMN_VALUE = -2, TW_COLUMN_DISAGREE = -3 };
/* Puts into trace->chosen the servers, clients or certificates that count in the cell,
 * and the hosts that count as disagreeing. */
void tw_lines_trace(const struct tw_report *r, struct tw_trace *trace);
/* Does the tuple, by itself, count in the cell? */
bool tw_lines_hit(const struct tw_report *r, struct tw_trace *trace, const struct tw_tuple *tuple);

#endif
