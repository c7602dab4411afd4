/* der.h: a small writer of DER for tests; shares only base/ with the code
 * under test. */
#ifndef SYNTH_DER_H
#define SYNTH_DER_H

#include "base/base.h"

/* Appends tag, length and the n bytes at p. */
void der_put(struct tw_buf *b, uint8_t tag, const void *p, size_t n);
/* The same around what another buffer holds, which is emptied. */
void der_wrap(struct tw_buf *b, uint8_t tag, struct tw_buf *body);
/* OBJECT IDENTIFIER of dotted text. */
void der_oid(struct tw_buf *b, const char *dotted);
/* A non-negative INTEGER. */
void der_int(struct tw_buf *b, uint64_t v);
void der_bool(struct tw_buf *b, bool v);
/* UTCTime until 2049, else GeneralizedTime; seconds since 1970. */
void der_time(struct tw_buf *b, int64_t t);
/* BIT STRING without unused bits. */
void der_bits(struct tw_buf *b, const void *p, size_t n);

#endif
