/* dates.h: a series of dates, as ISO 8601 writes a repeating interval, and stores
 * as they stood on each of them. */
#ifndef TW_TRUST_DATES_H
#define TW_TRUST_DATES_H

#include "base/base.h"

/* FROM/UNTIL/PERIOD: dates YYYY-MM-DD, both inclusive; the period is P and then
 * years, months, weeks and days (P1Y6M, P2W, P10D), none of them 0 in all. The
 * k-th date is FROM and k periods; where its month has no such day, the month's
 * last. Appends an int64_t each to *dates, oldest first, at most TW_MAX_DATES.
 * NULL, or what is wrong. */
const char *tw_dates_parse(const char *text, struct tw_buf *dates);

/* --dates RANGE: in place of each store of specs that is a series, one for each
 * date, NAME-YYYY-MM-DD=SPEC@YYYY-MM-DD; others as they are. *out and its
 * strings are the caller's (tw_dates_free). nearest: as for tw_store_open. -1
 * after tw_error, also where none is a series. */
int tw_dates_stores(const char *range, char *const *specs, int n, bool nearest, char ***out, int *nout) TW_CHECK;
void tw_dates_free(char **specs, int n);

#endif
