/* beginning.h: how a connection begins: SYNs, the answers to them, and which
 * sequence numbers hold; inner to capture/. */
#ifndef TW_BEGINNING_H
#define TW_BEGINNING_H

#include "dump/capture/tcp.h"

#define TW_FAR (1 << 20) /* further off than any window in use: another connection */

/* A SYN on ports in use: is it that of another connection? */
bool tw_is_other_syn(const struct tw_conn *c, const struct tw_segment *s, unsigned d);
/* The same of data, behind the end. */
bool tw_is_other_data(const struct tw_conn *c, const struct tw_segment *s, unsigned d);
/* Takes a SYN or SYN-ACK of direction d. */
void tw_take_syn(struct tw_conn *c, const struct tw_segment *s, unsigned d);
/* Of two SYN-ACKs that one holds whose first byte is at. */
void tw_half_settle(struct tw_half *h, uint32_t at);
/* The peer has all before ack. */
void tw_half_acked(struct tw_half *h, uint32_t ack);
/* Is the segment, no SYN, one of those that are numbered for another place? */
bool tw_is_copy(const struct tw_conn *c, const struct tw_segment *s, unsigned d);
/* Are the numbers that direction d acknowledges those of another place, where
 * the client's are not what they are here? */
bool tw_acks_another(const struct tw_conn *c, unsigned d, uint32_t ack);

#endif
