/* One scan of a zgrab2 line: how its module comes to TLS, and what the text
 * protocols say before and after it. */
#include "base/bounds.h"
#include "dump/reply.h"
#include "dump/zgrab2.h"

#include <string.h>

/* The modules that can carry a TLS log. */
struct module {
	const char *protocol;
	const char *spoken; /* "" = TLS alone says nothing of the application */
	unsigned port, tls_port;
	/* TLS from the first byte; by a text command after a greeting; by a step of
	 * a binary protocol. */
	enum { IMPLICIT, COMMAND, UPGRADE } tls;
	const char *answer; /* the key with the answer to the command */
};
static const struct module modules[] = {
	{ "tls", "", 443, 443, IMPLICIT, NULL },
	{ "smtp", "smtp", 25, 465, COMMAND, "starttls" },
	{ "imap", "imap", 143, 993, COMMAND, "starttls" },
	{ "pop3", "pop3", 110, 995, COMMAND, "starttls" },
	{ "ftp", "ftp", 21, 990, COMMAND, "auth_tls" },
	{ "managesieve", "managesieve", 4190, 4190, COMMAND, "starttls_response" },
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
	{ "", "", 0, 0, IMPLICIT, NULL }, /* any other: known by its TLS log alone */
};

static const struct module *module_of(struct tw_slice protocol)
{
	const struct module *m = modules;
	while (m->protocol[0] && !tw_slice_is(protocol, m->protocol))
		m++;
	return m;
}

static bool is(const struct module *m, const char *protocol)
{
	return strcmp(m->protocol, protocol) == 0;
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
	struct tw_json usual = tw_json_get(result, "tls");

	if (tw_json_get(usual, "handshake_log").doc)
		return usual;
	search_member(&s, (struct tw_slice){ 0, 0 }, result);
	return s.found;
}

/* ---- the scan at hand ---- */
struct scan {
	struct tw_zgrab2 *z;
	const struct module *m;
	struct tw_json json, result, log;
	struct tw_slice banner, reply; /* greeting; what was answered to STARTTLS */
	struct tw_caps caps;
	struct tw_zseen seen;
	bool implicit;
};

/* An answer is sought by its text. Where there is none, the error says whether
 * the command was sent: zgrab2 reads the end of the connection and silence as
 * an empty answer (docs/formats.md names the commits of each text). */
static bool asked_in_vain(const struct scan *s)
{
	struct tw_slice e = s->seen.error, status = s->seen.status;

	if (tw_zgrab2_holds(e, ": write "))
		return false;
	if (is(s->m, "smtp"))
		return tw_zgrab2_holds(e, "STARTTLS command") ||
		    (s->banner.n && tw_slice_is(status, "protocol-error")) ||
		    (s->caps.whole && strcmp(s->caps.starttls, "yes") == 0 && !tw_zgrab2_holds(e, "HELP") &&
			(tw_slice_is(status, "io-timeout") || tw_slice_is(status, "connection-closed")));
	if (is(s->m, "imap"))
		return tw_zgrab2_holds(e, "STLS command") || tw_slice_is(e, "error: ");
	if (is(s->m, "pop3"))
		return s->banner.n && s->log.doc && !s->z->o.hello;
	if (is(s->m, "managesieve"))
		return tw_zgrab2_holds(e, "STARTTLS reply");
	/* ftp goes on to AUTH TLS after a greeting of 2xx, and ends there. */
	return s->banner.n && s->banner.p[0] == '2' && !s->log.doc && !tw_slice_is(status, "success");
}

static void set_answer(struct scan *s)
{
	struct tw_zobs *o = &s->z->o;

	s->seen.answer = "";
	if (s->m->tls != COMMAND || s->implicit)
		return;
	if (s->reply.n)
		s->seen.answer = tw_starttls_answer(s->m->protocol, s->reply);
	else if (asked_in_vain(s))
		s->seen.answer = "none";
	/* A ServerHello after it is the better answer. */
	if (o->hello)
		s->seen.answer = "accepted";
	tw_zobs_set(o, TW_OBS_STARTTLS_ANSWER, tw_str(s->seen.answer));
}

/* ---- capabilities ---- */
struct sieve {
	struct tw_buf *out;
	size_t from;
	bool ended; /* by OK: the list was whole */
};

static bool sieve_line(void *self, struct tw_slice key, struct tw_json v)
{
	struct sieve *s = self;
	struct tw_slice line = tw_json_text(v);

	(void)key;
	if (line.n >= 4 && memcmp(line.p, "SASL", 4) == 0 && (line.n == 4 || line.p[4] == ' '))
		tw_auth_add(s->out, s->from, (struct tw_slice){ line.p + 4, line.n - 4 });
	s->ended = line.n >= 2 && memcmp(line.p, "OK", 2) == 0;
	return true;
}

/* managesieve lists its lines as JSON strings, quotes taken off. */
static bool sieve_auth(struct tw_zobs *o, struct tw_json lines, enum tw_obs col)
{
	struct sieve s = { &o->text, o->text.n, false };

	tw_json_each(lines, sieve_line, &s);
	if (!s.ended)
		o->text.n = s.from;
	else if (o->text.n == s.from)
		tw_buf_adds(&o->text, "NONE");
	tw_zobs_end(o, col, s.from);
	return s.ended;
}

/* What was offered: EHLO before TLS, or within it where TLS came first; the
 * greeting's list of IMAP; zgrab2 asks POP3 and FTP for none. */
static void read_capabilities(struct scan *s)
{
	struct tw_zobs *o = &s->z->o;
	size_t from = o->text.n;

	s->caps = (struct tw_caps){ false, "" };
	if (is(s->m, "managesieve")) {
		s->caps.whole = sieve_auth(o, tw_json_get(s->result, "capabilities"), TW_OBS_AUTH_PLAIN);
		if (s->caps.whole)
			s->caps.starttls = tw_json_bool(tw_json_get(s->result, "starttls_supported")) == 1 ? "yes" : "no";
		sieve_auth(o, tw_json_get(s->result, "post_tls_capabilities"), TW_OBS_AUTH_TLS);
	} else {
		if (is(s->m, "smtp"))
			s->caps = tw_ehlo_read(tw_json_text(tw_json_get(s->result, "ehlo")), &o->text);
		else if (is(s->m, "imap"))
			s->caps = tw_imap_greeting_read(s->banner, &o->text);
		tw_zobs_end(o, s->implicit ? TW_OBS_AUTH_TLS : TW_OBS_AUTH_PLAIN, from);
	}
	if (!s->implicit)
		tw_zobs_set(o, TW_OBS_STARTTLS_OFFERED, tw_str(s->caps.starttls));
}

/* ---- how TLS was come to ---- */

/* A handshake that came before the greeting was the first thing on the wire. */
static bool is_implicit(const struct scan *s)
{
	const struct module *m = s->m;

	if (m->tls == UPGRADE)
		return false;
	if (m->tls == IMPLICIT)
		return s->log.doc || is(m, "tls") || tw_zgrab2_tls_error(s->seen.error);
	if (tw_json_bool(tw_json_get(s->result, "implicit_tls")) == 1)
		return true;
	if (is(m, "managesieve"))
		return false;
	if (s->log.doc)
		return s->reply.n == 0 && (s->banner.n == 0 || s->z->o.hello);
	return tw_zgrab2_holds(s->seen.error, "could not open TLS connection");
}

struct members {
	bool more; /* than the TLS log */
};

static bool count_member(void *self, struct tw_slice key, struct tw_json v)
{
	struct members *m = self;
	(void)v;
	m->more = m->more || !tw_slice_is(key, "tls");
	return true;
}

/* Was the application protocol seen? By the greeting's first word where there
 * is one, else by a result with something in it. */
static bool was_spoken(const struct scan *s)
{
	struct members m = { false };

	if (s->m->spoken[0] == '\0' || !tw_json_is_object(s->result))
		return false;
	if (s->m->tls == COMMAND)
		return tw_greeting_is(s->m->protocol, s->banner);
	if (tw_slice_is(s->seen.status, "success"))
		return true;
	tw_json_each(s->result, count_member, &m);
	return m.more && !tw_slice_is(s->seen.status, "protocol-error");
}

static void set_start(const struct scan *s)
{
	bool upgraded = s->log.doc || s->seen.answer[0] ||
	    (s->m->tls == UPGRADE && tw_zgrab2_tls_error(s->seen.error));
	if (s->implicit || upgraded)
		tw_zobs_set(&s->z->o, TW_OBS_TLS_START, tw_str(s->implicit ? "implicit" : "starttls"));
}

static enum tw_fate read_scan(struct scan *s)
{
	struct tw_zgrab2 *z = s->z;
	struct tw_zobs *o = &z->o;
	const struct module *m = s->m;

	if (s->log.doc) {
		bool success = tw_slice_is(s->seen.status, "success") ||
		    tw_slice_is(s->seen.status, "post-tls-application-error");
		enum tw_fate fate = tw_zgrab2_tls(z, s->log, success, s->seen.error);
		if (fate != TW_USED)
			return fate;
	} else if (!tw_slice_is(s->seen.status, "protocol-error")) {
		const char *alert = tw_zgrab2_alert(s->seen.error);
		tw_zobs_set(o, TW_OBS_ALERT, tw_str(alert ? alert : ""));
	}
	s->implicit = is_implicit(s);
	s->seen.greets = m->tls == COMMAND;
	s->seen.greeted = s->banner.n > 0;
	s->seen.spoken = was_spoken(s);
	tw_zobs_set(o, TW_OBS_SPOKEN, tw_str(s->seen.spoken ? m->spoken : ""));
	read_capabilities(s);
	tw_zobs_escaped(o, TW_OBS_BANNER, s->banner);
	set_answer(s);
	set_start(s);
	tw_zobs_set(o, TW_OBS_OUTCOME, tw_str(tw_zgrab2_outcome(o, &s->seen)));
	tw_zgrab2_port(z, s->json, s->implicit ? m->tls_port : m->port);
	return tw_zgrab2_emit(z) ? TW_FAILED : TW_USED;
}

/* What came of the scanner itself and not of any server. */
static bool not_probed(struct tw_slice status, struct tw_slice error)
{
	static const char panic[] = "panic: ";

	return tw_slice_is(status, "blocklisted-target") || tw_slice_is(status, "invalid-inputs") ||
	    (error.n >= sizeof panic - 1 && memcmp(error.p, panic, sizeof panic - 1) == 0);
}

enum tw_fate tw_zgrab2_scan(struct tw_zgrab2 *z, struct tw_slice name, struct tw_json json)
{
	struct scan s = { .z = z, .json = json, .result = tw_json_get(json, "result") };
	struct tw_slice protocol = tw_json_text(tw_json_get(json, "protocol"));

	s.seen.status = tw_json_text(tw_json_get(json, "status"));
	s.seen.error = tw_json_text(tw_json_get(json, "error"));
	if (!s.seen.status.n) {
		z->why = "a scan without status: not of zgrab2";
		return TW_REJECTED;
	}
	/* Before 2018-03-12 a scan was known by its name alone. */
	if (!protocol.n)
		protocol = name;
	if (not_probed(s.seen.status, s.seen.error))
		return TW_USED;
	tw_zgrab2_begin(z, name);
	tw_zgrab2_time(z, json);
	tw_zobs_escaped(&z->o, TW_OBS_IP, z->ip);
	tw_zobs_escaped(&z->o, TW_OBS_NAME, z->name);
	if (tw_slice_is(protocol, "http"))
		return tw_zgrab2_http(z, json);
	s.m = module_of(protocol);
	s.log = find_log(s.result);
	/* Modules without TLS (ssh, ntp, jarm, ...) have nothing for us. */
	if (!s.m->protocol[0] && !s.log.doc)
		return TW_USED;
	s.banner = tw_json_text(tw_json_get(s.result, "banner"));
	if (s.m->answer) {
		s.reply = tw_json_text(tw_json_get(s.result, s.m->answer));
		/* FTP's second try, AUTH SSL, has the last word. */
		struct tw_slice second = tw_json_text(tw_json_get(s.result, "auth_ssl"));
		if (second.n)
			s.reply = second;
	}
	return read_scan(&s);
}
