/* gzip, zstd and xz behind one fill function. */
#include "base/codec.h"
#include "base/bounds.h"

#include <string.h>

static bool begins(struct tw_slice s, const char *magic, size_t n)
{
	return s.n >= n && memcmp(s.p, magic, n) == 0;
}

enum tw_kind tw_kind_of(struct tw_slice first)
{
	if (begins(first, "\x1f\x8b\x08", 3))
		return TW_KIND_GZIP;
	if (begins(first, "\x28\xb5\x2f\xfd", 4))
		return TW_KIND_ZSTD;
	return begins(first, "\xfd\x37zXZ\0", 6) ? TW_KIND_XZ : TW_KIND_PLAIN;
}

void tw_codec_init(struct tw_codec *c, enum tw_kind kind)
{
	c->kind = kind;
	c->ended = true;
	if (kind == TW_KIND_GZIP && inflateInit2(&c->z, 15 + 16) != Z_OK)
		tw_die("zlib could not start");
	if (kind == TW_KIND_ZSTD && !(c->zstd = ZSTD_createDCtx()))
		tw_die("zstd could not start");
	if (kind == TW_KIND_XZ && lzma_stream_decoder(&c->xz, TW_MAX_XZ_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
		tw_die("xz could not start");
}

void tw_codec_end(struct tw_codec *c)
{
	if (c->kind == TW_KIND_GZIP)
		inflateEnd(&c->z);
	ZSTD_freeDCtx(c->zstd);
	if (c->kind == TW_KIND_XZ)
		lzma_end(&c->xz);
}

static int fail(struct tw_codec *c, const char *what)
{
	snprintf(c->why, sizeof c->why, "%s at byte %llu of the file", what, (unsigned long long)(c->before - c->raw.n));
	return -1;
}

static void use(struct tw_codec *c, size_t left)
{
	if (c->raw.n > left) /* at the end of the file raw.p is NULL */
		c->raw.p += c->raw.n - left;
	c->raw.n = left;
}

/* Each step takes of raw and returns 1 to go on, 0 at the end, -1 failed. */
static int step_gzip(struct tw_codec *c, uint8_t *to, size_t cap, size_t *got)
{
	if (c->ended) {
		/* Between members; zeros are padding, as gzip(1) has it. */
		while (c->raw.n && c->raw.p[0] == 0)
			use(c, c->raw.n - 1);
		if (c->raw.n == 0)
			return !c->eof;
		if (c->raw.p[0] != 0x1f)
			return fail(c, "no gzip member follows");
		inflateReset(&c->z);
		c->ended = false;
	}
	c->z.next_in = (Bytef *)(uintptr_t)c->raw.p;
	c->z.avail_in = (uInt)c->raw.n;
	c->z.next_out = to;
	c->z.avail_out = (uInt)cap;
	int rc = inflate(&c->z, Z_NO_FLUSH);
	use(c, c->z.avail_in);
	*got = cap - c->z.avail_out;
	if (rc == Z_STREAM_END)
		c->ended = true;
	else if (rc == Z_BUF_ERROR ? c->eof : rc != Z_OK)
		return fail(c, rc == Z_BUF_ERROR ? "gzip stream cut short" : "damaged gzip data");
	return 1;
}

static int step_zstd(struct tw_codec *c, uint8_t *to, size_t cap, size_t *got)
{
	ZSTD_inBuffer in = { c->raw.p, c->raw.n, 0 };
	ZSTD_outBuffer out = { to, cap, 0 };

	if (c->raw.n == 0 && c->eof && c->ended)
		return 0;
	size_t rc = ZSTD_decompressStream(c->zstd, &out, &in);
	use(c, c->raw.n - in.pos);
	*got = out.pos;
	if (ZSTD_isError(rc))
		return fail(c, "damaged zstd data");
	c->ended = rc == 0;
	if (!c->ended && c->eof && c->raw.n == 0 && out.pos == 0)
		return fail(c, "zstd stream cut short");
	return 1;
}

static int step_xz(struct tw_codec *c, uint8_t *to, size_t cap, size_t *got)
{
	c->xz.next_in = c->raw.p;
	c->xz.avail_in = c->raw.n;
	c->xz.next_out = to;
	c->xz.avail_out = cap;
	lzma_ret rc = lzma_code(&c->xz, c->eof ? LZMA_FINISH : LZMA_RUN);
	use(c, c->xz.avail_in);
	*got = cap - c->xz.avail_out;
	if (rc == LZMA_STREAM_END)
		return 0;
	if (rc == LZMA_BUF_ERROR && !c->eof)
		return 1;
	if (rc != LZMA_OK)
		return fail(c, rc == LZMA_BUF_ERROR ? "xz stream cut short" : "damaged xz data");
	return 1;
}

bool tw_codec_fill(struct tw_codec *c, uint8_t *to, size_t cap, size_t *got)
{
	static int (*const steps[])(struct tw_codec *, uint8_t *, size_t, size_t *) = {
		NULL, step_gzip, step_zstd, step_xz
	};

	*got = 0;
	if (c->why[0])
		return false;
	for (bool stuck = false; *got < cap;) {
		if ((c->raw.n == 0 || stuck) && !c->eof) {
			/* Bytes that are decoded are handed on before we wait: live pipes. */
			int rc = c->source(c->self, *got == 0, &c->raw);
			if (rc <= 0)
				return rc == 0 || (fail(c, "the file could not be read"), false);
			c->before += c->raw.n;
			c->eof = c->raw.n == 0;
		}
		size_t n = 0, had = c->raw.n;
		int rc = steps[c->kind](c, to + *got, cap - *got, &n);
		*got += n;
		if (rc <= 0)
			return false;
		stuck = n == 0 && c->raw.n == had;
		if (stuck && had)
			return fail(c, "a decoder that does not go on"), false;
	}
	return true;
}
