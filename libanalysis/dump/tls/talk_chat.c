/* IRC (RFC 2812, IRCv3 CAP and its tls extension), XMPP (RFC 6120). */
#include "dump/tls/talk.h"
#include "base/bounds.h"

#include <string.h>

/* ---- IRC ---- */
static void irc_client(struct tw_talk *t, struct tw_slice line)
{
	struct tw_slice v = tw_text_word(&line);

	if (v.n && v.p[0] == ':') /* a prefix is of no use from a client */
		v = tw_text_word(&line);
	if (tw_talk_is(v, "STARTTLS"))
		tw_talk_ask(t);
	else if (tw_talk_is(v, "AUTHENTICATE") && !t->sasl) {
		tw_talk_used(t, tw_text_word(&line));
		t->sasl = true; /* what follows is not a mechanism */
	} else if (tw_talk_is(v, "PASS"))
		tw_talk_used(t, v);
}

/* Capabilities, with values since CAP 302: "sasl=PLAIN,EXTERNAL". */
static void irc_capability(struct tw_talk *t, struct tw_slice cap)
{
	if (tw_talk_is(cap, "TLS") || tw_talk_is(cap, "STARTTLS"))
		t->offered = "yes";
	else if (tw_talk_begins(cap, "SASL=")) {
		for (size_t at = 5, n; at < cap.n; at += n + 1) {
			struct tw_slice rest = { cap.p + at, cap.n - at };
			const uint8_t *comma = memchr(rest.p, ',', rest.n);
			n = comma ? (size_t)(comma - rest.p) : rest.n;
			tw_auth_add(&t->auth, 0, (struct tw_slice){ rest.p, n });
		}
	} else if (tw_talk_is(cap, "SASL"))
		t->multi = true; /* with mechanisms that it does not tell */
}

static void irc_cap(struct tw_talk *t, struct tw_slice line)
{
	tw_text_word(&line); /* the nickname, or * */
	struct tw_slice sub = tw_text_word(&line);
	if (!tw_talk_is(sub, "LS"))
		return;
	if (t->list_whole)
		return;
	if (!t->list_open) {
		t->list_open = true;
		t->offered = "no";
	}
	struct tw_slice w = tw_text_word(&line);
	bool more = tw_talk_is(w, "*");
	if (more)
		w = tw_text_word(&line);
	if (w.n && w.p[0] == ':') {
		w.p++;
		w.n--;
	}
	for (; w.n; w = tw_text_word(&line))
		irc_capability(t, w);
	if (more)
		return;
	t->list_open = false;
	t->list_whole = true;
	if (!t->auth.n && !t->multi)
		tw_buf_adds(&t->auth, "NONE");
}

static void irc_server(struct tw_talk *t, struct tw_slice line)
{
	struct tw_slice all = line, v = tw_text_word(&line);

	if (v.n && v.p[0] == ':')
		v = tw_text_word(&line);
	if (!t->greeted)
		tw_talk_banner(t, all);
	t->greeted = true;
	if (tw_talk_is(v, "CAP"))
		irc_cap(t, line);
	else if (tw_talk_is(v, "670")) {
		t->offered = "yes"; /* who takes it offers it, though no list was asked for */
		tw_talk_answer(t, true);
	}
	else if (tw_talk_is(v, "691") || ((tw_talk_is(v, "421") || tw_talk_is(v, "451")) && tw_talk_holds(line, "STARTTLS")))
		tw_talk_answer(t, false);
	else if (tw_talk_is(v, "005") && tw_talk_holds(line, " STARTTLS")) /* ISUPPORT */
		t->offered = "yes";
}

static void irc(struct tw_talk *t, enum tw_role role, struct tw_slice line)
{
	if (role == TW_CLIENT)
		irc_client(t, line);
	else
		irc_server(t, line);
}

const struct tw_tongue tw_irc = { "irc", '\n', irc, NULL };

/* ---- XMPP: each piece ends with the > of a tag ---- */

/* The name of the tag that ends the piece, and the text before it. */
static struct tw_slice tag_of(struct tw_slice piece, struct tw_slice *text)
{
	size_t at = piece.n;

	while (at > 0 && piece.p[at - 1] != '<')
		at--;
	*text = (struct tw_slice){ piece.p, at ? at - 1 : 0 };
	return (struct tw_slice){ piece.p + at, piece.n - at };
}

static bool names(struct tw_slice tag, const char *name)
{
	size_t n = strlen(name);
	return tw_talk_begins(tag, name) && tag.n > n && (tag.p[n] == ' ' || tag.p[n] == '>' || tag.p[n] == '/' || tag.p[n] == '\n' ||
	    tag.p[n] == '\r' || tag.p[n] == '\t');
}

static void xmpp_server(struct tw_talk *t, struct tw_slice tag, struct tw_slice text)
{
	t->greeted = true;
	if (names(tag, "STREAM:FEATURES") && !t->list_whole) {
		t->list_open = tag.n < 2 || tag.p[tag.n - 2] != '/';
		t->offered = "no";
		if (!t->list_open)
			tw_talk_list(t, t->offered);
	} else if (names(tag, "/STREAM:FEATURES") && t->list_open) {
		t->list_open = false;
		tw_talk_list(t, t->offered);
	} else if (t->list_open && names(tag, "STARTTLS")) {
		t->offered = "yes";
	} else if (t->list_open && names(tag, "/MECHANISM")) {
		tw_auth_add(&t->auth, 0, text);
	} else if (names(tag, "PROCEED")) {
		tw_talk_answer(t, true);
	} else if (names(tag, "FAILURE") && tw_talk_holds(tag, "XMPP-TLS")) {
		tw_talk_answer(t, false);
	}
}

static void xmpp(struct tw_talk *t, enum tw_role role, struct tw_slice piece)
{
	struct tw_slice text, tag = tag_of(piece, &text);

	if (names(tag, "STREAM:STREAM")) {
		t->is_server |= tw_talk_holds(tag, "JABBER:SERVER");
		t->is_client |= tw_talk_holds(tag, "JABBER:CLIENT");
	}
	if (role == TW_SERVER) {
		xmpp_server(t, tag, text);
	} else if (names(tag, "STARTTLS")) {
		tw_talk_ask(t);
	} else if (names(tag, "AUTH")) {
		static const char at[] = "MECHANISM=";
		for (; tag.n > sizeof at; tag.p++, tag.n--) {
			if (!tw_talk_begins(tag, at))
				continue;
			struct tw_slice m = { tag.p + sizeof at, 0 };
			while (sizeof at + m.n < tag.n && m.p[m.n] != '\'' && m.p[m.n] != '"')
				m.n++;
			tw_talk_used(t, m);
			break;
		}
	}
}

const struct tw_tongue tw_xmpp = { "xmpp", '>', xmpp, NULL };

/* ---- HTTP: a CONNECT may begin TLS behind it; nothing is kept ---- */
static void http(struct tw_talk *t, enum tw_role role, struct tw_slice line)
{
	struct tw_slice v = tw_text_word(&line);

	if (role == TW_CLIENT && !t->greeted && !tw_talk_is(v, "CONNECT"))
		t->over[0] = t->over[1] = true;
	t->greeted = true;
}

const struct tw_tongue tw_http = { "http", '\n', http, NULL };
