/* Module http: each hop of a redirect chain is a probe of its own. */
#include "dump/zgrab2.h"

#include <string.h>

struct hops {
	struct tw_zgrab2 *z;
	struct tw_json scan, result;
	struct tw_zseen seen;
	struct tw_slice first;    /* the first hop's host */
	struct tw_slice location; /* where the last hop read sends to */
	bool https;               /* was the last hop read */
	unsigned k;
	enum tw_fate fate;
};

/* Host and port of a URL's authority: "host", "host:port", "[v6]:port". */
static struct tw_slice split_host(struct tw_slice s, uint64_t *port)
{
	const uint8_t *colon = s.n ? memrchr(s.p, ':', s.n) : NULL;
	bool v6 = s.n && s.p[0] == '[';

	if (colon && colon > s.p && (!v6 || colon[-1] == ']')) {
		struct tw_slice number = { colon + 1, s.n - (size_t)(colon + 1 - s.p) };
		if (tw_slice_u64(number, 65535, port))
			s.n = (size_t)(colon - s.p);
	}
	if (v6 && s.n >= 2 && s.p[s.n - 1] == ']') {
		s.p++;
		s.n -= 2;
	}
	return s;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 32 : c;
}

static bool same_host(struct tw_slice a, struct tw_slice b)
{
	if (a.n != b.n || a.n == 0)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

/* Since 2025-05 a redirect resolves its host anew; the address it came to is
 * named where the scan succeeded. */
struct resolved {
	struct tw_slice host, ip; /* sought; of the envelope */
	bool elsewhere;
};

static bool look_resolved(void *self, struct tw_slice key, struct tw_json v)
{
	struct resolved *r = self;
	uint64_t port;
	struct tw_slice ip = split_host(tw_json_text(tw_json_get(v, "ip")), &port);

	(void)key;
	if (same_host(tw_json_text(tw_json_get(v, "redirect_name")), r->host))
		r->elsewhere = !tw_slice_eq(ip, r->ip);
	return true;
}

/* Is the hop to the address that the line is about? */
static bool is_here(const struct hops *h, struct tw_slice host)
{
	const struct tw_zgrab2 *z = h->z;
	struct resolved r = { host, z->ip, false };

	if (h->k == 0)
		return true;
	if (!same_host(host, h->first) && !same_host(host, z->name) && !same_host(host, z->ip))
		return false;
	tw_json_each(tw_json_get(h->result, "redirects_to_resolved_ips"), look_resolved, &r);
	return !r.elsewhere;
}

static void begin_hop(struct hops *h, struct tw_slice host)
{
	struct tw_zgrab2 *z = h->z;
	char probe[32];

	snprintf(probe, sizeof probe, "redirect:%u", h->k);
	if (h->k)
		tw_zgrab2_begin(z, tw_str(probe));
	else
		h->first = host;
	bool named = h->k == 0 || same_host(host, z->name);
	tw_zgrab2_time(z, h->scan);
	tw_zobs_escaped(&z->o, TW_OBS_IP, is_here(h, host) ? z->ip : (struct tw_slice){ 0, 0 });
	tw_zobs_escaped(&z->o, TW_OBS_NAME, named ? z->name : same_host(host, z->ip) ? (struct tw_slice){ 0, 0 } : host);
}

/* What is the same for a hop that was answered and one that was not. */
static int end_hop(struct hops *h, struct tw_slice host, uint64_t port, bool https, bool tls)
{
	struct tw_zgrab2 *z = h->z;
	struct tw_zobs *o = &z->o;

	tw_zobs_set(o, TW_OBS_SPOKEN, tw_str(h->seen.spoken ? "http" : ""));
	tw_zobs_set(o, TW_OBS_TLS_START, tw_str(tls ? "implicit" : ""));
	tw_zobs_set(o, TW_OBS_OUTCOME, tw_str(tw_zgrab2_outcome(o, &h->seen)));
	/* The URL says it: a port only where it is not the scheme's. */
	if (port || host.n)
		tw_zobs_number(o, TW_OBS_PORT, port ? port : https ? 443 : 80);
	else
		tw_zgrab2_port(z, h->scan, https ? 443 : 80);
	h->https = https;
	h->k++;
	return tw_zgrab2_emit(z);
}

static bool first_text(void *self, struct tw_slice key, struct tw_json v)
{
	(void)key;
	*(struct tw_slice *)self = tw_json_text(v);
	return false;
}

static bool read_hop(void *self, struct tw_slice key, struct tw_json response)
{
	struct hops *h = self;
	struct tw_zgrab2 *z = h->z;
	struct tw_json request = tw_json_get(response, "request"), log = tw_json_get(request, "tls_log");
	uint64_t port = 0;
	struct tw_slice host = split_host(tw_json_text(tw_json_path(request, "url.host")), &port);
	bool https = tw_json_is_object(log) || tw_slice_is(tw_json_text(tw_json_path(request, "url.scheme")), "https");
	struct tw_zseen seen = h->seen;

	(void)key;
	h->location = (struct tw_slice){ 0, 0 };
	tw_json_each(tw_json_path(response, "headers.location"), first_text, &h->location);
	begin_hop(h, host);
	h->seen.spoken = tw_json_text(tw_json_get(response, "status_line")).n > 0;
	/* What was answered was read through the connection: it was made. */
	if (h->seen.spoken)
		h->seen.status = tw_str("success");
	if (tw_json_is_object(log)) {
		h->fate = tw_zgrab2_tls(z, log, tw_slice_is(h->seen.status, "success"), seen.error);
		if (h->fate != TW_USED)
			return false;
	}
	if (h->seen.spoken)
		h->seen.error = (struct tw_slice){ 0, 0 };
	if (end_hop(h, host, port, https, https))
		h->fate = TW_FAILED;
	h->seen = seen;
	return h->fate == TW_USED;
}

/* The host that a Location names, or empty where it stays with the last. */
static struct tw_slice location_host(struct tw_slice url, uint64_t *port, bool *https)
{
	const uint8_t *mark = url.n ? memmem(url.p, url.n, "//", 2) : NULL;
	struct tw_slice none = { 0, 0 }, host;

	if (!mark || (mark != url.p && mark[-1] != ':'))
		return none;
	if (mark != url.p)
		*https = mark - url.p == 6 && lower(url.p[4]) == 's';
	host.p = mark + 2;
	host.n = url.n - (size_t)(host.p - url.p);
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] == '/' || host.p[i] == '?' || host.p[i] == '#')
			host.n = i;
	const uint8_t *user = host.n ? memrchr(host.p, '@', host.n) : NULL;
	if (user) {
		host.n -= (size_t)(user + 1 - host.p);
		host.p = user + 1;
	}
	return split_host(host, port);
}

/* The hop that failed leaves no response: only the error, and where the last
 * answer sent to. Without any answer it is the first. */
static void read_failed(struct hops *h)
{
	struct tw_zgrab2 *z = h->z;
	uint64_t port = 0;
	bool https = h->k && h->https, tls = tw_zgrab2_tls_error(h->seen.error);
	struct tw_slice host = location_host(h->location, &port, &https);
	const char *alert = tw_zgrab2_alert(h->seen.error);

	if (h->k && host.n == 0)
		host = h->first;
	begin_hop(h, host);
	if (alert)
		tw_zobs_set(&z->o, TW_OBS_ALERT, tw_str(alert));
	if (end_hop(h, h->k ? host : (struct tw_slice){ 0, 0 }, port, https || tls, tls))
		h->fate = TW_FAILED;
}

enum tw_fate tw_zgrab2_http(struct tw_zgrab2 *z, struct tw_json scan)
{
	struct tw_json result = tw_json_get(scan, "result"), last = tw_json_get(result, "response");
	struct hops h = { .z = z, .scan = scan, .result = result, .fate = TW_USED };

	h.seen.status = tw_json_text(tw_json_get(scan, "status"));
	h.seen.error = tw_json_text(tw_json_get(scan, "error"));
	h.seen.answer = "";
	tw_json_each(tw_json_get(result, "redirect_response_chain"), read_hop, &h);
	if (h.fate != TW_USED)
		return h.fate;
	if (tw_json_is_object(last))
		read_hop(&h, (struct tw_slice){ 0, 0 }, last);
	else if (h.k == 0 || !tw_slice_is(h.seen.status, "success"))
		read_failed(&h);
	return h.fate;
}
