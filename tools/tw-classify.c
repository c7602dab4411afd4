/* tw-classify: appends classes of strength to observations. */
#include "base/filter.h"
#include "cli.h"
#include "crypto/classify.h"

#include <config.h>
#include <getopt.h>
#include <string.h>

static const char help[] =
	"usage: tw-classify [--certificates FILE | --certs FILE [--follow]] [-q] [ROWS]\n"
	"Appends to each row (CSV with the column cipher, and version, group, dh_bits,\n"
	"chain, banner where they are there) what is weak and why: version_class, kex,\n"
	"auth, enc, enc_bits, mac, aead, forward_secrecy, cipher_class, dh_class,\n"
	"leaf_key, leaf_sig, leaf_security_bits, chain_security_bits, weakest_link,\n"
	"session_bits, limited_by, software, chain_above.\n"
	"\n"
	"  --certificates FILE  facts of certificates (certificates.csv of tw-certs)\n"
	"  --certs FILE         the certificates themselves (certs.der); with neither,\n"
	"                       the columns of certificates stay empty\n"
	"  --follow             FILE of --certs is still being written, and the rows come\n"
	"                       from its writer, by tw-chain --follow\n"
	"  -o, --output FILE    write to FILE, default standard output\n"
	"  --threads N          threads that work on rows, by default one a processor\n"
	"  -q, --quiet  --help  --version\n"
	"\n"
	"Exit status: 0 done, 2 usage, unusable input, or a failed write.\n";

struct options {
	const char *certificates, *certs, *out, *rows;
	bool follow;
	unsigned threads; /* 0: one a processor */
};

/* -1: go on; else the exit status. */
static int parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = { { "certificates", 1, 0, 'f' }, { "certs", 1, 0, 'c' },
		{ "output", 1, 0, 'o' }, { "quiet", 0, 0, 'q' }, { "threads", 1, 0, 't' }, { "follow", 0, 0, 'F' }, { "help", 0, 0, 'h' },
		{ "version", 0, 0, 'V' }, { 0, 0, 0, 0 } };
	bool quiet = false;

	for (int c; (c = getopt_long(argc, argv, ":o:q", longs, NULL)) != -1;)
		switch (c) {
		case 'f': o->certificates = optarg; break;
		case 'c': o->certs = optarg; break;
		case 'o': o->out = optarg; break;
		case 'q': quiet = true; break;
		case 'F': o->follow = true; break;
		case 't':
			if (!cli_threads(optarg, &o->threads))
				return cli_usage("--threads wants a number from 1 to 1024");
			break;
		case 'h': return cli_say(help);
		case 'V': return cli_version();
		default: return cli_bad_option(c, argv);
		}
	cli_start("tw-classify", quiet);
	if (o->certificates && o->certs)
		return cli_usage("--certificates or --certs, not both");
	if (argc - optind > 1)
		return cli_usage("one ROWS is wanted");
	o->rows = optind < argc ? argv[optind] : "-";
	if (o->follow && !o->certs)
		return cli_usage("--follow wants --certs");
	if (o->follow)
		o->threads = 1; /* certificates come while rows are looked at */
	return o->follow ? cli_follow(o->certs, o->rows) : -1;
}

static int filter(struct tw_stage *stage, const struct options *o)
{
	const char *facts = o->certs ? o->certs : o->certificates;
	struct tw_provenance p = { 0 };

	if (o->out && strcmp(o->out, "-")) {
		tw_provenance_begin(&p, "tw-classify", PACKAGE_VERSION);
		if (facts && !o->follow && tw_provenance_file(&p, facts, o->certs ? "certs" : "certificates")) {
			tw_provenance_free(&p);
			return -1;
		}
	}
	return tw_filter_file(&stage, 1, o->rows, o->out, o->threads, &p);
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	struct tw_certs certs = { 0 };

	cli_start("tw-classify", false);
	int rc = parse(&o, argc, argv);
	if (rc >= 0)
		return rc;
	if (o.certs && !o.follow && tw_certs_open(&certs, o.certs))
		return 2;
	struct tw_facts *facts = o.certs || o.certificates ? tw_facts_new(o.certs ? &certs : NULL) : NULL;
	rc = o.certificates ? tw_facts_csv(facts, o.certificates) : 0;
	if (rc == 0) {
		struct tw_stage *stage = tw_classify_stage(facts);
		if (o.follow)
			tw_classify_follow(stage, o.certs);
		rc = filter(stage, &o);
		tw_classify_stage_free(stage);
	}
	tw_facts_free(facts);
	if (o.certs)
		tw_certs_close(&certs);
	return rc ? 2 : 0;
}
