/* The run over dumps: records are cut, read, staged, and committed whole, so
 * that a record that turns out rejected has left nothing behind. */
#include "dump/ingest.h"
#include "base/bounds.h"
#include "base/input.h"
#include "cert/cert.h"
#include "dump/json.h"

#include <stdlib.h>
#include <string.h>

#define READ_STEP (1u << 20)
#define DETECT_BYTES (64u << 10)

struct staged {
	uint8_t sha256[TW_SHA256];
	size_t at, n; /* in sent */
};

struct tw_ingest {
	struct tw_ingest_options options;
	const struct tw_format *format;
	struct tw_output *out, *certs, *rejects;
	struct tw_buf obs_text, cert_text, reject_text; /* committed, not yet written */
	struct tw_set seen;
	struct tw_counts n;
	/* the record at hand */
	struct tw_buf rows, sent;
	struct staged *staged;
	size_t nstaged, cap;
	uint64_t nrows;
	struct tw_sink sink;
	struct tw_buf inputs; /* JSON, one element an input */
};

/* One stream being read. */
struct stream {
	struct tw_ingest *g;
	const char *name;
	const struct tw_format *f;
	void *reader;
	struct tw_buf have;
	size_t done;
	uint64_t offset, number; /* of have.p[done]; records so far, blank lines too */
	bool skipping;           /* inside a record that was too long */
};

static int sink_obs(void *self, const struct tw_obs_row *o)
{
	struct tw_ingest *g = self;
	tw_obs_write(&g->rows, o);
	g->nrows++;
	return 0;
}

static int sink_cert(void *self, const uint8_t sha256[TW_SHA256], struct tw_slice sent)
{
	struct tw_ingest *g = self;

	if (tw_set_find(&g->seen, sha256) != TW_NONE)
		return 0;
	if (g->nstaged == g->cap) {
		g->cap = g->cap ? 2 * g->cap : 16;
		g->staged = tw_realloc(g->staged, g->cap, sizeof *g->staged);
	}
	struct staged *s = &g->staged[g->nstaged++];
	memcpy(s->sha256, sha256, TW_SHA256);
	s->at = g->sent.n;
	s->n = sent.n;
	tw_buf_addslice(&g->sent, sent);
	return 0;
}

static int sink_reject(void *self, const char *input, uint64_t record, uint64_t offset, const char *reason, struct tw_slice detail)
{
	struct tw_ingest *g = self;
	struct tw_buf *b = &g->reject_text;

	if (!g->rejects)
		return 0;
	tw_csv_field(b, tw_str(input));
	tw_buf_addf(b, ",%llu,%llu,", (unsigned long long)record, (unsigned long long)offset);
	tw_csv_field(b, tw_str(reason));
	tw_buf_addc(b, ',');
	tw_csv_field(b, detail);
	tw_buf_addc(b, '\n');
	return 0;
}

/* Certificates first: rows name them (DESIGN: live pipes). */
static int flush(struct tw_ingest *g)
{
	if (g->certs && (tw_output_put(g->certs, &g->cert_text) || fflush(g->certs->f)))
		return -1;
	if (g->rejects && tw_output_put(g->rejects, &g->reject_text))
		return -1;
	return tw_output_put(g->out, &g->obs_text);
}

static void commit(struct tw_ingest *g)
{
	for (size_t i = 0; i < g->nstaged; i++) {
		bool fresh;
		tw_set_add(&g->seen, g->staged[i].sha256, &fresh);
		struct tw_slice sent = { g->sent.p + g->staged[i].at, g->staged[i].n };
		if (fresh)
			g->n.certificates++;
		if (fresh && g->certs)
			tw_certs_element(&g->cert_text, sent);
	}
	tw_buf_addslice(&g->obs_text, tw_buf_slice(&g->rows));
	g->n.observations += g->nrows;
}

static bool is_blank(struct tw_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' && s.p[i] != '\t' && s.p[i] != '\r' && s.p[i] != '\n')
			return false;
	return true;
}

static void reject(struct stream *s, const char *reason, const char *detail)
{
	s->g->n.records++;
	s->g->n.rejected++;
	sink_reject(s->g, s->name, s->number, s->offset, reason, tw_str(detail));
}

/* One record of n bytes. */
static int record(struct stream *s, size_t n)
{
	struct tw_ingest *g = s->g;
	struct tw_slice text = { s->have.p + s->done, n };

	s->number++;
	while (s->f->lines && text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	if (s->skipping) {
		s->skipping = false; /* the end of a record that was rejected */
		s->number--;
	} else if (n > TW_MAX_RECORD) {
		reject(s, "record too long", "");
	} else if (!is_blank(text)) {
		struct tw_record r = { s->name, s->number, s->offset, text };
		g->rows.n = g->sent.n = g->nstaged = 0;
		g->nrows = 0;
		g->n.records++;
		switch (s->f->read(s->reader, &r, &g->sink)) {
		case TW_USED: g->n.used++; commit(g); break;
		case TW_CONTEXT: g->n.context++; break;
		case TW_REJECTED: g->n.rejected++; break;
		case TW_FAILED: return -1;
		}
	}
	s->done += n;
	s->offset += n;
	return g->obs_text.n + g->cert_text.n + g->reject_text.n > READ_STEP ? flush(g) : 0;
}

/* All records that are whole. */
static int records(struct stream *s, bool eof)
{
	int err = 0;

	while (err == 0 && s->have.n > s->done) {
		struct tw_slice rest = { s->have.p + s->done, s->have.n - s->done };
		size_t n = s->f->cut(rest, eof);
		if (n == 0)
			break;
		err = record(s, n);
	}
	size_t left = s->have.n - s->done;
	if (err == 0 && left > TW_MAX_RECORD) {
		/* Too long: one reject; the bytes up to its end are dropped. */
		if (!s->skipping) {
			s->number++;
			reject(s, "record too long", "");
		}
		s->skipping = true;
		s->offset += left;
		s->done = s->have.n;
	}
	if (s->done) {
		memmove(s->have.p, s->have.p + s->done, s->have.n - s->done);
		s->have.n -= s->done;
		s->done = 0;
	}
	return err;
}

static const struct tw_format *detect(struct tw_slice first)
{
	for (const struct tw_format *f = tw_formats; f->name; f++)
		if (f->detect(first))
			return f;
	return NULL;
}

/* The end of a stream: the last record; the damage, where there was some. */
static int finish(struct stream *s, const char *damage)
{
	if (!damage)
		return records(s, true);
	/* What is left of the record that the damage hit goes with it. */
	s->number += !s->skipping;
	reject(s, "damaged stream", damage);
	tw_note("%s: %s", s->name, damage);
	return 0;
}

static int pump(struct stream *s, struct tw_input *in)
{
	struct tw_ingest *g = s->g;

	for (;;) {
		uint8_t *to = tw_buf_room(&s->have, READ_STEP + TW_JSON_PADDING);
		ssize_t got = tw_input_read(in, to, READ_STEP);
		const char *damage = got < 0 ? tw_input_why(in) : NULL;
		if (got > 0)
			s->have.n += (size_t)got;
		if (!s->f && (s->have.n >= DETECT_BYTES || got <= 0)) {
			struct tw_slice first = { s->have.p, s->have.n < DETECT_BYTES ? s->have.n : DETECT_BYTES };
			s->f = g->format ? g->format : detect(first);
			if (!s->f && (s->have.n == 0 || is_blank(first)) && !damage) {
				tw_note("%s: empty", s->name);
				return 0;
			}
			if (!s->f) {
				s->number = 1;
				reject(s, damage ? "damaged stream" : "format not recognised", damage ? damage : "");
				tw_error("%s: %s", s->name, damage ? damage : "not of a known format; -f FORMAT names one");
				return 1;
			}
			s->reader = s->f->open(&g->options);
		}
		if (s->f && records(s, false))
			return -1;
		if (got <= 0)
			return finish(s, damage);
	}
}

static void note_input(struct tw_ingest *g, const char *name, struct tw_input *in, bool whole, const struct tw_counts *was)
{
	struct tw_buf *b = &g->inputs;
	uint8_t digest[TW_SHA256];

	tw_buf_adds(b, b->n ? ",\n    {\"name\": " : "\n    {\"name\": ");
	tw_json_string(b, tw_str(name));
	tw_buf_adds(b, ", \"sha256\": ");
	if (whole) {
		tw_input_digest(in, digest);
		tw_buf_addc(b, '"');
		tw_buf_addhex(b, digest, sizeof digest);
		tw_buf_addc(b, '"');
	} else {
		tw_buf_adds(b, "null");
	}
	tw_buf_addf(b, ", \"records\": %llu, \"used\": %llu, \"context\": %llu, \"rejected\": %llu}",
	    (unsigned long long)(g->n.records - was->records), (unsigned long long)(g->n.used - was->used),
	    (unsigned long long)(g->n.context - was->context), (unsigned long long)(g->n.rejected - was->rejected));
}

static int read_one(struct tw_ingest *g, const char *path)
{
	struct tw_counts was = g->n;
	struct tw_input *in = tw_input_open(path);
	struct stream s = { .g = g, .name = path };

	if (!in)
		return 1;
	int err = pump(&s, in);
	uint8_t byte;
	note_input(g, path, in, err == 0 && tw_input_read(in, &byte, 1) == 0, &was);
	if (s.reader)
		s.f->close(s.reader);
	tw_buf_free(&s.have);
	tw_input_close(in);
	return err;
}

int tw_ingest_read(struct tw_ingest *g, const char *path)
{
	char **files;

	if (strcmp(path, "-") == 0)
		return read_one(g, path);
	int n = tw_files(path, &files), worst = 0;
	if (n < 0)
		return 1;
	if (n == 0)
		tw_note("%s: no files in this folder", path);
	for (int i = 0; i < n && worst >= 0; i++) {
		int err = read_one(g, files[i]);
		worst = err < 0 ? err : err > worst ? err : worst;
	}
	/* A stray file in a folder is a reject, not a failure of the run. */
	if (worst == 1 && !(n == 1 && strcmp(files[0], path) == 0))
		worst = 0;
	tw_files_free(files, n);
	return worst;
}

struct tw_ingest *tw_ingest_new(const struct tw_ingest_options *o, const struct tw_format *format,
    struct tw_output *obs, struct tw_output *certs, struct tw_output *rejects)
{
	struct tw_ingest *g = tw_alloc(sizeof *g);

	g->options = *o;
	g->format = format;
	g->out = obs;
	g->certs = certs;
	g->rejects = rejects;
	g->sink = (struct tw_sink){ g, sink_obs, sink_cert, sink_reject };
	tw_obs_header(&g->obs_text);
	if (rejects)
		tw_buf_adds(&g->reject_text, "input,record,offset,reason,detail\n");
	if (flush(g) == 0)
		return g;
	tw_ingest_free(g);
	return NULL;
}

int tw_ingest_end(struct tw_ingest *g, struct tw_counts *out)
{
	if (g->n.records != g->n.used + g->n.context + g->n.rejected)
		tw_die("the accounting does not add up: please report this");
	*out = g->n;
	return flush(g);
}

void tw_ingest_inputs(const struct tw_ingest *g, struct tw_buf *b)
{
	tw_buf_addc(b, '[');
	tw_buf_addslice(b, tw_buf_slice(&g->inputs));
	tw_buf_adds(b, g->inputs.n ? "\n  ]" : "]");
}

void tw_ingest_free(struct tw_ingest *g)
{
	tw_buf_free(&g->obs_text);
	tw_buf_free(&g->cert_text);
	tw_buf_free(&g->reject_text);
	tw_buf_free(&g->rows);
	tw_buf_free(&g->sent);
	tw_buf_free(&g->inputs);
	tw_set_free(&g->seen);
	free(g->staged);
	free(g);
}
