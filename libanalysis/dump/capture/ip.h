/* ip.h: from a frame of any link type to the TCP segment or UDP datagram in it.
 *
 * Link types: Ethernet (VLAN, QinQ, MPLS, PPPoE, LLC/SNAP), Linux cooked
 * captures 1 and 2, raw IP, BSD loopback, PPP, Cisco HDLC, 802.11 data frames.
 * IPv4 with fragments (RFC 791), IPv6 with extension headers (RFC 8200). Tunnels
 * one level deep: GRE (RFC 2784), IP in IP, 6in4, VXLAN (RFC 7348),
 * GTP-U (3GPP TS 29.281), CAPWAP (RFC 5415). What is cut
 * by the snapshot length is told as missing, never guessed. */
#ifndef TW_IP_H
#define TW_IP_H

#include "dump/capture/packets.h"

/* An IPv4 address is mapped into IPv6 (RFC 4291 section 2.5.5.2). */
struct tw_ip {
	uint8_t b[16];
};

enum { TW_FIN = 1, TW_SYN = 2, TW_RST = 4, TW_PSH = 8, TW_ACK = 16 };

struct tw_segment {
	struct tw_ip ip[2];    /* from, to */
	uint16_t port[2];
	bool udp;
	uint8_t flags;         /* of TCP */
	uint32_t seq, ack;
	struct tw_slice data;  /* lent from the packet or the fragments */
	uint32_t missing;      /* bytes of payload behind data that are not in the file */
	bool padded;           /* the frame is, or was, no longer than the least of Ethernet's: the data may be padding */
};

struct tw_fragments; /* datagrams that are not yet whole */
struct tw_fragments *tw_fragments_new(void);
void tw_fragments_free(struct tw_fragments *f);
/* Fragments given up on: too many at once, or they contradict each other. */
uint64_t tw_fragments_lost(const struct tw_fragments *f);

/* False: no TCP or UDP in it, or not whole yet, or no sense to be made of it. */
bool tw_segment_read(const struct tw_packet *p, struct tw_fragments *f, struct tw_segment *out);
/* 192.0.2.1 or 2001:db8::1 (RFC 5952). */
void tw_ip_add(struct tw_buf *b, const struct tw_ip *ip);

#endif
