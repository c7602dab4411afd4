/* filter.h: the loop of every row filter. CSV rows in, the same bytes of each
 * row with the stages' fields appended out, in the same order. */
#ifndef TW_FILTER_H
#define TW_FILTER_H

#include "base/base.h"
#include "base/provenance.h"

/* Runs the rows of in ("-": standard input; compressed or not) through the n
 * stages, in order, and writes them to out; NULL: the stages only look, and
 * nothing is written. threads work on them (0: tw_threads_default); what is
 * written does not depend on their number. Checks every write, flushes, and
 * leaves out open. An output column that exists already is an error. Returns
 * 0, or -1 after tw_error. The stages stay the caller's to free. */
int tw_filter_run(struct tw_stage *const *stages, int n, const char *in, FILE *out, unsigned threads) TW_CHECK;
/* The same with all around it: the rows go to the file out, standard output
 * where it is NULL or "-", and p, with the rows' input added, to the sidecar of
 * the file. p is empty afterwards. -1 after tw_error: then there is no file. */
int tw_filter_file(struct tw_stage *const *stages, int n, const char *in, const char *out, unsigned threads,
	struct tw_provenance *p) TW_CHECK;

#endif
