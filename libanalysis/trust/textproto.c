/* Protobuf text format. */
#include "trust/textproto.h"
#include "base/bounds.h"

enum kind { END, WORD, STRING, SIGN };
struct reader {
	const struct tw_textproto *h;
	struct tw_slice rest;
	struct { enum kind kind; struct tw_slice s; } t; /* the token at hand */
	const char *why;
	struct tw_buf string;
};

static bool is_word(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' ||
	       c == '+';
}

static void skip_blanks(struct reader *r)
{
	bool comment = false;

	for (; r->rest.n; r->rest.p++, r->rest.n--) {
		uint8_t c = r->rest.p[0];
		comment = comment ? c != '\n' : c == '#';
		if (!comment && c != ' ' && (c < '\t' || c > '\r'))
			return;
	}
}

static void next(struct reader *r)
{
	skip_blanks(r);
	r->t.s = (struct tw_slice){ r->rest.p, r->rest.n > 0 };
	r->t.kind = r->rest.n ? SIGN : END;
	if (r->t.kind == END)
		return;
	uint8_t c = r->rest.p[0];
	size_t n = 1;
	if (is_word(c)) {
		r->t.kind = WORD;
		while (n < r->rest.n && is_word(r->rest.p[n]))
			n++;
	} else if (c == '"' || c == '\'') {
		r->t.kind = STRING;
		while (n < r->rest.n && r->rest.p[n] != c && r->rest.p[n] != '\n')
			n += r->rest.p[n] == '\\' && n + 1 < r->rest.n ? 2 : 1;
		if (n >= r->rest.n || r->rest.p[n] != c)
			r->why = "a string without its end";
		n += n < r->rest.n;
	}
	r->t.s.n = n;
	r->rest.p += n;
	r->rest.n -= n;
}

static bool is_sign(const struct reader *r, char c)
{
	return r->t.kind == SIGN && r->t.s.p[0] == (uint8_t)c;
}

/* One escape behind its backslash; how long it is, 0 where it is none. */
static size_t escape(struct tw_slice s, uint8_t *out)
{
	static const char letters[] = "abfnrtv\\'\"?", octets[] = "\a\b\f\n\r\t\v\\'\"?";
	const char *l = s.n && s.p[0] ? strchr(letters, s.p[0]) : NULL;
	unsigned v = 0;
	size_t n = 0;

	if (l) {
		*out = (uint8_t)octets[l - letters];
		return 1;
	}
	if (s.n >= 3 && (s.p[0] == 'x' || s.p[0] == 'X'))
		return tw_unhex((struct tw_slice){ s.p + 1, 2 }, out, 1) ? 3 : 0;
	for (; n < s.n && n < 3 && s.p[n] >= '0' && s.p[n] <= '7'; n++)
		v = 8 * v + s.p[n] - '0';
	*out = (uint8_t)v;
	return v < 256 ? n : 0;
}

static void unquote(struct reader *r, struct tw_slice s)
{
	for (size_t i = 1; i + 1 < s.n; i++) {
		uint8_t c = s.p[i];
		if (c == '\\') {
			size_t n = escape((struct tw_slice){ s.p + i + 1, s.n - i - 2 }, &c);
			if (!n)
				r->why = "an escape in a string that is none";
			i += n;
		}
		tw_buf_addc(&r->string, (char)c);
	}
}

static void message(struct reader *r, int in, int depth, char close);

/* A scalar, or a message in its brackets; the token behind it is at hand. */
static void value(struct reader *r, int in, int depth, struct tw_slice name)
{
	const uint8_t *at = r->t.s.p;

	if (is_sign(r, '{') || is_sign(r, '<')) {
		char close = is_sign(r, '{') ? '}' : '>';
		int m = r->h->enter(r->h->self, in, name, at);
		message(r, m, depth + 1, close);
		r->h->leave(r->h->self, m, !r->why);
		if (!r->why)
			next(r);
	} else if (r->t.kind == STRING) {
		/* Strings side by side are one. */
		for (r->string.n = 0; r->t.kind == STRING && !r->why; next(r))
			unquote(r, r->t.s);
		if (!r->why)
			r->h->value(r->h->self, in, name, tw_buf_slice(&r->string), at);
	} else if (r->t.kind == WORD) {
		struct tw_slice word = r->t.s;
		next(r);
		r->h->value(r->h->self, in, name, word, at);
	} else {
		r->why = "a value is missing";
	}
}

static void list(struct reader *r, int in, int depth, struct tw_slice name)
{
	for (next(r); !r->why && !is_sign(r, ']'); ) {
		value(r, in, depth, name);
		if (!r->why && is_sign(r, ','))
			next(r);
		else if (!r->why && !is_sign(r, ']'))
			r->why = "a list without its end";
	}
	if (!r->why)
		next(r);
}

/* Fields up to the sign that closes them, which stays at hand. */
static void message(struct reader *r, int in, int depth, char close)
{
	if (depth > TW_MAX_TEXTPROTO_DEPTH) {
		r->why = "messages nested too deep";
		return;
	}
	/* The whole text begins with the token at hand. */
	for (depth ? next(r) : (void)0; !r->why && r->t.kind != END; ) {
		if (close && is_sign(r, close))
			return;
		if (r->t.kind != WORD) {
			r->why = "the name of a field is missing";
			return;
		}
		struct tw_slice name = r->t.s;
		next(r);
		if (is_sign(r, ':'))
			next(r);
		if (is_sign(r, '['))
			list(r, in, depth, name);
		else
			value(r, in, depth, name);
		/* Fields may end with one of these, or with nothing. */
		if (!r->why && (is_sign(r, ',') || is_sign(r, ';')))
			next(r);
	}
	if (!r->why && close)
		r->why = "a message without its end";
}

/* To the next line that begins with a letter, behind the token at hand. */
static void resume(struct reader *r)
{
	do {
		const uint8_t *lf = r->rest.n ? memchr(r->rest.p, '\n', r->rest.n) : NULL;
		size_t n = lf ? (size_t)(lf - r->rest.p) + 1 : r->rest.n;
		r->rest.p += n;
		r->rest.n -= n;
	} while (r->rest.n && (r->rest.p[0] < 'a' || r->rest.p[0] > 'z'));
	r->why = NULL;
}

void tw_textproto_read(const struct tw_textproto *h, struct tw_slice text)
{
	struct reader r = { .h = h, .rest = text };

	for (next(&r); r.t.kind != END || r.why; next(&r)) {
		if (!r.why)
			message(&r, 0, 0, 0);
		if (!r.why)
			break;
		h->fault(h->self, r.t.s.p, r.why);
		resume(&r);
	}
	tw_buf_free(&r.string);
}
