/* tail.h: a certs.der that another program is still writing, read as it grows.
 *
 * Its writer has it under the name PATH.part until it is whole, and has written
 * what a row names before the row. That it was renamed meanwhile is no matter:
 * the file that was opened is read on. */
#ifndef TW_TAIL_H
#define TW_TAIL_H

#include "cert/cert.h"

struct tw_tail;
/* Opens nothing yet; PATH.part or PATH may be there later. one gets each whole
 * element as in tw_certs_each, lent for the call, repeats included; -1 stops. */
struct tw_tail *tw_tail_new(const char *path,
		int (*one)(void *arg, struct tw_slice all, struct tw_slice der, bool blob), void *arg);
void tw_tail_free(struct tw_tail *t);
/* Reads what has come since, until there(what) or nothing is to be waited for
 * any more (stage->pause); always reads once. 1: it is there; 0: it is not; -1
 * after tw_error. */
int tw_tail_await(struct tw_tail *t, const struct tw_stage *stage, bool (*there)(void *what), void *what) TW_CHECK;
/* After the last row: reads the rest. -1 after tw_error where there was no such
 * file, where it ends within an element, or has not got its name: then its
 * writer came to no end, and rows may be missing too. */
int tw_tail_end(struct tw_tail *t) TW_CHECK;
/* After the end: names the file to p, with its digest. */
void tw_tail_input(struct tw_tail *t, struct tw_provenance *p);
/* Was there such a file so far? */
bool tw_tail_found(const struct tw_tail *t);

#endif
