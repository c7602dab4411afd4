/* zgrab2.h: what the two halves of the zgrab2 reader share; not for others. */
#ifndef TW_ZGRAB2_H
#define TW_ZGRAB2_H

#include "dump/format.h"
#include "dump/json.h"

/* The observation being filled. Values live in text, as offsets until the
 * whole of it is there, since text moves. */
struct tw_zobs {
	struct tw_buf text;
	struct {
		size_t at, n;
	} v[TW_OBS_N];
	bool established; /* the handshake was finished */
	bool hello;       /* a ServerHello came */
	bool tls;         /* there is a TLS log */
};
/* Sets a column to s, or to what was appended to o->text since from. */
void tw_zobs_set(struct tw_zobs *o, enum tw_obs col, struct tw_slice s);
void tw_zobs_end(struct tw_zobs *o, enum tw_obs col, size_t from);

/* Fills version, cipher, group, DH, signature scheme, alert, chain and
 * dump_verdict from a TLS log (the object with handshake_log). Certificates go
 * to the sink. TW_USED, TW_FAILED, or TW_REJECTED with the cause in *why. */
enum tw_fate tw_zgrab2_tls(struct tw_zobs *o, struct tw_json log, bool success, struct tw_buf *der,
    const struct tw_sink *sink, const char **why);

#endif
