/* policies.c: certificatePolicies, policyMappings, policyConstraints and
 * inhibitAnyPolicy (RFC 5280 4.2.1.4, .5, .11, .14). */
#include "cert/internal.h"

#include <stdlib.h>
#include <string.h>

#define OID(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static const struct tw_slice cps = OID("\x2b\x06\x01\x05\x05\x07\x02\x01");
static const struct tw_slice notice = OID("\x2b\x06\x01\x05\x05\x07\x02\x02");

/* DisplayText. */
static bool display_text(uint64_t *f, struct tw_der *d)
{
	struct tw_tlv t;
	if (tw_der_next(d, &t) != 1 || (t.tag != TW_IA5 && t.tag != TW_VISIBLE && t.tag != TW_BMP && t.tag != TW_UTF8))
		return false;
	tw_check_string(f, t.tag, t.body);
	return true;
}

/* NoticeReference: organization, noticeNumbers. */
static bool notice_ref(uint64_t *f, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body), in;
	struct tw_slice numbers, v;
	if (!display_text(f, &d) || !tw_der_take(&d, TW_SEQUENCE, &numbers) || d.s.n)
		return false;
	in = tw_der_in(numbers);
	while (tw_der_take(&in, TW_INTEGER, &v))
		;
	return in.s.n == 0;
}

static bool user_notice(uint64_t *f, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_slice ref;
	if (tw_der_take(&d, TW_SEQUENCE, &ref) && !notice_ref(f, ref))
		return false;
	return d.s.n == 0 || (display_text(f, &d) && d.s.n == 0);
}

/* PolicyQualifierInfo. -1 not decodable, 1 of a kind not known. */
static int qualifier(uint64_t *f, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_slice oid;
	struct tw_tlv t;
	if (!tw_der_take(&d, TW_OID, &oid) || !tw_oid_ok(oid) || tw_der_next(&d, &t) != 1 || d.s.n)
		return -1;
	if (tw_slice_eq(oid, cps)) {
		tw_check_string(f, TW_IA5, t.body);
		return t.tag == TW_IA5 ? 0 : -1;
	}
	if (tw_slice_eq(oid, notice))
		return t.tag == TW_SEQUENCE && user_notice(f, t.body) ? 0 : -1;
	return 1;
}

/* PolicyInformation: 0, -1 or 1 as qualifier(). */
static int policy(uint64_t *f, struct tw_slice body, struct tw_slice *oid)
{
	struct tw_der d = tw_der_in(body), in;
	struct tw_slice list, one;
	int unknown = 0;
	if (!tw_der_take(&d, TW_OID, oid) || !tw_oid_ok(*oid))
		return -1;
	if (d.s.n == 0)
		return 0;
	if (!tw_der_take(&d, TW_SEQUENCE, &list) || d.s.n)
		return -1;
	if (list.n == 0)
		tw_fault(f, TW_FAULT_LIST_EMPTY); /* SIZE (1..MAX) */
	in = tw_der_in(list);
	while (tw_der_take(&in, TW_SEQUENCE, &one)) {
		int r = qualifier(f, one);
		if (r < 0)
			return -1;
		unknown |= r;
	}
	return in.s.n ? -1 : unknown;
}

static int by_bytes(const void *a, const void *b)
{
	return tw_slice_cmp(*(const struct tw_slice *)a, *(const struct tw_slice *)b);
}

/* Is a policy named twice? Sorted, so that a hostile list of 100,000 does not
 * cost its square; the few of a usual one need no memory of their own. */
static bool twice(struct tw_slice body)
{
	struct tw_slice few[16], *oid = few, one;
	size_t n = 0, cap = sizeof few / sizeof *few;
	struct tw_der d = tw_der_in(body), in;
	bool found = false;
	while (tw_der_take(&d, TW_SEQUENCE, &one)) {
		if (n == cap) {
			oid = tw_realloc(oid == few ? NULL : oid, cap *= 2, sizeof *oid);
			if (n == sizeof few / sizeof *few)
				memcpy(oid, few, sizeof few);
		}
		in = tw_der_in(one);
		if (!tw_der_take(&in, TW_OID, &oid[n]))
			break;
		n++;
	}
	qsort(oid, n, sizeof *oid, by_bytes);
	for (size_t i = 1; i < n && !found; i++)
		found = tw_slice_eq(oid[i - 1], oid[i]);
	if (oid != few)
		free(oid);
	return found;
}

int tw_ext_policies(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice body, one, oid;
	int unknown = 0;
	if (!tw_der_only(v, TW_SEQUENCE, &body))
		return -1;
	struct tw_der d = tw_der_in(body);
	while (tw_der_take(&d, TW_SEQUENCE, &one)) {
		int r = policy(&c->faults, one, &oid);
		if (r < 0)
			return -1;
		unknown |= r;
	}
	if (d.s.n)
		return -1;
	if (body.n == 0)
		tw_fault(&c->faults, TW_FAULT_LIST_EMPTY);
	if (twice(body))
		tw_fault(&c->faults, TW_FAULT_POLICY_TWICE);
	c->policies = v;
	return unknown;
}

int tw_ext_mappings(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice body, one, from, to;
	if (!tw_der_only(v, TW_SEQUENCE, &body))
		return -1;
	struct tw_der d = tw_der_in(body);
	while (tw_der_take(&d, TW_SEQUENCE, &one)) {
		struct tw_der in = tw_der_in(one);
		if (!tw_der_take(&in, TW_OID, &from) || !tw_oid_ok(from) || !tw_der_take(&in, TW_OID, &to) ||
				!tw_oid_ok(to) || in.s.n)
			return -1;
	}
	if (d.s.n)
		return -1;
	if (body.n == 0)
		tw_fault(&c->faults, TW_FAULT_LIST_EMPTY);
	c->policy_mappings = v;
	return 0;
}

int tw_ext_constraints(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice body, n;
	int32_t explicit_policy = -1, mapping = -1;
	if (!tw_der_only(v, TW_SEQUENCE, &body))
		return -1;
	struct tw_der d = tw_der_in(body);
	if (tw_der_take(&d, 0x80, &n) && !tw_int_small(n, &explicit_policy))
		return -1;
	if (explicit_policy >= 0 && !tw_int_minimal(n))
		tw_fault(&c->faults, TW_FAULT_FORM);
	if (tw_der_take(&d, 0x81, &n) && !tw_int_small(n, &mapping))
		return -1;
	if (mapping >= 0 && !tw_int_minimal(n))
		tw_fault(&c->faults, TW_FAULT_FORM);
	if (d.s.n)
		return -1;
	if (body.n == 0)
		tw_fault(&c->faults, TW_FAULT_LIST_EMPTY);
	c->require_explicit = explicit_policy;
	c->inhibit_mapping = mapping;
	return 0;
}

int tw_ext_inhibit_any(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice n;
	return tw_der_only(v, TW_INTEGER, &n) && tw_int_small(n, &c->inhibit_any) ? 0 : -1;
}

int tw_policies_next(struct tw_der *d, struct tw_slice *oid, struct tw_slice *qualifiers)
{
	struct tw_slice one;
	*qualifiers = (struct tw_slice){ 0, 0 };
	if (d->s.n == 0)
		return 0;
	if (!tw_der_take(d, TW_SEQUENCE, &one))
		return -1;
	struct tw_der in = tw_der_in(one);
	if (!tw_der_take(&in, TW_OID, oid) || (in.s.n && !tw_der_take(&in, TW_SEQUENCE, qualifiers)))
		return -1;
	return in.s.n ? -1 : 1;
}

bool tw_oid_is_any_policy(struct tw_slice oid)
{
	static const struct tw_slice any = OID("\x55\x1d\x20\x00");
	return tw_slice_eq(oid, any);
}

int tw_mappings_next(struct tw_der *d, struct tw_slice *from, struct tw_slice *to)
{
	struct tw_slice one;
	if (d->s.n == 0)
		return 0;
	if (!tw_der_take(d, TW_SEQUENCE, &one))
		return -1;
	struct tw_der in = tw_der_in(one);
	return tw_der_take(&in, TW_OID, from) && tw_der_take(&in, TW_OID, to) && in.s.n == 0 ? 1 : -1;
}
