/* Which servers showed STARTTLS to whom. A server's number stands in each client's
 * entries, so that what some clients were not shown is told from what nobody was
 * without keeping rows: about 30 bytes a server, 14 to 18 for each (client, server,
 * offered or missing). */
#include "report/internal.h"

#include <stdlib.h>

enum { OFFERED = 1, MISSING = 2, TWICE = 4, NAMELESS = 8, CLIENT = 16, CLIENTS = 32, DENIED = 64 };
struct tw_views {
	struct tw_tally server;  /* its number */
	struct tw_tally client;  /* twice the number of a server, one more where the offer was missing */
	struct tw_tally without; /* clients, and the group in which one was left out */
	uint8_t *flags;          /* by number */
	uint32_t *tuple;         /* one of the server's */
	uint32_t n, cap;
};

struct tw_views *tw_views_new(void)
{
	struct tw_views *v = tw_alloc(sizeof *v);

	tw_tally_init(&v->server, TW_TALLY_TIMES);
	tw_tally_init(&v->client, TW_TALLY_SET);
	tw_tally_init(&v->without, TW_TALLY_SET);
	return v;
}

void tw_views_free(struct tw_views *v)
{
	tw_tally_free(&v->server);
	tw_tally_free(&v->client);
	tw_tally_free(&v->without);
	free(v->flags);
	free(v->tuple);
	free(v);
}

static uint32_t number(struct tw_views *v, uint64_t server, uint32_t tuple)
{
	struct tw_place p = tw_tally_put(&v->server, server, v->n);

	if (!p.fresh)
		return p.s->tuple[p.i];
	if (v->n == 1u << 31)
		tw_die("too many distinct servers");
	if (v->n == v->cap) {
		v->cap = v->cap ? 2 * v->cap : 256;
		v->flags = tw_realloc(v->flags, v->cap, sizeof *v->flags);
		v->tuple = tw_realloc(v->tuple, v->cap, sizeof *v->tuple);
	}
	v->flags[v->n] = 0;
	v->tuple[v->n] = tuple;
	return v->n++;
}

void tw_views_see(struct tw_report *r, uint32_t tuple, uint64_t server, const uint64_t *client)
{
	struct tw_views *v = r->views;
	bool missing = r->tuple[tuple].offer == TW_OFFER_MISSING;

	if (r->tuple[tuple].offer == TW_OFFER_UNSEEN)
		return;
	uint32_t i = number(v, server, tuple);
	v->flags[i] |= (v->flags[i] ? TWICE : 0) | (missing ? MISSING : OFFERED) | (client ? 0 : NAMELESS);
	if (client)
		tw_tally_put(&v->client, *client, 2 * i + missing);
}

static bool is_sometimes(uint8_t flags)
{
	return (flags & (OFFERED | MISSING)) == (OFFERED | MISSING);
}

/* What a client tells of its servers: its entries of one stand side by side. */
static void each_client(void *self, struct tw_pair *p, uint32_t n)
{
	struct tw_views *v = self;

	for (uint32_t i = 0; i < n; i++) {
		uint8_t *flags = &v->flags[p[i].tuple / 2];
		bool missing = p[i].tuple & 1, offered = missing && i && p[i - 1].tuple == p[i].tuple - 1;
		if (!offered) /* else it was here with the entry before */
			*flags |= *flags & CLIENT ? CLIENTS : CLIENT;
		if (missing && !offered)
			*flags |= DENIED;
	}
}

static void each_left_out(void *self, struct tw_pair *p, uint32_t n)
{
	struct tw_report *r = self;
	struct tw_views *v = r->views;

	for (uint32_t i = 0; i < n; i++)
		if (p[i].tuple & 1 && is_sometimes(v->flags[p[i].tuple / 2]))
			for (int all = 0; all < 2; all++)
				tw_tally_put(&v->without, p->name, r->tuple[v->tuple[p[i].tuple / 2]].group[all]);
}

static void each_server(void *self, struct tw_pair *p, uint32_t n)
{
	struct tw_report *r = self;
	struct tw_place at = tw_tally_find(&r->views->server, p->name, 0);

	if (!at.s || !is_sometimes(r->views->flags[at.s->tuple[at.i]]))
		return;
	for (uint32_t i = 0; i < n; i++)
		if (r->tuple[p[i].tuple].offer == TW_OFFER_MISSING)
			r->tuple[p[i].tuple].withheld += p[i].count;
}

void tw_views_close(struct tw_report *r)
{
	tw_tally_each(&r->views->client, each_client, r->views);
	tw_tally_each(&r->views->client, each_left_out, r);
	tw_tally_each(&r->server, each_server, r);
}

struct tw_view tw_views_server(const struct tw_report *r, uint64_t server)
{
	struct tw_place at = tw_tally_find(&r->views->server, server, 0);
	uint8_t f = at.s ? r->views->flags[at.s->tuple[at.i]] : 0;

	return (struct tw_view){ .offered = f & OFFERED, .missing = f & MISSING, .twice = f & TWICE, .nameless = f & NAMELESS,
		.clients = f & CLIENTS, .denied = f & DENIED };
}

bool tw_views_withheld(struct tw_report *r, const struct tw_row *row)
{
	uint64_t name;

	return tw_report_entity(r, row, TW_UNIT_SERVER, &name) && tw_views_server(r, name).offered;
}

bool tw_views_left_out(const struct tw_report *r, uint64_t client, uint32_t group)
{
	return tw_tally_find(&r->views->without, client, group).s != NULL;
}

bool tw_views_no_clients(const struct tw_report *r)
{
	for (int i = 0; i < TW_TALLY_SHARDS; i++)
		if (r->views->client.shard[i].n)
			return false;
	return true;
}
