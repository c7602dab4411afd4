/* tw-chain: appends verdicts to observations. */
#include "base/filter.h"
#include "chain/stage.h"
#include "cli.h"
#include "trust/dates.h"

#include <config.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"usage: tw-chain --certs FILE --store [NAME=]SPEC... [options] [ROWS]\n"
	"Appends to rows (CSV that has time and chain) chain_id, leaf_time, order,\n"
	"name_match, name_cause, and for each store S verdict.S, reason.S at that time.\n"
	"\n"
	"  --certs FILE           the certificates (certs.der)\n"
	"  --follow               FILE is still being written, rows come from its writer\n"
	"  --store [NAME=]SPEC    mozilla (as of the row's time), mozilla@DATE, a file or\n"
	"                         folder of certificates or snapshots; repeatable\n"
	"  --store-nearest        rows before a store's first snapshot are judged by it\n"
	"  --dates FROM/TO/EVERY  the store as of each date, 2015-01-01/2024-01-01/P6M\n"
	"  --pool P               judge a second time, with all of --certs or a file's\n"
	"  --witness FILE         certificates that only explain missing_intermediate\n"
	"                         (default: those of --certs if ROWS is a file)\n"
	"  --profile P            rfc5280 (default), webpki or 2015: which rules hold\n"
	"  --purpose P            server (default), client or any\n"
	"  --client-chain         judge the column client_chain too, as clients' chains\n"
	"  --crl FILE             CRLs (PEM, DER, a folder), OneCRL or CRLSet; repeatable\n"
	"  --revocation R         known (default): what a list names is revoked;\n"
	"                         require: and each certificate needs a CRL in force\n"
	"  --show COLUMNS         path,culprit,window,ever,fetched,snapshot,facts,roots\n"
	"  -o, --output FILE      write there, default standard output\n"
	"  --threads N            threads that work on rows, by default one a processor\n"
	"  --stats  -q, --quiet  --help  --version\n"
	"Exit status: 0 done, 2 usage, unusable input, or a failed write.\n";

/* What a pipe can't have: all certificates before the first row. */
static int follows(const struct tw_chain_options *o, const char *rows)
{
	const char *const sets[][2] = { { "--pool", o->pool }, { "--witness", o->witness } };

	for (int i = 0; i < 2; i++)
		if (sets[i][1] && (!strcmp(sets[i][1], "all") || !strcmp(sets[i][1], o->certs)))
			return cli_usage("%s %s wants every certificate before the first row, and with --follow they "
				"are still to come; leave one of the two out", sets[i][0], sets[i][1]);
	if (o->client)
		return cli_usage("--client-chain and --follow: no column says whose certificates are still to come");
	return cli_follow(o->certs, rows);
}

/* -1: go on; else the exit status. */
static int parse(struct tw_chain_options *o, char **store, char **crl, const char **dates, const char **show, const char **rows, const char **out, int argc,
    char **argv)
{
	static const struct option longs[] = {
		{ "certs", 1, 0, 'c' }, { "store", 1, 0, 's' }, { "store-nearest", 0, 0, 'n' }, { "dates", 1, 0, 'd' }, { "pool", 1, 0, 'p' }, { "witness", 1, 0, 'w' },
		{ "show", 1, 0, 'S' }, { "profile", 1, 0, 'P' }, { "purpose", 1, 0, 'u' }, { "stats", 0, 0, 'z' },
		{ "client-chain", 0, 0, 'l' },
		{ "crl", 1, 0, 'C' }, { "revocation", 1, 0, 'R' }, { "output", 1, 0, 'o' }, { "quiet", 0, 0, 'q' },
		{ "threads", 1, 0, 't' }, { "follow", 0, 0, 'f' }, { "help", 0, 0, 'h' }, { "version", 0, 0, 'V' }, { 0, 0, 0, 0 }
	};
	bool quiet = false;

	for (int c; (c = getopt_long(argc, argv, ":o:q", longs, NULL)) != -1;) {
		switch (c) {
		case 'c': o->certs = optarg; break;
		case 's': store[o->nstore++] = optarg; break;
		case 'n': o->nearest = true; break;
		case 'd': *dates = optarg; break;
		case 'p': o->pool = optarg; break;
		case 'w': o->witness = optarg; break;
		case 'o': *out = optarg; break;
		case 'q': quiet = true; break;
		case 'S':
			if (tw_chain_show(optarg, &o->show) < 0)
				return 2;
			*show = optarg;
			break;
		case 'P':
			if (!(o->profile = tw_profile_find(optarg)))
				return cli_usage("--profile %s: " tw_profile_names, optarg);
			break;
		case 'u':
			if (!tw_purpose_find(optarg, &o->purpose))
				return cli_usage("--purpose %s: server, client or any", optarg);
			break;
		case 'C': crl[o->ncrl++] = optarg; break;
		case 'R':
			if (!cli_revocation(optarg, &o->require))
				return cli_usage("--revocation %s: known or require", optarg);
			break;
		case 'z': o->stats = true; break;
		case 'f': o->follow = true; break;
		case 'l': o->client = true; break;
		case 't':
			if (!cli_threads(optarg, &o->threads))
				return cli_usage("--threads wants a number from 1 to 1024");
			break;
		case 'h': return cli_say(help);
		case 'V': return cli_version();
		default: return cli_bad_option(c, argv);
		}
	}
	cli_start("tw-chain", quiet);
	if (!o->certs || !o->nstore)
		return cli_usage("%s is missing", o->certs ? "--store" : "--certs");
	if (argc - optind > 1)
		return cli_usage("one ROWS is wanted");
	*rows = optind < argc ? argv[optind] : "-";
	if (o->follow) {
		o->threads = 1; /* certificates come while rows are looked at */
		return follows(o, *rows);
	}
	if (!o->witness && strcmp(*rows, "-") != 0)
		o->witness = "all";
	return -1;
}

/* Made for -o FILE only. */
static int provenance(const struct tw_chain_options *o, const char *show, struct tw_provenance *p)
{
	tw_provenance_begin(p, "tw-chain", PACKAGE_VERSION);
	tw_provenance_text(p, "pool", tw_str(o->pool ? o->pool : "presented"));
	tw_provenance_text(p, "witness", tw_str(o->witness ? o->witness : ""));
	tw_provenance_text(p, "profile", tw_str(o->profile ? o->profile->name : tw_profile_rfc5280.name));
	tw_provenance_text(p, "purpose", tw_str(tw_purpose_name(o->purpose)));
	if (o->client)
		tw_provenance_text(p, "client_chain", tw_str("yes"));
	tw_provenance_text(p, "revocation", tw_str(o->require ? "require" : "known"));
	tw_provenance_text(p, "store_nearest", tw_str(o->nearest ? "yes" : "no"));
	tw_provenance_text(p, "show", tw_str(show));
	for (int i = 0; i < o->ncrl; i++)
		if (tw_provenance_file(p, o->crl[i], "crl"))
			return -1;
	if (!o->follow && tw_provenance_file(p, o->certs, "certs"))
		return -1;
	if (o->pool && strcmp(o->pool, "all") && strcmp(o->pool, "presented") && tw_provenance_file(p, o->pool, "pool"))
		return -1;
	return o->witness && strcmp(o->witness, "all") ? tw_provenance_file(p, o->witness, "witness") : 0;
}

static int run(const struct tw_chain_options *o, const char *show, const char *rows, const char *out)
{
	struct tw_stage *stage[2] = { tw_chain_stage(o) };
	struct tw_provenance p = { 0 };
	int err = stage[0] ? 0 : -1, n = 1;

	if (err == 0 && o->client)
		stage[n++] = tw_chain_stage_client(stage[0]);

	if (err == 0 && out && strcmp(out, "-"))
		err = provenance(o, show, &p);
	if (err == 0)
		err = tw_filter_file(stage, n, rows, out, o->threads, &p);
	if (err == 0 && o->stats) {
		struct tw_buf b = { 0 };
		for (int i = 0; i < n; i++)
			tw_chain_stats(stage[i], &b);
		err = fwrite(b.p, 1, b.n, stderr) == b.n ? 0 : -1;
		tw_buf_free(&b);
	}
	tw_provenance_free(&p);
	while (stage[0] && n)
		tw_chain_stage_free(stage[--n]);
	return err ? 2 : 0;
}

int main(int argc, char **argv)
{
	char **store = tw_alloc((size_t)argc * sizeof *store);
	char **crl = tw_alloc((size_t)argc * sizeof *crl);
	struct tw_chain_options o = { .store = store, .crl = crl };
	const char *show = "", *rows = "-", *out = NULL, *dates = NULL;
	char **dated = NULL;

	cli_start("tw-chain", false);
	int status = parse(&o, store, crl, &dates, &show, &rows, &out, argc, argv);
	if (status < 0 && dates) {
		status = tw_dates_stores(dates, store, o.nstore, o.nearest, &dated, &o.nstore) < 0 ? 2 : -1;
		o.store = dated;
	}
	if (status < 0)
		status = run(&o, show, rows, out);
	tw_dates_free(dated, dated ? o.nstore : 0);
	free(store);
	free(crl);
	return status;
}
