/* Tuples to the lines of a table, and a table to CSV. */
#include "report/internal.h"

#include <stdlib.h>
#include <string.h>

struct line {
	struct tw_slice key; /* owned */
	uint64_t n, disagree, count[TW_TABLE_COLUMNS];
};

struct lines {
	struct line *v; /* sorted by key */
	size_t n, cap;
};

void tw_report_key(const struct tw_report *r, const struct tw_table *t, const struct tw_tuple *tuple, enum tw_unit unit,
    uint32_t j, struct tw_slice value, struct tw_buf *key)
{
	const char *words[] = { tw_unit_names[unit], t->judged ? r->judgement[j].store : NULL,
		t->judged ? (r->judgement[j].pool ? "pool" : "presented") : NULL };

	tw_buf_addslice(key, tuple->f[TW_F_SOURCE]);
	tw_buf_addc(key, 0x1f);
	tw_buf_addslice(key, tuple->f[TW_F_PROTOCOL]);
	tw_buf_addc(key, 0x1f);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i]) {
			tw_buf_adds(key, words[i]);
			tw_buf_addc(key, 0x1f);
		}
	if (t->shape == TW_LONG) {
		tw_buf_addslice(key, value);
		tw_buf_addc(key, 0x1f);
	}
}

static struct line *line_of(struct lines *l, struct tw_slice key)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = tw_slice_cmp(l->v[mid].key, key);
		if (c == 0)
			return &l->v[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->v = tw_realloc(l->v, l->cap, sizeof *l->v);
	}
	memmove(l->v + low + 1, l->v + low, (l->n - low) * sizeof *l->v);
	l->n++;
	uint8_t *own = tw_alloc(key.n);
	memcpy(own, key.p, key.n);
	l->v[low] = (struct line){ .key = { own, key.n } };
	return &l->v[low];
}

static void add(struct lines *l, const struct tw_report *r, const struct tw_table *t, const struct tw_tuple *tuple,
    enum tw_unit unit, uint32_t j, struct tw_buf *key)
{
	bool hit[TW_TABLE_COLUMNS] = { false };
	struct tw_slice value[TW_TABLE_COLUMNS], none = { NULL, 0 };
	uint64_t weight = tuple->count[unit];
	uint32_t n = t->shape == TW_LONG ? t->values(tuple, j, value) : 1;

	if (t->shape == TW_WIDE)
		t->mark(tuple, j, hit);
	for (uint32_t k = 0; k < n; k++) {
		key->n = 0;
		tw_report_key(r, t, tuple, unit, j, t->shape == TW_LONG ? value[k] : none, key);
		struct line *line = line_of(l, tw_buf_slice(key));
		line->n += weight;
		line->disagree += unit == TW_UNIT_HOST ? tuple->disagree : 0;
		for (int c = 0; c < TW_TABLE_COLUMNS; c++)
			line->count[c] += hit[c] ? weight : 0;
	}
}

static void collect(const struct tw_report *r, const struct tw_table *t, struct lines *l)
{
	struct tw_buf key = { 0 };

	for (uint32_t i = 0; i < r->tuple_set.n; i++) {
		const struct tw_tuple *tuple = &r->tuple[i];
		for (int unit = 0; unit < TW_UNIT_N; unit++) {
			if (!(t->units >> unit & 1) || tuple->count[unit] == 0 || !t->counts(tuple))
				continue;
			for (uint32_t j = 0; j < (t->judged ? r->njudgement : 1); j++)
				add(l, r, t, tuple, (enum tw_unit)unit, j, &key);
		}
	}
	tw_buf_free(&key);
}

/* Hundredths of a percent, rounded half up, in integers: the same everywhere. */
static void percent(struct tw_buf *b, uint64_t part, uint64_t whole)
{
	if (whole == 0)
		return;
	uint64_t h = (uint64_t)(((unsigned __int128)part * 20000 + whole) / ((unsigned __int128)whole * 2));
	tw_buf_addf(b, "%llu.%02llu", (unsigned long long)(h / 100), (unsigned long long)(h % 100));
}

/* The next field of a key. */
static struct tw_slice part(struct tw_slice *key)
{
	const uint8_t *stop = memchr(key->p, 0x1f, key->n);
	struct tw_slice s = { key->p, (size_t)(stop - key->p) };
	key->n -= s.n + 1;
	key->p = stop + 1;
	return s;
}

static void header(const struct tw_table *t, struct tw_buf *b)
{
	tw_buf_adds(b, "source,protocol,unit,n");
	if (t->judged)
		tw_buf_adds(b, ",store,pool");
	if (t->shape == TW_LONG)
		tw_buf_addf(b, ",%s,count,count_pct", t->value);
	for (int c = 0; t->shape == TW_WIDE && t->columns[c].name; c++)
		tw_buf_addf(b, ",%s,%s_pct", t->columns[c].name, t->columns[c].name);
	if (t->units >> TW_UNIT_HOST & 1 && t->shape == TW_WIDE)
		tw_buf_adds(b, ",disagreeing_hosts");
	tw_buf_addc(b, '\n');
}

/* n: of the line's group. */
static void line_text(const struct tw_table *t, const struct line *l, uint64_t n, struct tw_buf *b)
{
	struct tw_slice key = l->key, unit = { 0, 0 };

	for (int i = 0; i < 3; i++) {
		unit = part(&key);
		tw_csv_field(b, unit);
		tw_buf_addc(b, ',');
	}
	tw_buf_addu(b, n);
	while (key.n) {
		tw_buf_addc(b, ',');
		tw_csv_field(b, part(&key));
	}
	if (t->shape == TW_LONG) {
		tw_buf_addf(b, ",%llu,", (unsigned long long)l->n);
		percent(b, l->n, n);
	}
	for (int c = 0; t->shape == TW_WIDE && t->columns[c].name; c++) {
		int of = t->columns[c].of;
		tw_buf_addf(b, ",%llu,", (unsigned long long)l->count[c]);
		percent(b, l->count[c], of < 0 ? n : l->count[of]);
	}
	if (t->units >> TW_UNIT_HOST & 1 && t->shape == TW_WIDE) {
		tw_buf_addc(b, ',');
		if (tw_slice_is(unit, "host"))
			tw_buf_addu(b, l->disagree);
	}
	tw_buf_addc(b, '\n');
}

/* The bytes of a long line's key before its value. */
static struct tw_slice group(const struct line *l)
{
	struct tw_slice key = l->key;
	size_t n = key.n - 1;
	while (n && key.p[n - 1] != 0x1f)
		n--;
	key.n = n;
	return key;
}

static int by_count(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return tw_slice_cmp(x->key, y->key);
}

void tw_report_table(const struct tw_report *r, const struct tw_table *t, struct tw_buf *b)
{
	struct lines l = { 0 };

	collect(r, t, &l);
	header(t, b);
	for (size_t i = 0; i < l.n;) {
		size_t end = i + 1;
		uint64_t n = l.v[i].n;
		for (; t->shape == TW_LONG && end < l.n && tw_slice_eq(group(&l.v[i]), group(&l.v[end])); end++)
			n += l.v[end].n;
		if (t->shape == TW_LONG) /* the most frequent first */
			qsort(l.v + i, end - i, sizeof *l.v, by_count);
		for (; i < end; i++)
			line_text(t, &l.v[i], n, b);
	}
	for (size_t i = 0; i < l.n; i++)
		free((void *)(uintptr_t)l.v[i].key.p);
	free(l.v);
}
