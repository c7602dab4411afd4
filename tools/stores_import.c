/* tw-stores import: a vendor's file to a snapshot's CSV. */
#include "base/output.h"
#include "cli.h"
#include "stores.h"
#include "trust/import.h"

#include <getopt.h>

static const char help[] =
	"usage: tw-stores import [OPTION]... FILE\n"
	"\n"
	"Prints what a vendor's root store says as the CSV of a snapshot: a row for each\n"
	"certificate. FILE is recognised by content, unpacked if it is gzip, zstd or xz.\n"
	"\n"
	"  -f, --format KIND   FILE is of this kind; --list names them\n"
	"  --certs PATH        certificates that FILE only names: a file or a folder\n"
	"  --pool FILE         add the certificates of the snapshot to this PEM file\n"
	"  --date TIME         the day of the snapshot: what had expired then is told\n"
	"  --password WORD     of a keystore, default none and changeit\n"
	"  --strict            what is wrong in FILE ends the run\n"
	"  -o, --output FILE   write there, default standard output\n"
	"  --list              the kinds of FILE\n"
	"  --threads N         taken as by every tool; this one works in one thread\n"
	"  -q, --quiet  --help\n"
	"\n"
	"Exit status: 0 done; 2 usage, unreadable or unusable input, failed write.\n";

struct options {
	const char *file, *certs, *pool, *password, *output;
	const struct tw_importer *as;
	int64_t date;
	bool strict;
};

static int list(void)
{
	struct tw_buf b = { 0 };

	for (const struct tw_importer *const *i = tw_importers; *i; i++)
		tw_buf_addf(&b, "%-12s %s\n", (*i)->name, (*i)->help);
	tw_buf_addc(&b, 0);
	int status = cli_say((const char *)b.p);
	tw_buf_free(&b);
	return status;
}

static int write_out(const struct options *o, const struct tw_snapshot *s, const struct tw_certs *certs)
{
	struct tw_buf b = { 0 };
	struct tw_output out;

	if (o->pool && tw_pool_add(o->pool, certs, NULL) < 0)
		return -1;
	tw_snapshot_csv(s, certs, &b);
	int err = tw_output_open(&out, o->output);
	if (err == 0) {
		err = tw_output_put(&out, &b);
		err = tw_output_close(&out, err == 0);
	}
	tw_buf_free(&b);
	return err;
}

static int import(const struct options *o)
{
	struct tw_pool pool = { 0 };
	struct tw_certs certs = { 0 };
	struct tw_snapshot s = { 0 };
	struct tw_import im = { .path = o->file, .password = o->password, .date = o->date, .out = &s, .certs = &certs };
	int err = o->certs ? tw_pool_open(&pool, o->certs) : 0;

	im.pool = o->certs ? &pool : NULL;
	err = err ? err : tw_import(&im, o->as);
	if (err == 0 && o->strict && im.warnings) {
		tw_error("%s: %llu things wrong in it, and --strict", o->file, (unsigned long long)im.warnings);
		err = -1;
	}
	if (err == 0)
		err = write_out(o, &s, &certs);
	if (err == 0) {
		uint32_t trusted = 0;
		for (uint32_t i = 0; i < s.n; i++)
			trusted += s.v[i].kind == TW_ROW_ANCHOR && s.v[i].purposes & TW_TRUST_SERVER;
		tw_note("rows %u certificates %u tls_trusted %u warnings %llu kind %s distrust_dates %s", s.n, certs.n, trusted,
			(unsigned long long)im.warnings, im.kind->name, im.kind->dates ? "yes" : "no");
	}
	tw_snapshot_free(&s);
	tw_certs_close(&certs);
	tw_pool_free(&pool);
	return err ? 2 : 0;
}

enum { CERTS = 256, POOL, DATE, PASSWORD, STRICT, LIST, THREADS, HELP };

static int value(struct options *o, int c)
{
	switch (c) {
	case 'f':
		o->as = tw_importer_find(optarg);
		return o->as ? -1 : cli_usage("--format %s: there is no such kind; --list names them", optarg);
	case 'o': o->output = optarg; return -1;
	case CERTS: o->certs = optarg; return -1;
	case POOL: o->pool = optarg; return -1;
	case PASSWORD: o->password = optarg; return -1;
	case STRICT: o->strict = true; return -1;
	case DATE:
		return tw_time_parse(tw_str(optarg), &o->date) ? -1 : cli_usage("--date %s is not RFC 3339", optarg);
	case LIST: return list();
	case THREADS: return cli_threads(optarg, NULL) ? -1 : cli_usage("--threads wants a number from 1 to 1024");
	default: return cli_say(help);
	}
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "format", 1, 0, 'f' }, { "certs", 1, 0, CERTS }, { "pool", 1, 0, POOL },
		{ "date", 1, 0, DATE }, { "password", 1, 0, PASSWORD }, { "strict", 0, 0, STRICT }, { "output", 1, 0, 'o' },
		{ "list", 0, 0, LIST }, { "threads", 1, 0, THREADS },
		{ "quiet", 0, 0, 'q' }, { "help", 0, 0, HELP }, { 0, 0, 0, 0 } };
	struct options o = { .date = TW_TIME_MAX };
	bool quiet = false;
	int status = -1;

	for (int c; status < 0 && (c = getopt_long(argc, argv, ":f:o:q", options, NULL)) != -1;) {
		if (c == 'q')
			quiet = true;
		else
			status = c == '?' || c == ':' ? cli_bad_option(c, argv) : value(&o, c);
	}
	cli_start("tw-stores", quiet);
	if (status >= 0)
		return status;
	if (argc - optind != 1)
		return cli_usage("import takes one FILE");
	o.file = argv[optind];
	return import(&o);
}

const struct stores_verb stores_import = { .name = "import", .help = "a vendor's file to the CSV of a snapshot", .run = run };
