/* tw-report: tables over classified rows. */
#include "base/filter.h"
#include "cli.h"
#include "report/report.h"

#include <config.h>
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>

static const char help[] =
	"usage: tw-report [-t TABLE]... [-o DIR] [--pretty] [--rescans last|first] [ROWS]\n"
	"       tw-report --rows TABLE:CELL ROWS\n"
	"       tw-report --list\n"
	"Counts rows (observations.csv with the columns of tw-chain and tw-classify) and\n"
	"prints tables as CSV; docs/tables.md says what each column counts.\n"
	"\n"
	"  -t, --table TABLE     this table, default all; may be given several times\n"
	"  -o, --output DIR      one file TABLE.csv for each, default standard output\n"
	"  --pretty              aligned columns to read instead of CSV; those of which\n"
	"                        every value is zero are left out\n"
	"  --rescans last|first  which observation stands for a host in a scan: its last\n"
	"                        (default) or first established one, else last or first\n"
	"  --rows TABLE:CELL     print the rows behind a number instead. CELL: the key\n"
	"                        fields of the line, then the column, joined with /, as\n"
	"                        versions:active/smtp/host/TLSv1.2 or\n"
	"                        reasons:active/smtp/host/mozilla/presented/expired\n"
	"  --list                the tables\n"
	"  --threads N           taken as by every tool; this one works in one thread\n"
	"  -q, --quiet  --help  --version\n"
	"\n"
	"Exit status: 0 done, 2 usage, unusable input (a column that a table wants is\n"
	"absent), failed write.\n";

enum { MAX_TABLES = 64 };
struct options {
	const struct tw_table *table[MAX_TABLES];
	int ntables;
	const char *dir, *cell, *rows;
	bool pretty;
	enum tw_rescans rescans;
};

static int list(void)
{
	for (const struct tw_table *const *t = tw_tables; *t; t++)
		if (printf("%-12s %s\n", tw_table_id(*t), tw_table_help(*t)) < 0)
			return cli_flush(false);
	return cli_flush(true);
}

static size_t shown(struct tw_slice s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80; /* not inside a UTF-8 character */
	return n;
}

static bool is_zero(struct tw_slice s)
{
	return s.n == 0 || tw_slice_is(s, "0") || tw_slice_is(s, "0.00");
}

/* CSV text to columns: words left, numbers right. Columns that say nothing
 * (all of them empty or zero) are left out. */
static void align(struct tw_slice csv, struct tw_buf *out)
{
	size_t width[128] = { 0 };
	bool says[128] = { true, true, true, true };
	bool head = true;
	struct tw_row row = { 0 };

	for (int pass = 0; pass < 2; pass++) {
		struct tw_slice rest = csv;
		for (size_t n; (n = tw_csv_record(rest.p, rest.n)) > 0; rest.p += n, rest.n -= n) {
			tw_row_clear(&row);
			if (tw_row_split(&row, (struct tw_slice){ rest.p, n - 1 }))
				tw_die("a table of ours is no CSV");
			for (uint32_t i = 0; i < row.n && i < 128; i++) {
				size_t have = shown(row.f[i]);
				bool number = row.f[i].n && row.f[i].p[0] >= '0' && row.f[i].p[0] <= '9';
				if (pass == 0) {
					width[i] = have > width[i] ? have : width[i];
					says[i] |= !head && !is_zero(row.f[i]);
				}
				if (pass == 0 || !says[i])
					continue;
				size_t pad = width[i] - have;
				if (number)
					tw_buf_addf(out, "%*s", (int)pad, "");
				tw_buf_addslice(out, row.f[i]);
				if (i + 1 < row.n)
					tw_buf_addf(out, "%*s", (int)(number ? 2 : pad + 2), "");
			}
			head = false;
			if (pass)
				tw_buf_addc(out, '\n');
		}
	}
	tw_row_free(&row);
}

static int write_table(const struct options *o, const struct tw_report *r, const struct tw_table *t)
{
	struct tw_buf csv = { 0 }, text = { 0 }, path = { 0 };
	struct tw_output out;

	tw_report_table(r, t, &csv);
	if (!o->dir && o->ntables > 1)
		tw_buf_addf(&text, "# %s: %s\n", tw_table_id(t), tw_table_help(t));
	if (o->pretty)
		align(tw_buf_slice(&csv), &text);
	else
		tw_buf_addslice(&text, tw_buf_slice(&csv));
	if (!o->dir && o->ntables > 1)
		tw_buf_addc(&text, '\n');
	tw_buf_addf(&path, "%s/%s.%s", o->dir ? o->dir : "", tw_table_id(t), o->pretty ? "txt" : "csv");
	tw_buf_addc(&path, '\0');
	int err = tw_output_open(&out, o->dir ? (const char *)path.p : NULL);
	if (err == 0) {
		err = tw_output_put(&out, &text);
		err = tw_output_close(&out, err == 0);
	}
	tw_buf_free(&csv);
	tw_buf_free(&text);
	tw_buf_free(&path);
	return err;
}

static int run(const struct options *o)
{
	struct tw_report *r = tw_report_new(o->rescans);
	struct tw_stage *stage = tw_report_stage(r);
	int err = tw_filter_run(&stage, 1, o->rows, NULL);

	for (int i = 0; i < o->ntables && err == 0; i++)
		err = tw_report_can(r, o->table[i]);
	if (err == 0)
		tw_report_count(r);
	if (err == 0 && o->cell) {
		err = tw_report_rows(r, o->table[0], o->cell, stdout);
		stage = tw_report_rows_stage(r);
		if (err == 0)
			err = tw_filter_run(&stage, 1, o->rows, NULL);
		if (err == 0)
			err = cli_flush(true);
	} else {
		if (err == 0 && o->dir && mkdir(o->dir, 0777) && errno != EEXIST) {
			tw_error("%s: %s", o->dir, strerror(errno));
			err = -1;
		}
		for (int i = 0; i < o->ntables && err == 0; i++)
			err = write_table(o, r, o->table[i]);
	}
	tw_report_free(r);
	return err ? 2 : 0;
}

static int table(struct options *o, const char *name, size_t n)
{
	struct tw_buf b = { 0 };

	tw_buf_add(&b, name, n);
	tw_buf_addc(&b, '\0');
	const struct tw_table *t = tw_table_find((const char *)b.p);
	tw_buf_free(&b);
	if (!t || o->ntables == MAX_TABLES)
		return t ? cli_usage("too many tables") : cli_usage("%.*s: no such table, --list names them", (int)n, name);
	o->table[o->ntables++] = t;
	return -1;
}

enum { PRETTY = 256, RESCANS, ROWS, LIST, THREADS, SHOW_HELP, SHOW_VERSION };

static int value(struct options *o, int c, const char *v)
{
	uint64_t n;

	switch (c) {
	case 't': return table(o, v, strlen(v));
	case 'o': o->dir = strcmp(v, "-") ? v : NULL; return -1;
	case PRETTY: o->pretty = true; return -1;
	case RESCANS:
		o->rescans = strcmp(v, "first") == 0 ? TW_RESCANS_FIRST : TW_RESCANS_LAST;
		return strcmp(v, "first") == 0 || strcmp(v, "last") == 0 ? -1 : cli_usage("--rescans is last or first");
	case ROWS:
		n = strcspn(v, ":");
		if (!v[n])
			return cli_usage("--rows wants TABLE:CELL");
		o->cell = v + n + 1;
		o->ntables = 0;
		return table(o, v, n);
	case LIST: return list();
	case THREADS:
		return cli_threads(v, NULL) ? -1 : cli_usage("--threads wants a number from 1 to 1024");
	case SHOW_HELP: return cli_say(help);
	default: return cli_version();
	}
}

int main(int argc, char **argv)
{
	static const struct option longs[] = { { "table", 1, 0, 't' }, { "output", 1, 0, 'o' }, { "pretty", 0, 0, PRETTY },
		{ "rescans", 1, 0, RESCANS }, { "rows", 1, 0, ROWS }, { "list", 0, 0, LIST }, { "threads", 1, 0, THREADS },
		{ "quiet", 0, 0, 'q' }, { "help", 0, 0, SHOW_HELP }, { "version", 0, 0, SHOW_VERSION }, { 0, 0, 0, 0 } };
	struct options o = { .rows = "-" };
	bool quiet = false;
	int status = -1;

	cli_start("tw-report", false);
	for (int c; status < 0 && (c = getopt_long(argc, argv, ":t:o:q", longs, NULL)) != -1;) {
		if (c == 'q')
			quiet = true;
		else
			status = c == '?' || c == ':' ? cli_bad_option(c, argv) : value(&o, c, optarg);
	}
	cli_start("tw-report", quiet);
	if (status >= 0)
		return status;
	if (argc - optind > 1)
		return cli_usage("one ROWS is wanted");
	if (optind < argc)
		o.rows = argv[optind];
	if (o.cell && (o.ntables != 1 || strcmp(o.rows, "-") == 0))
		return cli_usage("--rows wants no -t, and ROWS as a file: it is read twice");
	if (!o.ntables)
		while (tw_tables[o.ntables]) {
			o.table[o.ntables] = tw_tables[o.ntables];
			o.ntables++;
		}
	return run(&o);
}
