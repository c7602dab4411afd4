/* internal.h: what the files of report/ share; not for others. */
#ifndef TW_REPORT_INTERNAL_H
#define TW_REPORT_INTERNAL_H

#include "report/report.h"

/* Counters of one wide table: more than any has. */
#define TW_TABLE_COLUMNS 32

struct tw_tuple {
	struct tw_slice f[TW_F_N];
	struct tw_slice *verdict, *reason; /* one a judgement: a store, with or without pool */
	uint64_t count[TW_UNIT_N];
	uint64_t disagree; /* of the hosts */
	struct tw_slice text; /* all fields, each ended by 0x1f: identity and order */
};

struct tw_judgement {
	char *store;
	bool pool;
	uint32_t verdict, reason; /* columns */
};

struct tw_host {
	uint64_t row;
	int64_t time;
	uint32_t tuple;
	bool established, disagrees;
};

struct tw_report {
	enum tw_rescans rescans;
	struct tw_stage stage, rows_stage;
	uint32_t col[TW_F_N], chain, ip, port, scan, time, probe;
	struct tw_judgement *judgement;
	uint32_t njudgement;
	struct tw_set tuple_set, host_set, cert_set;
	struct tw_tuple *tuple;
	struct tw_host *host;
	uint32_t tuple_cap, host_cap;
	struct tw_buf text; /* a tuple being made */
	bool bound, counted;
	/* the second pass */
	const struct tw_table *table;
	struct tw_buf key; /* the wanted row's key fields, each ended by 0x1f */
	uint32_t column;
	FILE *out;
};

enum tw_shape { TW_WIDE, TW_LONG };
struct tw_table {
	const char *id, *help;
	enum tw_shape shape;
	uint32_t needs;       /* bits of 1 << TW_F_* */
	uint32_t units;       /* bits of 1 << TW_UNIT_* */
	bool judged;          /* once for each judgement, keys store and pool */
	/* Does the tuple count in n? */
	bool (*counts)(const struct tw_tuple *);
	/* TW_WIDE: columns, and which of them the tuple counts in (j: judgement).
	 * of: the column whose count is 100 %, -1 = n, -2 = no percentage. */
	struct {
		const char *name;
		int of;
	} columns[TW_TABLE_COLUMNS];
	void (*mark)(const struct tw_tuple *, uint32_t j, bool *hit);
	/* TW_LONG: name of the value; up to TW_TABLE_COLUMNS values of a tuple. */
	const char *value;
	uint32_t (*values)(const struct tw_tuple *, uint32_t j, struct tw_slice *v);
};

/* The ordinal of the row's tuple, or TW_NONE where it is not known (second pass). */
uint32_t tw_report_tuple(struct tw_report *, const struct tw_row *, bool add);
/* The host of a row; TW_NONE for rows without an address. */
uint32_t tw_report_host(struct tw_report *, const struct tw_row *, bool add);
/* Appends the key of a line: source, protocol, unit, store and pool where
 * judged, value where long; each ended by 0x1f. */
void tw_report_key(const struct tw_report *, const struct tw_table *, const struct tw_tuple *, enum tw_unit, uint32_t j,
    struct tw_slice value, struct tw_buf *key);
extern const char *const tw_unit_names[TW_UNIT_N];

static inline bool tw_tuple_is(const struct tw_tuple *t, enum tw_asked f, const char *s)
{
	return tw_slice_is(t->f[f], s);
}

#endif
