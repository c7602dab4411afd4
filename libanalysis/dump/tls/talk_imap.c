/* IMAP (RFC 3501, 2595) by tags; ManageSieve (RFC 5804). */
#include "dump/tls/talk.h"
#include "base/bounds.h"

#include <string.h>

/* Either side may send so many bytes as they are: {N}, {N+} at a line's end. */
static void literal(struct tw_talk *t, unsigned d, struct tw_slice line)
{
	uint64_t n;

	if (line.n < 3 || line.p[line.n - 1] != '}')
		return;
	size_t at = line.n - 1;
	while (at > 0 && line.p[at - 1] != '{')
		at--;
	if (at == 0)
		return;
	struct tw_slice digits = { line.p + at, line.n - 1 - at };
	if (digits.n && digits.p[digits.n - 1] == '+')
		digits.n--;
	if (tw_slice_u64(digits, UINT32_MAX, &n))
		t->raw[d] = (uint32_t)n;
}

/* ---- IMAP ---- */
static void imap_client(struct tw_talk *t, struct tw_slice line)
{
	struct tw_slice rest = line, tag = tw_text_word(&rest), v = tw_text_word(&rest);

	literal(t, !t->server, line);
	if (tw_talk_is(v, "STARTTLS") && tag.n <= sizeof t->tag) {
		tw_talk_ask(t);
		memcpy(t->tag, tag.p, tag.n);
		t->ntag = (uint8_t)tag.n;
	} else if (tw_talk_is(v, "AUTHENTICATE")) {
		tw_talk_used(t, tw_text_word(&rest));
	} else if (tw_talk_is(v, "LOGIN")) {
		tw_talk_logs_in(t, "IMAP-LOGIN");
	}
}

/* The list as a greeting has it. */
static void imap_list(struct tw_talk *t, struct tw_slice text)
{
	if (t->list_whole)
		return;
	struct tw_caps caps = tw_imap_greeting_read(text, &t->auth);
	if (caps.whole)
		tw_talk_list(t, caps.starttls);
}

static void imap_server(struct tw_talk *t, struct tw_slice line)
{
	struct tw_slice rest = line, tag = tw_text_word(&rest), v = tw_text_word(&rest);
	struct tw_slice of_starttls = { t->tag, t->ntag };

	literal(t, t->server, line);
	if (!t->greeted && tw_talk_is(tag, "*"))
		tw_talk_banner(t, line);
	t->greeted = true;
	if (tw_talk_is(tag, "*") && tw_talk_is(v, "CAPABILITY")) {
		t->reply.n = 0;
		tw_buf_adds(&t->reply, "[CAPABILITY ");
		tw_buf_addslice(&t->reply, rest);
		tw_buf_addc(&t->reply, ']');
		imap_list(t, tw_buf_slice(&t->reply));
	} else if (tw_talk_is(tag, "*") && (tw_talk_is(v, "OK") || tw_talk_is(v, "PREAUTH"))) {
		imap_list(t, rest);
	} else if (t->ntag && tw_slice_eq(tag, of_starttls)) {
		tw_talk_answer(t, tw_talk_is(v, "OK"));
	}
}

static void imap(struct tw_talk *t, enum tw_role role, struct tw_slice line)
{
	if (role == TW_CLIENT)
		imap_client(t, line);
	else
		imap_server(t, line);
}

const struct tw_tongue tw_imap = { "imap", '\n', imap, NULL };

/* ---- ManageSieve ---- */
static void sieve_client(struct tw_talk *t, struct tw_slice line)
{
	struct tw_slice rest = line, v = tw_text_word(&rest), what = tw_text_word(&rest);

	literal(t, !t->server, line);
	if (t->sasl) { /* an answer to a challenge has no answer of its own but the next */
		t->sasl = false;
		return;
	}
	if (tw_talk_is(v, "STARTTLS")) {
		tw_talk_ask(t);
		tw_talk_push(t, TW_CMD_STARTTLS);
	} else if (tw_talk_is(v, "CAPABILITY")) {
		tw_talk_push(t, TW_CMD_LIST);
	} else if (tw_talk_is(v, "AUTHENTICATE")) {
		if (what.n > 2)
			tw_talk_used(t, (struct tw_slice){ what.p + 1, what.n - 2 });
		tw_talk_push(t, TW_CMD_AUTH);
	} else if (v.n && v.p[0] != '"' && v.p[0] != '{') {
		tw_talk_push(t, TW_CMD_OTHER);
	}
}

static void sieve_capability(struct tw_talk *t, struct tw_slice line)
{
	struct tw_slice rest = line, w = tw_text_word(&rest);

	if (t->list_whole)
		return;
	if (!t->list_open) {
		t->list_open = true;
		t->offered = "no";
	}
	if (tw_talk_is(w, "\"STARTTLS\""))
		t->offered = "yes";
	else if (tw_talk_is(w, "\"SASL\"")) {
		while (rest.n && (*rest.p == ' ' || *rest.p == '"')) {
			rest.p++;
			rest.n--;
		}
		while (rest.n && rest.p[rest.n - 1] == '"')
			rest.n--;
		tw_auth_add(&t->auth, 0, rest);
	} else if (tw_talk_is(w, "\"IMPLEMENTATION\"") && !t->greeted)
		tw_talk_banner(t, line);
}

static void sieve_server(struct tw_talk *t, struct tw_slice line)
{
	struct tw_slice rest = line, w = tw_text_word(&rest);
	bool ok = tw_talk_is(w, "OK") || tw_talk_begins(w, "OK("), no = tw_talk_begins(w, "NO") || tw_talk_begins(w, "BYE");

	literal(t, t->server, line);
	if (line.n && line.p[0] == '"' && (!t->greeted || (t->waiting && t->queue[t->first] == TW_CMD_LIST))) {
		sieve_capability(t, line);
		return;
	}
	if (!ok && !no) {
		t->sasl |= t->waiting && t->queue[t->first] == TW_CMD_AUTH;
		return;
	}
	enum tw_command c = t->greeted ? tw_talk_pop(t) : TW_CMD_LIST;
	t->greeted = true;
	if (c == TW_CMD_STARTTLS)
		tw_talk_answer(t, ok);
	else if (c == TW_CMD_LIST && ok && t->list_open && !t->list_whole)
		tw_talk_list(t, t->offered);
	t->list_open = false;
}

static void sieve(struct tw_talk *t, enum tw_role role, struct tw_slice line)
{
	if (role == TW_CLIENT)
		sieve_client(t, line);
	else
		sieve_server(t, line);
}

const struct tw_tongue tw_sieve = { "managesieve", '\n', sieve, NULL };
