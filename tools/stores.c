/* What the verbs of tw-stores share. */
#include "stores.h"
#include "base/bounds.h"
#include "base/input.h"
#include "base/output.h"
#include "cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- options ---- */
enum { AT = 256, CERTS, PURPOSE, STRICT, THREADS, HELP };
static const struct {
	struct option o;
	unsigned of; /* 0: each verb's */
} all[] = {
	{ { "at", 1, 0, AT }, STORES_AT },
	{ { "certs", 1, 0, CERTS }, STORES_CERTS },
	{ { "purpose", 1, 0, PURPOSE }, STORES_PURPOSE },
	{ { "strict", 0, 0, STRICT }, STORES_STRICT },
	{ { "output", 1, 0, 'o' }, 0 },
	{ { "threads", 1, 0, THREADS }, 0 },
	{ { "quiet", 0, 0, 'q' }, 0 },
	{ { "help", 0, 0, HELP }, 0 },
};
enum { NALL = sizeof all / sizeof *all };

static int purpose(struct stores_options *o)
{
	struct tw_slice word = tw_str(optarg);

	if (!strcmp(optarg, "any")) {
		o->purposes = TW_TRUST_ALL;
		return -1;
	}
	if (word.n && !memchr(word.p, ' ', word.n) && tw_purposes_parse(word, &o->purposes))
		return -1;
	return cli_usage("--purpose %s is none of server, client, email, code, any", optarg);
}

static int value(struct stores_options *o, int c, const char *help)
{
	switch (c) {
	case 'o': o->output = optarg; return -1;
	case CERTS: o->certs = optarg; return -1;
	case STRICT: o->strict = true; return -1;
	case PURPOSE: return purpose(o);
	case AT: return tw_time_parse(tw_str(optarg), &o->at) ? -1 : cli_usage("--at %s is not RFC 3339", optarg);
	case THREADS: return cli_threads(optarg, NULL) ? -1 : cli_usage("--threads wants a number from 1 to 1024");
	default: return cli_say(help);
	}
}

int stores_options(struct stores_options *o, int argc, char **argv, const char *help, unsigned takes)
{
	struct option options[NALL + 1] = { { 0, 0, 0, 0 } };
	bool quiet = false;
	int n = 0, status = -1;

	*o = (struct stores_options){ .at = TW_TIME_MAX, .purposes = TW_TRUST_SERVER };
	for (int i = 0; i < NALL; i++)
		if (!all[i].of || all[i].of & takes)
			options[n++] = all[i].o;
	for (int c; status < 0 && (c = getopt_long(argc, argv, ":o:q", options, NULL)) != -1;) {
		if (c == 'q')
			quiet = true;
		else
			status = c == '?' || c == ':' ? cli_bad_option(c, argv) : value(o, c, help);
	}
	cli_start("tw-stores", quiet);
	o->v = argv + optind;
	o->n = argc - optind;
	return status;
}

/* ---- stores ---- */
int stores_folder(struct stores_world *w)
{
	if (w->opened)
		return 0;
	char *folder = tw_rootstores_folder();
	int err = folder ? tw_rootstores_open(&w->r, folder) : -1;
	free(folder);
	if (err == 0)
		err = tw_pool_open(&w->pool, w->r.pool);
	w->opened = err == 0;
	return err;
}

/* A snapshot's own CSV only names certificates: those of the installed pool
 * are at hand, unless --certs has others. */
static int import(struct stores_world *w, const struct stores_options *o, const char *path, struct stores_store *out)
{
	struct tw_import im = { .path = path, .pool = &w->pool, .date = TW_TIME_MAX, .out = &out->s, .certs = &w->pool.certs };
	struct tw_buf b = { 0 };
	struct stat st;
	int err = 0;

	if (strcmp(path, "-") != 0 && (stat(path, &st) != 0 || S_ISDIR(st.st_mode))) {
		err = tw_import(&im, NULL);
	} else {
		err = tw_input_whole(path, TW_MAX_BUNDLE, "root store", &b);
		im.bytes = tw_buf_slice(&b);
		if (err == 0 && tw_snapshot_is(im.bytes) && !(o && o->certs))
			err = stores_folder(w);
		err = err ? err : tw_import_bytes(&im, NULL);
	}
	tw_buf_free(&b);
	out->warnings = im.warnings;
	return err;
}

int stores_dated(struct stores_world *w, const struct tw_dated *d, struct stores_store *out)
{
	memset(out, 0, sizeof *out);
	out->name = tw_strdup(d->store);
	memcpy(out->date, d->date, sizeof out->date);
	return import(w, NULL, d->path, out);
}

/* NAME or NAME@DATE; *at is the date, untouched where it has none. False: arg
 * is neither. */
static bool take_dated(const char *arg, struct tw_buf *name, int64_t *at)
{
	const char *sign = strchr(arg, '@');
	struct tw_slice word = { (const uint8_t *)arg, sign ? (size_t)(sign - arg) : strlen(arg) };

	tw_buf_addslice(name, word);
	tw_buf_addc(name, 0);
	return tw_store_name(word) && (!sign || tw_time_parse(tw_str(sign + 1), at));
}

static int not_dated(const struct stores_world *w, const char *name, const char *arg)
{
	uint32_t n;
	const struct tw_dated *d = tw_rootstores_of(&w->r, name, &n);

	if (n)
		tw_error("%s: the oldest snapshot of %s is of %s", arg, name, d->date);
	else
		tw_error("%s: no store of this name in %s (tw-stores list), and no such file", arg, w->r.folder);
	return -1;
}

int stores_open(struct stores_world *w, const struct stores_options *o, const char *arg, struct stores_store *out)
{
	struct tw_buf name = { 0 };
	int64_t at = o->at;
	int err = 0;

	memset(out, 0, sizeof *out);
	if (o->certs && !w->pool.certs.n)
		err = tw_pool_open(&w->pool, o->certs);
	bool dated = take_dated(arg, &name, &at) && strcmp(arg, "-") != 0;
	const char *store = (const char *)name.p;
	uint32_t n;
	if (err == 0 && dated)
		err = stores_folder(w);
	if (err == 0 && dated && (tw_rootstores_of(&w->r, store, &n) || access(arg, F_OK) != 0)) {
		const struct tw_dated *d = tw_rootstores_at(&w->r, store, at);
		err = d ? stores_dated(w, d, out) : not_dated(w, store, arg);
	} else if (err == 0) {
		out->name = tw_strdup(arg);
		err = import(w, o, arg, out);
	}
	tw_buf_free(&name);
	return err ? err : stores_strict(o, out);
}

int stores_strict(const struct stores_options *o, const struct stores_store *s)
{
	if (!o->strict || !s->warnings)
		return 0;
	tw_error("%s: %llu things wrong in it, and --strict", s->name, (unsigned long long)s->warnings);
	return -1;
}

void stores_close(struct stores_store *s)
{
	free(s->name);
	tw_snapshot_free(&s->s);
	memset(s, 0, sizeof *s);
}

void stores_end(struct stores_world *w)
{
	tw_rootstores_free(&w->r);
	tw_pool_free(&w->pool);
	memset(w, 0, sizeof *w);
}

/* ---- rows ---- */
static void put_time(struct tw_buf *b, const char *word, int64_t t, int64_t none)
{
	if (t == none)
		return;
	tw_buf_adds(b, word);
	tw_time_add(b, t);
}

void stores_trust(struct tw_buf *b, const struct tw_snapshot *s, const struct tw_snapshot_row *e)
{
	static const char *const kinds[] = { "anchor", "listed", "block" };

	tw_buf_adds(b, kinds[e->kind]);
	if (e->kind == TW_ROW_ANCHOR || e->purposes) {
		tw_buf_addc(b, ' ');
		if (e->purposes)
			tw_purposes_text(b, e->purposes);
		else
			tw_buf_adds(b, "disabled");
	}
	put_time(b, " distrust_after=", e->distrust_after, TW_TIME_MAX);
	if (e->kind == TW_ROW_ANCHOR && !e->expiry)
		tw_buf_adds(b, " anchor_expiry=0");
	if (e->constraints)
		tw_buf_addf(b, " constraints=(%s)", tw_snapshot_str(s, e->constraints));
	put_time(b, " from=", e->from, TW_TIME_MIN);
	put_time(b, " until=", e->until, TW_TIME_MAX);
}

static struct tw_slice serial_of(const struct tw_snapshot *s, const struct tw_snapshot_row *e)
{
	return (struct tw_slice){ e->nserial ? s->text.p + e->serial : NULL, e->nserial };
}

int stores_by_name(const struct tw_snapshot *a, const struct tw_snapshot_row *x, const struct tw_snapshot *b,
	const struct tw_snapshot_row *y)
{
	int d = y->by_cert - x->by_cert;

	d = d ? d : memcmp(x->sha256, y->sha256, TW_SHA256);
	d = d ? d : y->by_serial - x->by_serial;
	d = d ? d : memcmp(x->issuer, y->issuer, TW_SHA256);
	d = d ? d : tw_slice_cmp(serial_of(a, x), serial_of(b, y));
	d = d ? d : y->by_key - x->by_key;
	return d ? d : memcmp(x->spki, y->spki, TW_SHA256);
}

void stores_put_names(struct tw_buf *b, const struct stores_world *w, const struct tw_snapshot *s,
	const struct tw_snapshot_row *e)
{
	struct tw_buf subject = { 0 };
	const struct tw_cert *c = e->cert == TW_NONE ? NULL : &w->pool.certs.v[e->cert];
	struct tw_slice serial = serial_of(s, e);

	if (e->by_cert)
		tw_buf_addhex(b, e->sha256, TW_SHA256);
	tw_buf_addc(b, ',');
	if (c && c->readable)
		(void)tw_name_text(&subject, c->subject);
	else
		tw_buf_adds(&subject, tw_snapshot_str(s, e->subject));
	tw_csv_field(b, tw_buf_slice(&subject));
	tw_buf_addc(b, ',');
	if (e->by_serial)
		tw_buf_addhex(b, e->issuer, TW_SHA256);
	tw_buf_addc(b, ',');
	tw_buf_addhex(b, serial.p, serial.n);
	tw_buf_addc(b, ',');
	if (e->by_key)
		tw_buf_addhex(b, e->spki, TW_SHA256);
	tw_buf_addc(b, ',');
	tw_buf_free(&subject);
}

int stores_write(const struct stores_options *o, struct tw_buf *b)
{
	struct tw_output out;
	int err = tw_output_open(&out, o->output);

	if (err == 0) {
		err = tw_output_put(&out, b);
		err = tw_output_close(&out, err == 0);
	}
	tw_buf_free(b);
	return err ? 2 : 0;
}
