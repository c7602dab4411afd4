/* The run over dumps. Records are read by workers, each whole or not at all,
 * so that one that turns out rejected has left nothing behind; the writer
 * alone touches the table of certificates, in the order of the input. */
#include "dump/ingest.h"
#include "base/blocks.h"
#include "base/progress.h"
#include "cert/cert.h"
#include "dump/block.h"
#include "dump/capture/capture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a block keeps for the next use; a giant record's memory goes back. */
#define KEEP (4u * TW_BLOCK)

/* ---- the worker ---- */
static int sink_obs(void *self, const struct tw_obs_row *o)
{
	struct block *b = self;
	struct tw_obs_row row;

	if (b->clients) {
		row = *o;
		tw_clients_hide(b->clients, &row, &b->hidden);
		o = &row;
	}
	tw_obs_write(&b->rows, o, b->show);
	b->n.observations++;
	return 0;
}

static int sink_cert(void *self, const uint8_t sha256[TW_SHA256], struct tw_slice sent)
{
	struct block *b = self;
	bool fresh = true;

	if (b->once)
		tw_set_add(b->once, sha256, &fresh);
	if (!fresh)
		return 0;
	if (b->nstaged == b->cap_staged) {
		b->cap_staged = b->cap_staged ? 2 * b->cap_staged : 64;
		b->staged = tw_realloc(b->staged, b->cap_staged, sizeof *b->staged);
	}
	struct staged *s = &b->staged[b->nstaged++];
	memcpy(s->sha256, sha256, TW_SHA256);
	s->at = b->sent.n;
	s->n = sent.n;
	tw_buf_addslice(&b->sent, sent);
	return 0;
}

static int sink_reject(void *self, const char *input, uint64_t record, uint64_t offset, const char *reason, struct tw_slice detail)
{
	struct block *block = self;
	struct tw_buf *b = &block->rejects;

	tw_csv_field(b, tw_str(input));
	tw_buf_addc(b, ',');
	tw_buf_addu(b, record);
	tw_buf_addc(b, ',');
	tw_buf_addu(b, offset);
	tw_buf_addc(b, ',');
	tw_csv_field(b, tw_str(reason));
	tw_buf_addc(b, ',');
	tw_csv_field(b, detail);
	tw_buf_addc(b, '\n');
	return 0;
}

struct tw_sink tw_block_sink(struct block *b)
{
	return (struct tw_sink){ b, sink_obs, sink_cert, sink_reject };
}

static void *reader_of(struct tw_ingest *g, const struct tw_format *f, unsigned thread)
{
	void **r = &g->reader[thread * g->nformats + (size_t)(f - tw_formats)];
	if (!*r)
		*r = f->open(&g->options);
	return *r;
}

static void read_record(struct tw_ingest *g, struct block *b, const struct cut *c, unsigned thread)
{
	struct tw_sink sink = tw_block_sink(b);
	struct tw_record r = { b->source->name, c->number, c->offset, { b->text.p + c->at, c->n }, b->source->at };
	size_t rows = b->rows.n, sent = b->sent.n, staged = b->nstaged;
	uint64_t observations = b->n.observations;

	b->n.records++;
	if (c->reason) {
		sink_reject(b, r.input, r.number, r.offset, c->reason, r.text);
		b->n.rejected++;
		return;
	}
	switch (b->format->read(reader_of(g, b->format, thread), &r, &sink)) {
	case TW_USED: b->n.used++; return;
	case TW_CONTEXT: b->n.context++; break;
	case TW_REJECTED: b->n.rejected++; break;
	case TW_FAILED: b->failed = true; break;
	}
	b->rows.n = rows;
	b->sent.n = sent;
	b->nstaged = staged;
	b->n.observations = observations;
}

static void block_work(void *self, void *block, unsigned thread)
{
	struct block *b = block;
	for (size_t i = 0; i < b->ncut; i++)
		read_record(self, b, &b->cut[i], thread);
}

/* ---- the writer ---- */
static void empty(struct tw_buf *b)
{
	b->n = 0;
	if (b->cap > KEEP)
		tw_buf_free(b);
}

static void block_empty(struct block *b)
{
	empty(&b->text);
	empty(&b->rows);
	empty(&b->sent);
	empty(&b->rejects);
	b->notes.n = 0;
	b->done = b->ncut = b->nstaged = 0;
	b->failed = false;
	memset(&b->n, 0, sizeof b->n);
}

void tw_counts_add(struct tw_counts *to, const struct tw_counts *n)
{
	to->records += n->records;
	to->used += n->used;
	to->context += n->context;
	to->rejected += n->rejected;
	to->observations += n->observations;
}

/* Certificates first: rows name them (DESIGN: live pipes). */
static int put_certs(struct tw_ingest *g, const struct block *b)
{
	for (size_t i = 0; i < b->nstaged; i++) {
		bool fresh;
		tw_set_add(&g->seen, b->staged[i].sha256, &fresh);
		struct tw_slice sent = { b->sent.p + b->staged[i].at, b->staged[i].n };
		g->n.certificates += fresh;
		if (fresh && g->certs)
			tw_certs_element(&g->elements, sent);
	}
	if (!g->elements.n)
		return 0;
	int err = tw_output_put(g->certs, &g->elements);
	empty(&g->elements);
	return err ? err : tw_output_flush(g->certs);
}

int tw_block_put(struct tw_ingest *g, struct block *b)
{
	for (size_t at = 0; at < b->notes.n; at += strlen((char *)b->notes.p + at) + 1)
		tw_note("%s", (char *)b->notes.p + at);

	if (b->failed || put_certs(g, b) || (g->rejects && tw_output_put(g->rejects, &b->rejects)) ||
	    tw_output_put(g->out, &b->rows))
		return -1;
	tw_counts_add(&g->n, &b->n);
	tw_counts_add(&b->source->n, &b->n);
	block_empty(b);
	return 0;
}

void *tw_block_open(void *self)
{
	struct tw_ingest *g = self;
	struct block *b = tw_alloc(sizeof *b);

	b->show = g->options.show;
	b->clients = g->options.clients;
	return b;
}

void tw_block_close(void *self, void *block)
{
	struct block *b = block;

	(void)self;
	tw_buf_free(&b->text);
	tw_buf_free(&b->rows);
	tw_buf_free(&b->sent);
	tw_buf_free(&b->rejects);
	tw_buf_free(&b->notes);
	tw_buf_free(&b->hidden);
	free(b->cut);
	free(b->staged);
	free(b);
}

static int block_commit(void *self, void *block)
{
	struct block *b = block;
	return b->format && b->format->packets ? tw_captures_take(self, b) : tw_block_put(self, b);
}

static const struct tw_blocks_ops ops = { .open = tw_block_open, .work = block_work, .commit = block_commit,
	.close = tw_block_close };

/* ---- the reader ---- */

/* The input is slow: what is there goes out before we wait. */
static int idle(void *self)
{
	struct tw_ingest *g = self;
	return tw_blocks_drain(g->blocks) ? -1 : tw_output_flush(g->out);
}

static struct source *add_source(struct tw_ingest *g, const char *path)
{
	struct source *s = tw_alloc(sizeof *s);
	int64_t t;

	if (g->nsources == g->cap_sources) {
		g->cap_sources = g->cap_sources ? 2 * g->cap_sources : 16;
		g->sources = tw_realloc(g->sources, g->cap_sources, sizeof *g->sources);
	}
	g->sources[g->nsources++] = s;
	s->name = tw_strdup(path);
	s->at = g->options.at;
	if (g->options.time_from_name && tw_time_from_name(path, &t)) {
		struct tw_buf b = { 0 };
		tw_time_add(&b, t);
		memcpy(s->time, b.p, b.n);
		s->at = tw_str(s->time);
		tw_buf_free(&b);
	}
	return s;
}

static int pump(struct tw_ingest *g, struct stream *s)
{
	while (!s->ended) {
		struct block *b = tw_blocks_take(g->blocks);
		if (!b || tw_stream_fill(s, b))
			return -1;
		tw_blocks_give(g->blocks, b->text.n);
		tw_progress_at(g->bytes + tw_input_consumed(s->in), g->n.records);
	}
	return 0;
}

static bool is_file(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static struct tw_input *open_input(const struct tw_ingest *g, const char *path)
{
	return g->options.digests ? tw_input_open(path) : tw_input_open_bare(path);
}

static int read_one(struct tw_ingest *g, const char *path, bool alone)
{
	struct stream s = { .format = g->format, .idle = idle, .self = g, .in = open_input(g, path) };

	if (!s.in)
		return 1;
	s.source = add_source(g, path);
	if (alone && tw_captures_is(&s))
		return tw_blocks_drain(g->blocks) || tw_captures_give(g, &s) ? -1 : 0;
	int err = tw_captures_drain(g) || pump(g, &s) ? -1 : 0;
	if (err == 0 && s.format && s.format->packets && g->blocks)
		err = tw_blocks_drain(g->blocks) || (g->capture && tw_captures_end(g, s.source, s.damage, false)) ? -1 : 0;
	if (err == 0)
		tw_stream_whole(&s, g->options.digests);
	g->bytes += tw_input_consumed(s.in);
	tw_stream_close(&s);
	return err ? err : s.unusable;
}

/* A folder's captures are one; what is named next is another. */
static int end_capture(struct tw_ingest *g, int status)
{
	if (!g->capture || status < 0)
		return status;
	return tw_captures_end(g, g->sources[g->nsources - 1], NULL, true) ? -1 : status;
}

int tw_ingest_read(struct tw_ingest *g, const char *path)
{
	char **files;

	if (strcmp(path, "-") == 0)
		return end_capture(g, read_one(g, path, false));
	int n = tw_files(path, &files), worst = 0;
	if (n < 0)
		return 1;
	if (n == 0)
		tw_note("%s: no files in this folder", path);
	for (int i = 0; i < n && worst >= 0; i++) {
		int err = read_one(g, files[i], n == 1 && is_file(path));
		worst = err < 0 ? err : err > worst ? err : worst;
	}
	/* A stray file in a folder is a reject, not a failure of the run. */
	if (worst == 1 && !(n == 1 && strcmp(files[0], path) == 0))
		worst = 0;
	tw_files_free(files, n);
	return end_capture(g, worst);
}

struct tw_ingest *tw_ingest_new(const struct tw_ingest_options *o, struct tw_output *obs, struct tw_output *certs,
    struct tw_output *rejects)
{
	struct tw_ingest *g = tw_alloc(sizeof *g);
	struct tw_buf b = { 0 };

	g->options = *o;
	g->format = o->format;
	g->out = obs;
	g->certs = certs;
	g->rejects = rejects;
	g->threads = o->threads ? o->threads : tw_threads_default();
	while (tw_formats[g->nformats].name)
		g->nformats++;
	g->reader = tw_alloc(g->threads * g->nformats * sizeof *g->reader);
	g->blocks = tw_blocks_new(&ops, g, g->threads);
	tw_obs_header(&b, o->show);
	int err = tw_output_put(obs, &b) || tw_output_flush(obs);
	tw_buf_adds(&b, "input,record,offset,reason,detail\n");
	if (!err && rejects)
		err = tw_output_put(rejects, &b);
	tw_buf_free(&b);
	if (!err)
		return g;
	tw_ingest_free(g);
	return NULL;
}

int tw_ingest_end(struct tw_ingest *g, struct tw_counts *out)
{
	int err = tw_captures_drain(g) || tw_blocks_drain(g->blocks) ? -1 : 0;

	tw_progress_end();
	if (!err && g->n.records != g->n.used + g->n.context + g->n.rejected)
		tw_die("the accounting does not add up: please report this");
	*out = g->n;
	return err ? err : tw_output_flush(g->out);
}

void tw_ingest_inputs(const struct tw_ingest *g, struct tw_provenance *p)
{
	for (size_t i = 0; i < g->nsources; i++) {
		const struct source *s = g->sources[i];
		tw_provenance_input(p, s->name, s->whole ? s->sha256 : NULL);
		tw_provenance_count(p, "records", s->n.records);
		tw_provenance_count(p, "used", s->n.used);
		tw_provenance_count(p, "context", s->n.context);
		tw_provenance_count(p, "rejected", s->n.rejected);
	}
}

void tw_ingest_free(struct tw_ingest *g)
{
	tw_blocks_free(g->captures);
	tw_blocks_free(g->blocks);
	tw_capture_abandon(g->capture);
	for (size_t i = 0; i < g->threads * g->nformats; i++)
		if (g->reader[i])
			tw_formats[i % g->nformats].close(g->reader[i]);
	free(g->reader);
	tw_buf_free(&g->elements);
	tw_set_free(&g->seen);
	for (size_t i = 0; i < g->nsources; i++) {
		free(g->sources[i]->name);
		free(g->sources[i]);
	}
	free(g->sources);
	free(g);
}
