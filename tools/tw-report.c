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
	"usage: tw-report [-t TABLE]... [-o DIR [--figures]] [--pretty] [--unit UNIT]...\n"
	"                 [ROWS]\n"
	"       tw-report --rows TABLE:CELL ROWS\n"
	"       tw-report --list\n"
	"Counts classified rows and prints tables as CSV; docs/tables.md explains them.\n"
	"  -t, --table TABLE     this table, default all; may be given several times\n"
	"  -o, --output DIR      one file TABLE.csv for each, default standard output\n"
	"  --figures             figures of validity, dh, keys, stores, store-dates:\n"
	"                        DIR/FIGURE.SOURCE.UNIT.svg, by gnuplot from a .gp\n"
	"  --pretty              to read on a terminal: protocols across, percentages,\n"
	"                        what is zero for all named below\n"
	"  --unit UNIT           only lines of probe, host, target, connection, server,\n"
	"                        client, certificate or certificate-ever\n"
	"  --by COLUMN,...       group by columns, time:day, time:week, time:month too\n"
	"  --rescans WHICH       what stands for a host in a scan: its last (default) or\n"
	"                        first established observation; each: all of them\n"
	"  --servers any         a server counts in each value, not in its most frequent\n"
	"  --rows TABLE:CELL     rows behind a number. CELL: its key fields, and then\n"
	"                        the column, as versions:active/smtp/host/TLSv1.2\n"
	"  --list                the tables\n"
	"  --threads N           threads that read rows, by default one a processor\n"
	"  -q, --quiet  --help  --version\n"
	"Exit status: 0 done; 2 usage, unusable input (a wanted column is absent), failed\n"
	"write.\n";

enum { MAX_TABLES = 64 };
struct options {
	const struct tw_table *table[MAX_TABLES];
	int ntables;
	const char *dir, *cell, *rows;
	bool pretty, figures, all; /* all: no table was named */
	unsigned threads; /* 0: one a processor */
	struct tw_report_options report;
};

static int list(void)
{
	for (const struct tw_table *const *t = tw_tables; *t; t++)
		if (printf("%-12s %s%s\n", tw_table_id(*t), tw_table_help(*t), tw_report_has_figure(*t) ? " (figure)" : "") < 0)
			return cli_flush(false);
	return cli_flush(true);
}

static int write_table(const struct options *o, const struct tw_report *r, const struct tw_table *t)
{
	struct tw_buf text = { 0 }, path = { 0 };
	struct tw_output out;

	if (!o->dir && o->ntables > 1)
		tw_buf_addf(&text, "# %s: %s\n", tw_table_id(t), tw_table_help(t));
	if (o->pretty)
		tw_report_pretty(r, t, &text);
	else
		tw_report_table(r, t, &text);
	if (!o->dir && o->ntables > 1)
		tw_buf_addc(&text, '\n');
	tw_buf_addf(&path, "%s/%s.%s", o->dir ? o->dir : "", tw_table_id(t), o->pretty ? "txt" : "csv");
	tw_buf_addc(&path, '\0');
	int err = tw_output_open(&out, o->dir ? (const char *)path.p : NULL);
	if (err == 0) {
		err = tw_output_put(&out, &text);
		err = tw_output_close(&out, err == 0);
	}
	tw_buf_free(&text);
	tw_buf_free(&path);
	return err;
}

/* Is the table to be written? */
static bool wanted(const struct options *o, const struct tw_report *r, int i)
{
	return !o->all || !tw_report_beside(r, o->table[i]);
}

/* Could the rows serve all that is to be written? */
static int can(const struct options *o, const struct tw_report *r)
{
	int err = 0;

	for (int i = 0; i < o->ntables && err == 0; i++) {
		if (wanted(o, r, i))
			err = tw_report_can(r, o->table[i]);
		if (err == 0 && o->figures && wanted(o, r, i))
			err = tw_report_can_draw(r, o->table[i]);
	}
	return err;
}

static int write_all(const struct options *o, const struct tw_report *r)
{
	int err = 0;

	if (o->dir && mkdir(o->dir, 0777) && errno != EEXIST) {
		tw_error("%s: %s", o->dir, strerror(errno));
		return -1;
	}
	for (int i = 0; i < o->ntables && err == 0; i++) {
		if (wanted(o, r, i))
			err = write_table(o, r, o->table[i]);
		if (err == 0 && o->figures && wanted(o, r, i))
			err = tw_report_figures(r, o->table[i], o->dir);
	}
	return err;
}

static int run(const struct options *o)
{
	if (o->figures && tw_gnuplot_find())
		return 2;
	struct tw_report *r = tw_report_new(&o->report);
	struct tw_stage *stage = tw_report_stage(r);
	int err = tw_filter_run(&stage, 1, o->rows, NULL, o->threads);

	if (err == 0)
		err = can(o, r);
	if (err == 0)
		tw_report_count(r);
	if (err == 0 && o->cell) {
		err = tw_report_rows(r, o->table[0], o->cell, stdout);
		stage = tw_report_rows_stage(r);
		if (err == 0)
			err = tw_filter_run(&stage, 1, o->rows, NULL, o->threads);
		if (err == 0)
			err = cli_flush(true);
	} else if (err == 0)
		err = write_all(o, r);
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

static int rescans(struct options *o, const char *v)
{
	static const char *const names[] = { "last", "first", "each" };

	for (int i = 0; i < 3; i++)
		if (strcmp(v, names[i]) == 0) {
			o->report.rescans = (enum tw_rescans)i;
			return -1;
		}
	return cli_usage("--rescans is last, first or each");
}

static int unit(struct options *o, const char *v)
{
	enum tw_unit u = tw_unit_find(v);

	if (u == TW_UNIT_N)
		return cli_usage("no such unit; --help names them");
	o->report.units |= 1u << u;
	return -1;
}

/* v stays: it is of argv. */
static int by(struct options *o, char *v)
{
	for (char *save = NULL, *w = strtok_r(v, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		for (uint32_t i = 0; i < o->report.nby; i++)
			if (strcmp(o->report.by[i], w) == 0)
				return cli_usage("--by names a column twice");
		if (strcmp(w, "source") == 0 || strcmp(w, "protocol") == 0)
			return cli_usage("every table is by source and protocol already");
		if (o->report.nby == TW_REPORT_BY)
			return cli_usage("--by takes eight columns at most");
		o->report.by[o->report.nby++] = w;
	}
	return o->report.nby ? -1 : cli_usage("--by wants names of columns");
}

/* --figures: can there be any? -1, or the exit status. */
static int figures(const struct options *o)
{
	bool any = o->ntables == 0;

	if (o->cell || !o->dir)
		return cli_usage("--figures wants -o DIR, and no --rows");
	if (o->report.servers_any)
		return cli_usage("--figures: what --servers any counts exceeds 100 %% and makes no shares to draw");
	for (int i = 0; i < o->ntables; i++)
		any |= tw_report_has_figure(o->table[i]);
	return any ? -1 : cli_usage("--figures: none of these tables has one; --list says which have");
}

enum { PRETTY = 256, FIGURES, UNIT, BY, SERVERS, RESCANS, ROWS, LIST, THREADS, SHOW_HELP, SHOW_VERSION };

static int value(struct options *o, int c, char *v)
{
	uint64_t n;

	switch (c) {
	case 't': return table(o, v, strlen(v));
	case 'o': o->dir = strcmp(v, "-") ? v : NULL; return -1;
	case PRETTY: o->pretty = true; return -1;
	case FIGURES: o->figures = true; return -1;
	case UNIT: return unit(o, v);
	case BY: return by(o, v);
	case SERVERS:
		o->report.servers_any = true;
		return strcmp(v, "any") == 0 ? -1 : cli_usage("--servers takes the word any");
	case RESCANS: return rescans(o, v);
	case ROWS:
		n = strcspn(v, ":");
		if (!v[n])
			return cli_usage("--rows wants TABLE:CELL");
		o->cell = v + n + 1;
		o->ntables = 0;
		return table(o, v, n);
	case LIST: return list();
	case THREADS:
		return cli_threads(v, &o->threads) ? -1 : cli_usage("--threads wants a number from 1 to 1024");
	case SHOW_HELP: return cli_say(help);
	default: return cli_version();
	}
}

int main(int argc, char **argv)
{
	static const struct option longs[] = { { "table", 1, 0, 't' }, { "output", 1, 0, 'o' }, { "pretty", 0, 0, PRETTY },
		{ "figures", 0, 0, FIGURES }, { "unit", 1, 0, UNIT }, { "by", 1, 0, BY }, { "servers", 1, 0, SERVERS },
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
		return cli_usage("--rows wants no -t, and ROWS as a file, not a pipe: it is read twice");
	if (o.cell && (o.dir || o.pretty || o.report.units))
		return cli_usage("--rows prints rows: -o, --pretty and --unit say nothing to it");
	if (o.figures)
		status = figures(&o);
	if (status >= 0)
		return status;
	o.all = !o.ntables;
	if (o.all)
		while (tw_tables[o.ntables]) {
			o.table[o.ntables] = tw_tables[o.ntables];
			o.ntables++;
		}
	return run(&o);
}
