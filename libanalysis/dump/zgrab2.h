/* zgrab2.h: what the parts of the zgrab2 reader share; not for others.
 *
 * zgrab2.c          the line: envelope, time, port, the observation given out
 * zgrab2_scan.c     one scan: modules, greetings, capabilities, STARTTLS
 * zgrab2_http.c     the hops of module http
 * zgrab2_outcome.c  status and error to outcome
 * zgrab2_tls.c      the TLS log
 * docs/formats.md says what each column is derived from. */
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
/* Sets it to s with control characters escaped, or to a number. */
void tw_zobs_escaped(struct tw_zobs *o, enum tw_obs col, struct tw_slice s);
void tw_zobs_number(struct tw_zobs *o, enum tw_obs col, uint64_t v);
/* The column's value; valid until the next one is set. */
struct tw_slice tw_zobs_get(const struct tw_zobs *o, enum tw_obs col);

/* A reader: all of its state, so that each worker may have its own. */
struct tw_zgrab2 {
	struct tw_json_doc *doc;
	const struct tw_ingest_options *options;
	struct tw_zobs o;
	struct tw_buf der;
	/* the record at hand */
	const struct tw_record *record;
	const struct tw_sink *sink;
	struct tw_slice ip, name; /* of the envelope */
	uint64_t port;            /* likewise; 0 = none */
	uint32_t used;            /* observations given out */
	const char *why;          /* the cause of a reject */
	enum tw_fate fate;
};
/* Empties the observation for the next probe, named as it is in the record. */
void tw_zgrab2_begin(struct tw_zgrab2 *z, struct tw_slice probe);
/* The scan's timestamp in UTC, else the record's. */
void tw_zgrab2_time(struct tw_zgrab2 *z, struct tw_json scan);
/* The port of the scan, of the envelope, of --port, of the module. */
void tw_zgrab2_port(struct tw_zgrab2 *z, struct tw_json scan, unsigned module_port);
/* Fills protocol and gives the observation out. -1: the sink failed. */
int tw_zgrab2_emit(struct tw_zgrab2 *z) TW_CHECK;

/* One scan: gives out its observations, or none where it has nothing to
 * observe (docs/formats.md: context). */
enum tw_fate tw_zgrab2_scan(struct tw_zgrab2 *z, struct tw_slice name, struct tw_json scan);
/* The same for module http: one observation a hop. Begun for the first. */
enum tw_fate tw_zgrab2_http(struct tw_zgrab2 *z, struct tw_json scan);

/* What of a probe decides its outcome, beside the TLS log. */
struct tw_zseen {
	struct tw_slice status, error;
	const char *answer; /* to STARTTLS: accepted, refused, none; "": not asked */
	bool greets;        /* in this protocol the server speaks first */
	bool greeted;       /* and it said something */
	bool spoken;        /* the application protocol was seen */
};
const char *tw_zgrab2_outcome(const struct tw_zobs *o, const struct tw_zseen *s);
/* Does the error tell of a TLS handshake? */
bool tw_zgrab2_tls_error(struct tw_slice error);
/* The name of the alert that the server sent by the error's words, or NULL. */
const char *tw_zgrab2_alert(struct tw_slice error);
/* Does s hold the text what? */
bool tw_zgrab2_holds(struct tw_slice s, const char *what);

/* Fills version, cipher, group, DH, signature scheme, alert, chain and
 * dump_verdict from a TLS log (the object with handshake_log). Certificates go
 * to the sink. error is the scan's. TW_USED, TW_FAILED, or TW_REJECTED with the
 * cause in *why. */
enum tw_fate tw_zgrab2_tls(struct tw_zgrab2 *z, struct tw_json log, bool success, struct tw_slice error);

#endif
