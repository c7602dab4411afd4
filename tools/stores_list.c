/* tw-stores list: the snapshots that are installed. */
#include "cli.h"
#include "stores.h"

static const char help[] =
	"usage: tw-stores list [OPTION]... [STORE]...\n"
	"\n"
	"Prints a CSV row for each installed snapshot (of each STORE): its rows, anchors,\n"
	"anchors for servers, blocks; whether its source could carry the vendor's\n"
	"distrust dates (empty where nobody says); where it is from, and the licence.\n"
	"TLSWILD_ROOTSTORES names another folder than the installed one.\n"
	"\n"
	"  -o, --output FILE   write there, default standard output\n"
	"  --threads N         taken as by every tool; this one works in one thread\n"
	"  -q, --quiet  --help\n"
	"\n"
	"Exit status: 0 done; 1 there is none; 2 usage, unreadable input, failed write.\n";

static void put(struct tw_buf *b, const char *s)
{
	tw_buf_addc(b, ',');
	tw_csv_field(b, tw_str(s));
}

static int put_snapshot(struct tw_buf *b, struct stores_world *w, const struct tw_dated *d)
{
	struct stores_store s;
	uint32_t anchors = 0, servers = 0, blocks = 0;
	int err = stores_dated(w, d, &s);

	for (uint32_t i = 0; i < s.s.n; i++) {
		const struct tw_snapshot_row *e = &s.s.v[i];
		anchors += e->kind == TW_ROW_ANCHOR;
		servers += e->kind == TW_ROW_ANCHOR && e->purposes & TW_TRUST_SERVER;
		blocks += e->kind == TW_ROW_BLOCK;
	}
	tw_buf_addf(b, "%s,%s,%u,%u,%u,%u,%s", d->store, d->date, s.s.n, anchors, servers, blocks,
		!d->line ? "" : d->distrust_dates ? "yes" : "no");
	put(b, d->source);
	put(b, d->sha256);
	put(b, d->licence);
	put(b, d->note);
	tw_buf_addc(b, '\n');
	stores_close(&s);
	return err;
}

static bool asked(const struct stores_options *o, const char *store)
{
	for (int i = 0; i < o->n; i++)
		if (!strcmp(o->v[i], store))
			return true;
	return o->n == 0;
}

static int all_there(const struct stores_world *w, const struct stores_options *o)
{
	uint32_t n = 1;

	for (int i = 0; i < o->n && n; i++)
		if (!tw_rootstores_of(&w->r, o->v[i], &n))
			tw_error("%s: no store of this name in %s", o->v[i], w->r.folder);
	return n ? 0 : -1;
}

static int run(int argc, char **argv)
{
	struct stores_options o;
	struct stores_world w = { 0 };
	struct tw_buf b = { 0 };
	uint32_t found = 0;
	int status = stores_options(&o, argc, argv, help, 0);

	if (status >= 0)
		return status;
	int err = stores_folder(&w);
	err = err ? err : all_there(&w, &o);
	tw_buf_adds(&b, "store,date,rows,anchors,tls_trusted,blocks,distrust_dates,source,sha256,licence,note\n");
	for (uint32_t i = 0; i < w.r.n && !err; i++)
		if (asked(&o, w.r.v[i].store)) {
			err = put_snapshot(&b, &w, &w.r.v[i]);
			found++;
		}
	if (err)
		tw_buf_free(&b);
	status = err ? 2 : stores_write(&o, &b);
	if (!status && !found)
		tw_note("no snapshot in %s", w.r.folder);
	stores_end(&w);
	return status ? status : !found;
}

const struct stores_verb stores_list = { .name = "list", .help = "the installed snapshots, with counts and origin", .run = run };
