/* Distinguished names: preparation and comparison (chain/name.c, RFC 5280 7.1 and
 * RFC 4518), numbers of names (chain/graph.c), text (cert/names.c, RFC 4514).
 *
 * Two Names one after the other, as DER; or lines, each an attribute: a letter for
 * the string's type, one for the attribute's, the value; + in front keeps it in
 * the RDN before; a line - begins the second Name.
 *
 * A Name is equal to itself; to what is prepared already; to itself spelt anew
 * (other string types, case, spaces, order within an RDN); to what its text says.
 * It begins with the Name of all its RDNs but the last. Numbers are equal where
 * Names are. Text is UTF-8 without control characters. */
#include "chain/graph.h"
#include "chain/name.h"
#include "synth/der.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { UTF8 = 0x0c, PRINTABLE = 0x13, TELETEX = 0x14, UNIVERSAL = 0x1c, BMP = 0x1e };

static void hold(bool so)
{
	if (!so)
		abort();
}

static uint32_t read32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void equal(struct tw_slice want, const struct tw_buf *name)
{
	struct tw_buf got = { 0, 0, 0 };

	hold(tw_name_normal(&got, tw_buf_slice(name)) >= 0 && tw_slice_eq(want, tw_buf_slice(&got)));
	tw_buf_free(&got);
}

/* ---- a Name out of prepared values ---- */

/* n prepared attributes at p as AttributeTypeAndValues. */
static void prepared_rdn(struct tw_buf *rdns, const uint8_t *p, size_t n)
{
	struct tw_buf set = { 0, 0, 0 }, ava = { 0, 0, 0 };

	while (n) {
		size_t t = read32(p), v = read32(p + 4 + t);
		const uint8_t *value = p + 8 + t;
		hold(n >= 8 + t + v && v);
		der_put(&ava, 0x06, p + 4, t);
		if (*value == 't')
			der_put(&ava, UTF8, value + 1, v - 1);
		else
			tw_buf_add(&ava, value + 1, v - 1);
		der_wrap(&set, 0x30, &ava);
		p += 8 + t + v;
		n -= 8 + t + v;
	}
	der_wrap(rdns, 0x31, &set);
	tw_buf_free(&set);
	tw_buf_free(&ava);
}

static void check_prepared(struct tw_slice normal, int count)
{
	struct tw_buf rdns = { 0, 0, 0 }, name = { 0, 0, 0 };
	struct tw_slice rest = normal;
	int n = 0;

	for (; rest.n; n++) {
		size_t len = read32(rest.p);
		hold(rest.n >= 4 + len && len);
		prepared_rdn(&rdns, rest.p + 4, len);
		rest.p += 4 + len;
		rest.n -= 4 + len;
	}
	hold(n == count);
	der_wrap(&name, 0x30, &rdns);
	equal(normal, &name);
	tw_buf_free(&rdns);
	tw_buf_free(&name);
}

/* ---- the same Name, spelt anew ---- */

static bool ascii(struct tw_slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] < ' ' || v.p[i] > '~')
			return false;
	return true;
}

/* Case and spaces of ASCII; SOFT HYPHEN behind all else, which maps to nothing. */
static void respell_text(struct tw_buf *out, struct tw_slice v)
{
	struct tw_buf text = { 0, 0, 0 };
	bool plain = ascii(v);

	tw_buf_adds(&text, plain ? " " : "");
	for (size_t i = 0; i < v.n; i++) {
		uint8_t c = v.p[i];
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
		tw_buf_addc(&text, (char)(plain && letter ? c ^ 32 : c));
		if (plain && c == ' ')
			tw_buf_addc(&text, ' ');
	}
	tw_buf_adds(&text, plain ? "  " : "\xc2\xad");
	der_wrap(out, UTF8, &text);
	tw_buf_free(&text);
}

static void respell_bmp(struct tw_buf *out, const struct tw_tlv *v)
{
	struct tw_buf wide = { 0, 0, 0 };
	bool text = v->body.n % 2 == 0;

	for (size_t i = 0; text && i < v->body.n; i += 2) {
		uint8_t c[4] = { 0, 0, v->body.p[i], v->body.p[i + 1] };
		text = c[2] < 0xd8 || c[2] > 0xdf;
		tw_buf_add(&wide, c, 4);
	}
	if (text)
		der_wrap(out, UNIVERSAL, &wide);
	else
		tw_buf_addslice(out, v->all);
	tw_buf_free(&wide);
}

static void respell(struct tw_buf *out, const struct tw_tlv *v)
{
	struct tw_buf text = { 0, 0, 0 };

	switch (v->tag) {
	case UTF8: case PRINTABLE: case 0x12: case 0x16: case 0x1a:
		if (v->body.n && u8_check(v->body.p, v->body.n))
			tw_buf_addslice(out, v->all);
		else
			respell_text(out, v->body);
		break;
	case TELETEX: /* as Latin-1 */
		for (size_t i = 0; i < v->body.n; i++) {
			uint8_t u[2] = { (uint8_t)(0xc0 | v->body.p[i] >> 6), (uint8_t)(0x80 | (v->body.p[i] & 0x3f)) };
			tw_buf_add(&text, v->body.p[i] < 0x80 ? &v->body.p[i] : u, v->body.p[i] < 0x80 ? 1 : 2);
		}
		respell_text(out, tw_buf_slice(&text));
		break;
	case BMP:
		respell_bmp(out, v);
		break;
	default:
		tw_buf_addslice(out, v->all);
	}
	tw_buf_free(&text);
}

/* Each attribute goes before those that were there. */
static void respell_rdn(struct tw_buf *out, struct tw_slice set)
{
	struct tw_buf all = { 0, 0, 0 }, one = { 0, 0, 0 }, ava = { 0, 0, 0 };
	struct tw_der d = { set, false };
	struct tw_tlv t, type, v;

	while (tw_der_next(&d, &t) == 1) {
		struct tw_der in = { t.body, false };
		hold(tw_der_next(&in, &type) == 1 && tw_der_next(&in, &v) == 1);
		der_put(&ava, 0x06, type.body.p, type.body.n);
		respell(&ava, &v);
		der_wrap(&one, 0x30, &ava);
		tw_buf_addslice(&one, tw_buf_slice(&all));
		struct tw_buf swap = all;
		all = one;
		one = swap;
		one.n = 0;
	}
	der_wrap(out, 0x31, &all);
	tw_buf_free(&all);
	tw_buf_free(&one);
	tw_buf_free(&ava);
}

/* And the Name without its last RDN, which is what normal begins with. */
static void check_spelling(struct tw_slice name, struct tw_slice normal, int count)
{
	struct tw_buf rdns = { 0, 0, 0 }, other = { 0, 0, 0 }, got = { 0, 0, 0 };
	struct tw_der d = { name, false };
	struct tw_tlv t;

	hold(tw_der_next(&d, &t) == 1);
	d.s = t.body;
	for (int k = 0; tw_der_next(&d, &t) == 1; k++) {
		if (k == count - 1) {
			der_put(&other, 0x30, rdns.p, rdns.n);
			hold(tw_name_normal(&got, tw_buf_slice(&other)) == k && got.n < normal.n &&
				(!got.n || !memcmp(got.p, normal.p, got.n)));
			got.n = other.n = 0;
			hold(tw_name_normal_rdn(&got, t.body) && !memcmp(got.p, normal.p + (normal.n - got.n), got.n));
		}
		respell_rdn(&rdns, t.body);
	}
	der_wrap(&other, 0x30, &rdns);
	equal(normal, &other);
	tw_buf_free(&rdns);
	tw_buf_free(&other);
	tw_buf_free(&got);
}

/* ---- a Name out of its text ---- */

static const struct {
	const char *name, *oid;
} types[] = {
	{ "CN", "2.5.4.3" }, { "SN", "2.5.4.4" }, { "serialNumber", "2.5.4.5" }, { "C", "2.5.4.6" }, { "L", "2.5.4.7" },
	{ "ST", "2.5.4.8" }, { "STREET", "2.5.4.9" }, { "O", "2.5.4.10" }, { "OU", "2.5.4.11" }, { "title", "2.5.4.12" },
	{ "description", "2.5.4.13" }, { "businessCategory", "2.5.4.15" }, { "postalCode", "2.5.4.17" },
	{ "telephoneNumber", "2.5.4.20" }, { "name", "2.5.4.41" }, { "GN", "2.5.4.42" }, { "initials", "2.5.4.43" },
	{ "generationQualifier", "2.5.4.44" }, { "dnQualifier", "2.5.4.46" }, { "pseudonym", "2.5.4.65" },
	{ "organizationIdentifier", "2.5.4.97" }, { "emailAddress", "1.2.840.113549.1.9.1" },
	{ "UID", "0.9.2342.19200300.100.1.1" }, { "DC", "0.9.2342.19200300.100.1.25" },
	{ "jurisdictionL", "1.3.6.1.4.1.311.60.2.1.1" }, { "jurisdictionST", "1.3.6.1.4.1.311.60.2.1.2" },
	{ "jurisdictionC", "1.3.6.1.4.1.311.60.2.1.3" },
};

/* The type as DER. False: a dotted one with more than der_oid can write. */
static bool text_type(struct tw_buf *out, struct tw_slice v)
{
	char text[64];
	size_t arc = 0;

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (tw_slice_is(v, types[i].name))
			return der_oid(out, types[i].oid), true;
	if (v.n >= sizeof text)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		arc = v.p[i] == '.' ? 0 : arc + 1;
		if (arc > 17 || (v.p[i] != '.' && (v.p[i] < '0' || v.p[i] > '9')))
			return false; /* too large, or #: no OID */
	}
	memcpy(text, v.p, v.n);
	text[v.n] = 0;
	hold(memchr(text, '.', v.n) != NULL);
	der_oid(out, text);
	return true;
}

static void text_value(struct tw_buf *out, struct tw_slice v)
{
	struct tw_buf text = { 0, 0, 0 };
	uint8_t byte;

	if (v.n && *v.p == '#') {
		struct tw_slice hex = { v.p + 1, v.n - 1 };
		hold(hex.n % 2 == 0 && tw_unhex(hex, tw_buf_room(out, hex.n / 2), hex.n / 2));
		out->n += hex.n / 2;
		return;
	}
	for (size_t i = 0; i < v.n; i++) {
		byte = v.p[i];
		if (byte != '\\') {
			hold(!strchr("\"+,;<>", byte));
			tw_buf_addc(&text, (char)byte);
			continue;
		}
		hold(i + 1 < v.n);
		if (i + 2 < v.n && tw_unhex((struct tw_slice){ v.p + i + 1, 2 }, &byte, 1)) {
			tw_buf_addc(&text, (char)byte);
			i += 2;
		} else {
			hold(strchr(" \"#+,;<=>\\", v.p[i + 1]) != NULL);
			tw_buf_addc(&text, (char)v.p[++i]);
		}
	}
	der_wrap(out, UTF8, &text);
	tw_buf_free(&text);
}

/* Cuts off what goes up to an end of its own, which *end becomes. */
static struct tw_slice text_part(struct tw_slice *rest, const char *ends, uint8_t *end)
{
	struct tw_slice v = { rest->p, 0 };

	while (v.n < rest->n && !(rest->p[v.n] && strchr(ends, rest->p[v.n])))
		v.n += rest->p[v.n] == '\\' && v.n + 1 < rest->n ? 2 : 1;
	*end = v.n < rest->n ? rest->p[v.n] : 0;
	size_t used = v.n + (*end != 0);
	rest->p += used;
	rest->n -= used;
	return v;
}

/* RFC 4514 2.1: the last RDN comes first. */
static bool text_name(struct tw_buf *name, struct tw_slice text)
{
	struct tw_buf rdns = { 0, 0, 0 }, set = { 0, 0, 0 }, ava = { 0, 0, 0 }, one = { 0, 0, 0 };
	bool ok = true;
	uint8_t end = text.n ? ',' : 0;

	while (ok && end) {
		struct tw_slice type = text_part(&text, "=", &end);
		hold(end == '=');
		ok = text_type(&ava, type);
		text_value(&ava, text_part(&text, "+,", &end));
		der_wrap(&set, 0x30, &ava);
		if (end == '+')
			continue;
		der_wrap(&one, 0x31, &set);
		tw_buf_addslice(&one, tw_buf_slice(&rdns));
		rdns.n = 0;
		tw_buf_addslice(&rdns, tw_buf_slice(&one));
		one.n = 0;
	}
	der_wrap(name, 0x30, &rdns);
	tw_buf_free(&rdns);
	tw_buf_free(&set);
	tw_buf_free(&ava);
	tw_buf_free(&one);
	return ok;
}

static void check_text(struct tw_slice name, struct tw_slice normal, bool decoded)
{
	struct tw_buf text = { 0, 0, 0 }, again = { 0, 0, 0 };
	bool ok = !tw_name_text(&text, name);

	hold(!text.n || !u8_check(text.p, text.n));
	for (size_t i = 0; i < text.n; i++)
		hold(text.p[i] >= ' ' && text.p[i] != 0x7f);
	if (ok && decoded && text_name(&again, tw_buf_slice(&text)))
		equal(normal, &again);
	tw_buf_free(&text);
	tw_buf_free(&again);
}

/* ---- one Name, and two ---- */

static int check(struct tw_slice name, struct tw_buf *normal)
{
	struct tw_buf again = { 0, 0, 0 };
	int n = tw_name_normal(normal, name);

	hold(tw_name_normal(&again, name) == n && tw_slice_eq(tw_buf_slice(normal), tw_buf_slice(&again)));
	tw_buf_free(&again);
	if (n >= 0) {
		check_prepared(tw_buf_slice(normal), n);
		check_spelling(name, tw_buf_slice(normal), n);
	} else {
		hold(normal->n == 4 + name.n && read32(normal->p) == UINT32_MAX);
	}
	check_text(name, tw_buf_slice(normal), n >= 0);
	uint32_t pos = 0;
	for (again = (struct tw_buf){ 0, 0, 0 }; tw_common_name(name, &pos, &again) == 1; again.n = 0)
		hold(!again.n || !u8_check(again.p, again.n));
	tw_buf_free(&again);
	return n;
}

static void check_pair(struct tw_slice a, struct tw_slice b)
{
	struct tw_buf x = { 0, 0, 0 }, y = { 0, 0, 0 };
	struct tw_certs certs = { 0 };
	struct tw_graph g;
	struct tw_slice none = { NULL, 0 };
	int n = check(a, &x), m = check(b, &y);
	bool same = tw_slice_eq(tw_buf_slice(&x), tw_buf_slice(&y));

	hold(!same || n == m);
	hold(same || !tw_slice_eq(a, b));
	tw_graph_init(&g, &certs);
	hold(tw_graph_name(&g, a, none, false) == TW_NONE);
	uint32_t number = tw_graph_name(&g, a, none, true);
	hold(tw_graph_name(&g, a, none, true) == number && tw_graph_name(&g, a, none, false) == number);
	hold((tw_graph_name(&g, b, none, true) == number) == same);
	tw_graph_free(&g);
	tw_buf_free(&x);
	tw_buf_free(&y);
}

/* ---- lines ---- */

static void line(struct tw_buf *set, const uint8_t *p, size_t n)
{
	static const uint8_t tag[] = { UTF8, PRINTABLE, TELETEX, UNIVERSAL, BMP, 0x16, 0x1a, 0x12, 0x02 };
	struct tw_buf ava = { 0, 0, 0 };
	uint8_t type = n > 1 ? p[1] : 0;

	if (type < 0x80)
		der_oid(&ava, types[type % (sizeof types / sizeof *types)].oid);
	else
		der_put(&ava, 0x06, &type, 1);
	der_put(&ava, tag[n ? p[0] % sizeof tag : 0], p + (n > 2 ? 2 : n), n > 2 ? n - 2 : 0);
	der_wrap(set, 0x30, &ava);
	tw_buf_free(&ava);
}

static void flush(struct tw_buf *rdns, struct tw_buf *set)
{
	if (set->n)
		der_wrap(rdns, 0x31, set);
}

static void lines(const uint8_t *p, size_t n)
{
	struct tw_buf name[2] = { { 0, 0, 0 }, { 0, 0, 0 } }, rdns = { 0, 0, 0 }, set = { 0, 0, 0 };
	int which = 0;

	for (size_t i = 0, end; i < n; i = end + 1) {
		for (end = i; end < n && p[end] != '\n'; end++)
			;
		if (end - i == 1 && p[i] == '-' && !which) {
			flush(&rdns, &set);
			der_wrap(&name[which++], 0x30, &rdns);
			continue;
		}
		bool more = end > i && p[i] == '+';
		if (!more)
			flush(&rdns, &set);
		line(&set, p + i + more, end - i - more);
	}
	flush(&rdns, &set);
	der_wrap(&name[which], 0x30, &rdns);
	check_pair(tw_buf_slice(&name[0]), tw_buf_slice(&name[which]));
	for (int k = 0; k < 2; k++)
		tw_buf_free(&name[k]);
	tw_buf_free(&rdns);
	tw_buf_free(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tw_der d = { { data, n }, false };
	struct tw_tlv t;

	if (n && data[0] != 0x30) {
		lines(data, n);
		return 0;
	}
	struct tw_slice a = d.s;
	if (tw_der_next(&d, &t) == 1)
		a = t.all;
	check_pair(a, d.s.n && a.n < n ? d.s : a);
	return 0;
}
