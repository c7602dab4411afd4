/* tw-verify: one chain against stores, at one time. Never reads the clock. */
#include "base/bounds.h"
#include "base/input.h"
#include "base/output.h"
#include "chain/explain.h"
#include "chain/host.h"
#include "chain/judge.h"
#include "chain/revocation.h"
#include "cli.h"
#include "trust/store.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"usage: tw-verify --store [NAME=]SPEC... --at TIME [options] CHAIN.pem\n"
	"Judges a chain (PEM or DER, leaf first) against root stores: a CSV row a store.\n"
	"\n"
	"  --store [NAME=]SPEC    mozilla (as of --at), mozilla@DATE, a file or folder of\n"
	"                         certificates or snapshots; repeatable\n"
	"  --store-nearest        times before a store's first snapshot go by that one\n"
	"  --intermediates FILE   certificates that may complete the chain\n"
	"  --witness FILE         certificates that only explain missing_intermediate\n"
	"  --at TIME              RFC 3339 time of judgement; the clock is never read\n"
	"  --name HOST            host name or IP address asked for (column name_match)\n"
	"  --purpose P            server (default), client or any\n"
	"  --profile P            rfc5280 (default), webpki or 2015: which rules hold\n"
	"  --reasons all          a column more: all failures, and other paths' reasons\n"
	"  --explain              instead of CSV each chain as a person would draw it\n"
	"  --crl FILE             CRLs (PEM, DER, a folder), OneCRL or CRLSet; repeatable\n"
	"  --revocation R         known (default): what a list names is revoked;\n"
	"                         require: and each certificate needs a CRL in force\n"
	"  --ocsp FILE            an OCSP response (DER), as a server staples it\n"
	"  -o, --output FILE      write there, default standard output\n"
	"  --threads N            taken as by every tool; this one works in one thread\n"
	"  -q, --quiet  --help  --version\n"
	"\n"
	"Exit status: 0 every store verifies the chain; 1 one does not; 2 usage,\n"
	"unusable input, or a failed write.\n";

struct options {
	char **store, **crl;
	int nstore, ncrl;
	bool require, nearest;
	const char *intermediates, *witness, *name, *out, *chain, *ocsp;
	int64_t at;
	bool has_at;
	bool reasons, explain;
	enum tw_purpose purpose;
	const struct tw_profile *profile;
};

/* -1: go on; else the exit status. */
static int parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "store", 1, 0, 's' }, { "store-nearest", 0, 0, 'N' }, { "intermediates", 1, 0, 'i' }, { "witness", 1, 0, 'w' }, { "at", 1, 0, 'a' }, { "name", 1, 0, 'n' },
		{ "purpose", 1, 0, 'p' }, { "profile", 1, 0, 'P' }, { "reasons", 1, 0, 'r' }, { "explain", 0, 0, 'e' },
		{ "crl", 1, 0, 'c' }, { "revocation", 1, 0, 'R' }, { "ocsp", 1, 0, 'O' }, { "output", 1, 0, 'o' }, { "quiet", 0, 0, 'q' },
		{ "threads", 1, 0, 't' }, { "help", 0, 0, 'h' }, { "version", 0, 0, 'V' }, { 0, 0, 0, 0 }
	};
	bool quiet = false;

	for (int c; (c = getopt_long(argc, argv, ":o:q", longs, NULL)) != -1;) {
		switch (c) {
		case 's': o->store[o->nstore++] = optarg; break;
		case 'N': o->nearest = true; break;
		case 'i': o->intermediates = optarg; break;
		case 'w': o->witness = optarg; break;
		case 'c': o->crl[o->ncrl++] = optarg; break;
		case 'O': o->ocsp = optarg; break;
		case 'n': o->name = optarg; break;
		case 'o': o->out = optarg; break;
		case 'q': quiet = true; break;
		case 'a':
			if (!tw_time_parse(tw_str(optarg), &o->at))
				return cli_usage("--at %s: no time as 2016-02-21T12:00:00Z", optarg);
			o->has_at = true;
			break;
		case 'p':
			if (!tw_purpose_find(optarg, &o->purpose))
				return cli_usage("--purpose %s: server, client or any", optarg);
			break;
		case 'P':
			if (!(o->profile = tw_profile_find(optarg)))
				return cli_usage("--profile %s: " tw_profile_names, optarg);
			break;
		case 'r':
			if (strcmp(optarg, "all") != 0)
				return cli_usage("--reasons %s: only all is known", optarg);
			o->reasons = true;
			break;
		case 'e': o->explain = true; break;
		case 'R':
			if (!cli_revocation(optarg, &o->require))
				return cli_usage("--revocation %s: known or require", optarg);
			break;
		case 't':
			if (!cli_threads(optarg, NULL))
				return cli_usage("--threads wants a number from 1 to 1024");
			break;
		case 'h': return cli_say(help);
		case 'V': return cli_version();
		default: return cli_bad_option(c, argv);
		}
	}
	cli_start("tw-verify", quiet);
	if (!o->nstore)
		return cli_usage("--store is missing");
	if (!o->has_at)
		return cli_usage("--at is missing: the clock is never read");
	if (argc - optind != 1)
		return cli_usage("one CHAIN.pem is wanted");
	o->chain = argv[optind];
	return -1;
}

static void fingerprint(struct tw_buf *b, const struct tw_certs *certs, uint32_t id)
{
	if (id != TW_NONE)
		tw_buf_addhex(b, certs->v[id].sha256, TW_SHA256);
}

/* The good interval that holds t, else the nearest, the earlier on a tie. */
static void window(struct tw_buf *b, const struct tw_judgement *j, int64_t t)
{
	int64_t from, until, bestf = 0, bestu = 0, best = -1;

	for (uint32_t i = 0; tw_judgement_window(j, &i, &from, &until);) {
		int64_t away = t < from ? from - t : t > until ? t - until : 0;
		if (best < 0 || away < best) {
			best = away;
			bestf = from;
			bestu = until;
		}
	}
	if (best >= 0)
		tw_time_add(b, bestf);
	tw_buf_addc(b, ',');
	if (best >= 0)
		tw_time_add(b, bestu);
}

static void write_row(struct tw_buf *b, const struct options *o, const struct tw_certs *certs,
	const struct tw_store *s, const struct tw_judgement *j, uint32_t leaf)
{
	static const char *const match[] = { "", "no", "yes" };
	const struct tw_step *at = tw_judgement_at(j, o->at);

	tw_buf_addf(b, "%s,%s,%s,", s->name, tw_verdict_name(at->reason), tw_reason_name(at->reason));
	fingerprint(b, certs, at->culprit);
	tw_buf_addf(b, ",%s,", match[tw_host_match(o->profile, &certs->v[leaf], tw_str(o->name ? o->name : ""))]);
	for (uint32_t i = 0; i < at->npath; i++) {
		if (i)
			tw_buf_addc(b, ' ');
		fingerprint(b, certs, j->path[at->path + i]);
	}
	tw_buf_addc(b, ',');
	window(b, j, o->at);
}

/* A response that proves nothing is named. */
static void say_unused(const struct options *o, struct tw_judge *judge, const struct tw_store *s,
	const struct tw_question *q)
{
	struct tw_path *p;
	uint32_t n = tw_judge_paths(judge, q, o->at, &p);

	if (n && p[0].says.why)
		tw_error("%s: not used for store %s: %s", o->ocsp, s->name, p[0].says.why);
	tw_paths_free(p, n);
}

/* One store's row or drawing. True: it verifies the chain. */
static bool one_store(struct tw_buf *b, const struct options *o, struct tw_judge *judge, const struct tw_certs *certs,
	const struct tw_store *s, const struct tw_question *q)
{
	struct tw_judgement j;

	tw_judge_chain(judge, q, &j);
	if (q->staple)
		say_unused(o, judge, s, q);
	const struct tw_step *at = tw_judgement_at(&j, o->at);
	bool ok = at->reason == TW_R_OK;
	if (o->explain) {
		tw_buf_addf(b, "%s: %s, %s at ", s->name, tw_verdict_name(at->reason), tw_reason_name(at->reason));
		tw_time_add(b, o->at);
		tw_buf_addf(b, " (profile %s, purpose %s)\n", o->profile->name, tw_purpose_name(o->purpose));
		tw_explain(b, judge, q, &j, o->at);
	} else {
		write_row(b, o, certs, s, &j, q->presented[0]);
		if (o->reasons) {
			tw_buf_addc(b, ',');
			tw_explain_reasons(b, judge, q, &j, o->at);
		}
		tw_buf_addc(b, '\n');
	}
	tw_judgement_free(&j);
	return ok;
}

static int write_out(const struct options *o, struct tw_buf *b)
{
	struct tw_output out;

	if (tw_output_open(&out, o->out))
		return -1;
	int err = tw_output_put(&out, b);
	return tw_output_close(&out, err == 0);
}

/* Two stores of one name could not be told apart in the output. */
static int open_stores(const struct options *o, struct tw_certs *certs, struct tw_store *s)
{
	for (int i = 0; i < o->nstore; i++) {
		if (tw_store_open(&s[i], certs, o->store[i], o->nearest) < 0)
			return -1;
		for (int k = 0; k < i; k++) {
			if (!strcmp(s[k].name, s[i].name)) {
				tw_error("two stores are named %s: use NAME=SPEC", s[i].name);
				return -1;
			}
		}
	}
	return 0;
}

/* The row or drawing of a store that is younger than the time. */
static void no_snapshot(struct tw_buf *b, const struct options *o, const struct tw_store *s)
{
	if (!o->explain) {
		tw_buf_addf(b, "%s,,no_snapshot,,,,,%s\n", s->name, o->reasons ? "," : "");
		return;
	}
	tw_buf_addf(b, "%s: no verdict, no_snapshot at ", s->name);
	tw_time_add(b, o->at);
	tw_buf_addf(b, ": its first snapshot is of %s (--store-nearest takes it)\n", s->day[0].date);
}

/* All stores. */
static bool judge_all(const struct options *o, struct tw_graph *g, const struct tw_store *stores,
	const struct tw_question *ask, struct tw_crls *lists, struct tw_buf *out)
{
	struct tw_judge_options rules = { .purpose = o->purpose, .profile = o->profile, .revocation = lists,
		.require = o->require };
	struct tw_judge *judge = tw_judge_new(g, &rules);
	bool all = true;

	if (!o->explain)
		tw_buf_addf(out, "store,verdict,reason,culprit,name_match,path,valid_from,valid_until%s\n",
			o->reasons ? ",reasons" : "");
	for (int i = 0; i < o->nstore; i++) {
		if (!tw_store_speaks(&stores[i], o->at)) {
			no_snapshot(out, o, &stores[i]);
			all = false;
			continue;
		}
		struct tw_trust *trust = tw_trust_new(g, &stores[i]);
		struct tw_question q = *ask;
		q.trust = trust;
		q.at = o->at;
		all &= one_store(out, o, judge, g->certs, &stores[i], &q);
		tw_trust_free(trust);
	}
	tw_judge_free(judge);
	return all;
}

/* Reads --ocsp into der. -1 after tw_error. */
static int open_staple(const struct options *o, struct tw_buf *der, struct tw_staple *s)
{
	if (!o->ocsp)
		return 0;
	if (tw_input_whole(o->ocsp, TW_MAX_RECORD, "OCSP response", der) < 0)
		return -1;
	tw_staple_read(s, tw_buf_slice(der));
	if (s->o.readable)
		return 0;
	tw_error("%s: no OCSP response: %s", o->ocsp, s->o.why);
	return -1;
}

/* NULL where none are asked for; -1 after tw_error. */
static int open_lists(const struct options *o, struct tw_graph *g, struct tw_crls **lists)
{
	*lists = o->ncrl || o->require ? tw_crls_new(g) : NULL;
	for (int i = 0; i < o->ncrl; i++)
		if (tw_crls_load(*lists, o->crl[i]) < 0)
			return -1;
	return 0;
}

static int run(const struct options *o, struct tw_certs *certs, struct tw_store *stores)
{
	struct tw_graph g;
	struct tw_buf out = { 0, 0, 0 };
	struct tw_index pool, witness;
	struct tw_buf der = { 0, 0, 0 };
	struct tw_staple staple;
	struct tw_crls *lists;
	uint32_t *chain = NULL, *more = NULL, *seen = NULL, nchain = 0, nmore = 0, nseen = 0;
	bool all = true;
	int err = tw_certs_load(certs, o->chain, &chain, &nchain) < 0;

	if (!err && !nchain) {
		tw_error("%s: no certificate in it", o->chain);
		err = 1;
	}
	if (!err && o->intermediates)
		err = tw_certs_load(certs, o->intermediates, &more, &nmore) < 0;
	if (!err && o->witness)
		err = tw_certs_load(certs, o->witness, &seen, &nseen) < 0;
	err = err || open_stores(o, certs, stores) < 0 || open_staple(o, &der, &staple) < 0;
	if (!err) {
		tw_graph_init(&g, certs);
		tw_index_make(&pool, &g, more, nmore, false);
		tw_index_make(&witness, &g, seen, nseen, false);
		err = open_lists(o, &g, &lists) < 0;
		struct tw_question q = { .presented = chain, .npresented = nchain, .pool = &pool,
			.witness = o->witness ? &witness : NULL, .staple = o->ocsp ? &staple : NULL };
		if (!err) {
			all = judge_all(o, &g, stores, &q, lists, &out);
			err = write_out(o, &out) < 0;
		}
		tw_crls_free(lists);
		tw_index_free(&pool);
		tw_index_free(&witness);
		tw_graph_free(&g);
	}
	tw_buf_free(&out);
	tw_buf_free(&der);
	free(chain);
	free(more);
	free(seen);
	return err ? 2 : all ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct options o = { .profile = &tw_profile_rfc5280, .store = tw_alloc((size_t)argc * sizeof *o.store),
		.crl = tw_alloc((size_t)argc * sizeof *o.crl) };
	struct tw_certs certs;

	memset(&certs, 0, sizeof certs);
	cli_start("tw-verify", false);
	int status = parse(&o, argc, argv);
	if (status < 0) {
		struct tw_store *stores = tw_alloc((size_t)o.nstore * sizeof *stores);
		tw_signature_start();
		status = run(&o, &certs, stores);
		for (int i = 0; i < o.nstore; i++)
			tw_store_free(&stores[i]);
		free(stores);
		tw_certs_close(&certs);
	}
	free(o.store);
	free(o.crl);
	return status;
}
