/* codec.h: gzip, zstd and xz behind one fill function; what the inflating
 * thread of input.c runs, not for others. */
#ifndef TW_CODEC_H
#define TW_CODEC_H

#include "base/base.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

enum tw_kind { TW_KIND_PLAIN, TW_KIND_GZIP, TW_KIND_ZSTD, TW_KIND_XZ };
/* What the first bytes of a file say; TW_MAGIC of them decide. */
#define TW_MAGIC 6u
enum tw_kind tw_kind_of(struct tw_slice first);

struct tw_codec {
	enum tw_kind kind;
	struct tw_slice raw; /* of the file, lent by the source, not yet decoded */
	uint64_t before;     /* bytes of the file before raw's end */
	bool eof, ended;     /* of the file; of the current member or frame */
	/* Lends the next bytes of the file, no bytes at its end; wait false: only
	 * if they are there. 1 lent, 0 not yet, -1 the file could not be read. */
	int (*source)(void *self, bool wait, struct tw_slice *raw);
	void *self;
	char why[160]; /* the cause of a failure, else empty */
	z_stream z;
	ZSTD_DCtx *zstd;
	lzma_stream xz;
};
/* kind must not be plain. */
void tw_codec_init(struct tw_codec *c, enum tw_kind kind);
/* Decodes up to cap bytes into to; fewer where the source has none yet. False
 * at the end or damage (c->why), with *got bytes before it. */
bool tw_codec_fill(struct tw_codec *c, uint8_t *to, size_t cap, size_t *got);
void tw_codec_end(struct tw_codec *c);

#endif
