/* points.c: the extensions built of GeneralNames beside the SAN: distribution
 * points, access descriptions, authority key, name constraints. */
#include "cert/internal.h"

int tw_read_point_name(uint64_t *f, struct tw_slice body, struct tw_point *p)
{
	struct tw_der d = tw_der_in(body);
	uint32_t count;
	p->named = true;
	if (tw_der_take(&d, 0xa0, &p->full_name))
		return tw_check_names(f, p->full_name, &count, false) || d.s.n ? -1 : 0;
	if (tw_der_take(&d, 0xa1, &p->relative))
		return tw_check_rdn(f, p->relative) || d.s.n ? -1 : 0;
	return -1;
}

bool tw_read_reasons(uint64_t *f, struct tw_slice v, uint32_t *reasons)
{
	*reasons = 0;
	if (v.n == 0 || v.p[0] > 7 || (v.n == 1 && v.p[0]))
		return false;
	if (!tw_bits_ok(v))
		tw_fault(f, TW_FAULT_FORM);
	for (size_t i = 0; i < 9 && 1 + i / 8 < v.n; i++)
		if (v.p[1 + i / 8] & 0x80 >> i % 8)
			*reasons |= 1u << i;
	return true;
}

/* DistributionPoint, RFC 5280 4.2.1.13. */
static int point(uint64_t *f, struct tw_slice body, struct tw_point *p)
{
	struct tw_der d = tw_der_in(body);
	struct tw_slice v;
	uint32_t count;
	*p = (struct tw_point){ .named = false };
	if (tw_der_take(&d, 0xa0, &v) && tw_read_point_name(f, v, p))
		return -1;
	if (tw_der_take(&d, 0x81, &v)) {
		p->has_reasons = true;
		if (!tw_read_reasons(f, v, &p->reasons))
			return -1;
	}
	bool issuer = tw_der_take(&d, 0xa2, &p->crl_issuer);
	if (issuer && tw_check_names(f, p->crl_issuer, &count, false))
		return -1;
	if (!p->named && !issuer)
		tw_fault(f, TW_FAULT_POINT_EMPTY);
	return d.s.n ? -1 : 0;
}

int tw_points_next(struct tw_der *d, struct tw_point *p)
{
	uint64_t faults = 0;
	struct tw_slice one;
	if (d->s.n == 0)
		return 0;
	return tw_der_take(d, TW_SEQUENCE, &one) && point(&faults, one, p) == 0 ? 1 : -1;
}

int tw_read_points(uint64_t *f, struct tw_slice v)
{
	struct tw_slice body, one;
	struct tw_point p;
	if (!tw_der_only(v, TW_SEQUENCE, &body))
		return -1;
	if (body.n == 0)
		tw_fault(f, TW_FAULT_LIST_EMPTY);
	struct tw_der d = tw_der_in(body);
	while (tw_der_take(&d, TW_SEQUENCE, &one))
		if (point(f, one, &p))
			return -1;
	return d.s.n ? -1 : 0;
}

int tw_ext_freshest(struct tw_cert *c, struct tw_slice v)
{
	return tw_read_points(&c->faults, v);
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
int tw_read_aki(uint64_t *f, struct tw_slice v, struct tw_aki *out)
{
	struct tw_slice body;
	struct tw_aki a = { .id = { 0, 0 } };
	uint32_t count;
	if (!tw_der_only(v, TW_SEQUENCE, &body))
		return -1;
	struct tw_der d = tw_der_in(body);
	tw_der_take(&d, 0x80, &a.id);
	bool has_issuer = tw_der_take(&d, 0xa1, &a.issuer);
	if (has_issuer && tw_check_names(f, a.issuer, &count, false))
		return -1;
	bool has_serial = tw_der_take(&d, 0x82, &a.serial);
	if (d.s.n || (has_serial && a.serial.n == 0))
		return -1;
	if (has_issuer != has_serial)
		tw_fault(f, TW_FAULT_AKI_PAIR);
	if (has_serial && !tw_int_minimal(a.serial))
		tw_fault(f, TW_FAULT_SERIAL_PADDED);
	*out = a;
	return 0;
}

int tw_ext_aki(struct tw_cert *c, struct tw_slice v)
{
	struct tw_aki a;
	if (tw_read_aki(&c->faults, v, &a))
		return -1;
	c->aki = a.id;
	c->aki_issuer = a.issuer;
	c->aki_serial = a.serial;
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
