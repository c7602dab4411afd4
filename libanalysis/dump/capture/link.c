/* Link layers: LINKTYPE_ values as in the registry of tcpdump.org. */
#include "dump/capture/link.h"

enum { IPV4 = 0x0800, IPV6 = 0x86dd, VLAN = 0x8100, QINQ = 0x88a8, QINQ_OLD = 0x9100, MPLS = 0x8847, MPLS_MULTICAST = 0x8848,
	PPPOE_SESSION = 0x8864, BACKBONE = 0x88e7, MACSEC = 0x88e5, CISCO_METADATA = 0x8909, VN_TAG = 0x8926, HSR = 0x892f,
	REDUNDANCY = 0xf1c1 };
#define TAGS 8 /* tags and MPLS labels in a row: two or three are usual */

static unsigned be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static bool by_version(const struct tw_span_of *f)
{
	return f->s.n && (f->s.p[0] >> 4 == 4 || f->s.p[0] >> 4 == 6);
}

/* PPP (RFC 1661), address and control (RFC 1662) or not, protocol field
 * compressed or not. */
static bool ppp(struct tw_span_of *f)
{
	if (f->s.n >= 2 && f->s.p[0] == 0xff && f->s.p[1] == 0x03 && !tw_strip(f, 2))
		return false;
	if (f->s.n < 2)
		return false;
	bool one = f->s.p[0] & 1;
	unsigned protocol = one ? f->s.p[0] : be16(f->s.p);
	return (protocol == 0x21 || protocol == 0x57) && tw_strip(f, one ? 1 : 2) && by_version(f);
}

/* RFC 3032; behind the last label IP by its version, or a pseudowire of
 * Ethernet with its control word (RFC 4448). */
static bool mpls(struct tw_span_of *f)
{
	for (int i = 0; i < TAGS && f->s.n >= 4; i++) {
		bool last = f->s.p[2] & 1;
		if (!tw_strip(f, 4))
			return false;
		if (last)
			return by_version(f) || (f->s.n && f->s.p[0] >> 4 == 0 && tw_strip(f, 4) && tw_ethernet_strip(f));
	}
	return false;
}

/* LLC and SNAP (RFC 1042) to the EtherType. */
static bool llc(struct tw_span_of *f)
{
	if (f->s.n < 8 || f->s.p[0] != 0xaa || f->s.p[1] != 0xaa || f->s.p[2] != 3)
		return false;
	unsigned type = be16(f->s.p + 6);
	return tw_strip(f, 8) && tw_ether_strip(type, f);
}

static bool pppoe(struct tw_span_of *f)
{
	/* RFC 2516: version, type, code, session, length; what is behind that is the frame's. */
	if (f->s.n < 6 || f->s.p[0] != 0x11 || f->s.p[1] != 0)
		return false;
	unsigned length = be16(f->s.p + 4);
	if (!tw_strip(f, 6))
		return false;
	if (length && length < f->wire)
		f->wire = length;
	if (f->s.n > f->wire)
		f->s.n = (size_t)f->wire;
	return ppp(f);
}

/* How many bytes a tag behind this EtherType has, the next EtherType being the
 * last two; 0: it is none. */
static size_t tag(unsigned type, struct tw_slice s)
{
	switch (type) {
	case VLAN: case QINQ: case QINQ_OLD: return 4;
	case VN_TAG: case HSR: case REDUNDANCY: return 6; /* 802.1BR, IEC 62439-3, 802.1CB */
	case CISCO_METADATA: return s.n >= 2 && s.p[0] == 1 ? 4u + 4u * s.p[1] : 0; /* version, number of options of 4 */
	case MACSEC: /* 802.1AE, neither encrypted nor changed: with the sender's identifier or not */
		return s.n && !(s.p[0] & 0x0c) ? (s.p[0] & 0x20 ? 16 : 8) : 0;
	default: return 0;
	}
}

bool tw_ether_strip(unsigned type, struct tw_span_of *f)
{
	for (size_t i = 0, n; i < TAGS && (n = tag(type, f->s)) != 0; i++) {
		if (f->s.n < n)
			return false;
		type = be16(f->s.p + n - 2);
		if (!tw_strip(f, n))
			return false;
	}
	switch (type) {
	case IPV4:
	case IPV6: return by_version(f);
	case MPLS:
	case MPLS_MULTICAST: return mpls(f);
	case PPPOE_SESSION: return pppoe(f);
	case BACKBONE: return tw_strip(f, 4) && tw_ethernet_strip(f); /* 802.1ah */
	default: return type < 0x600 && llc(f);
	}
}

bool tw_ethernet_strip(struct tw_span_of *f)
{
	if (f->s.n < 14 || f->depth++ > 3)
		return false;
	unsigned type = be16(f->s.p + 12);
	return tw_strip(f, 14) && tw_ether_strip(type, f);
}

/* Data frames of 802.11 in clear, with LLC behind the header. */
static bool data_frame(struct tw_span_of *f, uint8_t kind, uint8_t flags)
{
	if ((kind & 0x0f) != 0x08 || kind & 0x40 || flags & 0x40)
		return false; /* no data, or null, or encrypted */
	size_t n = 24;
	if ((flags & 3) == 3)
		n += 6; /* a fourth address */
	if (kind & 0x80)
		n += 2u + (flags & 0x80 ? 4u : 0); /* QoS, HT control */
	return tw_strip(f, n) && llc(f);
}

static bool wlan(struct tw_span_of *f)
{
	return f->s.n >= 24 && data_frame(f, f->s.p[0], f->s.p[1]);
}

bool tw_wlan_strip(struct tw_span_of *f)
{
	struct tw_span_of swapped = *f;

	if (wlan(f))
		return true;
	*f = swapped;
	return f->s.n >= 24 && data_frame(f, f->s.p[1], f->s.p[0]);
}

static bool loopback(struct tw_span_of *f)
{
	/* The family is in the writer's byte order; IP's version says it better. */
	return tw_strip(f, 4) && by_version(f);
}

static bool cooked(struct tw_span_of *f, size_t type_at, size_t header)
{
	if (f->s.n < header)
		return false;
	unsigned type = be16(f->s.p + type_at);
	return tw_strip(f, header) && (type == 4 ? llc(f) : tw_ether_strip(type, f));
}

/* Radiotap and the headers like it tell their own length. */
static bool radiotap(struct tw_span_of *f)
{
	return f->s.n >= 4 && tw_strip(f, (size_t)f->s.p[2] | (size_t)f->s.p[3] << 8) && wlan(f);
}

static bool hdlc(struct tw_span_of *f)
{
	if (f->s.n < 4)
		return false;
	unsigned type = be16(f->s.p + 2);
	return tw_strip(f, 4) && tw_ether_strip(type, f);
}

bool tw_link_strip(unsigned link, struct tw_span_of *f)
{
	switch (link) {
	case 1: return tw_ethernet_strip(f);
	case 0: case 108: return loopback(f);
	case 9: case 50: return ppp(f);
	case 51: return pppoe(f);
	case 104: return hdlc(f);
	case 12: case 14: case 101: case 228: case 229: return by_version(f);
	case 105: return wlan(f);
	case 113: return cooked(f, 14, 16);
	case 276: return cooked(f, 0, 20);
	case 127: return radiotap(f);
	default: return false;
	}
}
