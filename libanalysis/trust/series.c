/* Dated snapshots as one overlay. */
#include "trust/series.h"
#include "base/bounds.h"
#include "base/input.h"
#include "trust/pool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void tw_series_begin(struct tw_series *m, struct tw_store *s, struct tw_certs *certs)
{
	memset(m, 0, sizeof *m);
	m->store = s;
	m->certs = certs;
}

/* What a row says, as a digest: everything but what is for people. */
static void digest(char kind, const uint8_t who[TW_SHA256], const int64_t said[3], const char *text, uint8_t out[TW_SHA256])
{
	struct tw_buf b = { 0 };

	tw_buf_addc(&b, kind);
	tw_buf_add(&b, who, TW_SHA256);
	tw_buf_add(&b, said, 3 * sizeof *said);
	tw_buf_adds(&b, text);
	tw_sha256(tw_buf_slice(&b), out);
	tw_buf_free(&b);
}

/* The place of the row that goes on, or TW_NONE: a new one begins at place. */
static uint32_t goes_on(struct tw_series *m, struct tw_span_of *of, const uint8_t key[TW_SHA256], uint32_t place)
{
	bool fresh;
	uint32_t i = tw_set_add(&m->seen, key, &fresh);

	if (i == m->capnewest) {
		m->capnewest = m->capnewest ? 2 * m->capnewest : 256;
		m->newest = tw_realloc(m->newest, m->capnewest, sizeof *m->newest);
	}
	if (!fresh && of[m->newest[i]].last + 1 >= m->n) {
		of[m->newest[i]].last = m->n;
		return m->newest[i];
	}
	m->newest[i] = place;
	return TW_NONE;
}

/* One for each text. NULL with none, or where a time in it is none. */
static const struct tw_alternatives *constraints(struct tw_series *m, const char *text)
{
	struct tw_store *s = m->store;
	uint8_t key[TW_SHA256];
	bool fresh;

	if (!*text)
		return NULL;
	tw_sha256(tw_str(text), key);
	uint32_t i = tw_set_add(&m->texts, key, &fresh);
	if (fresh) {
		s->constraints = tw_realloc(s->constraints, (size_t)i + 1, sizeof *s->constraints);
		s->constraints[i] = tw_alternatives_new(text);
		s->nconstraints = i + 1;
	}
	return s->constraints[i];
}

static void add_anchor(struct tw_series *m, const struct tw_snapshot_row *e, const struct tw_alternatives *a, uint32_t cert)
{
	struct tw_store *s = m->store;
	const int64_t said[] = { e->purposes, e->distrust_after, e->expiry };
	uint8_t key[TW_SHA256];

	digest('a', e->sha256, said, a ? a->text : "", key);
	if (goes_on(m, m->anchor, key, s->n) != TW_NONE)
		return;
	if (s->n == m->capanchor) {
		m->capanchor = m->capanchor ? 2 * m->capanchor : 256;
		s->anchor = tw_realloc(s->anchor, m->capanchor, sizeof *s->anchor);
		m->anchor = tw_realloc(m->anchor, m->capanchor, sizeof *m->anchor);
		s->cap = m->capanchor;
	}
	m->anchor[s->n] = (struct tw_span_of){ m->n, m->n };
	struct tw_anchor *x = &s->anchor[s->n++];
	*x = tw_anchor_plain(cert);
	x->purposes = e->purposes;
	x->distrust_after = e->distrust_after;
	x->expiry = e->expiry;
	x->constraints = a;
}

static void add_block(struct tw_series *m, const struct tw_snapshot_row *e, enum tw_block_kind kind,
	const uint8_t hash[TW_SHA256])
{
	struct tw_store *s = m->store;
	const int64_t said[] = { kind, e->from, e->until };
	uint8_t key[TW_SHA256];

	digest('b', hash, said, "", key);
	if (goes_on(m, m->block, key, s->nblock) != TW_NONE)
		return;
	if (s->nblock == m->capblock) {
		m->capblock = m->capblock ? 2 * m->capblock : 64;
		s->block = tw_realloc(s->block, m->capblock, sizeof *s->block);
		m->block = tw_realloc(m->block, m->capblock, sizeof *m->block);
	}
	m->block[s->nblock] = (struct tw_span_of){ m->n, m->n };
	struct tw_block *x = &s->block[s->nblock++];
	*x = (struct tw_block){ .kind = kind, .from = e->from, .until = e->until };
	memcpy(x->hash, hash, TW_SHA256);
}

/* A block by each of the names that it gives. */
static void add_blocks(struct tw_series *m, const struct tw_snapshot *s, const struct tw_snapshot_row *e)
{
	if (e->by_cert)
		add_block(m, e, TW_BLOCK_CERT, e->sha256);
	if (e->by_key)
		add_block(m, e, TW_BLOCK_KEY, e->spki);
	if (e->by_serial) {
		uint8_t hash[TW_SHA256];
		tw_block_serial(e->issuer, (struct tw_slice){ e->nserial ? s->text.p + e->serial : NULL, e->nserial }, hash);
		add_block(m, e, TW_BLOCK_SERIAL, hash);
	}
}

static int bad_row(const struct tw_snapshot_row *e, const char *file, const char *why, const char *pool)
{
	struct tw_buf b = { 0 };

	tw_buf_addhex(&b, e->sha256, TW_SHA256);
	tw_buf_addc(&b, 0);
	tw_error("%s: line %llu: certificate %s %s%s", file, (unsigned long long)e->at, (char *)b.p, why, pool);
	tw_buf_free(&b);
	return -1;
}

int tw_series_add(struct tw_series *m, const struct tw_snapshot *s, const struct tw_certs *from, const char *file,
	const char *pool)
{
	for (uint32_t i = 0; i < s->n; i++) {
		const struct tw_snapshot_row *e = &s->v[i];
		const char *text = tw_snapshot_str(s, e->constraints);
		if (e->kind == TW_ROW_BLOCK)
			add_blocks(m, s, e);
		if (e->kind != TW_ROW_ANCHOR)
			continue;
		if (e->cert == TW_NONE && pool)
			return bad_row(e, file, "is not in ", pool);
		const struct tw_alternatives *a = constraints(m, text);
		if (!a && *text)
			return bad_row(e, file, "has constraints with a time that is none: ", text);
		if (e->cert == TW_NONE)
			continue;
		add_anchor(m, e, a, from == m->certs ? e->cert : tw_certs_add(m->certs, from->v[e->cert].der));
	}
	m->n++;
	return 0;
}

static struct tw_held held(const struct tw_store *s, struct tw_span_of of)
{
	return (struct tw_held){ of.first == 0 ? TW_TIME_MIN : s->day[of.first].since,
		of.last + 1 >= s->nday ? TW_TIME_MAX : s->day[of.last + 1].since - 1 };
}

static int by_cert(const void *x, const void *y)
{
	const struct tw_anchor *a = x, *b = y;

	return (a->cert > b->cert) - (a->cert < b->cert);
}

void tw_series_end(struct tw_series *m)
{
	struct tw_store *s = m->store;

	for (uint32_t i = 0; i < s->n; i++)
		s->anchor[i].held = held(s, m->anchor[i]);
	for (uint32_t i = 0; i < s->nblock; i++)
		s->block[i].held = held(s, m->block[i]);
	if (s->n)
		qsort(s->anchor, s->n, sizeof *s->anchor, by_cert);
	tw_set_free(&m->seen);
	tw_set_free(&m->texts);
	free(m->newest);
	free(m->anchor);
	free(m->block);
}

/* ---- from files ---- */
static int take(struct tw_series *m, const struct tw_pool *pool, const char *poolpath, struct tw_slice text, const char *path)
{
	struct tw_snapshot s = { 0 };
	int err = tw_snapshot_read(&s, &pool->certs, text, path);

	if (err == 0)
		err = tw_series_add(m, &s, &pool->certs, path, poolpath);
	tw_snapshot_free(&s);
	return err;
}

int tw_series_open(struct tw_store *s, struct tw_certs *certs, const struct tw_dated *d, uint32_t n, const char *path)
{
	struct tw_pool pool = { 0 };
	struct tw_series m;
	struct tw_buf b = { 0 };
	int err = tw_pool_open(&pool, path);

	tw_series_begin(&m, s, certs);
	s->day = tw_realloc(NULL, (size_t)n + 1, sizeof *s->day);
	for (uint32_t i = 0; i < n && err == 0; i++) {
		struct tw_store_day *day = &s->day[s->nday++];
		day->since = d[i].since;
		memcpy(day->date, d[i].date, sizeof day->date);
		day->distrust_dates = (int8_t)(d[i].line ? d[i].distrust_dates : -1);
		b.n = 0;
		err = tw_input_whole(d[i].path, TW_MAX_BUNDLE, "snapshot", &b);
		if (err == 0)
			err = take(&m, &pool, path, tw_buf_slice(&b), d[i].path);
	}
	tw_series_end(&m);
	tw_buf_free(&b);
	tw_pool_free(&pool);
	return err < 0 ? -1 : 0;
}

/* A snapshot's date is its file's name, where that is one. */
static void name_day(struct tw_store *s, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct tw_slice date = { (const uint8_t *)name, 10 };
	int64_t since;

	if (strlen(name) < 10 || (name[10] && name[10] != '.') || !tw_time_parse(date, &since))
		return;
	s->day = tw_alloc(sizeof *s->day);
	s->day->since = since;
	memcpy(s->day->date, name, 10);
	s->day->distrust_dates = -1;
	s->nday = 1;
	s->fixed = true;
}

int tw_series_file(struct tw_store *s, struct tw_certs *certs, struct tw_slice text, const char *path)
{
	struct tw_buf b = { 0 };
	struct tw_pool pool = { 0 };
	struct tw_series m;
	const char *slash = strrchr(path, '/');
	size_t folder = slash ? (size_t)(slash + 1 - path) : 0;

	for (int up = 0; up < 2; up++) {
		b.n = 0;
		tw_buf_add(&b, path, folder);
		tw_buf_adds(&b, up ? "../pool.pem" : "pool.pem");
		tw_buf_addc(&b, 0);
		if (access((char *)b.p, F_OK) == 0)
			break;
	}
	int err = tw_pool_open(&pool, (char *)b.p);
	if (err == 0) {
		tw_series_begin(&m, s, certs);
		name_day(s, path);
		err = take(&m, &pool, (char *)b.p, text, path);
		tw_series_end(&m);
	}
	tw_pool_free(&pool);
	tw_buf_free(&b);
	return err < 0 ? -1 : 0;
}
