/* Lines cut out of what is said, and where TLS begins. */
#include "dump/tls/talk.h"
#include "base/bounds.h"

#include <string.h>

#define FIRST_BYTES 16 /* tell a protocol that is no text */

/* ---- words ---- */
static uint8_t upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 32) : c;
}

bool tw_talk_begins(struct tw_slice s, const char *word)
{
	for (size_t i = 0; word[i]; i++)
		if (i >= s.n || upper(s.p[i]) != (uint8_t)word[i])
			return false;
	return true;
}

bool tw_talk_is(struct tw_slice s, const char *word)
{
	return s.n == strlen(word) && tw_talk_begins(s, word);
}

bool tw_talk_holds(struct tw_slice s, const char *text)
{
	for (; s.n; s.p++, s.n--)
		if (tw_talk_begins(s, text))
			return true;
	return false;
}

/* ---- what the protocols find ---- */
void tw_talk_push(struct tw_talk *t, enum tw_command c)
{
	if (t->waiting == TW_TALK_QUEUE) {
		t->lost = true;
		return;
	}
	t->queue[(t->first + t->waiting++) % TW_TALK_QUEUE] = (uint8_t)c;
}

enum tw_command tw_talk_pop(struct tw_talk *t)
{
	if (!t->waiting || t->lost)
		return TW_CMD_OTHER;
	enum tw_command c = t->queue[t->first];
	t->first = (uint8_t)((t->first + 1) % TW_TALK_QUEUE);
	t->waiting--;
	return c;
}

void tw_talk_ask(struct tw_talk *t)
{
	t->asked = true;
	t->answer = NULL; /* of several the last counts */
}

void tw_talk_answer(struct tw_talk *t, bool accepted)
{
	if (t->asked && !t->lost)
		t->answer = accepted ? "accepted" : "refused";
}

void tw_talk_banner(struct tw_talk *t, struct tw_slice line)
{
	if (t->banner.n + line.n > TW_MAX_TEXT_LINE)
		return;
	if (t->banner.n)
		tw_buf_addc(&t->banner, '\n');
	tw_buf_addslice(&t->banner, line);
}

/* The registry of SASL mechanisms at IANA, families by their beginning, and what
 * is in use beside it; commands that log in by themselves. */
static bool is_mechanism(struct tw_slice m)
{
	static const char *const names[] = { "ANONYMOUS", "APOP", "CRAM-MD5", "DIGEST-MD5", "EXTERNAL", "GSS-SPNEGO", "GSSAPI", "IMAP-LOGIN",
		"KERBEROS_V4", "KERBEROS_V5", "LOGIN", "MSN", "NMAS-SAMBA-AUTH", "NMAS_AUTHEN", "NMAS_LOGIN", "NTLM", "OAUTH10A", "OAUTHBEARER",
		"OPENID20", "OTP", "PASS", "PLAIN", "PLAIN-CLIENTTOKEN", "SAML20", "SECURID", "SKEY", "SPNEGO", "SPNEGO-PLUS", "SRP", "SXOVER-PLUS",
		"USER", "X-GOOGLE-TOKEN", "X-OAUTH2", "XOAUTH", "XOAUTH2" };
	static const char *const families[] = { "9798-M-", "9798-U-", "EAP-AES128", "ECDH-X25519-CH", "ECDSA-NIST256P-", "GS2-KRB5", "HT-SHA-", "SCRAM-SHA-" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (tw_talk_is(m, names[i]))
			return true;
	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		if (tw_talk_begins(m, families[i]))
			return true;
	return false;
}

/* Is it in the server's list? */
static bool is_offered(const struct tw_talk *t, struct tw_slice m)
{
	struct tw_slice list = tw_buf_slice(&t->auth), word;

	while ((word = tw_text_word(&list)).n) {
		size_t i = 0;
		while (i < word.n && word.n == m.n && upper(word.p[i]) == upper(m.p[i]))
			i++;
		if (i == word.n)
			return true;
	}
	return false;
}

void tw_talk_used(struct tw_talk *t, struct tw_slice mechanism)
{
	/* What stands there may be anything, a password too: only names are kept. */
	if (mechanism.n && mechanism.n <= 20 && (is_mechanism(mechanism) || is_offered(t, mechanism)))
		tw_auth_add(&t->used, 0, mechanism);
}

void tw_talk_logs_in(struct tw_talk *t, const char *how)
{
	tw_auth_add(&t->used, 0, tw_str(how));
}

void tw_talk_list(struct tw_talk *t, const char *offered)
{
	t->offered = offered;
	t->list_whole = true;
	if (!t->auth.n)
		tw_buf_adds(&t->auth, "NONE");
}

bool tw_talk_upgrades(const struct tw_talk *t)
{
	return t->tongue && t->tongue != &tw_http && t->tongue != &tw_rdp && t->tongue != &tw_socks && t->tongue != &tw_mssql;
}

/* ---- lines ---- */
static enum tw_role role_of(const struct tw_talk *t, unsigned d)
{
	return d == t->server ? TW_SERVER : TW_CLIENT;
}

static void a_line(struct tw_talk *t, unsigned d, struct tw_slice line)
{
	if (t->foul[d]) {
		t->foul[d] = false; /* the end of a line that was too long */
		return;
	}
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (!t->tongue)
		t->tongue = tw_talk_by_line(t, d, line);
	if (t->tongue && t->tongue->line)
		t->tongue->line(t, role_of(t, d), line);
}

/* Uses up what of b is whole; returns how much. */
static size_t digest(struct tw_talk *t, unsigned d, struct tw_slice b)
{
	if (t->raw[d]) {
		size_t n = b.n < t->raw[d] ? b.n : t->raw[d];
		t->raw[d] -= (uint32_t)n;
		return n;
	}
	if (!t->tongue)
		t->tongue = tw_talk_by_bytes(t, d, b);
	if (t->tongue && t->tongue->bytes)
		return t->tongue->bytes(t, role_of(t, d), b);
	if (!t->tongue && !t->said[d] && b.n < FIRST_BYTES && b.n && memchr(b.p, 0, b.n))
		return 0; /* no text: enough of it must be here to tell */
	uint8_t end = t->tongue ? t->tongue->delimiter : '\n';
	const uint8_t *at = b.n ? memchr(b.p, end, b.n) : NULL;
	if (!at)
		return 0;
	size_t n = (size_t)(at - b.p) + 1;
	a_line(t, d, (struct tw_slice){ b.p, end == '\n' ? n - 1 : n });
	return n;
}

static enum tw_start starts(const struct tw_talk *t, unsigned d, struct tw_slice b, bool client_hello, bool v2)
{
	(void)t;
	(void)d;
	/* Who sends the hello is the client, whoever called. */
	enum tw_start a = client_hello ? TW_START_NO : tw_wire_client_starts(b);
	return a != TW_START_NO ? a : tw_wire_server_starts(b, client_hello, v2);
}

/* A line without an end is dropped beyond the bound. */
static void bound(struct tw_talk *t, unsigned d)
{
	struct tw_buf *b = &t->line[d];

	if (b->n <= TW_MAX_TEXT_LINE)
		return;
	if (t->tongue && t->tongue->bytes)
		t->over[d] = true;
	t->foul[d] = t->said[d] = true;
	b->n = 0;
}

bool tw_talk_take(struct tw_talk *t, unsigned d, struct tw_slice bytes, bool client_hello, bool v2, struct tw_buf *rest)
{
	struct tw_buf *b = &t->line[d];
	size_t segment = b->n, at = 0;

	tw_buf_addslice(b, bytes);
	t->seen[d] += (uint32_t)bytes.n;
	while (at < b->n) {
		struct tw_slice left = { b->p + at, b->n - at };
		enum tw_start is = t->raw[d] || t->foul[d] ? TW_START_NO : starts(t, d, left, client_hello, v2);
		if (is == TW_START_NO && at < segment) { /* or where the segment begins, in the midst of a line */
			struct tw_slice later = { b->p + segment, b->n - segment };
			if (starts(t, d, later, client_hello, v2) == TW_START_YES) {
				is = TW_START_YES;
				left = later;
			}
		}
		if (is == TW_START_YES) {
			t->said[d] |= left.p != b->p + at;
			tw_buf_addslice(rest, left);
			tw_buf_free(b);
			return true;
		}
		if (is == TW_START_MORE)
			break;
		size_t n = digest(t, d, left);
		if (n == 0)
			break;
		at += n;
		t->said[d] = true;
	}
	b->n -= at;
	if (at && b->n)
		memmove(b->p, b->p + at, b->n);
	bound(t, d);
	if (t->seen[d] > TW_MAX_TALK)
		t->over[d] = true;
	if (t->over[d])
		tw_buf_free(b);
	return false;
}

size_t tw_talk_memory(const struct tw_talk *t)
{
	return t->line[0].cap + t->line[1].cap + t->reply.cap + t->auth.cap + t->banner.cap + t->used.cap;
}

void tw_talk_free(struct tw_talk *t)
{
	tw_buf_free(&t->line[0]);
	tw_buf_free(&t->line[1]);
	tw_buf_free(&t->reply);
	tw_buf_free(&t->auth);
	tw_buf_free(&t->banner);
	tw_buf_free(&t->used);
}
