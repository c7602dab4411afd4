/* The Chrome Root Store: root_store.textproto (chromium net/cert/root_store.proto
 * says what its fields mean); the certificates are in a pool beside it.
 *
 * Chrome looks at an anchor's own validity only where it says
 * enforce_anchor_expiry (net/cert/internal/trust_store_chrome.cc). All
 * trust_anchors are for TLS; of additional_certs those that say
 * tls_trust_anchor. */
#include "trust/importers.h"
#include "trust/textproto.h"

#include <stdlib.h>
#include <string.h>

enum { ROOT, ANCHOR, ADDITIONAL, CONSTRAINTS, OTHER };

/* Members of a ConstraintSet in the order of the canonical text. */
enum form { SECONDS, VERSION, NAME, IGNORED };
static const struct member {
	const char *field, *name;
	enum form form;
} members[] = {
	{ "sct_not_after_sec", "sct_not_after", SECONDS }, { "sct_all_after_sec", "sct_all_after", SECONDS },
	{ "validity_starts_not_after_sec", "starts_not_after", SECONDS },
	{ "validity_starts_after_sec", "starts_after", SECONDS },
	{ "min_version", "min_version", VERSION }, { "max_version_exclusive", "max_version_exclusive", VERSION },
	{ "permitted_dns_names", "permitted_dns_name", NAME },
	/* Of Merkle Tree certificates; "ignored if specified on a classical TrustAnchor". */
	{ "index_not_after", NULL, IGNORED }, { "index_after", NULL, IGNORED },
};
enum { MEMBERS = sizeof members / sizeof *members };

struct chrome {
	struct tw_import *im;
	/* The anchor that is read. */
	struct tw_buf der, label, constraints;
	uint8_t sha256[TW_SHA256];
	bool named, expiry, tls, free; /* free: one of its sets asks nothing */
	uint64_t line;
	/* Its set of constraints. */
	struct tw_buf member[MEMBERS], unknown;
};

static void warn(struct chrome *c, const uint8_t *at, const char *what, struct tw_slice name)
{
	c->im->at = tw_import_line(c->im, at);
	tw_import_warn(c->im, "%.*s%s", (int)(name.n < 80 ? name.n : 80), (const char *)name.p, what);
}

/* ---- sets of constraints ---- */
/* VALUE of NAME=VALUE: what would end it, or is no text, is "?". */
static void put_plain(struct tw_buf *b, struct tw_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		tw_buf_addc(b, s.p[i] > ' ' && s.p[i] < 0x7f && s.p[i] != '|' ? (char)s.p[i] : '?');
}

static bool put_seconds(struct tw_buf *b, struct tw_slice s)
{
	uint64_t v;
	bool minus = s.n && s.p[0] == '-';

	if (!tw_slice_u64((struct tw_slice){ s.p + minus, s.n - minus }, INT64_MAX, &v))
		return false;
	int64_t t = minus ? -(int64_t)v : (int64_t)v;
	tw_time_add(b, t < TW_TIME_MIN ? TW_TIME_MIN : t > TW_TIME_MAX ? TW_TIME_MAX : t);
	return true;
}

/* "121" is 121.0.0.0: what is left out counts as 0 (base::Version). */
static bool put_version(struct tw_buf *b, struct tw_slice s)
{
	uint64_t v;
	int parts = 0;

	for (; parts < 4 && s.n; parts++) {
		const uint8_t *dot = memchr(s.p, '.', s.n);
		size_t n = dot ? (size_t)(dot - s.p) : s.n;
		if (!tw_slice_u64((struct tw_slice){ s.p, n }, UINT32_MAX, &v) || (dot && n + 1 == s.n))
			return false;
		tw_buf_addf(b, "%s%llu", parts ? "." : "", (unsigned long long)v);
		n += dot != NULL;
		s.p += n;
		s.n -= n;
	}
	bool whole = parts && !s.n;
	for (; parts < 4; parts++)
		tw_buf_adds(b, ".0");
	return whole;
}

static void put_member(struct tw_buf *b, const char *name, struct tw_slice value)
{
	tw_buf_addf(b, "%s%s=", b->n ? " " : "", name);
	put_plain(b, value);
}

static void take_member(struct chrome *c, struct tw_slice name, struct tw_slice value, const uint8_t *at)
{
	struct tw_buf text = { 0 };
	int i = 0;
	bool good = true;

	while (i < MEMBERS && !tw_slice_is(name, members[i].field))
		i++;
	if (i == MEMBERS) {
		warn(c, at, ": not a constraint that is known: its set never holds", name);
		tw_buf_addf(&c->unknown, "%s%.*s=", c->unknown.n ? " " : "", (int)(name.n < 80 ? name.n : 80), (const char *)name.p);
		put_plain(&c->unknown, value);
		return;
	}
	if (members[i].form == SECONDS)
		good = put_seconds(&text, value);
	else if (members[i].form == VERSION)
		good = put_version(&text, value);
	else
		tw_buf_addslice(&text, value);
	if (members[i].form < NAME && c->member[i].n)
		warn(c, at, ": stands twice in a set of constraints: the last counts", name);
	if (members[i].form < NAME)
		c->member[i].n = 0;
	if (!good) {
		warn(c, at, ": a value that can't be read: its set never holds", name);
		tw_buf_addf(&c->unknown, "%sunreadable_%s=", c->unknown.n ? " " : "", members[i].name);
		put_plain(&c->unknown, value);
	} else if (members[i].form != IGNORED) {
		put_member(&c->member[i], members[i].name, tw_buf_slice(&text));
	}
	tw_buf_free(&text);
}

static void open_set(struct chrome *c)
{
	for (int i = 0; i < MEMBERS; i++)
		c->member[i].n = 0;
	c->unknown.n = 0;
}

static void close_set(struct chrome *c)
{
	struct tw_buf *b = &c->constraints;
	size_t from = b->n;

	for (int i = 0; i <= MEMBERS; i++) {
		const struct tw_buf *m = i < MEMBERS ? &c->member[i] : &c->unknown;
		if (m->n) {
			tw_buf_adds(b, b->n > from ? " " : from ? " | " : "");
			tw_buf_addslice(b, tw_buf_slice(m));
		}
	}
	/* A set that asks nothing always holds, whatever the others ask. */
	c->free = c->free || b->n == from;
}

/* ---- anchors ---- */
static void open_anchor(struct chrome *c, const uint8_t *at)
{
	c->der.n = c->label.n = c->constraints.n = 0;
	c->named = c->expiry = c->tls = c->free = false;
	c->line = tw_import_line(c->im, at);
}

static void close_anchor(struct chrome *c, bool anchor)
{
	enum tw_snapshot_kind kind = anchor ? TW_ROW_ANCHOR : TW_ROW_LISTED;
	struct tw_snapshot_row *e;

	c->im->at = c->line;
	if (c->der.n) {
		e = tw_snapshot_add_cert(c->im->out, kind, c->im->certs, tw_certs_add(c->im->certs, tw_buf_slice(&c->der)));
	} else if (c->named) {
		e = tw_import_named(c->im, kind, false, c->sha256);
	} else {
		tw_import_warn(c->im, "an anchor without a certificate: left out");
		return;
	}
	e->purposes = anchor ? TW_TRUST_SERVER : 0;
	e->expiry = !anchor || c->expiry;
	e->label = tw_import_text(c->im, tw_buf_slice(&c->label));
	e->constraints = c->free || !anchor ? 0 : tw_snapshot_text(c->im->out, tw_buf_slice(&c->constraints));
	e->at = c->line;
}

static bool is_true(struct tw_slice s)
{
	return tw_slice_is(s, "true") || tw_slice_is(s, "True") || tw_slice_is(s, "t") || tw_slice_is(s, "1");
}

static void take_field(struct chrome *c, struct tw_slice name, struct tw_slice value, const uint8_t *at)
{
	struct tw_buf *b = tw_slice_is(name, "der") ? &c->der : tw_slice_is(name, "display_name") ? &c->label : NULL;

	if (b) {
		b->n = 0;
		tw_buf_addslice(b, value);
	} else if (tw_slice_is(name, "sha256_hex")) {
		c->named = tw_unhex(value, c->sha256, TW_SHA256);
		if (!c->named)
			warn(c, at, ": not 64 hexadecimal digits", name);
	} else if (tw_slice_is(name, "enforce_anchor_expiry")) {
		c->expiry = is_true(value);
	} else if (tw_slice_is(name, "tls_trust_anchor")) {
		c->tls = is_true(value);
	}
}

/* ---- the text ---- */
static int enter(void *self, int in, struct tw_slice name, const uint8_t *at)
{
	struct chrome *c = self;

	if (in == ROOT && (tw_slice_is(name, "trust_anchors") || tw_slice_is(name, "additional_certs"))) {
		open_anchor(c, at);
		return tw_slice_is(name, "trust_anchors") ? ANCHOR : ADDITIONAL;
	}
	if ((in == ANCHOR || in == ADDITIONAL) && tw_slice_is(name, "constraints")) {
		open_set(c);
		return CONSTRAINTS;
	}
	if (in == CONSTRAINTS)
		take_member(c, name, tw_str("{}"), at);
	return OTHER;
}

static void leave(void *self, int message, bool whole)
{
	struct chrome *c = self;

	if (!whole)
		return;
	if (message == ANCHOR)
		close_anchor(c, true);
	else if (message == ADDITIONAL)
		close_anchor(c, c->tls);
	else if (message == CONSTRAINTS)
		close_set(c);
}

static void value(void *self, int in, struct tw_slice name, struct tw_slice v, const uint8_t *at)
{
	if (in == ANCHOR || in == ADDITIONAL)
		take_field(self, name, v, at);
	else if (in == CONSTRAINTS)
		take_member(self, name, v, at);
}

static void fault(void *self, const uint8_t *at, const char *why)
{
	struct chrome *c = self;

	c->im->at = tw_import_line(c->im, at);
	tw_import_warn(c->im, "%s: the message around it is left out", why);
}

static bool mine(const struct tw_import *im)
{
	return !im->folder && memmem(im->bytes.p, im->bytes.n, "trust_anchors", 13) &&
	       memmem(im->bytes.p, im->bytes.n, "sha256_hex", 10);
}

static int read_chrome(struct tw_import *im)
{
	struct chrome c = { .im = im };
	const struct tw_textproto h = { .enter = enter, .leave = leave, .value = value, .fault = fault, .self = &c };

	tw_textproto_read(&h, im->bytes);
	tw_buf_free(&c.der);
	tw_buf_free(&c.label);
	tw_buf_free(&c.constraints);
	for (int i = 0; i < MEMBERS; i++)
		tw_buf_free(&c.member[i]);
	tw_buf_free(&c.unknown);
	if (im->out->n)
		return 0;
	tw_error("%s: no anchor in it", im->path);
	return -1;
}

const struct tw_importer tw_import_chrome = { .name = "chrome",
	.help = "Chrome's root_store.textproto; --certs: its root_store.certs",
	.lines = true, .dates = true, .mine = mine, .read = read_chrome };
