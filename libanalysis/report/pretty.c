/* A table to be read: what is counted down, protocols across. */
#include "report/internal.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH 118

/* One block: lines that differ in protocol, and in value, only. */
struct block {
	const struct tw_report *r;
	const struct tw_table *t;
	struct tw_line **group;  /* one a protocol, across */
	uint32_t ngroup;
	struct tw_line *lines;   /* all of the table */
	uint32_t nlines;
	struct tw_slice *value;  /* TW_LONG: down */
	uint64_t *total;
	uint32_t nvalue;
	struct tw_buf zero;      /* what is left out, each ended by NUL */
};

static bool same_block(const struct tw_line *a, const struct tw_line *b)
{
	if (a->ngroup != b->ngroup || !tw_slice_eq(a->part[0], b->part[0]))
		return false;
	for (int i = 2; i < a->ngroup; i++)
		if (!tw_slice_eq(a->part[i], b->part[i]))
			return false;
	return true;
}

static const struct tw_line *value_line(const struct block *k, const struct tw_line *group, struct tw_slice value)
{
	for (const struct tw_line *l = group + 1; l < k->lines + k->nlines && l->nparts > l->ngroup; l++)
		if (tw_slice_eq(l->part[l->ngroup], value))
			return l;
	return NULL;
}

static size_t shown(struct tw_slice s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80; /* not inside a UTF-8 character */
	return n;
}

static void right(struct tw_buf *b, struct tw_slice s, size_t width)
{
	size_t have = shown(s);
	tw_buf_addf(b, "%*s", (int)(have < width ? width - have : 0), "");
	tw_buf_addslice(b, s);
}

static void left(struct tw_buf *b, struct tw_slice s, size_t width)
{
	size_t have = shown(s), from = b->n;
	tw_buf_addslice(b, s);
	for (size_t i = from; i < b->n; i++)
		b->p[i] = b->p[i] == '\t' ? ' ' : b->p[i]; /* between a value's parts */
	tw_buf_addf(b, "%*s", (int)(have < width ? width - have : 0), "");
}

/* "123 (45.67)", or the count alone where it is 0 or has no percentage. */
static void cell(const struct block *k, uint32_t row, const struct tw_line *g, struct tw_buf *b)
{
	uint64_t part, whole;

	b->n = 0;
	if (row == 0) {
		tw_buf_addu(b, g->n);
		return;
	}
	if (k->t->shape == TW_LONG) {
		const struct tw_line *l = row - 1 < k->nvalue ? value_line(k, g, k->value[row - 1]) : NULL;
		part = l ? l->n : 0;
		whole = k->t->part && l && l->in_part ? g->in_part : g->n;
	} else {
		uint64_t blank = k->t->blank ? k->t->blank(k->r, (enum tw_unit)g->unit, g->judgement) : 0;
		if (blank >> (row - 1) & 1)
			return;
		part = g->count[row - 1];
		whole = k->t->columns[row - 1].of == TW_OF_NONE ? 0 : tw_whole(k->t, g, (int)row - 1);
	}
	tw_buf_addu(b, part);
	if (whole && part) {
		tw_buf_adds(b, " (");
		tw_percent(b, part, whole);
		tw_buf_addc(b, ')');
	}
}

static struct tw_slice label(const struct block *k, uint32_t row)
{
	if (row == 0)
		return tw_str("n");
	if (k->t->shape == TW_WIDE)
		return tw_str(k->t->columns[row - 1].name);
	return k->value[row - 1].n ? k->value[row - 1] : tw_str("(not known)");
}

static uint32_t nrows(const struct block *k)
{
	uint32_t n = 1;
	if (k->t->shape == TW_LONG)
		return 1 + k->nvalue;
	while (k->t->columns[n - 1].name)
		n++;
	return n;
}

/* Does any protocol count there? n, and what is empty by its nature, aside. */
static bool says(struct block *k, uint32_t row)
{
	bool any = row == 0, blank = true;

	if (k->t->shape == TW_LONG)
		return true;
	for (uint32_t i = 0; i < k->ngroup && row; i++) {
		uint64_t mask = k->t->blank ? k->t->blank(k->r, (enum tw_unit)k->group[i]->unit, k->group[i]->judgement) : 0;
		blank &= mask >> (row - 1) & 1;
		any |= k->group[i]->count[row - 1] > 0 && !(mask >> (row - 1) & 1);
	}
	if (row && k->t->columns[row - 1].of == TW_OF_NONE)
		return false; /* n says it */
	if (!any && !blank)
		tw_buf_add(&k->zero, k->t->columns[row - 1].name, strlen(k->t->columns[row - 1].name) + 1);
	return any;
}

static struct tw_slice protocol(const struct tw_line *g)
{
	return g->part[1].n ? g->part[1] : tw_str("(none)");
}

static size_t column_width(const struct block *k, const struct tw_line *g, const bool *shows, uint32_t rows)
{
	struct tw_buf b = { 0 };
	size_t w = shown(protocol(g));

	for (uint32_t i = 0; i < rows; i++) {
		if (!shows[i])
			continue;
		cell(k, i, g, &b);
		w = b.n > w ? b.n : w;
	}
	tw_buf_free(&b);
	return w + 2;
}

static bool disagreeing(const struct block *k)
{
	bool any = false;
	for (uint32_t i = 0; i < k->ngroup && k->t->shape == TW_WIDE; i++)
		any |= k->group[i]->disagree > 0;
	return any;
}

/* The protocols from first on that fit beside the labels; how many. */
static uint32_t strip(const struct block *k, uint32_t first, const bool *shows, uint32_t rows, size_t labels, struct tw_buf *b)
{
	struct tw_buf text = { 0 };
	size_t width[64], used = labels;
	uint32_t n = 0;

	while (first + n < k->ngroup && n < 64) {
		width[n] = column_width(k, k->group[first + n], shows, rows);
		if (n && used + width[n] > WIDTH)
			break;
		used += width[n++];
	}
	left(b, tw_str(k->t->shape == TW_LONG ? k->t->value : ""), labels);
	for (uint32_t c = 0; c < n; c++)
		right(b, protocol(k->group[first + c]), width[c]);
	tw_buf_addc(b, '\n');
	for (uint32_t i = 0; i < rows; i++) {
		if (!shows[i])
			continue;
		left(b, label(k, i), labels);
		for (uint32_t c = 0; c < n; c++) {
			cell(k, i, k->group[first + c], &text);
			right(b, tw_buf_slice(&text), width[c]);
		}
		tw_buf_addc(b, '\n');
	}
	if (disagreeing(k)) {
		left(b, tw_str("disagreeing_hosts"), labels);
		for (uint32_t c = 0; c < n; c++) {
			text.n = 0;
			tw_buf_addu(&text, k->group[first + c]->disagree);
			right(b, tw_buf_slice(&text), width[c]);
		}
		tw_buf_addc(b, '\n');
	}
	tw_buf_free(&text);
	return n;
}

static void title(const struct block *k, struct tw_buf *b)
{
	const char *name[TW_LINE_PARTS];
	const struct tw_line *g = k->group[0];

	tw_key_names(k->r, k->t, name);
	tw_buf_addf(b, "%s: ", k->t->id);
	tw_buf_addslice(b, g->part[0]);
	tw_buf_adds(b, ", by ");
	tw_buf_addslice(b, g->part[2]);
	for (int i = 3; i < g->ngroup; i++) {
		bool pool = strcmp(name[i - 3], "pool") == 0; /* the word says it */
		tw_buf_addf(b, ", %s%s", pool ? "" : name[i - 3], pool ? "" : " ");
		tw_buf_addslice(b, g->part[i]);
	}
	tw_buf_addc(b, '\n');
}

static void zeroes(const struct block *k, struct tw_buf *b)
{
	size_t at = b->n;

	if (k->zero.n == 0)
		return;
	tw_buf_adds(b, "all zero:");
	for (size_t i = 0; i < k->zero.n; i += strlen((const char *)k->zero.p + i) + 1) {
		const char *name = (const char *)k->zero.p + i;
		if (b->n - at + strlen(name) + 2 > WIDTH) {
			tw_buf_addc(b, '\n');
			at = b->n;
		}
		tw_buf_addf(b, " %s", name);
	}
	tw_buf_addc(b, '\n');
}

static void print(struct block *k, struct tw_buf *b)
{
	uint32_t rows = nrows(k);
	bool *shows = tw_alloc(rows);
	size_t labels = 0;

	k->zero.n = 0;
	for (uint32_t i = 0; i < rows; i++) {
		shows[i] = says(k, i);
		if (shows[i] && shown(label(k, i)) > labels)
			labels = shown(label(k, i));
	}
	if (disagreeing(k) && labels < 17)
		labels = 17;
	title(k, b);
	for (uint32_t at = 0; at < k->ngroup;)
		at += strip(k, at, shows, rows, labels, b);
	zeroes(k, b);
	if ((k->group[0]->unit == TW_UNIT_SERVER || k->group[0]->unit == TW_UNIT_CLIENT) && k->r->options.servers_any)
		tw_buf_adds(b, "it counts in each of its values: they may exceed 100 %\n");
	tw_buf_addc(b, '\n');
	free(shows);
}

/* Values in the order of how often they occur over all protocols. */
static void sort_values(struct block *k)
{
	for (uint32_t i = 1; i < k->nvalue; i++) /* few: insertion */
		for (uint32_t p = i; p && k->total[p] > k->total[p - 1]; p--) {
			struct tw_slice v = k->value[p];
			uint64_t n = k->total[p];
			k->value[p] = k->value[p - 1];
			k->total[p] = k->total[p - 1];
			k->value[p - 1] = v;
			k->total[p - 1] = n;
		}
}

static void find_values(struct block *k)
{
	k->nvalue = 0;
	for (uint32_t g = 0; g < k->ngroup; g++)
		for (const struct tw_line *l = k->group[g] + 1; l < k->lines + k->nlines && l->nparts > l->ngroup; l++) {
			uint32_t i = 0;
			while (i < k->nvalue && !tw_slice_eq(k->value[i], l->part[l->ngroup]))
				i++;
			if (i == k->nvalue) {
				k->value = tw_realloc(k->value, ++k->nvalue, sizeof *k->value);
				k->total = tw_realloc(k->total, k->nvalue, sizeof *k->total);
				k->value[i] = l->part[l->ngroup];
				k->total[i] = 0;
			}
			k->total[i] += k->group[g]->all ? 0 : l->n;
		}
	sort_values(k);
}

void tw_report_pretty(const struct tw_report *r, const struct tw_table *t, struct tw_buf *b)
{
	struct tw_lines l;
	struct block k = { .r = r, .t = t };

	tw_lines_make(r, t, &l);
	k.lines = l.v;
	k.nlines = l.n;
	k.group = tw_alloc((l.n + 1) * sizeof *k.group);
	bool *done = tw_alloc(l.n + 1);
	for (uint32_t at = 0; at < l.n * TW_UNIT_N; at++) { /* unit by unit */
		uint32_t i = at % l.n;
		if (done[i] || l.v[i].nparts != l.v[i].ngroup || l.v[i].unit != at / l.n)
			continue;
		k.ngroup = 0;
		for (uint32_t m = i; m < l.n; m++)
			if (!done[m] && l.v[m].nparts == l.v[m].ngroup && same_block(&l.v[i], &l.v[m])) {
				k.group[k.ngroup++] = &l.v[m];
				done[m] = true;
			}
		find_values(&k);
		print(&k, b);
	}
	free(done);
	free(k.group);
	free(k.value);
	free(k.total);
	tw_buf_free(&k.zero);
	tw_lines_free(&l);
}
