/* Lines of a table to the cells of a picture. */
#include "report/figure.h"

#include <stdlib.h>
#include <string.h>

/* The part behind those of --by; none where the table has no such key. */
static struct tw_slice part_behind(const struct tw_plan *p, const struct tw_line *l, bool has, uint32_t i)
{
	return has ? l->part[3 + p->r->options.nby + i] : (struct tw_slice){ NULL, 0 };
}

struct tw_slice tw_part_store(const struct tw_plan *p, const struct tw_line *l)
{
	return part_behind(p, l, p->figure->from->judged, 0);
}

struct tw_slice tw_part_role(const struct tw_plan *p, const struct tw_line *l)
{
	return part_behind(p, l, p->figure->from->roles != NULL, 0);
}

static struct tw_slice part_pool(const struct tw_plan *p, const struct tw_line *l)
{
	return part_behind(p, l, p->figure->from->judged, 1);
}

struct tw_slice tw_part_other(const struct tw_plan *p, const struct tw_line *l)
{
	return part_behind(p, l, p->figure->from->pairs, 2);
}

bool tw_part_is_pool(const struct tw_plan *p, const struct tw_line *l)
{
	return tw_slice_is(part_pool(p, l), "pool");
}

struct tw_slice tw_part_protocol(const struct tw_line *l)
{
	return l->part[1].n ? l->part[1] : tw_str("(none)");
}

static const char *things(uint8_t unit)
{
	static const char *const words[TW_UNIT_N] = { "probes", "hosts", "targets", "connections", "servers", "clients",
		"leaf certificates", "leaf certificates" };
	return words[unit];
}

void tw_add_word(struct tw_buf *b, struct tw_slice s)
{
	if (s.n)
		tw_buf_addslice(b, s);
	else
		tw_buf_adds(b, "(none)");
}

static void heading(const struct tw_plan *p, const struct tw_line *l, struct tw_buf *b)
{
	if (p->figure->sizes)
		tw_buf_addf(b, "%.*s%s", (int)tw_part_role(p, l).n, (const char *)tw_part_role(p, l).p, p->figure->sizes);
	else if (p->figure->protocols)
		tw_add_word(b, tw_part_store(p, l));
	else
		tw_buf_addslice(b, l->all ? tw_str("all protocols") : tw_part_protocol(l));
	for (uint32_t i = 0; i < p->r->options.nby; i++) {
		tw_buf_addf(b, ", %s ", p->r->options.by[i]);
		tw_add_word(b, l->part[3 + i]);
	}
	if (!p->figure->protocols)
		tw_buf_addf(b, ": %llu %s", (unsigned long long)l->n, things(l->unit));
	if (p->figure->from->judged)
		tw_buf_adds(b, tw_part_is_pool(p, l) ? ", with the pool" : ", as presented");
}

void tw_cell_heading(const struct tw_plan *p, struct tw_sheet *s, const struct tw_cell *c, uint32_t x, uint32_t y)
{
	struct tw_buf b = { 0 };

	heading(p, c->line[0], &b);
	tw_sheet_comment(s, tw_buf_slice(&b));
	tw_sheet_words(s, x, y, tw_buf_slice(&b), p->cell_width / 8, "left font \",13\"");
	tw_buf_free(&b);
}

/* ---- lines to cells ---- */
/* By what a cell holds alone, pool behind it; then by what stands in the cell. */
static int by_cell(const void *a, const void *b, void *plan)
{
	const struct tw_line *x = *(const struct tw_line *const *)a, *y = *(const struct tw_line *const *)b;
	const struct tw_plan *p = plan;
	int d = 0, protocol = x->all != y->all ? x->all - y->all : tw_slice_cmp(x->part[1], y->part[1]);

	if (!p->figure->protocols)
		d = protocol;
	for (uint32_t i = 0; i < p->r->options.nby && d == 0; i++)
		d = tw_slice_cmp(x->part[3 + i], y->part[3 + i]);
	if (d == 0 && p->figure->protocols)
		d = tw_slice_cmp(tw_part_store(p, x), tw_part_store(p, y));
	if (d == 0)
		d = tw_slice_cmp(tw_part_role(p, x), tw_part_role(p, y));
	if (d == 0)
		d = tw_part_is_pool(p, x) - tw_part_is_pool(p, y);
	if (d == 0)
		d = p->figure->protocols ? protocol : tw_slice_cmp(tw_part_store(p, x), tw_part_store(p, y));
	return d ? d : tw_slice_cmp(tw_part_other(p, x), tw_part_other(p, y));
}

static bool same_row(const struct tw_plan *p, const struct tw_line *a, const struct tw_line *b)
{
	for (uint32_t i = 0; i < p->r->options.nby; i++)
		if (!tw_slice_eq(a->part[3 + i], b->part[3 + i]))
			return false;
	if (p->figure->protocols)
		return tw_slice_eq(tw_part_store(p, a), tw_part_store(p, b)) && tw_slice_eq(tw_part_role(p, a), tw_part_role(p, b));
	return a->all == b->all && tw_slice_eq(a->part[1], b->part[1]);
}

/* Pools stand side by side, below each other where that is too wide. */
static void find_columns(struct tw_plan *p)
{
	bool pool[2] = { false, false };

	for (uint32_t i = 0; i < p->n; i++)
		pool[tw_part_is_pool(p, p->line[i])] = true;
	p->columns = pool[0] && pool[1] ? 2 : 1;
	p->figure->measure(p);
	if (2 * p->cell_width > TW_PICTURE_WIDTH)
		p->columns = 1;
}

void tw_plan_cells(struct tw_plan *p)
{
	find_columns(p);
	p->ncell = 0;
	p->cell = tw_realloc(p->cell, p->n, sizeof *p->cell);
	for (uint32_t i = 0; i < p->n; i++) {
		bool row = i == 0 || !same_row(p, p->line[i - 1], p->line[i]);
		if (row || tw_part_is_pool(p, p->line[i - 1]) != tw_part_is_pool(p, p->line[i]))
			p->cell[p->ncell++] = (struct tw_cell){ &p->line[i], 0, row || p->columns == 1 };
		p->cell[p->ncell - 1].n++;
	}
}

void tw_plan_lines(struct tw_plan *p, const struct tw_lines *l, struct tw_slice source, uint32_t unit)
{
	const struct tw_line *one = NULL;
	bool several = false;
	uint32_t n = 0;

	p->n = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		const struct tw_line *k = &l->v[i];
		if (k->unit != unit || !tw_slice_eq(k->part[0], source) || (p->figure->size && p->figure->size(k) == 0))
			continue;
		p->line[p->n++] = k;
		if (k->all)
			continue;
		several |= one && !tw_slice_eq(one->part[1], k->part[1]);
		one = k;
	}
	for (uint32_t i = 0; i < p->n; i++)
		if (several || !p->line[i]->all)
			p->line[n++] = p->line[i];
	p->n = n;
	if (n)
		qsort_r(p->line, n, sizeof *p->line, by_cell, p);
}
