/* The figures of verdicts: shares of the four, a bar for each store of a protocol,
 * or for each protocol under a store. */
#include "report/figure.h"

#define BAR 18u        /* one bar's row */
#define AXIS 300u      /* 0 to 100 % */
#define NUMBER 78u     /* of a column of numbers behind the bars */
#define ABOVE 40u      /* heading of a cell, and of its columns */
#define BELOW 34u      /* the axis' numbers, and what parts cells */
#define GREY "font \",11\" textcolor rgb \"#555555\""

/* Okabe and Ito's colours, which are told apart with any kind of colour vision. */
static const char *const verdicts[4] = { "verifiable", "self-signed", "expired", "broken" };
static const char *const colours[4] = { "#009E73", "#56B4E9", "#E69F00", "#D55E00" };

/* What a bar is called. */
static struct tw_slice name_of(const struct tw_plan *p, const struct tw_line *l)
{
	return !p->figure->protocols ? tw_part_store(p, l) : l->all ? tw_str("all protocols") : tw_part_protocol(l);
}

static void measure(struct tw_plan *p)
{
	p->label_width = 0;
	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t w = tw_text_width(name_of(p, p->line[i]));
		p->label_width = w > p->label_width ? w : p->label_width;
	}
	p->cell_width = p->label_width + 8 + AXIS + 2 * NUMBER;
	p->legend_height = 36;
}

static uint32_t height(const struct tw_plan *p, const struct tw_cell *c)
{
	(void)p;
	return ABOVE + c->n * BAR + BELOW;
}

static void legend(const struct tw_plan *p, struct tw_sheet *s, uint32_t y)
{
	uint32_t x = TW_PICTURE_PAD;

	(void)p;
	for (int i = 0; i < 4; i++) {
		tw_sheet_box(s, x, y, 14, 14, colours[i]);
		tw_sheet_label(s, x + 20, y + 7, tw_str(verdicts[i]), "left");
		x += 20 + tw_text_width(tw_str(verdicts[i])) + 24;
	}
}

static uint64_t count(const struct tw_line *l, const struct tw_table *t, const char *column)
{
	return l->count[tw_table_column(t, column)];
}

/* Row by row: the name to the left, numbers to the right. */
static void bar_words(const struct tw_plan *p, struct tw_sheet *s, const struct tw_line *l, uint32_t row, uint32_t x, uint32_t y)
{
	const struct tw_table *t = p->figure->from;
	uint64_t judged = count(l, t, "n_judged");
	struct tw_buf b = { 0 };

	y += row * BAR + BAR / 2;
	tw_sheet_label(s, x + p->label_width, y, name_of(p, l), "right");
	tw_percent(&b, count(l, t, "verifiable"), judged);
	tw_buf_adds(&b, judged ? " %" : "-");
	tw_sheet_label(s, x + p->label_width + 8 + AXIS + NUMBER, y, tw_buf_slice(&b), "right");
	b.n = 0;
	tw_buf_addu(&b, judged);
	tw_sheet_label(s, x + p->label_width + 8 + AXIS + 2 * NUMBER, y, tw_buf_slice(&b), "right");
	tw_buf_free(&b);
}

static void data(const struct tw_table *t, struct tw_sheet *s, const struct tw_cell *c, uint32_t plot)
{
	tw_buf_addf(&s->b, "# row, n judged, then verifiable, self-signed, expired, broken\n$p%u << end\n", plot);
	for (uint32_t i = 0; i < c->n; i++) {
		tw_buf_addf(&s->b, "%u ", i);
		tw_buf_addu(&s->b, count(c->line[i], t, "n_judged"));
		for (int k = 0; k < 4; k++) {
			tw_buf_addc(&s->b, ' ');
			tw_buf_addu(&s->b, count(c->line[i], t, verdicts[k]));
		}
		tw_buf_addc(&s->b, '\n');
	}
	tw_buf_adds(&s->b, "end\n");
}

/* Said once, for all cells. */
static void axes(struct tw_sheet *s)
{
	tw_buf_adds(&s->b, "set xrange [0:100]\nunset ytics\n"
	    "set xtics 0,25,100 scale 0 format \"%.0f %%\" offset 0,0.6 font \",10\" textcolor rgb \"#555555\"\n"
	    "set grid xtics lt 1 lw 0.5 lc rgb \"#cccccc\"\n"
	    "# percent of n judged in the columns 3 to k\n"
	    "upto(k) = 100.0 * (sum [i=3:k] column(i)) / (column(2) > 0 ? column(2) : 1)\n"
	    "# nothing is drawn outside\nrow(k) = column(k) > 0 ? column(1) : -9\n"
	    "colours = \"");
	for (int k = 0; k < 4; k++)
		tw_buf_addf(&s->b, "%s%s", k ? " " : "", colours[k]);
	tw_buf_adds(&s->b, "\"\n");
}

static void draw(const struct tw_plan *p, struct tw_sheet *s, const struct tw_cell *c, uint32_t x, uint32_t y)
{
	const struct tw_table *t = p->figure->from;
	uint32_t axis = x + p->label_width + 8;

	tw_cell_heading(p, s, c, x, y + 10);
	tw_sheet_label(s, axis + AXIS + NUMBER, y + 30, tw_str("verifiable"), "right " GREY);
	tw_sheet_label(s, axis + AXIS + 2 * NUMBER, y + 30, tw_str("n judged"), "right " GREY);
	y += ABOVE;
	for (uint32_t i = 0; i < c->n; i++)
		bar_words(p, s, c->line[i], i, x, y);
	uint32_t plot = tw_sheet_plot(s, axis, y, AXIS, c->n * BAR);
	data(t, s, c, plot);
	if (plot == 1)
		axes(s);
	tw_buf_addf(&s->b, "set yrange [%u.5:-0.5]\nplot for [k=3:6] $p%u using (0):1:(upto(k-1)):(upto(k)):(row(k)-0.38):(row(k)+0.38) "
	    "with boxxyerror fillcolor rgb word(colours, k-2)\n", c->n - 1, plot);
	tw_sheet_drawn(s);
}

const struct tw_figure tw_figure_stores = { .id = "stores", .title = "Verdicts by root store",
	.explains = "shares of what was judged under each store (table validity)",
	.beside = &tw_table_stores, .from = &tw_table_validity, .plots = 1, .measure = measure, .height = height, .legend = legend,
	.draw = draw };

const struct tw_figure tw_figure_validity = { .id = "validity", .title = "Verdicts by protocol",
	.explains = "shares of what was judged of each protocol (table validity)", .beside = &tw_table_validity,
	.from = &tw_table_validity, .protocols = true, .plots = 1, .measure = measure, .height = height, .legend = legend, .draw = draw };
