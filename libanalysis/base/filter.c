/* The loop of a row filter. */
#include "base/filter.h"
#include "base/bounds.h"
#include "base/input.h"
#include "base/output.h"
#include "base/progress.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define READ_STEP (256u << 10)
#define SLOW_MS 100 /* an input that is silent so long is waited for with nothing held back */

struct filter {
	struct tw_stage *const *stages;
	int n;
	const char *in;
	FILE *out;
	struct tw_header header;
	struct tw_row row;
	struct tw_buf line;
	bool bound;
};

static int unwritten(void)
{
	if (errno != EPIPE) /* "| head" has what it wanted */
		tw_error("writing: %s", strerror(errno));
	return -1;
}

static int put(struct filter *f)
{
	return !f->out || fwrite(f->line.p, 1, f->line.n, f->out) == f->line.n ? 0 : unwritten();
}

/* The header line keeps its bytes too; the stages' names go behind it. */
static int header(struct filter *f, struct tw_slice record)
{
	if (tw_header_parse(&f->header, record) < 0) {
		tw_error("%s: the first line is no CSV header", f->in);
		return -1;
	}
	uint32_t own = f->header.n;
	for (int i = 0; i < f->n; i++)
		if (f->stages[i]->bind(f->stages[i]->self, &f->header) < 0)
			return -1;
	tw_buf_addslice(&f->line, record);
	for (uint32_t i = own; i < f->header.n; i++) {
		tw_buf_addc(&f->line, ',');
		tw_csv_field(&f->line, tw_str(f->header.name[i]));
	}
	f->bound = true;
	return 0;
}

static int row(struct filter *f, struct tw_slice record)
{
	struct tw_row *r = &f->row;

	r->number++;
	if (tw_row_split(r, record) < 0) {
		tw_error("%s: row %llu: broken quotes", f->in, (unsigned long long)r->number);
		return -1;
	}
	r->nraw = r->n;
	for (int i = 0; i < f->n; i++)
		if (f->stages[i]->row(f->stages[i]->self, r) < 0)
			return -1;
	tw_buf_addslice(&f->line, record);
	for (uint32_t i = r->nraw; i < r->n; i++) {
		tw_buf_addc(&f->line, ',');
		tw_csv_field(&f->line, r->f[i]);
	}
	return 0;
}

static int record(struct filter *f, const uint8_t *p, size_t n)
{
	struct tw_slice s = { p, n };

	if (s.n && s.p[s.n - 1] == '\n')
		s.n--;
	if (s.n && s.p[s.n - 1] == '\r')
		s.n--;
	f->line.n = 0;
	if ((f->bound ? row(f, s) : header(f, s)) < 0)
		return -1;
	tw_buf_addc(&f->line, '\n');
	return put(f);
}

static int pump(struct filter *f, struct tw_input *in)
{
	struct tw_buf have = { 0, 0, 0 };
	size_t done = 0;
	int err = 0;

	while (err == 0) {
		size_t n = have.n > done ? tw_csv_record(have.p + done, have.n - done) : 0;
		if (n) {
			err = record(f, have.p + done, n);
			done += n;
			continue;
		}
		if (done) {
			memmove(have.p, have.p + done, have.n - done);
			have.n -= done;
			done = 0;
		}
		if (have.n > TW_MAX_RECORD) {
			tw_error("%s: a row of more than %u bytes", f->in, TW_MAX_RECORD);
			err = -1;
			break;
		}
		tw_progress_at(tw_input_consumed(in), f->row.number);
		/* A row is passed on before we wait for the next one: live pipes. */
		if (f->out && !tw_input_ready(in, SLOW_MS) && fflush(f->out)) {
			err = unwritten();
			break;
		}
		ssize_t got = tw_input_read(in, tw_buf_room(&have, READ_STEP), READ_STEP);
		if (got < 0) {
			tw_error("%s: %s", f->in, tw_input_why(in));
			err = -1;
		} else if (got == 0) {
			if (have.n)
				err = record(f, have.p, have.n);
			break;
		} else {
			have.n += (size_t)got;
		}
	}
	tw_buf_free(&have);
	return err;
}

/* p, unless NULL, is told of the input. */
static int run(struct tw_stage *const *stages, int n, const char *path, FILE *out, struct tw_provenance *p)
{
	struct filter f = { .stages = stages, .n = n, .in = path, .out = out };
	struct tw_input *in = tw_input_open(path);

	if (!in)
		return -1;
	tw_progress_begin(&path, 1);
	int err = pump(&f, in);
	if (err == 0 && !f.bound) {
		tw_error("%s: empty, not even a header", path);
		err = -1;
	}
	if (err == 0 && out && fflush(out) != 0)
		err = unwritten();
	if (err == 0 && p) {
		uint8_t sha256[TW_SHA256];
		tw_input_digest(in, sha256);
		tw_provenance_input(p, path, sha256);
		tw_provenance_count(p, "rows", f.row.number);
	}
	tw_progress_end();
	tw_input_close(in);
	tw_header_free(&f.header);
	tw_row_free(&f.row);
	tw_buf_free(&f.line);
	return err;
}

int tw_filter_run(struct tw_stage *const *stages, int n, const char *path, FILE *out)
{
	return run(stages, n, path, out, NULL);
}

int tw_filter_file(struct tw_stage *const *stages, int n, const char *in, const char *out, struct tw_provenance *p)
{
	struct tw_output o;
	int err = tw_output_open(&o, out);

	if (err == 0) {
		bool file = o.part != NULL;
		err = run(stages, n, in, o.f, p);
		if (err == 0 && file)
			err = tw_provenance_write(p, out, true);
		err = tw_output_close(&o, err == 0);
	}
	tw_provenance_free(p);
	return err;
}
