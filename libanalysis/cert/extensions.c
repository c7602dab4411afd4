/* extensions.c: the list of extensions (RFC 5280 4.2), each known one decoded
 * to its end. Of a repeated one the first counts; one that cannot be decoded
 * is a fault, and if critical stands as an unknown critical extension. */
#include "cert/internal.h"

static int basic_constraints(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice body, b;
	int32_t len = -1;
	bool ca = false;
	if (!tw_der_only(v, TW_SEQUENCE, &body))
		return -1;
	struct tw_der d = tw_der_in(body);
	if (tw_der_take(&d, TW_BOOLEAN, &b)) { /* an explicit FALSE is tolerated */
		if (b.n != 1)
			return -1;
		ca = b.p[0] != 0;
	}
	if (tw_der_take(&d, TW_INTEGER, &b) && !tw_int_small(b, &len))
		return -1;
	if (d.s.n)
		return -1;
	c->ca = ca;
	c->path_length = len;
	return 0;
}

static int key_usage(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice bits;
	if (!tw_der_only(v, TW_BIT_STRING, &bits) || bits.n == 0 || bits.p[0] > 7 || (bits.n == 1 && bits.p[0]))
		return -1;
	uint32_t usage = 0;
	size_t have = (bits.n - 1) * 8 - bits.p[0];
	bool any = false;
	for (size_t i = 0; i < have && i < 9; i++)
		if (bits.p[1 + i / 8] & 0x80 >> i % 8)
			usage |= 1u << i;
	for (size_t i = 1; i < bits.n; i++)
		any = any || bits.p[i];
	if (!any)
		tw_fault(&c->faults, TW_FAULT_KEY_USAGE_NONE);
	c->key_usage = usage;
	return 0;
}

#define OID(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static uint32_t purpose(struct tw_slice oid)
{
	static const struct {
		struct tw_slice oid;
		uint32_t bit;
	} known[] = {
		{ OID("\x2b\x06\x01\x05\x05\x07\x03\x01"), TW_EKU_SERVER },
		{ OID("\x2b\x06\x01\x05\x05\x07\x03\x02"), TW_EKU_CLIENT },
		{ OID("\x2b\x06\x01\x05\x05\x07\x03\x03"), TW_EKU_CODE },
		{ OID("\x2b\x06\x01\x05\x05\x07\x03\x04"), TW_EKU_EMAIL },
		{ OID("\x2b\x06\x01\x05\x05\x07\x03\x08"), TW_EKU_TIMESTAMP },
		{ OID("\x2b\x06\x01\x05\x05\x07\x03\x09"), TW_EKU_OCSP },
		{ OID("\x55\x1d\x25\x00"), TW_EKU_ANY },
		{ OID("\x2b\x06\x01\x04\x01\x82\x37\x0a\x03\x03"), TW_EKU_SGC_MS },
		{ OID("\x60\x86\x48\x01\x86\xf8\x42\x04\x01"), TW_EKU_SGC_NS },
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (tw_oid_eq(known[i].oid, oid))
			return known[i].bit;
	return TW_EKU_OTHER;
}

static int ext_key_usage(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice body, oid;
	uint32_t eku = 0;
	if (!tw_der_only(v, TW_SEQUENCE, &body))
		return -1;
	struct tw_der d = tw_der_in(body);
	while (tw_der_take(&d, TW_OID, &oid)) {
		if (!tw_oid_ok(oid))
			return -1;
		eku |= purpose(oid);
	}
	if (d.s.n)
		return -1;
	if (eku == 0)
		tw_fault(&c->faults, TW_FAULT_LIST_EMPTY);
	c->eku = eku;
	c->ext_key_usage = v;
	return 0;
}

static int san(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice body;
	uint32_t count;
	if (!tw_der_only(v, TW_SEQUENCE, &body) || tw_check_names(&c->faults, body, &count, true))
		return -1;
	c->san = v;
	c->san_count = count;
	return 0;
}

static int ian(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice body;
	uint32_t count;
	return tw_der_only(v, TW_SEQUENCE, &body) && !tw_check_names(&c->faults, body, &count, true) ? 0 : -1;
}

static int ski(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice id;
	if (!tw_der_only(v, TW_OCTET_STRING, &id))
		return -1;
	c->ski = id;
	return 0;
}

static int null(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice none;
	(void)c;
	return tw_der_only(v, TW_NULL, &none) && none.n == 0 ? 0 : -1;
}

/* SignedCertificateTimestampList inside an OCTET STRING, RFC 6962 3.3: its
 * lengths must fit. */
static int scts(struct tw_cert *c, struct tw_slice v)
{
	struct tw_slice list;
	if (!tw_der_only(v, TW_OCTET_STRING, &list) || list.n < 2)
		return -1;
	size_t left = (size_t)list.p[0] << 8 | list.p[1], at = 2;
	if (left != list.n - 2)
		return -1;
	while (at < list.n) {
		if (list.n - at < 2)
			return -1;
		size_t one = (size_t)list.p[at] << 8 | list.p[at + 1];
		at += 2;
		if (one == 0 || one > list.n - at)
			return -1;
		at += one;
	}
	c->scts = (struct tw_slice){ list.p + 2, list.n - 2 };
	return 0;
}

int tw_scts_next(struct tw_der *d, struct tw_slice *log, uint64_t *ms)
{
	enum { HEAD = 1 + 32 + 8 }; /* version, log ID, time */
	while (d->s.n) {
		size_t n = d->s.n < 2 ? SIZE_MAX : (size_t)d->s.p[0] << 8 | d->s.p[1];
		if (d->s.n < 2 || n > d->s.n - 2)
			return -1;
		const uint8_t *p = d->s.p + 2;
		d->s.p += 2 + n;
		d->s.n -= 2 + n;
		if (n == 0 || p[0] != 0) /* of a version not known */
			continue;
		if (n < HEAD)
			return -1;
		*log = (struct tw_slice){ p + 1, 32 };
		*ms = 0;
		for (int i = 33; i < HEAD; i++)
			*ms = *ms << 8 | p[i];
		return 1;
	}
	return 0;
}

void tw_list_start(struct tw_der *d, struct tw_slice list)
{
	tw_san_start(d, list);
}

int tw_oids_next(struct tw_der *d, struct tw_slice *oid)
{
	if (d->s.n == 0)
		return 0;
	return tw_der_take(d, TW_OID, oid) ? 1 : -1;
}

struct known {
	struct tw_slice oid;
	uint32_t bit;
	int (*read)(struct tw_cert *c, struct tw_slice v);
};

static const struct known known[] = {
	{ OID("\x55\x1d\x13"), TW_EXT_BASIC_CONSTRAINTS, basic_constraints },
	{ OID("\x55\x1d\x0f"), TW_EXT_KEY_USAGE, key_usage },
	{ OID("\x55\x1d\x25"), TW_EXT_EKU, ext_key_usage },
	{ OID("\x55\x1d\x1e"), TW_EXT_NAME_CONSTRAINTS, tw_ext_name_constraints },
	{ OID("\x55\x1d\x20"), TW_EXT_POLICIES, tw_ext_policies },
	{ OID("\x55\x1d\x21"), TW_EXT_POLICY_MAPPINGS, tw_ext_mappings },
	{ OID("\x55\x1d\x24"), TW_EXT_POLICY_CONSTRAINTS, tw_ext_constraints },
	{ OID("\x55\x1d\x36"), TW_EXT_INHIBIT_ANY, tw_ext_inhibit_any },
	{ OID("\x55\x1d\x11"), TW_EXT_SAN, san },
	{ OID("\x55\x1d\x12"), TW_EXT_IAN, ian },
	{ OID("\x55\x1d\x23"), TW_EXT_AKI, tw_ext_aki },
	{ OID("\x55\x1d\x0e"), TW_EXT_SKI, ski },
	{ OID("\x55\x1d\x1f"), TW_EXT_CRLDP, tw_ext_crldp },
	{ OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x05"), TW_EXT_OCSP_NOCHECK, null },
	{ OID("\x55\x1d\x38"), TW_EXT_NO_REV_AVAIL, null },
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x01"), TW_EXT_AIA, tw_ext_access },
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x0b"), TW_EXT_SIA, tw_ext_access },
	{ OID("\x55\x1d\x2e"), TW_EXT_FRESHEST_CRL, tw_ext_freshest },
	{ OID("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02"), TW_EXT_SCT, scts },
	{ OID("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03"), TW_EXT_CT_POISON, null },
};

/* Which extensions were there: bits of the known, OIDs of the others (the
 * first of them; the bound keeps a hostile list from costing its square). */
struct seen {
	uint32_t bits;
	struct tw_slice oid[128];
	size_t n;
};

static bool repeated(struct seen *s, uint32_t bit, struct tw_slice oid)
{
	if (bit != TW_EXT_UNKNOWN) {
		bool again = s->bits & bit;
		s->bits |= bit;
		return again;
	}
	for (size_t i = 0; i < s->n; i++)
		if (tw_slice_eq(s->oid[i], oid))
			return true;
	if (s->n < sizeof s->oid / sizeof *s->oid)
		s->oid[s->n++] = oid;
	return false;
}

static void present(struct tw_cert *c, uint32_t bit, bool critical)
{
	c->ext |= bit;
	if (critical)
		c->critical |= bit;
}

static void decode(struct tw_cert *c, const struct known *k, struct tw_slice value, bool critical)
{
	tw_der_scan(&c->faults, value, NULL);
	int r = k->read(c, value);
	if (r < 0)
		tw_fault(&c->faults, TW_FAULT_EXTENSION_UNREADABLE);
	else
		present(c, k->bit, critical);
	/* Neither one that cannot be decoded nor one with a qualifier that is not
	 * known can be processed: 4.2, 4.2.1.4. */
	if (r && critical)
		present(c, TW_EXT_UNKNOWN, true);
}

bool tw_read_extension(uint64_t *f, struct tw_slice body, struct tw_extension *e)
{
	struct tw_der d = tw_der_in(body);
	struct tw_slice b;
	*e = (struct tw_extension){ .critical = false };
	if (!tw_der_take(&d, TW_OID, &e->oid) || !tw_oid_ok(e->oid)) {
		e->oid.n = 0;
		return false;
	}
	if (tw_der_take(&d, TW_BOOLEAN, &b)) {
		e->critical = b.n && b.p[0];
		if (!e->critical) /* X.690 11.5: no encoded DEFAULT */
			tw_fault(f, TW_FAULT_CRITICAL_DEFAULT);
	}
	return tw_der_take(&d, TW_OCTET_STRING, &e->value) && d.s.n == 0;
}

static bool extension(struct tw_cert *c, struct tw_slice body, struct seen *seen)
{
	struct tw_extension e;
	const struct known *k = NULL;
	bool whole = tw_read_extension(&c->faults, body, &e);
	if (e.oid.n == 0)
		return false;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (tw_oid_eq(known[i].oid, e.oid))
			k = &known[i];
	if (repeated(seen, k ? k->bit : TW_EXT_UNKNOWN, e.oid))
		tw_fault(&c->faults, TW_FAULT_DUPLICATE);
	else if (!k || !whole)
		present(c, TW_EXT_UNKNOWN, e.critical);
	else
		decode(c, k, e.value, e.critical);
	return whole;
}

void tw_extensions_read(struct tw_cert *c, struct tw_slice body)
{
	struct tw_slice list, one;
	struct seen seen = { .n = 0 };
	if (!tw_der_only(body, TW_SEQUENCE, &list)) {
		tw_fault(&c->faults, TW_FAULT_EXTENSIONS_UNREADABLE);
		return;
	}
	if (list.n == 0)
		tw_fault(&c->faults, TW_FAULT_EXTENSIONS_EMPTY);
	struct tw_der d = tw_der_in(list);
	while (tw_der_take(&d, TW_SEQUENCE, &one))
		if (!extension(c, one, &seen))
			tw_fault(&c->faults, TW_FAULT_EXTENSIONS_UNREADABLE);
	if (d.s.n)
		tw_fault(&c->faults, TW_FAULT_EXTENSIONS_UNREADABLE);
}

/* The content of the SEQUENCE OF Extension, or empty. */
static struct tw_slice list_of(const struct tw_cert *c)
{
	struct tw_slice tbs, list = { NULL, 0 };
	struct tw_tlv t;
	if (!tw_der_only(c->tbs, TW_SEQUENCE, &tbs))
		return list;
	struct tw_der d = tw_der_in(tbs);
	while (tw_der_next(&d, &t) == 1)
		if (t.tag == 0xa3 && tw_der_only(t.body, TW_SEQUENCE, &list))
			return list;
	return (struct tw_slice){ NULL, 0 };
}

void tw_critical_text(struct tw_buf *b, const struct tw_cert *c, uint32_t mask)
{
	struct tw_der d = tw_der_in(list_of(c));
	struct tw_extension e;
	struct tw_slice one;
	uint64_t faults = 0;
	size_t start = b->n;
	while (tw_der_take(&d, TW_SEQUENCE, &one)) {
		uint32_t bit = TW_EXT_UNKNOWN;
		(void)tw_read_extension(&faults, one, &e);
		for (size_t i = 0; i < sizeof known / sizeof *known; i++)
			if (tw_oid_eq(known[i].oid, e.oid))
				bit = known[i].bit;
		if (!e.critical || !e.oid.n || bit & mask)
			continue;
		if (b->n > start)
			tw_buf_addc(b, ' ');
		tw_oid_text(b, e.oid);
	}
}
