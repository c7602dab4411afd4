/* The reader of a run: streams are recognised and cut into blocks of whole
 * records. What a record says is no matter here. */
#include "base/blocks.h"
#include "base/bounds.h"
#include "dump/block.h"
#include "dump/json.h"

#include <string.h>

#define DETECT_BYTES (64u << 10)
#define SLOW_MS 100 /* an input that is silent so long is waited for with nothing held back */

static bool is_blank(struct tw_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' && s.p[i] != '\t' && s.p[i] != '\r' && s.p[i] != '\n')
			return false;
	return true;
}

static void put(struct stream *s, struct block *b, size_t at, size_t n, const char *reason)
{
	if (b->ncut == b->cap_cut) {
		b->cap_cut = b->cap_cut ? 2 * b->cap_cut : 64;
		b->cut = tw_realloc(b->cut, b->cap_cut, sizeof *b->cut);
	}
	b->cut[b->ncut++] = (struct cut){ at, n, s->number, s->offset, reason };
}

/* detail goes behind all text: nothing is cut after it. */
static void reject(struct stream *s, struct block *b, const char *reason, const char *detail)
{
	size_t at = b->text.n;
	tw_buf_adds(&b->text, detail);
	put(s, b, at, b->text.n - at, reason);
	b->done = b->text.n;
}

/* One record of n bytes at b->done. */
static void record(struct stream *s, struct block *b, size_t n)
{
	struct tw_slice text = { b->text.p + b->done, n };

	s->number++;
	while (s->format->lines && text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	if (s->skipping) {
		s->skipping = false; /* the end of a record that was rejected */
		s->number--;
	} else if (n > TW_MAX_RECORD) {
		put(s, b, b->done, 0, "record too long");
	} else if (!is_blank(text)) {
		put(s, b, b->done, text.n, NULL);
	}
	b->done += n;
	s->offset += n;
}

/* All records that are whole. */
static void cut(struct stream *s, struct block *b, bool eof)
{
	while (b->text.n > b->done) {
		struct tw_slice rest = { b->text.p + b->done, b->text.n - b->done };
		size_t n = s->format->cut(rest, eof);
		if (n == 0)
			break;
		record(s, b, n);
	}
	size_t left = b->text.n - b->done;
	if (left > TW_MAX_RECORD || (s->skipping && s->format->lines)) {
		/* Too long: one reject; the bytes up to its end are dropped. */
		if (!s->skipping) {
			s->number++;
			put(s, b, b->done, 0, "record too long");
		}
		s->skipping = true;
		s->offset += left;
		b->text.n = b->done;
	}
}

static void recognise(struct stream *s, struct block *b)
{
	struct tw_slice first = { b->text.p, b->text.n < DETECT_BYTES ? b->text.n : DETECT_BYTES };

	for (const struct tw_format *f = tw_formats; f->name && !s->format; f++)
		if (f->detect(first))
			s->format = f;
	if (s->format || !(s->ended || first.n == DETECT_BYTES))
		return;
	s->ended = true;
	if (is_blank(first) && !s->damage) {
		tw_note("%s: empty", s->source->name);
		return;
	}
	s->unusable = true;
	s->number = 1;
	reject(s, b, s->damage ? "damaged stream" : "format not recognised", s->damage ? s->damage : "");
	tw_error("%s: %s", s->source->name, s->damage ? s->damage : "not of a known format; -f FORMAT names one");
}

/* Reads on to the next TW_BLOCK bytes, or until the input is slow. */
static int pull(struct stream *s, struct block *b, bool *slow)
{
	size_t goal = (b->text.n / TW_BLOCK + 1) * TW_BLOCK;

	*slow = false;
	tw_buf_room(&b->text, goal - b->text.n + TW_JSON_PADDING);
	while (b->text.n < goal && !s->ended) {
		*slow = !tw_input_ready(s->in, SLOW_MS);
		if (*slow && b->text.n)
			return 0;
		if (*slow && s->idle(s->self))
			return -1;
		ssize_t got = tw_input_read(s->in, b->text.p + b->text.n, goal - b->text.n);
		s->ended = got <= 0;
		if (got < 0)
			s->damage = tw_input_why(s->in);
		else
			b->text.n += (size_t)got;
	}
	return 0;
}

static void finish(struct stream *s, struct block *b)
{
	if (s->format->packets)
		return; /* the capture says itself whether it may end here */
	if (!s->damage) {
		cut(s, b, true);
		return;
	}
	/* What is left of the record that the damage hit goes with it. */
	s->number += !s->skipping;
	reject(s, b, "damaged stream", s->damage);
	tw_note("%s: %s", s->source->name, s->damage);
}

int tw_stream_fill(struct stream *s, struct block *b)
{
	bool slow;

	b->source = s->source;
	tw_buf_addslice(&b->text, tw_buf_slice(&s->carry));
	s->carry.n = 0;
	do {
		size_t had = b->text.n;
		if (pull(s, b, &slow))
			return -1;
		if (slow && b->text.n == had && !b->ncut && s->idle(s->self))
			return -1;
		if (!s->format)
			recognise(s, b);
		if (s->format && s->format->packets)
			b->done = b->text.n;
		else if (s->format)
			cut(s, b, false);
	} while (!s->ended && !((b->ncut || b->done) && (slow || b->text.n >= TW_BLOCK)));
	b->format = s->format;
	if (s->ended && s->format)
		finish(s, b);
	struct tw_slice rest = { b->text.p + b->done, b->text.n - b->done };
	tw_buf_addslice(&s->carry, rest);
	b->text.n = b->done;
	tw_buf_room(&b->text, TW_JSON_PADDING); /* to be readable behind the last record */
	return 0;
}

void tw_stream_close(struct stream *s)
{
	tw_input_close(s->in);
	tw_buf_free(&s->carry);
}

void tw_stream_whole(struct stream *s, bool digest)
{
	s->source->whole = digest && !s->damage && !s->unusable;
	if (s->source->whole)
		tw_input_digest(s->in, s->source->sha256);
}
