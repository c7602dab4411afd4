/* codec.h: what the inflating thread of input.c runs; not for others. */
#ifndef TW_CODEC_H
#define TW_CODEC_H

#include "base/base.h"

#include <lzma.h>
#include <nettle/sha2.h>
#include <stdatomic.h>
#include <zlib.h>
#include <zstd.h>

enum tw_kind { TW_KIND_UNSEEN, TW_KIND_PLAIN, TW_KIND_GZIP, TW_KIND_ZSTD, TW_KIND_XZ };
struct tw_codec {
	int fd;
	enum tw_kind kind;
	uint8_t *raw;       /* what was read of the file and not yet decoded */
	size_t at, n;
	bool eof, ended;    /* of the file; of the current member or frame */
	_Atomic uint64_t consumed;
	struct sha256_ctx sha;
	char why[160];      /* the cause of a failure, else empty */
	z_stream z;
	ZSTD_DCtx *zstd;
	lzma_stream xz;
};
void tw_codec_init(struct tw_codec *c, int fd);
/* Decodes up to cap bytes into to. False at the end or damage (c->why), with
 * *got bytes before it. */
bool tw_codec_fill(struct tw_codec *c, uint8_t *to, size_t cap, size_t *got);
void tw_codec_end(struct tw_codec *c);

#endif
