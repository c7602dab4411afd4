/* zgrab2 JSON lines, 2018 to now: the envelope, the modules and their status. */
#include "dump/zgrab2.h"
#include "base/bounds.h"
#include "dump/reply.h"

#include <stdlib.h>
#include <string.h>

struct zgrab2 {
	struct tw_json_doc *doc;
	const struct tw_ingest_options *options;
	struct tw_zobs o;
	struct tw_buf der;
	/* the record at hand */
	const struct tw_record *record;
	const struct tw_sink *sink;
	struct tw_slice ip, name;
	uint64_t port;
	uint32_t used;
	const char *why;
	enum tw_fate fate;
};

void tw_zobs_end(struct tw_zobs *o, enum tw_obs col, size_t from)
{
	o->v[col].at = from;
	o->v[col].n = o->text.n - from;
}

void tw_zobs_set(struct tw_zobs *o, enum tw_obs col, struct tw_slice s)
{
	size_t from = o->text.n;
	tw_buf_addslice(&o->text, s);
	tw_zobs_end(o, col, from);
}

static struct tw_slice get(const struct tw_zobs *o, enum tw_obs col)
{
	struct tw_slice s = { o->text.p + o->v[col].at, o->v[col].n };
	return s;
}

static void set_number(struct tw_zobs *o, enum tw_obs col, uint64_t v)
{
	size_t from = o->text.n;
	tw_buf_addu(&o->text, v);
	tw_zobs_end(o, col, from);
}

/* How a module comes to TLS, and where it listens. */
static const struct module {
	const char *protocol;
	const char *spoken; /* "" = TLS alone says nothing of the application */
	unsigned port, tls_port;
	enum { IMPLICIT, COMMAND, UPGRADE } tls; /* COMMAND: STARTTLS by a text command */
	const char *answer; /* the key that holds the answer to the command */
} modules[] = {
	{ "tls", "", 443, 443, IMPLICIT, NULL },
	{ "http", "http", 80, 443, IMPLICIT, NULL },
	{ "smtp", "smtp", 25, 465, COMMAND, "starttls" },
	{ "imap", "imap", 143, 993, COMMAND, "starttls" },
	{ "pop3", "pop3", 110, 995, COMMAND, "starttls" },
	{ "ftp", "ftp", 21, 990, COMMAND, "auth_tls" },
	{ "managesieve", "managesieve", 4190, 4190, COMMAND, "starttls" },
	{ "postgres", "postgresql", 5432, 5432, UPGRADE, NULL },
	{ "mysql", "mysql", 3306, 3306, UPGRADE, NULL },
	{ "mssql", "mssql", 1433, 1433, UPGRADE, NULL },
	{ "rdp", "rdp", 3389, 3389, UPGRADE, NULL },
	{ "telnet", "telnet", 23, 992, IMPLICIT, NULL },
	{ "redis", "redis", 6379, 6379, IMPLICIT, NULL },
	{ "mqtt", "mqtt", 1883, 8883, IMPLICIT, NULL },
	{ "amqp091", "amqp", 5672, 5671, IMPLICIT, NULL },
	{ "oracle", "oracle", 1521, 2484, IMPLICIT, NULL },
	{ "ipp", "ipp", 631, 631, IMPLICIT, NULL },
	{ "fox", "fox", 1911, 4911, IMPLICIT, NULL },
	{ "banner", "", 0, 0, IMPLICIT, NULL },
	{ "", "", 0, 0, IMPLICIT, NULL }, /* any other */
};

static const struct module *module_of(struct tw_slice protocol)
{
	const struct module *m = modules;
	while (m->protocol[0] && !tw_slice_is(protocol, m->protocol))
		m++;
	return m;
}

static bool contains(struct tw_slice s, const char *what)
{
	return s.n && memmem(s.p, s.n, what, strlen(what)) != NULL;
}

/* ---- the TLS log: below any key, some levels deep ---- */
struct search {
	struct tw_json found;
	unsigned depth;
};

static bool search_member(void *self, struct tw_slice key, struct tw_json v)
{
	struct search *s = self;

	(void)key;
	if (tw_json_get(v, "handshake_log").doc) {
		s->found = v;
		return false;
	}
	if (tw_json_is_object(v) && s->depth < TW_MAX_SEARCH_DEPTH) {
		s->depth++;
		tw_json_each(v, search_member, s);
		s->depth--;
	}
	return s->found.doc == NULL;
}

static struct tw_json find_log(struct tw_json result)
{
	struct search s = { { NULL, 0 }, 0 };
	search_member(&s, (struct tw_slice){ 0, 0 }, result);
	return s.found;
}

/* ---- what came of it ---- */

/* Errors of Go's net package, as zgrab2 hands them on. */
static const char *network_outcome(struct tw_slice error, const char *otherwise)
{
	static const struct {
		const char *text, *outcome;
	} seen[] = {
		{ "connection refused", "refused" }, { "no route to host", "unreachable" },
		{ "network is unreachable", "unreachable" }, { "host is unreachable", "unreachable" },
		{ "no such host", "unreachable" }, { "i/o timeout", "timeout" },
		{ "deadline exceeded", "timeout" }, { "timed out", "timeout" },
		{ "connection reset", "closed" }, { "broken pipe", "closed" }, { "EOF", "closed" },
		{ "use of closed network connection", "closed" },
	};
	for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
		if (contains(error, seen[i].text))
			return seen[i].outcome;
	return otherwise;
}

/* The outcome of a probe whose handshake was not finished. tried: TLS was
 * begun; spoke: the application protocol was seen. */
static const char *outcome_of(struct tw_slice status, struct tw_slice error, bool tried, bool spoke)
{
	if (tw_slice_is(status, "connection-refused"))
		return "refused";
	if (tw_slice_is(status, "connection-timeout"))
		return network_outcome(error, "timeout");
	if (tw_slice_is(status, "protocol-error") && !tried)
		return "wrong-protocol";
	if (tried || tw_slice_is(status, "handshake-error"))
		return "handshake-failed";
	if (tw_slice_is(status, "success") || tw_slice_is(status, "application-error"))
		return "no-tls";
	if (tw_slice_is(status, "connection-closed"))
		return "closed";
	if (tw_slice_is(status, "io-timeout"))
		return network_outcome(error, "timeout");
	return network_outcome(error, spoke ? "no-tls" : "closed");
}

/* The answer to STARTTLS: what the server's text says (RFC 3207 section 4:
 * 220; RFC 2595 sections 3 and 4: OK; RFC 4217 section 4: 234). */
static const char *answer_of(const struct module *m, struct tw_slice t)
{
	if (m->answer == NULL || t.n == 0)
		return "";
	if (strcmp(m->protocol, "smtp") == 0)
		return t.n >= 3 && memcmp(t.p, "220", 3) == 0 ? "accepted" : "refused";
	if (strcmp(m->protocol, "ftp") == 0)
		return t.n >= 3 && memcmp(t.p, "234", 3) == 0 ? "accepted" : "refused";
	if (strcmp(m->protocol, "pop3") == 0)
		return t.n >= 3 && memcmp(t.p, "+OK", 3) == 0 ? "accepted" : "refused";
	if (strcmp(m->protocol, "imap") == 0) {
		const uint8_t *sp = memchr(t.p, ' ', t.n); /* behind the tag */
		size_t at = sp ? (size_t)(sp - t.p) + 1 : t.n;
		return t.n - at >= 2 && (t.p[at] | 32) == 'o' && (t.p[at + 1] | 32) == 'k' ? "accepted" : "refused";
	}
	return t.n >= 2 && (t.p[0] | 32) == 'o' && (t.p[1] | 32) == 'k' ? "accepted" : "refused";
}

/* Banner, EHLO, STARTTLS of the text protocols. */
static void read_text(struct tw_zobs *o, const struct module *m, struct tw_json result,
    struct tw_slice status, bool implicit)
{
	struct tw_slice banner = tw_json_text(tw_json_get(result, "banner"));
	struct tw_slice ehlo = tw_json_text(tw_json_get(result, "ehlo"));
	struct tw_caps caps = { false, "" };
	enum tw_obs auth = implicit ? TW_OBS_AUTH_TLS : TW_OBS_AUTH_PLAIN;
	size_t from = o->text.n;

	if (strcmp(m->protocol, "smtp") == 0)
		caps = tw_ehlo_read(ehlo, &o->text);
	else if (strcmp(m->protocol, "imap") == 0)
		caps = tw_imap_greeting_read(banner, &o->text);
	tw_zobs_end(o, auth, from);
	if (!implicit)
		tw_zobs_set(o, TW_OBS_STARTTLS_OFFERED, tw_str(caps.starttls));
	from = o->text.n;
	tw_text_escape(&o->text, banner);
	tw_zobs_end(o, TW_OBS_BANNER, from);
	if (implicit)
		return;
	const char *answer = answer_of(m, m->answer ? tw_json_text(tw_json_get(result, m->answer)) : banner);
	/* After a whole EHLO list that offers it, STARTTLS is what zgrab2 sends
	 * next: silence then is its answer. */
	if (!answer[0] && caps.whole && strcmp(caps.starttls, "yes") == 0 && !o->tls &&
	    (tw_slice_is(status, "io-timeout") || tw_slice_is(status, "connection-closed")))
		answer = "none";
	tw_zobs_set(o, TW_OBS_STARTTLS_ANSWER, tw_str(answer));
}

/* ---- one observation ---- */
static int emit(struct zgrab2 *z)
{
	struct tw_obs_row row;

	for (int i = 0; i < TW_OBS_N; i++)
		row.v[i] = get(&z->o, (enum tw_obs)i);
	z->used++;
	return z->sink->obs(z->sink->self, &row);
}

static void begin(struct zgrab2 *z, struct tw_slice probe)
{
	struct tw_zobs *o = &z->o;

	o->text.n = 0;
	tw_buf_room(&o->text, 1);
	memset(o->v, 0, sizeof o->v);
	o->established = o->hello = o->tls = false;
	tw_zobs_set(o, TW_OBS_SOURCE, z->options->source.n ? z->options->source : tw_str("active"));
	tw_zobs_set(o, TW_OBS_SCAN, z->options->scan);
	tw_zobs_set(o, TW_OBS_INPUT, tw_str(z->record->input));
	set_number(o, TW_OBS_RECORD, z->record->number);
	size_t from = o->text.n;
	tw_text_escape(&o->text, probe);
	tw_zobs_end(o, TW_OBS_PROBE, from);
}

static void set_escaped(struct tw_zobs *o, enum tw_obs col, struct tw_slice s)
{
	size_t from = o->text.n;
	tw_text_escape(&o->text, s);
	tw_zobs_end(o, col, from);
}

static void set_time(struct zgrab2 *z, struct tw_json scan)
{
	size_t from = z->o.text.n;

	if (!tw_time_to_utc(tw_json_text(tw_json_get(scan, "timestamp")), &z->o.text))
		tw_buf_addslice(&z->o.text, z->record->at);
	tw_zobs_end(&z->o, TW_OBS_TIME, from);
}

static void set_service(struct zgrab2 *z)
{
	uint64_t port = 0;

	if (z->options->protocol.n) {
		tw_zobs_set(&z->o, TW_OBS_PROTOCOL, z->options->protocol);
		return;
	}
	if (!tw_slice_u64(get(&z->o, TW_OBS_PORT), 65535, &port))
		port = 0;
	struct tw_slice spoken = get(&z->o, TW_OBS_SPOKEN);
	const char *service = tw_service(spoken, (unsigned)port, get(&z->o, TW_OBS_TLS_START));
	struct tw_buf copy = { 0 };
	tw_buf_adds(&copy, service);
	if (!copy.n)
		tw_buf_addslice(&copy, spoken);
	tw_zobs_set(&z->o, TW_OBS_PROTOCOL, tw_buf_slice(&copy));
	tw_buf_free(&copy);
}

/* The response's port, the envelope's, the operator's, the module's. */
static void set_port(struct zgrab2 *z, struct tw_json scan, const struct module *m, bool implicit)
{
	uint64_t port;

	if (!tw_json_u64(tw_json_get(scan, "port"), 65535, &port))
		port = z->port ? z->port : z->options->port;
	if (port == 0)
		port = implicit ? m->tls_port : m->port;
	if (port)
		set_number(&z->o, TW_OBS_PORT, port);
}

/* All that is not HTTP. */
static enum tw_fate read_scan(struct zgrab2 *z, struct tw_json scan, const struct module *m)
{
	struct tw_zobs *o = &z->o;
	struct tw_json result = tw_json_get(scan, "result"), log = find_log(result);
	struct tw_slice status = tw_json_text(tw_json_get(scan, "status"));
	struct tw_slice error = tw_json_text(tw_json_get(scan, "error"));
	struct tw_slice asked = m->answer ? tw_json_text(tw_json_get(result, m->answer)) : (struct tw_slice){ 0, 0 };
	bool success = tw_slice_is(status, "success") || tw_slice_is(status, "post-tls-application-error");
	bool implicit = m->tls == IMPLICIT ? log.doc || strcmp(m->protocol, "tls") == 0
	    : m->tls == COMMAND && log.doc && !asked.n;
	bool spoke = m->spoken[0] && tw_json_is_object(result) && !tw_slice_is(status, "protocol-error") &&
	    (m->tls != COMMAND || tw_json_text(tw_json_get(result, "banner")).n);

	if (m->tls == COMMAND && tw_json_bool(tw_json_get(result, "implicit_tls")) == 1)
		implicit = true;
	if (log.doc) {
		enum tw_fate fate = tw_zgrab2_tls(o, log, success, &z->der, z->sink, &z->why);
		if (fate != TW_USED)
			return fate;
	}
	tw_zobs_set(o, TW_OBS_SPOKEN, tw_str(spoke ? m->spoken : ""));
	read_text(o, m, result, status, implicit);
	bool accepted = tw_slice_is(get(o, TW_OBS_STARTTLS_ANSWER), "accepted");
	if (implicit)
		tw_zobs_set(o, TW_OBS_TLS_START, tw_str("implicit"));
	else if (log.doc || asked.n || accepted)
		tw_zobs_set(o, TW_OBS_TLS_START, tw_str("starttls"));
	bool tried = log.doc || accepted;
	if (strcmp(m->protocol, "tls") == 0 && tw_slice_is(status, "unknown-error"))
		tried = strcmp(network_outcome(error, ""), "") == 0; /* what handshake-error was called */
	tw_zobs_set(o, TW_OBS_OUTCOME, tw_str(o->established ? "established" : outcome_of(status, error, tried, spoke)));
	set_port(z, scan, m, implicit);
	return TW_USED;
}

/* ---- HTTP: each hop of a redirect chain is a probe of its own ---- */
struct hops {
	struct zgrab2 *z;
	struct tw_json scan;
	struct tw_slice first; /* the first hop's host */
	unsigned k;
	enum tw_fate fate;
};

/* The host of "host", "host:port", "[v6]:port"; the port if there is one. */
static struct tw_slice split_host(struct tw_slice s, uint64_t *port)
{
	const uint8_t *colon = s.n ? memrchr(s.p, ':', s.n) : NULL;
	bool v6 = s.n && s.p[0] == '[';

	if (colon && (!v6 || colon[-1] == ']')) {
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

static bool read_hop(void *self, struct tw_slice key, struct tw_json response)
{
	struct hops *h = self;
	struct zgrab2 *z = h->z;
	struct tw_zobs *o = &z->o;
	struct tw_json request = tw_json_get(response, "request"), log = tw_json_get(request, "tls_log");
	struct tw_slice scheme = tw_json_text(tw_json_path(request, "url.scheme"));
	struct tw_slice status = tw_json_text(tw_json_get(h->scan, "status"));
	struct tw_slice error = tw_json_text(tw_json_get(h->scan, "error"));
	bool answered = tw_json_text(tw_json_get(response, "status_line")).n > 0;
	bool https = log.doc || tw_slice_is(scheme, "https");
	uint64_t url_port = 0;
	struct tw_slice host = split_host(tw_json_text(tw_json_path(request, "url.host")), &url_port);

	(void)key;
	char probe[32];
	snprintf(probe, sizeof probe, "redirect:%u", h->k);
	if (h->k)
		begin(z, tw_str(probe));
	if (h->k == 0)
		h->first = host;
	bool here = h->k == 0 || tw_slice_eq(host, h->first) || tw_slice_eq(host, z->name) || tw_slice_eq(host, z->ip);
	set_time(z, h->scan);
	set_escaped(o, TW_OBS_IP, here ? z->ip : (struct tw_slice){ 0, 0 });
	set_escaped(o, TW_OBS_NAME, here ? z->name : host);
	if (log.doc) {
		h->fate = tw_zgrab2_tls(o, log, answered || tw_slice_is(status, "success"), &z->der, z->sink, &z->why);
		if (h->fate != TW_USED)
			return false;
	}
	tw_zobs_set(o, TW_OBS_SPOKEN, tw_str(answered ? "http" : ""));
	tw_zobs_set(o, TW_OBS_TLS_START, tw_str(https ? "implicit" : ""));
	tw_zobs_set(o, TW_OBS_OUTCOME, tw_str(o->established ? "established" :
	    answered && !https ? "no-tls" : outcome_of(status, error, log.doc != NULL, answered)));
	if (h->k && url_port)
		set_number(o, TW_OBS_PORT, url_port);
	else if (h->k)
		set_number(o, TW_OBS_PORT, https ? 443 : 80);
	else if (url_port && !z->port)
		set_number(o, TW_OBS_PORT, url_port);
	else
		set_port(z, h->scan, module_of(tw_str("http")), https);
	set_service(z);
	h->k++;
	if (emit(z))
		h->fate = TW_FAILED;
	return h->fate == TW_USED;
}

static enum tw_fate read_http(struct zgrab2 *z, struct tw_json scan)
{
	struct tw_json result = tw_json_get(scan, "result"), last = tw_json_get(result, "response");
	struct hops h = { z, scan, { 0, 0 }, 0, TW_USED };

	tw_json_each(tw_json_get(result, "redirect_response_chain"), read_hop, &h);
	/* The last hop; without a result it is the probe that failed. */
	if (h.fate == TW_USED && (last.doc || h.k == 0))
		read_hop(&h, (struct tw_slice){ 0, 0 }, last);
	return h.fate;
}

/* ---- the envelope ---- */
static bool read_probe(void *self, struct tw_slice key, struct tw_json scan)
{
	struct zgrab2 *z = self;
	struct tw_slice status = tw_json_text(tw_json_get(scan, "status"));
	struct tw_slice protocol = tw_json_text(tw_json_get(scan, "protocol"));

	if (!status.n || !protocol.n) {
		z->why = "a scan without status and protocol";
		z->fate = TW_REJECTED;
		return false;
	}
	/* zgrab2 did not probe these; there is nothing to observe. */
	if (tw_slice_is(status, "blocklisted-target") || tw_slice_is(status, "invalid-inputs"))
		return true;
	begin(z, key);
	if (tw_slice_is(protocol, "http")) {
		z->fate = read_http(z, scan);
		return z->fate == TW_USED;
	}
	set_time(z, scan);
	set_escaped(&z->o, TW_OBS_IP, z->ip);
	set_escaped(&z->o, TW_OBS_NAME, z->name);
	z->fate = read_scan(z, scan, module_of(protocol));
	if (z->fate == TW_USED) {
		set_service(z);
		if (emit(z))
			z->fate = TW_FAILED;
	}
	return z->fate == TW_USED;
}

/* A target whose name did not resolve was reached by nobody. */
static enum tw_fate read_unresolved(struct zgrab2 *z)
{
	begin(z, (struct tw_slice){ 0, 0 });
	tw_zobs_set(&z->o, TW_OBS_TIME, z->record->at);
	set_escaped(&z->o, TW_OBS_IP, z->ip);
	set_escaped(&z->o, TW_OBS_NAME, z->name);
	if (z->port || z->options->port)
		set_number(&z->o, TW_OBS_PORT, z->port ? z->port : z->options->port);
	tw_zobs_set(&z->o, TW_OBS_OUTCOME, tw_str("unreachable"));
	set_service(z);
	return emit(z) ? TW_FAILED : TW_USED;
}

static enum tw_fate read_line(struct zgrab2 *z, struct tw_slice text)
{
	struct tw_json root, data;

	if (tw_json_parse(z->doc, text, &root, &z->why))
		return TW_REJECTED;
	data = tw_json_get(root, "data");
	z->ip = tw_json_text(tw_json_get(root, "ip"));
	z->name = tw_json_text(tw_json_get(root, "domain"));
	if (!tw_json_u64(tw_json_get(root, "port"), 65535, &z->port))
		z->port = 0;
	if (!data.doc && tw_json_is_object(tw_json_get(root, "statuses")))
		return TW_CONTEXT; /* the run's summary */
	if (!data.doc && tw_json_text(tw_json_get(root, "error")).n)
		return read_unresolved(z);
	if (!tw_json_is_object(data)) {
		z->why = "not a zgrab2 line: no object named data";
		return TW_REJECTED;
	}
	tw_json_each(data, read_probe, z);
	return z->fate == TW_USED && z->used == 0 ? TW_CONTEXT : z->fate;
}

bool tw_zgrab2_detect(struct tw_slice s)
{
	size_t at = s.n >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\n' || s.p[at] == '\r' || s.p[at] == '\t'))
		at++;
	return at < s.n && s.p[at] == '{' &&
	    (contains(s, "\"data\"") || contains(s, "\"error\"") || contains(s, "\"statuses\""));
}

void *tw_zgrab2_open(const struct tw_ingest_options *options)
{
	struct zgrab2 *z = tw_alloc(sizeof *z);
	z->doc = tw_json_new();
	z->options = options;
	return z;
}

void tw_zgrab2_close(void *self)
{
	struct zgrab2 *z = self;
	tw_json_free(z->doc);
	tw_buf_free(&z->o.text);
	tw_buf_free(&z->der);
	free(z);
}

enum tw_fate tw_zgrab2_read(void *self, const struct tw_record *r, const struct tw_sink *sink)
{
	struct zgrab2 *z = self;
	struct tw_slice text = r->text;

	if (r->number == 1 && text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0) {
		text.p += 3;
		text.n -= 3;
	}
	z->record = r;
	z->sink = sink;
	z->used = 0;
	z->fate = TW_USED;
	z->why = "";
	enum tw_fate fate = read_line(z, text);
	if (fate == TW_REJECTED && sink->reject(sink->self, r->input, r->number, r->offset, z->why, (struct tw_slice){ 0, 0 }))
		return TW_FAILED;
	return fate;
}
