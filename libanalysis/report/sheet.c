/* A gnuplot script in the making. All foreign text goes through quoted(): gnuplot
 * sees letters, digits, some signs, and octal escapes, never a quote, a
 * backquote or a line end of the input; and the terminal's enhanced mode is off. */
#include "report/figure.h"

#include <unistr.h>
#include <uniwidth.h>

void tw_sheet_begin(struct tw_sheet *s, const char *name, uint32_t width, uint32_t height)
{
	*s = (struct tw_sheet){ .width = width, .height = height };
	tw_buf_addf(&s->b, "# Draw it again: LC_ALL=C gnuplot FILE.gp > FILE.svg\n"
	    "set terminal svg size %u,%u fixed noenhanced font \"Helvetica,12\" background rgb \"white\" name \"", width, height);
	for (; *name; name++)
		tw_buf_addc(&s->b, *name == '-' ? '_' : *name); /* gnuplot takes no dash */
	tw_buf_addf(&s->b, "\"\n# pixels to parts of the whole\nX(x) = x / %u.0\nY(y) = 1 - y / %u.0\n"
	    "set style fill solid noborder\nset border 0\nunset key\nset multiplot\n", width, height);
}

void tw_sheet_end(struct tw_sheet *s)
{
	tw_buf_adds(&s->b, "unset multiplot\n");
}

/* The next character; what XML has none of, controls (of direction, too) and broken
 * UTF-8 are U+FFFD. */
static size_t next(struct tw_slice s, ucs4_t *c)
{
	int n = u8_mbtoucr(c, s.p, s.n);

	if (n <= 0) {
		*c = 0xfffd;
		return 1;
	}
	bool turns = (*c >= 0x202a && *c <= 0x202e) || (*c >= 0x2066 && *c <= 0x2069); /* what stands beside it */
	if (*c < 0x20 || (*c >= 0x7f && *c < 0xa0) || turns || *c == 0xfffe || *c == 0xffff)
		*c = 0xfffd;
	return (size_t)n;
}

static uint32_t columns_of(ucs4_t c)
{
	int w = uc_width(c, "UTF-8");
	return w < 0 ? 1 : (uint32_t)w;
}

/* How many bytes of s fit into the most columns; *columns are taken. */
static size_t fits(struct tw_slice s, uint32_t most, uint32_t *columns)
{
	size_t at = 0;
	ucs4_t c;

	*columns = 0;
	while (at < s.n) {
		size_t n = next((struct tw_slice){ s.p + at, s.n - at }, &c);
		if (*columns + columns_of(c) > most)
			break;
		*columns += columns_of(c);
		at += n;
	}
	return at;
}

/* In tenths of a pixel, after DejaVu Sans, the widest of those in use. */
static uint32_t width_of(ucs4_t c)
{
	if (c < 0x80 && memchr("mwMW@%", (int)c, 6))
		return 120;
	return c >= 'A' && c <= 'Z' ? 92 : 75 * columns_of(c);
}

uint32_t tw_text_width(struct tw_slice text)
{
	uint32_t columns, width = 0;
	size_t end = fits(text, TW_TEXT_MOST, &columns);
	ucs4_t c;

	for (size_t at = 0; at < end;) {
		at += next((struct tw_slice){ text.p + at, end - at }, &c);
		width += width_of(c);
	}
	return (width + (end < text.n ? 120 : 0)) / 10 + 1;
}

static void quoted(struct tw_buf *b, struct tw_slice s, uint32_t most)
{
	uint32_t columns;
	size_t end = fits(s, most, &columns);
	uint8_t utf8[6];
	ucs4_t c;

	tw_buf_addc(b, '"');
	for (size_t at = 0; at < end;) {
		at += next((struct tw_slice){ s.p + at, end - at }, &c);
		if (c < 0x80 && !memchr("\"\\`'$@{}^&~", (int)c, 11))
			tw_buf_addc(b, (char)c);
		else if (c < 0x80)
			tw_buf_addf(b, "\\%03o", (unsigned)c);
		else
			tw_buf_add(b, utf8, (size_t)u8_uctomb(utf8, c, sizeof utf8));
	}
	tw_buf_adds(b, end < s.n ? "…\"" : "\"");
}

void tw_add_line_look(struct tw_buf *b, uint32_t number)
{
	/* Okabe and Ito's without yellow, too pale for a line; then other dashes, too. */
	static const char *const colours[] = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000" };

	tw_buf_addf(b, "linewidth 1.5 dashtype %u linecolor rgb \"%s\"", number / 7 % 4 + 1, colours[number % 7]);
}

void tw_sheet_words(struct tw_sheet *s, uint32_t x, uint32_t y, struct tw_slice text, uint32_t most, const char *look)
{
	tw_buf_addf(&s->b, "set label %u ", ++s->labels);
	quoted(&s->b, text, most);
	tw_buf_addf(&s->b, " at screen X(%u), screen Y(%u) %s\n", x, y, look);
}

void tw_sheet_label(struct tw_sheet *s, uint32_t x, uint32_t y, struct tw_slice text, const char *look)
{
	tw_sheet_words(s, x, y, text.n ? text : tw_str("(none)"), TW_TEXT_MOST, look);
}

void tw_sheet_box(struct tw_sheet *s, uint32_t x, uint32_t y, uint32_t width, uint32_t height, const char *colour)
{
	tw_buf_addf(&s->b, "set object %u rectangle from screen X(%u), screen Y(%u) to screen X(%u), screen Y(%u) "
	    "fillcolor rgb \"%s\" fillstyle solid noborder\n", ++s->objects, x, y, x + width, y + height, colour);
}

void tw_sheet_comment(struct tw_sheet *s, struct tw_slice text)
{
	tw_buf_adds(&s->b, "\n# ");
	for (size_t i = 0; i < text.n && i < 200; i++) /* a backslash would go on with the comment */
		tw_buf_addc(&s->b, text.p[i] >= 0x20 && text.p[i] < 0x7f && text.p[i] != '\\' && text.p[i] != '`' ? (char)text.p[i] : '?');
	tw_buf_addc(&s->b, '\n');
}

uint32_t tw_sheet_plot(struct tw_sheet *s, uint32_t x, uint32_t y, uint32_t width, uint32_t height)
{
	tw_buf_addf(&s->b, "set lmargin at screen X(%u)\nset rmargin at screen X(%u)\nset tmargin at screen Y(%u)\n"
	    "set bmargin at screen Y(%u)\n", x, x + width, y, y + height);
	return ++s->plots;
}

void tw_sheet_drawn(struct tw_sheet *s)
{
	tw_buf_adds(&s->b, "unset label\nunset object\nunset arrow\n");
	s->labels = s->objects = 0;
}
