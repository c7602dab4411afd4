/* tw-stores diff: what two stores say differently. */
#include "cli.h"
#include "stores.h"

#include <stdlib.h>

static const char help[] =
	"usage: tw-stores diff [OPTION]... A B\n"
	"\n"
	"Prints a CSV row for whatever B adds to A, removes, or says otherwise: kind,\n"
	"purposes, dates, constraints. Labels are no difference. A and B are as for show.\n"
	"\n"
	"  --at TIME           the snapshot in force then, of a NAME without a date\n"
	"  --certs PATH        certificates that files only name: a file or a folder\n"
	"  --strict            what is wrong in A or B ends the run\n"
	"  -o, --output FILE   write there, default standard output\n"
	"  --threads N         taken as by every tool; this one works in one thread\n"
	"  -q, --quiet  --help\n"
	"\n"
	"Exit status: 0 they say the same; 1 they differ; 2 usage, unreadable or unusable\n"
	"input, failed write.\n";

/* One store's rows in the order of their names. */
struct side {
	struct stores_store s;
	const struct tw_snapshot_row **row;
	uint32_t at;
};

static int by_name(const void *x, const void *y, void *self)
{
	return stores_by_name(self, *(const struct tw_snapshot_row *const *)x, self, *(const struct tw_snapshot_row *const *)y);
}

static void sort(struct side *a)
{
	uint32_t n = a->s.s.n;

	a->row = tw_realloc(NULL, (size_t)n + 1, sizeof *a->row);
	for (uint32_t i = 0; i < n; i++)
		a->row[i] = &a->s.s.v[i];
	qsort_r(a->row, n, sizeof *a->row, by_name, &a->s.s);
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

/* What a says of the next name: alternatives in the order of their text, each
 * once. Steps behind it. */
static void take(struct side *a, struct tw_buf *b)
{
	const struct tw_snapshot *s = &a->s.s;
	uint32_t from = a->at, n;

	while (a->at < s->n && stores_by_name(s, a->row[a->at], s, a->row[from]) == 0)
		a->at++;
	n = a->at - from;
	char **text = tw_realloc(NULL, (size_t)n + 1, sizeof *text);
	for (uint32_t i = 0; i < n; i++) {
		struct tw_buf one = { 0 };
		stores_trust(&one, s, a->row[from + i]);
		tw_buf_addc(&one, 0);
		text[i] = (char *)one.p;
	}
	qsort(text, n, sizeof *text, by_text);
	for (uint32_t i = 0; i < n; i++)
		if (!i || strcmp(text[i], text[i - 1]) != 0)
			tw_buf_addf(b, "%s%s", i ? " or " : "", text[i]);
	for (uint32_t i = 0; i < n; i++)
		free(text[i]);
	free(text);
}

struct counts {
	uint32_t added, removed, changed;
};

static void step(struct tw_buf *out, const struct stores_world *w, struct side *a, struct side *b, struct counts *n)
{
	bool has_a = a->at < a->s.s.n, has_b = b->at < b->s.s.n;
	int d = !has_a ? 1 : !has_b ? -1 : stores_by_name(&a->s.s, a->row[a->at], &b->s.s, b->row[b->at]);
	struct side *named = d <= 0 ? a : b;
	const struct tw_snapshot_row *e = named->row[named->at];
	struct tw_buf before = { 0 }, after = { 0 };

	if (d <= 0)
		take(a, &before);
	if (d >= 0)
		take(b, &after);
	if (!tw_slice_eq(tw_buf_slice(&before), tw_buf_slice(&after))) {
		tw_buf_adds(out, d < 0 ? "removed," : d > 0 ? "added," : "changed,");
		stores_put_names(out, w, &named->s.s, e);
		tw_csv_field(out, tw_buf_slice(&before));
		tw_buf_addc(out, ',');
		tw_csv_field(out, tw_buf_slice(&after));
		tw_buf_addc(out, '\n');
		n->removed += d < 0;
		n->added += d > 0;
		n->changed += d == 0;
	}
	tw_buf_free(&before);
	tw_buf_free(&after);
}

static int run(int argc, char **argv)
{
	struct stores_options o;
	struct stores_world w = { 0 };
	struct side a = { 0 }, b = { 0 };
	struct tw_buf out = { 0 };
	struct counts n = { 0 };
	int status = stores_options(&o, argc, argv, help, STORES_AT | STORES_CERTS | STORES_STRICT);

	if (status >= 0)
		return status;
	if (o.n != 2)
		return cli_usage("diff takes two stores or files, A and B");
	status = 2;
	if (stores_open(&w, &o, o.v[0], &a.s) == 0 && stores_open(&w, &o, o.v[1], &b.s) == 0) {
		sort(&a);
		sort(&b);
		tw_buf_adds(&out, "change,sha256,subject,issuer_der_sha256,serial_hex,spki_sha256,before,after\n");
		while (a.at < a.s.s.n || b.at < b.s.s.n)
			step(&out, &w, &a, &b, &n);
		status = stores_write(&o, &out);
		if (!status)
			tw_note("added %u removed %u changed %u", n.added, n.removed, n.changed);
	}
	free(a.row);
	free(b.row);
	stores_close(&a.s);
	stores_close(&b.s);
	stores_end(&w);
	return status ? status : n.added || n.removed || n.changed;
}

const struct stores_verb stores_diff = { .name = "diff", .help = "what two stores say differently", .run = run };
