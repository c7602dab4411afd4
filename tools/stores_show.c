/* tw-stores show: the rows of a store. */
#include "cli.h"
#include "stores.h"

static const char help[] =
	"usage: tw-stores show [OPTION]... S\n"
	"\n"
	"Prints what a store says as the CSV of a snapshot. S is NAME@DATE: the installed\n"
	"snapshot in force then; NAME: the newest; or a file or folder of any kind that\n"
	"import reads, a snapshot's CSV among them.\n"
	"\n"
	"  --at TIME           the snapshot in force then, of a NAME without a date\n"
	"  --certs PATH        certificates that a file only names: a file or a folder\n"
	"  --strict            what is wrong in S ends the run\n"
	"  -o, --output FILE   write there, default standard output\n"
	"  --threads N         taken as by every tool; this one works in one thread\n"
	"  -q, --quiet  --help\n"
	"\n"
	"Exit status: 0 done; 2 usage, unreadable or unusable input, failed write.\n";

static int run(int argc, char **argv)
{
	struct stores_options o;
	struct stores_world w = { 0 };
	struct stores_store s;
	struct tw_buf b = { 0 };
	int status = stores_options(&o, argc, argv, help, STORES_AT | STORES_CERTS | STORES_STRICT);

	if (status >= 0)
		return status;
	if (o.n != 1)
		return cli_usage("show takes one S: a store or a file");
	status = 2;
	if (stores_open(&w, &o, o.v[0], &s) == 0) {
		tw_snapshot_csv(&s.s, &w.pool.certs, &b);
		status = stores_write(&o, &b);
	}
	if (!status)
		tw_note("%s%s%s: rows %u warnings %llu", s.name, *s.date ? " of " : "", s.date, s.s.n, (unsigned long long)s.warnings);
	stores_close(&s);
	stores_end(&w);
	return status;
}

const struct stores_verb stores_show = { .name = "show", .help = "a store's rows", .run = run };
