/* report.h: tables over classified rows (docs/tables.md).
 *
 * Rows are interned as tuples of the columns that tables ask for; tables are
 * group-bys over tuples, never over rows. */
#ifndef TW_REPORT_H
#define TW_REPORT_H

#include "base/output.h"

/* What tables ask of a row; the columns of the same names. */
enum tw_asked { TW_F_SOURCE, TW_F_PROTOCOL, TW_F_SPOKEN, TW_F_TLS_START, TW_F_OFFERED, TW_F_ANSWER, TW_F_OUTCOME,
	TW_F_VERSION, TW_F_CIPHER, TW_F_KEX, TW_F_ENC, TW_F_MAC, TW_F_AEAD, TW_F_FS, TW_F_CLASS, TW_F_LEAF_TIME,
	TW_F_LEAF_KEY, TW_F_LEAF_SIG, TW_F_CHAIN_BITS, TW_F_HAS_CHAIN, TW_F_N };

/* How a host with several observations in one scan is counted: by its last
 * established one, else its last; or its first established, else its first. */
enum tw_rescans { TW_RESCANS_LAST, TW_RESCANS_FIRST };

enum tw_unit { TW_UNIT_PROBE, TW_UNIT_HOST, TW_UNIT_CONNECTION, TW_UNIT_CERTIFICATE, TW_UNIT_N };

struct tw_table;
extern const struct tw_table *const tw_tables[]; /* ends with NULL */
const char *tw_table_id(const struct tw_table *);
const char *tw_table_help(const struct tw_table *);
/* NULL: there is none of this name. */
const struct tw_table *tw_table_find(const char *id);

struct tw_report;
struct tw_report *tw_report_new(enum tw_rescans);
void tw_report_free(struct tw_report *);
/* A stage that looks at rows and adds no column; lives as long as the report. */
struct tw_stage *tw_report_stage(struct tw_report *);
/* Could the rows' header serve the table? If not: -1 after tw_error, which
 * names the column and the tool that adds it. */
int tw_report_can(const struct tw_report *, const struct tw_table *) TW_CHECK;
/* To be called once behind the last row, before the first table. */
void tw_report_count(struct tw_report *);
/* Appends the table as CSV with its header. */
void tw_report_table(const struct tw_report *, const struct tw_table *, struct tw_buf *b);

/* The rows behind a number. cell names a row and a column of the table, as
 * KEY/KEY/.../COLUMN with the row's key fields in the table's order, those
 * of SOURCE,PROTOCOL,UNIT first: "active/smtp/host/offered". Prepares for a
 * second pass over the same rows with tw_report_rows_stage. -1 after tw_error. */
int tw_report_rows(struct tw_report *, const struct tw_table *, const char *cell, FILE *out) TW_CHECK;
struct tw_stage *tw_report_rows_stage(struct tw_report *);

#endif
