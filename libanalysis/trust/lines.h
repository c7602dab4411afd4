/* lines.h: text line by line; inner to trust/. */
#ifndef TW_TRUST_LINES_H
#define TW_TRUST_LINES_H

#include "base/base.h"

struct tw_lines {
	struct tw_slice rest;
	uint64_t number; /* of the line last read; 0 before the first */
};
/* The next line without its LF or CR LF; false at the end. */
static inline bool tw_lines_next(struct tw_lines *l, struct tw_slice *line)
{
	if (!l->rest.n)
		return false;
	const uint8_t *lf = memchr(l->rest.p, '\n', l->rest.n);
	*line = (struct tw_slice){ l->rest.p, lf ? (size_t)(lf - l->rest.p) : l->rest.n };
	l->rest.p += line->n + (lf != NULL);
	l->rest.n -= line->n + (lf != NULL);
	l->number++;
	line->n -= line->n && line->p[line->n - 1] == '\r';
	return true;
}

static inline bool tw_is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}
/* Without blanks at its ends. */
static inline struct tw_slice tw_trim(struct tw_slice s)
{
	for (; s.n && tw_is_blank(s.p[0]); s.p++)
		s.n--;
	for (; s.n && tw_is_blank(s.p[s.n - 1]);)
		s.n--;
	return s;
}
/* Takes the next word of s, which ends at a blank; empty at the end. */
static inline struct tw_slice tw_word(struct tw_slice *s)
{
	*s = tw_trim(*s);
	struct tw_slice w = { s->p, 0 };
	while (w.n < s->n && !tw_is_blank(w.p[w.n]))
		w.n++;
	s->p += w.n;
	s->n -= w.n;
	return w;
}
static inline bool tw_begins(struct tw_slice s, const char *with)
{
	size_t n = strlen(with);
	return s.n >= n && memcmp(s.p, with, n) == 0;
}

#endif
