/* ocsp.c: OCSPResponse and BasicOCSPResponse (RFC 6960 4.2.1). */
#include "cert/ocsp.h"
#include "cert/internal.h"

#include <string.h>

#define OID(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static void unusable(struct tw_ocsp *o, const char *why)
{
	if (o->usable)
		o->why = why;
	o->usable = false;
}

static bool take_whole(struct tw_der *d, uint8_t tag, struct tw_tlv *t)
{
	return tw_der_is(d, tag) && tw_der_next(d, t) == 1;
}

/* An explicit [n] that holds one element with this tag. */
static bool explicit_one(struct tw_slice outer, uint8_t tag, struct tw_tlv *t)
{
	struct tw_der d = tw_der_in(outer);
	return take_whole(&d, tag, t) && d.s.n == 0;
}

/* GeneralizedTime (4.2.1); unread stands for one that is no real date. */
static bool take_time(struct tw_der *d, int64_t unread, int64_t *out, uint64_t *faults)
{
	struct tw_tlv t;
	if (!take_whole(d, TW_GENERALIZED_TIME, &t))
		return false;
	if (!tw_der_time(&t, out, faults))
		*out = unread;
	return true;
}

/* Extensions whose criticality nobody has to answer for: nonce (8954), CRL
 * references and archive cutoff (6960 4.4). */
static bool harmless(struct tw_slice oid)
{
	static const struct tw_slice known[] = { OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x02"),
		OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x03"), OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x06") };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (tw_slice_eq(known[i], oid))
			return true;
	return false;
}

/* The content of an explicit [1] Extensions. False: not decodable. */
static bool extensions(uint64_t *f, struct tw_slice outer, bool *unknown_critical)
{
	struct tw_slice list, one;
	struct tw_extension e;
	if (!tw_der_only(outer, TW_SEQUENCE, &list))
		return false;
	struct tw_der d = tw_der_in(list);
	while (tw_der_take(&d, TW_SEQUENCE, &one)) {
		if (!tw_read_extension(f, one, &e))
			return false;
		*unknown_critical = *unknown_critical || (e.critical && !harmless(e.oid));
	}
	return d.s.n == 0;
}

static bool read_id(struct tw_ocsp_single *s, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_tlv alg;
	struct tw_slice params;
	return take_whole(&d, TW_SEQUENCE, &alg) && tw_algorithm(alg.all, &s->hash_oid, &params) &&
		tw_der_take(&d, TW_OCTET_STRING, &s->name_hash) && tw_der_take(&d, TW_OCTET_STRING, &s->key_hash) &&
		tw_der_take(&d, TW_INTEGER, &s->serial) && s->serial.n > 0 && d.s.n == 0;
}

static bool read_revoked(struct tw_ocsp_single *s, struct tw_slice body, uint64_t *faults)
{
	struct tw_der d = tw_der_in(body);
	struct tw_slice outer;
	struct tw_tlv t;
	int32_t reason;
	s->state = TW_OCSP_REVOKED;
	if (!take_time(&d, TW_TIME_MIN, &s->revoked_at, faults))
		return false;
	if (tw_der_take(&d, 0xa0, &outer)) {
		if (!explicit_one(outer, TW_ENUMERATED, &t) || !tw_int_small(t.body, &reason))
			return false;
		s->reason = reason;
	}
	return d.s.n == 0;
}

static bool read_state(struct tw_ocsp_single *s, struct tw_der *d, uint64_t *faults)
{
	struct tw_tlv t;
	if (tw_der_next(d, &t) != 1)
		return false;
	if (t.tag == 0xa1)
		return read_revoked(s, t.body, faults);
	s->state = t.tag == 0x80 ? TW_OCSP_GOOD : TW_OCSP_UNKNOWN;
	return (t.tag == 0x80 || t.tag == 0x82) && t.body.n == 0;
}

static bool read_single(struct tw_ocsp_single *s, struct tw_slice body, uint64_t *faults)
{
	struct tw_der d = tw_der_in(body), in;
	struct tw_slice id, outer;
	*s = (struct tw_ocsp_single){ .reason = -1, .next_update = TW_TIME_MAX };
	if (!tw_der_take(&d, TW_SEQUENCE, &id) || !read_id(s, id) || !read_state(s, &d, faults) ||
			!take_time(&d, TW_TIME_MAX, &s->this_update, faults))
		return false;
	s->has_next_update = tw_der_take(&d, 0xa0, &outer);
	if (s->has_next_update) {
		in = tw_der_in(outer);
		if (!take_time(&in, TW_TIME_MIN, &s->next_update, faults) || in.s.n)
			return false;
	}
	if (tw_der_take(&d, 0xa1, &outer) && !extensions(faults, outer, &s->unknown_critical))
		return false;
	return d.s.n == 0;
}

int tw_ocsp_next(struct tw_der *d, struct tw_ocsp_single *s)
{
	struct tw_slice body;
	uint64_t faults = 0;
	if (d->s.n == 0)
		return 0;
	return tw_der_take(d, TW_SEQUENCE, &body) && read_single(s, body, &faults) ? 1 : -1;
}

static bool read_responder(struct tw_ocsp *o, struct tw_der *d)
{
	struct tw_slice outer;
	struct tw_tlv t;
	if (tw_der_take(d, 0xa1, &outer)) {
		if (!explicit_one(outer, TW_SEQUENCE, &t))
			return false;
		o->responder_name = t.all;
		return true;
	}
	if (!tw_der_take(d, 0xa2, &outer) || !explicit_one(outer, TW_OCTET_STRING, &t))
		return false;
	o->responder_key = t.body;
	return true;
}

static const char *read_data(struct tw_ocsp *o, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body), in;
	struct tw_slice v, one;
	struct tw_ocsp_single s;
	bool critical = false;
	if (tw_der_take(&d, 0xa0, &v)) { /* v1 is the default and the only one */
		tw_fault(&o->faults, TW_FAULT_VERSION_DEFAULT);
		if (!tw_der_only(v, TW_INTEGER, &one) || one.n != 1 || one.p[0] != 0)
			return "its version is not known";
	}
	if (!read_responder(o, &d))
		return "no responderID";
	if (!take_time(&d, TW_TIME_MAX, &o->produced_at, &o->faults))
		return "no producedAt";
	if (!tw_der_take(&d, TW_SEQUENCE, &o->responses))
		return "no responses";
	in = tw_der_in(o->responses);
	while (tw_der_take(&in, TW_SEQUENCE, &one))
		if (!read_single(&s, one, &o->faults))
			return "a SingleResponse cannot be decoded";
	if (in.s.n)
		return "a SingleResponse cannot be decoded";
	if (tw_der_take(&d, 0xa1, &v) && !extensions(&o->faults, v, &critical))
		return "the extensions cannot be decoded";
	if (critical)
		unusable(o, "a critical extension is not known");
	return d.s.n ? "an element stands where none may be" : NULL;
}

static const char *read_basic(struct tw_ocsp *o, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body), in;
	struct tw_tlv data, t;
	struct tw_slice outer, one;
	if (!take_whole(&d, TW_SEQUENCE, &data))
		return "no ResponseData";
	o->tbs = data.all;
	if (!take_whole(&d, TW_SEQUENCE, &t) || !tw_algorithm(t.all, &o->sig_oid, &o->sig_params))
		return "no signature algorithm";
	o->sig_alg = t.all;
	if (!take_whole(&d, TW_BIT_STRING, &t) || t.body.n == 0)
		return "no signature";
	if (!tw_bits_whole(t.body, &o->signature))
		o->signature.p = t.body.p;
	if (tw_der_take(&d, 0xa0, &outer)) {
		if (!tw_der_only(outer, TW_SEQUENCE, &o->certs))
			return "the certificates cannot be decoded";
		in = tw_der_in(o->certs);
		while (tw_der_take(&in, TW_SEQUENCE, &one))
			;
		if (in.s.n)
			return "the certificates cannot be decoded";
	}
	return d.s.n ? "an element stands where none may be" : read_data(o, data.body);
}

static const char *read_response(struct tw_ocsp *o, struct tw_slice body)
{
	static const struct tw_slice basic = OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x01");
	struct tw_der d = tw_der_in(body);
	struct tw_slice v, bytes, oid, inner;
	int32_t status;
	if (!tw_der_take(&d, TW_ENUMERATED, &v) || !tw_int_small(v, &status))
		return "no responseStatus";
	o->status = status;
	if (status != TW_OCSP_SUCCESSFUL) {
		unusable(o, "the responder reports an error");
		return NULL;
	}
	if (!tw_der_take(&d, 0xa0, &v) || d.s.n || !tw_der_only(v, TW_SEQUENCE, &bytes))
		return "no responseBytes";
	d = tw_der_in(bytes);
	if (!tw_der_take(&d, TW_OID, &oid) || !tw_der_take(&d, TW_OCTET_STRING, &v) || d.s.n)
		return "no responseBytes";
	if (!tw_slice_eq(oid, basic)) {
		unusable(o, "no BasicOCSPResponse");
		return NULL;
	}
	if (!tw_der_only(v, TW_SEQUENCE, &inner))
		return "no BasicOCSPResponse";
	tw_der_scan(&o->faults, v, NULL);
	return read_basic(o, inner);
}

void tw_ocsp_read(struct tw_ocsp *o, struct tw_slice der)
{
	struct tw_slice body;
	const char *why = "no whole SEQUENCE";
	*o = (struct tw_ocsp){ .der = der, .usable = true };
	if (tw_der_only(der, TW_SEQUENCE, &body))
		why = read_response(o, body);
	if (why)
		*o = (struct tw_ocsp){ .der = der, .why = why };
	o->readable = !why;
}
