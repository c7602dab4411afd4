/* Server names against certificates (RFC 6125, verdicts section 5). */
#include "chain/host.h"

#include <arpa/inet.h>
#include <libpsl.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAME 255 /* a DNS name's text */

struct asked {
	char host[MAX_NAME + 1]; /* lower case, no dot at the end */
	uint8_t ip[16];
	size_t nip; /* 4 or 16, 0 = a host name */
};

/* How many octets of an address s is: 4 or 16; 0 for none. */
static size_t address(const char *s, uint8_t ip[16])
{
	return inet_pton(AF_INET, s, ip) == 1 ? 4 : inet_pton(AF_INET6, s, ip) == 1 ? 16 : 0;
}

/* Lower case, without a last dot; false when it cannot be a name. */
static bool lower(char out[MAX_NAME + 1], struct tw_slice v)
{
	if (v.n && v.p[v.n - 1] == '.')
		v.n--;
	if (!v.n || v.n > MAX_NAME)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		uint8_t c = v.p[i];
		if (c <= ' ' || c >= 0x7f)
			return false;
		out[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : (char)c;
	}
	out[v.n] = 0;
	return true;
}

static bool ask(struct asked *a, struct tw_slice name)
{
	struct tw_slice v = name;

	if (v.n > 2 && v.p[0] == '[' && v.p[v.n - 1] == ']') {
		v.p++;
		v.n -= 2;
	}
	if (!lower(a->host, v))
		return false;
	a->nip = address(a->host, a->ip);
	return true;
}

/* A wildcard is the whole left-most label, with two labels or more behind. */
static bool host_fits(const char *pattern, const char *host)
{
	if (!strcmp(pattern, host))
		return true;
	if (strncmp(pattern, "*.", 2) != 0 || !strchr(pattern + 2, '.'))
		return false;
	size_t label = strcspn(host, ".");
	return label && !strcmp(host + label, pattern + 1);
}

/* What a walk over the names calls; true ends it. */
typedef bool (*visit)(void *arg, const char *name);

static const uint8_t srv_name[] = { 0x2b, 6, 1, 5, 5, 7, 8, 7 };
static const uint8_t xmpp_addr[] = { 0x2b, 6, 1, 5, 5, 7, 8, 5 };

/* The host of an otherName that is an SRVName or an xmppAddr. */
static bool other_name(struct tw_slice v, char out[MAX_NAME + 1])
{
	struct tw_der d = { v, false };
	struct tw_tlv oid, wrap, s;

	if (!tw_der_tagged(&d, 0x06, &oid) || oid.body.n != 8 || !tw_der_tagged(&d, 0xa0, &wrap))
		return false;
	d.s = wrap.body;
	if (tw_der_next(&d, &s) != 1)
		return false;
	if (!memcmp(oid.body.p, xmpp_addr, 8))
		return lower(out, s.body);
	const uint8_t *dot = memchr(s.body.p, '.', s.body.n);
	if (memcmp(oid.body.p, srv_name, 8) != 0 || !dot || s.body.p[0] != '_')
		return false;
	struct tw_slice rest = { dot + 1, s.body.n - (size_t)(dot + 1 - s.body.p) };
	return lower(out, rest);
}

/* Each host name of the SAN; *ip is set when an address equals a's. */
static bool each_san(const struct tw_cert *c, const struct asked *a, visit f, void *arg)
{
	struct tw_der d;
	struct tw_slice v;
	char name[MAX_NAME + 1];
	int kind;

	tw_san_start(&d, c->san);
	while (tw_san_next(&d, &kind, &v) == 1) {
		if (kind == 7 && a->nip && v.n == a->nip && !memcmp(v.p, a->ip, v.n))
			return true;
		if (a->nip)
			continue;
		if ((kind == 2 && lower(name, v)) || (kind == 0 && other_name(v, name)))
			if (f(arg, name))
				return true;
	}
	return false;
}

static bool each_cn(const struct tw_cert *c, visit f, void *arg)
{
	struct tw_buf b = { 0, 0, 0 };
	uint32_t pos = 0;
	bool found = false;
	char name[MAX_NAME + 1];

	while (!found && tw_common_name(c->subject, &pos, &b) == 1) {
		found = lower(name, tw_buf_slice(&b)) && f(arg, name);
		b.n = 0;
	}
	tw_buf_free(&b);
	return found;
}

static bool fits(void *arg, const char *name)
{
	const struct asked *a = arg;
	uint8_t ip[16];

	if (a->nip)
		return address(name, ip) == a->nip && !memcmp(ip, a->ip, a->nip);
	return host_fits(name, a->host);
}

/* The names that count: the SAN's, and the CNs where the profile takes them. */
static bool any(const struct tw_profile *p, const struct tw_cert *c, struct asked *a, visit f)
{
	return each_san(c, a, f, a) || (tw_profile_cn_counts(p, c) && each_cn(c, f, a));
}

enum tw_match tw_host_match(const struct tw_profile *p, const struct tw_cert *c, struct tw_slice name)
{
	struct asked a = { .nip = 0 };

	if (!name.n || !c->readable)
		return TW_MATCH_NONE;
	if (!ask(&a, name))
		return TW_MATCH_NO;
	return any(p, c, &a, fits) ? TW_MATCH_YES : TW_MATCH_NO;
}

static bool www(void *arg, const char *name)
{
	const struct asked *a = arg;

	return (!strncmp(name, "www.", 4) && !strcmp(name + 4, a->host)) ||
		(!strncmp(a->host, "www.", 4) && host_fits(name, a->host + 4));
}

/* *.D where the host is D itself or more than one label below it. */
static bool depth(void *arg, const char *name)
{
	const struct asked *a = arg;
	size_t n = strlen(a->host), k = strlen(name);

	if (strncmp(name, "*.", 2) != 0 || !strchr(name + 2, '.'))
		return false;
	return !strcmp(a->host, name + 2) || (n > k - 1 && !strcmp(a->host + n - (k - 1), name + 1));
}

static bool same_domain(void *arg, const char *name)
{
	const struct asked *a = arg;
	const psl_ctx_t *psl = psl_builtin();

	if (!psl)
		return false;
	const char *x = psl_registrable_domain(psl, name), *y = psl_registrable_domain(psl, a->host);
	return x && y && !strcmp(x, y);
}

const char *tw_host_cause(const struct tw_profile *p, const struct tw_cert *c, struct tw_slice name)
{
	struct asked a = { .nip = 0 };

	if (!c->readable || !ask(&a, name))
		return "none";
	if (!tw_profile_cn_counts(p, c) && each_cn(c, fits, &a))
		return "cn_only";
	if (a.nip)
		return "none";
	if (any(p, c, &a, www))
		return "www";
	if (any(p, c, &a, depth))
		return "wildcard_depth";
	return any(p, c, &a, same_domain) ? "same_registered_domain" : "none";
}
