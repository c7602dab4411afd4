/* packets.h: capture files cut into packets: pcap and pcapng.
 *
 * pcap: draft-ietf-opsawg-pcap (both byte orders, micro- and nanoseconds, the
 * 24-byte record header of old Linux patches); pcapng: draft-ietf-opsawg-pcapng
 * (sections, any number of interfaces of different link types). libpcap's own
 * reader refuses a pcapng whose interfaces differ in link type, and cannot
 * say at which byte a file is damaged: it is the tests' oracle instead. */
#ifndef TW_PACKETS_H
#define TW_PACKETS_H

#include "base/base.h"

struct tw_packet {
	int64_t time;          /* seconds since 1970 UTC; valid if digits > 0 or timed */
	uint32_t fraction;     /* of a second, in units of 10^-digits */
	uint8_t digits;        /* 6 or 9 as the file has it, 0 = whole seconds */
	bool timed;            /* pcapng's simple packets have no time */
	uint16_t link;         /* LINKTYPE_ value */
	uint32_t length;       /* bytes on the wire; bytes.n of them are here */
	uint64_t offset;       /* of its record in the unpacked stream */
	struct tw_slice bytes;
};

struct tw_packets; /* one capture being read */

/* Does a file that begins with these bytes (at least 12) look like one? */
bool tw_packets_detect(struct tw_slice first);
struct tw_packets *tw_packets_new(void);
/* Takes the next packet from the bytes at p, which continue where the last
 * call left off: returns how many bytes it used, with *got telling whether they
 * ended in a packet (its bytes are lent from p); 0: more bytes are needed than n.
 * -1: damaged, see tw_packets_why. */
long tw_packets_next(struct tw_packets *f, struct tw_slice p, struct tw_packet *out, bool *got) TW_CHECK;
/* How many bytes the next call needs at least, after 0. */
size_t tw_packets_need(const struct tw_packets *f);
/* The cause of -1, and of an end of input at this place: NULL where the file
 * may end, else what is missing. Static. */
const char *tw_packets_why(const struct tw_packets *f);
const char *tw_packets_end(const struct tw_packets *f, size_t left);
/* Where the next record begins, or the damage is, in the unpacked stream. */
uint64_t tw_packets_offset(const struct tw_packets *f);
void tw_packets_free(struct tw_packets *f);

#endif
