/* points.c: the extensions built of GeneralNames beside the SAN: distribution
 * points, access descriptions, authority key, name constraints. */
#include "cert/internal.h"

/* DistributionPointName: [0] fullName | [1] nameRelativeToCRLIssuer. */
static int point_name(uint64_t *f, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_slice v;
	uint32_t count;
	if (tw_der_take(&d, 0xa0, &v))
		return tw_check_names(f, v, &count, false) || d.s.n ? -1 : 0;
	if (tw_der_take(&d, 0xa1, &v))
		return tw_check_rdn(f, v) || d.s.n ? -1 : 0;
	return -1;
}

/* An implicitly tagged BIT STRING: false where it is none. */
static bool bits(uint64_t *f, struct tw_slice v)
{
	if (v.n == 0 || v.p[0] > 7 || (v.n == 1 && v.p[0]))
		return false;
	if (!tw_bits_ok(v))
		tw_fault(f, TW_FAULT_FORM);
	return true;
}

/* DistributionPoint, RFC 5280 4.2.1.13. */
static int point(uint64_t *f, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_slice v;
	uint32_t count;
	bool somewhere = false;
	if (tw_der_take(&d, 0xa0, &v)) {
		somewhere = true;
		if (point_name(f, v))
			return -1;
	}
	if (tw_der_take(&d, 0x81, &v) && !bits(f, v))
		return -1;
	if (tw_der_take(&d, 0xa2, &v)) {
		somewhere = true;
		if (tw_check_names(f, v, &count, false))
			return -1;
	}
	if (!somewhere)
		tw_fault(f, TW_FAULT_POINT_EMPTY);
	return d.s.n ? -1 : 0;
}

int tw_ext_freshest(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice body, one;
	if (!tw_der_only(v, TW_SEQUENCE, &body))
		return -1;
	if (body.n == 0)
		tw_fault(&c->faults, TW_FAULT_LIST_EMPTY);
	struct tw_der d = tw_der_in(body);
	while (tw_der_take(&d, TW_SEQUENCE, &one))
		if (point(&c->faults, one))
			return -1;
	return d.s.n ? -1 : 0;
}

int tw_ext_crldp(struct tw_cert *c, struct tw_slice v)
{
	if (tw_ext_freshest(c, v))
		return -1;
	c->crldp = v;
	return 0;
}

/* AuthorityInfoAccess and SubjectInfoAccess, 4.2.2. */
int tw_ext_access(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice body, one, oid;
	if (!tw_der_only(v, TW_SEQUENCE, &body))
		return -1;
	if (body.n == 0)
		tw_fault(&c->faults, TW_FAULT_LIST_EMPTY);
	struct tw_der d = tw_der_in(body);
	while (tw_der_take(&d, TW_SEQUENCE, &one)) {
		struct tw_der in = tw_der_in(one);
		if (!tw_der_take(&in, TW_OID, &oid) || !tw_oid_ok(oid) || tw_check_general(&c->faults, &in, false) || in.s.n)
			return -1;
	}
	return d.s.n ? -1 : 0;
}

/* AuthorityKeyIdentifier, 4.2.1.1: issuer and serial come together. */
int tw_ext_aki(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice body, id = { 0, 0 }, issuer = { 0, 0 }, serial = { 0, 0 };
	uint32_t count;
	if (!tw_der_only(v, TW_SEQUENCE, &body))
		return -1;
	struct tw_der d = tw_der_in(body);
	tw_der_take(&d, 0x80, &id);
	bool has_issuer = tw_der_take(&d, 0xa1, &issuer);
	if (has_issuer && tw_check_names(&c->faults, issuer, &count, false))
		return -1;
	bool has_serial = tw_der_take(&d, 0x82, &serial);
	if (d.s.n || (has_serial && serial.n == 0))
		return -1;
	if (has_issuer != has_serial)
		tw_fault(&c->faults, TW_FAULT_AKI_PAIR);
	if (has_serial && !tw_int_minimal(serial))
		tw_fault(&c->faults, TW_FAULT_SERIAL_PADDED);
	c->aki = id;
	c->aki_issuer = issuer;
	c->aki_serial = serial;
	return 0;
}

/* GeneralSubtrees; what minimum and maximum hold is judged with the names. */
static int subtrees(uint64_t *f, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_slice one, v;
	int32_t n;
	while (tw_der_take(&d, TW_SEQUENCE, &one)) {
		struct tw_der in = tw_der_in(one);
		if (tw_check_general(f, &in, false))
			return -1;
		for (uint8_t tag = 0x80; tag <= 0x81; tag++)
			if (tw_der_take(&in, tag, &v)) {
				if (!tw_int_small(v, &n))
					return -1;
				if (!tw_int_minimal(v))
					tw_fault(f, TW_FAULT_FORM);
			}
		if (in.s.n)
			return -1;
	}
	return d.s.n ? -1 : 0;
}

/* NameConstraints, 4.2.1.10. */
int tw_ext_name_constraints(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice body, list;
	if (!tw_der_only(v, TW_SEQUENCE, &body))
		return -1;
	struct tw_der d = tw_der_in(body);
	for (uint8_t tag = 0xa0; tag <= 0xa1; tag++)
		if (tw_der_take(&d, tag, &list) && subtrees(&c->faults, list))
			return -1;
	if (d.s.n)
		return -1;
	c->name_constraints = v;
	return 0;
}
