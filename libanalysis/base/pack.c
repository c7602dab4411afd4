/* Files that are compressed while they are written: a stream of the C library
 * whose bytes pass through zlib or zstd. */
#include "base/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define PACKED (128u << 10)

struct pack {
	FILE *f;
	z_stream z;
	ZSTD_CCtx *zstd; /* NULL: gzip */
	uint8_t out[PACKED];
};

/* Compresses n bytes of p; end: and all that is held back. False: errno. */
static bool gzip_step(struct pack *k, const char *p, size_t n, bool end)
{
	int rc = Z_OK;

	k->z.next_in = (Bytef *)(uintptr_t)p;
	k->z.avail_in = (uInt)n;
	do {
		k->z.next_out = k->out;
		k->z.avail_out = PACKED;
		rc = deflate(&k->z, end ? Z_FINISH : Z_NO_FLUSH);
		size_t got = PACKED - k->z.avail_out;
		if (got && fwrite(k->out, 1, got, k->f) != got)
			return false;
	} while (end ? rc != Z_STREAM_END : k->z.avail_in > 0 || k->z.avail_out == 0);
	return true;
}

static bool zstd_step(struct pack *k, const char *p, size_t n, bool end)
{
	ZSTD_inBuffer in = { p, n, 0 };
	size_t left;

	do {
		ZSTD_outBuffer out = { k->out, PACKED, 0 };
		left = ZSTD_compressStream2(k->zstd, &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			tw_die("zstd: %s", ZSTD_getErrorName(left));
		if (out.pos && fwrite(k->out, 1, out.pos, k->f) != out.pos)
			return false;
	} while (end ? left > 0 : in.pos < in.size);
	return true;
}

static bool step(struct pack *k, const char *p, size_t n, bool end)
{
	return k->zstd ? zstd_step(k, p, n, end) : gzip_step(k, p, n, end);
}

static ssize_t pack_write(void *self, const char *p, size_t n)
{
	/* avail_in is 32 bits wide; fwrite comes again with the rest. */
	if (n > 1u << 30)
		n = 1u << 30;
	return step(self, p, n, false) ? (ssize_t)n : -1;
}

static int pack_close(void *self)
{
	struct pack *k = self;
	int err = step(k, "", 0, true) ? 0 : errno;

	if (fclose(k->f) && !err)
		err = errno;
	if (k->zstd)
		ZSTD_freeCCtx(k->zstd);
	else
		deflateEnd(&k->z);
	free(k);
	errno = err;
	return err ? -1 : 0;
}

static bool ends(const char *s, const char *with)
{
	size_t n = strlen(s), k = strlen(with);
	return n >= k && strcmp(s + n - k, with) == 0;
}

FILE *tw_pack_open(const char *name, const char *path)
{
	static const cookie_io_functions_t io = { .write = pack_write, .close = pack_close };
	FILE *f = fopen(name, "wb");
	bool zst = ends(path, ".zst");

	if (!f || !(zst || ends(path, ".gz")))
		return f;
	struct pack *k = tw_alloc(sizeof *k);
	k->f = f;
	if (zst && !(k->zstd = ZSTD_createCCtx()))
		tw_die("zstd could not start");
	/* A gzip header without name and time: the same bytes each time. */
	if (!zst && deflateInit2(&k->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		tw_die("zlib could not start");
	FILE *g = fopencookie(k, "wb", io);
	if (!g)
		tw_die("no stream for %s", name);
	return g;
}
