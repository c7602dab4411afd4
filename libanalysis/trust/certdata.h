/* certdata.h: objects of Mozilla's certdata.txt, and what they say together;
 * inner to trust/. */
#ifndef TW_TRUST_CERTDATA_H
#define TW_TRUST_CERTDATA_H

#include "trust/import.h"

/* What a trust object says of one use. */
enum tw_certdata_trust {
	TW_CERTDATA_NO_WORD,    /* must verify, unknown: fine below another anchor */
	TW_CERTDATA_ANCHOR,     /* trusted delegator */
	TW_CERTDATA_DISTRUSTED, /* even below another anchor */
	TW_CERTDATA_PEER,       /* the old "valid": see tw_certdata_trust */
	TW_CERTDATA_TRUSTS
};
/* The octets of an object that are kept. */
enum { TW_CERTDATA_VALUE, TW_CERTDATA_ISSUER, TW_CERTDATA_SERIAL, TW_CERTDATA_SHA1, TW_CERTDATA_VALUES };
#define TW_CERTDATA_NO_DATE TW_TIME_MAX

struct tw_certdata_object {
	enum { TW_CERTDATA_OTHER, TW_CERTDATA_CERT, TW_CERTDATA_TRUST } kind;
	struct tw_buf value[TW_CERTDATA_VALUES], label;
	unsigned damaged;                   /* bits 1 << TW_CERTDATA_VALUE ... */
	uint32_t trust[TW_CERTDATA_TRUSTS]; /* TW_TRUST_* of which that is said */
	int64_t date;                       /* CKA_NSS_SERVER_DISTRUST_AFTER */
	uint64_t line, date_line;
};

struct tw_certdata_cert {
	uint32_t cert; /* index in im->certs */
	uint32_t label;
	int64_t date;
	uint64_t line;
	uint32_t said; /* its trust object, the first that names it; TW_NONE: none */
};
struct tw_certdata_said {
	bool has_sha1, has_serial;
	uint8_t sha1[TW_SHA256]; /* padded with zeros */
	uint8_t issuer[TW_SHA256], both[TW_SHA256]; /* of issuer; of issuer and serial */
	uint32_t serial, nserial, label; /* in im->out's text */
	uint32_t trust[TW_CERTDATA_TRUSTS];
	uint64_t line;
};
struct tw_certdata {
	struct tw_import *im;
	struct tw_certdata_cert *cert;
	struct tw_certdata_said *said;
	uint32_t ncert, cert_cap, nsaid, said_cap;
	struct tw_set sha1, both; /* of certificates, to an ordinal of first */
	uint32_t *by_sha1, *by_both;
};
void tw_certdata_free(struct tw_certdata *d);
/* Takes an object that is read. What can't be used of it is a warning. */
void tw_certdata_add(struct tw_certdata *d, const struct tw_certdata_object *o);
/* After the last object: trust to certificates, and the rows of both. */
void tw_certdata_join(struct tw_certdata *d);

/* The meaning of a word of trust; false, and *t no word, for one unknown. Until
 * 2011 "valid" was said of roots that are anchors for other uses than this
 * (Thawte Personal Freemail), which NSS of the time took for no word on what
 * they issue, and of forged certificates of servers (Bogus Google), which it
 * refused: it is distrust where the trust object makes no anchor. */
bool tw_certdata_trust(struct tw_slice word, enum tw_certdata_trust *t) TW_CHECK;
/* A distrust date's octets: UTCTime YYMMDDHHMMSSZ. */
bool tw_certdata_date(struct tw_slice s, int64_t *t) TW_CHECK;

#endif
