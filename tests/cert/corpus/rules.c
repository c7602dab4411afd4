/* rules.c: why a peer may say something else than certificates.csv, or read
 * what we do not. Each rule is a predicate on the case; the first that holds
 * explains it. "Errs" names who departs from the clause. */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

#define BIT(k) TW_FAULT_BIT(TW_FAULT_##k)

static bool has(const struct tw_cert *c, uint64_t bits)
{
	return (c->faults & bits) != 0;
}

static bool is_name(enum field f)
{
	return f == SUBJECT || f == ISSUER;
}

static bool contains(struct tw_slice s, const char *what)
{
	return s.n && memmem(s.p, s.n, what, strlen(what)) != NULL;
}

/* ---- names ---- */

/* The end of the attribute at at: the next , or + that is not escaped. */
static size_t attribute_end(struct tw_slice s, size_t at)
{
	while (at < s.n && s.p[at] != ',' && s.p[at] != '+')
		at += s.p[at] == '\\' && at + 1 < s.n ? 2 : 1;
	return at;
}

static int by_bytes(const void *a, const void *b)
{
	return tw_slice_cmp(*(const struct tw_slice *)a, *(const struct tw_slice *)b);
}

/* The text with the attributes of each RDN in order of their bytes. */
static void sorted(struct tw_buf *out, struct tw_slice s)
{
	struct tw_slice part[256];
	size_t n = 0, at = 0;
	while (at <= s.n && n < 256) {
		size_t end = attribute_end(s, at);
		part[n++] = (struct tw_slice){ s.p + at, end - at };
		if (end < s.n && s.p[end] == '+') {
			at = end + 1;
			continue;
		}
		qsort(part, n, sizeof *part, by_bytes);
		for (size_t i = 0; i < n; i++) {
			tw_buf_addslice(out, part[i]);
			tw_buf_addc(out, '+');
		}
		tw_buf_addc(out, ',');
		n = 0;
		at = end + 1;
		if (end >= s.n)
			return;
	}
}

static bool order_in_rdn(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	struct tw_buf a = { 0 }, b = { 0 };
	(void)c;
	if (!is_name(f) || !contains(ours, "+"))
		return false;
	sorted(&a, ours);
	sorted(&b, theirs);
	bool same = tw_slice_eq(tw_buf_slice(&a), tw_buf_slice(&b));
	tw_buf_free(&a);
	tw_buf_free(&b);
	return same;
}

static int hex_digit(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A string's characters; of the wide types those that need one octet. */
static void characters(struct tw_buf *out, const struct tw_tlv *t)
{
	size_t width = t->tag == 0x1e ? 2 : t->tag == 0x1c ? 4 : 1;
	for (size_t i = width - 1; i < t->body.n; i += width)
		tw_buf_addc(out, (char)t->body.p[i]);
}

/* RFC 4514 3: the bytes that an attribute's value text stands for. A value in
 * hex stands for its string's bytes. */
static void value_bytes(struct tw_buf *out, struct tw_slice v)
{
	if (v.n > 1 && v.p[0] == '#') {
		struct tw_slice hex = { v.p + 1, v.n - 1 };
		uint8_t *p = tw_alloc(hex.n / 2 + 1);
		struct tw_tlv t;
		struct tw_der d = { { p, hex.n / 2 }, false };
		if (tw_unhex(hex, p, hex.n / 2) && tw_der_next(&d, &t) == 1)
			characters(out, &t);
		free(p);
		return;
	}
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] != '\\' || i + 1 >= v.n) {
			tw_buf_addc(out, (char)v.p[i]);
			continue;
		}
		i++;
		int high = hex_digit(v.p[i]), low = i + 1 < v.n ? hex_digit(v.p[i + 1]) : -1;
		if (high >= 0 && low >= 0) {
			tw_buf_addc(out, (char)(high << 4 | low));
			i++;
		} else
			tw_buf_addc(out, (char)v.p[i]);
	}
}

/* Each attribute has the same value, whatever its spelling; types may differ
 * only where loose says so. */
static bool same_values(struct tw_slice a, struct tw_slice b, bool loose_types)
{
	size_t i = 0, k = 0;
	bool same = true;
	while (same && (i < a.n || k < b.n)) {
		size_t ei = attribute_end(a, i), ek = attribute_end(b, k);
		struct tw_slice x = { a.p + i, ei - i }, y = { b.p + k, ek - k };
		const uint8_t *qx = x.n ? memchr(x.p, '=', x.n) : NULL, *qy = y.n ? memchr(y.p, '=', y.n) : NULL;
		if (!qx || !qy)
			return false;
		struct tw_buf vx = { 0 }, vy = { 0 };
		struct tw_slice tx = { x.p, (size_t)(qx - x.p) }, ty = { y.p, (size_t)(qy - y.p) };
		value_bytes(&vx, (struct tw_slice){ qx + 1, x.n - tx.n - 1 });
		value_bytes(&vy, (struct tw_slice){ qy + 1, y.n - ty.n - 1 });
		same = tw_slice_eq(tw_buf_slice(&vx), tw_buf_slice(&vy)) &&
			(loose_types ? tw_slice_eq(tx, ty) || (tx.n && tx.p[0] >= '0' && tx.p[0] <= '2') : tw_slice_eq(tx, ty));
		tw_buf_free(&vx);
		tw_buf_free(&vy);
		i = ei + 1;
		k = ek + 1;
	}
	return same;
}

static bool spelling(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)c;
	return is_name(f) && same_values(ours, theirs, false);
}

static bool type_names(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)c;
	return is_name(f) && same_values(ours, theirs, true);
}

static bool bad_name(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)ours;
	(void)theirs;
	return (is_name(f) || f == NAMES) && has(c, BIT(NAME_UNREADABLE) | BIT(STRING_BAD));
}

static bool universal(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)c;
	(void)ours;
	return is_name(f) && contains(theirs, "=\\#0000");
}

/* %XX stands for the byte that the peer shows raw. */
static bool raw_names(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	struct tw_buf b = { 0 };
	if (f != NAMES || !has(c, BIT(STRING_BAD)))
		return false;
	for (size_t i = 0; i < ours.n; i++) {
		int high = ours.p[i] == '%' && i + 2 < ours.n ? hex_digit(ours.p[i + 1]) : -1;
		if (high >= 8) {
			tw_buf_addc(&b, (char)(high << 4 | hex_digit(ours.p[i + 2])));
			i += 2;
		} else
			tw_buf_addc(&b, (char)ours.p[i]);
	}
	bool same = tw_slice_eq(tw_buf_slice(&b), theirs);
	tw_buf_free(&b);
	return same;
}

static bool set_order(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)ours;
	(void)theirs;
	return f == SHA256_ && has(c, BIT(SET_ORDER) | BIT(FORM) | BIT(LENGTH) | BIT(TRAILING));
}

/* ---- the rest ---- */

static bool early(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	int64_t t = f == NOT_BEFORE ? c->not_before : c->not_after;
	(void)ours;
	return (f == NOT_BEFORE || f == NOT_AFTER) && t < 0 && tw_slice_is(theirs, "1970-01-01T00:00:00Z");
}

static bool bad_time(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)theirs;
	return (f == NOT_BEFORE || f == NOT_AFTER) && ours.n == 0 && has(c, BIT(TIME_UNREADABLE));
}

static bool bad_version(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)ours;
	(void)theirs;
	return f == VERSION_ && has(c, BIT(VERSION_UNKNOWN));
}

static bool path_length(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)ours;
	(void)theirs;
	return (f == CA || f == PATH_LENGTH) && has(c, BIT(EXTENSION_UNREADABLE)) && !(c->ext & TW_EXT_BASIC_CONSTRAINTS);
}

static bool explicit_curve(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)c;
	(void)theirs;
	return (f == CURVE && tw_slice_is(ours, "explicit")) || (f == KEY_BITS && c->curve && !strcmp(c->curve, "explicit"));
}

static bool binary_field(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	uint64_t n;
	return f == KEY_BITS && c->curve && (!strncmp(c->curve, "sect", 4) || !strncmp(c->curve, "secp160", 7)) &&
		tw_slice_u64(theirs, 1000, &n) && n + 2 >= c->key_bits && n <= c->key_bits + 1 && ours.n;
}

static bool other_key(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)theirs;
	return (f == KEY_BITS || f == KEY_ALGORITHM) && (c->key == TW_KEY_ML_DSA || c->key == TW_KEY_SLH_DSA ||
		(c->key == TW_KEY_UNKNOWN && (f == KEY_ALGORITHM || ours.n == 0)));
}

static bool canonical_names(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)c;
	return f == SELF_ISSUED && tw_slice_is(ours, "no") && tw_slice_is(theirs, "yes");
}

static bool padded_serial(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)ours;
	(void)theirs;
	return f == SERIAL && has(c, BIT(SERIAL_PADDED));
}

static bool duplicate(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)ours;
	(void)theirs;
	return (f >= CA && f <= AKI) && has(c, BIT(DUPLICATE));
}

static bool bad_extension(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)ours;
	(void)theirs;
	return f >= CA && f != SELF_ISSUED && f <= NAMES && has(c, BIT(EXTENSION_UNREADABLE) | BIT(EXTENSIONS_UNREADABLE));
}

static bool no_extensions_in_v1(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs)
{
	(void)ours;
	(void)theirs;
	return f >= CA && f <= NAMES && f != SELF_ISSUED && has(c, BIT(V1_EXTENSIONS) | BIT(V2_EXTENSIONS));
}

const struct rule rules[] = {
	{ "spelling", "the same values, escaped or in hex in another way (RFC 4514 2.4 allows each)", OPENSSL | GNUTLS,
		spelling },
	{ "rdn-order", "OpenSSL turns the attributes of an RDN around too (RFC 4514 2.2: any order)", OPENSSL | GNUTLS,
		order_in_rdn },
	{ "type-names", "the peer has a short name for a type that RFC 4514 3 does not list", OPENSSL | GNUTLS, type_names },
	{ "raw-names", "bytes that are no text (RFC 5280 4.2.1.6: IA5String): ours as %XX, the peer's raw", OPENSSL | GNUTLS,
		raw_names },
	{ "universal", "GnuTLS writes a UniversalString as an escaped # and the hex of its content; GnuTLS errs (RFC 4514 2.4)",
		GNUTLS, universal },
	{ "bad-name", "a name that cannot be decoded, or text not of its type: each shows what it can (RFC 5280 4.1.2.4)",
		OPENSSL | GNUTLS, bad_name },
	{ "re-encoded", "GnuTLS hashes its own encoding of what is not DER (X.690 11.6); GnuTLS errs", GNUTLS, set_order },
	{ "before-1970", "GnuTLS reads years before 1970 as 0; GnuTLS errs", GNUTLS, early },
	{ "bad-time", "the peer reads what is no date in RFC 5280 4.1.2.5; the peer errs", OPENSSL | GNUTLS, bad_time },
	{ "bad-version", "a version that RFC 5280 4.1.2.1 does not have", OPENSSL | GNUTLS, bad_version },
	{ "path-length", "a negative or odd pathLen (RFC 5280 4.2.1.9: 0..MAX) leaves basicConstraints undecoded; the peer errs",
		OPENSSL | GNUTLS, path_length },
	{ "explicit-curve", "OpenSSL names the curve that explicit parameters describe (RFC 5480 2.1.1 forbids them)",
		OPENSSL, explicit_curve },
	{ "field-size", "OpenSSL gives the bits of the group's order, ours are the field's (RFC 5480 2.1.1)", OPENSSL,
		binary_field },
	{ "other-key", "a kind of key whose size is not read (GOST R 34.10, ML-DSA and others)", OPENSSL | GNUTLS, other_key },
	{ "self-issued", "the names match by RFC 5280 7.1 and differ in their bytes: the column is about bytes", OPENSSL,
		canonical_names },
	{ "padded-serial", "a serial that is not minimal (X.690 8.3.2): ours keeps its octets", OPENSSL, padded_serial },
	{ "duplicate", "a repeated extension (RFC 5280 4.2): ours takes the first, OpenSSL none", OPENSSL, duplicate },
	{ "bad-extension", "an extension that does not decode to its end (X.690 8.1): the peer takes what it can; the peer errs",
		OPENSSL | GNUTLS, bad_extension },
	{ "v1-extensions", "extensions in version 1 or 2 (RFC 5280 4.1.2.9)", OPENSSL | GNUTLS, no_extensions_in_v1 },
};
const unsigned nrules = sizeof rules / sizeof *rules;

/* ---- refusals ---- */

#define REFUSAL(name, bits) static bool name(const struct tw_cert *c, enum field f, struct tw_slice a, struct tw_slice b) \
	{ (void)f; (void)a; (void)b; return c->readable && has(c, bits); }
REFUSAL(not_der, BIT(TRAILING) | BIT(LENGTH) | BIT(FORM) | BIT(TBS_EXTRA) | BIT(NAME_UNREADABLE))
REFUSAL(no_text, BIT(STRING_BAD))
REFUSAL(not_version, BIT(VERSION_UNKNOWN) | BIT(V1_EXTENSIONS) | BIT(V2_EXTENSIONS) | BIT(V1_UNIQUE_ID))
REFUSAL(algorithms, BIT(ALGORITHM_DIFFERS) | BIT(ALGORITHM_UNREADABLE))
REFUSAL(times, BIT(TIME_LAX) | BIT(TIME_FORM) | BIT(TIME_UNREADABLE))
REFUSAL(twice, BIT(DUPLICATE))
REFUSAL(extensions, BIT(EXTENSIONS_UNREADABLE) | BIT(EXTENSIONS_EMPTY) | BIT(EXTENSION_UNREADABLE) | BIT(SAN_ADDRESS) |
	BIT(LIST_EMPTY))
REFUSAL(serial, BIT(SERIAL_NONE) | BIT(SERIAL_PADDED))

/* GnuTLS cannot import a SAN that holds an empty name. */
static bool empty_name(const struct tw_cert *c, enum field f, struct tw_slice a, struct tw_slice b)
{
	struct tw_der d;
	struct tw_slice v;
	int kind;
	(void)f;
	(void)a;
	(void)b;
	tw_san_start(&d, c->san);
	while (c->readable && tw_san_next(&d, &kind, &v) == 1)
		if (kind != 4 && kind != 0 && v.n == 0)
			return true;
	return false;
}

/* DirectoryString is a CHOICE: its tags in EDIPartyName are explicit (X.680
 * 31.2.7). Found by turning one name of such a SAN after the other into a
 * dNSName: without the ediPartyName GnuTLS imports it. */
static bool edi_party(const struct tw_cert *c, enum field f, struct tw_slice a, struct tw_slice b)
{
	struct tw_der d;
	struct tw_slice v;
	int kind;
	(void)f;
	(void)a;
	(void)b;
	tw_san_start(&d, c->san);
	while (c->readable && tw_san_next(&d, &kind, &v) == 1)
		if (kind == 5)
			return true;
	return false;
}

static bool unreadable(const struct tw_cert *c, enum field f, struct tw_slice a, struct tw_slice b)
{
	(void)f;
	(void)a;
	(void)b;
	return !c->readable;
}

const struct rule refusals[] = {
	{ "der", "not DER: read for its facts, a fault in every profile (X.690 10)", OPENSSL | GNUTLS, not_der },
	{ "text", "text not of its string's type", OPENSSL | GNUTLS, no_text },
	{ "version", "GnuTLS refuses versions and what they may not have (RFC 5280 4.1.2.1, 4.1.2.8, 4.1.2.9)", GNUTLS,
		not_version },
	{ "algorithm", "GnuTLS refuses unlike algorithms (RFC 5280 4.1.1.2)", GNUTLS, algorithms },
	{ "time", "GnuTLS refuses times not as RFC 5280 4.1.2.5", GNUTLS, times },
	{ "duplicate", "GnuTLS refuses repeated extensions (RFC 5280 4.2)", GNUTLS, twice },
	{ "extension", "an extension that cannot be decoded, or an empty list of them", OPENSSL | GNUTLS, extensions },
	{ "serial", "no serial number, or a padded one (RFC 5280 4.1.2.2, X.690 8.3.2)", OPENSSL | GNUTLS, serial },
	{ "empty-name", "GnuTLS refuses an empty name in the SAN (RFC 5280 4.2.1.6 has no such rule for IA5)", GNUTLS,
		empty_name },
	{ "edi-party", "GnuTLS cannot decode an ediPartyName (RFC 5280 4.2.1.6, X.680 31.2.7); GnuTLS errs", GNUTLS,
		edi_party },
	{ "unreadable", "the peer reads what has no whole frame of definite lengths (X.690 10.1)", OPENSSL | GNUTLS,
		unreadable },
};
const unsigned nrefusals = sizeof refusals / sizeof *refusals;
