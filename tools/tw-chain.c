/* tw-chain: appends verdicts to observations. */
#include "base/filter.h"
#include "chain/stage.h"

#include <config.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: tw-chain --certs FILE --store [NAME=]SPEC... [options] [ROWS]\n"
	"Judges the chain of each row (CSV with the columns time and chain) at the\n"
	"row's time, and appends chain_id, leaf_time, order, name_match, name_cause, and\n"
	"for each store S verdict.S and reason.S.\n"
	"\n"
	"  --certs FILE           the certificates (certs.der)\n"
	"  --store [NAME=]SPEC    PEM or DER file, folder of such, or mozilla; repeatable\n"
	"  --pool P               presented (default); all: judge a second time with every\n"
	"                         certificate of --certs; or a file of intermediates\n"
	"  --witness FILE         certificates that only explain missing_intermediate\n"
	"                         (default: those of --certs, unless ROWS is a pipe)\n"
	"  --show COLUMNS         of path,culprit,window,ever,fetched, for each store\n"
	"  -o FILE                write there, default standard output\n"
	"  -q                     errors only\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 done, 2 usage, unusable input, or a failed write.\n";

static int bad_usage(void)
{
	fputs("try: tw-chain --help\n", stderr);
	return 2;
}

/* -1: go on; else the exit status. */
static int parse(struct tw_chain_options *o, char **store, const char **rows, const char **out, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "certs", 1, 0, 'c' }, { "store", 1, 0, 's' }, { "pool", 1, 0, 'p' }, { "witness", 1, 0, 'w' },
		{ "show", 1, 0, 'S' }, { "help", 0, 0, 'h' }, { "version", 0, 0, 'V' }, { 0, 0, 0, 0 }
	};
	bool quiet = false;

	for (int c; (c = getopt_long(argc, argv, "o:q", longs, NULL)) != -1;) {
		switch (c) {
		case 'c': o->certs = optarg; break;
		case 's': store[o->nstore++] = optarg; break;
		case 'p': o->pool = optarg; break;
		case 'w': o->witness = optarg; break;
		case 'o': *out = optarg; break;
		case 'q': quiet = true; break;
		case 'S':
			if (tw_chain_show(optarg, &o->show) < 0)
				return bad_usage();
			break;
		case 'h': return fputs(usage, stdout) < 0 || fflush(stdout) ? 2 : 0;
		case 'V': return printf("tw-chain %s\n", PACKAGE_VERSION) < 0 || fflush(stdout) ? 2 : 0;
		default: return bad_usage();
		}
	}
	tw_msg_setup("tw-chain", quiet);
	if (!o->certs || !o->nstore || argc - optind > 1) {
		tw_error(!o->certs ? "--certs is missing" : !o->nstore ? "--store is missing" : "one ROWS is wanted");
		return bad_usage();
	}
	*rows = optind < argc ? argv[optind] : "-";
	if (!o->witness && strcmp(*rows, "-") != 0)
		o->witness = "all";
	return -1;
}

static int run(const struct tw_chain_options *o, const char *rows, const char *out)
{
	struct tw_stage *stage = tw_chain_stage(o);
	FILE *f = out ? NULL : stdout;
	struct tw_buf part = { 0, 0, 0 };
	int err = !stage;

	if (!err && out) {
		tw_buf_addf(&part, "%s.part", out);
		tw_buf_addc(&part, 0);
		f = fopen((char *)part.p, "wb");
	}
	if (!err && !f) {
		tw_error("%s: %s", out, strerror(errno));
		err = 1;
	}
	if (!err)
		err = tw_filter_run(&stage, 1, rows, f) < 0;
	if (f && out) {
		if (fclose(f) != 0 && !err) {
			tw_error("%s: %s", out, strerror(errno));
			err = 1;
		}
		if (!err && rename((char *)part.p, out) != 0) {
			tw_error("%s: %s", out, strerror(errno));
			err = 1;
		}
	}
	if (stage)
		tw_chain_stage_free(stage);
	tw_buf_free(&part);
	return err ? 2 : 0;
}

int main(int argc, char **argv)
{
	char **store = tw_alloc((size_t)argc * sizeof *store);
	struct tw_chain_options o = { .store = store };
	const char *rows = "-", *out = NULL;

	tw_msg_setup("tw-chain", false);
	int status = parse(&o, store, &rows, &out, argc, argv);
	if (status < 0)
		status = run(&o, rows, out);
	free(store);
	return status;
}
