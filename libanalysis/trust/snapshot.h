/* snapshot.h: what a vendor's list said on one day, as rows: what importers
 * make of a vendor's file (import.h) and what a snapshot's CSV holds. Only what
 * the file says: which rows are in force when is a store's matter (store.h). */
#ifndef TW_TRUST_SNAPSHOT_H
#define TW_TRUST_SNAPSHOT_H

#include "trust/store.h"

/* An anchor may end a path, for its purposes; one without any is disabled by
 * its vendor: what ends there is distrusted. What is listed is in the file
 * without a word of trust or distrust and ends no path (Mozilla's "must
 * verify"). A block is never to stand in a path: whoever wears one of the names
 * it gives (certificate, issuer and serial, key). */
enum tw_snapshot_kind { TW_ROW_ANCHOR, TW_ROW_LISTED, TW_ROW_BLOCK };

/* One row. Texts are offsets in the snapshot's text, NUL-terminated; 0: none. */
struct tw_snapshot_row {
	enum tw_snapshot_kind kind;
	bool by_cert, by_serial, by_key; /* which names it has; anchors and listed: by_cert */
	uint8_t sha256[TW_SHA256];       /* of the certificate's DER */
	uint8_t issuer[TW_SHA256];       /* of the issuer's DER: the Name TLV */
	uint8_t spki[TW_SHA256];         /* of the SubjectPublicKeyInfo's DER */
	uint32_t serial, nserial;        /* INTEGER content octets, in the text, of any bytes */
	uint32_t cert;                   /* index in the certificates; TW_NONE: not at hand */
	uint32_t subject;                /* as the file has it, where the certificate is not at hand */
	uint32_t label;                  /* what the vendor calls it */
	uint32_t constraints;            /* canonical text of alternatives, below */
	uint32_t purposes;               /* TW_TRUST_* */
	int64_t distrust_after;          /* for servers: leaves whose notBefore is later; TW_TIME_MAX: none */
	bool expiry;                     /* the anchor's own validity counts */
	int64_t from, until;             /* of a block: distrusted then, both inclusive */
	uint64_t at;                     /* line or byte of the file, for messages; 0: not known */
};

/* Constraints (Chrome's root store): alternatives separated by " | ", one of
 * which must hold; each is members NAME=VALUE separated by one space, all of
 * which must hold, in this order and each at most once, but for
 * permitted_dns_name, which may repeat (each dNSName of the leaf lies in one of them):
 *   sct_not_after=TIME sct_all_after=TIME starts_not_after=TIME
 *   starts_after=TIME min_version=A.B.C.D max_version_exclusive=A.B.C.D
 *   permitted_dns_name=HOST
 * as root_store.proto has them (validity_starts_* without "validity_"); TIME
 * is RFC 3339 in UTC. A member not named here: NAME=VALUE as the file has it,
 * and the alternative never holds. */

struct tw_snapshot {
	struct tw_snapshot_row *v;
	uint32_t n, cap;
	struct tw_buf text; /* begins with one NUL once used */
}; /* all zero = empty */
void tw_snapshot_free(struct tw_snapshot *s);

/* A new row of the kind with all else at its default: no name, no purpose, no
 * date, expiry true, from and until everlasting. Good until the next one. */
struct tw_snapshot_row *tw_snapshot_add(struct tw_snapshot *s, enum tw_snapshot_kind kind);
/* The same, named by a certificate that is at hand. */
struct tw_snapshot_row *tw_snapshot_add_cert(struct tw_snapshot *s, enum tw_snapshot_kind kind, const struct tw_certs *certs,
	uint32_t cert);
/* Copies bytes into the text and a NUL behind them; returns the offset, 0 for
 * none. row pointers stay good. */
uint32_t tw_snapshot_text(struct tw_snapshot *s, struct tw_slice bytes);
static inline const char *tw_snapshot_str(const struct tw_snapshot *s, uint32_t at)
{
	return at ? (const char *)s->text.p + at : "";
}

/* Sorts the rows by kind and names and drops repeats that say the same in
 * everything but at; returns how many it dropped. */
uint32_t tw_snapshot_sort(struct tw_snapshot *s);
/* The CSV, header and all rows in their order; docs/rootstores.md has the
 * columns. certs: of the rows' certificates. */
void tw_snapshot_csv(const struct tw_snapshot *s, const struct tw_certs *certs, struct tw_buf *b);
/* Does the text begin with the header of such a CSV? */
bool tw_snapshot_is(struct tw_slice text);
/* Reads one. Its certificates are looked up in certs (TW_NONE where they are
 * not there). -1 after tw_error, which names the line and the cause. */
int tw_snapshot_read(struct tw_snapshot *s, const struct tw_certs *certs, struct tw_slice text, const char *name) TW_CHECK;

/* The words of TW_TRUST_* bits, space-separated; and back, false if one is
 * none of them. */
void tw_purposes_text(struct tw_buf *b, uint32_t purposes);
bool tw_purposes_parse(struct tw_slice text, uint32_t *purposes);

#endif
