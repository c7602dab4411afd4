/* Which protocol is spoken, by what is said first. */
#include "dump/tls/talk.h"

#include <string.h>

static bool digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static const struct tw_tongue *is(struct tw_talk *t, unsigned server, const struct tw_tongue *tongue)
{
	t->server = (uint8_t)server;
	t->server_known = true;
	return tongue;
}

/* "220 text", "220-text" */
static unsigned code(struct tw_slice s)
{
	if (s.n < 3 || !digit(s.p[0]) || !digit(s.p[1]) || !digit(s.p[2]) || (s.n > 3 && s.p[3] != ' ' && s.p[3] != '-'))
		return 0;
	return (unsigned)(s.p[0] - '0') * 100 + (unsigned)(s.p[1] - '0') * 10 + (unsigned)(s.p[2] - '0');
}

static bool port_in(const struct tw_talk *t, const uint16_t *ports)
{
	for (; *ports; ports++)
		if (*ports == t->port)
			return true;
	return false;
}

/* SMTP, FTP and NNTP greet with a code. */
static const struct tw_tongue *by_code(struct tw_talk *t, unsigned d, struct tw_slice line)
{
	static const uint16_t smtp[] = { 24, 25, 465, 587, 2525, 0 }, ftp[] = { 21, 990, 2121, 0 }, nntp[] = { 119, 433, 563, 0 };
	unsigned c = code(line);

	if ((c == 200 || c == 201) && (port_in(t, nntp) || tw_talk_holds(line, "NNTP") || tw_talk_holds(line, "INTERNETNEWS")))
		return is(t, d, &tw_nntp);
	if (c == 220)
		return is(t, d, port_in(t, ftp) || (!port_in(t, smtp) && tw_talk_holds(line, "FTP")) ? &tw_ftp : &tw_smtp);
	if ((c == 554 || c == 421) && port_in(t, smtp))
		return is(t, d, &tw_smtp);
	if ((c == 421 || c == 120) && port_in(t, ftp))
		return is(t, d, &tw_ftp);
	return NULL;
}

/* ":server NOTICE ...", "NOTICE AUTH :...", ":server 001 ..." */
static const struct tw_tongue *irc_server(struct tw_talk *t, unsigned d, struct tw_slice line)
{
	struct tw_slice rest = line, w = tw_text_word(&rest);

	if (w.n > 1 && w.p[0] == ':')
		w = tw_text_word(&rest);
	else if (!tw_talk_is(w, "NOTICE"))
		return NULL;
	bool numeric = w.n == 3 && digit(w.p[0]) && digit(w.p[1]) && digit(w.p[2]);
	return numeric || tw_talk_is(w, "NOTICE") || tw_talk_is(w, "CAP") ? is(t, d, &tw_irc) : NULL;
}

static const struct tw_tongue *by_server(struct tw_talk *t, unsigned d, struct tw_slice line)
{
	struct tw_slice rest = line, first = tw_text_word(&rest), second = tw_text_word(&rest);

	if (tw_talk_is(first, "+OK") || (tw_talk_is(first, "-ERR") && t->port == 110))
		return is(t, d, &tw_pop3);
	if (tw_talk_is(first, "*") && (tw_talk_is(second, "OK") || tw_talk_is(second, "PREAUTH") || tw_talk_is(second, "BYE")))
		return is(t, d, &tw_imap);
	if (tw_talk_is(first, "\"IMPLEMENTATION\""))
		return is(t, d, &tw_sieve);
	if (tw_talk_begins(line, "HTTP/1."))
		return is(t, d, &tw_http);
	const struct tw_tongue *t1 = by_code(t, d, line);
	return t1 ? t1 : irc_server(t, d, line);
}

static const struct tw_tongue *by_client(struct tw_talk *t, unsigned d, struct tw_slice line)
{
	struct tw_slice rest = line, first = tw_text_word(&rest), second = tw_text_word(&rest), third = tw_text_word(&rest);
	unsigned server = !d;

	if (tw_talk_is(first, "EHLO") || tw_talk_is(first, "HELO") || tw_talk_is(first, "LHLO"))
		return is(t, server, &tw_smtp);
	if (tw_talk_is(first, "CAPA") || tw_talk_is(first, "STLS"))
		return is(t, server, &tw_pop3);
	if (tw_talk_is(first, "NICK") || (tw_talk_is(first, "CAP") && tw_talk_is(second, "LS")) || (tw_talk_is(first, "USER") && third.n))
		return is(t, server, &tw_irc);
	if (tw_talk_is(second, "CAPABILITY") || tw_talk_is(second, "STARTTLS") || (tw_talk_is(second, "LOGIN") && third.n))
		return is(t, server, &tw_imap);
	if (tw_talk_is(line, "STARTTLS")) /* the first thing said: IRC's server waits for it in silence */
		return is(t, server, t->port == 25 || t->port == 587 ? &tw_smtp : t->port == 119 ? &tw_nntp : t->port == 4190 ? &tw_sieve : &tw_irc);
	if (tw_talk_begins(third, "HTTP/1."))
		return is(t, server, &tw_http);
	return NULL;
}

const struct tw_tongue *tw_talk_by_line(struct tw_talk *t, unsigned d, struct tw_slice line)
{
	const struct tw_tongue *by = by_server(t, d, line);
	return by ? by : by_client(t, d, line);
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* A greeting of protocol 10: its length, number 0, and a version that begins
 * with a digit. */
static bool mysql(struct tw_slice b)
{
	size_t n = b.n < 4 ? 0 : (size_t)b.p[0] | (size_t)b.p[1] << 8 | (size_t)b.p[2] << 16;
	return b.n >= 6 && n >= 20 && n < 1024 && b.p[3] == 0 && b.p[4] == 10 && digit(b.p[5]);
}

/* The operation of an LDAPMessage: SEQUENCE, INTEGER, and one of class
 * application (RFC 4511 section 4.1.1); 0 where it is none. */
static uint8_t ldap(struct tw_slice b)
{
	if (b.n < 8 || b.p[0] != 0x30 || b.p[1] > 0x84)
		return 0;
	size_t at = b.p[1] < 0x80 ? 2 : 2 + (size_t)(b.p[1] & 0x7f);
	if (at + 2 >= b.n || b.p[at] != 2 || b.p[at + 1] < 1 || b.p[at + 1] > 4)
		return 0;
	at += 2 + (size_t)b.p[at + 1];
	uint8_t op = at < b.n ? b.p[at] : 0;
	return op == 0x60 || op == 0x61 || op == 0x63 || op == 0x77 || op == 0x78 ? op : 0;
}

/* A stream's header; that of the receiving side has an id (RFC 6120 section
 * 4.7.3), and only that. */
static const struct tw_tongue *xmpp(struct tw_talk *t, unsigned d, struct tw_slice b)
{
	while (b.n && !tw_talk_begins(b, "<STREAM:STREAM")) {
		b.p++;
		b.n--;
	}
	const uint8_t *end = b.n ? memchr(b.p, '>', b.n) : NULL;
	if (!end)
		return NULL;
	struct tw_slice tag = { b.p, (size_t)(end - b.p) };
	return is(t, tw_talk_holds(tag, " ID=") ? d : !d, &tw_xmpp);
}

const struct tw_tongue *tw_talk_by_bytes(struct tw_talk *t, unsigned d, struct tw_slice b)
{
	if (b.n >= 8 && (be32(b.p + 4) == 80877103 || be32(b.p + 4) == 80877104) && be32(b.p) == 8)
		return is(t, !d, &tw_postgres); /* SSLRequest, GSSENCRequest */
	if (b.n >= 13 && be32(b.p + 4) == 196608 && be32(b.p) < 10000 && memcmp(b.p + 8, "user", 5) == 0)
		return is(t, !d, &tw_postgres); /* StartupMessage of version 3.0 */
	uint8_t x224 = tw_rdp_begins(b), prelogin = tw_tds_begins(b);
	if (x224)
		return is(t, x224 == 0xd0 ? d : !d, &tw_rdp);
	if (prelogin)
		return is(t, prelogin == 0x04 ? d : !d, &tw_mssql);
	if (!t->tunnel && !t->said[d] && tw_socks_begins(b))
		return is(t, !d, &tw_socks);
	if (mysql(b))
		return is(t, d, &tw_mysql);
	uint8_t op = ldap(b);
	if (op)
		return is(t, op == 0x61 || op == 0x78 ? d : !d, &tw_ldap); /* responses come from the server */
	return b.n && b.p[0] == '<' ? xmpp(t, d, b) : NULL;
}
