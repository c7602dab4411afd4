/* EHLO replies, IMAP greetings and banners. */
#include "dump/reply.h"
#include "base/bounds.h"

#include <string.h>

void tw_text_escape(struct tw_buf *b, struct tw_slice t)
{
	while (t.n && (t.p[t.n - 1] == '\n' || t.p[t.n - 1] == '\r'))
		t.n--;
	for (size_t i = 0; i < t.n; i++) {
		uint8_t c = t.p[i];
		if (c == '\\')
			tw_buf_adds(b, "\\\\");
		else if (c == '\n')
			tw_buf_adds(b, "\\n");
		else if (c == '\r')
			tw_buf_adds(b, "\\r");
		else if (c == '\t')
			tw_buf_adds(b, "\\t");
		else if (c < 0x20 || c == 0x7f)
			tw_buf_addf(b, "\\x%02X", c);
		else
			tw_buf_addc(b, (char)c);
	}
}

static uint8_t upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 32) : c;
}

static bool is_word(struct tw_slice s, const char *word)
{
	if (s.n != strlen(word))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (upper(s.p[i]) != (uint8_t)word[i])
			return false;
	return true;
}

static bool has_prefix(struct tw_slice s, const char *word)
{
	struct tw_slice head = { s.p, strlen(word) };
	return s.n >= head.n && is_word(head, word);
}

struct tw_slice tw_text_word(struct tw_slice *line)
{
	if (!line->n) /* an empty one may point nowhere */
		return (struct tw_slice){ line->p, 0 };
	while (line->n && (*line->p == ' ' || *line->p == '\t')) {
		line->p++;
		line->n--;
	}
	struct tw_slice w = { line->p, 0 };
	while (w.n < line->n && w.p[w.n] != ' ' && w.p[w.n] != '\t')
		w.n++;
	line->p += w.n;
	line->n -= w.n;
	return w;
}

/* Adds a mechanism unless the list that began at from has it. A mechanism's
 * name is printable (RFC 4422 section 3.1), so what is not is escaped. */
static void add_mechanism(struct tw_buf *auth, size_t from, struct tw_slice word)
{
	static const char cut[] = " ...";
	struct tw_buf up = { 0 };

	if (auth->n - from >= TW_MAX_MECHANISMS) {
		if (memcmp(auth->p + auth->n - 4, cut, 4) != 0)
			tw_buf_adds(auth, cut);
		return;
	}
	for (size_t i = 0; i < word.n; i++) {
		uint8_t c = upper(word.p[i]);
		if (c > 0x20 && c < 0x7f)
			tw_buf_addc(&up, (char)c);
		else
			tw_buf_addf(&up, "\\x%02X", c);
	}
	struct tw_slice have = { auth->n ? auth->p + from : NULL, auth->n - from };
	bool known = up.n == 0;
	while (have.n && !known)
		known = tw_slice_eq(tw_text_word(&have), tw_buf_slice(&up));
	if (!known) {
		if (auth->n > from)
			tw_buf_addc(auth, ' ');
		tw_buf_addslice(auth, tw_buf_slice(&up));
	}
	tw_buf_free(&up);
}

void tw_auth_add(struct tw_buf *auth, size_t from, struct tw_slice words)
{
	for (struct tw_slice one; (one = tw_text_word(&words)).n;)
		add_mechanism(auth, from, one);
}

bool tw_text_line(struct tw_slice *text, struct tw_slice *line)
{
	const uint8_t *lf = text->n ? memchr(text->p, '\n', text->n) : NULL;

	*line = *text;
	if (lf)
		line->n = (size_t)(lf - text->p);
	if (text->n == 0)
		return false;
	text->p += line->n + (lf != NULL);
	text->n -= line->n + (lf != NULL);
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

static bool digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* "220", "220 text", "220-text". */
static bool has_code(struct tw_slice s)
{
	return s.n >= 3 && s.p[0] >= '1' && s.p[0] <= '5' && digit(s.p[1]) && digit(s.p[2]) &&
	    (s.n == 3 || s.p[3] == ' ' || s.p[3] == '-' || s.p[3] == '\r' || s.p[3] == '\n');
}

bool tw_greeting_is(const char *protocol, struct tw_slice t)
{
	struct tw_slice line, rest = t;

	if (!tw_text_line(&rest, &line))
		return false;
	struct tw_slice tail = line, word = tw_text_word(&tail);
	if (strcmp(protocol, "smtp") == 0 || strcmp(protocol, "ftp") == 0)
		return has_code(t);
	if (strcmp(protocol, "pop3") == 0)
		return is_word(word, "+OK") || is_word(word, "-ERR");
	if (strcmp(protocol, "managesieve") == 0)
		return line.p[0] == '"' || is_word(word, "OK") || is_word(word, "NO") || is_word(word, "BYE");
	if (strcmp(protocol, "imap") != 0 || !is_word(word, "*"))
		return false;
	word = tw_text_word(&tail);
	return is_word(word, "OK") || is_word(word, "PREAUTH") || is_word(word, "BYE") ||
	    is_word(word, "NO") || is_word(word, "BAD");
}

/* The answer is the line with the command's tag; lines without (* and +) may
 * come before it, BYE alone refuses. */
static const char *imap_answer(struct tw_slice reply)
{
	struct tw_slice line;

	while (tw_text_line(&reply, &line)) {
		struct tw_slice tag = tw_text_word(&line), word = tw_text_word(&line);
		if (is_word(tag, "*") && is_word(word, "BYE"))
			return "refused";
		if (tag.n && !is_word(tag, "*") && !is_word(tag, "+"))
			return is_word(word, "OK") ? "accepted" : "refused";
	}
	return "none";
}

static const char *sieve_answer(struct tw_slice reply)
{
	struct tw_slice line;

	while (tw_text_line(&reply, &line)) {
		struct tw_slice word = tw_text_word(&line);
		if (is_word(word, "OK") || has_prefix(word, "OK("))
			return "accepted";
		if (has_prefix(word, "NO") || has_prefix(word, "BYE"))
			return "refused";
	}
	return "none";
}

const char *tw_starttls_answer(const char *protocol, struct tw_slice reply)
{
	const char *yes = strcmp(protocol, "smtp") == 0 ? "220" : strcmp(protocol, "ftp") == 0 ? "234" : "+OK";

	if (reply.n == 0)
		return "none";
	if (strcmp(protocol, "imap") == 0)
		return imap_answer(reply);
	if (strcmp(protocol, "managesieve") == 0)
		return sieve_answer(reply);
	return has_prefix(reply, yes) ? "accepted" : "refused";
}

/* "XXXXXXXA", "XXXXXXXX": what middleboxes overwrite STARTTLS with. */
static bool mangled(struct tw_slice w)
{
	if (w.n != 8)
		return false;
	for (size_t i = 0; i < 7; i++)
		if (upper(w.p[i]) != 'X')
			return false;
	return true;
}

struct tw_caps tw_ehlo_read(struct tw_slice t, struct tw_buf *auth)
{
	struct tw_caps caps = { false, "no" };
	size_t from = auth->n;
	bool first = true;

	for (struct tw_slice line; !caps.whole && tw_text_line(&t, &line);) {
		bool ended = t.p[-1] == '\n';
		if (line.n < 3 || memcmp(line.p, "250", 3) != 0)
			break;
		bool last = line.n == 3 || line.p[3] == ' ';
		line.p += line.n > 3 ? 4 : 3;
		line.n -= line.n > 3 ? 4 : 3;
		struct tw_slice word = tw_text_word(&line);
		if (first)
			; /* the domain and a greeting */
		else if (is_word(word, "STARTTLS"))
			caps.starttls = "yes";
		else if (mangled(word) && caps.starttls[0] == 'n')
			caps.starttls = "mangled";
		else if (has_prefix(word, "AUTH=") || is_word(word, "AUTH")) {
			if (word.n > 5)
				add_mechanism(auth, from, (struct tw_slice){ word.p + 5, word.n - 5 });
			tw_auth_add(auth, from, line);
		}
		first = false;
		caps.whole = last && ended;
	}
	if (!caps.whole) {
		caps.starttls = "";
		auth->n = from; /* a part of a list is not the list */
	} else if (auth->n == from) {
		tw_buf_adds(auth, "NONE");
	}
	return caps;
}

struct tw_caps tw_imap_greeting_read(struct tw_slice t, struct tw_buf *auth)
{
	static const char mark[] = "[CAPABILITY ";
	struct tw_caps caps = { false, "" };
	size_t from = auth->n, at = 0;
	bool login = true;

	while (at + sizeof mark - 1 <= t.n) {
		struct tw_slice rest = { t.p + at, t.n - at };
		if (has_prefix(rest, mark))
			break;
		at++;
	}
	if (at + sizeof mark - 1 > t.n)
		return caps;
	struct tw_slice list = { t.p + at + sizeof mark - 1, t.n - at - (sizeof mark - 1) };
	const uint8_t *end = memchr(list.p, ']', list.n);
	if (!end)
		return caps;
	list.n = (size_t)(end - list.p);
	caps.whole = true;
	caps.starttls = "no";
	for (struct tw_slice w; (w = tw_text_word(&list)).n;) {
		if (is_word(w, "STARTTLS"))
			caps.starttls = "yes";
		else if (mangled(w) && caps.starttls[0] == 'n')
			caps.starttls = "mangled";
		else if (is_word(w, "LOGINDISABLED"))
			login = false;
		else if (has_prefix(w, "AUTH=") && w.n > 5)
			add_mechanism(auth, from, (struct tw_slice){ w.p + 5, w.n - 5 });
	}
	add_mechanism(auth, from, tw_str(login ? "IMAP-LOGIN" : "LOGINDISABLED"));
	return caps;
}
