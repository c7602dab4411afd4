/* The figure of stores side by side: where each two of them agree. */
#include "report/figure.h"

#include <stdlib.h>

#define GREY "font \",11\" textcolor rgb \"#555555\""
#define CELL_WIDTH 50u
#define CELL_HEIGHT 20u
#define TWEEN 30u /* between the two matrices of a cell */
static const char *const captions[2] = { "same verdict, % of those judged by both", "verifiable by row, not by column, %" };

static uint64_t count(const struct tw_line *l, const char *column)
{
	return l->count[tw_table_column(&tw_table_stores, column)];
}

/* More stores make no matrix that anyone reads: with 24 the picture is 2,600 pixels
 * wide, with the 180 dates of tw-chain --dates its pages would be megabytes each. */
#define STORES 24u

static bool refuses(const struct tw_report *r)
{
	uint32_t n[2] = { 0, 0 };

	for (uint32_t j = 0; j < r->njudgement; j++)
		n[r->judgement[j].pool]++;
	if (n[0] <= STORES && n[1] <= STORES)
		return false;
	tw_note("figure stores-agreement is not drawn: of %u stores no matrix can be read (of %u at most); see table stores",
	    n[0] > n[1] ? n[0] : n[1], STORES);
	return true;
}

/* Columns of the second matrix: there may be all other stores together. */
static uint32_t columns_of(const struct tw_plan *p, int second)
{
	return p->nname + (second && p->nname > 2);
}

static uint32_t width_of(const struct tw_plan *p, int second)
{
	uint32_t cells = columns_of(p, second) * CELL_WIDTH, caption = tw_text_width(tw_str(captions[second]));
	return cells > caption ? cells : caption;
}

/* The stores of a picture, in their order: lines of a cell are by store, then other. */
static void measure_pairs(struct tw_plan *p)
{
	p->label_width = 0;
	for (uint32_t i = 0; i < p->n; i++) {
		struct tw_slice store = tw_part_store(p, p->line[i]);
		uint32_t at = 0, end = p->nname;
		while (at < end) { /* where it is, or belongs */
			uint32_t mid = (at + end) / 2;
			if (tw_slice_cmp(p->name[mid], store) < 0)
				at = mid + 1;
			else
				end = mid;
		}
		if (at < p->nname && tw_slice_eq(p->name[at], store))
			continue;
		p->name = tw_realloc(p->name, p->nname + 1, sizeof *p->name);
		memmove(p->name + at + 1, p->name + at, (p->nname - at) * sizeof *p->name);
		p->name[at] = store;
		p->nname++;
	}
	for (uint32_t i = 0; i < p->nname; i++) {
		uint32_t w = tw_text_width(p->name[i]);
		p->label_width = w > p->label_width ? w : p->label_width;
	}
	p->cell_width = p->label_width + 8 + width_of(p, 0) + TWEEN + width_of(p, 1);
	p->legend_height = 10;
}

static uint32_t names_height(const struct tw_plan *p)
{
	uint32_t any = tw_text_width(tw_str("any other"));
	return (p->label_width > any ? p->label_width : any) + 8;
}

static uint32_t height_pairs(const struct tw_plan *p, const struct tw_cell *c)
{
	(void)c;
	return 54 + names_height(p) + p->nname * CELL_HEIGHT + 30;
}

static uint32_t name_at(const struct tw_plan *p, const struct tw_line *l, bool other)
{
	struct tw_slice s = other ? tw_part_other(p, l) : tw_part_store(p, l);
	uint32_t i = 0;

	/* A store called any is not all others: its pair says which. */
	if (other && tw_pair_of(p->r, l->judgement).other == TW_NONE)
		return p->nname;
	while (i < p->nname && !tw_slice_eq(p->name[i], s))
		i++;
	return i;
}

/* One matrix: what of its pair a line counts in column, and how many are to be
 * coloured. */
static void matrix(const struct tw_plan *p, struct tw_sheet *s, const struct tw_cell *c, uint32_t x, uint32_t y, bool agree)
{
	uint32_t columns = columns_of(p, !agree);
	uint32_t plot = tw_sheet_plot(s, x, y, columns * CELL_WIDTH, p->nname * CELL_HEIGHT);
	struct tw_buf b = { 0 };

	tw_sheet_label(s, x, y - names_height(p) - 12, tw_str(captions[!agree]), "left " GREY);
	for (uint32_t i = 0; i < columns; i++)
		tw_sheet_label(s, x + i * CELL_WIDTH + CELL_WIDTH / 2, y - 8, i < p->nname ? p->name[i] : tw_str("any other"),
		    "left rotate by 90");
	tw_buf_addf(&s->b, "# row, column, n judged by both, %s, its percentage\n$p%u << end\n", agree ? "of the same verdict" :
	    "verifiable in the row's alone", plot);
	for (uint32_t i = 0; i < c->n; i++) {
		uint32_t column = name_at(p, c->line[i], true);
		if (column >= columns)
			continue;
		uint64_t judged = count(c->line[i], "n_judged"), n = count(c->line[i], agree ? "agree" : "store_only");
		b.n = 0;
		tw_percent(&b, n, judged);
		tw_buf_addf(&s->b, "%u %u %llu %llu %.*s\n", name_at(p, c->line[i], false), column, (unsigned long long)judged,
		    (unsigned long long)n, judged ? (int)b.n : 1, judged ? (const char *)b.p : "-");
	}
	tw_buf_addf(&s->b, "end\nset xrange [-0.5:%u.5]\nset yrange [%u.5:-0.5]\n", columns - 1, p->nname - 1);
	if (plot == 1)
		tw_buf_adds(&s->b, "unset xtics\nunset ytics\n# from white to vermillion; the root lets small shares be seen\n"
		    "shade(part) = 65536 * int(255 - 42 * sqrt(part)) + 256 * int(255 - 161 * sqrt(part)) + int(255 - 255 * sqrt(part))\n"
		    "colour(part, all) = all > 0 ? shade(part / all) : 0xeeeeee\n");
	tw_buf_addf(&s->b, "plot $p%u using (0):1:($2-0.48):($2+0.48):($1-0.46):($1+0.46):(colour(1.0*%s, $3)) with boxxyerror "
	    "fillcolor rgb variable, \\\n     $p%u using 2:1:(strcol(5)) with labels font \",10\"\n", plot, agree ? "($3-$4)" : "$4", plot);
	tw_sheet_drawn(s);
	tw_buf_free(&b);
}

static void draw_pairs(const struct tw_plan *p, struct tw_sheet *s, const struct tw_cell *c, uint32_t x, uint32_t y)
{
	uint32_t left = x + p->label_width + 8, top = y + 54 + names_height(p);

	tw_cell_heading(p, s, c, x, y + 10);
	for (uint32_t i = 0; i < p->nname; i++)
		tw_sheet_label(s, x + p->label_width, top + i * CELL_HEIGHT + CELL_HEIGHT / 2, p->name[i], "right");
	matrix(p, s, c, left, top, true);
	matrix(p, s, c, left + width_of(p, 0) + TWEEN, top, false);
}

const struct tw_figure tw_figure_agreement = { .id = "stores-agreement", .title = "Where root stores agree",
	.explains = "each two stores, of what both judged (table stores); the darker, the more they differ",
	.beside = &tw_table_stores, .from = &tw_table_stores, .plots = 2, .refuses = refuses, .measure = measure_pairs,
	.height = height_pairs, .draw = draw_pairs };
