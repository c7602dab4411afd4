/* Snapshots as CSV: written, and read again. */
#include "trust/snapshot.h"

#include <stdlib.h>
#include <string.h>

enum { SHA256, SUBJECT, TLS_TRUSTED, DISTRUST_AFTER, KIND, PURPOSES, ANCHOR_EXPIRY, CONSTRAINTS, ISSUER, SERIAL, SPKI, FROM,
	UNTIL, LABEL, COLUMNS };
static const char header[] = "sha256,subject,tls_trusted,distrust_after,kind,purposes,anchor_expiry,constraints,"
	"issuer_der_sha256,serial_hex,spki_sha256,from,until,label";
static const char *const kinds[] = { "anchor", "listed", "block" };
static const char *const purposes[] = { "server", "client", "email", "code" };
enum { NPURPOSES = sizeof purposes / sizeof *purposes };

void tw_purposes_text(struct tw_buf *b, uint32_t set)
{
	const char *between = "";

	for (int i = 0; i < NPURPOSES; i++)
		if (set & 1u << i) {
			tw_buf_addf(b, "%s%s", between, purposes[i]);
			between = " ";
		}
}

bool tw_purposes_parse(struct tw_slice text, uint32_t *set)
{
	*set = 0;
	while (text.n) {
		const uint8_t *blank = memchr(text.p, ' ', text.n);
		struct tw_slice word = { text.p, blank ? (size_t)(blank - text.p) : text.n };
		int i = 0;
		while (i < NPURPOSES && !tw_slice_is(word, purposes[i]))
			i++;
		if (i == NPURPOSES)
			return false;
		*set |= 1u << i;
		word.n += blank != NULL;
		text.p += word.n;
		text.n -= word.n;
	}
	return true;
}

/* ---- writing ---- */
static void put(struct tw_buf *b, const char *s)
{
	tw_csv_field(b, tw_str(s));
	tw_buf_addc(b, ',');
}

static void put_hex(struct tw_buf *b, bool has, const uint8_t *p, size_t n)
{
	if (has)
		tw_buf_addhex(b, p, n);
	tw_buf_addc(b, ',');
}

static void put_time(struct tw_buf *b, int64_t t, int64_t none)
{
	if (t != none)
		tw_time_add(b, t);
	tw_buf_addc(b, ',');
}

static void put_subject(struct tw_buf *b, const struct tw_snapshot *s, const struct tw_snapshot_row *e, const struct tw_certs *certs)
{
	struct tw_buf text = { 0 };

	/* What of a name can't be read is left out of a text for people. */
	if (e->cert != TW_NONE && certs->v[e->cert].readable)
		(void)tw_name_text(&text, certs->v[e->cert].subject);
	else
		tw_buf_adds(&text, tw_snapshot_str(s, e->subject));
	tw_csv_field(b, tw_buf_slice(&text));
	tw_buf_addc(b, ',');
	tw_buf_free(&text);
}

static void put_row(struct tw_buf *b, const struct tw_snapshot *s, const struct tw_snapshot_row *e, const struct tw_certs *certs)
{
	bool anchor = e->kind == TW_ROW_ANCHOR;

	put_hex(b, e->by_cert, e->sha256, TW_SHA256);
	put_subject(b, s, e, certs);
	put(b, anchor && e->purposes & TW_TRUST_SERVER ? "1" : "0");
	put_time(b, e->distrust_after, TW_TIME_MAX);
	put(b, kinds[e->kind]);
	tw_purposes_text(b, e->purposes);
	tw_buf_addc(b, ',');
	put(b, anchor ? e->expiry ? "1" : "0" : "");
	put(b, tw_snapshot_str(s, e->constraints));
	put_hex(b, e->by_serial, e->issuer, TW_SHA256);
	put_hex(b, e->by_serial, e->nserial ? s->text.p + e->serial : NULL, e->nserial);
	put_hex(b, e->by_key, e->spki, TW_SHA256);
	put_time(b, e->from, TW_TIME_MIN);
	put_time(b, e->until, TW_TIME_MAX);
	tw_csv_field(b, tw_str(tw_snapshot_str(s, e->label)));
	tw_buf_addc(b, '\n');
}

void tw_snapshot_csv(const struct tw_snapshot *s, const struct tw_certs *certs, struct tw_buf *b)
{
	tw_buf_adds(b, header);
	tw_buf_addc(b, '\n');
	for (uint32_t i = 0; i < s->n; i++)
		put_row(b, s, &s->v[i], certs);
}

/* ---- reading ---- */
bool tw_snapshot_is(struct tw_slice text)
{
	const size_t n = sizeof header - 1;

	return text.n > n && memcmp(text.p, header, n) == 0 && (text.p[n] == '\n' || text.p[n] == '\r');
}

static bool take_hex(struct tw_slice f, bool *has, uint8_t *out)
{
	*has = f.n > 0;
	return !f.n || tw_unhex(f, out, TW_SHA256);
}

static bool take_time(struct tw_slice f, int64_t *out)
{
	return !f.n || tw_time_parse(f, out);
}

static bool take_flag(struct tw_slice f, bool *out)
{
	*out = tw_slice_is(f, "1");
	return *out || tw_slice_is(f, "0");
}

static bool take_kind(struct tw_slice f, enum tw_snapshot_kind *kind)
{
	for (int i = 0; i < 3; i++)
		if (tw_slice_is(f, kinds[i])) {
			*kind = (enum tw_snapshot_kind)i;
			return true;
		}
	return false;
}

static bool take_serial(struct tw_snapshot *s, struct tw_slice f, struct tw_snapshot_row *e)
{
	uint8_t octets[1024];

	if (f.n % 2 || f.n / 2 > sizeof octets || !tw_unhex(f, octets, f.n / 2))
		return false;
	e->nserial = (uint32_t)(f.n / 2);
	e->serial = tw_snapshot_text(s, (struct tw_slice){ octets, e->nserial });
	return e->by_serial || !f.n;
}

/* What is wrong with the row, or NULL. */
static const char *take_row(struct tw_snapshot *s, const struct tw_certs *certs, const struct tw_row *r)
{
	enum tw_snapshot_kind kind;
	bool trusted, expiry = true;

	if (r->n != COLUMNS)
		return "not as many fields as the header";
	if (!take_kind(r->f[KIND], &kind))
		return "kind is anchor, listed or block";
	struct tw_snapshot_row *e = tw_snapshot_add(s, kind);
	if (!take_hex(r->f[SHA256], &e->by_cert, e->sha256) || !take_hex(r->f[ISSUER], &e->by_serial, e->issuer) ||
	    !take_hex(r->f[SPKI], &e->by_key, e->spki))
		return "a SHA-256 is 64 hexadecimal digits";
	if (!take_serial(s, r->f[SERIAL], e))
		return "serial_hex is not whole octets beside an issuer";
	if (kind != TW_ROW_BLOCK && (!e->by_cert || e->by_serial || e->by_key))
		return "an anchor is named by its sha256 and nothing else";
	if (!e->by_cert && !e->by_serial && !e->by_key)
		return "a block that names nothing";
	if (!tw_purposes_parse(r->f[PURPOSES], &e->purposes))
		return "purposes are server, client, email, code";
	if (!take_flag(r->f[TLS_TRUSTED], &trusted) || trusted != (kind == TW_ROW_ANCHOR && e->purposes & TW_TRUST_SERVER))
		return "tls_trusted is not what kind and purposes say";
	if (kind == TW_ROW_ANCHOR ? !take_flag(r->f[ANCHOR_EXPIRY], &expiry) : r->f[ANCHOR_EXPIRY].n > 0)
		return "anchor_expiry is 0 or 1, of anchors only";
	e->expiry = expiry;
	if (!take_time(r->f[DISTRUST_AFTER], &e->distrust_after) || !take_time(r->f[FROM], &e->from) ||
	    !take_time(r->f[UNTIL], &e->until))
		return "a time is not RFC 3339";
	e->constraints = tw_snapshot_text(s, r->f[CONSTRAINTS]);
	e->subject = tw_snapshot_text(s, r->f[SUBJECT]);
	e->label = tw_snapshot_text(s, r->f[LABEL]);
	e->cert = e->by_cert ? tw_certs_find(certs, e->sha256) : TW_NONE;
	return NULL;
}

int tw_snapshot_read(struct tw_snapshot *s, const struct tw_certs *certs, struct tw_slice text, const char *name)
{
	struct tw_row r = { 0 };
	const char *why = tw_snapshot_is(text) ? NULL : "not a snapshot's header";
	uint64_t line = 1;

	for (size_t at = 0, n; !why && at < text.n; at += n) {
		n = tw_csv_record(text.p + at, text.n - at);
		size_t len = n ? n : text.n - at;
		bool lf = n > 0;
		n = len;
		len -= lf;
		len -= len && text.p[at + len - 1] == '\r';
		tw_row_clear(&r);
		if (tw_row_split(&r, (struct tw_slice){ text.p + at, len }) < 0)
			why = "quotes are broken";
		else if (at)
			why = take_row(s, certs, &r);
		if (why)
			break;
		if (at)
			s->v[s->n - 1].at = line;
		for (size_t i = 0; i < n; i++)
			line += text.p[at + i] == '\n';
	}
	tw_row_free(&r);
	if (!why)
		return 0;
	tw_error("%s: line %llu: %s", name, (unsigned long long)line, why);
	return -1;
}
