/* tw-stores export: a store's anchors as PEM. */
#include "cli.h"
#include "stores.h"

static const char help[] =
	"usage: tw-stores export [OPTION]... S\n"
	"\n"
	"Prints the anchors of a store as PEM, sorted by SHA-256. S is as for show. What\n"
	"PEM can't say is counted in the last line: blocks, dates and constraints.\n"
	"\n"
	"  --purpose P         anchors for server (default), client, email, code or any\n"
	"  --at TIME           the snapshot in force then, of a NAME without a date\n"
	"  --certs PATH        certificates that a file only names: a file or a folder\n"
	"  --strict            what is wrong in S, a certificate not at hand among it,\n"
	"                      ends the run\n"
	"  -o, --output FILE   write there, default standard output\n"
	"  --threads N         taken as by every tool; this one works in one thread\n"
	"  -q, --quiet  --help\n"
	"\n"
	"Exit status: 0 done; 2 usage, unreadable or unusable input, failed write.\n";

struct counts {
	uint32_t written, absent, conditions, blocks;
};

static struct counts put_all(struct tw_buf *b, const struct stores_world *w, const struct tw_snapshot *s, uint32_t purposes)
{
	struct counts n = { 0 };
	uint32_t last = TW_NONE;

	for (uint32_t i = 0; i < s->n; i++) {
		const struct tw_snapshot_row *e = &s->v[i];
		n.blocks += e->kind == TW_ROW_BLOCK;
		if (e->kind != TW_ROW_ANCHOR || !(e->purposes & purposes))
			continue;
		n.absent += e->cert == TW_NONE;
		n.conditions += e->distrust_after != TW_TIME_MAX || e->constraints;
		if (e->cert == TW_NONE || e->cert == last)
			continue;
		last = e->cert;
		tw_pool_block(b, &w->pool.certs.v[e->cert]);
		n.written++;
	}
	return n;
}

static int run(int argc, char **argv)
{
	struct stores_options o;
	struct stores_world w = { 0 };
	struct stores_store s;
	struct tw_buf b = { 0 };
	struct counts n = { 0 };
	int status = stores_options(&o, argc, argv, help, STORES_AT | STORES_CERTS | STORES_PURPOSE | STORES_STRICT);

	if (status >= 0)
		return status;
	if (o.n != 1)
		return cli_usage("export takes one S: a store or a file");
	status = 2;
	if (stores_open(&w, &o, o.v[0], &s) == 0) {
		n = put_all(&b, &w, &s.s, o.purposes);
		status = 0;
		if (!n.written) {
			tw_error("%s: no anchor of this purpose whose certificate is at hand", o.v[0]);
			status = 2;
		}
	}
	status = status ? status : stores_write(&o, &b);
	if (!status)
		tw_note("%s%s%s: certificates %u not_at_hand %u with_conditions %u blocks %u", s.name, *s.date ? " of " : "", s.date,
			n.written, n.absent, n.conditions, n.blocks);
	tw_buf_free(&b);
	stores_close(&s);
	stores_end(&w);
	return status;
}

const struct stores_verb stores_export = { .name = "export", .help = "a store's anchors as PEM", .run = run };
