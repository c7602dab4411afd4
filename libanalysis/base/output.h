/* output.h: a file that appears under its name when it is complete. */
#ifndef TW_OUTPUT_H
#define TW_OUTPUT_H

#include "base/base.h"

struct tw_output {
	FILE *f;
	const char *path; /* borrowed; NULL: standard output */
	char *part;       /* PATH.part, until it is whole */
	char *buffer;     /* of f */
};
/* Opens PATH.part, or standard output where path is NULL or "-". What is
 * written to f is compressed on its way where PATH ends in .gz (RFC 1952) or
 * .zst (RFC 8878), the same bytes each time. -1 after tw_error. */
int tw_output_open(struct tw_output *o, const char *path) TW_CHECK;
/* Writes all of b and empties it. -1 after tw_error; quietly where the reader
 * of a pipe has left (EPIPE). */
int tw_output_put(struct tw_output *o, struct tw_buf *b) TW_CHECK;
/* Hands what was written on to the file (compressed files keep some of it
 * until the end). -1 after tw_error. */
int tw_output_flush(struct tw_output *o) TW_CHECK;
/* Flushes, checks and renames; where whole is false the part is removed. Does
 * nothing to an output that was never opened. -1 after tw_error, or where
 * whole is false. */
int tw_output_close(struct tw_output *o, bool whole) TW_CHECK;

/* Opens the file name for writing, compressed as the end of path says. NULL
 * with errno. For output.c. */
FILE *tw_pack_open(const char *name, const char *path);

/* Appends s as a JSON string (RFC 8259 section 7). Bytes that are no UTF-8 are
 * handed on as they are: they come of file names only. */
void tw_json_string(struct tw_buf *b, struct tw_slice s);

#endif
