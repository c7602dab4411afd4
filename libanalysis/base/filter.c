/* The loop of a row filter: the reader cuts batches of whole rows, workers take
 * them apart and put them together again, one writer writes them in order. */
#include "base/filter.h"
#include "base/blocks.h"
#include "base/bounds.h"
#include "base/input.h"
#include "base/output.h"
#include "base/progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define READ_STEP (256u << 10)
#define SLOW_MS 100 /* an input that is silent so long is waited for with nothing held back */
#define PAUSE_MS 20 /* between two looks at what a row waits for */

/* A batch's rows stay taken apart until they are written: few enough that they
 * stay in a processor's cache, enough that a lock a batch costs nothing. */
#define BATCH_BYTES (128u << 10)
#define BATCH_ROWS 256u

struct filter {
	struct tw_stage *const *stages;
	int n;
	const char *in;
	FILE *out;
	struct tw_input *input;
	struct tw_header header;
	uint32_t own;      /* columns of the input */
	uint64_t rows;     /* given to batches so far */
	uint64_t done;     /* committed */
	bool bound;
	struct tw_blocks *blocks;
	bool over;         /* some row could not be had: the turns' own */
};

struct batch {
	struct tw_buf text;    /* whole records */
	uint64_t first;        /* the first row's number */
	uint32_t n, settled;   /* rows; how many of them are to be written */
	struct tw_row row[BATCH_ROWS];
	struct tw_mark *mark;  /* by row and stage */
	bool broken;           /* the row behind the last one has broken quotes, or this */
	uint32_t fields;       /* number of fields, which is not the header's; 0: quotes */
	bool bad;              /* and the run ends there, or ended before */
	struct tw_buf why, out;
};

int tw_stage_row(const struct tw_stage *s, struct tw_row *r)
{
	struct tw_mark m = { NULL, NULL, 0, 0 };
	struct tw_buf why = { 0, 0, 0 };

	s->look(s->self, r, &m, 0);
	int err = s->settle(s->self, r, &m, 0, &why);
	if (err && why.n)
		tw_error("%.*s", (int)why.n, (const char *)why.p);
	if (!err)
		s->fill(s->self, r, &m, 0);
	tw_buf_free(&why);
	return err;
}

static int unwritten(void)
{
	if (errno != EPIPE) /* "| head" has what it wanted */
		tw_error("writing: %s", strerror(errno));
	return -1;
}

static int put(struct filter *f, const struct tw_buf *b)
{
	return !f->out || !b->n || fwrite(b->p, 1, b->n, f->out) == b->n ? 0 : unwritten();
}

static struct tw_slice without_end(const uint8_t *p, size_t n)
{
	if (n && p[n - 1] == '\n')
		n--;
	if (n && p[n - 1] == '\r')
		n--;
	return (struct tw_slice){ p, n };
}

/* ---- the worker ---- */

static void *batch_open(void *self)
{
	const struct filter *f = self;
	struct batch *b = tw_alloc(sizeof *b);

	b->mark = tw_alloc(BATCH_ROWS * (size_t)f->n * sizeof *b->mark);
	return b;
}

static void batch_close(void *self, void *block)
{
	struct batch *b = block;

	(void)self;
	for (uint32_t i = 0; i < BATCH_ROWS; i++)
		tw_row_free(&b->row[i]);
	free(b->mark);
	tw_buf_free(&b->text);
	tw_buf_free(&b->why);
	tw_buf_free(&b->out);
	free(b);
}

static void batch_look(void *self, void *block, unsigned thread)
{
	const struct filter *f = self;
	struct batch *b = block;
	struct tw_mark *m = b->mark;
	uint32_t i = 0;

	memset(m, 0, b->n * (size_t)f->n * sizeof *m);
	for (size_t at = 0; i < b->n; i++) {
		struct tw_row *r = &b->row[i];
		size_t n = tw_csv_record(b->text.p + at, b->text.n - at);
		n = n ? n : b->text.n - at; /* the last line without LF */
		r->number = b->first + i;
		b->fields = 0;
		if (tw_row_split(r, without_end(b->text.p + at, n)) < 0)
			break;
		b->fields = r->n; /* what is appended would stand in other columns */
		if (r->n != f->own)
			break;
		r->nraw = r->n;
		for (int k = 0; k < f->n; k++, m++)
			if (f->stages[k]->look)
				f->stages[k]->look(f->stages[k]->self, r, m, thread);
		at += n;
	}
	b->broken = i < b->n;
	b->n = i;
}

static bool settle(const struct filter *f, struct batch *b, uint32_t i, unsigned thread)
{
	for (int k = 0; k < f->n; k++)
		if (f->stages[k]->settle && f->stages[k]->settle(f->stages[k]->self, &b->row[i],
				&b->mark[i * (size_t)f->n + (size_t)k], thread, &b->why) < 0)
			return false;
	return true;
}

static void batch_turn(void *self, void *block, unsigned thread)
{
	struct filter *f = self;
	struct batch *b = block;

	for (b->settled = 0; b->settled < b->n && !f->over;) {
		if (settle(f, b, b->settled, thread))
			b->settled++;
		else
			f->over = true;
	}
	if (b->broken && !f->over) {
		f->over = true;
		tw_buf_addf(&b->why, "%s: row %llu", f->in, (unsigned long long)(b->first + b->n));
		if (b->fields)
			tw_buf_addf(&b->why, " has %u fields, the header %u", b->fields, f->own);
		else
			tw_buf_adds(&b->why, ": broken quotes");
	}
	b->bad = f->over;
}

static void batch_fill(void *self, void *block, unsigned thread)
{
	const struct filter *f = self;
	struct batch *b = block;

	for (uint32_t i = 0; i < b->settled; i++) {
		struct tw_row *r = &b->row[i];
		for (int k = 0; k < f->n; k++)
			if (f->stages[k]->fill)
				f->stages[k]->fill(f->stages[k]->self, r, &b->mark[i * (size_t)f->n + (size_t)k], thread);
		if (!f->out)
			continue;
		tw_buf_addslice(&b->out, r->raw);
		for (uint32_t k = r->nraw; k < r->n; k++) {
			tw_buf_addc(&b->out, ',');
			tw_csv_field(&b->out, r->f[k]);
		}
		tw_buf_addc(&b->out, '\n');
	}
}

/* ---- the writer ---- */

/* Keeps its memory, but for what giants took. */
static void empty(struct batch *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (b->row[i].text.cap > BATCH_BYTES || b->row[i].cap > BATCH_BYTES / sizeof *b->row[i].f)
			tw_row_free(&b->row[i]);
	if (b->text.cap > 4 * BATCH_BYTES)
		tw_buf_free(&b->text);
	if (b->out.cap > 16 * BATCH_BYTES)
		tw_buf_free(&b->out);
	b->text.n = b->out.n = b->why.n = 0;
}

static int batch_commit(void *self, void *block)
{
	struct filter *f = self;
	struct batch *b = block;
	const struct tw_stage *last = f->stages[f->n - 1];
	int err = 0;

	for (uint32_t i = 0; i < b->settled && !last->look && !err; i++)
		err = last->row(last->self, &b->row[i]);
	if (!err)
		err = put(f, &b->out);
	if (!err && b->why.n)
		tw_error("%.*s", (int)b->why.n, (const char *)b->why.p);
	f->done += b->settled;
	empty(b);
	return err || b->bad ? -1 : 0;
}

static const struct tw_blocks_ops ops = { .open = batch_open, .work = batch_look, .turn = batch_turn,
	.finish = batch_fill, .commit = batch_commit, .close = batch_close };

/* ---- the reader ---- */

/* The header line keeps its bytes too; the stages' names go behind it. */
static int header(struct filter *f, struct tw_slice record)
{
	struct tw_buf line = { 0, 0, 0 };

	if (tw_header_parse(&f->header, record) < 0) {
		tw_error("%s: the first line is no CSV header", f->in);
		return -1;
	}
	f->own = f->header.n;
	for (int i = 0; i < f->n; i++)
		if (f->stages[i]->bind(f->stages[i]->self, &f->header) < 0)
			return -1;
	tw_buf_addslice(&line, record);
	for (uint32_t i = f->own; i < f->header.n; i++) {
		tw_buf_addc(&line, ',');
		tw_csv_field(&line, tw_str(f->header.name[i]));
	}
	tw_buf_addc(&line, '\n');
	f->bound = true;
	int err = put(f, &line);
	tw_buf_free(&line);
	return err;
}

/* Gives the whole records of the n bytes at p to batches, all n where they are
 * the last of the input. How many bytes; -1: the run is over. */
static ssize_t give(struct filter *f, const uint8_t *p, size_t n, bool last)
{
	size_t done = 0, len;

	if (!f->bound && n) {
		len = tw_csv_record(p, n);
		len = !len && last ? n : len;
		if (len && header(f, without_end(p, len)) < 0)
			return -1;
		done = len;
	}
	while (f->bound && done < n) {
		size_t begin = done;
		uint32_t rows = 0;
		for (; done < n && done - begin < BATCH_BYTES && rows < BATCH_ROWS; done += len, rows++) {
			len = tw_csv_record(p + done, n - done);
			len = !len && last ? n - done : len;
			if (!len)
				break;
		}
		if (!rows)
			break;
		struct batch *b = tw_blocks_take(f->blocks);
		if (!b)
			return -1;
		tw_buf_add(&b->text, p + begin, done - begin);
		b->first = f->rows + 1;
		b->n = rows;
		f->rows += rows;
		tw_blocks_give(f->blocks, done - begin);
	}
	return (ssize_t)done;
}

/* What is there goes out before we wait for more: live pipes. */
static int idle(struct filter *f)
{
	if (tw_blocks_drain(f->blocks) < 0)
		return -1;
	return f->out && fflush(f->out) ? unwritten() : 0;
}

/* The run ends by what is wrong with the input, unless a row before ended it. */
static int ends(struct filter *f, const char *why)
{
	if (tw_blocks_drain(f->blocks) == 0)
		tw_error("%s: %s", f->in, why);
	return -1;
}

/* The pause of every stage. */
static int pause_ms(void *filter)
{
	static const struct timespec t = { 0, PAUSE_MS * 1000000 };
	struct filter *f = filter;

	if (f->out && fflush(f->out))
		return unwritten();
	if (tw_input_settled(f->input))
		return 0;
	(void)nanosleep(&t, NULL);
	return 1;
}

static int ended(struct filter *f)
{
	for (int i = 0; i < f->n; i++)
		if (f->stages[i]->end && f->stages[i]->end(f->stages[i]->self) < 0)
			return -1;
	return 0;
}

static void inputs(struct filter *f, struct tw_provenance *p)
{
	uint8_t sha256[TW_SHA256];

	for (int i = 0; i < f->n; i++)
		if (f->stages[i]->inputs)
			f->stages[i]->inputs(f->stages[i]->self, p);
	tw_input_digest(f->input, sha256);
	tw_provenance_input(p, f->in, sha256);
	tw_provenance_count(p, "rows", f->rows);
}

static int pump(struct filter *f)
{
	struct tw_input *in = f->input;
	struct tw_buf have = { 0, 0, 0 };
	ssize_t got = 1, done = 0;
	char why[64];

	while (got > 0 && done >= 0) {
		tw_progress_at(tw_input_consumed(in), f->done);
		if (!tw_input_ready(in, SLOW_MS) && idle(f) < 0) {
			done = -1;
			break;
		}
		got = tw_input_read(in, tw_buf_room(&have, READ_STEP), READ_STEP);
		if (got < 0) {
			done = ends(f, tw_input_why(in));
			break;
		}
		have.n += (size_t)got;
		/* A line without its end is a row where all else has come to one. */
		if (got == 0 && have.n && f->bound && (tw_blocks_drain(f->blocks) < 0 || ended(f) < 0)) {
			done = -1;
			break;
		}
		done = give(f, have.p, have.n, got == 0);
		if (done > 0) {
			memmove(have.p, have.p + done, have.n - (size_t)done);
			have.n -= (size_t)done;
		}
		if (done >= 0 && have.n > TW_MAX_RECORD) {
			snprintf(why, sizeof why, "a row of more than %u bytes", TW_MAX_RECORD);
			done = ends(f, why);
		}
	}
	tw_buf_free(&have);
	return tw_blocks_drain(f->blocks) < 0 || done < 0 ? -1 : 0;
}

/* p, unless NULL, is told of the input. */
static int run(struct tw_stage *const *stages, int n, const char *path, FILE *out, unsigned threads,
	struct tw_provenance *p)
{
	struct filter f = { .stages = stages, .n = n, .in = path, .out = out, .input = tw_input_open(path) };

	if (!f.input)
		return -1;
	for (int i = 0; i < n; i++) {
		stages[i]->pause = pause_ms;
		stages[i]->filter = &f;
	}
	f.blocks = tw_blocks_new(&ops, &f, threads ? threads : tw_threads_default());
	tw_progress_begin(&path, 1);
	int err = pump(&f);
	if (err == 0 && !f.bound) {
		tw_error("%s: empty, not even a header", path);
		err = -1;
	}
	if (err == 0)
		err = ended(&f);
	if (err == 0 && out && fflush(out) != 0)
		err = unwritten();
	if (err == 0 && p)
		inputs(&f, p);
	tw_progress_end();
	tw_blocks_free(f.blocks);
	tw_input_close(f.input);
	tw_header_free(&f.header);
	return err;
}

int tw_filter_run(struct tw_stage *const *stages, int n, const char *path, FILE *out, unsigned threads)
{
	return run(stages, n, path, out, threads, NULL);
}

int tw_filter_file(struct tw_stage *const *stages, int n, const char *in, const char *out, unsigned threads,
	struct tw_provenance *p)
{
	struct tw_output o;
	int err = tw_output_open(&o, out);

	if (err == 0) {
		bool file = o.part != NULL;
		err = run(stages, n, in, o.f, threads, p);
		if (err == 0 && file)
			err = tw_provenance_write(p, out, true);
		err = tw_output_close(&o, err == 0);
	}
	tw_provenance_free(p);
	return err;
}
