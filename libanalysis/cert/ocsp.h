/* ocsp.h: OCSP responses (RFC 6960) as servers staple them. Reading only. */
#ifndef TW_CERT_OCSP_H
#define TW_CERT_OCSP_H

#include "cert/cert.h"

/* OCSPResponseStatus, 4.2.1. */
enum { TW_OCSP_SUCCESSFUL = 0, TW_OCSP_MALFORMED = 1, TW_OCSP_INTERNAL = 2, TW_OCSP_TRY_LATER = 3,
	TW_OCSP_SIG_REQUIRED = 5, TW_OCSP_UNAUTHORIZED = 6 };
enum tw_ocsp_state { TW_OCSP_GOOD, TW_OCSP_REVOKED, TW_OCSP_UNKNOWN };

/* All slices lie in der, which the caller keeps. */
struct tw_ocsp {
	struct tw_slice der;
	bool readable;           /* false: only der and why hold */
	bool usable;             /* a successful BasicOCSPResponse without an unknown critical extension */
	const char *why;         /* why not readable or not usable; else NULL */
	uint64_t faults;         /* bits of TW_FAULT_* */
	int status;              /* responseStatus; all else below holds for TW_OCSP_SUCCESSFUL */
	struct tw_slice tbs;     /* ResponseData with tag and length: what is signed */
	struct tw_slice sig_alg, sig_oid, sig_params, signature; /* as in tw_cert */
	struct tw_slice responder_name; /* byName: a Name TLV; or empty */
	struct tw_slice responder_key;  /* byKey: SHA-1 of the key's bits (20 octets); or empty */
	int64_t produced_at;
	struct tw_slice responses; /* content of the SEQUENCE OF SingleResponse: walk with tw_ocsp_next */
	struct tw_slice certs;   /* content of the SEQUENCE OF Certificate: walk with tw_der_next; or empty */
};

struct tw_ocsp_single {
	struct tw_slice hash_oid; /* the algorithm of the two hashes: OID content */
	struct tw_slice name_hash, key_hash; /* of the issuer's Name TLV and of its key's bits */
	struct tw_slice serial;  /* INTEGER content */
	enum tw_ocsp_state state;
	int64_t revoked_at;      /* of TW_OCSP_REVOKED; unreadable: TW_TIME_MIN */
	int reason;              /* CRLReason, or -1 where none is given */
	int64_t this_update;     /* unreadable: TW_TIME_MAX */
	int64_t next_update;     /* none: TW_TIME_MAX; unreadable: TW_TIME_MIN */
	bool has_next_update;
	bool unknown_critical;   /* has a critical extension: of no use */
};

/* Reads der: always fills *o, allocates nothing. */
void tw_ocsp_read(struct tw_ocsp *o, struct tw_slice der);
/* The next SingleResponse: start with d->s = o->responses. 1, 0 at the end, -1
 * where one cannot be decoded (a readable response has no such). */
int tw_ocsp_next(struct tw_der *d, struct tw_ocsp_single *s) TW_CHECK;

#endif
