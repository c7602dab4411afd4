/* SMTP (RFC 5321, 3207, 4954), FTP (RFC 959, 4217), POP3 (RFC 1939, 2449,
 * 2595, 5034), NNTP (RFC 3977, 4642, 4643): a reply to each command, in order. */
#include "dump/tls/talk.h"
#include "base/bounds.h"

#include <string.h>

static bool digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* A reply of three digits; *last: no line of it follows. 0: none. */
static unsigned code(struct tw_slice s, bool *last)
{
	if (s.n < 3 || !digit(s.p[0]) || !digit(s.p[1]) || !digit(s.p[2]))
		return 0;
	*last = s.n == 3 || s.p[3] != '-';
	return (unsigned)(s.p[0] - '0') * 100 + (unsigned)(s.p[1] - '0') * 10 + (unsigned)(s.p[2] - '0');
}

/* Keeps a line of a list's reply. */
static void keep(struct tw_talk *t, struct tw_slice line)
{
	if (t->reply.n + line.n > 2 * TW_MAX_TEXT_LINE) {
		t->lost = true;
		return;
	}
	tw_buf_addslice(&t->reply, line);
	tw_buf_addc(&t->reply, '\n');
}

static bool dot(struct tw_slice line)
{
	return line.n == 1 && line.p[0] == '.';
}

/* What the client's words mean: a body's end, an answer to a challenge, or a
 * command, whose verb is returned; empty where it is none. */
static struct tw_slice verb(struct tw_talk *t, struct tw_slice *line)
{
	struct tw_slice none = { 0, 0 };

	if (t->body) {
		if (dot(*line)) {
			t->body = false;
			tw_talk_push(t, TW_CMD_OTHER);
		}
		return none;
	}
	if (t->sasl) {
		t->sasl = false;
		tw_talk_push(t, TW_CMD_AUTH);
		return none;
	}
	return tw_text_word(line);
}

/* ---- SMTP ---- */
static void smtp_client(struct tw_talk *t, struct tw_slice line)
{
	struct tw_slice v = verb(t, &line);
	uint64_t n;

	if (!v.n)
		return;
	if (tw_talk_is(v, "STARTTLS")) {
		tw_talk_ask(t);
		tw_talk_push(t, TW_CMD_STARTTLS);
	} else if (tw_talk_is(v, "EHLO") || tw_talk_is(v, "LHLO")) {
		tw_talk_push(t, TW_CMD_LIST);
	} else if (tw_talk_is(v, "AUTH")) {
		tw_talk_used(t, tw_text_word(&line));
		tw_talk_push(t, TW_CMD_AUTH);
	} else if (tw_talk_is(v, "DATA")) {
		tw_talk_push(t, TW_CMD_BODY);
	} else {
		if (tw_talk_is(v, "BDAT") && tw_slice_u64(tw_text_word(&line), UINT32_MAX, &n)) /* RFC 3030 */
			t->raw[!t->server] = (uint32_t)n;
		tw_talk_push(t, TW_CMD_OTHER);
	}
}

static void smtp_reply(struct tw_talk *t, unsigned c, enum tw_command to)
{
	struct tw_caps caps;

	switch (to) {
	case TW_CMD_STARTTLS: tw_talk_answer(t, c == 220); break;
	case TW_CMD_BODY: t->body = c == 354; break;
	case TW_CMD_AUTH: t->sasl = c == 334; break;
	case TW_CMD_LIST:
		if (c != 250 || t->list_whole)
			break;
		caps = tw_ehlo_read(tw_buf_slice(&t->reply), &t->auth);
		if (caps.whole)
			tw_talk_list(t, caps.starttls);
		break;
	default: break;
	}
}

static void smtp_server(struct tw_talk *t, struct tw_slice line)
{
	bool last;
	unsigned c = code(line, &last);

	if (!c)
		return;
	if (!t->greeted) {
		tw_talk_banner(t, line);
		t->greeted = last;
		return;
	}
	if (t->waiting && t->queue[t->first] == TW_CMD_LIST)
		keep(t, line);
	if (!last)
		return;
	smtp_reply(t, c, tw_talk_pop(t));
	t->reply.n = 0;
}

static void smtp(struct tw_talk *t, enum tw_role role, struct tw_slice line)
{
	if (role == TW_CLIENT) {
		/* FTP greets alike; its first command tells. */
		struct tw_slice rest = line, v = tw_text_word(&rest);
		if (!t->list_whole && !t->waiting && (tw_talk_is(v, "USER") || tw_talk_is(v, "FEAT") ||
		    (tw_talk_is(v, "AUTH") && tw_talk_begins(tw_text_word(&rest), "TLS")))) {
			t->tongue = &tw_ftp;
			tw_ftp.line(t, role, line);
			return;
		}
		t->greeted = true; /* whoever begins before the greeting, or without one in the capture */
		smtp_client(t, line);
	} else {
		smtp_server(t, line);
	}
}

const struct tw_tongue tw_smtp = { "smtp", '\n', smtp, NULL };

/* ---- FTP ---- */
static void ftp_client(struct tw_talk *t, struct tw_slice line)
{
	struct tw_slice v = tw_text_word(&line), what = tw_text_word(&line);

	if (tw_talk_is(v, "AUTH") && (tw_talk_begins(what, "TLS") || tw_talk_is(what, "SSL"))) {
		tw_talk_ask(t);
		tw_talk_push(t, TW_CMD_STARTTLS);
	} else if (tw_talk_is(v, "FEAT")) {
		tw_talk_push(t, TW_CMD_LIST);
	} else if (v.n) {
		if (tw_talk_is(v, "PASS"))
			tw_talk_logs_in(t, "PASS");
		tw_talk_push(t, TW_CMD_OTHER);
	}
}

/* RFC 2389 section 3.2; AUTH TLS or AUTH SSL among the features. */
static void ftp_features(struct tw_talk *t)
{
	if (t->list_whole)
		return;
	bool tls = tw_talk_holds(tw_buf_slice(&t->reply), "AUTH TLS") || tw_talk_holds(tw_buf_slice(&t->reply), "AUTH SSL");
	t->offered = tls ? "yes" : "no";
	t->list_whole = true;
}

static void ftp_server(struct tw_talk *t, struct tw_slice line)
{
	bool last = false;
	unsigned c = code(line, &last);

	if (t->multi) {
		/* Until the line that begins with the same code and a blank. */
		keep(t, line);
		if (!c || !last)
			return;
	} else if (c && t->greeted && t->waiting && t->queue[t->first] == TW_CMD_LIST) {
		keep(t, line);
	}
	if (!c)
		return;
	t->multi = !last;
	if (!t->greeted) {
		tw_talk_banner(t, line);
		t->greeted = last && c >= 200; /* 120: wait */
		t->reply.n = 0;
		return;
	}
	if (!last || c < 200) /* a preliminary reply: the answer follows (RFC 959 section 4.2) */
		return;
	switch (tw_talk_pop(t)) {
	case TW_CMD_STARTTLS: tw_talk_answer(t, c == 234 || c == 334); break;
	case TW_CMD_LIST: if (c == 211) ftp_features(t); break;
	default: break;
	}
	t->reply.n = 0;
}

static void ftp(struct tw_talk *t, enum tw_role role, struct tw_slice line)
{
	if (role == TW_CLIENT) {
		t->greeted = true;
		ftp_client(t, line);
	} else {
		ftp_server(t, line);
	}
}

const struct tw_tongue tw_ftp = { "ftp", '\n', ftp, NULL };

/* ---- POP3 ---- */
static void pop3_client(struct tw_talk *t, struct tw_slice line)
{
	struct tw_slice v = verb(t, &line);
	struct tw_slice what = tw_text_word(&line);

	if (!v.n)
		return;
	if (tw_talk_is(v, "STLS")) {
		tw_talk_ask(t);
		tw_talk_push(t, TW_CMD_STARTTLS);
	} else if (tw_talk_is(v, "CAPA")) {
		tw_talk_push(t, TW_CMD_LIST);
	} else if (tw_talk_is(v, "AUTH") && what.n) {
		tw_talk_used(t, what);
		tw_talk_push(t, TW_CMD_AUTH);
	} else if (tw_talk_is(v, "AUTH") || tw_talk_is(v, "RETR") || tw_talk_is(v, "TOP") ||
	    ((tw_talk_is(v, "LIST") || tw_talk_is(v, "UIDL")) && !what.n)) {
		tw_talk_push(t, TW_CMD_MULTI);
	} else {
		if (tw_talk_is(v, "PASS"))
			tw_talk_logs_in(t, "USER");
		else if (tw_talk_is(v, "APOP"))
			tw_talk_logs_in(t, "APOP");
		tw_talk_push(t, TW_CMD_OTHER);
	}
}

static void pop3_capabilities(struct tw_talk *t)
{
	struct tw_slice all = tw_buf_slice(&t->reply), line;
	const char *offered = "no";

	if (t->list_whole)
		return;
	while (tw_text_line(&all, &line)) {
		struct tw_slice w = tw_text_word(&line);
		if (tw_talk_is(w, "STLS"))
			offered = "yes";
		else if (tw_talk_begins(w, "XXXX") && w.n == 4)
			offered = strcmp(offered, "yes") ? "mangled" : offered;
		else if (tw_talk_is(w, "SASL"))
			tw_auth_add(&t->auth, 0, line);
		else if (tw_talk_is(w, "USER"))
			tw_auth_add(&t->auth, 0, w);
	}
	tw_talk_list(t, offered);
}

static void pop3_server(struct tw_talk *t, struct tw_slice line)
{
	if (t->multi) {
		bool end = dot(line);
		if (!end && t->answering == TW_CMD_LIST)
			keep(t, line);
		if (end) {
			t->multi = false;
			if (t->answering == TW_CMD_LIST && !t->lost)
				pop3_capabilities(t);
			t->reply.n = 0;
		}
		return;
	}
	struct tw_slice rest = line, w = tw_text_word(&rest);
	bool ok = tw_talk_is(w, "+OK");
	if (!t->greeted) {
		tw_talk_banner(t, line);
		t->greeted = true;
		return;
	}
	if (tw_talk_is(w, "+")) {
		t->sasl = true;
		tw_talk_pop(t);
		return;
	}
	if (!ok && !tw_talk_is(w, "-ERR"))
		return;
	enum tw_command c = tw_talk_pop(t);
	if (c == TW_CMD_STARTTLS)
		tw_talk_answer(t, ok);
	t->multi = ok && (c == TW_CMD_LIST || c == TW_CMD_MULTI);
	t->answering = (uint8_t)c;
}

static void pop3(struct tw_talk *t, enum tw_role role, struct tw_slice line)
{
	if (role == TW_CLIENT) {
		t->greeted = true;
		pop3_client(t, line);
	} else {
		pop3_server(t, line);
	}
}

const struct tw_tongue tw_pop3 = { "pop3", '\n', pop3, NULL };

/* ---- NNTP ---- */
static void nntp_client(struct tw_talk *t, struct tw_slice line)
{
	struct tw_slice v = verb(t, &line), what = tw_text_word(&line);

	if (!v.n)
		return;
	if (tw_talk_is(v, "STARTTLS")) {
		tw_talk_ask(t);
		tw_talk_push(t, TW_CMD_STARTTLS);
	} else if (tw_talk_is(v, "CAPABILITIES")) {
		tw_talk_push(t, TW_CMD_LIST);
	} else if (tw_talk_is(v, "AUTHINFO")) {
		bool sasl = tw_talk_is(what, "SASL");
		tw_talk_used(t, sasl ? tw_text_word(&line) : what);
		tw_talk_push(t, sasl ? TW_CMD_AUTH : TW_CMD_OTHER);
	} else {
		tw_talk_push(t, tw_talk_is(v, "POST") || tw_talk_is(v, "IHAVE") ? TW_CMD_BODY : TW_CMD_OTHER);
	}
}

/* RFC 3977 section 3.3, RFC 4643: AUTHINFO USER and SASL as mechanisms. */
static void nntp_capabilities(struct tw_talk *t)
{
	struct tw_slice all = tw_buf_slice(&t->reply), line;
	const char *offered = "no";

	if (t->list_whole)
		return;
	while (tw_text_line(&all, &line)) {
		struct tw_slice w = tw_text_word(&line);
		if (tw_talk_is(w, "STARTTLS"))
			offered = "yes";
		else if (tw_talk_is(w, "SASL"))
			tw_auth_add(&t->auth, 0, line);
		else if (tw_talk_is(w, "AUTHINFO") && tw_talk_holds(line, "USER"))
			tw_auth_add(&t->auth, 0, tw_str("USER"));
	}
	tw_talk_list(t, offered);
}

static void nntp_server(struct tw_talk *t, struct tw_slice line)
{
	static const uint16_t blocks[] = { 100, 101, 215, 220, 221, 222, 224, 225, 230, 231, 282, 0 };
	bool last;

	if (t->multi) {
		bool end = dot(line);
		if (!end && t->answering == TW_CMD_LIST)
			keep(t, line);
		if (end && t->answering == TW_CMD_LIST && !t->lost)
			nntp_capabilities(t);
		t->multi = !end;
		if (end)
			t->reply.n = 0;
		return;
	}
	unsigned c = code(line, &last);
	if (!c)
		return;
	if (!t->greeted) {
		tw_talk_banner(t, line);
		t->greeted = true;
		return;
	}
	enum tw_command to = tw_talk_pop(t);
	if (to == TW_CMD_STARTTLS)
		tw_talk_answer(t, c == 382);
	t->body = to == TW_CMD_BODY && (c == 340 || c == 335);
	t->sasl = to == TW_CMD_AUTH && (c == 383 || c == 283);
	t->answering = (uint8_t)to;
	for (size_t i = 0; blocks[i]; i++)
		t->multi |= c == blocks[i];
}

static void nntp(struct tw_talk *t, enum tw_role role, struct tw_slice line)
{
	if (role == TW_CLIENT) {
		t->greeted = true;
		nntp_client(t, line);
	} else {
		nntp_server(t, line);
	}
}

const struct tw_tongue tw_nntp = { "nntp", '\n', nntp, NULL };
