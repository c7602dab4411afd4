/* tw-certs: certs.der to certificates.csv, and merging of certs.der files. */
#include "base/base.h"
#include "cert/cert.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
	"usage: tw-certs [-q] [-o FILE] CERTS.der\n"
	"       tw-certs --merge [-q] [-o FILE] CERTS.der...\n"
	"\n"
	"Prints certificates.csv, the facts of each distinct certificate of CERTS.der,\n"
	"in the order of the file; or merges such files into one, the first of equals\n"
	"kept. CERTS.der may be \"-\", and compressed with gzip, zstd or xz.\n"
	"\n"
	"  --merge        write the merged certs.der\n"
	"  -o, --output FILE\n"
	"                 write to FILE (FILE.part until it is whole), not standard output\n"
	"  -q, --quiet    errors only\n"
	"  --threads N    taken as by every tool; this one works in one thread\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 done, 2 usage, unreadable input or failed write.\n";

struct out {
	FILE *f;
	const char *path; /* NULL: standard output */
	char *part;
};

struct run {
	struct out out;
	struct tw_set seen;
	struct tw_buf text;
	bool merge;
};

static int out_open(struct out *o)
{
	o->f = stdout;
	if (!o->path)
		return 0;
	struct tw_buf b = { 0 };
	tw_buf_addf(&b, "%s.part", o->path);
	tw_buf_addc(&b, '\0');
	o->part = (char *)b.p;
	o->f = fopen(o->part, "wb");
	if (!o->f)
		tw_error("%s: %s", o->part, strerror(errno));
	return o->f ? 0 : -1;
}

static int out_error(const struct out *o)
{
	tw_error("%s: %s", o->part ? o->part : "standard output", strerror(errno));
	return -1;
}

static int out_flush(struct run *r)
{
	if (r->text.n && fwrite(r->text.p, 1, r->text.n, r->out.f) != r->text.n)
		return out_error(&r->out);
	r->text.n = 0;
	return 0;
}

/* Ends the output; ok says whether it is whole. */
static int out_close(struct out *o, bool ok)
{
	int r = ok ? 0 : -1;
	if (o->f && fflush(o->f) && ok)
		r = out_error(o);
	if (o->f && o->part) {
		if (r == 0 && fsync(fileno(o->f)))
			r = out_error(o);
		if (fclose(o->f) && r == 0)
			r = out_error(o);
		if (r == 0 && rename(o->part, o->path))
			r = out_error(o);
		if (r)
			unlink(o->part);
	}
	free(o->part);
	return r;
}

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
		tw_cert_read(&c, der);
		tw_cert_csv(&r->text, &c);
	}
	return r->text.n < 1u << 20 ? 0 : out_flush(r);
}

static int run(struct run *r, char **files, int n)
{
	int status = out_open(&r->out);
	if (status == 0 && !r->merge)
		tw_cert_csv_header(&r->text);
	for (int i = 0; i < n && status == 0; i++)
		status = tw_certs_each(files[i], each, r);
	if (status == 0)
		status = out_flush(r);
	status = out_close(&r->out, status == 0);
	if (status == 0)
		tw_note("certificates %u", (unsigned)r->seen.n);
	tw_set_free(&r->seen);
	tw_buf_free(&r->text);
	return status;
}

static int usage(const char *why)
{
	tw_error("%s; see tw-certs --help", why);
	return 2;
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
	uint64_t threads;
	int ch;
	tw_msg_setup("tw-certs", false);
	opterr = 0;
	while ((ch = getopt_long(argc, argv, "o:q", options, NULL)) != -1)
		switch (ch) {
		case MERGE:
			r.merge = true;
			break;
		case 'o':
			r.out.path = optarg;
			break;
		case 'q':
			quiet = true;
			break;
		case THREADS:
			if (!tw_slice_u64(tw_str(optarg), 1024, &threads) || threads == 0)
				return usage("--threads wants a number from 1 to 1024");
			break;
		case HELP:
		case VERSION:
			if (fputs(ch == HELP ? help : "tw-certs " TW_VERSION "\n", stdout) < 0 || fflush(stdout))
				return 2;
			return 0;
		default:
			return usage("unknown option, or one without its value");
		}
	tw_msg_setup("tw-certs", quiet);
	if (optind == argc)
		return usage("no CERTS.der named");
	if (!r.merge && argc - optind > 1)
		return usage("one CERTS.der, or --merge");
	if (r.out.path && strcmp(r.out.path, "-") == 0)
		r.out.path = NULL;
	return run(&r, argv + optind, argc - optind) ? 2 : 0;
}
