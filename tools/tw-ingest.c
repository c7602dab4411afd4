/* tw-ingest: dumps to observations.csv, certs.der and rejects.csv. */
#include "cli.h"
#include "base/progress.h"
#include "dump/ingest.h"

#include <config.h>
#include <getopt.h>
#include <string.h>

static const char help[] =
	"usage: tw-ingest [-f FORMAT] [-o FILE] [--certs FILE] [--rejects FILE] DUMP...\n"
	"Reads dumps of scans and captures (files, folders, \"-\"; plain, gzip, zstd, xz)\n"
	"and prints one CSV row for each probe or connection. Formats, by their content:\n"
	"  zgrab2   JSON lines of zgrab2, 2018 to today\n"
	"  pcap     captures of packets, pcapng too; a folder of them is one capture\n"
	"  pem      certificates as PEM blocks (they go to --certs)\n"
	"  der      certificates as DER, one after the other; certs.der too\n"
	"\n"
	"  -f, --format FORMAT       read every dump as this\n"
	"  -o, --output FILE         observations; FILE.provenance.json beside it\n"
	"  --certs FILE              every distinct certificate, DER, first seen first\n"
	"  --rejects FILE            a row for each record that could not be read\n"
	"  --source active|passive   the column source, default by the format\n"
	"  --scan NAME, --protocol P the columns scan (campaign), protocol of every row\n"
	"  --clients keep|drop       clients' addresses: as they are, none; hash:KEYFILE:\n"
	"                            a hash with the file's secret instead\n"
	"  --port N, --at TIME       port, time (RFC 3339) where the dump has none\n"
	"  --time-from-name          the time from the date in each file's name\n"
	"  --show COLUMN,...         of captures: client_chain client_ciphers ja4 scts\n"
	"                            ocsp_stapled auth_used\n"
	"  --columns, --strict       list all columns; exit 2 if a record was rejected\n"
	"  --threads N  -q, --quiet  --help  --version\n"
	"Ends with the counts on standard error. FILE.gz, FILE.zst: packed.\n"
	"Exit status: 0 done, 2 usage, unreadable or unusable input, failed write.\n";

struct run {
	struct tw_ingest_options options;
	struct tw_clients *clients;
	struct tw_buf at;
	const char *out, *certs, *rejects;
	bool strict, quiet;
};

static int columns(void)
{
	for (int i = 0; i < TW_OBS_N; i++)
		if (printf("%-18s %s%s\n", tw_obs_columns[i].name, tw_obs_columns[i].help, i < TW_OBS_ALWAYS ? "" : " (--show)") < 0)
			return cli_flush(false);
	return cli_flush(true);
}

static int format(struct run *r, const char *name)
{
	struct tw_buf names = { 0 };
	int status = -1;

	for (const struct tw_format *f = tw_formats; f->name; f++) {
		if (strcmp(f->name, name) == 0)
			r->options.format = f;
		tw_buf_addf(&names, "%s%s", names.n ? ", " : "", f->name);
	}
	tw_buf_addc(&names, '\0');
	if (!r->options.format)
		status = cli_usage("--format %s: no such format; there are %s", name, (char *)names.p);
	tw_buf_free(&names);
	return status;
}

enum { CERTS = 256, REJECTS, SOURCE, SCAN, PROTOCOL, PORT, AT, TIME_FROM_NAME, STRICT, SHOW, COLUMNS, CLIENTS, THREADS, SHOW_HELP, SHOW_VERSION };

static int show(struct run *r, const char *list)
{
	struct tw_slice bad;
	return tw_obs_shows(tw_str(list), &r->options.show, &bad) ? -1 :
	    cli_usage("--show %.*s: no column on demand; --columns lists them", (int)bad.n, (const char *)bad.p);
}

static int clients(struct run *r, const char *how)
{
	int err = tw_clients_open(how, &r->clients);

	r->options.clients = r->clients;
	return err == 1 ? cli_usage("--clients %s: keep, drop or hash:KEYFILE", how) : err ? 2 : -1;
}

/* -1: taken; else the exit status. */
static int value(struct run *r, int c, const char *v)
{
	uint64_t n;

	switch (c) {
	case 'f': return format(r, v);
	case 'o': r->out = strcmp(v, "-") ? v : NULL; return -1;
	case CERTS: r->certs = v; return -1;
	case REJECTS: r->rejects = v; return -1;
	case SOURCE:
		r->options.source = tw_str(v);
		return strcmp(v, "active") == 0 || strcmp(v, "passive") == 0 ? -1 : cli_usage("--source is active or passive");
	case SCAN: r->options.scan = tw_str(v); return -1;
	case PROTOCOL: r->options.protocol = tw_str(v); return -1;
	case PORT:
		if (!tw_slice_u64(tw_str(v), 65535, &n) || n == 0)
			return cli_usage("--port wants a number from 1 to 65535");
		r->options.port = (unsigned)n;
		return -1;
	case AT:
		r->at.n = 0;
		if (!tw_time_to_utc(tw_str(v), &r->at))
			return cli_usage("--at wants a time as 2016-02-21T12:00:00Z");
		r->options.at = tw_buf_slice(&r->at);
		return -1;
	case STRICT: r->strict = true; return -1;
	case TIME_FROM_NAME: r->options.time_from_name = true; return -1;
	case THREADS:
		return cli_threads(v, &r->options.threads) ? -1 : cli_usage("--threads wants a number from 1 to 1024");
	case SHOW: return show(r, v);
	case CLIENTS: return clients(r, v);
	case COLUMNS: return columns();
	case SHOW_HELP: return cli_say(help);
	default: return cli_version();
	}
}

static int provenance(const struct run *r, const struct tw_ingest *g)
{
	const struct tw_ingest_options *o = &r->options;
	struct tw_provenance p;

	tw_provenance_begin(&p, "tw-ingest", PACKAGE_VERSION);
	tw_provenance_text(&p, "source", o->source);
	tw_provenance_text(&p, "scan", o->scan);
	tw_provenance_text(&p, "at", o->at);
	tw_provenance_text(&p, "time_from_name", tw_str(o->time_from_name ? "yes" : "no"));
	tw_provenance_text(&p, "protocol", o->protocol);
	tw_provenance_number(&p, "port", o->port);
	struct tw_buf shown = { 0 };
	for (int i = TW_OBS_ALWAYS; i < TW_OBS_N; i++)
		if (o->show & TW_OBS_SHOW(i))
			tw_buf_addf(&shown, "%s%s", shown.n ? "," : "", tw_obs_columns[i].name);
	tw_provenance_text(&p, "show", tw_buf_slice(&shown));
	tw_buf_free(&shown);
	tw_clients_provenance(r->clients, &p);
	tw_provenance_text(&p, "format", tw_str(o->format ? o->format->name : ""));
	tw_ingest_inputs(g, &p);
	return tw_provenance_write(&p, r->out, true);
}

static int ingest(const struct run *r, char **dumps, int n, struct tw_output *o, struct tw_counts *count)
{
	struct tw_ingest_options options = r->options;
	options.digests = r->out != NULL;
	struct tw_ingest *g = tw_ingest_new(&options, &o[0], r->certs ? &o[1] : NULL, r->rejects ? &o[2] : NULL);
	int err = g ? 0 : -1, bad = 0;

	tw_progress_begin((const char *const *)dumps, n);
	for (int i = 0; i < n && err >= 0; i++) {
		err = tw_ingest_read(g, dumps[i]);
		bad |= err != 0;
	}
	if (g && err >= 0)
		err = tw_ingest_end(g, count);
	if (err >= 0 && r->out)
		err = provenance(r, g);
	if (g)
		tw_ingest_free(g);
	return err < 0 ? -1 : bad;
}

static int run(const struct run *r, char **dumps, int n)
{
	struct tw_output o[3] = { 0 };
	struct tw_counts c = { 0 };
	int err = cli_inputs(dumps, n);

	if (err == 0)
		err = tw_output_open(&o[0], r->out);
	if (err == 0 && r->certs)
		err = tw_output_open(&o[1], r->certs);
	if (err == 0 && r->rejects)
		err = tw_output_open(&o[2], r->rejects);
	if (err == 0)
		err = ingest(r, dumps, n, o, &c);
	bool whole = err >= 0;
	for (int i = 2; i >= 0; i--) /* the rows last: they name certificates */
		if (tw_output_close(&o[i], whole) && whole)
			err = -1;
	if (err >= 0 && !r->quiet)
		fprintf(stderr, "records %llu used %llu context %llu rejected %llu observations %llu certificates %llu\n",
		    (unsigned long long)c.records, (unsigned long long)c.used, (unsigned long long)c.context,
		    (unsigned long long)c.rejected, (unsigned long long)c.observations, (unsigned long long)c.certificates);
	return err || (r->strict && c.rejected) ? 2 : 0;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = { { "format", 1, 0, 'f' }, { "output", 1, 0, 'o' }, { "quiet", 0, 0, 'q' },
		{ "certs", 1, 0, CERTS }, { "rejects", 1, 0, REJECTS }, { "source", 1, 0, SOURCE }, { "scan", 1, 0, SCAN },
		{ "protocol", 1, 0, PROTOCOL }, { "port", 1, 0, PORT }, { "at", 1, 0, AT },
		{ "time-from-name", 0, 0, TIME_FROM_NAME }, { "strict", 0, 0, STRICT },
		{ "show", 1, 0, SHOW }, { "columns", 0, 0, COLUMNS }, { "clients", 1, 0, CLIENTS }, { "threads", 1, 0, THREADS }, { "help", 0, 0, SHOW_HELP },
		{ "version", 0, 0, SHOW_VERSION }, { 0, 0, 0, 0 } };
	struct run r = { 0 };
	int status = -1;

	cli_start("tw-ingest", false);
	for (int c; status < 0 && (c = getopt_long(argc, argv, ":f:o:q", longs, NULL)) != -1;) {
		if (c == 'q')
			r.quiet = true;
		else
			status = c == '?' || c == ':' ? cli_bad_option(c, argv) : value(&r, c, optarg);
	}
	cli_start("tw-ingest", r.quiet);
	if (status < 0)
		status = optind == argc ? cli_usage("no DUMP named") : run(&r, argv + optind, argc - optind);
	tw_buf_free(&r.at);
	tw_clients_free(r.clients);
	return status;
}
