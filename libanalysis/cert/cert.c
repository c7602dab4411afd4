/* cert.c: the frame of a certificate (RFC 5280 4.1). */
#include "cert/internal.h"

#include <string.h>

/* How a time departs from the form of RFC 5280. */
enum { TW_TIME_ZONE = 1, TW_TIME_FRACTION = 2 };

static bool digits(struct tw_slice s, size_t at, size_t n, int *out)
{
	int v = 0;
	for (size_t i = at; i < at + n; i++) {
		if (i >= s.n || s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*out = v;
	return true;
}

/* What follows the minutes: [SS [.f...]] (Z | +hhmm | -hhmm), X.680 46, 47.
 * *form tells what RFC 5280 4.1.2.5 does not have. */
static bool time_tail(struct tw_slice s, size_t at, int *sec, int *offset, unsigned *form)
{
	int hh, mm;
	*sec = 0;
	*offset = 0;
	if (digits(s, at, 2, sec)) {
		at += 2;
		if (at < s.n && (s.p[at] == '.' || s.p[at] == ',')) {
			*form |= TW_TIME_FRACTION;
			for (at++; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++)
				;
		}
	} else
		*form |= TW_TIME_ZONE;
	if (at < s.n && s.p[at] == 'Z')
		return at + 1 == s.n;
	*form |= TW_TIME_ZONE;
	if (at + 5 != s.n || (s.p[at] != '+' && s.p[at] != '-') || !digits(s, at + 1, 2, &hh) ||
			!digits(s, at + 3, 2, &mm) || hh > 23 || mm > 59)
		return false;
	*offset = (hh * 60 + mm) * (s.p[at] == '+' ? 60 : -60);
	return true;
}

bool tw_der_time(const struct tw_tlv *t, int64_t *out, uint64_t *faults)
{
	struct tw_slice s = t->body;
	int year, mon, day, hour, min, sec, offset;
	unsigned form = 0;
	bool utc = t->tag == TW_UTC_TIME;
	size_t y = utc ? 2 : 4;
	if ((utc || t->tag == TW_GENERALIZED_TIME) && digits(s, 0, y, &year) && digits(s, y, 2, &mon) &&
			digits(s, y + 2, 2, &day) && digits(s, y + 4, 2, &hour) && digits(s, y + 6, 2, &min) &&
			time_tail(s, y + 8, &sec, &offset, &form) && !(utc && form & TW_TIME_FRACTION) && mon >= 1 &&
			mon <= 12 && day >= 1 && hour < 24 && min < 60 && sec < 60) {
		if (utc)
			year += year < 50 ? 2000 : 1900; /* RFC 5280 4.1.2.5.1 */
		if (day <= tw_time_month_days(year, mon)) {
			int64_t v = tw_time_civil(year, mon, day, hour, min, sec) - offset;
			*out = v < TW_TIME_MIN ? TW_TIME_MIN : v > TW_TIME_MAX ? TW_TIME_MAX : v;
			if (form)
				tw_fault(faults, utc ? TW_FAULT_TIME_LAX : TW_FAULT_TIME_FORM);
			return true;
		}
	}
	tw_fault(faults, TW_FAULT_TIME_UNREADABLE);
	return false;
}

static void read_validity(struct tw_cert *c, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_tlv t;
	int64_t *to[2] = { &c->not_before, &c->not_after };
	for (int i = 0; i < 2; i++)
		if (tw_der_next(&d, &t) != 1)
			tw_fault(&c->faults, TW_FAULT_TIME_UNREADABLE);
		else
			(void)tw_der_time(&t, to[i], &c->faults);
	if (d.s.n)
		tw_fault(&c->faults, TW_FAULT_TBS_EXTRA);
}

/* [0] EXPLICIT Version DEFAULT v1. */
static void read_version(struct tw_cert *c, struct tw_der *tbs)
{
	struct tw_slice outer, v;
	int32_t n;
	c->version = 1;
	if (!tw_der_take(tbs, 0xa0, &outer))
		return;
	if (!tw_der_only(outer, TW_INTEGER, &v) || !tw_int_small(v, &n) || n > 1000) {
		c->version = -1;
		tw_fault(&c->faults, TW_FAULT_VERSION_UNKNOWN);
		return;
	}
	c->version = n + 1;
	if (n > 2)
		tw_fault(&c->faults, TW_FAULT_VERSION_UNKNOWN);
	else if (n == 0)
		tw_fault(&c->faults, TW_FAULT_VERSION_DEFAULT);
}

static bool read_serial(struct tw_cert *c, struct tw_der *tbs)
{
	struct tw_tlv t;
	/* A serial left out leaves the rest in its place. */
	if (tw_der_is(tbs, TW_SEQUENCE)) {
		tw_fault(&c->faults, TW_FAULT_SERIAL_NONE);
		return true;
	}
	if (tw_der_next(tbs, &t) != 1)
		return false;
	c->serial = t.body;
	if (t.tag != TW_INTEGER || t.body.n == 0)
		tw_fault(&c->faults, TW_FAULT_SERIAL_NONE);
	else if (!tw_int_minimal(t.body))
		tw_fault(&c->faults, TW_FAULT_SERIAL_PADDED);
	return true;
}

static bool take_whole(struct tw_der *d, struct tw_slice *all)
{
	struct tw_tlv t;
	if (!tw_der_is(d, TW_SEQUENCE) || tw_der_next(d, &t) != 1)
		return false;
	*all = t.all;
	return true;
}

/* What follows the key: [1] and [2] unique identifiers, [3] extensions. */
static void read_rest(struct tw_cert *c, struct tw_der *tbs)
{
	struct tw_slice body;
	for (uint8_t tag = 0x81; tag <= 0x82; tag++)
		if (tw_der_take(tbs, tag, &body)) {
			if (c->version == 1)
				tw_fault(&c->faults, TW_FAULT_V1_UNIQUE_ID);
			if (!tw_bits_ok(body))
				tw_fault(&c->faults, TW_FAULT_FORM);
		}
	bool had = tw_der_take(tbs, 0xa3, &body);
	if (had) {
		if (c->version == 1)
			tw_fault(&c->faults, TW_FAULT_V1_EXTENSIONS);
		else if (c->version == 2)
			tw_fault(&c->faults, TW_FAULT_V2_EXTENSIONS);
		tw_extensions_read(c, body);
	}
	if (tw_der_is(tbs, 0xa3)) /* there, but its length is not right */
		tw_fault(&c->faults, TW_FAULT_EXTENSIONS_UNREADABLE);
	else if (tbs->s.n)
		tw_fault(&c->faults, TW_FAULT_TBS_EXTRA);
}

static bool read_tbs(struct tw_cert *c, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_slice validity;
	read_version(c, &d);
	if (!read_serial(c, &d) || !take_whole(&d, &c->tbs_sig_alg) || !take_whole(&d, &c->issuer) ||
			!tw_der_take(&d, TW_SEQUENCE, &validity) || !take_whole(&d, &c->subject) ||
			!take_whole(&d, &c->spki))
		return false;
	read_validity(c, validity);
	tw_key_read(c);
	c->self_issued = tw_slice_eq(c->issuer, c->subject);
	tw_sha256(c->spki, c->spki_sha256);
	read_rest(c, &d);
	return true;
}

static void check_names(struct tw_cert *c)
{
	struct tw_slice body;
	if (tw_check_name(&c->faults, c->issuer) || tw_check_name(&c->faults, c->subject))
		tw_fault(&c->faults, TW_FAULT_NAME_UNREADABLE);
	if (tw_der_only(c->issuer, TW_SEQUENCE, &body) && body.n == 0)
		tw_fault(&c->faults, TW_FAULT_ISSUER_EMPTY);
	if (tw_der_only(c->subject, TW_SEQUENCE, &body) && body.n == 0 && !(c->critical & TW_EXT_SAN))
		tw_fault(&c->faults, TW_FAULT_SUBJECT_EMPTY);
}

/* The outer SEQUENCE's three elements. */
static bool read_outer(struct tw_cert *c, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_tlv tbs, sig;
	if (!tw_der_is(&d, TW_SEQUENCE) || tw_der_next(&d, &tbs) != 1)
		return false;
	c->tbs = tbs.all;
	if (tw_der_next(&d, &sig) != 1)
		return false;
	c->sig_alg = sig.all;
	if (!tw_algorithm(sig.all, &c->sig_oid, &c->sig_params))
		tw_fault(&c->faults, TW_FAULT_ALGORITHM_UNREADABLE);
	if (!tw_der_is(&d, TW_BIT_STRING) || tw_der_next(&d, &sig) != 1 || sig.body.n == 0)
		return false;
	/* Unused bits: no algorithm makes such a value. It stays empty, and so a
	 * bad signature rather than a fault of the certificate. */
	if (!tw_bits_whole(sig.body, &c->signature))
		c->signature.p = sig.body.p;
	if (d.s.n)
		tw_fault(&c->faults, TW_FAULT_TRAILING);
	if (!read_tbs(c, tbs.body))
		return false;
	if (!tw_slice_eq(c->sig_alg, c->tbs_sig_alg)) /* RFC 5280 4.1.1.2 */
		tw_fault(&c->faults, TW_FAULT_ALGORITHM_DIFFERS);
	return true;
}

static void forget(struct tw_cert *c)
{
	struct tw_slice der = c->der;
	memset(c, 0, sizeof *c);
	c->der = der;
	c->not_before = TW_TIME_MIN;
	c->not_after = TW_TIME_MAX;
	c->path_length = c->require_explicit = c->inhibit_mapping = c->inhibit_any = -1;
}

void tw_cert_read_hashed(struct tw_cert *c, struct tw_slice der, const uint8_t hash[TW_SHA256])
{
	struct tw_der d = tw_der_in(der);
	struct tw_tlv t;
	c->der = der;
	forget(c);
	if (tw_der_is(&d, TW_SEQUENCE) && tw_der_next(&d, &t) == 1)
		c->readable = read_outer(c, t.body);
	if (!c->readable)
		forget(c);
	else {
		if (d.s.n)
			tw_fault(&c->faults, TW_FAULT_TRAILING);
		tw_der_scan(&c->faults, t.all, c->serial.p);
		check_names(c);
	}
	memcpy(c->sha256, hash, TW_SHA256);
}

void tw_cert_read(struct tw_cert *c, struct tw_slice der)
{
	uint8_t hash[TW_SHA256];
	tw_sha256(der, hash);
	tw_cert_read_hashed(c, der, hash);
	struct tw_slice body;
	c->is_blob = !tw_der_only(der, TW_SEQUENCE, &body);
}
