/* general.c: GeneralName (RFC 5280 4.2.1.6) and the walk over a SAN. */
#include "cert/internal.h"

/* Identifier octets by tag number: which forms are constructed. */
static const uint8_t form[9] = { 0xa0, 0x81, 0x82, 0xa3, 0xa4, 0xa5, 0x86, 0x87, 0x88 };

/* otherName: type-id, [0] EXPLICIT value. */
static int other_name(struct tw_slice body)
{
	struct tw_der d = tw_der_in(body), in;
	struct tw_slice oid, value;
	struct tw_tlv t;
	if (!tw_der_take(&d, TW_OID, &oid) || !tw_oid_ok(oid) || !tw_der_take(&d, 0xa0, &value) || d.s.n)
		return -1;
	in = tw_der_in(value);
	return tw_der_next(&in, &t) == 1 && in.s.n == 0 ? 0 : -1;
}

/* EDIPartyName: [0] nameAssigner OPTIONAL, [1] partyName, both DirectoryString
 * and therefore explicit. */
static int edi_party(uint64_t *f, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_slice v;
	bool party = false;
	for (uint8_t tag = 0xa0; tag <= 0xa1; tag++)
		if (tw_der_take(&d, tag, &v)) {
			struct tw_der in = tw_der_in(v);
			struct tw_tlv t;
			if (tw_der_next(&in, &t) != 1 || in.s.n)
				return -1;
			tw_check_string(f, t.tag, t.body);
			party = tag == 0xa1;
		}
	if (!party)
		tw_fault(f, TW_FAULT_EDI_PARTY);
	return d.s.n ? -1 : 0;
}

int tw_check_general(uint64_t *f, struct tw_der *d, bool is_san)
{
	struct tw_slice v;
	int kind;
	if (tw_san_next(d, &kind, &v) != 1)
		return -1;
	switch (kind) {
	case 0:
		return other_name(v);
	case 1:
	case 2:
	case 6:
		tw_check_string(f, TW_IA5, v);
		return 0;
	case 4:
		return tw_check_name(f, v);
	case 5:
		return edi_party(f, v);
	case 7: /* a subtree's base is twice as long and judged there */
		if (is_san && v.n != 4 && v.n != 16)
			tw_fault(f, TW_FAULT_SAN_ADDRESS);
		return 0;
	case 8:
		return tw_oid_ok(v) ? 0 : -1;
	default: /* x400Address: any content */
		return 0;
	}
}

int tw_check_names(uint64_t *f, struct tw_slice body, uint32_t *count, bool is_san)
{
	struct tw_der d = tw_der_in(body);
	*count = 0;
	while (d.s.n) {
		if (tw_check_general(f, &d, is_san))
			return -1;
		++*count;
	}
	if (*count == 0) /* SIZE (1..MAX) */
		tw_fault(f, TW_FAULT_LIST_EMPTY);
	return 0;
}

void tw_san_start(struct tw_der *d, struct tw_slice san)
{
	struct tw_slice body = { 0, 0 };
	if (!tw_der_only(san, TW_SEQUENCE, &body))
		body = (struct tw_slice){ 0, 0 };
	*d = tw_der_in(body);
}

int tw_san_next(struct tw_der *d, int *kind, struct tw_slice *value)
{
	struct tw_tlv t;
	int r = tw_der_next(d, &t);
	if (r != 1)
		return r;
	unsigned n = t.tag & 0x1f;
	if (n >= sizeof form || t.tag != form[n])
		return -1;
	*kind = (int)n;
	*value = t.body;
	return 1;
}
