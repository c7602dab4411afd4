/* tw-stores overlap: what stores have in common, two by two. */
#include "cli.h"
#include "stores.h"

#include <stdlib.h>

static const char help[] =
	"usage: tw-stores overlap [OPTION]... [S]...\n"
	"\n"
	"Prints a CSV row for every two of the stores S: how many anchors each has, in\n"
	"common, and the Jaccard index (in common, of those that either has); the same\n"
	"for distinct keys. S is as for show; default: every installed store.\n"
	"\n"
	"  --at TIME           the snapshots in force then, default the newest; stores\n"
	"                      that begin later are left out\n"
	"  --purpose P         anchors for server (default), client, email, code or any\n"
	"  --certs PATH        certificates that files only name: a file or a folder\n"
	"  --strict            what is wrong in a store ends the run\n"
	"  -o, --output FILE   write there, default standard output\n"
	"  --threads N         taken as by every tool; this one works in one thread\n"
	"  -q, --quiet  --help\n"
	"\n"
	"Exit status: 0 done; 2 usage, unreadable or unusable input, failed write.\n";

/* A store's anchors and their keys, each as a set. */
struct held {
	struct stores_store s;
	struct tw_set certs, keys;
};

static void take(struct held *h, const struct stores_world *w, uint32_t purposes)
{
	bool fresh;

	for (uint32_t i = 0; i < h->s.s.n; i++) {
		const struct tw_snapshot_row *e = &h->s.s.v[i];
		if (e->kind != TW_ROW_ANCHOR || !(e->purposes & purposes))
			continue;
		(void)tw_set_add(&h->certs, e->sha256, &fresh);
		if (e->cert != TW_NONE && w->pool.certs.v[e->cert].readable)
			(void)tw_set_add(&h->keys, w->pool.certs.v[e->cert].spki_sha256, &fresh);
	}
}

static uint32_t common(const struct tw_set *a, const struct tw_set *b)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < a->n; i++)
		n += tw_set_find(b, a->keys[i]) != TW_NONE;
	return n;
}

static void put_sets(struct tw_buf *b, const struct tw_set *x, const struct tw_set *y)
{
	uint32_t both = common(x, y), either = x->n + y->n - both;

	tw_buf_addf(b, ",%u,%u,%u,", x->n, y->n, both);
	if (either)
		tw_buf_addf(b, "%.4f", (double)both / either);
}

static void put_pair(struct tw_buf *b, const struct held *x, const struct held *y)
{
	tw_csv_field(b, tw_str(x->s.name));
	tw_buf_addf(b, ",%s,", x->s.date);
	tw_csv_field(b, tw_str(y->s.name));
	tw_buf_addf(b, ",%s", y->s.date);
	put_sets(b, &x->certs, &y->certs);
	put_sets(b, &x->keys, &y->keys);
	tw_buf_addc(b, '\n');
}

/* The stores to compare: of the arguments, or all; there is room for *room. How
 * many; -1 after tw_error. */
static int open_all(const struct stores_options *o, struct stores_world *w, struct held **all, size_t *room)
{
	int n = 0;

	if (o->certs && tw_pool_open(&w->pool, o->certs) < 0)
		return -1;
	if (!o->n && stores_folder(w) < 0)
		return -1;
	*room = o->n ? (size_t)o->n : w->r.n;
	*all = tw_alloc((*room + 1) * sizeof **all);
	for (int i = 0; i < o->n; i++)
		if (stores_open(w, o, o->v[i], &(*all)[n++].s) < 0)
			return -1;
	uint32_t step = 0;
	for (uint32_t i = 0; i < w->r.n && !o->n; i += step) {
		(void)tw_rootstores_of(&w->r, w->r.v[i].store, &step);
		const struct tw_dated *d = tw_rootstores_at(&w->r, w->r.v[i].store, o->at);
		if (!d)
			tw_note("%s: its oldest snapshot is of %s: left out", w->r.v[i].store, w->r.v[i].date);
		else if (stores_dated(w, d, &(*all)[n++].s) < 0 || stores_strict(o, &(*all)[n - 1].s) < 0)
			return -1;
	}
	return n;
}

static int run(int argc, char **argv)
{
	struct stores_options o;
	struct stores_world w = { 0 };
	struct held *all = NULL;
	size_t room = 0;
	struct tw_buf b = { 0 };
	int status = stores_options(&o, argc, argv, help, STORES_AT | STORES_CERTS | STORES_PURPOSE | STORES_STRICT);

	if (status >= 0)
		return status;
	if (o.n == 1)
		return cli_usage("overlap takes no S, or two and more");
	int n = open_all(&o, &w, &all, &room);
	for (int i = 0; i < n; i++)
		take(&all[i], &w, o.purposes);
	tw_buf_adds(&b, "a,a_date,b,b_date,a_anchors,b_anchors,common,jaccard,a_keys,b_keys,common_keys,jaccard_keys\n");
	for (int i = 0; i < n; i++)
		for (int k = i + 1; k < n; k++)
			put_pair(&b, &all[i], &all[k]);
	status = n < 0 ? 2 : stores_write(&o, &b);
	tw_buf_free(&b);
	for (size_t i = 0; i < room; i++) {
		stores_close(&all[i].s);
		tw_set_free(&all[i].certs);
		tw_set_free(&all[i].keys);
	}
	free(all);
	stores_end(&w);
	return status;
}

const struct stores_verb stores_overlap = { .name = "overlap", .help = "anchors in common, store by store", .run = run };
