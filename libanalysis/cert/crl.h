/* crl.h: certificate revocation lists (RFC 5280 section 5), read by the same
 * bounded DER reader. This is reading only: whether a list applies to a
 * certificate, and what an entry means at a time, is judged elsewhere. */
#ifndef TW_CERT_CRL_H
#define TW_CERT_CRL_H

#include "cert/cert.h"

/* Extensions of a list: bits of tw_crl.ext. */
enum { TW_CRL_AKI = 1, TW_CRL_IAN = 2, TW_CRL_NUMBER = 4, TW_CRL_DELTA = 8, TW_CRL_IDP = 16, TW_CRL_FRESHEST = 32,
	TW_CRL_AIA = 64, TW_CRL_UNKNOWN = 128 };

/* IssuingDistributionPoint, RFC 5280 5.2.5. */
struct tw_idp {
	struct tw_point point;   /* of it named, full_name, relative, has_reasons and reasons (onlySomeReasons) */
	bool only_user, only_ca, only_attribute;
	bool indirect;           /* entries may name issuers of their own */
};

/* An entry. Offsets count from tw_crl.der.p. */
struct tw_crl_entry {
	int64_t date;            /* revocationDate; TW_TIME_MIN where it cannot be read: revoked ever since */
	uint32_t serial_at;      /* INTEGER content in its shortest form (X.690 8.3.2) */
	uint32_t issuer_at;      /* certificateIssuer in force here: GeneralNames' content; 0 = the list's issuer */
	uint32_t issuer_n;
	uint32_t next;           /* chain of the index; not for callers */
	uint16_t serial_n;
	uint8_t reason;          /* CRLReason: 0 where none is given or readable */
};
enum { TW_CRL_HOLD = 6, TW_CRL_REMOVE = 8 }; /* certificateHold, removeFromCRL */

/* All slices lie in der, which the caller keeps. */
struct tw_crl {
	struct tw_slice der;
	bool readable;           /* false: only der and why hold */
	bool usable;             /* readable, and nothing in it forbids its use (5.2, 5.3): see why */
	const char *why;         /* why it is not readable or not usable; else NULL */
	uint64_t faults;         /* bits of TW_FAULT_*, as in a certificate */
	int version;             /* 1 or 2; -1 absurd (then not usable) */
	struct tw_slice tbs;     /* TBSCertList with tag and length: what is signed */
	struct tw_slice sig_alg, sig_oid, sig_params, tbs_sig_alg, signature; /* as in tw_cert */
	struct tw_slice issuer;  /* Name with tag and length */
	int64_t this_update;     /* not readable: TW_TIME_MAX, so that the list is never in force */
	int64_t next_update;     /* none: TW_TIME_MAX; not readable: TW_TIME_MIN */
	bool has_next_update;
	uint32_t ext, critical;  /* TW_CRL_* */
	struct tw_slice aki, aki_issuer, aki_serial; /* as in tw_cert */
	struct tw_slice number;  /* cRLNumber: INTEGER content, or empty */
	struct tw_slice base;    /* BaseCRLNumber of a delta list, or empty */
	struct tw_idp idp;       /* valid when ext has TW_CRL_IDP */
	struct tw_slice freshest; /* freshestCRL: as tw_cert.crldp */
	struct tw_crl_entry *entry; /* in the list's order */
	uint32_t n;
	uint32_t *slots;         /* the index by serial */
	uint32_t nslots;
};

/* Reads der, entries and all, in time linear in its size; 40 bytes an entry.
 * Always fills *c; free it with tw_crl_free. A list of version 1 or with
 * faults that concern nobody's status stays usable; one with an unknown
 * critical extension, of list or entry (a certificateIssuer is known in an
 * indirect list only), an undecodable IDP, delta indicator or
 * certificateIssuer, an entry that cannot be read, unlike inner and outer
 * algorithms, or an unreadable thisUpdate does not. */
void tw_crl_read(struct tw_crl *c, struct tw_slice der);
void tw_crl_free(struct tw_crl *c);

/* The entries for a serial (INTEGER content, padded or not), in the list's
 * order: start with *at = 0; NULL when there are no more. A serial may stand
 * several times: for issuers of their own in an indirect list, or by fault. */
const struct tw_crl_entry *tw_crl_find(const struct tw_crl *c, struct tw_slice serial, uint32_t *at);
static inline struct tw_slice tw_crl_serial(const struct tw_crl *c, const struct tw_crl_entry *e)
{
	struct tw_slice s = { c->der.p + e->serial_at, e->serial_n };
	return s;
}
/* The certificateIssuer that holds for e (5.3.3: its own, or that of the
 * nearest entry before): GeneralNames' content, for tw_san_next. Empty: the
 * list's issuer. */
static inline struct tw_slice tw_crl_entry_issuer(const struct tw_crl *c, const struct tw_crl_entry *e)
{
	struct tw_slice s = { e->issuer_at ? c->der.p + e->issuer_at : NULL, e->issuer_n };
	return s;
}

/* The next list of a PEM text ("X509 CRL"), as tw_pem_next. A file that is DER
 * begins with 0x30 and is one list. */
int tw_pem_next_crl(struct tw_slice text, size_t *pos, struct tw_buf *der, size_t *at, const char **why) TW_CHECK;

#endif
