/* A session as an observation. docs/formats.md has the rules. */
#include "crypto/dh_primes.h"
#include "crypto/suites.h"
#include "crypto/tls_names.h"
#include "dump/capture/session.h"

#include <string.h>

/* Values go into text, as offsets until it is whole, since text moves. */
struct filling {
	struct tw_buf *text;
	struct tw_obs_row *o;
	size_t at[TW_OBS_N], n[TW_OBS_N];
};

static void end(struct filling *f, enum tw_obs col, size_t from)
{
	f->at[col] = from;
	f->n[col] = f->text->n - from;
}

static void put(struct filling *f, enum tw_obs col, const char *s)
{
	size_t from = f->text->n;
	tw_buf_adds(f->text, s);
	end(f, col, from);
}

static void put_number(struct filling *f, enum tw_obs col, uint64_t v)
{
	size_t from = f->text->n;
	tw_buf_addu(f->text, v);
	end(f, col, from);
}

static void put_ip(struct filling *f, enum tw_obs col, const struct tw_ip *ip)
{
	size_t from = f->text->n;
	tw_ip_add(f->text, ip);
	end(f, col, from);
}

static void put_escaped(struct filling *f, enum tw_obs col, struct tw_slice s)
{
	size_t from = f->text->n;
	tw_text_escape(f->text, s);
	end(f, col, from);
}

static void put_named(struct filling *f, enum tw_obs col, const char *name, unsigned value)
{
	size_t from = f->text->n;
	if (name)
		tw_buf_adds(f->text, name);
	else
		tw_buf_addf(f->text, "0x%04X", value);
	end(f, col, from);
}

static void put_time(struct filling *f, const struct tw_conn *c)
{
	size_t from = f->text->n;

	if (!c->timed || c->time < TW_TIME_MIN || c->time > TW_TIME_MAX)
		return;
	tw_time_add(f->text, c->time);
	if (c->digits) {
		f->text->n--; /* the Z */
		tw_buf_addf(f->text, ".%0*uZ", c->digits, c->fraction);
	}
	end(f, TW_OBS_TIME, from);
}

/* ---- what the client offered ---- */
static void add_version(struct tw_buf *b, const struct tw_wire *w, unsigned v)
{
	if (!(w->datagram ? tw_dtls_version_name(b, v) : tw_version_name(b, v)))
		tw_buf_addf(b, "0x%04x", v);
}

static void put_offered(struct filling *f, const struct tw_wire *w)
{
	size_t from = f->text->n;

	for (unsigned i = 0; i < w->noffered; i++) {
		if (i)
			tw_buf_addc(f->text, ' ');
		add_version(f->text, w, w->offered[i]);
	}
	end(f, TW_OBS_OFFERED_VERSIONS, from);
}

enum { RC4 = 1, TRIPLE_DES = 2, EXPORT = 4, NULL_CIPHER = 8, ANON = 16, AEAD = 32, FS = 64 };

static unsigned classes_of(uint32_t suite)
{
	const struct tw_suite *s = tw_suite_by_value(suite & 0xffff, 2);

	if (suite > 0xffff)
		s = tw_suite_by_value(suite, 3);
	if (!s || s->class == TW_CLASS_SIGNALLING)
		return 0;
	return (strncmp(s->enc, "RC4", 3) == 0 ? RC4 : 0) | (strncmp(s->enc, "3DES", 4) == 0 ? TRIPLE_DES : 0) | (s->is_export ? EXPORT : 0) |
	    (s->class == TW_CLASS_NULL ? NULL_CIPHER : 0) | (s->anonymous ? ANON : 0) | (s->aead ? AEAD : 0) | (s->forward_secrecy ? FS : 0);
}

static void put_classes(struct filling *f, const struct tw_wire *w)
{
	static const char *const names[] = { "rc4", "3des", "export", "null", "anon", "aead", "fs" };
	size_t from = f->text->n;
	unsigned all = 0;

	for (size_t i = 0; i + 3 <= w->suites.n; i += 3)
		all |= classes_of((uint32_t)w->suites.p[i] << 16 | (uint32_t)w->suites.p[i + 1] << 8 | w->suites.p[i + 2]);
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (!(all & 1u << i))
			continue;
		if (f->text->n > from)
			tw_buf_addc(f->text, ' ');
		tw_buf_adds(f->text, names[i]);
	}
	end(f, TW_OBS_OFFERED_CLASSES, from);
}

/* ---- what was negotiated ---- */
static void put_cipher(struct filling *f, const struct tw_wire *w)
{
	size_t from = f->text->n;
	const struct tw_suite *s = tw_suite_by_value(w->suite, w->suite_width);

	if (s)
		tw_buf_adds(f->text, s->name);
	else
		tw_buf_addf(f->text, "0x%0*X", w->suite_width * 2, w->suite);
	end(f, TW_OBS_CIPHER, from);
}

static void put_dh(struct filling *f, const struct tw_wire *w)
{
	const char *name = tw_dh_prime_name(w->dh_prime);
	size_t from;

	put_number(f, TW_OBS_DH_BITS, w->dh_bits);
	from = f->text->n;
	if (name)
		tw_buf_adds(f->text, name);
	else
		tw_buf_addhex(f->text, w->dh_prime, 8);
	end(f, TW_OBS_DH_PRIME, from);
	put(f, TW_OBS_DH_BASIS, "prime");
}

/* Does the suite send no certificate: anonymous, or a shared key alone? */
static bool none_sent(const struct tw_wire *w)
{
	const struct tw_suite *s = w->has_suite && w->suite_width == 2 ? tw_suite_by_value(w->suite, 2) : NULL;
	return w->server_hello && s && !w->certificate && !tw_wire_is13(w->version) &&
	    (s->anonymous || (strstr(s->name, "_PSK_") && strncmp(s->name, "TLS_RSA_PSK", 11) != 0));
}

static void put_digests(struct filling *f, enum tw_obs col, const struct tw_buf *chain)
{
	size_t from = f->text->n;

	for (size_t i = 0; i < chain->n; i += TW_SHA256) {
		if (i)
			tw_buf_addc(f->text, ' ');
		tw_buf_addhex(f->text, chain->p + i, TW_SHA256);
	}
	end(f, col, from);
}

static void put_chain(struct filling *f, const struct tw_wire *w)
{
	put_digests(f, TW_OBS_CHAIN, &w->chain[TW_SERVER]);
	if (w->chain[TW_SERVER].n)
		put(f, TW_OBS_COLLECTED, "yes");
	else if (none_sent(w))
		put(f, TW_OBS_CHAIN, "NONE");
}

static const char *resumed(const struct tw_wire *w)
{
	if (!w->server_hello)
		return "";
	if (tw_wire_is13(w->version))
		return w->psk ? "yes" : "no";
	if (w->certificate || w->key_exchange)
		return "no";
	if (w->version == 2)
		return w->session_hit ? "yes" : "";
	/* The server's ChangeCipherSpec straight behind a ServerHello that takes the
	 * client's session (RFC 5246 section 7.3, RFC 5077 section 3.4). */
	return w->same_session && (w->datagram ? w->straight : w->side[TW_SERVER].ccs) ? "yes" : "";
}

static void put_tls(struct filling *f, const struct tw_wire *w)
{
	size_t from = f->text->n;

	put_escaped(f, TW_OBS_NAME, tw_buf_slice(&w->sni));
	put_offered(f, w);
	put_classes(f, w);
	from = f->text->n;
	if (w->has_version) {
		add_version(f->text, w, w->version);
		end(f, TW_OBS_VERSION, from);
	}
	if (w->has_suite)
		put_cipher(f, w);
	if (w->has_group)
		put_named(f, TW_OBS_GROUP, tw_group_name(w->group), w->group);
	if (w->dh_bits)
		put_dh(f, w);
	if (w->has_scheme)
		put_named(f, TW_OBS_SIG_SCHEME, tw_scheme_name(w->scheme), w->scheme);
	put(f, TW_OBS_RESUMED, resumed(w));
	put_chain(f, w);
	for (unsigned i = 0; i < w->nalert; i++)
		if (w->alert[i].level == 2) {
			const char *name = tw_alert_name(w->alert[i].description);
			if (name)
				put(f, TW_OBS_ALERT, name);
			else
				put_number(f, TW_OBS_ALERT, w->alert[i].description);
			break;
		}
}

/* ---- on demand ---- */
static void add_suite(struct tw_buf *b, uint32_t value)
{
	const struct tw_suite *s = value > 0xffff ? tw_suite_by_value(value, 3) : tw_suite_by_value(value, 2);

	if (s)
		tw_buf_adds(b, s->name);
	else
		tw_buf_addf(b, "0x%0*X", value > 0xffff ? 6 : 4, value);
}

static void put_ciphers(struct filling *f, const struct tw_wire *w)
{
	size_t from = f->text->n;

	for (size_t i = 0; i + 3 <= w->suites.n; i += 3) {
		if (i)
			tw_buf_addc(f->text, ' ');
		add_suite(f->text, (uint32_t)w->suites.p[i] << 16 | (uint32_t)w->suites.p[i + 1] << 8 | w->suites.p[i + 2]);
	}
	end(f, TW_OBS_CLIENT_CIPHERS, from);
}

static void put_base64(struct filling *f, enum tw_obs col, const struct tw_buf *bytes)
{
	size_t from = f->text->n;
	tw_buf_addbase64(f->text, tw_buf_slice(bytes));
	end(f, col, from);
}

static void put_shown(struct filling *f, const struct tw_session *s, unsigned show)
{
	const struct tw_wire *w = &s->wire;
	size_t from;

	if (show & TW_OBS_SHOW(TW_OBS_CLIENT_CHAIN))
		put_digests(f, TW_OBS_CLIENT_CHAIN, &w->chain[TW_CLIENT]);
	if (show & TW_OBS_SHOW(TW_OBS_CLIENT_CIPHERS))
		put_ciphers(f, w);
	if (show & TW_OBS_SHOW(TW_OBS_SCTS))
		put_base64(f, TW_OBS_SCTS, &w->scts);
	if (show & TW_OBS_SHOW(TW_OBS_OCSP_STAPLED))
		put_base64(f, TW_OBS_OCSP_STAPLED, &w->ocsp);
	from = f->text->n;
	if (show & TW_OBS_SHOW(TW_OBS_JA4) && w->hello.n)
		tw_ja4_add(f->text, tw_buf_slice(&w->hello), w->datagram);
	end(f, TW_OBS_JA4, from);
	from = f->text->n;
	if (show & TW_OBS_SHOW(TW_OBS_AUTH_USED))
		tw_buf_addslice(f->text, tw_buf_slice(&s->talk.used));
	end(f, TW_OBS_AUTH_USED, from);
}

/* ---- what became of it ---- */

/* Was the whole of it captured, from its beginning to its end? */
static bool whole(const struct tw_conn *c)
{
	return c->closed && !c->half[0].hole && !c->half[1].hole && c->half[0].syn && c->half[1].syn;
}

static bool fatal(const struct tw_wire *w)
{
	for (unsigned i = 0; i < w->nalert; i++)
		if (w->alert[i].level == 2)
			return true;
	return false;
}

static const char *outcome(const struct tw_session *s, const struct tw_conn *c)
{
	const struct tw_wire *w = &s->wire;

	if (!w->client_hello && !w->server_hello && !w->retry) {
		bool ended = whole(c) || s->talk.over[0] || s->talk.over[1];
		return !ended ? "truncated" : s->talk.asked && !s->talk.answer ? "closed" : "no-tls";
	}
	if (tw_wire_established(w))
		return "established";
	if (fatal(w))
		return "handshake-failed";
	if (w->datagram)
		return "truncated"; /* UDP does not tell what should have come */
	bool stray = s->stray && !s->tls[!s->client]; /* answered, but not in TLS, if this is the beginning */
	if (stray && c->half[!s->client].syn)
		return "no-tls";
	if (stray || !whole(c))
		return "truncated";
	return !s->tls[!s->client] ? "closed" : "handshake-failed";
}

static const char *answer(const struct tw_session *s, const struct tw_conn *c)
{
	if (!s->talk.asked)
		return "";
	if (s->talk.answer)
		return s->talk.answer;
	if (s->has_client && s->tls[!s->client])
		return "accepted";
	return whole(c) ? "none" : "";
}

static void put_talk(struct filling *f, const struct tw_session *s, const struct tw_conn *c)
{
	const struct tw_talk *t = &s->talk;

	if (!tw_talk_upgrades(t))
		return;
	put(f, TW_OBS_STARTTLS_OFFERED, t->list_whole && t->offered ? t->offered : t->offered && strcmp(t->offered, "yes") == 0 ? "yes" :
	    !t->list_open && t->offered ? t->offered : "");
	put(f, TW_OBS_STARTTLS_ANSWER, answer(s, c));
	if (t->list_whole) {
		size_t from = f->text->n;
		tw_buf_addslice(f->text, tw_buf_slice(&t->auth));
		end(f, TW_OBS_AUTH_PLAIN, from);
	}
	if (c->half[t->server].syn) /* else it may be something that was said later */
		put_escaped(f, TW_OBS_BANNER, tw_buf_slice(&t->banner));
}

static const char *spoken(const struct tw_session *s)
{
	const struct tw_talk *t = &s->talk;
	if (!t->tongue)
		return t->tunnel ? t->tunnel : "";
	if (t->tongue != &tw_xmpp)
		return t->tongue->name;
	bool server = t->is_server || (!t->is_client && (t->port == 5269 || t->port == 5270));
	return server ? "xmpp-server" : "xmpp-client";
}

/* By the sides in which TLS was seen to begin; from the first byte only where
 * that was captured. */
static const char *tls_start(const struct tw_session *s, const struct tw_conn *c)
{
	bool implicit = s->wire.datagram, starttls = s->talk.asked;

	for (unsigned d = 0; d < 2; d++) {
		starttls |= s->tls[d] && s->talk.said[d] && (s->talk.tongue || s->talk.tunnel || c->half[d].syn);
		implicit |= s->tls[d] && !s->talk.said[d] && c->half[d].syn;
	}
	return starttls ? "starttls" : implicit ? "implicit" : "";
}

void tw_session_row(const struct tw_session *s, const struct tw_conn *c, unsigned show, struct tw_buf *text, struct tw_obs_row *o)
{
	struct filling f = { .text = text, .o = o };
	unsigned server = s->has_client ? !s->client : s->talk.tongue ? s->talk.server : 1;
	bool tls = s->wire.client_hello || s->wire.server_hello || s->wire.retry;
	const char *start = tls_start(s, c);

	text->n = 0;
	memset(o, 0, sizeof *o);
	put_time(&f, c);
	put(&f, TW_OBS_SOURCE, "passive");
	put_number(&f, TW_OBS_RECORD, c->frame);
	put_ip(&f, TW_OBS_CLIENT, &c->ip[!server]);
	put_number(&f, TW_OBS_CLIENT_PORT, c->port[!server]);
	put_ip(&f, TW_OBS_IP, &c->ip[server]);
	put_number(&f, TW_OBS_PORT, c->port[server]);
	put(&f, TW_OBS_SPOKEN, spoken(s));
	put(&f, TW_OBS_TLS_START, start);
	put(&f, TW_OBS_PROTOCOL, s->wire.datagram ? tw_service_dtls(c->port[server]) : tw_service(tw_str(spoken(s)), c->port[server], tw_str(start)));
	put_talk(&f, s, c);
	if (tls)
		put_tls(&f, &s->wire);
	put(&f, TW_OBS_OUTCOME, outcome(s, c));
	put_shown(&f, s, show);
	for (size_t i = 0; i < TW_OBS_N; i++)
		o->v[i] = (struct tw_slice){ text->p + f.at[i], f.n[i] };
}
