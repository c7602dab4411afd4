/* observation.h: one probe of one endpoint, and the table of its columns. */
#ifndef TW_OBSERVATION_H
#define TW_OBSERVATION_H

#include "base/base.h"

/* The columns of observations.csv, in order. Meanings: tw_obs_columns. */
enum tw_obs {
	TW_OBS_TIME, TW_OBS_SOURCE, TW_OBS_SCAN, TW_OBS_INPUT, TW_OBS_RECORD, TW_OBS_PROBE,
	TW_OBS_CLIENT, TW_OBS_CLIENT_PORT, TW_OBS_IP, TW_OBS_PORT, TW_OBS_SPOKEN, TW_OBS_PROTOCOL, TW_OBS_NAME,
	TW_OBS_TLS_START, TW_OBS_STARTTLS_OFFERED, TW_OBS_STARTTLS_ANSWER,
	TW_OBS_OUTCOME, TW_OBS_ALERT, TW_OBS_OFFERED_VERSIONS, TW_OBS_OFFERED_CLASSES, TW_OBS_VERSION, TW_OBS_CIPHER, TW_OBS_GROUP,
	TW_OBS_DH_BITS, TW_OBS_DH_PRIME, TW_OBS_DH_BASIS, TW_OBS_SIG_SCHEME, TW_OBS_RESUMED,
	TW_OBS_CHAIN, TW_OBS_COLLECTED, TW_OBS_AUTH_PLAIN, TW_OBS_AUTH_TLS,
	TW_OBS_BANNER, TW_OBS_DUMP_VERDICT,
	/* on demand */
	TW_OBS_CLIENT_CHAIN, TW_OBS_CLIENT_CIPHERS, TW_OBS_JA4, TW_OBS_SCTS, TW_OBS_OCSP_STAPLED, TW_OBS_AUTH_USED,
	TW_OBS_N,
	TW_OBS_ALWAYS = TW_OBS_CLIENT_CHAIN /* those before it are in every row */
};
/* One of the columns on demand, as a bit of a set of them. */
#define TW_OBS_SHOW(col) (1u << ((col) - TW_OBS_ALWAYS))

struct tw_column {
	const char *name;
	const char *help; /* one sentence for --columns and the man page */
};
extern const struct tw_column tw_obs_columns[TW_OBS_N];

/* One observation: a borrowed value a column, empty = not known. */
struct tw_obs_row {
	struct tw_slice v[TW_OBS_N];
};
/* Appends the header line, or the row, with LF; show: the columns on demand that
 * are wanted. */
void tw_obs_header(struct tw_buf *b, unsigned show);
void tw_obs_write(struct tw_buf *b, const struct tw_obs_row *o, unsigned show);
/* The bits of a list of columns on demand, "ja4,scts". False, with the wrong one
 * in *bad: there is no such column. */
bool tw_obs_shows(struct tw_slice list, unsigned *show, struct tw_slice *bad);

/* The service's name by the map of (spoken, port, tls_start), see
 * observation.c; port 0 = not known. "" when nothing is known. */
const char *tw_service(struct tw_slice spoken, unsigned port, struct tw_slice tls_start);
/* The same over DTLS, by the port alone: UDP's ports that IANA's registry gives
 * to services over DTLS. "" for the others: 443 is a VPN or WebRTC as well. */
const char *tw_service_dtls(unsigned port);

#endif
