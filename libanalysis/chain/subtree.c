/* One name against one base of a name constraint. */
#include "chain/constraints.h"

#include <arpa/inet.h>
#include <string.h>

static uint8_t low(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool same(struct tw_slice a, struct tw_slice b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (low(a.p[i]) != low(b.p[i]))
			return false;
	return true;
}

static struct tw_slice cut(struct tw_slice s, size_t from)
{
	struct tw_slice r = { s.p + from, s.n - from };
	return r;
}

/* name ends with "." and base. */
static bool below(struct tw_slice name, struct tw_slice base)
{
	return name.n > base.n + 1 && name.p[name.n - base.n - 1] == '.' && same(cut(name, name.n - base.n), base);
}

/* Labels of letters, digits, hyphens and underscores. */
static bool host_name(struct tw_slice s)
{
	size_t label = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = low(s.p[i]);
		if (c == '.' ? label == 0 : !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return label > 0 && s.n <= 253;
}

static bool wildcard(struct tw_slice s)
{
	return s.n > 2 && s.p[0] == '*' && s.p[1] == '.';
}

static bool dotted(struct tw_slice s)
{
	return s.n > 1 && s.p[0] == '.';
}

static bool dns_within(struct tw_slice name, struct tw_slice base, bool excluding)
{
	if (!base.n)
		return true;
	struct tw_slice d = dotted(base) ? cut(base, 1) : base;
	if (!wildcard(name))
		return below(name, d) || (!dotted(base) && same(name, d));
	struct tw_slice rest = cut(name, 2);
	if (same(rest, d) || below(rest, d))
		return true;
	/* The base is one label below: one expansion is the base itself. */
	const uint8_t *dot = memchr(d.p, '.', d.n);
	return excluding && !dotted(base) && dot && same(rest, cut(d, (size_t)(dot + 1 - d.p)));
}

static bool host_within(struct tw_slice host, struct tw_slice base)
{
	return dotted(base) ? below(host, cut(base, 1)) : same(host, base);
}

/* Behind the last @; false when there is none, or nothing before it. */
static bool mailbox(struct tw_slice s, struct tw_slice *local, struct tw_slice *host)
{
	const uint8_t *at = s.n ? memrchr(s.p, '@', s.n) : NULL;

	if (!at || at == s.p)
		return false;
	local->p = s.p;
	local->n = (size_t)(at - s.p);
	*host = cut(s, local->n + 1);
	return host_name(*host);
}

static bool email_within(struct tw_slice name, struct tw_slice base)
{
	struct tw_slice local, host, blocal, bhost;

	if (!base.n)
		return true;
	if (!mailbox(name, &local, &host))
		return false;
	if (!mailbox(base, &blocal, &bhost))
		return host_within(host, base);
	return tw_slice_eq(local, blocal) && same(host, bhost);
}

/* RFC 3986: the host of scheme://userinfo@host:port/...; no IP address. */
static bool uri_host(struct tw_slice s, struct tw_slice *host)
{
	const uint8_t *colon = s.n ? memmem(s.p, s.n, "://", 3) : NULL;
	char text[256];
	uint8_t ip[4];

	if (!colon || colon == s.p)
		return false;
	struct tw_slice a = cut(s, (size_t)(colon - s.p) + 3);
	size_t end = 0;
	while (end < a.n && a.p[end] != '/' && a.p[end] != '?' && a.p[end] != '#')
		end++;
	a.n = end;
	const uint8_t *at = a.n ? memrchr(a.p, '@', a.n) : NULL;
	if (at)
		a = cut(a, (size_t)(at - a.p) + 1);
	const uint8_t *port = a.n ? memchr(a.p, ':', a.n) : NULL;
	if (port)
		a.n = (size_t)(port - a.p);
	if (a.n > 253 || !host_name(a))
		return false;
	memcpy(text, a.p, a.n);
	text[a.n] = 0;
	*host = a;
	return inet_pton(AF_INET, text, ip) != 1;
}

static bool contiguous(struct tw_slice mask)
{
	bool ended = false;

	for (size_t i = 0; i < mask.n * 8; i++) {
		bool one = mask.p[i / 8] >> (7 - i % 8) & 1;
		if (one && ended)
			return false;
		ended |= !one;
	}
	return true;
}

bool tw_base_ok(enum tw_form form, struct tw_slice base)
{
	switch (form) {
	case TW_FORM_DNS:
		return !base.n || host_name(dotted(base) ? cut(base, 1) : base);
	case TW_FORM_URI:
		return host_name(dotted(base) ? cut(base, 1) : base);
	case TW_FORM_IP:
		return (base.n == 8 || base.n == 32) && contiguous(cut(base, base.n / 2));
	default:
		return true;
	}
}

bool tw_form_ok(enum tw_form form, struct tw_slice name)
{
	struct tw_slice a, b;

	switch (form) {
	case TW_FORM_DNS: return host_name(wildcard(name) ? cut(name, 2) : name);
	case TW_FORM_EMAIL: return mailbox(name, &a, &b);
	case TW_FORM_URI: return uri_host(name, &a);
	case TW_FORM_IP: case TW_FORM_DN: return true;
	default: return false; /* forms without rules fail where they are constrained */
	}
}

bool tw_name_within(enum tw_form form, struct tw_slice name, struct tw_slice base, bool excluding)
{
	struct tw_slice host;

	switch (form) {
	case TW_FORM_DNS: return dns_within(name, base, excluding);
	case TW_FORM_EMAIL: return email_within(name, base);
	case TW_FORM_URI: return uri_host(name, &host) && host_within(host, base);
	case TW_FORM_DN: return name.n >= base.n && (!base.n || !memcmp(name.p, base.p, base.n));
	case TW_FORM_IP:
		if (name.n * 2 != base.n)
			return false;
		for (size_t i = 0; i < name.n; i++)
			if ((name.p[i] ^ base.p[i]) & base.p[name.n + i])
				return false;
		return true;
	default: return false;
	}
}
