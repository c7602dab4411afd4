/* Cabinets, by the published description ([MS-CAB], [MS-MCI]): one folder of
 * blocks, each of at most 32 KiB, deflated (RFC 1951) with the block before as
 * its dictionary. */
#include "trust/cab.h"

#include <zlib.h>

enum { HEADER = 36, FOLDER = 8, FILE_ENTRY = 16, BLOCK = 8, BLOCK_MAX = 32768 };
enum { HAS_PREVIOUS = 1, HAS_NEXT = 2, HAS_RESERVE = 4 };

struct cabinet {
	struct tw_slice b;
	size_t blocks;        /* where the folder's blocks begin */
	unsigned nblocks, method, reserved; /* reserved: bytes between head and data of each */
	uint64_t from, size;  /* the file in the folder */
	size_t at;
	const char *why;
};

static unsigned le16(const uint8_t *p)
{
	return (unsigned)(p[0] | p[1] << 8);
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)le16(p) | (uint32_t)le16(p + 2) << 16;
}

bool tw_cab_is(struct tw_slice cab)
{
	return cab.n >= 4 && !memcmp(cab.p, "MSCF", 4);
}

static bool bad(struct cabinet *c, size_t at, const char *why)
{
	c->at = at;
	c->why = why;
	return false;
}

static bool has(const struct cabinet *c, uint64_t at, size_t n)
{
	return at <= c->b.n && c->b.n - at >= n;
}

static bool read_head(struct cabinet *c)
{
	const uint8_t *p = c->b.p;
	size_t pos = HEADER;

	if (!has(c, 0, HEADER))
		return bad(c, c->b.n, "truncated: the head of a cabinet takes 36 bytes");
	if (le32(p + 8) > c->b.n)
		return bad(c, c->b.n, "truncated: the cabinet says that it is longer");
	unsigned flags = le16(p + 30);
	if (flags & (HAS_PREVIOUS | HAS_NEXT))
		return bad(c, 30, "one of several cabinets that belong together");
	if (!le16(p + 26) || !le16(p + 28))
		return bad(c, 26, "a cabinet without a file");
	size_t folder_reserve = 0;
	if (flags & HAS_RESERVE) {
		if (!has(c, pos, 4))
			return bad(c, c->b.n, "truncated: the head of a cabinet");
		folder_reserve = p[pos + 2];
		c->reserved = p[pos + 3];
		pos += 4 + le16(p + pos);
	}
	if (!has(c, pos, FOLDER + folder_reserve))
		return bad(c, c->b.n, "truncated: the first folder of a cabinet");
	c->blocks = le32(p + pos);
	c->nblocks = le16(p + pos + 4);
	c->method = le16(p + pos + 6) & 0x0f;
	if (c->method > 1)
		return bad(c, pos + 6, "a cabinet that is not compressed by MSZIP: unpack it first, with cabextract");
	pos = le32(p + 16);
	if (!has(c, pos, FILE_ENTRY))
		return bad(c, pos, "a cabinet whose first file lies beyond its end");
	c->size = le32(p + pos);
	c->from = le32(p + pos + 4);
	if (!c->size)
		return bad(c, pos, "a cabinet whose first file is empty");
	return le16(p + pos + 8) == 0 || bad(c, pos + 8, "a cabinet whose first file is not in its first folder");
}

/* [MS-CAB] 3.1: words of four bytes, exclusive or; the bytes left over, the last one lowest. */
static uint32_t checksum(const uint8_t *p, size_t n, uint32_t sum)
{
	for (; n >= 4; p += 4, n -= 4)
		sum ^= le32(p);
	uint32_t rest = 0;
	while (n--)
		rest = rest << 8 | *p++;
	return sum ^ rest;
}

static bool inflate_block(struct tw_slice data, struct tw_slice before, uint8_t *to, unsigned n)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)data.p, .avail_in = (uInt)data.n, .next_out = to, .avail_out = n };

	if (inflateInit2(&z, -15) != Z_OK)
		tw_die("no memory to unpack a cabinet");
	if (before.n)
		(void)inflateSetDictionary(&z, before.p, (uInt)before.n);
	int r = inflate(&z, Z_FINISH);
	(void)inflateEnd(&z);
	return r == Z_STREAM_END && z.avail_out == 0;
}

/* One block at pos, appended to out; folder: where the folder begins there. */
static bool read_block(struct cabinet *c, size_t *pos, struct tw_buf *out, size_t folder)
{
	const uint8_t *p = c->b.p + *pos;

	if (!has(c, *pos, BLOCK + c->reserved))
		return bad(c, *pos, "truncated: a block of a cabinet");
	unsigned n = le16(p + 4), plain = le16(p + 6);
	struct tw_slice data = { p + BLOCK + c->reserved, n };
	if (!has(c, *pos + BLOCK + c->reserved, n))
		return bad(c, *pos, "truncated: a block of a cabinet ends beyond it");
	if (!plain || plain > BLOCK_MAX || (!c->method && plain != n))
		return bad(c, *pos, "a block of a cabinet with an impossible length");
	if (le32(p) && le32(p) != checksum(p + 4, 4 + c->reserved, checksum(data.p, n, 0)))
		return bad(c, *pos, "damaged: the checksum of a block of a cabinet is another");
	uint8_t *to = tw_buf_room(out, plain);
	if (!c->method) {
		memcpy(to, data.p, n);
	} else {
		size_t window = out->n - folder < BLOCK_MAX ? out->n - folder : BLOCK_MAX;
		struct tw_slice before = { out->p + out->n - window, window };
		if (n < 2 || data.p[0] != 'C' || data.p[1] != 'K' ||
		    !inflate_block((struct tw_slice){ data.p + 2, n - 2 }, before, to, plain))
			return bad(c, *pos, "damaged: a block of a cabinet does not inflate to its length");
	}
	out->n += plain;
	*pos += BLOCK + c->reserved + n;
	return true;
}

bool tw_cab_first(struct tw_slice cab, size_t max, struct tw_buf *out, size_t *at, const char **why)
{
	struct cabinet c = { .b = cab };
	size_t before = out->n, pos;
	bool fine = read_head(&c);

	if (fine && c.from + c.size > max)
		fine = bad(&c, 0, "a cabinet with a file that is too large");
	pos = c.blocks;
	for (unsigned i = 0; fine && i < c.nblocks && out->n - before < c.from + c.size; i++)
		fine = read_block(&c, &pos, out, before);
	if (fine && out->n - before < c.from + c.size)
		fine = bad(&c, pos, "truncated: a cabinet has fewer blocks than its file takes");
	if (fine) {
		memmove(out->p + before, out->p + before + c.from, (size_t)c.size);
		out->n = before + (size_t)c.size;
	} else {
		out->n = before;
	}
	*at = c.at;
	*why = c.why;
	return fine;
}
