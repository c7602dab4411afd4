/* names.c: strings and Names (RFC 5280 4.1.2.4) and their text (RFC 4514). */
#include "cert/internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#define OID(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static const struct {
	struct tw_slice oid;
	const char *name;
} types[] = {
	{ OID("\x55\x04\x03"), "CN" },
	{ OID("\x55\x04\x04"), "SN" },
	{ OID("\x55\x04\x05"), "serialNumber" },
	{ OID("\x55\x04\x06"), "C" },
	{ OID("\x55\x04\x07"), "L" },
	{ OID("\x55\x04\x08"), "ST" },
	{ OID("\x55\x04\x09"), "STREET" },
	{ OID("\x55\x04\x0a"), "O" },
	{ OID("\x55\x04\x0b"), "OU" },
	{ OID("\x55\x04\x0c"), "title" },
	{ OID("\x55\x04\x0d"), "description" },
	{ OID("\x55\x04\x0f"), "businessCategory" },
	{ OID("\x55\x04\x11"), "postalCode" },
	{ OID("\x55\x04\x14"), "telephoneNumber" },
	{ OID("\x55\x04\x29"), "name" },
	{ OID("\x55\x04\x2a"), "GN" },
	{ OID("\x55\x04\x2b"), "initials" },
	{ OID("\x55\x04\x2c"), "generationQualifier" },
	{ OID("\x55\x04\x2e"), "dnQualifier" },
	{ OID("\x55\x04\x41"), "pseudonym" },
	{ OID("\x55\x04\x61"), "organizationIdentifier" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "emailAddress" },
	{ OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"), "UID" },
	{ OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), "DC" },
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01"), "jurisdictionL" },
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02"), "jurisdictionST" },
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03"), "jurisdictionC" },
};

static bool add_char(struct tw_buf *b, uint32_t ch)
{
	uint8_t u[6];
	int n = u8_uctomb(u, ch, sizeof u);
	if (n <= 0)
		return false; /* a surrogate, or past U+10FFFF */
	tw_buf_add(b, u, (size_t)n);
	return true;
}

/* Characters of width octets each, big-endian. */
static bool wide_text(struct tw_buf *b, struct tw_slice s, size_t width)
{
	size_t start = b->n;
	if (s.n % width)
		return false;
	for (size_t i = 0; i < s.n; i += width) {
		uint32_t ch = 0;
		for (size_t k = 0; k < width; k++)
			ch = ch << 8 | s.p[i + k];
		if (!add_char(b, ch)) {
			b->n = start;
			return false;
		}
	}
	return true;
}

bool tw_text_utf8(struct tw_buf *b, uint8_t tag, struct tw_slice s)
{
	switch (tag) {
	case TW_TELETEX: /* what issuers put there is Latin-1 */
		return wide_text(b, s, 1);
	case TW_BMP:
		return wide_text(b, s, 2);
	case TW_UNIVERSAL:
		return wide_text(b, s, 4);
	case TW_UTF8:
	case TW_PRINTABLE: /* the seven-bit types often hold UTF-8 */
	case TW_IA5:
	case TW_NUMERIC:
	case TW_VISIBLE:
		if (s.n && u8_check(s.p, s.n))
			return false;
		tw_buf_addslice(b, s);
		return true;
	default:
		return false;
	}
}

/* What an octet means: of a PrintableString (X.680 41.4, and the * that issuers
 * put into names of hosts), or special in RFC 4514 text. */
enum { PRINTS = 1, SPECIAL = 2, CONTROL = 4 };
static const uint8_t octets[256] = {
	[0x00] = CONTROL, [0x01] = CONTROL, [0x02] = CONTROL, [0x03] = CONTROL, [0x04] = CONTROL, [0x05] = CONTROL,
	[0x06] = CONTROL, [0x07] = CONTROL, [0x08] = CONTROL, [0x09] = CONTROL, [0x0a] = CONTROL, [0x0b] = CONTROL,
	[0x0c] = CONTROL, [0x0d] = CONTROL, [0x0e] = CONTROL, [0x0f] = CONTROL, [0x10] = CONTROL, [0x11] = CONTROL,
	[0x12] = CONTROL, [0x13] = CONTROL, [0x14] = CONTROL, [0x15] = CONTROL, [0x16] = CONTROL, [0x17] = CONTROL,
	[0x18] = CONTROL, [0x19] = CONTROL, [0x1a] = CONTROL, [0x1b] = CONTROL, [0x1c] = CONTROL, [0x1d] = CONTROL,
	[0x1e] = CONTROL, [0x1f] = CONTROL, [0x7f] = CONTROL,
	['"'] = SPECIAL, [';'] = SPECIAL, ['<'] = SPECIAL, ['>'] = SPECIAL, ['\\'] = SPECIAL,
	['+'] = SPECIAL | PRINTS, [','] = SPECIAL | PRINTS,
	[' '] = PRINTS, ['\''] = PRINTS, ['('] = PRINTS, [')'] = PRINTS, ['*'] = PRINTS, ['-'] = PRINTS, ['.'] = PRINTS,
	['/'] = PRINTS, [':'] = PRINTS, ['='] = PRINTS, ['?'] = PRINTS,
	['0'] = PRINTS, ['1'] = PRINTS, ['2'] = PRINTS, ['3'] = PRINTS, ['4'] = PRINTS, ['5'] = PRINTS, ['6'] = PRINTS,
	['7'] = PRINTS, ['8'] = PRINTS, ['9'] = PRINTS,
	['A'] = PRINTS, ['B'] = PRINTS, ['C'] = PRINTS, ['D'] = PRINTS, ['E'] = PRINTS, ['F'] = PRINTS, ['G'] = PRINTS, ['H'] = PRINTS,
	['I'] = PRINTS, ['J'] = PRINTS, ['K'] = PRINTS, ['L'] = PRINTS, ['M'] = PRINTS, ['N'] = PRINTS, ['O'] = PRINTS, ['P'] = PRINTS,
	['Q'] = PRINTS, ['R'] = PRINTS, ['S'] = PRINTS, ['T'] = PRINTS, ['U'] = PRINTS, ['V'] = PRINTS, ['W'] = PRINTS, ['X'] = PRINTS, ['Y'] = PRINTS, ['Z'] = PRINTS,
	['a'] = PRINTS, ['b'] = PRINTS, ['c'] = PRINTS, ['d'] = PRINTS, ['e'] = PRINTS, ['f'] = PRINTS, ['g'] = PRINTS, ['h'] = PRINTS,
	['i'] = PRINTS, ['j'] = PRINTS, ['k'] = PRINTS, ['l'] = PRINTS, ['m'] = PRINTS, ['n'] = PRINTS, ['o'] = PRINTS, ['p'] = PRINTS,
	['q'] = PRINTS, ['r'] = PRINTS, ['s'] = PRINTS, ['t'] = PRINTS, ['u'] = PRINTS, ['v'] = PRINTS, ['w'] = PRINTS, ['x'] = PRINTS, ['y'] = PRINTS, ['z'] = PRINTS,
};

/* RFC 4514 2.4. Control characters go as hex pairs, which it allows. What needs
 * no escape goes in runs. */
static void add_escaped(struct tw_buf *b, struct tw_slice s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t ch = s.p[i], kind = octets[ch];
		bool edge = (i == 0 && (ch == ' ' || ch == '#')) || (i + 1 == s.n && ch == ' ');
		if (!(kind & (SPECIAL | CONTROL)) && !edge)
			continue;
		tw_buf_add(b, s.p + from, i - from);
		from = i + 1;
		tw_buf_addc(b, '\\');
		if (kind & CONTROL)
			tw_buf_addf(b, "%02X", ch);
		else
			tw_buf_addc(b, (char)ch);
	}
	if (from < s.n)
		tw_buf_add(b, s.p + from, s.n - from);
}

static bool read_atv(struct tw_slice body, struct tw_slice *oid, struct tw_tlv *value)
{
	struct tw_der d = tw_der_in(body);
	return tw_der_take(&d, TW_OID, oid) && tw_oid_ok(*oid) && tw_der_next(&d, value) == 1 && d.s.n == 0;
}

static const char *type_name(struct tw_slice oid)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (tw_oid_eq(types[i].oid, oid))
			return types[i].name;
	return NULL;
}

static void add_atv(struct tw_buf *b, struct tw_slice oid, const struct tw_tlv *value)
{
	struct tw_buf text = { 0 };
	const char *name = type_name(oid);
	if (name)
		tw_buf_adds(b, name);
	else
		tw_oid_text(b, oid);
	tw_buf_addc(b, '=');
	/* RFC 4514 2.4: a dotted type takes the value's BER in hex. */
	if (name && tw_text_utf8(&text, value->tag, value->body))
		add_escaped(b, tw_buf_slice(&text));
	else {
		tw_buf_addc(b, '#');
		tw_buf_addhex(b, value->all.p, value->all.n);
	}
	tw_buf_free(&text);
}

static int add_rdn(struct tw_buf *b, struct tw_slice set)
{
	struct tw_der d = tw_der_in(set);
	struct tw_slice body, oid;
	struct tw_tlv value;
	bool first = true;
	while (tw_der_take(&d, TW_SEQUENCE, &body)) {
		if (!read_atv(body, &oid, &value))
			return -1;
		if (!first)
			tw_buf_addc(b, '+');
		first = false;
		add_atv(b, oid, &value);
	}
	return d.s.n || first ? -1 : 0;
}

/* RFC 4514 2.1: the last RDN comes first. Elements can only be found from the
 * front, so they are noted and then walked backwards. */
int tw_name_text(struct tw_buf *b, struct tw_slice name)
{
	struct tw_slice body, set, *rdn = NULL;
	size_t n = 0, cap = 0;
	if (!tw_der_only(name, TW_SEQUENCE, &body))
		return -1;
	struct tw_der d = tw_der_in(body);
	while (tw_der_take(&d, TW_SET, &set)) {
		if (n == cap) {
			cap = cap ? cap * 2 : 16;
			rdn = tw_realloc(rdn, cap, sizeof *rdn);
		}
		rdn[n++] = set;
	}
	int r = d.s.n ? -1 : 0;
	bool first = true;
	for (size_t i = n; i-- > 0;) {
		if (rdn[i].n == 0) { /* RFC 4514 has no text for an RDN of nothing */
			r = -1;
			continue;
		}
		if (!first)
			tw_buf_addc(b, ',');
		first = false;
		if (add_rdn(b, rdn[i]))
			r = -1;
	}
	free(rdn);
	return r;
}

int tw_common_name(struct tw_slice name, uint32_t *pos, struct tw_buf *b)
{
	struct tw_slice body, oid;
	struct tw_tlv t, value;
	if (!tw_der_only(name, TW_SEQUENCE, &body) || *pos > body.n)
		return 0;
	struct tw_der d = { { body.p + *pos, body.n - *pos }, false };
	while (tw_der_next(&d, &t) == 1) {
		if (t.tag == TW_SET) { /* step into the RDN */
			d.s.p = t.body.p;
			d.s.n = (size_t)(body.p + body.n - t.body.p);
		} else if (t.tag == TW_SEQUENCE && read_atv(t.body, &oid, &value) &&
				tw_slice_eq(oid, types[0].oid) && tw_text_utf8(b, value.tag, value.body)) {
			*pos = (uint32_t)(d.s.p - body.p);
			return 1;
		}
	}
	*pos = (uint32_t)body.n;
	return 0;
}

/* ---- faults ---- */

static bool stray(uint8_t tag, uint8_t c)
{
	switch (tag) {
	case TW_PRINTABLE:
		return !(octets[c] & PRINTS);
	case TW_TELETEX: /* control characters */
		return c < 0x20 || (c >= 0x7f && c < 0xa0);
	case TW_IA5:
		return c >= 0x80;
	case TW_NUMERIC:
		return c != ' ' && (c < '0' || c > '9');
	case TW_VISIBLE:
		return c < 0x20 || c > 0x7e;
	default:
		return false;
	}
}

static size_t char_width(uint8_t tag)
{
	return tag == TW_BMP ? 2 : tag == TW_UNIVERSAL ? 4 : 1;
}

/* Whole characters, each of them one of Unicode. *nul: one is NUL. */
static bool text_whole(uint8_t tag, struct tw_slice s, bool *nul)
{
	size_t width = char_width(tag);
	*nul = false;
	if (width == 1) {
		*nul = s.n && memchr(s.p, 0, s.n);
		return tag != TW_UTF8 || s.n == 0 || !u8_check(s.p, s.n);
	}
	if (s.n % width)
		return false;
	for (size_t i = 0; i < s.n; i += width) {
		uint32_t ch = 0;
		for (size_t k = 0; k < width; k++)
			ch = ch << 8 | s.p[i + k];
		*nul = *nul || ch == 0;
		if (ch > 0x10ffff || (ch >= 0xd800 && ch < 0xe000))
			return false;
	}
	return true;
}

void tw_check_string(uint64_t *f, uint8_t tag, struct tw_slice s)
{
	static const uint8_t known[] = { TW_UTF8, TW_NUMERIC, TW_PRINTABLE, TW_TELETEX, TW_IA5, TW_VISIBLE,
		TW_UNIVERSAL, TW_BMP };
	bool nul;
	if (!memchr(known, tag, sizeof known))
		return;
	if (!text_whole(tag, s, &nul))
		tw_fault(f, TW_FAULT_STRING_BAD);
	if (nul)
		tw_fault(f, TW_FAULT_STRING_NUL);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && stray(tag, s.p[i])) {
			bool lax = tag == TW_PRINTABLE || tag == TW_TELETEX;
			tw_fault(f, lax ? TW_FAULT_STRING_STRAY : TW_FAULT_STRING_BAD);
			return;
		}
}

int tw_check_rdn(uint64_t *f, struct tw_slice set)
{
	struct tw_der d = tw_der_in(set);
	struct tw_slice body, oid;
	struct tw_tlv value;
	if (set.n == 0) /* RelativeDistinguishedName is SET SIZE (1..MAX) */
		return -1;
	while (tw_der_take(&d, TW_SEQUENCE, &body)) {
		if (!read_atv(body, &oid, &value))
			return -1;
		tw_check_string(f, value.tag, value.body);
	}
	return d.s.n ? -1 : 0;
}

int tw_check_name(uint64_t *f, struct tw_slice name)
{
	struct tw_slice body, set;
	if (!tw_der_only(name, TW_SEQUENCE, &body))
		return -1;
	struct tw_der d = tw_der_in(body);
	while (tw_der_take(&d, TW_SET, &set))
		if (tw_check_rdn(f, set))
			return -1;
	return d.s.n ? -1 : 0;
}
