/* The rows behind a number: a second pass over the same rows. */
#include "report/internal.h"

#include <errno.h>
#include <string.h>

/* Does the tuple stand, under this unit, in the wanted line and column? */
static bool wanted(struct tw_report *r, const struct tw_tuple *tuple, enum tw_unit unit)
{
	const struct tw_table *t = r->table;
	bool found = false;

	if (!(t->units >> unit & 1) || !t->counts(tuple))
		return false;
	for (uint32_t j = 0; j < (t->judged ? r->njudgement : 1) && !found; j++) {
		bool hit[TW_TABLE_COLUMNS] = { false };
		struct tw_slice value[TW_TABLE_COLUMNS] = { { NULL, 0 } };
		uint32_t n = t->shape == TW_LONG ? t->values(tuple, j, value) : 1;
		if (t->shape == TW_WIDE)
			t->mark(tuple, j, hit);
		for (uint32_t k = 0; k < n && !found; k++) {
			r->text.n = 0;
			tw_report_key(r, t, tuple, unit, j, value[k], &r->text);
			found = tw_slice_eq(tw_buf_slice(&r->text), tw_buf_slice(&r->key)) &&
			    (r->column == TW_NONE || hit[r->column]);
		}
	}
	return found;
}

static int write_out(struct tw_report *r, struct tw_slice s)
{
	if (fwrite(s.p, 1, s.n, r->out) == s.n && fputc('\n', r->out) != EOF)
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

static int see_row(void *self, struct tw_row *row)
{
	struct tw_report *r = self;
	uint32_t i = tw_report_tuple(r, row, false);

	if (i == TW_NONE) {
		tw_error("the rows have changed since they were counted");
		return -1;
	}
	bool passive = tw_tuple_is(&r->tuple[i], TW_F_SOURCE, "passive");
	bool yes = wanted(r, &r->tuple[i], passive ? TW_UNIT_CONNECTION : TW_UNIT_PROBE);
	if (!yes && !passive && wanted(r, &r->tuple[i], TW_UNIT_HOST)) {
		uint32_t h = tw_report_host(r, row, false);
		yes = h != TW_NONE && r->host[h].row == row->number;
	}
	/* For certificates: every row that presented one of them. */
	yes = yes || wanted(r, &r->tuple[i], TW_UNIT_CERTIFICATE);
	return yes ? write_out(r, row->raw) : 0;
}

struct tw_stage *tw_report_rows_stage(struct tw_report *r)
{
	r->rows_stage = (struct tw_stage){ "tw-report --rows", r, bind_rows, see_row, NULL };
	return &r->rows_stage;
}

int tw_report_rows(struct tw_report *r, const struct tw_table *t, const char *cell, FILE *out)
{
	uint32_t fields = 3u + (t->judged ? 2u : 0u) + (t->shape == TW_LONG ? 1u : 0u);

	r->table = t;
	r->out = out;
	r->column = TW_NONE;
	r->key.n = 0;
	for (uint32_t i = 0; i < fields; i++) {
		size_t n = strcspn(cell, "/");
		tw_buf_add(&r->key, cell, n);
		tw_buf_addc(&r->key, 0x1f);
		bool last = i + 1 == fields;
		if (!cell[n] && (!last || t->shape == TW_WIDE)) {
			tw_error("--rows: %s wants SOURCE/PROTOCOL/UNIT%s/%s", t->id, t->judged ? "/STORE/POOL" : "",
			    t->shape == TW_LONG ? t->value : "COLUMN");
			return -1;
		}
		cell += n + (cell[n] != 0);
	}
	if (t->shape == TW_LONG || strcmp(cell, "n") == 0)
		return 0;
	for (uint32_t c = 0; c < TW_TABLE_COLUMNS && t->columns[c].name; c++)
		if (strcmp(t->columns[c].name, cell) == 0)
			r->column = c;
	if (r->column != TW_NONE)
		return 0;
	tw_error("--rows: table %s has no column %s", t->id, cell);
	return -1;
}
