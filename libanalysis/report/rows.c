/* The first pass: rows to tuples, hosts and certificates. */
#include "report/internal.h"

#include <stdlib.h>
#include <string.h>

const char *const tw_unit_names[TW_UNIT_N] = { "probe", "host", "connection", "certificate" };

static const char *const fact_names[TW_F_N] = { "source", "protocol", "spoken", "tls_start", "starttls_offered",
	"starttls_answer", "outcome", "version", "cipher", "kex", "enc", "mac", "aead", "forward_secrecy", "cipher_class",
	"leaf_time", "leaf_key", "leaf_sig", "chain_security_bits", "chain" };

/* verdict.S and reason.S, then verdict.S.pool and reason.S.pool. A store's
 * name has no dot. */
static void find_judgements(struct tw_report *r, const struct tw_header *h)
{
	for (uint32_t i = 0; i < h->n; i++) {
		if (strncmp(h->name[i], "verdict.", 8) != 0)
			continue;
		struct tw_buf reason = { 0 };
		tw_buf_addf(&reason, "reason.%s", h->name[i] + 8);
		tw_buf_addc(&reason, '\0');
		uint32_t at = tw_header_find(h, (const char *)reason.p);
		tw_buf_free(&reason);
		if (at == TW_NONE)
			continue;
		r->judgement = tw_realloc(r->judgement, r->njudgement + 1, sizeof *r->judgement);
		struct tw_judgement *j = &r->judgement[r->njudgement++];
		*j = (struct tw_judgement){ tw_strdup(h->name[i] + 8), false, i, at };
		char *dot = strchr(j->store, '.');
		if (dot && strcmp(dot, ".pool") == 0) {
			*dot = '\0';
			j->pool = true;
		}
	}
}

static int bind(void *self, struct tw_header *h)
{
	struct tw_report *r = self;

	for (int i = 0; i < TW_F_N; i++)
		r->col[i] = tw_header_find(h, fact_names[i]);
	r->chain = r->col[TW_F_HAS_CHAIN];
	r->ip = tw_header_find(h, "ip");
	r->port = tw_header_find(h, "port");
	r->scan = tw_header_find(h, "scan");
	r->time = tw_header_find(h, "time");
	r->probe = tw_header_find(h, "probe");
	find_judgements(r, h);
	r->bound = true;
	return 0;
}

static void add_field(struct tw_buf *b, struct tw_slice v)
{
	tw_buf_addslice(b, v);
	tw_buf_addc(b, 0x1f);
}

/* The tuple's text: its fields, chain told as yes or nothing. */
static void tuple_text(struct tw_report *r, const struct tw_row *row)
{
	struct tw_slice chain = tw_row_get(row, r->chain);

	r->text.n = 0;
	for (int i = 0; i < TW_F_N; i++) {
		if (i == TW_F_HAS_CHAIN)
			add_field(&r->text, tw_str(chain.n && !tw_slice_is(chain, "NONE") ? "yes" : ""));
		else
			add_field(&r->text, tw_row_get(row, r->col[i]));
	}
	for (uint32_t j = 0; j < r->njudgement; j++) {
		add_field(&r->text, tw_row_get(row, r->judgement[j].verdict));
		add_field(&r->text, tw_row_get(row, r->judgement[j].reason));
	}
}

static struct tw_slice next_field(const uint8_t **p, const uint8_t *end)
{
	const uint8_t *stop = memchr(*p, 0x1f, (size_t)(end - *p));
	struct tw_slice s = { *p, (size_t)(stop - *p) };
	*p = stop + 1;
	return s;
}

static void new_tuple(struct tw_report *r, uint32_t i)
{
	if (i == r->tuple_cap) {
		r->tuple_cap = r->tuple_cap ? 2 * r->tuple_cap : 256;
		r->tuple = tw_realloc(r->tuple, r->tuple_cap, sizeof *r->tuple);
	}
	struct tw_tuple *t = &r->tuple[i];
	*t = (struct tw_tuple){ .text = { NULL, r->text.n } };
	uint8_t *own = tw_alloc(r->text.n);
	memcpy(own, r->text.p, r->text.n);
	t->text.p = own;
	const uint8_t *p = own, *end = own + r->text.n;
	for (int k = 0; k < TW_F_N; k++)
		t->f[k] = next_field(&p, end);
	t->verdict = tw_alloc((2 * (size_t)r->njudgement + 1) * sizeof *t->verdict);
	t->reason = t->verdict + r->njudgement;
	for (uint32_t j = 0; j < r->njudgement; j++) {
		t->verdict[j] = next_field(&p, end);
		t->reason[j] = next_field(&p, end);
	}
}

/* 0x1f parts fields; escaped text never holds it, foreign rows may. */
static bool has_separator(const struct tw_row *row)
{
	return row->raw.n && memchr(row->raw.p, 0x1f, row->raw.n) != NULL;
}

uint32_t tw_report_tuple(struct tw_report *r, const struct tw_row *row, bool add)
{
	uint8_t digest[TW_SHA256];
	bool fresh = false;

	tuple_text(r, row);
	tw_sha256(tw_buf_slice(&r->text), digest);
	if (!add)
		return tw_set_find(&r->tuple_set, digest);
	uint32_t i = tw_set_add(&r->tuple_set, digest, &fresh);
	if (fresh)
		new_tuple(r, i);
	return i;
}

/* (ip, port, protocol), once in a scan. */
uint32_t tw_report_host(struct tw_report *r, const struct tw_row *row, bool add)
{
	uint8_t digest[TW_SHA256];
	bool fresh = false;

	if (tw_row_get(row, r->ip).n == 0)
		return TW_NONE;
	r->text.n = 0;
	add_field(&r->text, tw_row_get(row, r->ip));
	add_field(&r->text, tw_row_get(row, r->port));
	add_field(&r->text, tw_row_get(row, r->col[TW_F_PROTOCOL]));
	add_field(&r->text, tw_row_get(row, r->scan));
	tw_sha256(tw_buf_slice(&r->text), digest);
	if (!add)
		return tw_set_find(&r->host_set, digest);
	uint32_t i = tw_set_add(&r->host_set, digest, &fresh);
	if (fresh && i == r->host_cap) {
		r->host_cap = r->host_cap ? 2 * r->host_cap : 256;
		r->host = tw_realloc(r->host, r->host_cap, sizeof *r->host);
	}
	if (fresh)
		r->host[i] = (struct tw_host){ 0, 0, TW_NONE, false, false };
	return i;
}

/* Is b to stand for the host instead of a? Equal times are settled by the
 * tuples' bytes, so that the order of the input decides nothing. */
static bool better(const struct tw_report *r, const struct tw_host *a, const struct tw_host *b)
{
	if (a->established != b->established)
		return b->established;
	if (a->time != b->time)
		return (b->time > a->time) == (r->rescans == TW_RESCANS_LAST);
	return tw_slice_cmp(r->tuple[b->tuple].text, r->tuple[a->tuple].text) > 0;
}

static void see_host(struct tw_report *r, const struct tw_row *row, uint32_t tuple)
{
	uint32_t i = tw_report_host(r, row, true);
	struct tw_host now = { row->number, TW_TIME_MIN, tuple, tw_tuple_is(&r->tuple[tuple], TW_F_OUTCOME, "established"), false };

	if (i == TW_NONE)
		return;
	if (!tw_time_parse(tw_row_get(row, r->time), &now.time))
		now.time = TW_TIME_MIN;
	struct tw_host *h = &r->host[i];
	now.disagrees = h->disagrees || (h->tuple != TW_NONE && h->tuple != tuple);
	if (h->tuple == TW_NONE || better(r, h, &now))
		*h = now;
	else
		h->disagrees = now.disagrees;
}

/* A leaf counts once for a source and protocol, whatever else differs. */
static void see_leaf(struct tw_report *r, const struct tw_row *row, uint32_t tuple)
{
	struct tw_tuple *t = &r->tuple[tuple];
	struct tw_slice leaf = tw_row_get(row, r->chain);
	const uint8_t *sp = leaf.n ? memchr(leaf.p, ' ', leaf.n) : NULL;
	uint8_t digest[TW_SHA256];
	bool fresh;

	if (!tw_tuple_is(t, TW_F_HAS_CHAIN, "yes"))
		return;
	if (sp)
		leaf.n = (size_t)(sp - leaf.p);
	r->text.n = 0;
	add_field(&r->text, t->f[TW_F_SOURCE]);
	add_field(&r->text, t->f[TW_F_PROTOCOL]);
	add_field(&r->text, leaf);
	tw_sha256(tw_buf_slice(&r->text), digest);
	tw_set_add(&r->cert_set, digest, &fresh);
	t->count[TW_UNIT_CERTIFICATE] += fresh;
}

static int see(void *self, struct tw_row *row)
{
	struct tw_report *r = self;

	if (has_separator(row)) {
		tw_error("row %llu: a control character (0x1f) in a field", (unsigned long long)row->number);
		return -1;
	}
	uint32_t i = tw_report_tuple(r, row, true);
	bool passive = tw_tuple_is(&r->tuple[i], TW_F_SOURCE, "passive");
	r->tuple[i].count[passive ? TW_UNIT_CONNECTION : TW_UNIT_PROBE]++;
	if (!passive)
		see_host(r, row, i);
	see_leaf(r, row, i);
	return 0;
}

void tw_report_count(struct tw_report *r)
{
	if (r->counted)
		return;
	r->counted = true;
	for (uint32_t i = 0; i < r->host_set.n; i++) {
		struct tw_tuple *t = &r->tuple[r->host[i].tuple];
		t->count[TW_UNIT_HOST]++;
		t->disagree += r->host[i].disagrees;
	}
}

struct tw_report *tw_report_new(enum tw_rescans rescans)
{
	struct tw_report *r = tw_alloc(sizeof *r);
	r->rescans = rescans;
	r->stage = (struct tw_stage){ "tw-report", r, bind, see, NULL };
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
		const char *tool = i == TW_F_LEAF_TIME ? "tw-chain" : i >= TW_F_KEX && i < TW_F_HAS_CHAIN ? "tw-classify" : "tw-ingest";
		tw_error("table %s wants the column %s: run %s first", t->id, fact_names[i], tool);
		return -1;
	}
	if (t->judged && r->njudgement == 0) {
		tw_error("table %s wants columns verdict.STORE and reason.STORE: run tw-chain first", t->id);
		return -1;
	}
	return 0;
}

void tw_report_free(struct tw_report *r)
{
	for (uint32_t i = 0; i < r->tuple_set.n; i++) {
		free((void *)(uintptr_t)r->tuple[i].text.p);
		free(r->tuple[i].verdict);
	}
	for (uint32_t j = 0; j < r->njudgement; j++)
		free(r->judgement[j].store);
	free(r->judgement);
	free(r->tuple);
	free(r->host);
	tw_set_free(&r->tuple_set);
	tw_set_free(&r->host_set);
	tw_set_free(&r->cert_set);
	tw_buf_free(&r->text);
	tw_buf_free(&r->key);
	free(r);
}
