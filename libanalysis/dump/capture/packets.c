/* pcap and pcapng, cut into packets. */
#include "dump/capture/packets.h"
#include "base/bounds.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_HEADER = 24, PCAPNG_BLOCK = 12, SECTION = 0x0a0d0d0a, ORDER_MAGIC = 0x1a2b3c4d };
enum { INTERFACE = 1, OLD_PACKET = 2, SIMPLE_PACKET = 3, ENHANCED_PACKET = 6 };
enum { OPT_END = 0, OPT_TSRESOL = 9, OPT_TSOFFSET = 14 };

struct interface {
	uint16_t link;
	uint32_t snaplen;    /* 0 = no limit */
	uint64_t units;      /* a second has so many */
	int64_t offset;      /* seconds to add */
};

struct tw_packets {
	bool begun, ng, swapped;
	uint8_t digits;      /* pcap: 6 or 9 */
	uint8_t header;      /* pcap: of a record, 16 or 24 */
	uint16_t link;
	uint64_t at;         /* offset of what comes next */
	size_t need;
	const char *why;
	struct interface *iface;
	uint32_t nface, cap;
};

static uint16_t u16(const struct tw_packets *f, const uint8_t *p)
{
	uint16_t le = (uint16_t)(p[0] | p[1] << 8), be = (uint16_t)(p[1] | p[0] << 8);
	return f->swapped ? be : le;
}

static uint32_t u32(const struct tw_packets *f, const uint8_t *p)
{
	uint32_t le = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	return f->swapped ? __builtin_bswap32(le) : le;
}

struct tw_packets *tw_packets_new(void)
{
	return tw_alloc(sizeof(struct tw_packets));
}

void tw_packets_free(struct tw_packets *f)
{
	if (!f)
		return;
	free(f->iface);
	free(f);
}

/* pcap's magic numbers as a little-endian reader sees them, either order. */
static bool pcap_magic(uint32_t m, bool *swapped, uint8_t *digits, uint8_t *header)
{
	static const struct {
		uint32_t magic;
		uint8_t digits, header;
	} known[] = { { 0xa1b2c3d4, 6, 16 }, { 0xa1b23c4d, 9, 16 }, { 0xa1b2cd34, 6, 24 } };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		*swapped = m == __builtin_bswap32(known[i].magic);
		*digits = known[i].digits;
		*header = known[i].header;
		if (m == known[i].magic || *swapped)
			return true;
	}
	return false;
}

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

bool tw_packets_detect(struct tw_slice s)
{
	bool swapped;
	uint8_t digits, header;

	if (s.n < PCAPNG_BLOCK)
		return false;
	if (pcap_magic(le32(s.p), &swapped, &digits, &header))
		return true;
	return le32(s.p) == SECTION && (le32(s.p + 8) == ORDER_MAGIC || le32(s.p + 8) == __builtin_bswap32(ORDER_MAGIC));
}

static long fail(struct tw_packets *f, const char *why)
{
	f->why = why;
	return -1;
}

static long wait_for(struct tw_packets *f, size_t n)
{
	f->need = n;
	return 0;
}

static long done(struct tw_packets *f, size_t n)
{
	f->at += n;
	return (long)n;
}

/* ---- pcap ---- */
static long pcap_begin(struct tw_packets *f, struct tw_slice p)
{
	if (p.n < FILE_HEADER)
		return wait_for(f, FILE_HEADER);
	pcap_magic(le32(p.p), &f->swapped, &f->digits, &f->header);
	f->begun = true;
	f->link = (uint16_t)u32(f, p.p + 20); /* above: length of the frame check sequence */
	return done(f, FILE_HEADER);
}

static long pcap_next(struct tw_packets *f, struct tw_slice p, struct tw_packet *out, bool *got)
{
	if (p.n < f->header)
		return wait_for(f, f->header);
	uint32_t n = u32(f, p.p + 8);
	if (n > TW_MAX_PACKET)
		return fail(f, "a packet longer than any is");
	if (p.n - f->header < n)
		return wait_for(f, (size_t)f->header + n);
	*out = (struct tw_packet){ .time = u32(f, p.p), .fraction = u32(f, p.p + 4), .digits = f->digits, .timed = true, .link = f->link,
		.length = u32(f, p.p + 12), .offset = f->at, .bytes = { p.p + f->header, n } };
	/* Some writers let the fraction run over. */
	uint32_t second = f->digits == 9 ? 1000000000u : 1000000u;
	out->time += out->fraction / second;
	out->fraction %= second;
	if (out->length < n)
		out->length = n;
	*got = true;
	return done(f, f->header + (size_t)n);
}

/* ---- pcapng ---- */
static bool section(struct tw_packets *f, const uint8_t *p)
{
	f->swapped = le32(p + 8) != ORDER_MAGIC;
	f->nface = 0;
	return le32(p + 8) == ORDER_MAGIC || le32(p + 8) == __builtin_bswap32(ORDER_MAGIC);
}

static uint64_t power(unsigned base, unsigned exponent, unsigned max)
{
	uint64_t v = 1;
	for (unsigned i = 0; i < exponent && i < max; i++)
		v *= base;
	return v;
}

static void interface_options(struct tw_packets *f, struct interface *in, struct tw_slice o)
{
	while (o.n >= 4) {
		unsigned code = u16(f, o.p), n = u16(f, o.p + 2);
		size_t whole = 4 + ((size_t)n + 3) / 4 * 4;
		if (code == OPT_END || whole > o.n)
			return;
		if (code == OPT_TSRESOL && n == 1)
			in->units = o.p[4] & 0x80 ? power(2, o.p[4] & 0x7f, 63) : power(10, o.p[4], 19);
		if (code == OPT_TSOFFSET && n == 8) {
			uint64_t low = u32(f, o.p + 4), high = u32(f, o.p + 8);
			uint64_t v = f->swapped ? low << 32 | high : high << 32 | low;
			in->offset = (int64_t)v;
		}
		o.p += whole;
		o.n -= whole;
	}
}

static const char *interface(struct tw_packets *f, struct tw_slice body)
{
	if (body.n < 8)
		return "an interface block that is too short";
	if (f->nface == TW_MAX_INTERFACES)
		return "more interfaces than TW_MAX_INTERFACES";
	if (f->nface == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 4;
		f->iface = tw_realloc(f->iface, f->cap, sizeof *f->iface);
	}
	struct interface *in = &f->iface[f->nface++];
	*in = (struct interface){ u16(f, body.p), u32(f, body.p + 4), 1000000, 0 };
	interface_options(f, in, (struct tw_slice){ body.p + 8, body.n - 8 });
	return NULL;
}

static void stamp(const struct interface *in, uint64_t t, struct tw_packet *out)
{
	uint64_t seconds = t / in->units, rest = t % in->units;

	/* Times of the far future are no times; neither overflows. */
	out->timed = seconds <= TW_TIME_MAX && in->offset >= TW_TIME_MIN && in->offset <= TW_TIME_MAX;
	out->time = out->timed ? (int64_t)seconds + in->offset : 0;
	out->digits = in->units == 1 ? 0 : in->units <= 1000000 ? 6 : 9;
	uint64_t second = out->digits == 0 ? 1 : out->digits == 6 ? 1000000 : 1000000000;
	out->fraction = (uint32_t)((unsigned __int128)rest * second / in->units);
}

/* The packet blocks: where in the body interface, time and lengths stand. */
static const char *packet_block(struct tw_packets *f, uint32_t type, struct tw_slice body, struct tw_packet *out)
{
	size_t head = type == SIMPLE_PACKET ? 4 : 20;
	if (body.n < head)
		return "a packet block that is too short";
	uint32_t id = type == SIMPLE_PACKET ? 0 : type == OLD_PACKET ? u16(f, body.p) : u32(f, body.p);
	if (id >= f->nface)
		return "a packet of an interface that is not described";
	const struct interface *in = &f->iface[id];
	uint32_t length = u32(f, body.p + head - 4), n = length;
	if (type == SIMPLE_PACKET) {
		if (in->snaplen && n > in->snaplen)
			n = in->snaplen;
		if (n > body.n - head)
			n = (uint32_t)(body.n - head);
	} else {
		n = u32(f, body.p + 12);
	}
	if (n > body.n - head)
		return "a packet longer than its block";
	*out = (struct tw_packet){ .link = in->link, .length = length < n ? n : length, .offset = f->at, .bytes = { body.p + head, n } };
	if (type != SIMPLE_PACKET)
		stamp(in, (uint64_t)u32(f, body.p + 4) << 32 | u32(f, body.p + 8), out);
	return NULL;
}

static long ng_next(struct tw_packets *f, struct tw_slice p, struct tw_packet *out, bool *got)
{
	if (p.n < PCAPNG_BLOCK)
		return wait_for(f, PCAPNG_BLOCK);
	if (le32(p.p) == SECTION && !section(f, p.p))
		return fail(f, "a section header without its byte-order magic");
	uint32_t type = u32(f, p.p), n = u32(f, p.p + 4);
	if (n < PCAPNG_BLOCK || n % 4)
		return fail(f, "a block whose length is no block's");
	if (n > TW_MAX_PCAPNG_BLOCK)
		return fail(f, "a block longer than any is");
	if (p.n < n)
		return wait_for(f, n);
	if (u32(f, p.p + n - 4) != n)
		return fail(f, "a block whose two lengths differ");
	struct tw_slice body = { p.p + 8, n - PCAPNG_BLOCK };
	f->begun = true;
	if (type == INTERFACE)
		f->why = interface(f, body);
	else if (type == ENHANCED_PACKET || type == OLD_PACKET || type == SIMPLE_PACKET) {
		f->why = packet_block(f, type, body, out);
		*got = !f->why;
	}
	return f->why ? -1 : done(f, n);
}

long tw_packets_next(struct tw_packets *f, struct tw_slice p, struct tw_packet *out, bool *got)
{
	bool swapped;
	uint8_t digits, header;

	*got = false;
	if (f->why)
		return -1;
	if (!f->begun) {
		if (p.n < PCAPNG_BLOCK)
			return wait_for(f, PCAPNG_BLOCK);
		f->ng = !pcap_magic(le32(p.p), &swapped, &digits, &header);
		if (f->ng && le32(p.p) != SECTION)
			return fail(f, "no capture: neither pcap's magic number nor pcapng's");
		if (!f->ng)
			return pcap_begin(f, p);
	}
	return f->ng ? ng_next(f, p, out, got) : pcap_next(f, p, out, got);
}

size_t tw_packets_need(const struct tw_packets *f)
{
	return f->need;
}

uint64_t tw_packets_offset(const struct tw_packets *f)
{
	return f->at;
}

const char *tw_packets_why(const struct tw_packets *f)
{
	return f->why;
}

const char *tw_packets_end(const struct tw_packets *f, size_t left)
{
	if (!f->begun)
		return "the file ends within its header";
	return left ? "the file ends within a packet" : NULL;
}
