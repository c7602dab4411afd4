/* reader.h: bounded reading of TLS's presentation language (RFC 8446 section 3);
 * inner to tls/. Reading past the end fails, and fails on. */
#ifndef TW_TLS_READER_H
#define TW_TLS_READER_H

#include "base/base.h"

struct tw_rd {
	const uint8_t *p;
	size_t n;
	bool bad;
};

static inline struct tw_rd tw_rd_of(struct tw_slice s)
{
	return (struct tw_rd){ s.p, s.n, false };
}
static inline struct tw_slice tw_rd_take(struct tw_rd *r, size_t n)
{
	struct tw_slice s = { r->p, n };
	if (r->bad || n > r->n) {
		r->bad = true;
		return (struct tw_slice){ NULL, 0 };
	}
	r->p += n;
	r->n -= n;
	return s;
}
/* An unsigned number of width 1 to 3 bytes. */
static inline uint32_t tw_rd_u(struct tw_rd *r, unsigned width)
{
	struct tw_slice s = tw_rd_take(r, width);
	uint32_t v = 0;
	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}
/* A vector whose length stands before it in width bytes. */
static inline struct tw_slice tw_rd_vector(struct tw_rd *r, unsigned width)
{
	return tw_rd_take(r, tw_rd_u(r, width));
}

#endif
