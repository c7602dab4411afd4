/* gzip, zstd, xz and plain behind one fill function. */
#include "base/codec.h"
#include "base/bounds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RAW (1u << 18)

void tw_codec_init(struct tw_codec *c, int fd)
{
	memset(c, 0, sizeof *c);
	c->fd = fd;
	c->raw = tw_alloc(RAW);
	c->ended = true;
	sha256_init(&c->sha);
}

void tw_codec_end(struct tw_codec *c)
{
	if (c->kind == TW_KIND_GZIP)
		inflateEnd(&c->z);
	ZSTD_freeDCtx(c->zstd);
	if (c->kind == TW_KIND_XZ)
		lzma_end(&c->xz);
	if (c->fd > STDIN_FILENO)
		close(c->fd);
	free(c->raw);
}

static bool fail(struct tw_codec *c, const char *what)
{
	uint64_t at = atomic_load(&c->consumed) - (c->n - c->at);
	snprintf(c->why, sizeof c->why, "%s at byte %llu of the file", what, (unsigned long long)at);
	return false;
}

/* More of the file behind what is left. False when reading failed. */
static bool more(struct tw_codec *c)
{
	if (c->at) {
		memmove(c->raw, c->raw + c->at, c->n - c->at);
		c->n -= c->at;
		c->at = 0;
	}
	if (c->eof || c->n == RAW)
		return true;
	ssize_t got;
	do
		got = read(c->fd, c->raw + c->n, RAW - c->n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return fail(c, strerror(errno));
	c->eof = got == 0;
	sha256_update(&c->sha, (size_t)got, c->raw + c->n);
	c->n += (size_t)got;
	atomic_fetch_add(&c->consumed, (uint64_t)got);
	return true;
}

static bool begins(const struct tw_codec *c, const char *magic, size_t n)
{
	return c->n - c->at >= n && memcmp(c->raw + c->at, magic, n) == 0;
}

/* Looks at the first bytes; six decide (xz has the longest magic). */
static bool recognise(struct tw_codec *c)
{
	while (c->n < 6 && !c->eof)
		if (!more(c))
			return false;
	c->kind = TW_KIND_PLAIN;
	if (begins(c, "\x1f\x8b\x08", 3)) {
		if (inflateInit2(&c->z, 15 + 16) != Z_OK)
			tw_die("zlib could not start");
		c->kind = TW_KIND_GZIP;
	} else if (begins(c, "\x28\xb5\x2f\xfd", 4)) {
		c->zstd = ZSTD_createDCtx();
		if (!c->zstd)
			tw_die("zstd could not start");
		c->kind = TW_KIND_ZSTD;
	} else if (begins(c, "\xfd\x37zXZ\0", 6)) {
		if (lzma_stream_decoder(&c->xz, TW_MAX_XZ_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
			tw_die("xz could not start");
		c->kind = TW_KIND_XZ;
	}
	return true;
}

/* Each step consumes of raw and returns 1 to go on, 0 at the end, -1 failed. */
static int step_plain(struct tw_codec *c, uint8_t *to, size_t cap, size_t *got)
{
	size_t n = c->n - c->at < cap ? c->n - c->at : cap;

	memcpy(to, c->raw + c->at, n);
	c->at += n;
	*got = n;
	return c->at == c->n && c->eof ? 0 : 1;
}

static int step_gzip(struct tw_codec *c, uint8_t *to, size_t cap, size_t *got)
{
	if (c->ended) {
		/* Between members; zeros are padding, as gzip(1) has it. */
		while (c->at < c->n && c->raw[c->at] == 0)
			c->at++;
		if (c->at == c->n)
			return c->eof ? 0 : 1;
		if (c->n - c->at < 2 && !c->eof)
			return 1;
		if (!begins(c, "\x1f\x8b", 2))
			return fail(c, "no gzip member follows"), -1;
		inflateReset(&c->z);
		c->ended = false;
	}
	c->z.next_in = c->raw + c->at;
	c->z.avail_in = (uInt)(c->n - c->at);
	c->z.next_out = to;
	c->z.avail_out = (uInt)cap;
	int rc = inflate(&c->z, Z_NO_FLUSH);
	c->at = c->n - c->z.avail_in;
	*got = cap - c->z.avail_out;
	if (rc == Z_STREAM_END)
		c->ended = true;
	else if (rc == Z_BUF_ERROR ? c->eof : rc != Z_OK)
		return fail(c, rc == Z_BUF_ERROR ? "gzip stream cut short" : "damaged gzip data"), -1;
	return 1;
}

static int step_zstd(struct tw_codec *c, uint8_t *to, size_t cap, size_t *got)
{
	ZSTD_inBuffer in = { c->raw, c->n, c->at };
	ZSTD_outBuffer out = { to, cap, 0 };

	if (c->at == c->n && c->eof && c->ended)
		return 0;
	size_t rc = ZSTD_decompressStream(c->zstd, &out, &in);
	c->at = in.pos;
	*got = out.pos;
	if (ZSTD_isError(rc))
		return fail(c, "damaged zstd data"), -1;
	c->ended = rc == 0;
	if (!c->ended && c->eof && c->at == c->n && out.pos == 0)
		return fail(c, "zstd stream cut short"), -1;
	return 1;
}

static int step_xz(struct tw_codec *c, uint8_t *to, size_t cap, size_t *got)
{
	c->xz.next_in = c->raw + c->at;
	c->xz.avail_in = c->n - c->at;
	c->xz.next_out = to;
	c->xz.avail_out = cap;
	lzma_ret rc = lzma_code(&c->xz, c->eof ? LZMA_FINISH : LZMA_RUN);
	c->at = c->n - c->xz.avail_in;
	*got = cap - c->xz.avail_out;
	if (rc == LZMA_STREAM_END)
		return 0;
	if (rc == LZMA_BUF_ERROR && !c->eof)
		return 1;
	if (rc != LZMA_OK)
		return fail(c, rc == LZMA_BUF_ERROR ? "xz stream cut short" : "damaged xz data"), -1;
	return 1;
}

bool tw_codec_fill(struct tw_codec *c, uint8_t *to, size_t cap, size_t *got)
{
	static int (*const steps[])(struct tw_codec *, uint8_t *, size_t, size_t *) = {
		NULL, step_plain, step_gzip, step_zstd, step_xz
	};

	*got = 0;
	if (c->why[0] || (c->kind == TW_KIND_UNSEEN && !recognise(c)))
		return false;
	while (*got < cap) {
		size_t n = 0;
		int rc = steps[c->kind](c, to + *got, cap - *got, &n);
		*got += n;
		if (rc <= 0)
			return false;
		/* Read on when the step could not use what is there. */
		if (c->n - c->at < 2 || n == 0)
			if (!more(c))
				return false;
	}
	return true;
}
