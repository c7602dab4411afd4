/* link.h: link layers; inner to capture/. */
#ifndef TW_LINK_H
#define TW_LINK_H

#include "base/base.h"

/* What of an IP packet's bytes is at hand: in the file, and on the wire. */
struct tw_span_of {
	struct tw_slice s;
	uint64_t wire;  /* >= s.n */
	unsigned depth; /* Ethernet within Ethernet so far: bounded */
};
/* Moves to the IP packet in a frame of this LINKTYPE_. False: there is none. */
bool tw_link_strip(unsigned link, struct tw_span_of *f);
/* The same behind an EtherType. */
bool tw_ether_strip(unsigned type, struct tw_span_of *f);
/* An Ethernet frame. */
bool tw_ethernet_strip(struct tw_span_of *f);
/* A data frame of 802.11, also with its frame control in the other order, as
 * some controllers send it within CAPWAP. */
bool tw_wlan_strip(struct tw_span_of *f);
/* n bytes less. False: there are not so many. */
static inline bool tw_strip(struct tw_span_of *f, size_t n)
{
	if (f->s.n < n)
		return false;
	f->s.p += n;
	f->s.n -= n;
	f->wire -= n;
	return true;
}

#endif
