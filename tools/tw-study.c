/* tw-study: the whole way from dumps to tables, into one directory. */
#include "base/filter.h"
#include "base/progress.h"
#include "base/output.h"
#include "chain/stage.h"
#include "cli.h"
#include "crypto/classify.h"
#include "dump/ingest.h"
#include "report/report.h"
#include "trust/dates.h"

#include <config.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char help[] =
	"usage: tw-study [--store [NAME=]SPEC]... [options] STUDY DUMP...\n"
	"Reads the dumps, judges the chains, classifies, and writes into the directory\n"
	"STUDY (made if absent): observations.csv, certs.der, certificates.csv,\n"
	"rejects.csv, classified.csv (the rows with verdicts and classes), judgements.csv\n"
	"(each distinct chain over time), report/TABLE.csv and study.provenance.json.\n"
	"Chains are judged with what each server sent, and again with the pool of all\n"
	"certificates. Print a table: tw-report --pretty -t validity STUDY/classified.csv\n"
	"  --store [NAME=]SPEC  mozilla (default; as of each row's time), mozilla@DATE,\n"
	"                       a file, folder of certificates or snapshots; repeatable\n"
	"  --store-nearest      rows before a store's first snapshot are judged by it\n"
	"  --dates FROM/TO/EVERY  the store as of each date, 2015-01-01/2024-01-01/P6M\n"
	"  --client-chain       judge the certificates that clients sent too, of captures\n"
	"  --profile P          rfc5280 (default), webpki or 2015: the rules for chains\n"
	"  --crl FILE           CRLs (PEM, DER, a folder), OneCRL or CRLSet; repeatable\n"
	"  --revocation R       known (default) or require: a CRL in force for each\n"
	"  --figures            by gnuplot, beside the tables: see tw-report\n"
	"  --scan NAME          the column scan: the campaign\n"
	"  --clients C          client addresses: keep (default), drop, or hash:KEYFILE,\n"
	"                       a hash with the file's secret instead\n"
	"  --at TIME            RFC 3339, where a dump has no time\n"
	"  --time-from-name     the same, from the date in each file's name\n"
	"  --threads N          threads that work, by default one a processor\n"
	"  -q, --quiet  --help  --version\n"
	"Exit status: 0 done, 2 usage, unreadable or unusable input, failed write.\n";

struct study {
	struct tw_ingest_options options;
	struct tw_clients *clients;
	struct tw_buf at;
	char **store, **crl;
	int nstore, ncrl;
	bool require, client;
	const char *dir, *dates;
	char **dated; /* stores on dates, or NULL */
	struct tw_buf names[8]; /* paths handed out by in() */
	int nnames;
	const struct tw_profile *profile;
	bool nearest, figures, quiet;
	struct tw_provenance provenance; /* the stores' part comes last */
};

/* The path of a file in the study; lives as long as s. */
static const char *in(struct study *s, const char *name)
{
	struct tw_buf *b = &s->names[s->nnames++];
	tw_buf_addf(b, "%s/%s", s->dir, name);
	tw_buf_addc(b, '\0');
	return (const char *)b->p;
}

static int provenance(struct study *s, const struct tw_ingest *g, const struct tw_counts *n)
{
	struct tw_provenance *p = &s->provenance;
	int err = 0;

	tw_provenance_begin(p, "tw-study", PACKAGE_VERSION);
	tw_provenance_text(p, "scan", s->options.scan);
	tw_provenance_text(p, "at", s->options.at);
	tw_provenance_text(p, "time_from_name", tw_str(s->options.time_from_name ? "yes" : "no"));
	tw_clients_provenance(s->clients, p);
	tw_provenance_text(p, "profile", tw_str(s->profile ? s->profile->name : tw_profile_rfc5280.name));
	if (s->client)
		tw_provenance_text(p, "client_chain", tw_str("yes"));
	tw_provenance_text(p, "revocation", tw_str(s->require ? "require" : "known"));
	tw_provenance_text(p, "store_nearest", tw_str(s->nearest ? "yes" : "no"));
	for (int i = 0; i < s->ncrl && err == 0; i++)
		err = tw_provenance_file(p, s->crl[i], "crl");
	tw_provenance_number(p, "observations", n->observations);
	tw_provenance_number(p, "certificates", n->certificates);
	tw_ingest_inputs(g, p);
	return err;
}

/* Dumps to observations.csv, certs.der, rejects.csv. 1: some input was unusable. */
static int ingest(struct study *s, char **dumps, int n)
{
	static const char *const names[] = { "observations.csv", "certs.der", "rejects.csv" };
	struct tw_output o[3] = { 0 };
	struct tw_ingest *g = NULL;
	struct tw_counts c;
	int err = 0, bad = 0;

	s->options.digests = true;
	for (int i = 0; i < 3 && err == 0; i++)
		err = tw_output_open(&o[i], in(s, names[i]));
	if (err == 0 && !(g = tw_ingest_new(&s->options, &o[0], &o[1], &o[2])))
		err = -1;
	tw_progress_begin((const char *const *)dumps, n);
	for (int i = 0; i < n && err >= 0; i++) {
		err = tw_ingest_read(g, dumps[i]);
		bad |= err != 0;
	}
	if (g && err >= 0)
		err = tw_ingest_end(g, &c);
	if (err >= 0)
		err = provenance(s, g, &c);
	bool whole = err >= 0;
	for (int i = 2; i >= 0; i--)
		if (tw_output_close(&o[i], whole))
			err = -1;
	if (err >= 0 && !s->quiet)
		fprintf(stderr, "records %llu used %llu context %llu rejected %llu observations %llu certificates %llu\n",
		    (unsigned long long)c.records, (unsigned long long)c.used, (unsigned long long)c.context,
		    (unsigned long long)c.rejected, (unsigned long long)c.observations, (unsigned long long)c.certificates);
	if (g)
		tw_ingest_free(g);
	return err < 0 ? -1 : bad;
}

static int certificates(struct study *s, const struct tw_certs *certs)
{
	struct tw_output o;
	struct tw_buf b = { 0 };
	int err = tw_output_open(&o, in(s, "certificates.csv"));

	if (err)
		return err;
	tw_cert_csv_header(&b);
	for (uint32_t i = 0; i < certs->n && err == 0; i++) {
		tw_cert_csv(&b, &certs->v[i]);
		if (b.n > 1u << 20)
			err = tw_output_put(&o, &b);
	}
	if (err == 0)
		err = tw_output_put(&o, &b);
	err = tw_output_close(&o, err == 0);
	tw_buf_free(&b);
	return err;
}

static int tables(struct study *s, struct tw_report *r)
{
	struct tw_buf text = { 0 }, path = { 0 };
	struct tw_output o;
	const char *dir = in(s, "report");
	int err = mkdir(dir, 0777) && errno != EEXIST ? -1 : 0;

	if (err)
		tw_error("%s: %s", dir, strerror(errno));
	tw_report_count(r);
	for (const struct tw_table *const *t = tw_tables; *t && err == 0; t++) {
		if (tw_report_beside(r, *t))
			continue;
		path.n = 0;
		tw_buf_addf(&path, "%s/%s.csv", dir, tw_table_id(*t));
		tw_buf_addc(&path, '\0');
		err = tw_report_can(r, *t);
		if (err == 0)
			err = tw_output_open(&o, (const char *)path.p);
		if (err)
			break;
		tw_report_table(r, *t, &text);
		err = tw_output_put(&o, &text);
		err = tw_output_close(&o, err == 0);
		if (err == 0 && s->figures)
			err = tw_report_figures(r, *t, dir);
	}
	tw_buf_free(&text);
	tw_buf_free(&path);
	return err;
}

/* observations.csv to classified.csv, judgements.csv and tables, in one pass;
 * then what they came of. */
static int judge(struct study *s, struct tw_stage *chain, struct tw_stage *client, struct tw_stage *classify,
    struct tw_report *report)
{
	struct tw_stage *stages[4];
	struct tw_output o;
	int n = 0;

	stages[n++] = chain;
	if (client)
		stages[n++] = client;
	stages[n++] = classify;
	stages[n++] = tw_report_stage(report);
	int err = tw_output_open(&o, in(s, "classified.csv"));

	if (err == 0) {
		err = tw_filter_run(stages, n, (const char *)s->names[0].p, o.f, s->options.threads);
		err = err ? err : tw_chain_spoken(chain);
		err = tw_output_close(&o, err == 0);
	}
	if (err == 0)
		err = tw_output_open(&o, in(s, "judgements.csv"));
	if (err == 0) {
		err = tw_chain_judgements(chain, o.f);
		err = tw_output_close(&o, err == 0);
	}
	err = err ? err : tables(s, report);
	if (err)
		return err;
	tw_chain_provenance(chain, &s->provenance);
	return tw_provenance_write(&s->provenance, in(s, "study.provenance.json"), false);
}

static int analyse(struct study *s)
{
	uint32_t several = s->nstore > 1 ? TW_SHOW_CULPRIT | TW_SHOW_ROOTS : 0;
	struct tw_chain_options options = { .certs = (const char *)s->names[1].p, .store = s->dated ? s->dated : s->store,
		.nstore = s->nstore, .nearest = s->nearest, .pool = "all", .witness = "all", .show = TW_SHOW_EVER | several,
		.judgements = true, .profile = s->profile, .crl = s->crl, .ncrl = s->ncrl, .require = s->require, .client = s->client,
		.threads = s->options.threads };
	struct tw_certs certs = { 0 };

	if (tw_certs_open(&certs, options.certs))
		return -1;
	struct tw_facts *facts = tw_facts_new(&certs);
	struct tw_stage *classify = tw_classify_stage(facts), *chain = tw_chain_stage(&options);
	struct tw_stage *client = chain && s->client ? tw_chain_stage_client(chain) : NULL;
	struct tw_report *report = tw_report_new(&(struct tw_report_options){ .rescans = TW_RESCANS_LAST });
	int err = certificates(s, &certs);
	if (err == 0)
		err = chain && (client || !s->client) ? judge(s, chain, client, classify, report) : -1;
	if (client)
		tw_chain_stage_free(client);
	if (chain)
		tw_chain_stage_free(chain);
	tw_classify_stage_free(classify);
	tw_report_free(report);
	tw_facts_free(facts);
	tw_certs_close(&certs);
	return err;
}

static int run(struct study *s, char **dumps, int n)
{
	if (cli_inputs(dumps, n) || (s->figures && tw_gnuplot_find()))
		return 2;
	if (mkdir(s->dir, 0777) && errno != EEXIST) {
		tw_error("%s: %s", s->dir, strerror(errno));
		return 2;
	}
	if (s->dates) {
		if (tw_dates_stores(s->dates, s->store, s->nstore, s->nearest, &s->dated, &s->nstore) < 0)
			return 2;
	}
	int bad = ingest(s, dumps, n);
	int err = bad < 0 ? -1 : analyse(s);
	for (int i = 0; i < s->nnames; i++)
		tw_buf_free(&s->names[i]);
	return err || bad ? 2 : 0;
}

/* -1: taken; else the exit status. */
static int clients(struct study *s, const char *how)
{
	int err = tw_clients_open(how, &s->clients);

	s->options.clients = s->clients;
	return err == 1 ? cli_usage("--clients %s: keep, drop or hash:KEYFILE", how) : err ? 2 : -1;
}

int main(int argc, char **argv)
{
	enum { STORE = 256, NEAREST, DATES, CLIENT_CHAIN, PROFILE, CRL, REVOCATION, FIGURES, SCAN, CLIENTS, AT, TIME_FROM_NAME, THREADS, SHOW_HELP,
		SHOW_VERSION };
	static const struct option longs[] = { { "store", 1, 0, STORE }, { "store-nearest", 0, 0, NEAREST }, { "dates", 1, 0, DATES },
		{ "client-chain", 0, 0, CLIENT_CHAIN }, { "profile", 1, 0, PROFILE },
		{ "crl", 1, 0, CRL }, { "revocation", 1, 0, REVOCATION }, { "figures", 0, 0, FIGURES }, { "scan", 1, 0, SCAN }, { "clients", 1, 0, CLIENTS }, { "at", 1, 0, AT },
		{ "time-from-name", 0, 0, TIME_FROM_NAME },
		{ "threads", 1, 0, THREADS }, { "quiet", 0, 0, 'q' }, { "help", 0, 0, SHOW_HELP },
		{ "version", 0, 0, SHOW_VERSION }, { 0, 0, 0, 0 } };
	struct study s = { .store = tw_alloc((size_t)argc * sizeof *s.store + sizeof *s.store),
		.crl = tw_alloc((size_t)argc * sizeof *s.crl) };
	static char mozilla[] = "mozilla";
	int status = -1;

	cli_start("tw-study", false);
	for (int c; status < 0 && (c = getopt_long(argc, argv, ":q", longs, NULL)) != -1;)
		switch (c) {
		case STORE: s.store[s.nstore++] = optarg; break;
		case NEAREST: s.nearest = true; break;
		case DATES: s.dates = optarg; break;
		case PROFILE:
			if (!(s.profile = tw_profile_find(optarg)))
				status = cli_usage("--profile %s: " tw_profile_names, optarg);
			break;
		case CLIENT_CHAIN:
			s.client = true;
			s.options.show |= TW_OBS_SHOW(TW_OBS_CLIENT_CHAIN);
			break;
		case CRL: s.crl[s.ncrl++] = optarg; break;
		case REVOCATION:
			if (!cli_revocation(optarg, &s.require))
				status = cli_usage("--revocation %s: known or require", optarg);
			break;
		case FIGURES: s.figures = true; break;
		case SCAN: s.options.scan = tw_str(optarg); break;
		case CLIENTS: status = clients(&s, optarg); break;
		case AT:
			s.at.n = 0;
			if (!tw_time_to_utc(tw_str(optarg), &s.at))
				status = cli_usage("--at wants a time as 2016-02-21T12:00:00Z");
			s.options.at = tw_buf_slice(&s.at);
			break;
		case TIME_FROM_NAME: s.options.time_from_name = true; break;
		case THREADS:
			if (!cli_threads(optarg, &s.options.threads))
				status = cli_usage("--threads wants a number from 1 to 1024");
			break;
		case 'q': s.quiet = true; break;
		case SHOW_HELP: status = cli_say(help); break;
		case SHOW_VERSION: status = cli_version(); break;
		default: status = cli_bad_option(c, argv);
		}
	cli_start("tw-study", s.quiet);
	if (s.nstore == 0)
		s.store[s.nstore++] = mozilla;
	s.dir = optind < argc ? argv[optind] : "";
	if (status < 0)
		status = argc - optind < 2 ? cli_usage("a STUDY and a DUMP are wanted") : run(&s, argv + optind + 1, argc - optind - 1);
	tw_dates_free(s.dated, s.dated ? s.nstore : 0);
	tw_buf_free(&s.at);
	tw_provenance_free(&s.provenance);
	tw_clients_free(s.clients);
	free(s.store);
	free(s.crl);
	return status;
}
