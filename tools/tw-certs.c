/* tw-certs: certs.der to certificates.csv, and merging of certs.der files. */
#include "base/output.h"
#include "cert/cert.h"
#include "cli.h"

#include <getopt.h>

static const char help[] =
	"usage: tw-certs [-q] [-o FILE] CERTS.der\n"
	"       tw-certs --merge [-q] [-o FILE] CERTS.der...\n"
	"\n"
	"Prints certificates.csv, the facts of each distinct certificate of CERTS.der,\n"
	"in the order of the file; or merges such files into one, the first of equals\n"
	"kept. CERTS.der may be \"-\", and compressed with gzip, zstd or xz.\n"
	"\n"
	"  --merge            write the merged certs.der\n"
	"  -o, --output FILE  write there, default standard output\n"
	"  --threads N        taken as by every tool; this one works in one thread\n"
	"  -q, --quiet  --help  --version\n"
	"\n"
	"Exit status: 0 done, 2 usage, unreadable input or failed write.\n";

struct run {
	const char *path; /* of the output; NULL: standard output */
	struct tw_output out;
	struct tw_set seen;
	struct tw_buf text;
	bool merge;
};

static int each(void *arg, struct tw_slice all, struct tw_slice der, bool blob)
{
	struct run *r = arg;
	struct tw_cert c;
	uint8_t hash[TW_SHA256];
	bool fresh;
	(void)blob;
	tw_sha256(der, hash);
	tw_set_add(&r->seen, hash, &fresh);
	if (!fresh)
		return 0;
	if (r->merge)
		tw_buf_addslice(&r->text, all);
	else {
		tw_cert_read_hashed(&c, der, hash);
		tw_cert_csv(&r->text, &c);
	}
	return r->text.n < 1u << 20 ? 0 : tw_output_put(&r->out, &r->text);
}

static int run(struct run *r, char **files, int n)
{
	int status = tw_output_open(&r->out, r->path);
	if (status)
		return status;
	if (!r->merge)
		tw_cert_csv_header(&r->text);
	for (int i = 0; i < n && status == 0; i++)
		status = tw_certs_each(files[i], each, r);
	if (status == 0)
		status = tw_output_put(&r->out, &r->text);
	status = tw_output_close(&r->out, status == 0);
	if (status == 0)
		tw_note("certificates %u", (unsigned)r->seen.n);
	tw_set_free(&r->seen);
	tw_buf_free(&r->text);
	return status;
}

int main(int argc, char **argv)
{
	enum { MERGE = 256, THREADS, HELP, VERSION };
	static const struct option options[] = { { "merge", no_argument, NULL, MERGE },
		{ "output", required_argument, NULL, 'o' }, { "quiet", no_argument, NULL, 'q' },
		{ "threads", required_argument, NULL, THREADS }, { "help", no_argument, NULL, HELP },
		{ "version", no_argument, NULL, VERSION }, { NULL, 0, NULL, 0 } };
	struct run r = { .merge = false };
	bool quiet = false;
	int ch;
	cli_start("tw-certs", false);
	while ((ch = getopt_long(argc, argv, ":o:q", options, NULL)) != -1)
		switch (ch) {
		case MERGE:
			r.merge = true;
			break;
		case 'o':
			r.path = optarg;
			break;
		case 'q':
			quiet = true;
			break;
		case THREADS:
			if (!cli_threads(optarg, NULL))
				return cli_usage("--threads wants a number from 1 to 1024");
			break;
		case HELP:
			return cli_say(help);
		case VERSION:
			return cli_version();
		default:
			return cli_bad_option(ch, argv);
		}
	cli_start("tw-certs", quiet);
	if (optind == argc)
		return cli_usage("no CERTS.der named");
	if (!r.merge && argc - optind > 1)
		return cli_usage("one CERTS.der, or --merge");
	return run(&r, argv + optind, argc - optind) ? 2 : 0;
}
