/* A table as CSV. */
#include "report/internal.h"

#include <string.h>

uint32_t tw_key_names(const struct tw_report *r, const struct tw_table *t, const char *name[TW_LINE_PARTS])
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < r->options.nby; k++)
		name[n++] = r->options.by[k];
	if (t->judged) {
		name[n++] = "store";
		name[n++] = "pool";
		if (t->pairs)
			name[n++] = "other";
	}
	if (t->roles)
		name[n++] = "role";
	if (t->shape == TW_LONG)
		name[n++] = t->value;
	return n;
}

void tw_percent(struct tw_buf *b, uint64_t part, uint64_t whole)
{
	if (whole == 0)
		return;
	uint64_t h = (uint64_t)(((unsigned __int128)part * 20000 + whole) / ((unsigned __int128)whole * 2));
	tw_buf_addf(b, "%llu.%02llu", (unsigned long long)(h / 100), (unsigned long long)(h % 100));
}

uint64_t tw_whole(const struct tw_table *t, const struct tw_line *l, int column)
{
	int of = t->columns[column].of;
	return of < 0 ? l->n : l->count[of];
}

static bool has_hosts(const struct tw_table *t)
{
	return !t->pairs && t->units & (TW_U(HOST) | TW_U(TARGET));
}

static void header(const struct tw_report *r, const struct tw_table *t, struct tw_buf *b)
{
	const char *name[TW_LINE_PARTS];
	uint32_t n = tw_key_names(r, t, name);

	tw_buf_adds(b, "source,protocol,unit,n");
	for (uint32_t i = 0; i < n; i++) {
		tw_buf_addc(b, ',');
		if (t->shape == TW_LONG && i == n - 1)
			tw_buf_adds(b, name[i]); /* a column for each of its parts */
		else
			tw_csv_field(b, tw_str(name[i]));
	}
	if (t->shape == TW_LONG)
		tw_buf_addf(b, t->part ? ",n_total,%s,count,count_pct,count_pct_total" : ",count,count_pct", t->part);
	for (int c = 0; t->shape == TW_WIDE && t->columns[c].name; c++) {
		const struct tw_column *k = &t->columns[c];
		tw_buf_addf(b, ",%s", k->name);
		if (k->of != TW_OF_NONE)
			tw_buf_addf(b, ",%s_pct", k->name);
		if (k->both)
			tw_buf_addf(b, ",%s_pct_total", k->name);
	}
	tw_buf_adds(b, has_hosts(t) ? ",disagreeing_hosts\n" : "\n");
}

/* A comma, and the number unless it is not known. */
static void number(struct tw_buf *b, bool known, uint64_t v)
{
	tw_buf_addc(b, ',');
	if (known)
		tw_buf_addu(b, v);
}

static void share(struct tw_buf *b, bool known, uint64_t part, uint64_t whole)
{
	tw_buf_addc(b, ',');
	if (known)
		tw_percent(b, part, whole);
}

static void wide(const struct tw_report *r, const struct tw_table *t, const struct tw_line *l, struct tw_buf *b)
{
	uint64_t blank = t->blank ? t->blank(r, (enum tw_unit)l->unit, l->judgement) : 0;

	for (int c = 0; t->columns[c].name; c++) {
		const struct tw_column *k = &t->columns[c];
		bool known = !(blank >> c & 1);
		number(b, known, l->count[c]);
		if (k->of != TW_OF_NONE)
			share(b, known, l->count[c], tw_whole(t, l, c));
		if (k->both)
			share(b, known, l->count[c], l->n);
	}
}

static void long_one(const struct tw_table *t, const struct tw_line *group, const struct tw_line *l, struct tw_buf *b)
{
	if (t->part) {
		number(b, true, group->n);
		number(b, true, group->in_part);
	}
	number(b, true, l->n);
	if (t->part) /* of what was judged, where it was */
		share(b, l->in_part > 0, l->n, group->in_part);
	share(b, true, l->n, group->n);
}

/* A part of the key; of a value with several parts each is a field. */
static void parts(struct tw_buf *b, struct tw_slice s, bool value)
{
	const uint8_t *tab;

	while (value && s.n && (tab = memchr(s.p, '\t', s.n))) {
		size_t n = (size_t)(tab - s.p);
		tw_csv_field(b, (struct tw_slice){ s.p, n });
		tw_buf_addc(b, ',');
		s.p += n + 1;
		s.n -= n + 1;
	}
	tw_csv_field(b, s);
}

static void line(const struct tw_report *r, const struct tw_table *t, const struct tw_line *group, const struct tw_line *l,
    struct tw_buf *b)
{
	for (int i = 0; i < l->nparts; i++) {
		if (i == 3) {
			tw_buf_addu(b, group->n);
			tw_buf_addc(b, ',');
		}
		parts(b, l->part[i], t->shape == TW_LONG && i == l->nparts - 1);
		if (i + 1 < l->nparts || i == 2)
			tw_buf_addc(b, ',');
	}
	if (l->nparts == 3)
		tw_buf_addu(b, group->n);
	if (t->shape == TW_WIDE)
		wide(r, t, l, b);
	else
		long_one(t, group, l, b);
	if (has_hosts(t)) {
		bool blank = t->blank && t->blank(r, (enum tw_unit)l->unit, l->judgement) >> 63;
		bool hosts = l->unit == TW_UNIT_HOST || l->unit == TW_UNIT_TARGET;
		number(b, hosts && !blank && r->options.rescans != TW_RESCANS_EACH, l->disagree);
	}
	tw_buf_addc(b, '\n');
}

void tw_report_table(const struct tw_report *r, const struct tw_table *t, struct tw_buf *b)
{
	struct tw_lines l;
	const struct tw_line *group = NULL;

	tw_lines_make(r, t, &l);
	header(r, t, b);
	for (uint32_t i = 0; i < l.n; i++) {
		bool own = l.v[i].nparts == l.v[i].ngroup;
		if (own)
			group = &l.v[i];
		if (!own || t->shape == TW_WIDE)
			line(r, t, group, &l.v[i], b);
	}
	tw_lines_free(&l);
}
