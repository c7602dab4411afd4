/* Certificate trust lists ([MS-CAESO] 4.4.5.3):
 *   CTL ::= SEQUENCE { version INTEGER DEFAULT 0, subjectUsage SEQUENCE OF OID,
 *     listIdentifier OCTET STRING OPTIONAL, sequenceNumber INTEGER OPTIONAL,
 *     thisUpdate Time, nextUpdate Time OPTIONAL, subjectAlgorithm
 *     AlgorithmIdentifier, trustedSubjects SEQUENCE OF SEQUENCE { OCTET STRING,
 *     SET OF SEQUENCE { OID, SET OF ANY } OPTIONAL } OPTIONAL, [0] extensions } */
#include "trust/ctl.h"

#define OID_SIGNED "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define OID_CTL "\x2b\x06\x01\x04\x01\x82\x37\x0a\x01"
#define OID_PROPERTY "\x2b\x06\x01\x04\x01\x82\x37\x0a\x0b"

static int two(const uint8_t *p)
{
	return p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9' ? -1 : (p[0] - '0') * 10 + p[1] - '0';
}

/* RFC 5280 4.1.2.5: YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ. */
static bool read_time(const struct tw_tlv *t, int64_t *out)
{
	struct tw_slice s = t->body;
	int year, part[5];

	if (t->tag == DER_UTC_TIME && s.n == 13) {
		year = two(s.p);
		year += year < 50 ? 2000 : 1900;
		s.p += 2;
	} else if (t->tag == DER_GENERALIZED_TIME && s.n == 15 && two(s.p) >= 0) {
		year = two(s.p) * 100 + two(s.p + 2);
		s.p += 4;
	} else {
		return false;
	}
	for (int i = 0; i < 5; i++)
		part[i] = two(s.p + 2 * i);
	if (two(s.p - 2) < 0 || s.p[10] != 'Z' || part[0] < 1 || part[0] > 12 || part[1] < 1 ||
	    part[1] > tw_time_month_days(year, part[0]) || part[2] < 0 || part[2] > 23 || part[3] < 0 || part[3] > 59 || part[4] < 0 ||
	    part[4] > 59)
		return false;
	*out = tw_time_civil(year, part[0], part[1], part[2], part[3], part[4]);
	return true;
}

/* What is left of d where it goes wrong. */
static bool bad(const struct tw_der *d, const char *cause, const uint8_t **at, const char **why)
{
	*at = d->s.p;
	*why = cause;
	return false;
}

static bool read_list(struct tw_ctl *c, struct tw_slice list, const uint8_t **at, const char **why)
{
	struct tw_der d = tw_elements(list), in;
	struct tw_slice body;
	struct tw_tlv t;

	(void)tw_elements_take(&d, DER_INTEGER, &body);
	if (!tw_elements_take(&d, DER_SEQUENCE, &body) || (in = tw_elements(body), !tw_elements_take(&in, DER_OID, &c->usage)))
		return bad(&d, "a trust list whose usage can't be read", at, why);
	(void)tw_elements_take(&d, DER_OCTETS, &body);
	(void)tw_elements_take(&d, DER_INTEGER, &body);
	in = d;
	if (tw_der_next(&d, &t) != 1 || !read_time(&t, &c->this_update))
		return bad(&in, "a trust list whose thisUpdate can't be read", at, why);
	if (!tw_elements_take(&d, DER_UTC_TIME, &body))
		(void)tw_elements_take(&d, DER_GENERALIZED_TIME, &body);
	if (!tw_elements_take(&d, DER_SEQUENCE, &body) || (in = tw_elements(body), !tw_elements_take(&in, DER_OID, &c->algorithm)))
		return bad(&d, "a trust list whose subjectAlgorithm can't be read", at, why);
	if (!tw_elements_take(&d, DER_SEQUENCE, &c->entries))
		return bad(&d, "a trust list without entries", at, why);
	return true;
}

bool tw_ctl_read(struct tw_ctl *c, struct tw_slice file, const uint8_t **at, const char **why)
{
	struct tw_der d = tw_elements(file), in;
	struct tw_slice body, oid;

	if (!tw_elements_take(&d, DER_SEQUENCE, &body)) {
		struct tw_der end = { { file.p + file.n, 0 }, false };
		return bad(&end, "truncated: its outer SEQUENCE does not end in the file", at, why);
	}
	c->behind = d.s;
	d = tw_elements(body);
	if (!tw_elements_take(&d, DER_OID, &oid) || !tw_oid_is(oid, OID_SIGNED) || !tw_elements_take(&d, DER_CONTEXT_0, &body))
		return bad(&d, "no SignedData of PKCS#7", at, why);
	d = tw_elements(body);
	if (!tw_elements_take(&d, DER_SEQUENCE, &body))
		return bad(&d, "no SignedData of PKCS#7", at, why);
	d = tw_elements(body);
	/* version, digestAlgorithms, contentInfo; certificates and signers follow. */
	if (!tw_elements_take(&d, DER_INTEGER, &body) || !tw_elements_take(&d, DER_SET, &body) ||
	    !tw_elements_take(&d, DER_SEQUENCE, &body))
		return bad(&d, "a SignedData whose content can't be read", at, why);
	in = tw_elements(body);
	if (!tw_elements_take(&in, DER_OID, &oid) || !tw_oid_is(oid, OID_CTL) || !tw_elements_take(&in, DER_CONTEXT_0, &body))
		return bad(&in, "signed, but no certificate trust list", at, why);
	in = tw_elements(body);
	if (!tw_elements_take(&in, DER_SEQUENCE, &body))
		return bad(&in, "a trust list that can't be read", at, why);
	return read_list(c, body, at, why);
}

static void read_property(struct tw_ctl_entry *e, struct tw_slice attribute)
{
	struct tw_der d = tw_elements(attribute);
	struct tw_slice oid, values, value;

	if (!tw_elements_take(&d, DER_OID, &oid) || !tw_elements_take(&d, DER_SET, &values)) {
		e->damaged = true;
		return;
	}
	/* Numbers from 128 on take two octets; none of them is needed. */
	if (oid.n != sizeof OID_PROPERTY || memcmp(oid.p, OID_PROPERTY, sizeof OID_PROPERTY - 1) != 0 || oid.p[oid.n - 1] >= TW_CTL_PROPERTIES)
		return;
	struct tw_slice *p = &e->property[oid.p[oid.n - 1]];
	d = tw_elements(values);
	if (p->p || !tw_elements_take(&d, DER_OCTETS, &value) || d.s.n)
		e->damaged = true;
	else
		*p = value;
}

int tw_ctl_next(struct tw_der *d, struct tw_ctl_entry *e)
{
	struct tw_slice body, set, attribute;

	if (!d->s.n)
		return 0;
	*e = (struct tw_ctl_entry){ 0 };
	struct tw_der before = *d;
	if (!tw_elements_take(d, DER_SEQUENCE, &body))
		return -1;
	struct tw_der in = tw_elements(body);
	if (!tw_elements_take(&in, DER_OCTETS, &e->id)) {
		*d = before;
		return -1;
	}
	if (tw_elements_take(&in, DER_SET, &set)) {
		struct tw_der all = tw_elements(set);
		while (tw_elements_take(&all, DER_SEQUENCE, &attribute))
			read_property(e, attribute);
		e->damaged |= all.s.n != 0;
	}
	e->damaged |= in.s.n != 0;
	return 1;
}

bool tw_ctl_filetime(struct tw_slice value, int64_t *t)
{
	uint64_t v = 0;

	if (value.n != 8)
		return false;
	for (int i = 7; i >= 0; i--)
		v = v << 8 | value.p[i];
	*t = (int64_t)(v / 10000000) - 11644473600;
	return *t <= TW_TIME_MAX;
}
