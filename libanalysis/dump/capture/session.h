/* session.h: what one connection said; inner to capture/. */
#ifndef TW_SESSION_H
#define TW_SESSION_H

#include "dump/capture/tcp.h"
#include "dump/format.h"
#include "dump/tls/dtls.h"
#include "dump/tls/talk.h"
#include "dump/tls/wire.h"

struct tw_session {
	struct tw_talk talk;
	struct tw_wire wire;
	struct tw_dtls *dtls; /* over UDP */
	bool tls[2];      /* by direction: TLS has begun */
	bool has_client;  /* who is the client of TLS is known */
	uint8_t client;   /* which direction */
	bool stray;       /* a hello was answered with something else */
	size_t memory;    /* as last told to the bound */
};

/* Bytes of direction d. False: no more of it is wanted. */
bool tw_session_take(struct tw_session *s, const struct tw_conn *c, unsigned d, struct tw_slice bytes);
/* A datagram of direction d. True: it begins another association, in a session of
 * its own that tw_session_renew makes. */
bool tw_session_datagram(struct tw_session *s, unsigned d, struct tw_slice bytes, size_t missing);
/* What was said is forgotten but for that beginning. */
void tw_session_renew(struct tw_session *s);
/* Does it give a row: was TLS, or a protocol in which it can be started, spoken? */
bool tw_session_observed(const struct tw_session *s);
/* Fills the row, and of the columns on demand those in show; its values live
 * in text or are static. */
void tw_session_row(const struct tw_session *s, const struct tw_conn *c, unsigned show, struct tw_buf *text, struct tw_obs_row *o);
size_t tw_session_memory(const struct tw_session *s);
void tw_session_free(struct tw_session *s);

#endif
