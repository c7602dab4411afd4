/* One name against one base of a name constraint. */
#include "chain/constraints.h"

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

	if (s.n > 253)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = low(s.p[i]);
		if (c == '.' ? label == 0 : !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return label > 0;
}

/* An atom's octets (RFC 5322 3.2.3); those of UTF-8 too (RFC 6531 3.3). */
static bool atext(uint8_t c)
{
	return c > ' ' && c != 0x7f && !strchr("()<>[]:;@\\,.\"", c);
}

/* RFC 5321 4.1.2: Dot-string or Quoted-string. */
static bool local_part(struct tw_slice s)
{
	size_t atom = 0;

	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"') {
		for (size_t i = 1; i + 1 < s.n; i++) {
			bool escaped = s.p[i] == '\\' && ++i;
			if (i + 1 >= s.n || s.p[i] < ' ' || s.p[i] == 0x7f || (s.p[i] == '"' && !escaped))
				return false;
		}
		return true;
	}
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' ? atom == 0 : !atext(s.p[i]))
			return false;
		atom = s.p[i] == '.' ? 0 : atom + 1;
	}
	return atom > 0;
}

/* Behind the last @: no host has one, a quoted local part may. */
static bool mailbox(struct tw_form_name *o)
{
	const uint8_t *at = o->v.n ? memrchr(o->v.p, '@', o->v.n) : NULL;

	if (!at)
		return false;
	o->local.p = o->v.p;
	o->local.n = (size_t)(at - o->v.p);
	o->host = cut(o->v, o->local.n + 1);
	if (!local_part(o->local))
		return false;
	return host_name(o->host);
}

/* Its last label is a number, decimal or as C writes hexadecimal ones: what
 * resolvers take for an IPv4 address, whatever stands before (inet_aton). No
 * top-level domain is one (RFC 1123 2.1). */
static bool address(struct tw_slice host)
{
	const uint8_t *dot = memrchr(host.p, '.', host.n);
	struct tw_slice l = dot ? cut(host, (size_t)(dot + 1 - host.p)) : host;
	bool hex = l.n >= 2 && l.p[0] == '0' && low(l.p[1]) == 'x';

	for (size_t i = hex ? 2 : 0; i < l.n; i++) {
		uint8_t c = low(l.p[i]);
		if (!((c >= '0' && c <= '9') || (hex && c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

static bool digits(struct tw_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

/* RFC 3986: the host of scheme://userinfo@host:port/...; no IP address. */
static bool uri(struct tw_form_name *o)
{
	const uint8_t *colon = o->v.n ? memmem(o->v.p, o->v.n, "://", 3) : NULL;

	if (!colon || colon == o->v.p)
		return false;
	struct tw_slice a = cut(o->v, (size_t)(colon - o->v.p) + 3);
	size_t end = 0;
	while (end < a.n && a.p[end] != '/' && a.p[end] != '?' && a.p[end] != '#')
		end++;
	a.n = end;
	const uint8_t *at = memrchr(a.p, '@', a.n);
	if (at)
		a = cut(a, (size_t)(at - a.p) + 1);
	const uint8_t *port = memchr(a.p, ':', a.n);
	if (port) {
		if (!digits(cut(a, (size_t)(port + 1 - a.p))))
			return false;
		a.n = (size_t)(port - a.p);
	}
	o->host = a;
	return host_name(a) && !address(a);
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

struct tw_form_name tw_form_name(enum tw_form form, struct tw_slice v)
{
	struct tw_form_name o = { .form = form, .v = v, .host = v };

	switch (form) {
	case TW_FORM_DNS:
		o.wild = v.n > 2 && v.p[0] == '*' && v.p[1] == '.';
		o.host = o.wild ? cut(v, 2) : v;
		o.ok = host_name(o.host);
		break;
	case TW_FORM_EMAIL: o.ok = mailbox(&o); break;
	case TW_FORM_URI: o.ok = uri(&o); break;
	case TW_FORM_IP: case TW_FORM_DN: o.ok = true; break;
	default: break; /* forms without rules fail where they are constrained */
	}
	return o;
}

struct tw_form_name tw_form_base(enum tw_form form, struct tw_slice v)
{
	struct tw_form_name o = { .form = form, .v = v, .host = v, .ok = true };

	if (form == TW_FORM_DNS || form == TW_FORM_EMAIL || form == TW_FORM_URI) {
		o.dotted = v.n > 1 && v.p[0] == '.';
		o.host = o.dotted ? cut(v, 1) : v;
	}
	switch (form) {
	case TW_FORM_DNS: o.ok = !v.n || host_name(o.host); break;
	case TW_FORM_URI: o.ok = host_name(o.host); break;
	case TW_FORM_EMAIL:
		o.ok = !v.n || host_name(o.host) || mailbox(&o);
		break;
	case TW_FORM_IP:
		o.ok = (v.n == 8 || v.n == 32) && contiguous(cut(v, v.n / 2));
		break;
	default: break;
	}
	return o;
}

static bool dns_within(const struct tw_form_name *name, const struct tw_form_name *base, bool excluding)
{
	struct tw_slice d = base->host;

	if (!base->v.n)
		return true;
	if (!name->wild)
		return below(name->host, d) || (!base->dotted && same(name->host, d));
	if (same(name->host, d) || below(name->host, d))
		return true;
	/* The base is one label below: one expansion is the base itself. */
	return excluding && !base->dotted && below(d, name->host) && !memchr(d.p, '.', d.n - name->host.n - 1);
}

static bool host_within(struct tw_slice host, const struct tw_form_name *base)
{
	return base->dotted ? below(host, base->host) : same(host, base->host);
}

static bool ip_within(struct tw_slice name, struct tw_slice base)
{
	if (name.n * 2 != base.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((name.p[i] ^ base.p[i]) & base.p[name.n + i])
			return false;
	return true;
}

/* Whether two local parts could be one mailbox's: "a" is a, \\a is a (RFC 5321
 * 4.1.2); case tells nothing in an emailAddress (RFC 5280 4.1.2.6). Behind each
 * stands a quote or @, and only in quotes a backslash. */
static bool alike(const struct tw_form_name *name, struct tw_slice b)
{
	struct tw_slice a = name->local;
	bool qa = a.p[0] == '"', qb = b.p[0] == '"';
	size_t i = qa, j = qb;

	for (a.n -= qa, b.n -= qb;; i++, j++) {
		i += a.p[i] == '\\';
		j += b.p[j] == '\\';
		if (i == a.n || j == b.n)
			return i == a.n && j == b.n;
		if (name->anycase ? low(a.p[i]) != low(b.p[j]) : a.p[i] != b.p[j])
			return false;
	}
}

static bool email_within(const struct tw_form_name *name, const struct tw_form_name *base, bool excluding)
{
	if (!base->v.n)
		return true;
	if (!base->local.n)
		return host_within(name->host, base);
	return same(name->host, base->host) &&
		(excluding ? alike(name, base->local) : tw_slice_eq(name->local, base->local));
}

bool tw_form_within(const struct tw_form_name *name, const struct tw_form_name *base, bool excluding)
{
	switch (name->form) {
	case TW_FORM_DNS: return dns_within(name, base, excluding);
	case TW_FORM_EMAIL: return email_within(name, base, excluding);
	case TW_FORM_URI: return host_within(name->host, base);
	case TW_FORM_DN: return name->v.n >= base->v.n && (!base->v.n || !memcmp(name->v.p, base->v.p, base->v.n));
	case TW_FORM_IP: return ip_within(name->v, base->v);
	default: return false;
	}
}
