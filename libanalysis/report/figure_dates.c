/* The figure of stores over time: how much verifies under each, date by date. */
#include "report/figure.h"

#include <stdlib.h>

#define LEFT 62u    /* the percentages */
#define WIDTH 440u
#define HEIGHT 170u
#define ABOVE 26u
#define BELOW 44u
#define SAMPLE 34u  /* a line in the legend */
#define DATE 11u    /* -YYYY-MM-DD */

static struct tw_slice name_of(const struct tw_plan *p, const struct tw_line *l)
{
	struct tw_slice s = tw_part_store(p, l);
	return (struct tw_slice){ s.p, s.n - DATE };
}

static const uint8_t *date_of(const struct tw_plan *p, const struct tw_line *l)
{
	struct tw_slice s = tw_part_store(p, l);
	return s.p + s.n - DATE + 1;
}

static int64_t time_of(const struct tw_plan *p, const struct tw_line *l)
{
	int64_t t = 0;

	(void)tw_time_parse((struct tw_slice){ date_of(p, l), DATE - 1 }, &t); /* it was one when it was found */
	return t;
}

static uint32_t series_of(const struct tw_plan *p, const struct tw_line *l)
{
	uint32_t i = 0;

	while (i < p->nname && !tw_slice_eq(p->name[i], name_of(p, l)))
		i++;
	return i;
}

/* ---- the legend ---- */
static void look_of_points(struct tw_buf *b, uint32_t series)
{
	static const int points[] = { 7, 5, 9, 13, 11, 6, 4 };

	tw_buf_addf(b, "pointtype %d pointsize 0.6", points[(series + series / 7) % 7]);
}

/* Places of the legend's entries, and lines of them. */
static uint32_t place(const struct tw_plan *p, uint32_t i, uint32_t *x)
{
	uint32_t width = p->columns * (p->cell_width + TW_PICTURE_PAD), at = 0, row = 0;

	for (uint32_t k = 0;; k++) {
		uint32_t w = SAMPLE + 6 + tw_text_width(p->name[k]) + 20;
		if (at && at + w > width) {
			at = 0;
			row++;
		}
		*x = TW_PICTURE_PAD + at;
		if (k == i)
			return row;
		at += w;
	}
}

static void measure(struct tw_plan *p)
{
	uint32_t x;

	for (uint32_t i = 0; i < p->n; i++) {
		if (series_of(p, p->line[i]) < p->nname)
			continue;
		p->name = tw_realloc(p->name, p->nname + 1, sizeof *p->name);
		p->name[p->nname++] = name_of(p, p->line[i]);
	}
	p->cell_width = LEFT + WIDTH + 10;
	p->legend_height = 20 * (place(p, p->nname - 1, &x) + 1) + 20;
}

static void legend(const struct tw_plan *p, struct tw_sheet *s, uint32_t y)
{
	struct tw_buf b = { 0 };

	for (uint32_t i = 0; i < p->nname; i++) {
		uint32_t x, at = y + 7 + 20 * place(p, i, &x);
		tw_buf_addf(&s->b, "set arrow from screen X(%u), screen Y(%u) to screen X(%u), screen Y(%u) nohead ", x, at, x + SAMPLE, at);
		tw_add_line_look(&s->b, i);
		tw_buf_addc(&s->b, '\n');
		b.n = 0;
		tw_buf_adds(&b, "point ");
		look_of_points(&b, i);
		tw_buf_addc(&b, ' ');
		tw_add_line_look(&b, i);
		tw_buf_addc(&b, '\0');
		tw_sheet_words(s, x + SAMPLE / 2, at, tw_str(""), 0, (const char *)b.p);
		tw_sheet_label(s, x + SAMPLE + 6, at, p->name[i], "left");
	}
	tw_buf_free(&b);
}

/* ---- axes ---- */
struct range {
	int64_t low, high, step;
};

/* Around [low, high] at multiples of a round step, of which there are at most 6;
 * in hundredths of a percent. */
static struct range percents(int64_t low, int64_t high)
{
	static const int64_t steps[] = { 10, 20, 50, 100, 200, 500, 1000, 2000 };
	struct range r = { 0, 10000, 2000 };

	/* Where nothing changes, no magnifying glass. */
	for (size_t i = low == high ? 5 : 0; i < sizeof steps / sizeof *steps; i++) {
		int64_t to = (high / steps[i] + 1) * steps[i], from = low / steps[i] * steps[i];
		if (from == low && from > 0)
			from -= steps[i]; /* a line on the border is hard to see */
		if (to - from <= 6 * steps[i])
			return (struct range){ from, to > 10000 ? 10000 : to, steps[i] };
	}
	return r;
}

/* Counts, not roundings of them, tell where a line is. */
static int64_t hundredths(uint64_t part, uint64_t whole)
{
	return (int64_t)((unsigned __int128)part * 10000 / whole);
}

static uint64_t count(const struct tw_line *l, const char *column)
{
	return l->count[tw_table_column(&tw_table_store_dates, column)];
}

static void percent_axis(const struct tw_cell *c, struct tw_sheet *s)
{
	int64_t low = 10000, high = 0;

	for (uint32_t i = 0; i < c->n; i++) {
		uint64_t judged = count(c->line[i], "n_judged");
		if (judged == 0)
			continue;
		int64_t h = hundredths(count(c->line[i], "verifiable"), judged);
		low = h < low ? h : low;
		high = h > high ? h : high;
	}
	struct range r = low > high ? (struct range){ 0, 10000, 2000 } : percents(low, high);
	tw_buf_addf(&s->b, "set yrange [%lld.%02lld:%lld.%02lld]\nset ytics %lld.%02lld scale 0 format \"%s %%%%\" font \",10\"\n",
	    (long long)r.low / 100, (long long)r.low % 100, (long long)r.high / 100, (long long)r.high % 100,
	    (long long)r.step / 100, (long long)r.step % 100, r.step < 100 ? "%.1f" : "%.0f");
}

struct span {
	int64_t from, to; /* the first and last date, then with room beside them */
	int first, last;  /* their months, since the year 0 */
};

static int month_of(int64_t t)
{
	struct tw_buf b = { 0 };
	uint64_t year = 0, month = 1;

	tw_time_add(&b, t);
	(void)tw_slice_u64((struct tw_slice){ b.p, 4 }, 9999, &year);
	(void)tw_slice_u64((struct tw_slice){ b.p + 5, 2 }, 12, &month);
	tw_buf_free(&b);
	return (int)(12 * year + month - 1);
}

/* Of all dates of the picture: its cells share the axis. */
static struct span span_of(const struct tw_plan *p)
{
	struct span s = { INT64_MAX, INT64_MIN, 0, 0 };

	for (uint32_t i = 0; i < p->n; i++) {
		int64_t t = time_of(p, p->line[i]);
		s.from = t < s.from ? t : s.from;
		s.to = t > s.to ? t : s.to;
	}
	s.first = month_of(s.from);
	s.last = month_of(s.to);
	return s;
}

static void tick(struct tw_buf *b, int64_t t, size_t length)
{
	struct tw_buf text = { 0 };

	tw_time_add(&text, t);
	tw_buf_addf(b, "%s\"%.*s\" %lld", b->p[b->n - 1] == '(' ? "" : ", ", (int)length, (const char *)text.p, (long long)t);
	tw_buf_free(&text);
}

/* At most nine months or twelve years, at their first day; where the dates are of
 * two months at most, the first and last of them. */
static void time_axis(const struct tw_plan *p, struct tw_sheet *s)
{
	static const int steps[] = { 1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 12000 };
	struct span d = span_of(p);
	int64_t room = (d.to - d.from) / 40 + 86400;
	size_t i = 0;

	tw_buf_addf(&s->b, "# seconds since 1970\nset xrange [%lld:%lld]\nset xtics scale 0 offset 0,0.4 font \",10\" (",
	    (long long)(d.from - room), (long long)(d.to + room));
	while (i + 1 < sizeof steps / sizeof *steps && (d.last - d.first) / steps[i] > (i < 4 ? 8 : 11))
		i++;
	if (d.last - d.first < 2) {
		tick(&s->b, d.from, DATE - 1);
		if (d.to > d.from)
			tick(&s->b, d.to, DATE - 1);
	}
	else
		for (int m = (d.first + steps[i] - 1) / steps[i] * steps[i]; m <= d.last; m += steps[i])
			tick(&s->b, tw_time_civil(m / 12, m % 12 + 1, 1, 0, 0, 0), i < 4 ? 7 : 4);
	tw_buf_adds(&s->b, ")\n");
}

/* ---- lines ---- */
/* The numbers of one store; a date on which nothing was judged parts its line. How
 * many there are. */
static uint32_t data(const struct tw_plan *p, struct tw_sheet *s, const struct tw_cell *c, uint32_t series)
{
	uint32_t n = 0;
	bool gap = false;

	for (uint32_t i = 0; i < c->n; i++) {
		const struct tw_line *l = c->line[i];
		uint64_t judged = count(l, "n_judged");
		if (series_of(p, l) != series)
			continue;
		if (judged == 0) {
			gap = n > 0;
			continue;
		}
		tw_buf_addf(&s->b, "%s%.*s %llu %llu\n", gap ? "\n" : "", (int)DATE - 1, (const char *)date_of(p, l),
		    (unsigned long long)judged, (unsigned long long)count(l, "verifiable"));
		gap = false;
		n++;
	}
	return n;
}

/* How many were judged: what the percentages are of. */
static void judged_words(struct tw_sheet *s, const struct tw_cell *c, uint32_t x, uint32_t y)
{
	uint64_t low = UINT64_MAX, high = 0;
	struct tw_buf b = { 0 };

	for (uint32_t i = 0; i < c->n; i++) {
		uint64_t judged = count(c->line[i], "n_judged");
		low = judged < low ? judged : low;
		high = judged > high ? judged : high;
	}
	tw_buf_addf(&b, "n judged: %llu", (unsigned long long)low);
	if (low < high)
		tw_buf_addf(&b, " to %llu", (unsigned long long)high);
	tw_sheet_label(s, x, y, tw_buf_slice(&b), "right font \",11\" textcolor rgb \"#555555\"");
	tw_buf_free(&b);
}

static void draw(const struct tw_plan *p, struct tw_sheet *s, const struct tw_cell *c, uint32_t x, uint32_t y)
{
	bool *has = tw_alloc(p->nname);
	uint32_t index = 0;

	tw_cell_heading(p, s, c, x, y + 8);
	judged_words(s, c, x + LEFT + WIDTH, y + 8);
	uint32_t plot = tw_sheet_plot(s, x + LEFT, y + ABOVE, WIDTH, HEIGHT);
	tw_buf_addf(&s->b, "# date, n judged, verifiable of them\n$p%u << end\n", plot);
	for (uint32_t i = 0; i < p->nname; i++) {
		has[i] = data(p, s, c, i) > 0;
		tw_buf_adds(&s->b, has[i] ? "\n\n" : "");
	}
	tw_buf_adds(&s->b, "end\n");
	if (plot == 1) {
		tw_buf_adds(&s->b, "set grid lt 1 lw 0.5 lc rgb \"#cccccc\"\nday = \"%Y-%m-%d\"\n");
		time_axis(p, s);
	}
	percent_axis(c, s);
	tw_buf_adds(&s->b, "plot -1 linecolor rgb \"#ffffff\""); /* below the axis: where there is no line */
	for (uint32_t i = 0; i < p->nname; i++) {
		if (!has[i])
			continue;
		tw_buf_addf(&s->b, ", \\\n     $p%u index %u using (timecolumn(1, day)):(100.0*$3/$2) with linespoints ", plot, index++);
		tw_add_line_look(&s->b, i);
		tw_buf_addc(&s->b, ' ');
		look_of_points(&s->b, i);
	}
	tw_buf_addc(&s->b, '\n');
	tw_sheet_drawn(s);
	free(has);
}

static uint32_t height(const struct tw_plan *p, const struct tw_cell *c)
{
	(void)p;
	(void)c;
	return ABOVE + HEIGHT + BELOW;
}

const struct tw_figure tw_figure_store_dates = { .id = "store-dates", .title = "Verifiable under each root store as it stood",
	.explains = "verifiable, % of those judged, by the date of the store (table store-dates); the axis may not begin at 0",
	.beside = &tw_table_store_dates, .from = &tw_table_store_dates, .plots = 1, .measure = measure, .height = height, .legend = legend, .draw = draw };
