/* The run over a capture: packets to connections to rows. */
#include "dump/capture/capture.h"
#include "base/bounds.h"
#include "dump/capture/session.h"

#include <stdlib.h>
#include <string.h>

/* Where connections began: rows outlive their input. */
struct origin {
	const char *name;
	struct tw_slice at;
	const void *input;
	struct origin *next;
};

struct tw_capture {
	const struct tw_ingest_options *options;
	struct tw_packets *packets; /* of the input at hand */
	struct tw_fragments *fragments;
	struct tw_tcp *tcp;
	struct tw_buf carry;        /* the begun packet */
	struct tw_buf text;
	const struct tw_capture_ops *ops; /* of the call under way */
	struct origin *origin;      /* of the input at hand; then those before it */
	uint64_t frame;             /* in it */
	bool failed, damaged;
};

static bool on_data(void *self, struct tw_conn *conn, unsigned d, struct tw_slice bytes)
{
	struct tw_capture *c = self;
	struct tw_session *s = conn->state;

	if (c->failed)
		return false;
	if (!s) {
		conn->state = s = tw_alloc(sizeof *s);
		s->wire.cert = c->ops->sink.cert;
		s->wire.keep_hello = c->options->show & TW_OBS_SHOW(TW_OBS_JA4);
	}
	s->wire.self = c->ops->sink.self;
	bool more = tw_session_take(s, conn, d, bytes);
	size_t now = tw_session_memory(s);
	if (now != s->memory)
		tw_tcp_weigh(c->tcp, conn, (long)now - (long)s->memory);
	s->memory = now;
	c->failed |= s->wire.failed != 0;
	return more;
}

static void on_hole(void *self, struct tw_conn *conn, unsigned d)
{
	(void)self;
	(void)conn;
	(void)d; /* the row reads it off the connection */
}

static void on_end(void *self, struct tw_conn *conn)
{
	struct tw_capture *c = self;
	struct tw_session *s = conn->state;
	bool used = s && tw_session_observed(s);
	struct tw_obs_row o;

	if (c->failed) {
		tw_session_free(s);
		return;
	}
	if (used) {
		const struct origin *from = conn->input;
		tw_session_row(s, conn, c->options->show, &c->text, &o);
		o.v[TW_OBS_INPUT] = tw_str(from->name);
		if (!o.v[TW_OBS_TIME].n)
			o.v[TW_OBS_TIME] = from->at;
		o.v[TW_OBS_SCAN] = c->options->scan;
		if (c->options->source.n)
			o.v[TW_OBS_SOURCE] = c->options->source;
		if (c->options->protocol.n)
			o.v[TW_OBS_PROTOCOL] = c->options->protocol;
		c->failed |= c->ops->sink.obs(c->ops->sink.self, &o) != 0;
	}
	c->ops->fate(c->ops->sink.self, ((const struct origin *)conn->input)->input, used ? TW_USED : TW_CONTEXT);
	tw_session_free(s);
}

static const struct tw_tcp_ops tcp_ops = { on_data, on_hole, on_end };

bool tw_capture_detect(struct tw_slice first)
{
	return tw_packets_detect(first);
}

struct tw_capture *tw_capture_new(const struct tw_ingest_options *options)
{
	struct tw_capture *c = tw_alloc(sizeof *c);
	c->options = options;
	c->fragments = tw_fragments_new();
	c->tcp = tw_tcp_new(&tcp_ops, c, 0);
	return c;
}

static void a_packet(struct tw_capture *c, const struct tw_packet *p)
{
	struct tw_segment s;

	c->frame++;
	if (tw_segment_read(p, c->fragments, &s) && !s.udp)
		tw_tcp_take(c->tcp, &s, p, c->frame, c->origin);
}

/* Tells the user what text holds. */
static void note(struct tw_capture *c)
{
	tw_buf_addc(&c->text, '\0');
	c->ops->note(c->ops->sink.self, (const char *)c->text.p);
	c->text.n = 0;
}

/* One reject an input: what comes behind the damage is not read. */
static int damage(struct tw_capture *c, const char *why, uint64_t offset)
{
	struct tw_slice detail = tw_str(why);

	c->damaged = true;
	c->text.n = 0;
	tw_buf_addf(&c->text, "%s: %s", c->origin->name, why);
	note(c);
	if (c->ops->sink.reject(c->ops->sink.self, c->origin->name, c->frame + 1, offset, "damaged stream", detail))
		return -1;
	c->ops->fate(c->ops->sink.self, c->origin->input, TW_REJECTED);
	return 0;
}

/* All packets that are whole in s; returns how many bytes they were. */
static size_t packets(struct tw_capture *c, struct tw_slice s)
{
	struct tw_packet p;
	size_t at = 0;
	bool got;

	while (!c->damaged && !c->failed) {
		struct tw_slice rest = { s.p + at, s.n - at };
		long n = tw_packets_next(c->packets, rest, &p, &got);
		if (n < 0)
			c->failed |= damage(c, tw_packets_why(c->packets), tw_packets_offset(c->packets)) != 0;
		if (n <= 0)
			break;
		at += (size_t)n;
		if (got)
			a_packet(c, &p);
	}
	return at;
}

static void begin_input(struct tw_capture *c, const char *name, struct tw_slice at, const void *input)
{
	struct origin *o = tw_alloc(sizeof *o);

	*o = (struct origin){ name, at, input, c->origin };
	c->origin = o;
	c->packets = tw_packets_new();
	c->frame = 0;
	c->damaged = false;
	c->carry.n = 0;
}

int tw_capture_take(struct tw_capture *c, const char *name, struct tw_slice at, const void *input, struct tw_slice bytes,
    const struct tw_capture_ops *ops)
{
	c->ops = ops;
	if (!c->packets)
		begin_input(c, name, at, input);
	/* The packet that was begun is made whole apart, the rest is read where it is. */
	while (c->carry.n && bytes.n && !c->damaged && !c->failed) {
		size_t need = tw_packets_need(c->packets), more = need > c->carry.n ? need - c->carry.n : 0;
		struct tw_slice part = { bytes.p, more < bytes.n ? more : bytes.n };
		tw_buf_addslice(&c->carry, part);
		bytes.p += part.n;
		bytes.n -= part.n;
		if (c->carry.n < need)
			break;
		size_t used = packets(c, tw_buf_slice(&c->carry));
		c->carry.n -= used;
		if (used && c->carry.n)
			memmove(c->carry.p, c->carry.p + used, c->carry.n);
	}
	if (!c->carry.n && !c->damaged && !c->failed) {
		size_t used = packets(c, bytes);
		struct tw_slice left = { bytes.p + used, bytes.n - used };
		tw_buf_addslice(&c->carry, left);
	}
	return c->failed ? -1 : 0;
}

int tw_capture_end_input(struct tw_capture *c, const char *why, const struct tw_capture_ops *ops)
{
	c->ops = ops;
	if (!c->packets)
		return 0;
	if (!why)
		why = tw_packets_end(c->packets, c->carry.n);
	if (why && !c->damaged)
		c->failed |= damage(c, why, tw_packets_offset(c->packets)) != 0;
	tw_packets_free(c->packets);
	c->packets = NULL;
	return c->failed ? -1 : 0;
}

int tw_capture_end(struct tw_capture *c, const struct tw_capture_ops *ops)
{
	c->ops = ops;
	tw_tcp_end(c->tcp);
	struct tw_tcp_counts n = tw_tcp_counts(c->tcp);
	c->text.n = 0;
	if (n.evicted) {
		tw_buf_addf(&c->text, "memory was short: %llu connections were ended before their time", (unsigned long long)n.evicted);
		note(c);
	}
	return c->failed ? -1 : 0;
}

void tw_capture_abandon(struct tw_capture *c)
{
	if (c)
		c->failed = true;
	tw_capture_free(c);
}

void tw_capture_free(struct tw_capture *c)
{
	if (!c)
		return;
	tw_tcp_free(c->tcp);
	tw_fragments_free(c->fragments);
	tw_packets_free(c->packets);
	tw_buf_free(&c->carry);
	tw_buf_free(&c->text);
	for (struct origin *o = c->origin, *next; o; o = next) {
		next = o->next;
		free(o);
	}
	free(c);
}
