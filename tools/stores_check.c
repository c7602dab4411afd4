/* tw-stores check: what is wrong with stores, and with their certificates. */
#include "cli.h"
#include "stores.h"

#include <stdlib.h>

static const char help[] =
	"usage: tw-stores check [OPTION]... [S]...\n"
	"\n"
	"Prints a CSV row for whatever is wrong in the stores S (as for show), default\n"
	"all installed snapshots and their folder. what is one of\n"
	"  not_at_hand  an anchor whose certificate nobody has\n"
	"  unreadable, fault  of an anchor's certificate, told once; says, rule: which\n"
	"  expired, not_yet   it was not valid on the snapshot's day\n"
	"  twice        an anchor twice, with different trust\n"
	"  no_source    a snapshot that SOURCES.csv has no line for; lost: the reverse\n"
	"  unused       a certificate of the pool that no snapshot names\n"
	"\n"
	"  --certs PATH        certificates that files only name: a file or a folder\n"
	"  -o, --output FILE   write there, default standard output\n"
	"  --threads N         taken as by every tool; this one works in one thread\n"
	"  -q, --quiet  --help\n"
	"\n"
	"Exit status: 0 nothing is wrong; 1 there are rows; 2 usage, unreadable or\n"
	"unusable input, failed write.\n";

struct check {
	struct stores_world *w;
	struct tw_buf *b;
	struct tw_set told;  /* certificates whose own faults were told */
	struct tw_set named; /* certificates that some snapshot names */
	uint32_t rows;
};

/* A row; c may be NULL, says and rule "". */
static void put(struct check *k, const char *store, const char *date, const uint8_t *sha256, const struct tw_cert *c,
	const char *what, const char *says, const char *rule)
{
	struct tw_buf subject = { 0 };

	tw_csv_field(k->b, tw_str(store));
	tw_buf_addf(k->b, ",%s,", date);
	if (sha256)
		tw_buf_addhex(k->b, sha256, TW_SHA256);
	tw_buf_addc(k->b, ',');
	if (c && c->readable)
		(void)tw_name_text(&subject, c->subject);
	tw_csv_field(k->b, tw_buf_slice(&subject));
	tw_buf_addf(k->b, ",%s,", what);
	tw_csv_field(k->b, tw_str(says));
	tw_buf_addc(k->b, ',');
	tw_csv_field(k->b, tw_str(rule));
	tw_buf_addc(k->b, '\n');
	tw_buf_free(&subject);
	k->rows++;
}

/* What an anchor's certificate says that can't be read, or not as it should. */
static void check_cert(struct check *k, const struct stores_store *s, const struct tw_cert *c)
{
	bool fresh;

	(void)tw_set_add(&k->told, c->sha256, &fresh);
	if (!fresh)
		return;
	if (!c->readable)
		put(k, s->name, s->date, c->sha256, c, "unreadable", "", "");
	for (int i = 0; i < TW_FAULT_N && c->readable; i++)
		if (c->faults & TW_FAULT_BIT(i))
			put(k, s->name, s->date, c->sha256, c, "fault", tw_fault_kinds[i].says, tw_fault_kinds[i].rule);
}

static void check_row(struct check *k, const struct stores_store *s, uint32_t i)
{
	const struct tw_snapshot_row *e = &s->s.v[i];
	const struct tw_cert *c = e->cert == TW_NONE ? NULL : &k->w->pool.certs.v[e->cert];
	bool fresh;
	int64_t day;

	if (e->by_cert)
		(void)tw_set_add(&k->named, e->sha256, &fresh);
	if (e->kind != TW_ROW_ANCHOR)
		return;
	if (i && s->s.v[i - 1].kind == TW_ROW_ANCHOR && !memcmp(s->s.v[i - 1].sha256, e->sha256, TW_SHA256))
		put(k, s->name, s->date, e->sha256, c, "twice", "", "");
	if (!c) {
		put(k, s->name, s->date, e->sha256, NULL, "not_at_hand", "", "");
		return;
	}
	check_cert(k, s, c);
	if (!c->readable || !*s->date || !tw_time_parse(tw_str(s->date), &day))
		return;
	if (c->not_after < day)
		put(k, s->name, s->date, e->sha256, c, "expired", "", "");
	else if (c->not_before > day)
		put(k, s->name, s->date, e->sha256, c, "not_yet", "", "");
}

static void check_store(struct check *k, struct stores_store *s)
{
	for (uint32_t i = 0; i < s->s.n; i++)
		check_row(k, s, i);
	stores_close(s);
}

/* All snapshots, the sources, the pool. */
static int check_folder(struct check *k)
{
	struct stores_world *w = k->w;
	struct stores_store s;
	int err = stores_folder(w);

	uint32_t npool = w->pool.certs.n;
	for (uint32_t i = 0; i < w->r.n && !err; i++) {
		const struct tw_dated *d = &w->r.v[i];
		if (!d->line)
			put(k, d->store, d->date, NULL, NULL, "no_source", "", "");
		err = stores_dated(w, d, &s);
		if (err == 0)
			check_store(k, &s);
	}
	for (uint32_t i = 0; i < w->r.nlost && !err; i++)
		put(k, w->r.lost[i], "", NULL, NULL, "lost", "", "");
	for (uint32_t i = 0; i < npool && !err; i++) {
		const struct tw_cert *c = &w->pool.certs.v[i];
		if (tw_set_find(&k->named, c->sha256) == TW_NONE)
			put(k, "", "", c->sha256, c, "unused", "", "");
	}
	return err;
}

static int run(int argc, char **argv)
{
	struct stores_options o;
	struct stores_world w = { 0 };
	struct tw_buf b = { 0 };
	struct check k = { .w = &w, .b = &b };
	struct stores_store s;
	int status = stores_options(&o, argc, argv, help, STORES_CERTS), err = 0;

	if (status >= 0)
		return status;
	tw_buf_adds(&b, "store,date,sha256,subject,what,says,rule\n");
	if (!o.n)
		err = check_folder(&k);
	for (int i = 0; i < o.n && !err; i++) {
		err = stores_open(&w, &o, o.v[i], &s);
		if (err == 0)
			check_store(&k, &s);
		else
			stores_close(&s);
	}
	status = err ? 2 : stores_write(&o, &b);
	if (!status)
		tw_note("rows %u", k.rows);
	tw_buf_free(&b);
	tw_set_free(&k.told);
	tw_set_free(&k.named);
	stores_end(&w);
	return status ? status : k.rows > 0;
}

const struct stores_verb stores_check = { .name = "check", .help = "what is wrong in stores", .run = run };
