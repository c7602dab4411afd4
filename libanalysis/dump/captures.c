/* Captures: those of a folder are one stream, read by the writer; files of their
 * own are read side by side, each by one worker, and written in their order. */
#include "base/bounds.h"
#include "base/progress.h"
#include "dump/block.h"
#include "dump/capture/capture.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Counts belong to the input that a connection began in. */
static void capture_fate(void *self, const void *input, enum tw_fate fate)
{
	struct block *b = self;
	const struct tw_counts n = { .records = 1, .used = fate == TW_USED, .context = fate == TW_CONTEXT, .rejected = fate == TW_REJECTED,
		.observations = fate == TW_USED };

	tw_counts_add(b->totals, &n);
	tw_counts_add(&((struct source *)(uintptr_t)input)->n, &n);
	b->n.observations = 0;
}

static void capture_note(void *self, const char *text)
{
	struct block *b = self;
	tw_buf_add(&b->notes, text, strlen(text) + 1);
}

/* b's results go to the sink, its counts to totals. */
static struct tw_capture_ops capture_ops(struct block *b, struct tw_counts *totals)
{
	b->totals = totals;
	return (struct tw_capture_ops){ tw_block_sink(b), capture_fate, capture_note };
}

/* ---- by the writer ---- */

int tw_captures_take(struct tw_ingest *g, struct block *b)
{
	struct tw_capture_ops to = capture_ops(b, &g->n);

	if (!g->capture)
		g->capture = tw_capture_new(&g->options);
	if (tw_capture_take(g->capture, b->source->name, b->source->at, b->source, tw_buf_slice(&b->text), &to))
		b->failed = true;
	return tw_block_put(g, b);
}

/* The input ended, or with last the whole capture. */
int tw_captures_end(struct tw_ingest *g, struct source *source, const char *damage, bool last)
{
	struct block *b = tw_block_open(g);
	struct tw_capture_ops to = capture_ops(b, &g->n);

	b->source = source;
	b->failed = last ? tw_capture_end(g->capture, &to) != 0 : tw_capture_end_input(g->capture, damage, &to) != 0;
	int err = tw_block_put(g, b);
	tw_block_close(g, b);
	if (last) {
		tw_capture_free(g->capture);
		g->capture = NULL;
	}
	return err;
}

/* ---- side by side ---- */

/* One capture: a block of g->captures. */
struct aside {
	struct stream stream;
	struct block *bytes, *out; /* what is read; what comes of it */
	struct tw_capture *capture;
	struct tw_set seen;        /* certificates that out had */
	struct tw_counts totals;
	uint64_t number, consumed;
	bool open, ended, failed;
};

static void *aside_open(void *self)
{
	struct aside *a = tw_alloc(sizeof *a);

	a->bytes = tw_block_open(self);
	a->out = tw_block_open(self);
	a->out->once = &a->seen;
	return a;
}

/* The stream is read or given up. */
static void aside_end(struct aside *a)
{
	if (!a->open)
		return;
	tw_stream_close(&a->stream);
	tw_capture_abandon(a->capture);
	tw_set_free(&a->seen);
	memset(&a->seen, 0, sizeof a->seen);
	a->capture = NULL;
	a->open = false;
}

static void aside_close(void *self, void *block)
{
	struct aside *a = block;

	aside_end(a);
	tw_block_close(self, a->bytes);
	tw_block_close(self, a->out);
	free(a);
}

/* The next bytes of the capture, or its end. */
static void aside_step(struct tw_ingest *g, struct aside *a, unsigned thread)
{
	struct tw_capture_ops to = capture_ops(a->out, &a->totals);
	struct source *from = a->stream.source;

	if (a->stream.ended) {
		a->ended = true;
		a->failed |= tw_capture_end_input(a->capture, a->stream.damage, &to) || tw_capture_end(a->capture, &to);
		if (!a->failed)
			tw_stream_whole(&a->stream, g->options.digests);
		return;
	}
	a->failed |= tw_stream_fill(&a->stream, a->bytes) ||
	    tw_capture_take(a->capture, from->name, from->at, from, tw_buf_slice(&a->bytes->text), &to);
	a->bytes->text.n = a->bytes->done = 0;
	uint64_t consumed = tw_input_consumed(a->stream.in);
	uint64_t all = atomic_fetch_add(&g->ahead, consumed - a->consumed) + consumed - a->consumed;
	a->consumed = consumed;
	if (thread == 0) /* the caller's */
		tw_progress_at(g->bytes + all, atomic_load(&g->written));
}

/* A slow disk: nobody waits for what is there. */
static int aside_idle(void *self)
{
	(void)self;
	return 0;
}

/* Reads until it is this one's turn to be written, or much waits for that. */
static void aside_work(void *self, void *block, unsigned thread)
{
	struct tw_ingest *g = self;
	struct aside *a = block;

	while (!a->ended && !a->failed && atomic_load(&g->turned) != a->number &&
	    a->out->rows.n + a->out->sent.n + a->out->rejects.n < TW_MAX_CAPTURE_AHEAD)
		aside_step(g, a, thread);
}

/* All before it is written: the rest is written as it is read. */
static void aside_turn(void *self, void *block, unsigned thread)
{
	struct tw_ingest *g = self;
	struct aside *a = block;

	a->failed |= g->failed;
	a->out->source = a->stream.source;
	for (;;) {
		a->out->n.observations = 0; /* counted by capture_fate */
		a->failed = a->failed || tw_block_put(g, a->out);
		tw_counts_add(&g->n, &a->totals);
		memset(&a->totals, 0, sizeof a->totals);
		atomic_store(&g->written, g->n.records);
		if (a->ended || a->failed)
			break;
		aside_step(g, a, thread);
	}
	g->failed |= a->failed;
	atomic_fetch_add(&g->turned, 1);
}

static void aside_finish(void *self, void *block, unsigned thread)
{
	(void)self;
	(void)thread;
	aside_end(block);
}

static int aside_commit(void *self, void *block)
{
	const struct aside *a = block;
	(void)self;
	return a->failed ? -1 : 0;
}

static const struct tw_blocks_ops asides = { .open = aside_open, .work = aside_work, .commit = aside_commit, .close = aside_close,
	.turn = aside_turn, .finish = aside_finish };

bool tw_captures_is(struct stream *s)
{
	enum { HEAD = 64 };

	if (s->format)
		return s->format->packets;
	/* What is read here is read again by tw_stream_fill; so is a failure. */
	while (s->carry.n < HEAD) {
		ssize_t got = tw_input_read(s->in, tw_buf_room(&s->carry, HEAD), HEAD - s->carry.n);
		if (got <= 0)
			break;
		s->carry.n += (size_t)got;
	}
	return tw_capture_detect(tw_buf_slice(&s->carry));
}

int tw_captures_give(struct tw_ingest *g, struct stream *s)
{
	if (!g->captures)
		g->captures = tw_blocks_new(&asides, g, g->threads < TW_MAX_CAPTURES ? g->threads : TW_MAX_CAPTURES);
	struct aside *a = tw_blocks_take(g->captures);
	if (!a) {
		tw_stream_close(s);
		return -1;
	}
	a->stream = *s;
	a->stream.idle = aside_idle;
	a->capture = tw_capture_new(&g->options);
	a->number = g->given++;
	a->consumed = 0;
	a->open = true;
	a->ended = a->failed = false;
	tw_blocks_give(g->captures, 0);
	return 0;
}

int tw_captures_drain(struct tw_ingest *g)
{
	if (!g->captures)
		return 0;
	int err = tw_blocks_drain(g->captures);
	g->bytes += atomic_exchange(&g->ahead, 0);
	return err;
}
