/* Server names against certificates: chain/host.c against docs/verdicts.md
 * (name_match), told anew over the lines themselves.
 *
 * The first line is the name that was asked for; each other one a name of the
 * certificate: d dNSName, i iPAddress in hex, s SRVName, x xmppAddr, e rfc822Name,
 * c a CN. Each profile says what the lines say; neither case, a last dot nor
 * brackets around an address matter; a profile under which CNs count less never
 * matches more; each cause is true of the lines. */
#include "chain/host.h"
#include "synth/cert.h"
#include "synth/der.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 32, LONGEST = 255 };

struct name {
	char kind;
	char text[LONGEST + 1]; /* lower case, without a last dot; empty: no name of a host */
	uint8_t octets[16];     /* of an i */
	struct tw_slice v;
};
struct asked {
	char text[LONGEST + 1];
	bool ok;
	uint8_t ip[16];
	size_t nip;
};
struct input {
	struct tw_slice asked;
	struct name v[MOST];
	int n;
	bool san, dns;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void hold(bool so)
{
	if (!so)
		abort();
}

/* ---- what the lines say ---- */

static bool lower(char out[LONGEST + 1], struct tw_slice v)
{
	size_t n = v.n && v.p[v.n - 1] == '.' ? v.n - 1 : v.n;

	out[0] = 0;
	for (size_t i = 0; i < n; i++)
		if (!isgraph(v.p[i]))
			return false;
	if (!n || n > LONGEST)
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (char)tolower(v.p[i]);
	out[n] = 0;
	return true;
}

static size_t address(const char *text, uint8_t ip[16])
{
	return inet_pton(AF_INET, text, ip) == 1 ? 4 : inet_pton(AF_INET6, text, ip) == 1 ? 16 : 0;
}

static struct asked ask(struct tw_slice v)
{
	struct asked a;

	memset(&a, 0, sizeof a);
	if (v.n > 2 && v.p[0] == '[' && v.p[v.n - 1] == ']')
		v = (struct tw_slice){ v.p + 1, v.n - 2 };
	a.ok = lower(a.text, v);
	a.nip = a.ok ? address(a.text, a.ip) : 0;
	return a;
}

static bool wild(const char *name)
{
	return name[0] == '*' && name[1] == '.' && strchr(name + 2, '.');
}

static bool matches(const char *name, const char *host)
{
	size_t first = strcspn(host, ".");

	return !strcmp(name, host) || (wild(name) && first && !strcmp(host + first, name + 1));
}

static bool cns_count(const struct input *in, const struct tw_profile *p)
{
	return p->cn != TW_CN_NEVER && !(p->cn == TW_CN_WITHOUT_SAN ? in->san : in->dns);
}

static bool one_fits(const struct name *o, const struct asked *a, bool cns)
{
	uint8_t ip[16];

	switch (o->kind) {
	case 'i': return a->nip && o->v.n == a->nip && !memcmp(o->v.p, a->ip, a->nip);
	case 'd': case 's': case 'x': return !a->nip && o->text[0] && matches(o->text, a->text);
	case 'c':
		if (!cns || !o->text[0])
			return false;
		return a->nip ? address(o->text, ip) == a->nip && !memcmp(ip, a->ip, a->nip) : matches(o->text, a->text);
	default: return false;
	}
}

static bool fits(const struct input *in, const struct asked *a, bool cns)
{
	for (int i = 0; i < in->n; i++)
		if (one_fits(&in->v[i], a, cns))
			return true;
	return false;
}

/* *.D, for a host that is D or more than one label below. */
static bool deeper(const struct name *o, const char *host)
{
	size_t n = strlen(host), k = strlen(o->text + 1);

	return wild(o->text) && (!strcmp(host, o->text + 2) || (n > k && !strcmp(host + n - k, o->text + 1)));
}

/* ---- what the library says ---- */

static void check_cause(const struct input *in, const struct tw_profile *p, const struct tw_cert *c, const struct asked *a)
{
	const char *cause = tw_host_cause(p, c, in->asked);
	bool cns = cns_count(in, p), below = false;
	struct asked with = *a, without = *a;

	hold(!strcmp(cause, "cn_only") == (a->ok && !cns && fits(in, a, true)));
	if (!strcmp(cause, "none") || !strcmp(cause, "cn_only"))
		return;
	hold(a->ok && !a->nip);
	for (int i = 0; i < in->n; i++)
		if (strchr("dsx", in->v[i].kind) || (cns && in->v[i].kind == 'c'))
			below |= deeper(&in->v[i], a->text);
	if (strlen(a->text) + 4 <= LONGEST)
		snprintf(with.text, sizeof with.text, "www.%.251s", a->text);
	if (!strncmp(a->text, "www.", 4))
		memmove(without.text, a->text + 4, strlen(a->text + 4) + 1);
	if (!strcmp(cause, "www"))
		hold(fits(in, &with, cns) || fits(in, &without, cns));
	else if (!strcmp(cause, "wildcard_depth"))
		hold(below);
	else
		hold(!strcmp(cause, "same_registered_domain") && !below);
}

static void check_profile(const struct input *in, const struct tw_profile *p, const struct tw_cert *c)
{
	struct asked a = ask(in->asked);
	enum tw_match want = !in->asked.n ? TW_MATCH_NONE : a.ok && fits(in, &a, cns_count(in, p)) ? TW_MATCH_YES : TW_MATCH_NO;
	struct tw_buf other = { 0, 0, 0 };

	hold(tw_host_match(p, c, in->asked) == want);
	if (want == TW_MATCH_NO)
		check_cause(in, p, c, &a);
	for (size_t i = 0; i < in->asked.n; i++)
		tw_buf_addc(&other, (char)toupper(in->asked.p[i]));
	hold(tw_host_match(p, c, tw_buf_slice(&other)) == want);
	other.n = 0;
	if (a.ok) {
		tw_buf_adds(&other, a.text);
		tw_buf_addc(&other, '.');
		hold(a.text[strlen(a.text) - 1] == '.' || tw_host_match(p, c, tw_buf_slice(&other)) == want);
	}
	other.n = 0;
	if (a.nip) {
		tw_buf_addf(&other, "[%s]", a.text);
		hold(tw_host_match(p, c, tw_buf_slice(&other)) == want);
	}
	tw_buf_free(&other);
}

static void check(const struct input *in, const struct tw_cert *c)
{
	static const char *const names[] = { "webpki", "rfc5280", "2015" };
	enum tw_match last = TW_MATCH_NONE;

	for (int i = 0; i < 3; i++) {
		const struct tw_profile *p = tw_profile_find(names[i]);
		enum tw_match now = tw_host_match(p, c, in->asked);
		check_profile(in, p, c);
		hold(last != TW_MATCH_YES || now == TW_MATCH_YES);
		last = now;
	}
}

/* ---- the certificate ---- */

static void put_other(struct tw_buf *san, const char *oid, int tag, struct tw_slice v)
{
	struct tw_buf s = { 0, 0, 0 }, body = { 0, 0, 0 };

	der_put(&s, (uint8_t)tag, v.p, v.n);
	der_oid(&body, oid);
	der_wrap(&body, 0xa0, &s);
	der_wrap(san, 0xa0, &body);
	tw_buf_free(&s);
	tw_buf_free(&body);
}

static void put(struct tw_buf *subject, struct tw_buf *san, const struct name *o)
{
	struct tw_buf ava = { 0, 0, 0 }, one = { 0, 0, 0 };

	switch (o->kind) {
	case 'd': der_put(san, 0x82, o->v.p, o->v.n); break;
	case 'e': der_put(san, 0x81, o->v.p, o->v.n); break;
	case 'i': der_put(san, 0x87, o->v.p, o->v.n); break;
	case 's': put_other(san, "1.3.6.1.5.5.7.8.7", 0x16, o->v); break;
	case 'x': put_other(san, "1.3.6.1.5.5.7.8.5", 0x0c, o->v); break;
	default:
		der_oid(&ava, "2.5.4.3");
		der_put(&ava, 0x0c, o->v.p, o->v.n);
		der_wrap(&one, 0x30, &ava);
		der_wrap(subject, 0x31, &one);
	}
	tw_buf_free(&ava);
	tw_buf_free(&one);
}

static void make(struct tw_buf *der, const struct input *in)
{
	struct tw_buf subject = { 0, 0, 0 }, san = { 0, 0, 0 }, ext = { 0, 0, 0 };

	for (int i = 0; i < in->n; i++)
		put(&subject, &san, &in->v[i]);
	if (san.n) {
		der_wrap(der, 0x30, &san);
		cert_extension(&ext, "2.5.29.17", true, der);
	}
	cert_der(der, 1, tw_buf_slice(&subject), &ext);
	tw_buf_free(&subject);
	tw_buf_free(&san);
	tw_buf_free(&ext);
}

/* ---- lines ---- */

static void read_line(struct input *in, struct tw_slice v)
{
	struct name *o = &in->v[in->n];
	struct tw_slice host;

	if (in->n == MOST || !v.n || !v.p[0] || !strchr("diesxc", v.p[0]))
		return;
	memset(o, 0, sizeof *o);
	o->kind = (char)v.p[0];
	o->v = host = (struct tw_slice){ v.p + 1, v.n - 1 };
	if (o->kind == 'i' && v.n / 2 <= sizeof o->octets && tw_unhex(o->v, o->octets, v.n / 2))
		o->v = (struct tw_slice){ o->octets, v.n / 2 };
	const uint8_t *dot = o->kind == 's' && host.n && host.p[0] == '_' ? memchr(host.p, '.', host.n) : NULL;
	if (dot)
		host = (struct tw_slice){ dot + 1, host.n - (size_t)(dot + 1 - host.p) };
	if (o->kind != 's' || dot)
		(void)lower(o->text, host);
	in->san |= o->kind != 'c';
	in->dns |= o->kind == 'd';
	in->n++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct input in;
	struct tw_buf der = { 0, 0, 0 };
	struct tw_cert c;
	bool first = true;

	memset(&in, 0, sizeof in);
	for (size_t i = 0, end; i <= n; i = end + 1) {
		for (end = i; end < n && data[end] != '\n'; end++)
			;
		struct tw_slice line = { data + i, end - i };
		if (first)
			in.asked = line;
		else
			read_line(&in, line);
		first = false;
	}
	make(&der, &in);
	tw_cert_read(&c, tw_buf_slice(&der));
	hold(c.readable);
	/* A SAN or a name that does not decode is the reader's to judge. */
	if (!(c.faults & (TW_FAULT_BIT(TW_FAULT_EXTENSION_UNREADABLE) | TW_FAULT_BIT(TW_FAULT_STRING_BAD))))
		check(&in, &c);
	tw_buf_free(&der);
	return 0;
}
