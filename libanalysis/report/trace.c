/* The rows behind a number: a second pass over the same rows. */
#include "report/internal.h"

#include <errno.h>
#include <string.h>

static int write_out(struct tw_report *r, struct tw_slice s)
{
	if (fwrite(s.p, 1, s.n, r->trace->out) == s.n && fputc('\n', r->trace->out) != EOF)
		return 0;
	tw_error("writing: %s", strerror(errno));
	return -1;
}

static int bind_rows(void *self, struct tw_header *h)
{
	struct tw_report *r = self;
	struct tw_buf b = { 0 };

	for (uint32_t i = 0; i < h->n; i++) {
		if (i)
			tw_buf_addc(&b, ',');
		tw_csv_field(&b, tw_str(h->name[i]));
	}
	int err = write_out(r, tw_buf_slice(&b));
	tw_buf_free(&b);
	return err;
}

static bool hits(struct tw_report *r, uint32_t tuple)
{
	uint8_t *known = &r->trace->known[tuple];

	if (*known == 0)
		*known = tw_lines_hit(r, r->trace, &r->tuple[tuple]) ? 2 : 1;
	return *known == 2;
}

static bool chosen(struct tw_report *r, uint64_t name)
{
	return tw_tally_find(&r->trace->chosen, name, 0).s != NULL;
}

/* The one row that stands for the host: the first of those that could. */
static bool stands(struct tw_report *r, const struct tw_row *row, uint32_t tuple, enum tw_unit unit)
{
	const struct tw_tally *t = unit == TW_UNIT_HOST ? &r->host : &r->target;
	uint64_t name;

	if (!tw_report_entity(r, row, unit, &name))
		return false;
	if (r->trace->column == TW_COLUMN_DISAGREE)
		return chosen(r, name) && r->trace->table->counts(&r->tuple[tuple]);
	if (r->options.rescans == TW_RESCANS_EACH)
		return hits(r, tuple);
	struct tw_place p = tw_tally_find(t, name, 0);
	if (!p.s || p.s->tuple[p.i] != tuple || tw_place_time(p) != tw_report_time(r, row) || !hits(r, tuple))
		return false;
	return tw_tally_put(&r->trace->printed, name, 0).fresh;
}

/* Does the row itself count in the column of those withheld, where the trace is of that? */
static bool has_part(struct tw_report *r, const struct tw_row *row)
{
	int column = r->trace->column;

	return column < 0 || !(r->trace->table->withheld >> column & 1) || tw_views_withheld(r, row);
}

static void see_certificate(struct tw_report *r, uint64_t name, uint32_t tuple)
{
	if (tuple < r->trace->nknown && chosen(r, name) && hits(r, tuple))
		r->trace->hit_row = true;
}

static bool wanted(struct tw_report *r, const struct tw_row *row, uint32_t tuple)
{
	uint64_t name;

	switch (r->trace->unit) {
	case TW_UNIT_PROBE: return !r->tuple[tuple].passive && hits(r, tuple);
	case TW_UNIT_CONNECTION: return r->tuple[tuple].passive && hits(r, tuple) && has_part(r, row);
	case TW_UNIT_HOST:
	case TW_UNIT_TARGET: return !r->tuple[tuple].passive && stands(r, row, tuple, r->trace->unit);
	case TW_UNIT_SERVER:
	case TW_UNIT_CLIENT:
		return r->tuple[tuple].passive && tw_report_entity(r, row, r->trace->unit, &name) && chosen(r, name) && hits(r, tuple) &&
		    has_part(r, row);
	default:
		r->trace->hit_row = false;
		tw_report_certificates(r, row, tuple, see_certificate);
		return r->trace->hit_row;
	}
}

static int see_row(void *self, struct tw_row *row)
{
	struct tw_report *r = self;

	if (tw_report_skips(r, row))
		return 0;
	uint32_t i = tw_report_tuple(r, row, false);
	if (i == TW_NONE) {
		tw_error("row %llu: the rows have changed since they were counted", (unsigned long long)row->number);
		return -1;
	}
	return wanted(r, row, i) ? write_out(r, row->raw) : 0;
}

struct tw_stage *tw_report_rows_stage(struct tw_report *r)
{
	r->rows_stage = (struct tw_stage){ .name = "tw-report --rows", .self = r, .bind = bind_rows, .row = see_row };
	return &r->rows_stage;
}

/* Splits at slashes into text, ended by NULs; a backslash keeps what follows. */
static uint32_t split(const char *cell, struct tw_buf *text, size_t *at, uint32_t max)
{
	uint32_t n = 0;

	at[n++] = 0;
	for (; *cell; cell++) {
		if (*cell == '/' && n < max) {
			tw_buf_addc(text, '\0');
			at[n++] = text->n;
			continue;
		}
		if (*cell == '\\' && cell[1])
			cell++;
		tw_buf_addc(text, *cell);
	}
	tw_buf_addc(text, '\0');
	return n;
}

static int complain(const struct tw_report *r, const struct tw_table *t)
{
	const char *name[TW_LINE_PARTS];
	uint32_t n = tw_key_names(r, t, name);
	struct tw_buf b = { 0 };

	for (uint32_t i = 0; i < n; i++)
		tw_buf_addf(&b, "/%s", name[i]);
	for (size_t i = 0; i < b.n; i++)
		b.p[i] = b.p[i] == ',' ? '/' : b.p[i]; /* between names of a value's parts */
	tw_buf_addc(&b, '\0');
	tw_error("--rows: %s wants source/protocol/unit%s%s", t->id, (const char *)b.p, t->shape == TW_WIDE ? "/COLUMN" : "");
	tw_buf_free(&b);
	return -1;
}

static int find_column(struct tw_trace *t, const char *name)
{
	if (t->table->shape == TW_LONG) {
		t->column = name ? TW_COLUMN_DISAGREE : TW_COLUMN_VALUE;
		return !name || strcmp(name, "disagreeing_hosts") == 0 ? 0 : -1;
	}
	t->column = tw_table_column(t->table, name);
	if (strcmp(name, "n") == 0)
		t->column = TW_COLUMN_N;
	else if (strcmp(name, "disagreeing_hosts") == 0)
		t->column = TW_COLUMN_DISAGREE;
	else if (t->column < 0)
		return -1;
	return 0;
}

/* A value of several parts came as several fields of the cell: they lie one
 * behind the other in the text, each ended by a NUL. */
static uint32_t value_parts(const struct tw_table *t)
{
	uint32_t n = 0;

	for (const char *p = t->shape == TW_LONG ? t->value : ""; (p = strchr(p, ',')); p++)
		n++;
	return n;
}

static void join_value(struct tw_buf *text, const size_t *at, uint32_t keys, uint32_t more)
{
	for (uint32_t i = 0; i < more; i++)
		text->p[at[keys + i] - 1] = '\t';
}

int tw_report_rows(struct tw_report *r, const struct tw_table *t, const char *cell, FILE *out)
{
	const char *name[TW_LINE_PARTS];
	size_t at[TW_LINE_PARTS + 8];
	uint32_t keys = 3 + tw_key_names(r, t, name), more = value_parts(t), u = 0;
	struct tw_trace *w = r->trace = tw_alloc(sizeof *w);

	w->table = t;
	w->out = out;
	w->nparts = (uint8_t)keys;
	w->nknown = r->tuples.n;
	w->known = tw_alloc(w->nknown);
	tw_tally_init(&w->chosen, TW_TALLY_SET);
	tw_tally_init(&w->printed, TW_TALLY_SET);
	uint32_t n = split(cell, &w->text, at, keys + more + 1);
	if (n < keys + more + (t->shape == TW_WIDE))
		return complain(r, t);
	join_value(&w->text, at, keys, more);
	for (uint32_t i = 0; i < keys; i++)
		w->part[i] = tw_str((const char *)w->text.p + at[i]);
	while (u < TW_UNIT_N && !tw_slice_is(w->part[2], tw_report_unit(r, (enum tw_unit)u)))
		u++;
	w->unit = (enum tw_unit)u;
	if (u == TW_UNIT_N || !(t->units >> u & 1)) {
		tw_error("--rows: table %s has no unit %s", t->id, (const char *)w->text.p + at[2]);
		return -1;
	}
	const char *column = n > keys + more ? (const char *)w->text.p + at[keys + more] : NULL;
	if (find_column(w, column)) {
		tw_error("--rows: table %s has no column %s", t->id, column);
		return -1;
	}
	tw_lines_trace(r, w);
	return 0;
}
