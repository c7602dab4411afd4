/* internal.h: what the files of cert/ share and nobody else sees. */
#ifndef TW_CERT_INTERNAL_H
#define TW_CERT_INTERNAL_H

#include "cert/cert.h"

/* Universal tags of X.690 as identifier octets. */
enum { TW_BOOLEAN = 0x01, TW_INTEGER = 0x02, TW_BIT_STRING = 0x03, TW_OCTET_STRING = 0x04, TW_NULL = 0x05,
	TW_OID = 0x06, TW_ENUMERATED = 0x0a, TW_UTF8 = 0x0c, TW_NUMERIC = 0x12, TW_PRINTABLE = 0x13, TW_TELETEX = 0x14, TW_IA5 = 0x16,
	TW_UTC_TIME = 0x17, TW_GENERALIZED_TIME = 0x18, TW_VISIBLE = 0x1a, TW_UNIVERSAL = 0x1c, TW_BMP = 0x1e,
	TW_SEQUENCE = 0x30, TW_SET = 0x31 };

/* Notes a fault in *f, a set like tw_cert.faults. */
static inline void tw_fault(uint64_t *f, enum tw_fault kind)
{
	*f |= TW_FAULT_BIT(kind);
}

/* AuthorityKeyIdentifier, RFC 5280 4.2.1.1. What is not there is empty. */
struct tw_aki {
	struct tw_slice id, issuer, serial;
};
struct tw_extension {
	struct tw_slice oid, value;
	bool critical;
};

/* ---- certs.c ---- */
/* Gives one the elements that b holds whole, as tw_certs_each does; what is left
 * moves to b's front. *before counts the bytes that came before b. eof: nothing
 * follows. -1 after tw_error. */
int tw_certs_some(struct tw_buf *b, uint64_t *before, bool eof, const char *path,
		int (*one)(void *arg, struct tw_slice all, struct tw_slice der, bool blob), void *arg) TW_CHECK;

/* ---- der.c ---- */
static inline struct tw_der tw_der_in(struct tw_slice s)
{
	struct tw_der d = { s, false };
	return d;
}
/* Does the next element bear this tag? */
static inline bool tw_der_is(const struct tw_der *d, uint8_t tag)
{
	return d->s.n > 0 && d->s.p[0] == tag;
}
/* tw_der_next, with its common case, a length of one octet, in line: reading a
 * certificate is some hundred of these. */
static inline int tw_der_step(struct tw_der *d, struct tw_tlv *t)
{
	const uint8_t *p = d->s.p;
	if (d->s.n < 2 || p[1] >= 0x80 || (p[0] & 0x1f) == 0x1f || p[1] > d->s.n - 2)
		return tw_der_next(d, t);
	t->tag = p[0];
	t->all = (struct tw_slice){ p, (size_t)p[1] + 2 };
	t->body = (struct tw_slice){ p + 2, p[1] };
	d->s.p += t->all.n;
	d->s.n -= t->all.n;
	return 1;
}
/* Takes the next element if it bears tag; false leaves d where it was. */
static inline bool tw_der_take(struct tw_der *d, uint8_t tag, struct tw_slice *body)
{
	struct tw_tlv t;
	if (!tw_der_is(d, tag) || tw_der_step(d, &t) != 1)
		return false;
	*body = t.body;
	return true;
}
/* s is exactly one element with this tag. */
bool tw_der_only(struct tw_slice s, uint8_t tag, struct tw_slice *body);
/* Equal OIDs: most differ in length or in their last octet. */
static inline bool tw_oid_eq(struct tw_slice a, struct tw_slice b)
{
	return a.n == b.n && a.n && a.p[a.n - 1] == b.p[b.n - 1] && tw_slice_eq(a, b);
}
/* s (an OID's content octets) is well formed. */
bool tw_oid_ok(struct tw_slice oid);
/* s (an INTEGER's content octets) is not empty and minimal. */
bool tw_int_minimal(struct tw_slice s);
/* A non-negative INTEGER's content; values past INT32_MAX read as that. */
bool tw_int_small(struct tw_slice s, int32_t *out);
/* A BIT STRING's bytes without its first octet, which must be 0. */
bool tw_bits_whole(struct tw_slice body, struct tw_slice *out);
/* A BIT STRING's content, unused bits and all, is as X.690 8.6 and 11.2 say. */
bool tw_bits_ok(struct tw_slice body);
/* Faults of encoding anywhere inside the elements of s. The INTEGER whose
 * content is serial has rules of its own. */
void tw_der_scan(uint64_t *f, struct tw_slice s, const uint8_t *serial);

/* ---- cert.c ---- */
/* A UTCTime or GeneralizedTime of a real date; fractions are cut. False, with
 * *out as it was, if it is none. Notes what RFC 5280 4.1.2.5 does not have. */
bool tw_der_time(const struct tw_tlv *t, int64_t *out, uint64_t *faults);

/* ---- names.c, general.c ---- */
/* Appends a string of this tag as UTF-8. False (nothing appended): no text. */
bool tw_text_utf8(struct tw_buf *b, uint8_t tag, struct tw_slice s);
/* Notes the faults of a string's characters. */
void tw_check_string(uint64_t *f, uint8_t tag, struct tw_slice s);
/* A Name TLV, or the content of one RDN: -1 if it cannot be decoded. Notes
 * faults of its strings. */
int tw_check_name(uint64_t *f, struct tw_slice name);
int tw_check_rdn(uint64_t *f, struct tw_slice set);
/* The content of GeneralNames: -1 if it cannot be decoded. Counts them. */
int tw_check_names(uint64_t *f, struct tw_slice body, uint32_t *count, bool is_san);
/* One GeneralName, the next of d. */
int tw_check_general(uint64_t *f, struct tw_der *d, bool is_san);

/* ---- extensions.c and the decoders it calls (policies.c, points.c) ---- */
/* The content of [3]: extensions. */
void tw_extensions_read(struct tw_cert *c, struct tw_slice body);
/* 0 decoded, -1 not, 1 decoded but not processed if critical. */
int tw_ext_policies(struct tw_cert *c, struct tw_slice v);
int tw_ext_mappings(struct tw_cert *c, struct tw_slice v);
int tw_ext_constraints(struct tw_cert *c, struct tw_slice v);
int tw_ext_inhibit_any(struct tw_cert *c, struct tw_slice v);
int tw_ext_crldp(struct tw_cert *c, struct tw_slice v);
int tw_ext_freshest(struct tw_cert *c, struct tw_slice v);
int tw_ext_access(struct tw_cert *c, struct tw_slice v);
int tw_ext_aki(struct tw_cert *c, struct tw_slice v);
/* The same extensions where they stand in a CRL: v is extnValue's content. */
int tw_read_aki(uint64_t *f, struct tw_slice v, struct tw_aki *out);
int tw_read_points(uint64_t *f, struct tw_slice v);
/* The content of a DistributionPointName's [0]. */
int tw_read_point_name(uint64_t *f, struct tw_slice body, struct tw_point *p);
/* ReasonFlags, implicitly tagged: bit i is 1 << i. False: no BIT STRING. */
bool tw_read_reasons(uint64_t *f, struct tw_slice v, uint32_t *reasons);
/* Extension: extnID, critical DEFAULT FALSE, extnValue. False: not readable,
 * with what was read of oid and critical. */
bool tw_read_extension(uint64_t *f, struct tw_slice body, struct tw_extension *e);
int tw_ext_name_constraints(struct tw_cert *c, struct tw_slice v);

/* ---- keys.c ---- */
/* Fills key, key_bits, rsa_*, curve from c->spki. */
void tw_key_read(struct tw_cert *c);
/* Takes AlgorithmIdentifier's parts out of its whole TLV. */
bool tw_algorithm(struct tw_slice all, struct tw_slice *oid, struct tw_slice *params);

#endif
