/* report.h: tables over classified rows (docs/tables.md).
 *
 * Rows are interned as tuples of the columns that tables ask for; tables are
 * group-bys over tuples, never over rows. Beside the tuples a report keeps one
 * short entry a distinct host, target, server, client and certificate (tally.h). */
#ifndef TW_REPORT_H
#define TW_REPORT_H

#include "base/output.h"

/* How a host with several observations in one scan is counted: by its last
 * established one, else its last; by its first established, else its first;
 * or each observation as if it were a host. */
enum tw_rescans { TW_RESCANS_LAST, TW_RESCANS_FIRST, TW_RESCANS_EACH };

/* What is counted; docs/tables.md defines each. */
enum tw_unit { TW_UNIT_PROBE, TW_UNIT_HOST, TW_UNIT_TARGET, TW_UNIT_CONNECTION, TW_UNIT_SERVER, TW_UNIT_CLIENT,
	TW_UNIT_CERTIFICATE, TW_UNIT_CERTIFICATE_EVER, TW_UNIT_N };
/* As in the column unit; TW_UNIT_N: there is none of this name. */
enum tw_unit tw_unit_find(const char *name);

#define TW_REPORT_BY 8 /* columns of --by: more makes no table that anyone reads */
struct tw_report_options {
	enum tw_rescans rescans;
	bool servers_any;      /* a server or client counts in each of its values, not in its most frequent */
	uint32_t units;        /* bits of 1 << TW_UNIT_*: the lines to print; 0 = all */
	const char *by[TW_REPORT_BY]; /* columns to group by too, or time:day, time:week, time:month; borrowed */
	uint32_t nby;
};

struct tw_table;
extern const struct tw_table *const tw_tables[]; /* ends with NULL */
const char *tw_table_id(const struct tw_table *);
const char *tw_table_help(const struct tw_table *);
/* NULL: there is none of this name. */
const struct tw_table *tw_table_find(const char *id);

struct tw_report;
struct tw_report *tw_report_new(const struct tw_report_options *);
void tw_report_free(struct tw_report *);
/* A stage that looks at rows and adds no column; lives as long as the report. */
struct tw_stage *tw_report_stage(struct tw_report *);
/* Could the rows' header serve the table? If not: -1 after tw_error, which
 * names the column and the tool that adds it. */
int tw_report_can(const struct tw_report *, const struct tw_table *) TW_CHECK;
/* Is the table one of stores side by side, of which the rows have too few? Such
 * a table is asked for by name only. */
bool tw_report_beside(const struct tw_report *, const struct tw_table *);
/* To be called once behind the last row, before the first table. */
void tw_report_count(struct tw_report *);
/* Appends the table as CSV with its header. */
void tw_report_table(const struct tw_report *, const struct tw_table *, struct tw_buf *b);
/* Appends it to be read on a terminal: a block for each source and unit, one
 * column a protocol, counts with their percentage, at most 118 wide. */
void tw_report_pretty(const struct tw_report *, const struct tw_table *, struct tw_buf *b);

/* Figures beside a table, drawn by gnuplot (docs/tables.md): for each source and unit a
 * script and its picture, DIR/FIGURE.SOURCE.UNIT.gp and .svg. Are there any of it? */
bool tw_report_has_figure(const struct tw_table *);
/* As tw_report_can, of the tables whose numbers they draw. */
int tw_report_can_draw(const struct tw_report *, const struct tw_table *) TW_CHECK;
/* Writes them. -1 after tw_error. */
int tw_report_figures(const struct tw_report *, const struct tw_table *, const char *dir) TW_CHECK;
/* Can gnuplot be run? -1 after tw_error: to be asked before the work. */
int tw_gnuplot_find(void) TW_CHECK;

/* The rows behind a number. cell names a line and a column of the table: the
 * line's key fields in the table's order without n, then the column (of a
 * table with a line for each value, nothing more), joined with a slash; a
 * backslash keeps the next character: "active/smtp/host/offered". Prepares for a
 * second pass over the same rows with tw_report_rows_stage. -1 after tw_error. */
int tw_report_rows(struct tw_report *, const struct tw_table *, const char *cell, FILE *out) TW_CHECK;
struct tw_stage *tw_report_rows_stage(struct tw_report *);

#endif
