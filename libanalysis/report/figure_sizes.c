/* The figures of sizes: how much of each protocol is of some size or smaller. */
#include "report/figure.h"

#include <stdlib.h>

#define LEFT 62u    /* the percentages */
#define WIDTH 460u
#define HEIGHT 230u
#define ABOVE 26u
#define BELOW 44u
#define SAMPLE 34u  /* a line in the legend */
#define NUMBER 78u
#define ENTRY 18u
#define GREY "font \",11\" textcolor rgb \"#555555\""

/* Bits of a prime that was seen itself: 1024, not public_value:1016. */
static uint64_t size_dh(const struct tw_line *l)
{
	uint64_t bits = 0;

	return l->nparts > l->ngroup && tw_slice_u64(l->part[l->ngroup], UINT32_MAX, &bits) ? bits : 0;
}

/* Bits of RSA-2048. */
static uint64_t size_rsa(const struct tw_line *l)
{
	static const char rsa[] = "RSA-";
	const size_t n = sizeof rsa - 1;
	uint64_t bits = 0;

	if (l->nparts == l->ngroup)
		return 0;
	struct tw_slice s = l->part[l->ngroup];
	if (s.n < n || memcmp(s.p, rsa, n) != 0)
		return 0;
	return tw_slice_u64((struct tw_slice){ s.p + n, s.n - n }, UINT32_MAX, &bits) ? bits : 0;
}

/* A protocol has the same look in all cells of a picture. */
static uint32_t series_of(const struct tw_plan *p, const struct tw_line *l)
{
	uint32_t i = 0;

	if (l->all)
		return p->nname;
	while (i < p->nname && !tw_slice_eq(p->name[i], l->part[1]))
		i++;
	return i;
}

static struct tw_slice name_of(const struct tw_line *l)
{
	return l->all ? tw_str("all protocols") : tw_part_protocol(l);
}

static void measure(struct tw_plan *p)
{
	p->label_width = 0;
	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t w = tw_text_width(name_of(p->line[i]));
		p->label_width = w > p->label_width ? w : p->label_width;
		if (p->line[i]->all || series_of(p, p->line[i]) < p->nname)
			continue;
		p->name = tw_realloc(p->name, p->nname + 1, sizeof *p->name);
		p->name[p->nname++] = p->line[i]->part[1];
	}
	p->cell_width = LEFT + WIDTH + 24 + SAMPLE + 6 + p->label_width + NUMBER;
	p->legend_height = 10;
}

/* Protocols of a cell: its lines are by protocol. */
static uint32_t protocols_of(const struct tw_plan *p, const struct tw_cell *c)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->n; i++)
		n += i == 0 || series_of(p, c->line[i]) != series_of(p, c->line[i - 1]);
	return n;
}

static uint32_t height(const struct tw_plan *p, const struct tw_cell *c)
{
	uint32_t entries = (protocols_of(p, c) + 1) * ENTRY;

	return ABOVE + (entries > HEIGHT ? entries : HEIGHT) + BELOW;
}

struct by_size {
	uint64_t (*size)(const struct tw_line *l);
};

static int by_size(const void *a, const void *b, void *self)
{
	const struct by_size *by = self;
	uint64_t x = by->size(*(const struct tw_line *const *)a), y = by->size(*(const struct tw_line *const *)b);

	return x < y ? -1 : x > y;
}

/* ---- axes ---- */
/* Powers of two around all sizes of the picture: its cells share the axis. */
static void range(const struct tw_plan *p, uint64_t *low, uint64_t *high)
{
	uint64_t least = UINT64_MAX, most = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		uint64_t bits = p->figure->size(p->line[i]);
		least = bits < least ? bits : least;
		most = bits > most ? bits : most;
	}
	for (*low = 1; 2 * *low < least;)
		*low *= 2;
	for (*high = 2; *high <= most;)
		*high *= 2;
}

static void axes(struct tw_sheet *s, uint64_t low, uint64_t high)
{
	tw_buf_addf(&s->b, "set grid lt 1 lw 0.5 lc rgb \"#cccccc\"\nset logscale x 2\nset xrange [%llu:%llu]\n"
	    "set xtics scale 0 offset 0,0.4 font \",10\" (", (unsigned long long)low, (unsigned long long)(high + high / 64)); /* room for its number */
	for (uint64_t x = low; x <= high; x *= 2)
		tw_buf_addf(&s->b, "%s\"%llu\" %llu", x == low ? "" : ", ", (unsigned long long)x, (unsigned long long)x);
	tw_buf_adds(&s->b, ")\nset yrange [0:100]\nset ytics 25 scale 0 format \"%.0f %%\" font \",10\"\n");
}

/* ---- lines ---- */
/* Numbers of one protocol, the smallest first; how many there are in all. */
static uint64_t data(const struct tw_plan *p, struct tw_sheet *s, const struct tw_line **v, uint32_t n, uint64_t low, uint64_t high)
{
	struct by_size by = { p->figure->size };
	uint64_t all = 0, so_far = 0;

	qsort_r(v, n, sizeof *v, by_size, &by);
	for (uint32_t i = 0; i < n; i++)
		all += v[i]->n;
	tw_buf_addf(&s->b, "%llu 0 0 %llu\n", (unsigned long long)low, (unsigned long long)all);
	for (uint32_t i = 0; i < n; i++) {
		so_far += v[i]->n;
		tw_buf_addf(&s->b, "%llu %llu %llu %llu\n", (unsigned long long)p->figure->size(v[i]), (unsigned long long)v[i]->n,
		    (unsigned long long)so_far, (unsigned long long)all);
	}
	tw_buf_addf(&s->b, "%llu 0 %llu %llu\n\n\n", (unsigned long long)high, (unsigned long long)all, (unsigned long long)all);
	return all;
}

/* One line of the legend, which stands in each cell: it has the cell's numbers. */
static void entry(const struct tw_plan *p, struct tw_sheet *s, const struct tw_line *l, uint64_t n, uint32_t x, uint32_t y)
{
	struct tw_buf b = { 0 };

	tw_buf_addf(&s->b, "set arrow from screen X(%u), screen Y(%u) to screen X(%u), screen Y(%u) nohead ", x, y, x + SAMPLE, y);
	tw_add_line_look(&s->b, series_of(p, l));
	tw_buf_addc(&s->b, '\n');
	tw_sheet_label(s, x + SAMPLE + 6, y, name_of(l), "left");
	tw_buf_addu(&b, n);
	tw_sheet_label(s, x + SAMPLE + 6 + p->label_width + NUMBER, y, tw_buf_slice(&b), "right");
	tw_buf_free(&b);
}

/* A protocol of a cell. */
struct series {
	const struct tw_line *line; /* one of it */
	uint64_t n;
};

static uint32_t all_data(const struct tw_plan *p, struct tw_sheet *s, const struct tw_cell *c, struct series *series, uint64_t low,
    uint64_t high)
{
	const struct tw_line **v = tw_alloc(c->n * sizeof *v);
	uint32_t n = 0;

	for (uint32_t i = 0, end; i < c->n; i = end) {
		for (end = i; end < c->n && series_of(p, c->line[end]) == series_of(p, c->line[i]); end++)
			v[end - i] = c->line[end];
		series[n].line = c->line[i];
		series[n++].n = data(p, s, v, end - i, low, high);
	}
	free(v);
	return n;
}

static void draw(const struct tw_plan *p, struct tw_sheet *s, const struct tw_cell *c, uint32_t x, uint32_t y)
{
	struct series *series = tw_alloc(c->n * sizeof *series);
	uint32_t right = x + LEFT + WIDTH + 24;
	uint64_t low, high;

	range(p, &low, &high);
	tw_cell_heading(p, s, c, x, y + 8);
	tw_sheet_label(s, right + SAMPLE + 6 + p->label_width + NUMBER, y + ABOVE + ENTRY / 2, tw_str("n known"), "right " GREY);
	uint32_t plot = tw_sheet_plot(s, x + LEFT, y + ABOVE, WIDTH, HEIGHT);
	tw_buf_addf(&s->b, "# bits, n of that size, n of it or smaller, n\n$p%u << end\n", plot);
	uint32_t n = all_data(p, s, c, series, low, high);
	tw_buf_adds(&s->b, "end\n");
	if (plot == 1)
		axes(s, low, high);
	for (uint32_t i = 0; i < n; i++)
		entry(p, s, series[i].line, series[i].n, right, y + ABOVE + (i + 1) * ENTRY + ENTRY / 2);
	for (uint32_t i = 0; i < n; i++) {
		tw_buf_addf(&s->b, "%s$p%u index %u using 1:(100.0*$3/$4) with steps ", i ? ", \\\n     " : "plot ", plot, i);
		tw_add_line_look(&s->b, series_of(p, series[i].line));
	}
	tw_buf_addc(&s->b, '\n');
	tw_sheet_drawn(s);
	free(series);
}

const struct tw_figure tw_figure_dh = { .id = "dh", .title = "Sizes of Diffie-Hellman primes",
	.explains = "how many of the primes seen have that many bits or fewer (table dh)", .sizes = "primes", .size = size_dh,
	.beside = &tw_table_dh, .from = &tw_table_dh, .protocols = true, .plots = 1, .measure = measure, .height = height,
	.draw = draw };

const struct tw_figure tw_figure_keys = { .id = "keys", .title = "Sizes of RSA keys",
	.explains = "how many of the RSA keys have that many bits or fewer (table keys)", .sizes = " certificates", .size = size_rsa,
	.beside = &tw_table_keys, .from = &tw_table_keys, .protocols = true, .plots = 1, .measure = measure, .height = height,
	.draw = draw };
