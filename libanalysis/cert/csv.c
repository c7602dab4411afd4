/* csv.c: certificates.csv, one row a certificate. */
#include "cert/internal.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistr.h>

static const char header[] = "sha256,basis,spki_sha256,subject,issuer,serial,not_before,not_after,version,"
	"key_algorithm,key_bits,curve,rsa_exponent,signature_algorithm,ca,path_length,key_usage,"
	"ext_key_usage,ski,aki,self_issued,san_count,names,malformed,security_bits\n";

enum { COLUMNS = 25, NAMES_SHOWN = 8 };

void tw_cert_csv_header(struct tw_buf *b)
{
	tw_buf_adds(b, header);
}

/* A field of text that is built in a buffer of its own. */
static void field(struct tw_buf *b, struct tw_buf *text)
{
	tw_buf_addc(b, ',');
	tw_csv_field(b, tw_buf_slice(text));
	text->n = 0;
}

static void word(struct tw_buf *b, const char *s)
{
	tw_buf_addc(b, ',');
	tw_buf_adds(b, s);
}

static void number(struct tw_buf *b, uint64_t v)
{
	tw_buf_addc(b, ',');
	tw_buf_addu(b, v);
}

static void hex(struct tw_buf *b, struct tw_slice s)
{
	tw_buf_addc(b, ',');
	tw_buf_addhex(b, s.p, s.n);
}

/* A date that could not be read is empty, not the bound that stands for it. */
static void date(struct tw_buf *b, const struct tw_cert *c, int64_t t, int64_t unread)
{
	tw_buf_addc(b, ',');
	if (!(t == unread && (c->faults & TW_FAULT_BIT(TW_FAULT_TIME_UNREADABLE))))
		tw_time_add(b, t);
}

static void bits(struct tw_buf *b, uint32_t set, const char *const *name, size_t n)
{
	bool first = true;
	for (size_t i = 0; i < n; i++)
		if (set & 1u << i) {
			if (!first)
				tw_buf_addc(b, ' ');
			first = false;
			tw_buf_adds(b, name[i]);
		}
}

void tw_key_usage_text(struct tw_buf *b, uint32_t set)
{
	static const char *const ku[] = { "digitalSignature", "nonRepudiation", "keyEncipherment",
		"dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly" };
	bits(b, set, ku, sizeof ku / sizeof *ku);
}

void tw_eku_text(struct tw_buf *b, uint32_t set)
{
	static const char *const eku[] = { "any", "serverAuth", "clientAuth", "codeSigning", "emailProtection",
		"timeStamping", "OCSPSigning", "msSGC", "nsSGC", "other" };
	bits(b, set, eku, sizeof eku / sizeof *eku);
}

static void usages(struct tw_buf *b, const struct tw_cert *c)
{
	tw_buf_addc(b, ',');
	tw_key_usage_text(b, c->key_usage);
	tw_buf_addc(b, ',');
	tw_eku_text(b, c->eku);
}

/* One name in a space-separated list: what would break it, and what is no
 * UTF-8, goes as %XX. */
static void add_name(struct tw_buf *b, struct tw_slice s)
{
	uint8_t high = s.n && u8_check(s.p, s.n) ? 0x80 : 0xff;
	if (b->n)
		tw_buf_addc(b, ' ');
	size_t i = 0;
	/* What a spreadsheet would take for a formula. */
	if (b->n == 0 && s.n && strchr("=+-@", s.p[0]) && s.p[0])
		tw_buf_addf(b, "%%%02X", s.p[i++]);
	for (; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == '%' || s.p[i] == 0x7f || s.p[i] >= high)
			tw_buf_addf(b, "%%%02X", s.p[i]);
		else
			tw_buf_addc(b, (char)s.p[i]);
}

static bool add_address(struct tw_buf *b, struct tw_slice s)
{
	char text[INET6_ADDRSTRLEN];
	if ((s.n != 4 && s.n != 16) || !inet_ntop(s.n == 4 ? AF_INET : AF_INET6, s.p, text, sizeof text))
		return false;
	add_name(b, tw_str(text));
	return true;
}

/* The first host names and addresses; common names where there are none. */
static void names(struct tw_buf *b, const struct tw_cert *c, struct tw_buf *text)
{
	struct tw_der d;
	struct tw_slice v;
	struct tw_buf cn = { 0 };
	int kind, shown = 0;
	tw_san_start(&d, c->san);
	while (shown < NAMES_SHOWN && tw_san_next(&d, &kind, &v) == 1) {
		if (kind == 2 && v.n) {
			add_name(text, v);
			shown++;
		} else if (kind == 7 && add_address(text, v))
			shown++;
	}
	uint32_t pos = 0;
	bool none = shown == 0;
	while (none && shown < NAMES_SHOWN && tw_common_name(c->subject, &pos, &cn)) {
		if (cn.n)
			add_name(text, tw_buf_slice(&cn));
		cn.n = 0;
		shown++;
	}
	tw_buf_free(&cn);
	field(b, text);
}

/* The exponent in decimal where it fits, as hex with 0x where it is absurd. */
static void exponent(struct tw_buf *b, struct tw_slice e)
{
	uint64_t v = 0;
	tw_buf_addc(b, ',');
	if (e.n == 0)
		return;
	if (e.n > 8) {
		tw_buf_adds(b, "0x");
		tw_buf_addhex(b, e.p, e.n);
		return;
	}
	for (size_t i = 0; i < e.n; i++)
		v = v << 8 | e.p[i];
	tw_buf_addu(b, v);
}

static void key(struct tw_buf *b, const struct tw_cert *c)
{
	tw_buf_addc(b, ',');
	if (c->key == TW_KEY_UNKNOWN && c->key_oid.n)
		tw_oid_text(b, c->key_oid);
	else
		tw_buf_adds(b, tw_key_name(c->key));
	if (c->key_bits)
		number(b, c->key_bits);
	else
		tw_buf_addc(b, ',');
	word(b, c->curve ? c->curve : "");
	exponent(b, c->rsa_e);
}

static void constraints(struct tw_buf *b, const struct tw_cert *c)
{
	word(b, c->ca ? "yes" : "no");
	if (c->path_length >= 0)
		number(b, (uint64_t)c->path_length);
	else
		tw_buf_addc(b, ',');
}

static void readable(struct tw_buf *b, const struct tw_cert *c)
{
	struct tw_buf text = { 0 };
	tw_buf_addc(b, ',');
	tw_buf_addhex(b, c->spki_sha256, TW_SHA256);
	/* A name that cannot be decoded shows what could be; malformed says so. */
	(void)tw_name_text(&text, c->subject);
	field(b, &text);
	(void)tw_name_text(&text, c->issuer);
	field(b, &text);
	hex(b, c->serial);
	date(b, c, c->not_before, TW_TIME_MIN);
	date(b, c, c->not_after, TW_TIME_MAX);
	if (c->version < 0)
		tw_buf_adds(b, ",-1");
	else
		number(b, (uint64_t)c->version);
	key(b, c);
	tw_sig_name(&text, c);
	field(b, &text);
	constraints(b, c);
	usages(b, c);
	hex(b, c->ski);
	hex(b, c->aki);
	word(b, c->self_issued ? "yes" : "no");
	number(b, c->san_count);
	names(b, c, &text);
	tw_fault_details(&text, c->faults);
	field(b, &text);
	uint32_t security = tw_key_security_bits(c->key, c->key_bits);
	if (security)
		number(b, security);
	else
		tw_buf_addc(b, ',');
	tw_buf_free(&text);
}

void tw_cert_csv(struct tw_buf *b, const struct tw_cert *c)
{
	tw_buf_addhex(b, c->sha256, TW_SHA256);
	tw_buf_adds(b, ",der");
	if (c->readable)
		readable(b, c);
	else {
		for (int i = 2; i < COLUMNS - 2; i++)
			tw_buf_addc(b, ',');
		tw_buf_adds(b, ",unreadable,");
	}
	tw_buf_addc(b, '\n');
}
