/* The run over a capture: packets to connections to rows. */
#include "dump/capture/capture.h"
#include "base/bounds.h"
#include "dump/capture/session.h"
#include "dump/capture/udp.h"

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
	struct tw_udp *udp;
	struct tw_buf carry;        /* the begun packet */
	struct tw_buf text;
	const struct tw_capture_ops *ops; /* of the call under way */
	struct origin *origin;      /* of the input at hand; then those before it */
	uint64_t frame;             /* in it */
	bool failed, damaged;
};

static struct tw_session *session_of(struct tw_capture *c, struct tw_conn *conn)
{
	struct tw_session *s = conn->state;

	if (!s) {
		conn->state = s = tw_alloc(sizeof *s);
		s->wire.cert = c->ops->sink.cert;
		s->wire.keep_hello = c->options->show & TW_OBS_SHOW(TW_OBS_JA4);
	}
	s->wire.self = c->ops->sink.self;
	return s;
}

/* How much more the session holds than was last told. */
static long grown(struct tw_capture *c, struct tw_session *s)
{
	size_t now = tw_session_memory(s);
	long more = (long)now - (long)s->memory;

	s->memory = now;
	c->failed |= s->wire.failed != 0;
	return more;
}

static bool on_data(void *self, struct tw_conn *conn, unsigned d, struct tw_slice bytes)
{
	struct tw_capture *c = self;

	if (c->failed)
		return false;
	struct tw_session *s = session_of(c, conn);
	bool more = tw_session_take(s, conn, d, bytes);
	long n = grown(c, s);
	if (n)
		tw_tcp_weigh(c->tcp, conn, n);
	return more;
}

static void on_hole(void *self, struct tw_conn *conn, unsigned d)
{
	(void)self;
	(void)conn;
	(void)d; /* the row reads it off the connection */
}

/* What became of a connection: a row, or not. */
static void tell(struct tw_capture *c, const struct tw_conn *conn)
{
	const struct tw_session *s = conn->state;
	const struct origin *from = conn->input;
	bool used = s && tw_session_observed(s);
	struct tw_obs_row o;

	if (c->failed)
		return;
	if (used) {
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
	c->ops->fate(c->ops->sink.self, from->input, used ? TW_USED : TW_CONTEXT);
}

static void on_end(void *self, struct tw_conn *conn)
{
	tell(self, conn);
	tw_session_free(conn->state);
}

static const struct tw_tcp_ops tcp_ops = { on_data, on_hole, on_end };

static bool on_datagram(void *self, struct tw_conn *conn, unsigned d, struct tw_slice bytes, size_t missing)
{
	struct tw_capture *c = self;

	if (c->failed)
		return false;
	struct tw_session *s = session_of(c, conn);
	bool other = tw_session_datagram(s, d, bytes, missing);
	if (other)
		tell(c, conn);
	else
		tw_udp_weigh(c->udp, conn, grown(c, s));
	return other;
}

static void on_renew(void *self, struct tw_conn *conn)
{
	struct tw_capture *c = self;
	struct tw_session *s = conn->state;

	tw_session_renew(s);
	tw_udp_weigh(c->udp, conn, grown(c, s));
}

static bool is_open(const struct tw_conn *conn)
{
	const struct tw_session *s = conn->state;
	return s && tw_session_observed(s) && !tw_wire_established(&s->wire);
}

static const struct tw_udp_ops udp_ops = { on_datagram, on_renew, on_end, is_open };

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
	c->udp = tw_udp_new(&udp_ops, c, 0);
	return c;
}

static void a_packet(struct tw_capture *c, const struct tw_packet *p)
{
	struct tw_segment s;

	c->frame++;
	if (!tw_segment_read(p, c->fragments, &s))
		return;
	if (s.udp)
		tw_udp_take(c->udp, &s, p, c->frame, c->origin);
	else
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
	tw_udp_end(c->udp);
	uint64_t evicted = tw_tcp_counts(c->tcp).evicted + tw_udp_evicted(c->udp);
	c->text.n = 0;
	if (evicted) {
		tw_buf_addf(&c->text, "memory was short: %llu connections were ended before their time", (unsigned long long)evicted);
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
	tw_udp_free(c->udp);
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
