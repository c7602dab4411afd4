/* IPv4, IPv6 and tunnels down to TCP and UDP. */
#include "dump/capture/ip.h"
#include "dump/capture/fragments.h"
#include "dump/capture/link.h"

#include <arpa/inet.h>
#include <string.h>

enum { IPIP = 4, TCP = 6, UDP = 17, SIX_IN_FOUR = 41, GRE = 47, HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AH = 51, OPTIONS = 60,
	MOBILITY = 135, HIP = 139, SHIM6 = 140 };
enum { BRIDGED = 0x6558, ERSPAN_2 = 0x88be, ERSPAN_3 = 0x22eb };
enum { VXLAN = 4789, VXLAN_LINUX = 8472, GENEVE = 6081, TEREDO = 3544, GTP_U = 2152, CAPWAP_DATA = 5247 };
#define GTP_EXTENSIONS 8 /* in a row: two are usual */
#define TUNNELS 1     /* within each other */
#define EXTENSIONS 16 /* IPv6 headers in a row: RFC 8200 has eight kinds */
#define LEAST_FRAME 60 /* of Ethernet, without its check sequence */
#define LEAST_SEGMENT (LEAST_FRAME - 14 - 20) /* of TCP in it, without options of IP's */

struct packet {
	struct tw_span_of f;
	struct tw_ip ip[2];
	uint8_t protocol;
	bool first_only; /* whole: no fragment */
	struct tw_fragment fragment;
};

static unsigned be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static void map_v4(struct tw_ip *ip, const uint8_t *p)
{
	memset(ip->b, 0, 10);
	memset(ip->b + 10, 0xff, 2);
	memcpy(ip->b + 12, p, 4);
}

void tw_ip_add(struct tw_buf *b, const struct tw_ip *ip)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	char text[INET6_ADDRSTRLEN];
	bool v4 = memcmp(ip->b, mapped, sizeof mapped) == 0;

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, ip->b + (v4 ? 12 : 0), text, sizeof text))
		tw_die("inet_ntop");
	tw_buf_adds(b, text);
}

/* Cuts what is behind the datagram: padding of the link. A length of 0 is that
 * of a packet which the network card was left to segment. */
static bool trim(struct tw_span_of *f, size_t length, size_t least)
{
	if (length == 0)
		return true;
	if (length < least)
		return false;
	if (length < f->wire)
		f->wire = length;
	if (f->s.n > f->wire)
		f->s.n = (size_t)f->wire;
	return true;
}

static bool ipv4(struct packet *k)
{
	const uint8_t *p = k->f.s.p;
	if (k->f.s.n < 20)
		return false;
	size_t header = (size_t)(p[0] & 15) * 4;
	unsigned fragment = be16(p + 6);
	if (header < 20 || !trim(&k->f, be16(p + 2), header) || k->f.s.n < header)
		return false;
	map_v4(&k->ip[0], p + 12);
	map_v4(&k->ip[1], p + 16);
	k->protocol = p[9];
	k->fragment.id = be16(p + 4);
	k->fragment.offset = (uint16_t)((fragment & 0x1fff) * 8);
	k->fragment.more = fragment & 0x2000;
	return tw_strip(&k->f, header);
}

/* The length of an extension header, 0 where it is none that can be passed. */
static size_t extension(uint8_t kind, const uint8_t *p)
{
	switch (kind) {
	case HOP_BY_HOP: case ROUTING: case OPTIONS: case MOBILITY: case HIP: case SHIM6: return ((size_t)p[1] + 1) * 8;
	case FRAGMENT: return 8;
	case AH: return ((size_t)p[1] + 2) * 4;
	default: return 0;
	}
}

static bool ipv6(struct packet *k)
{
	const uint8_t *p = k->f.s.p;
	if (k->f.s.n < 40)
		return false;
	memcpy(k->ip[0].b, p + 8, 16);
	memcpy(k->ip[1].b, p + 24, 16);
	k->protocol = p[6];
	size_t length = be16(p + 4);
	if (!tw_strip(&k->f, 40) || !trim(&k->f, length, 0))
		return false;
	for (int i = 0; i < EXTENSIONS && k->f.s.n >= 8; i++) {
		p = k->f.s.p;
		size_t n = extension(k->protocol, p);
		if (n == 0)
			return true;
		if (k->protocol == FRAGMENT) {
			k->fragment.id = be32(p + 4);
			k->fragment.offset = be16(p + 2) & 0xfff8;
			k->fragment.more = p[3] & 1;
		}
		k->protocol = p[0];
		if (!tw_strip(&k->f, n))
			return false;
		if (k->fragment.offset)
			return true; /* what follows is no header */
	}
	return true;
}

/* Mirrored frames (draft-foschiano-erspan-03): type I has no header of its own,
 * type II eight bytes, type III twelve, or twenty, and the kind of frame. */
static bool erspan(struct tw_span_of *f, unsigned type, bool numbered)
{
	enum { ETHERNET_FRAME = 0, IP_PACKET = 2 };

	if (type == ERSPAN_2)
		return tw_strip(f, numbered ? 8 : 0) && tw_ethernet_strip(f);
	if (f->s.n < 12)
		return false;
	unsigned kind = f->s.p[10] >> 2 & 0x1f;
	if ((kind != ETHERNET_FRAME && kind != IP_PACKET) || !tw_strip(f, f->s.p[11] & 1 ? 20 : 12))
		return false;
	return kind == IP_PACKET || tw_ethernet_strip(f);
}

/* RFC 2784, RFC 2890; version 1 is that of PPTP, with PPP within. */
static bool gre(struct tw_span_of *f)
{
	if (f->s.n < 4)
		return false;
	unsigned flags = be16(f->s.p), type = be16(f->s.p + 2);
	if ((flags & 7) != 0)
		return false;
	size_t n = 4 + (flags & 0x8000 ? 4u : 0) + (flags & 0x2000 ? 4u : 0) + (flags & 0x1000 ? 4u : 0);
	if (!tw_strip(f, n))
		return false;
	if (type == ERSPAN_2 || type == ERSPAN_3)
		return erspan(f, type, flags & 0x1000);
	return type == BRIDGED ? tw_ethernet_strip(f) : tw_ether_strip(type, f);
}

/* RFC 8926, from its UDP header on. */
static bool geneve(struct tw_span_of *f)
{
	const uint8_t *p = f->s.p + 8;
	unsigned type = be16(p + 2);

	if (p[0] >> 6 != 0 || !tw_strip(f, 16 + (size_t)(p[0] & 0x3f) * 4))
		return false;
	return type == BRIDGED ? tw_ethernet_strip(f) : tw_ether_strip(type, f);
}

/* RFC 4380 section 5.1.1: IPv6, with what may stand before it. */
static bool teredo(struct tw_span_of *f)
{
	if (!tw_strip(f, 8))
		return false;
	if (f->s.n >= 4 && be16(f->s.p) == 1 && !tw_strip(f, 13 + (size_t)f->s.p[2] + f->s.p[3]))
		return false;
	if (f->s.n >= 2 && be16(f->s.p) == 0 && !tw_strip(f, 8))
		return false;
	return f->s.n && f->s.p[0] >> 4 == 6;
}

/* GTP-U of version 1, a G-PDU (3GPP TS 29.281 section 5), from its UDP header on. */
static bool gtp(struct tw_span_of *f)
{
	const uint8_t *p = f->s.p + 8;
	bool options = p[0] & 7;

	if (p[0] >> 4 != 3 || p[1] != 255)
		return false;
	unsigned next = f->s.n >= 20 && p[0] & 4 ? p[11] : 0;
	if (!tw_strip(f, options ? 20 : 16))
		return false;
	for (int i = 0; i < GTP_EXTENSIONS && next; i++) {
		size_t n = f->s.n ? (size_t)f->s.p[0] * 4 : 0;
		if (n == 0 || n > f->s.n)
			return false;
		next = f->s.p[n - 1];
		if (!tw_strip(f, n))
			return false;
	}
	return !next && f->s.n && (f->s.p[0] >> 4 == 4 || f->s.p[0] >> 4 == 6);
}

/* CAPWAP's data channel (RFC 5415 section 4.3) without DTLS, no fragment. */
static bool capwap(struct tw_span_of *f)
{
	const uint8_t *p = f->s.p + 8;
	size_t header = (size_t)(p[1] >> 3) * 4;
	bool wireless = p[2] & 1, fragment = p[3] & 0x80;

	if (p[0] != 0 || header < 8)
		return false;
	return !fragment && tw_strip(f, 8 + header) && (wireless ? tw_wlan_strip(f) : tw_ethernet_strip(f));
}

/* Enters a tunnel; false where this is none. */
static bool tunnel(struct packet *k)
{
	struct tw_span_of f = k->f;
	bool in = false;

	if (k->protocol == IPIP || k->protocol == SIX_IN_FOUR)
		in = f.s.n && f.s.p[0] >> 4 == (k->protocol == IPIP ? 4 : 6);
	else if (k->protocol == GRE)
		in = gre(&f);
	else if (k->protocol == UDP && f.s.n >= 16 && (be16(f.s.p + 2) == VXLAN || be16(f.s.p + 2) == VXLAN_LINUX) && f.s.p[8] & 8)
		in = tw_strip(&f, 16) && tw_ethernet_strip(&f);
	else if (k->protocol == UDP && f.s.n >= 16 && be16(f.s.p + 2) == GENEVE)
		in = geneve(&f);
	else if (k->protocol == UDP && f.s.n >= 16 && (be16(f.s.p) == TEREDO || be16(f.s.p + 2) == TEREDO))
		in = teredo(&f);
	else if (k->protocol == UDP && f.s.n >= 16 && (be16(f.s.p) == GTP_U || be16(f.s.p + 2) == GTP_U))
		in = gtp(&f);
	else if (k->protocol == UDP && f.s.n >= 16 && (be16(f.s.p) == CAPWAP_DATA || be16(f.s.p + 2) == CAPWAP_DATA))
		in = capwap(&f);
	if (in)
		k->f = f;
	return in;
}

static bool transport(struct packet *k, struct tw_segment *out)
{
	const uint8_t *p = k->f.s.p;
	size_t header = k->protocol == UDP ? 8 : 20;

	if ((k->protocol != TCP && k->protocol != UDP) || k->f.s.n < header)
		return false;
	out->udp = k->protocol == UDP;
	if (out->udp && !trim(&k->f, be16(p + 4), header))
		return false;
	if (!out->udp) {
		header = (size_t)(p[12] >> 4) * 4;
		if (header < 20 || header > k->f.wire)
			return false;
		out->flags = p[13];
		/* In a tunnel, or behind tags, what was padded before is told by its length alone. */
		out->padded |= k->f.wire <= LEAST_SEGMENT;
		out->seq = be32(p + 4);
		out->ack = be32(p + 8);
	}
	out->ip[0] = k->ip[0];
	out->ip[1] = k->ip[1];
	out->port[0] = (uint16_t)be16(p);
	out->port[1] = (uint16_t)be16(p + 2);
	size_t here = k->f.s.n < header ? k->f.s.n : header;
	out->data = (struct tw_slice){ p + here, k->f.s.n - here };
	uint64_t missing = k->f.wire - header - out->data.n;
	out->missing = missing < UINT32_MAX ? (uint32_t)missing : UINT32_MAX;
	return true;
}

/* Puts fragments together. False: not whole yet. */
static bool whole(struct packet *k, const struct tw_packet *p, struct tw_fragments *f)
{
	struct tw_slice all;

	if (!k->fragment.more && !k->fragment.offset)
		return true;
	if (k->f.s.n < k->f.wire) {
		tw_fragment_lose(f);
		return false;
	}
	k->fragment.ip[0] = k->ip[0];
	k->fragment.ip[1] = k->ip[1];
	k->fragment.protocol = k->protocol;
	k->fragment.time = p->time;
	k->fragment.data = k->f.s;
	if (!tw_fragment_add(f, &k->fragment, &all))
		return false;
	k->f.s = all;
	k->f.wire = all.n;
	return true;
}

bool tw_segment_read(const struct tw_packet *p, struct tw_fragments *f, struct tw_segment *out)
{
	struct packet k = { .f = { p->bytes, p->length, 0 } };

	if (!tw_link_strip(p->link, &k.f))
		return false;
	for (int depth = 0; depth <= TUNNELS; depth++) {
		memset(&k.fragment, 0, sizeof k.fragment);
		if (!k.f.s.n || !(k.f.s.p[0] >> 4 == 6 ? ipv6(&k) : k.f.s.p[0] >> 4 == 4 && ipv4(&k)) || !whole(&k, p, f))
			return false;
		if (depth == TUNNELS || !tunnel(&k))
			break;
	}
	*out = (struct tw_segment){ .padded = p->link == 1 && p->length <= LEAST_FRAME + 4 };
	return transport(&k, out);
}
