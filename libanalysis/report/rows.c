/* The first pass: rows to tuples, and to the things that are counted. */
#include "report/internal.h"

#include <stdlib.h>
#include <string.h>

static const char *const asked[TW_F_N] = { "source", "protocol", "spoken", "tls_start", "starttls_offered",
	"starttls_answer", "outcome", "offered_versions", "offered_classes", "resumed", "version", "cipher", "group", "dh_bits",
	"dh_prime", "kex", "auth", "enc", "mac", "aead", "forward_secrecy", "cipher_class", "leaf_time", "leaf_key", "leaf_sig",
	"chain_above", "chain_security_bits", "weakest_link", "session_bits", "limited_by", "chain", NULL };

/* tw-chain --client-chain judges what clients sent, in columns of their own: no
 * verdict on a server. */
static bool of_clients(const char *store)
{
	const char *last = strrchr(store, '.');
	return last && strcmp(last, ".client") == 0;
}

/* verdict.S, reason.S and, where it is there, ever.S, of a store with or
 * without .pool; a store's name has no dot. */
static void find_judgements(struct tw_report *r, const struct tw_header *h)
{
	static const char *const kinds[TW_J_N] = { "verdict", "reason", "ever", "roots", "culprit" };

	for (uint32_t i = 0; i < h->n; i++) {
		struct tw_judgement j = { .column = { TW_NONE, TW_NONE, TW_NONE, TW_NONE, TW_NONE }, .previous = TW_NONE };
		if (strncmp(h->name[i], "verdict.", 8) != 0 || of_clients(h->name[i] + 8))
			continue;
		for (int k = 0; k < TW_J_N; k++) {
			struct tw_buf name = { 0 };
			tw_buf_addf(&name, "%s.%s", kinds[k], h->name[i] + 8);
			tw_buf_addc(&name, '\0');
			j.column[k] = tw_header_find(h, (const char *)name.p);
			tw_buf_free(&name);
		}
		if (j.column[1] == TW_NONE)
			continue;
		j.store = tw_strdup(h->name[i] + 8);
		char *dot = strchr(j.store, '.');
		j.pool = dot && strcmp(dot, ".pool") == 0;
		if (j.pool)
			*dot = '\0';
		r->judgement = tw_realloc(r->judgement, r->njudgement + 1, sizeof *r->judgement);
		r->judgement[r->njudgement++] = j;
	}
}

static int find_by(struct tw_report *r, const struct tw_header *h)
{
	static const char *const periods[] = { "", "time:day", "time:week", "time:month" };

	for (uint32_t k = 0; k < r->options.nby; k++) {
		const char *by = r->options.by[k];
		r->by_kind[k] = TW_BY_COLUMN;
		for (int i = TW_BY_DAY; i <= TW_BY_MONTH; i++)
			if (strcmp(by, periods[i]) == 0)
				r->by_kind[k] = (enum tw_by_kind)i;
		r->by[k] = tw_header_find(h, r->by_kind[k] == TW_BY_COLUMN ? by : "time");
		if (r->by[k] != TW_NONE)
			continue;
		tw_error("--by %s: the rows have no such column", by);
		return -1;
	}
	return 0;
}

static int bind(void *self, struct tw_header *h)
{
	struct tw_report *r = self;

	for (int i = 0; i < TW_F_N; i++)
		r->col[i] = asked[i] ? tw_header_find(h, asked[i]) : TW_NONE;
	r->ip = tw_header_find(h, "ip");
	r->port = tw_header_find(h, "port");
	r->name = tw_header_find(h, "name");
	r->scan = tw_header_find(h, "scan");
	r->time = tw_header_find(h, "time");
	r->probe = tw_header_find(h, "probe");
	r->client = tw_header_find(h, "client");
	r->dh_basis = tw_header_find(h, "dh_basis");
	find_judgements(r, h);
	tw_pairs_find(r);
	r->npiece = TW_F_N + TW_J_N * r->njudgement + r->options.nby;
	r->piece = tw_alloc(r->npiece * sizeof *r->piece);
	return find_by(r, h);
}

static bool begins(struct tw_slice s, const char *with)
{
	size_t n = strlen(with);
	return s.n >= n && memcmp(s.p, with, n) == 0;
}

bool tw_report_skips(const struct tw_report *r, const struct tw_row *row)
{
	return begins(tw_row_get(row, r->probe), "offer:");
}

uint64_t tw_report_time(const struct tw_report *r, const struct tw_row *row)
{
	struct tw_slice s = tw_row_get(row, r->time);
	int64_t t, from = tw_time_civil(1600, 1, 1, 0, 0, 0);
	uint64_t ms = 0, unit = 100;

	if (!tw_time_parse(s, &t))
		return 0;
	for (size_t i = 20; i < s.n && s.p[19] == '.' && s.p[i] >= '0' && s.p[i] <= '9'; i++, unit /= 10)
		ms += unit * (uint64_t)(s.p[i] - '0');
	return t < from ? 1 : (uint64_t)(t - from) * 1000 + ms + 1;
}

bool tw_report_entity(struct tw_report *r, const struct tw_row *row, enum tw_unit unit, uint64_t *name)
{
	struct tw_slice ip = tw_row_get(row, r->ip);
	struct tw_slice part[7] = { tw_row_get(row, r->col[TW_F_SOURCE]), tw_row_get(row, r->col[TW_F_PROTOCOL]), ip,
		tw_row_get(row, r->port) };
	uint32_t n = 4;

	if (unit == TW_UNIT_CLIENT) { /* one of all protocols and groups, as certificates are */
		*name = tw_hash(tw_row_get(row, r->client), 0);
		return tw_row_get(row, r->client).n > 0;
	}
	if (unit != TW_UNIT_TARGET && ip.n == 0)
		return false;
	if (unit == TW_UNIT_TARGET) {
		part[n++] = tw_row_get(row, r->name);
		/* a hop to another host is no target that was asked for */
		if (part[4].n == 0 || (ip.n == 0 && begins(tw_row_get(row, r->probe), "redirect:")))
			return false;
	}
	if (unit != TW_UNIT_SERVER)
		part[n++] = tw_row_get(row, r->scan);
	r->text.n = 0;
	for (uint32_t i = 0; i < n + r->options.nby; i++) {
		struct tw_slice s = i < n ? part[i] : r->piece[r->npiece - r->options.nby + i - n];
		uint32_t len = (uint32_t)s.n;
		tw_buf_add(&r->text, &len, sizeof len);
		tw_buf_addslice(&r->text, s);
	}
	*name = tw_hash(tw_buf_slice(&r->text), 0);
	return true;
}

/* Is (tuple, time) to stand for the host instead of what does? Equal times are
 * settled by the tuples' bytes, so that the order of the input decides nothing. */
static bool better(const struct tw_report *r, struct tw_place p, uint32_t tuple, uint64_t time)
{
	const struct tw_tuple *old = &r->tuple[p.s->tuple[p.i]], *new = &r->tuple[tuple];
	uint64_t then = tw_place_time(p);

	if (old->established != new->established)
		return new->established;
	if (time != then)
		return (time > then) == (r->options.rescans == TW_RESCANS_LAST);
	return tw_tuple_cmp(new, old) > 0;
}

static void see_host(struct tw_report *r, const struct tw_row *row, uint32_t tuple, enum tw_unit unit)
{
	struct tw_tally *t = unit == TW_UNIT_HOST ? &r->host : &r->target;
	struct tw_tally *several = unit == TW_UNIT_HOST ? &r->host_all : &r->target_all;
	uint64_t name, time;

	if (!tw_report_entity(r, row, unit, &name))
		return;
	if (r->options.rescans == TW_RESCANS_EACH) {
		r->tuple[tuple].count[unit]++;
		return;
	}
	time = tw_report_time(r, row);
	struct tw_place p = tw_tally_put(t, name, tuple);
	uint32_t old = p.s->tuple[p.i];
	if (!p.fresh && old != tuple) {
		tw_tally_put(several, name, old);
		tw_tally_put(several, name, tuple);
	}
	if (p.fresh || better(r, p, tuple, time))
		tw_place_set(p, tuple, time);
}

static void see_certificate(struct tw_report *r, uint64_t name, uint32_t tuple)
{
	tw_tally_put(&r->certificate, name, tuple);
}

static void see_chain(struct tw_report *r, const struct tw_row *row, uint32_t tuple)
{
	struct tw_slice chain = tw_row_get(row, r->col[TW_F_CHAIN]);

	if (!tw_tuple_is(&r->tuple[tuple], TW_F_CHAIN, "yes"))
		return;
	uint64_t hash = tw_hash(chain, tuple);
	uint64_t *seen = &r->recent[hash % (sizeof r->recent / sizeof *r->recent)];
	if (*seen == hash)
		return;
	*seen = hash;
	tw_report_certificates(r, row, tuple, see_certificate);
}

static int see(void *self, struct tw_row *row)
{
	struct tw_report *r = self;

	if (tw_report_skips(r, row))
		return 0;
	uint32_t i = tw_report_tuple(r, row, true);
	if (r->tuple[i].passive) {
		uint64_t name, client;
		r->tuple[i].count[TW_UNIT_CONNECTION]++;
		bool known = tw_report_entity(r, row, TW_UNIT_CLIENT, &client);
		if (known)
			tw_place_count(tw_tally_put(&r->clients, client, i));
		if (tw_report_entity(r, row, TW_UNIT_SERVER, &name)) {
			tw_place_count(tw_tally_put(&r->server, name, i));
			tw_views_see(r, i, name, known ? &client : NULL);
		}
	} else {
		r->tuple[i].count[TW_UNIT_PROBE]++;
		see_host(r, row, i, TW_UNIT_HOST);
		see_host(r, row, i, TW_UNIT_TARGET);
	}
	see_chain(r, row, i);
	return 0;
}

static void count_hosts(struct tw_report *r, const struct tw_tally *t, enum tw_unit unit)
{
	for (int k = 0; k < TW_TALLY_SHARDS; k++)
		for (uint32_t i = 0; i < t->shard[k].cap; i++)
			if (t->shard[k].tuple[i] != TW_NONE)
				r->tuple[t->shard[k].tuple[i]].count[unit]++;
}

void tw_report_count(struct tw_report *r)
{
	if (r->counted)
		return;
	r->counted = true;
	count_hosts(r, &r->host, TW_UNIT_HOST);
	count_hosts(r, &r->target, TW_UNIT_TARGET);
	tw_views_close(r);
}

struct tw_report *tw_report_new(const struct tw_report_options *o)
{
	struct tw_report *r = tw_alloc(sizeof *r);

	r->options = *o;
	if (r->options.units == 0)
		r->options.units = (1u << TW_UNIT_N) - 1;
	r->stage = (struct tw_stage){ .name = "tw-report", .self = r, .bind = bind, .row = see };
	tw_intern_init(&r->tuples);
	tw_intern_init(&r->groups);
	r->texts = tw_texts_new();
	r->views = tw_views_new();
	tw_tally_init(&r->host, TW_TALLY_TIMES);
	tw_tally_init(&r->target, TW_TALLY_TIMES);
	tw_tally_init(&r->host_all, TW_TALLY_SET);
	tw_tally_init(&r->target_all, TW_TALLY_SET);
	tw_tally_init(&r->server, TW_TALLY_COUNTS);
	tw_tally_init(&r->clients, TW_TALLY_COUNTS);
	tw_tally_init(&r->certificate, TW_TALLY_SET);
	return r;
}

struct tw_stage *tw_report_stage(struct tw_report *r)
{
	return &r->stage;
}

int tw_report_can(const struct tw_report *r, const struct tw_table *t)
{
	for (int i = 0; i < TW_F_N; i++) {
		if (!(t->needs >> i & 1) || r->col[i] != TW_NONE)
			continue;
		bool classes = i >= TW_F_KEX && i < TW_F_CHAIN && i != TW_F_LEAF_TIME;
		tw_error("table %s wants the column %s: run %s first", t->id, asked[i],
		    i == TW_F_LEAF_TIME ? "tw-chain" : classes ? "tw-classify" : "tw-ingest");
		return -1;
	}
	if (t->judged && r->njudgement == 0) {
		tw_error("table %s wants columns verdict.STORE and reason.STORE: run tw-chain first", t->id);
		return -1;
	}
	const char *lacks = tw_pairs_lack(r, t);
	if (lacks)
		tw_error("table %s wants %s", t->id, lacks);
	return lacks ? -1 : 0;
}

static void trace_free(struct tw_trace *t)
{
	if (!t)
		return;
	tw_buf_free(&t->text);
	free(t->known);
	tw_tally_free(&t->chosen);
	tw_tally_free(&t->printed);
	free(t);
}

void tw_report_free(struct tw_report *r)
{
	for (uint32_t i = 0; i < r->tuples.n; i++)
		free(r->tuple[i].piece);
	for (uint32_t j = 0; j < r->njudgement; j++)
		free(r->judgement[j].store);
	free(r->judgement);
	free(r->tuple);
	free(r->group_tuple);
	free(r->piece);
	tw_intern_free(&r->tuples);
	tw_intern_free(&r->groups);
	tw_texts_free(r->texts);
	tw_views_free(r->views);
	tw_tally_free(&r->host);
	tw_tally_free(&r->target);
	tw_tally_free(&r->host_all);
	tw_tally_free(&r->target_all);
	tw_tally_free(&r->server);
	tw_tally_free(&r->clients);
	tw_tally_free(&r->certificate);
	tw_buf_free(&r->text);
	tw_buf_free(&r->by_text);
	tw_buf_free(&r->dh_text);
	trace_free(r->trace);
	free(r);
}
