/* The figures: a new one is a file and a line here. Cells to pages, a page to a
 * script and its picture. */
#include "report/figure.h"

#include <stdlib.h>
#include <string.h>

static const struct tw_figure *const figures[] = {
	&tw_figure_validity,
	&tw_figure_dh,
	&tw_figure_keys,
	&tw_figure_stores,
	&tw_figure_agreement,
	&tw_figure_store_dates,
	NULL
};

bool tw_report_has_figure(const struct tw_table *t)
{
	for (const struct tw_figure *const *f = figures; *f; f++)
		if ((*f)->beside == t)
			return true;
	return false;
}

int tw_report_can_draw(const struct tw_report *r, const struct tw_table *t)
{
	int err = 0;

	for (const struct tw_figure *const *f = figures; *f && err == 0; f++)
		if ((*f)->beside == t)
			err = tw_report_can(r, (*f)->from);
	return err;
}

/* ---- a page ---- */
/* Cells of a row, and how high it is. */
static uint32_t row_of(const struct tw_plan *p, uint32_t first, uint32_t *height)
{
	uint32_t end = first;

	*height = 0;
	do {
		uint32_t h = p->figure->height(p, &p->cell[end]);
		*height = h > *height ? h : *height;
		end++;
	} while (end < p->ncell && !p->cell[end].row);
	return end;
}

/* Where the page that begins at a cell ends, and how high its rows are. */
static uint32_t page_of(const struct tw_plan *p, uint32_t first, uint32_t *height)
{
	uint32_t at = first, h;

	for (*height = 0; at < p->ncell;) {
		uint32_t end = row_of(p, at, &h);
		if (at > first && (*height + h > TW_PICTURE_HEIGHT || (end - first) * p->figure->plots > TW_PICTURE_PLOTS))
			break;
		*height += h;
		at = end;
	}
	return at;
}

#define HEAD 62u /* title and the line below it */

static void title(const struct tw_plan *p, struct tw_sheet *s, uint32_t page, uint32_t pages)
{
	const struct tw_figure *f = p->figure;
	struct tw_buf b = { 0 };

	tw_buf_addf(&b, "%s: ", f->title);
	tw_add_word(&b, p->line[0]->part[0]);
	tw_buf_addf(&b, ", by %s", tw_report_unit(p->r, (enum tw_unit)p->line[0]->unit));
	if (pages > 1)
		tw_buf_addf(&b, " (page %u of %u)", page, pages);
	tw_sheet_words(s, TW_PICTURE_PAD, 24, tw_buf_slice(&b), (s->width - 2 * TW_PICTURE_PAD) / 10, "left font \",17\"");
	tw_sheet_words(s, TW_PICTURE_PAD, 46, tw_str(f->explains), UINT32_MAX, "left font \",11\" textcolor rgb \"#555555\"");
	if (f->legend)
		f->legend(p, s, HEAD + 6);
	tw_buf_free(&b);
}

static void draw_page(const struct tw_plan *p, uint32_t first, uint32_t end, uint32_t height, uint32_t page, uint32_t pages,
    struct tw_sheet *s)
{
	uint32_t width = p->columns * (p->cell_width + TW_PICTURE_PAD) + TW_PICTURE_PAD, y = HEAD + p->legend_height, h;

	if (width < 640)
		width = 640; /* the title's */
	tw_sheet_begin(s, p->figure->id, width, y + height);
	title(p, s, page, pages);
	while (first < end) {
		uint32_t next = row_of(p, first, &h);
		for (; first < next; first++) {
			bool right = p->columns == 2 && tw_part_is_pool(p, p->cell[first].line[0]);
			p->figure->draw(p, s, &p->cell[first], TW_PICTURE_PAD + (right ? p->cell_width + TW_PICTURE_PAD : 0), y);
		}
		y += h;
	}
	tw_sheet_end(s);
}

static int write_file(const char *path, struct tw_buf *text)
{
	struct tw_output o;
	int err = tw_output_open(&o, path);

	if (err)
		return err;
	err = tw_output_put(&o, text);
	return tw_output_close(&o, err == 0);
}

/* NAME.gp and NAME.svg. */
static int write_page(struct tw_sheet *s, const struct tw_buf *name)
{
	struct tw_buf path[2] = { { 0 }, { 0 } }, picture = { 0 };

	for (int i = 0; i < 2; i++) {
		tw_buf_addslice(&path[i], tw_buf_slice(name));
		tw_buf_adds(&path[i], i ? ".svg" : ".gp");
		tw_buf_addc(&path[i], '\0');
	}
	int err = write_file((const char *)path[0].p, &s->b);
	if (err == 0)
		err = tw_gnuplot_draw((const char *)path[0].p, &picture);
	if (err == 0)
		err = write_file((const char *)path[1].p, &picture);
	tw_buf_free(&path[0]);
	tw_buf_free(&path[1]);
	tw_buf_free(&picture);
	return err;
}

/* All pages of the plan. */
static int write_pages(struct tw_plan *p, const struct tw_buf *base)
{
	struct tw_buf name = { 0 };
	uint32_t pages = 0, page = 0, height;
	int err = 0;

	tw_plan_cells(p);
	for (uint32_t at = 0; at < p->ncell; pages++)
		at = page_of(p, at, &height);
	for (uint32_t at = 0; at < p->ncell && err == 0;) {
		struct tw_sheet s;
		uint32_t end = page_of(p, at, &height);
		draw_page(p, at, end, height, ++page, pages, &s);
		name.n = 0;
		tw_buf_addslice(&name, tw_buf_slice(base));
		if (page > 1)
			tw_buf_addf(&name, ".%u", page);
		err = write_page(&s, &name);
		tw_buf_free(&s.b);
		at = end;
	}
	tw_buf_free(&name);
	free(p->name);
	p->name = NULL;
	p->nname = 0;
	return err;
}

/* ---- pictures of a figure ---- */
struct source {
	struct tw_slice text;
	struct tw_buf word; /* of file names: other characters are underscores, no two alike */
};

static void name_source(const struct source *v, uint32_t n, struct source *s)
{
	uint32_t again = 1;
	bool taken;

	do {
		s->word.n = 0;
		for (size_t i = 0; i < s->text.n && i < 60; i++) {
			uint8_t c = s->text.p[i];
			bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
			tw_buf_addc(&s->word, plain ? (char)c : '_');
		}
		if (s->text.n == 0)
			tw_buf_adds(&s->word, "none");
		if (again > 1)
			tw_buf_addf(&s->word, "-%u", again);
		taken = false;
		for (uint32_t i = 0; i < n && !taken; i++)
			taken = tw_slice_eq(tw_buf_slice(&v[i].word), tw_buf_slice(&s->word));
		again++;
	} while (taken);
}

/* Lines are sorted by source. */
static struct source *find_sources(const struct tw_lines *l, uint32_t *n)
{
	struct source *v = NULL;

	*n = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		if (i && tw_slice_eq(l->v[i - 1].part[0], l->v[i].part[0]))
			continue;
		v = tw_realloc(v, *n + 1, sizeof *v);
		v[*n] = (struct source){ .text = l->v[i].part[0] };
		name_source(v, *n, &v[*n]);
		++*n;
	}
	return v;
}

static int write_figure(const struct tw_report *r, const struct tw_figure *f, const char *dir)
{
	struct tw_plan p = { .r = r, .figure = f };
	struct tw_buf name = { 0 };
	struct tw_lines l;
	uint32_t nsource;
	int err = 0;

	if (f->refuses && f->refuses(r))
		return 0;
	tw_lines_make(r, f->from, &l);
	struct source *source = find_sources(&l, &nsource);
	p.line = tw_alloc((l.n + 1) * sizeof *p.line);
	for (uint32_t i = 0; i < nsource * TW_UNIT_CERTIFICATE_EVER && err == 0; i++) {
		uint32_t unit = i / nsource;
		tw_plan_lines(&p, &l, source[i % nsource].text, unit);
		if (p.n == 0)
			continue;
		name.n = 0;
		tw_buf_addf(&name, "%s/%s.", dir, f->id);
		tw_buf_addslice(&name, tw_buf_slice(&source[i % nsource].word));
		tw_buf_addf(&name, ".%s", tw_report_unit(r, (enum tw_unit)unit));
		err = write_pages(&p, &name);
	}
	for (uint32_t i = 0; i < nsource; i++)
		tw_buf_free(&source[i].word);
	free(source);
	free(p.cell);
	free(p.line);
	tw_buf_free(&name);
	tw_lines_free(&l);
	return err;
}

int tw_report_figures(const struct tw_report *r, const struct tw_table *t, const char *dir)
{
	int err = 0;

	for (const struct tw_figure *const *f = figures; *f && err == 0; f++)
		if ((*f)->beside == t)
			err = write_figure(r, *f, dir);
	return err;
}
