/* zgrab2 JSON lines, 2018 to now: the envelope. */
#include "dump/zgrab2.h"
#include "dump/reply.h"

#include <stdlib.h>
#include <string.h>

/* ---- the observation ---- */
void tw_zobs_end(struct tw_zobs *o, enum tw_obs col, size_t from)
{
	o->v[col].at = from;
	o->v[col].n = o->text.n - from;
}

void tw_zobs_set(struct tw_zobs *o, enum tw_obs col, struct tw_slice s)
{
	size_t from = o->text.n;
	tw_buf_addslice(&o->text, s);
	tw_zobs_end(o, col, from);
}

void tw_zobs_escaped(struct tw_zobs *o, enum tw_obs col, struct tw_slice s)
{
	size_t from = o->text.n;
	tw_text_escape(&o->text, s);
	tw_zobs_end(o, col, from);
}

void tw_zobs_number(struct tw_zobs *o, enum tw_obs col, uint64_t v)
{
	size_t from = o->text.n;
	tw_buf_addu(&o->text, v);
	tw_zobs_end(o, col, from);
}

struct tw_slice tw_zobs_get(const struct tw_zobs *o, enum tw_obs col)
{
	struct tw_slice s = { o->text.p + o->v[col].at, o->v[col].n };
	return s;
}

void tw_zgrab2_begin(struct tw_zgrab2 *z, struct tw_slice probe)
{
	struct tw_zobs *o = &z->o;

	o->text.n = 0;
	tw_buf_room(&o->text, 1);
	memset(o->v, 0, sizeof o->v);
	o->established = o->hello = o->tls = false;
	tw_zobs_set(o, TW_OBS_SOURCE, z->options->source.n ? z->options->source : tw_str("active"));
	tw_zobs_set(o, TW_OBS_SCAN, z->options->scan);
	tw_zobs_set(o, TW_OBS_INPUT, tw_str(z->record->input));
	tw_zobs_number(o, TW_OBS_RECORD, z->record->number);
	tw_zobs_escaped(o, TW_OBS_PROBE, probe);
}

void tw_zgrab2_time(struct tw_zgrab2 *z, struct tw_json scan)
{
	size_t from = z->o.text.n;

	if (!tw_time_to_utc(tw_json_text(tw_json_get(scan, "timestamp")), &z->o.text))
		tw_buf_addslice(&z->o.text, z->record->at);
	tw_zobs_end(&z->o, TW_OBS_TIME, from);
}

void tw_zgrab2_port(struct tw_zgrab2 *z, struct tw_json scan, unsigned module_port)
{
	uint64_t port;

	if (!tw_json_u64(tw_json_get(scan, "port"), 65535, &port) || port == 0)
		port = z->port ? z->port : z->options->port ? z->options->port : module_port;
	if (port)
		tw_zobs_number(&z->o, TW_OBS_PORT, port);
}

static void set_service(struct tw_zgrab2 *z)
{
	struct tw_zobs *o = &z->o;
	uint64_t port = 0;

	if (z->options->protocol.n) {
		tw_zobs_set(o, TW_OBS_PROTOCOL, z->options->protocol);
		return;
	}
	if (!tw_slice_u64(tw_zobs_get(o, TW_OBS_PORT), 65535, &port))
		port = 0;
	const char *service = tw_service(tw_zobs_get(o, TW_OBS_SPOKEN), (unsigned)port, tw_zobs_get(o, TW_OBS_TLS_START));
	/* A protocol that the map does not have is its own service. */
	if (service[0])
		tw_zobs_set(o, TW_OBS_PROTOCOL, tw_str(service));
	else
		o->v[TW_OBS_PROTOCOL] = o->v[TW_OBS_SPOKEN];
}

int tw_zgrab2_emit(struct tw_zgrab2 *z)
{
	struct tw_obs_row row;

	set_service(z);
	for (int i = 0; i < TW_OBS_N; i++)
		row.v[i] = tw_zobs_get(&z->o, (enum tw_obs)i);
	z->used++;
	return z->sink->obs(z->sink->self, &row);
}

/* ---- the line ---- */
static bool read_probe(void *self, struct tw_slice key, struct tw_json scan)
{
	struct tw_zgrab2 *z = self;

	z->fate = tw_zgrab2_scan(z, key, scan);
	return z->fate == TW_USED;
}

/* A target whose name did not resolve was reached by nobody. */
static enum tw_fate read_unresolved(struct tw_zgrab2 *z)
{
	struct tw_json none = { NULL, 0 };

	tw_zgrab2_begin(z, (struct tw_slice){ 0, 0 });
	tw_zgrab2_time(z, none);
	tw_zobs_escaped(&z->o, TW_OBS_IP, z->ip);
	tw_zobs_escaped(&z->o, TW_OBS_NAME, z->name);
	tw_zgrab2_port(z, none, 0);
	tw_zobs_set(&z->o, TW_OBS_OUTCOME, tw_str("unreachable"));
	return tw_zgrab2_emit(z) ? TW_FAILED : TW_USED;
}

static bool other_than_target(void *self, struct tw_slice key, struct tw_json v)
{
	bool *other = self;

	(void)v;
	*other = !tw_slice_is(key, "ip") && !tw_slice_is(key, "domain") && !tw_slice_is(key, "port");
	return !*other;
}

/* A target and nothing else: no scan of the run was for its tag. */
static bool is_unscanned(const struct tw_zgrab2 *z, struct tw_json root)
{
	bool other = false;

	tw_json_each(root, other_than_target, &other);
	return !other && (z->ip.n || z->name.n);
}

static enum tw_fate read_line(struct tw_zgrab2 *z, struct tw_slice text)
{
	struct tw_json root, data;

	if (tw_json_parse(z->doc, text, &root, &z->why))
		return TW_REJECTED;
	data = tw_json_get(root, "data");
	z->ip = tw_json_text(tw_json_get(root, "ip"));
	z->name = tw_json_text(tw_json_get(root, "domain"));
	if (!tw_json_u64(tw_json_get(root, "port"), 65535, &z->port))
		z->port = 0;
	if (!data.doc && tw_json_is_object(tw_json_get(root, "statuses")))
		return TW_CONTEXT; /* the run's summary */
	if (!data.doc && tw_json_text(tw_json_get(root, "error")).n)
		return read_unresolved(z);
	if (!data.doc && is_unscanned(z, root))
		return TW_CONTEXT;
	if (!tw_json_is_object(data)) {
		z->why = "not a zgrab2 line: no object named data";
		return TW_REJECTED;
	}
	tw_json_each(data, read_probe, z);
	return z->fate == TW_USED && z->used == 0 ? TW_CONTEXT : z->fate;
}

bool tw_zgrab2_detect(struct tw_slice s)
{
	size_t at = s.n >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\n' || s.p[at] == '\r' || s.p[at] == '\t'))
		at++;
	return at < s.n && s.p[at] == '{' && (tw_zgrab2_holds(s, "\"data\"") ||
	    tw_zgrab2_holds(s, "\"error\"") || tw_zgrab2_holds(s, "\"statuses\""));
}

void *tw_zgrab2_open(const struct tw_ingest_options *options)
{
	struct tw_zgrab2 *z = tw_alloc(sizeof *z);
	z->doc = tw_json_new();
	z->options = options;
	return z;
}

void tw_zgrab2_close(void *self)
{
	struct tw_zgrab2 *z = self;
	tw_json_free(z->doc);
	tw_buf_free(&z->o.text);
	tw_buf_free(&z->der);
	free(z);
}

enum tw_fate tw_zgrab2_read(void *self, const struct tw_record *r, const struct tw_sink *sink)
{
	struct tw_zgrab2 *z = self;
	struct tw_slice text = r->text;

	if (r->number == 1 && text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0) {
		text.p += 3;
		text.n -= 3;
	}
	z->record = r;
	z->sink = sink;
	z->used = 0;
	z->fate = TW_USED;
	z->why = "";
	enum tw_fate fate = read_line(z, text);
	if (fate == TW_REJECTED && sink->reject(sink->self, r->input, r->number, r->offset, z->why, (struct tw_slice){ 0, 0 }))
		return TW_FAILED;
	return fate;
}
