/* output.h: a file that appears under its name when it is complete. */
#ifndef TW_OUTPUT_H
#define TW_OUTPUT_H

#include "base/base.h"

struct tw_output {
	FILE *f;
	const char *path; /* borrowed; NULL: standard output */
	char *part;       /* PATH.part, until it is whole */
};
/* Opens PATH.part, or standard output where path is NULL or "-". -1 after
 * tw_error. */
int tw_output_open(struct tw_output *o, const char *path) TW_CHECK;
/* Writes all of b and empties it. -1 after tw_error. */
int tw_output_put(struct tw_output *o, struct tw_buf *b) TW_CHECK;
/* Flushes, checks and renames; where whole is false the part is removed. Does
 * nothing to an output that was never opened. -1 after tw_error, or where
 * whole is false. */
int tw_output_close(struct tw_output *o, bool whole) TW_CHECK;

/* Appends s as a JSON string (RFC 8259 section 7). Bytes that are no UTF-8 are
 * handed on as they are: they come of file names only. */
void tw_json_string(struct tw_buf *b, struct tw_slice s);

#endif
