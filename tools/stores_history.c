/* tw-stores history: a certificate in all installed snapshots. */
#include "cli.h"
#include "stores.h"

static const char help[] =
	"usage: tw-stores history [OPTION]... SHA256\n"
	"\n"
	"Prints which installed snapshots name a certificate, by its SHA-256 or, where it\n"
	"is at hand, by issuer and serial or key: a CSV row for each run of a store's\n"
	"snapshots, one behind the other, that say the same of it.\n"
	"\n"
	"  --certs PATH        certificates that the installed folder does not have: a\n"
	"                      file or a folder\n"
	"  -o, --output FILE   write there, default standard output\n"
	"  --threads N         taken as by every tool; this one works in one thread\n"
	"  -q, --quiet  --help\n"
	"\n"
	"first and last are the run's oldest and newest snapshot, next the one after it\n"
	"(empty: it is the store's newest).\n"
	"Exit status: 0 done; 1 in none; 2 usage, unreadable input, failed write.\n";

struct asked {
	uint8_t sha256[TW_SHA256], issuer[TW_SHA256];
	const struct tw_cert *cert; /* NULL: not at hand */
};

static bool names(const struct tw_snapshot *s, const struct tw_snapshot_row *e, const struct asked *a)
{
	const struct tw_slice serial = { e->nserial ? s->text.p + e->serial : NULL, e->nserial };

	if (e->by_cert && !memcmp(e->sha256, a->sha256, TW_SHA256))
		return true;
	if (!a->cert || !a->cert->readable)
		return false;
	return (e->by_serial && !memcmp(e->issuer, a->issuer, TW_SHA256) && tw_slice_eq(serial, a->cert->serial)) ||
		(e->by_key && !memcmp(e->spki, a->cert->spki_sha256, TW_SHA256));
}

/* What the snapshot says of it, empty for nothing. */
static int say(struct tw_buf *b, struct stores_world *w, const struct tw_dated *d, const struct asked *a)
{
	struct stores_store s;
	int err = stores_dated(w, d, &s);

	b->n = 0;
	for (uint32_t i = 0; i < s.s.n && !err; i++)
		if (names(&s.s, &s.s.v[i], a)) {
			if (b->n)
				tw_buf_adds(b, " or ");
			stores_trust(b, &s.s, &s.s.v[i]);
		}
	stores_close(&s);
	return err;
}

static void put_run(struct tw_buf *out, const struct tw_dated *first, uint32_t n, const struct tw_buf *trust, const char *next)
{
	tw_buf_addf(out, "%s,%s,%s,%s,%u,", first->store, first->date, first[n - 1].date, next, n);
	tw_csv_field(out, tw_buf_slice(trust));
	tw_buf_addc(out, '\n');
}

/* All runs of one store's n snapshots. */
static int store_history(struct tw_buf *out, struct stores_world *w, const struct tw_dated *d, uint32_t n, const struct asked *a)
{
	struct tw_buf before = { 0 }, now = { 0 };
	uint32_t from = 0;
	int err = 0;

	for (uint32_t i = 0; i < n && !err; i++) {
		err = say(&now, w, &d[i], a);
		if (tw_slice_eq(tw_buf_slice(&now), tw_buf_slice(&before)))
			continue;
		if (before.n)
			put_run(out, &d[from], i - from, &before, d[i].date);
		from = i;
		before.n = 0;
		tw_buf_addslice(&before, tw_buf_slice(&now));
	}
	if (before.n && !err)
		put_run(out, &d[from], n - from, &before, "");
	tw_buf_free(&before);
	tw_buf_free(&now);
	return err;
}

static int history(const struct stores_options *o, struct stores_world *w, struct asked *a, struct tw_buf *out)
{
	int err = o->certs ? tw_pool_open(&w->pool, o->certs) : 0;

	err = err ? err : stores_folder(w);
	if (err)
		return err;
	uint32_t i = tw_pool_find(&w->pool, a->sha256);
	struct tw_cert own;
	if (i != TW_NONE) {
		own = w->pool.certs.v[i]; /* the table may move, its bytes do not */
		a->cert = &own;
		tw_sha256(own.issuer, a->issuer);
	}
	tw_buf_adds(out, "store,first,last,next,snapshots,trust\n");
	size_t header = out->n;
	uint32_t n = 0;
	for (uint32_t k = 0; k < w->r.n && !err; k += n) {
		const struct tw_dated *d = tw_rootstores_of(&w->r, w->r.v[k].store, &n);
		err = store_history(out, w, d, n, a);
	}
	a->cert = NULL;
	return err ? err : out->n > header;
}

static int run(int argc, char **argv)
{
	struct stores_options o;
	struct stores_world w = { 0 };
	struct asked a = { .cert = NULL };
	struct tw_buf out = { 0 };
	int status = stores_options(&o, argc, argv, help, STORES_CERTS);

	if (status >= 0)
		return status;
	if (o.n != 1 || !tw_unhex(tw_str(o.v[0]), a.sha256, TW_SHA256))
		return cli_usage("history takes one SHA256: 64 hexadecimal digits");
	int found = history(&o, &w, &a, &out);
	status = found < 0 ? 2 : stores_write(&o, &out);
	if (!status && !found)
		tw_note("%s: in no installed snapshot", o.v[0]);
	tw_buf_free(&out);
	stores_end(&w);
	return status ? status : !found;
}

const struct stores_verb stores_history = { .name = "history", .help = "which snapshots name a certificate", .run = run };
