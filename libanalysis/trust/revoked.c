/* revoked.c: OneCRL and CRLSet. */
#include "trust/revoked.h"
#include "dump/json.h"

#include <stdlib.h>
#include <string.h>

/* What an entry's digest is over, told apart by the first octet. */
enum entry { ISSUER_SERIAL = 1, SUBJECT_KEY, PARENT_SERIAL, KEY, LIMITED, ALLOWED };

static void digest(struct tw_revoked *r, enum entry kind, struct tw_slice a, struct tw_slice b, uint8_t out[TW_SHA256])
{
	uint8_t head[5] = { (uint8_t)kind, (uint8_t)(a.n >> 24), (uint8_t)(a.n >> 16), (uint8_t)(a.n >> 8), (uint8_t)a.n };
	r->key.n = 0;
	tw_buf_add(&r->key, head, sizeof head);
	tw_buf_addslice(&r->key, a);
	tw_buf_addslice(&r->key, b);
	tw_sha256(tw_buf_slice(&r->key), out);
}

static void add(struct tw_revoked *r, enum entry kind, struct tw_slice a, struct tw_slice b, int64_t since)
{
	uint8_t key[TW_SHA256];
	bool fresh;
	digest(r, kind, a, b, key);
	uint32_t i = tw_set_add(&r->set, key, &fresh);
	if (i >= r->cap) {
		r->cap = r->cap ? r->cap * 2 : 256;
		r->since = tw_realloc(r->since, r->cap, sizeof *r->since);
	}
	/* Of one that stands twice the earliest date holds. */
	if (fresh || since < r->since[i])
		r->since[i] = since;
}

/* CRLSets have numbers that are not negative, without leading zeros. */
static struct tw_slice unpadded(struct tw_slice s)
{
	while (s.n > 1 && s.p[0] == 0) {
		s.p++;
		s.n--;
	}
	return s;
}

/* ---- OneCRL ---- */

static bool member64(struct tw_json o, const char *key, struct tw_buf *out)
{
	out->n = 0;
	return tw_base64(tw_json_text(tw_json_get(o, key)), out) && out->n;
}

static int64_t record_date(struct tw_json o)
{
	int64_t t;
	uint64_t ms;
	if (tw_time_parse(tw_json_text(tw_json_path(o, "details.created")), &t))
		return t;
	return tw_json_u64(tw_json_get(o, "last_modified"), INT64_MAX, &ms) ? (int64_t)(ms / 1000) : TW_TIME_MIN;
}

static bool record(void *self, struct tw_slice key, struct tw_json o)
{
	struct tw_revoked *r = self;
	struct tw_buf a = { 0 }, b = { 0 };
	(void)key;
	if (member64(o, "issuerName", &a) && member64(o, "serialNumber", &b))
		add(r, ISSUER_SERIAL, tw_buf_slice(&a), tw_der_shortest(tw_buf_slice(&b)), record_date(o));
	else if (member64(o, "subject", &a) && member64(o, "pubKeyHash", &b) && b.n == TW_SHA256)
		add(r, SUBJECT_KEY, tw_buf_slice(&a), tw_buf_slice(&b), record_date(o));
	else
		r->rejected++;
	r->entries++;
	tw_buf_free(&a);
	tw_buf_free(&b);
	return true;
}

static int read_onecrl(struct tw_revoked *r, struct tw_json root, const char *name)
{
	struct tw_json list = root;
	r->kind = TW_REVOKED_ONECRL;
	if (tw_json_is_object(root))
		list = tw_json_is_array(tw_json_get(root, "data")) ? tw_json_get(root, "data") : tw_json_get(root, "changes");
	if (!tw_json_is_array(list)) {
		tw_error("%s: no OneCRL: neither an array nor an object with data or changes", name);
		return -1;
	}
	tw_json_each(list, record, r);
	if (r->entries && r->rejected == r->entries) {
		tw_error("%s: no OneCRL: no record has issuerName and serialNumber, or subject and pubKeyHash", name);
		return -1;
	}
	return 0;
}

/* ---- CRLSet ---- */

struct header {
	struct tw_revoked *r;
	struct tw_slice subject;
	bool ok;
};

static bool hash64(struct tw_slice text, struct tw_buf *out)
{
	out->n = 0;
	return tw_base64(text, out) && out->n == TW_SHA256;
}

static bool blocked(void *self, struct tw_slice key, struct tw_json v)
{
	struct header *h = self;
	struct tw_buf b = { 0 };
	(void)key;
	h->ok = h->ok && hash64(tw_json_text(v), &b);
	if (h->ok) {
		add(h->r, KEY, tw_buf_slice(&b), (struct tw_slice){ 0, 0 }, TW_TIME_MIN);
		h->r->entries++;
	}
	tw_buf_free(&b);
	return h->ok;
}

static bool allowed(void *self, struct tw_slice key, struct tw_json v)
{
	struct header *h = self;
	struct tw_buf b = { 0 };
	(void)key;
	h->ok = h->ok && hash64(tw_json_text(v), &b);
	if (h->ok)
		add(h->r, ALLOWED, h->subject, tw_buf_slice(&b), TW_TIME_MIN);
	tw_buf_free(&b);
	return h->ok;
}

static bool limited(void *self, struct tw_slice key, struct tw_json v)
{
	struct header *h = self;
	struct tw_buf b = { 0 };
	h->ok = h->ok && hash64(key, &b) && tw_json_is_array(v);
	if (h->ok) {
		h->subject = tw_buf_slice(&b);
		add(h->r, LIMITED, h->subject, (struct tw_slice){ 0, 0 }, TW_TIME_MIN);
		h->r->entries++;
		tw_json_each(v, allowed, h);
	}
	tw_buf_free(&b);
	return h->ok;
}

static const char *read_header(struct tw_revoked *r, struct tw_json root)
{
	struct header h = { .r = r, .ok = true };
	uint64_t t;
	if (!tw_slice_is(tw_json_text(tw_json_get(root, "ContentType")), "CRLSet"))
		return "its ContentType is not CRLSet";
	if (!tw_json_u64(tw_json_get(root, "Version"), 0, &t))
		return "its Version is not 0";
	if (!tw_json_u64(tw_json_get(root, "Sequence"), INT32_MAX, &r->sequence))
		return "it has no Sequence";
	if (tw_json_u64(tw_json_get(root, "NotAfter"), TW_TIME_MAX, &t) && t)
		r->not_after = (int64_t)t;
	tw_json_each(tw_json_get(root, "BlockedSPKIs"), blocked, &h);
	tw_json_each(tw_json_get(root, "BlockedInterceptionSPKIs"), blocked, &h);
	tw_json_each(tw_json_get(root, "LimitedSubjects"), limited, &h);
	return h.ok ? NULL : "a hash in its header is not base64 of 32 bytes";
}

/* parent (32), number of serials (32 bits, little-endian), then each with its
 * length in one octet. False with s at the fault. */
static bool read_parent(struct tw_revoked *r, struct tw_slice *s)
{
	if (s->n < TW_SHA256 + 4)
		return false;
	struct tw_slice parent = { s->p, TW_SHA256 }, serial;
	const uint8_t *p = s->p + TW_SHA256;
	uint32_t count = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	s->p += TW_SHA256 + 4;
	s->n -= TW_SHA256 + 4;
	for (; count; count--) {
		if (s->n < 1 || s->n - 1 < s->p[0])
			return false;
		serial = (struct tw_slice){ s->p + 1, s->p[0] };
		s->n -= 1 + serial.n;
		s->p += 1 + serial.n;
		if (serial.n == 0) {
			r->rejected++;
			continue;
		}
		add(r, PARENT_SERIAL, parent, unpadded(serial), TW_TIME_MIN);
		r->entries++;
	}
	return true;
}

static int read_crlset(struct tw_revoked *r, struct tw_json root, struct tw_slice all, size_t at, const char *name)
{
	r->kind = TW_REVOKED_CRLSET;
	const char *why = read_header(r, root);
	if (why) {
		tw_error("%s: no CRLSet that can be used: %s", name, why);
		return -1;
	}
	struct tw_slice s = { all.p + at, all.n - at };
	while (s.n)
		if (!read_parent(r, &s)) {
			tw_error("%s: the CRLSet is cut short at offset %zu", name, all.n - s.n);
			return -1;
		}
	return 0;
}

/* ---- both ---- */

static int parse(struct tw_json_doc *doc, struct tw_slice json, struct tw_buf *text, struct tw_json *root, const char **why)
{
	text->n = 0;
	tw_buf_addslice(text, json);
	memset(tw_buf_room(text, TW_JSON_PADDING), 0, TW_JSON_PADDING);
	return tw_json_parse(doc, tw_buf_slice(text), root, why);
}

static int read_any(struct tw_revoked *r, struct tw_json_doc *doc, struct tw_slice bytes, const char *name,
		struct tw_buf *text)
{
	struct tw_json root = { NULL, 0 };
	const char *why;
	/* A CRLSet begins with the length of its header, 16 bits, little-endian. */
	size_t head = bytes.n > 2 ? (size_t)bytes.p[0] | (size_t)bytes.p[1] << 8 : 0;
	if (head && head <= bytes.n - 2 && parse(doc, (struct tw_slice){ bytes.p + 2, head }, text, &root, &why) == 0 &&
			tw_json_text(tw_json_get(root, "ContentType")).n)
		return read_crlset(r, root, bytes, 2 + head, name);
	if (parse(doc, bytes, text, &root, &why)) {
		tw_error("%s: neither OneCRL nor CRLSet: %s", name, why);
		return -1;
	}
	return read_onecrl(r, root, name);
}

int tw_revoked_read(struct tw_revoked *r, struct tw_slice bytes, const char *name)
{
	struct tw_json_doc *doc = tw_json_new();
	memset(r, 0, sizeof *r);
	r->not_after = TW_TIME_MAX;
	struct tw_buf text = { 0 };
	int status = read_any(r, doc, bytes, name, &text);
	tw_json_free(doc);
	tw_buf_free(&text);
	if (status)
		tw_revoked_free(r);
	return status;
}

void tw_revoked_free(struct tw_revoked *r)
{
	tw_set_free(&r->set);
	free(r->since);
	tw_buf_free(&r->key);
	memset(r, 0, sizeof *r);
}

static bool has(struct tw_revoked *r, enum entry kind, struct tw_slice a, struct tw_slice b, int64_t *since)
{
	uint8_t key[TW_SHA256];
	digest(r, kind, a, b, key);
	uint32_t i = tw_set_find(&r->set, key);
	if (i == TW_NONE)
		return false;
	*since = r->since[i];
	return true;
}

bool tw_revoked_has(struct tw_revoked *r, const struct tw_cert *c, const uint8_t *issuer_spki, int64_t *since)
{
	struct tw_slice none = { 0, 0 }, key = { c->spki_sha256, TW_SHA256 };
	uint8_t subject[TW_SHA256];
	int64_t t;
	if (!c->readable || r->set.n == 0)
		return false;
	if (r->kind == TW_REVOKED_ONECRL)
		return has(r, ISSUER_SERIAL, c->issuer, tw_der_shortest(c->serial), since) || has(r, SUBJECT_KEY, c->subject, key, since);
	if (has(r, KEY, key, none, since))
		return true;
	bool negative = c->serial.n && c->serial.p[0] & 0x80;
	if (issuer_spki && !negative && has(r, PARENT_SERIAL, (struct tw_slice){ issuer_spki, TW_SHA256 }, unpadded(c->serial), since))
		return true;
	tw_sha256(c->subject, subject);
	struct tw_slice name = { subject, TW_SHA256 };
	return has(r, LIMITED, name, none, since) && !has(r, ALLOWED, name, key, &t);
}
