/* facts.c: the strength facts of certificates. Texts repeat by the million, so
 * each distinct one is kept once. */
#include "crypto/facts.h"
#include "base/bounds.h"
#include "base/input.h"
#include "crypto/strength.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	uint32_t key, sig; /* ordinals of texts */
	uint16_t key_bits, sig_bits;
	bool self_issued, readable, root;
};

struct tw_facts {
	const struct tw_certs *certs;
	struct tw_set set;
	struct entry *v; /* by ordinal of set */
	uint32_t cap;
	struct tw_set text_set;
	char **text;
	uint32_t text_cap;
};

struct tw_facts *tw_facts_new(const struct tw_certs *certs)
{
	struct tw_facts *f = tw_alloc(sizeof *f);
	f->certs = certs;
	return f;
}

void tw_facts_free(struct tw_facts *f)
{
	if (!f)
		return;
	for (uint32_t i = 0; i < f->text_set.n; i++)
		free(f->text[i]);
	free(f->text);
	free(f->v);
	tw_set_free(&f->text_set);
	tw_set_free(&f->set);
	free(f);
}

static uint32_t intern(struct tw_facts *f, struct tw_slice s)
{
	uint8_t hash[TW_SHA256];
	bool fresh;
	tw_sha256(s, hash);
	uint32_t i = tw_set_add(&f->text_set, hash, &fresh);
	if (!fresh)
		return i;
	if (i >= f->text_cap) {
		f->text_cap = f->text_cap ? f->text_cap * 2 : 64;
		f->text = tw_realloc(f->text, f->text_cap, sizeof *f->text);
	}
	f->text[i] = tw_alloc(s.n + 1);
	if (s.n)
		memcpy(f->text[i], s.p, s.n);
	return i;
}

/* RSA-2048, EC-secp256r1, Ed25519: a curve says more than its size, and the
 * kinds with but one size need none. */
static void key_text(struct tw_buf *b, enum tw_key key, uint32_t bits, struct tw_slice curve)
{
	tw_buf_adds(b, tw_key_name(key));
	if (key == TW_KEY_EC && curve.n) {
		tw_buf_addc(b, '-');
		tw_buf_addslice(b, curve);
	} else if (bits && key != TW_KEY_ED25519 && key != TW_KEY_ED448 && key != TW_KEY_X25519 && key != TW_KEY_X448)
		tw_buf_addf(b, "-%u", bits);
}

static struct entry entry_of(struct tw_facts *f, enum tw_key key, uint32_t bits, struct tw_slice curve,
	struct tw_slice sig, bool self_issued, bool root)
{
	struct tw_buf b = { 0 };
	uint32_t strength = tw_key_security_bits(key, bits);
	key_text(&b, key, bits, curve);
	struct entry e = { intern(f, tw_buf_slice(&b)), intern(f, sig),
		(uint16_t)(strength > UINT16_MAX ? UINT16_MAX : strength),
		(uint16_t)tw_sig_security_bits(sig), self_issued, true, root };
	tw_buf_free(&b);
	return e;
}

/* A fingerprint's key in the set: its own bytes, or a digest of what is none. */
static void set_key(struct tw_slice s, uint8_t key[TW_SHA256])
{
	if (s.n != 2 * TW_SHA256 || !tw_unhex(s, key, TW_SHA256))
		tw_sha256(s, key);
}

static void put(struct tw_facts *f, const uint8_t key[TW_SHA256], struct entry e)
{
	bool fresh;
	uint32_t i = tw_set_add(&f->set, key, &fresh);
	if (i >= f->cap) {
		f->cap = f->cap ? f->cap * 2 : 256;
		f->v = tw_realloc(f->v, f->cap, sizeof *f->v);
	}
	if (fresh)
		f->v[i] = e;
}

static struct entry unreadable(struct tw_facts *f)
{
	uint32_t none = intern(f, tw_str(""));
	struct entry e = { none, none, 0, 0, false, false, false };
	return e;
}

void tw_facts_add(struct tw_facts *f, const struct tw_cert *c)
{
	struct tw_buf sig = { 0 };

	if (!c->readable) {
		put(f, c->sha256, unreadable(f));
		return;
	}
	tw_sig_name(&sig, c);
	put(f, c->sha256, entry_of(f, c->key, c->key_bits, tw_str(c->curve ? c->curve : ""), tw_buf_slice(&sig), c->self_issued,
		c->self_issued && (c->aki.n == 0 || tw_slice_eq(c->aki, c->ski))));
	tw_buf_free(&sig);
}

static bool from_certs(struct tw_facts *f, const uint8_t key[TW_SHA256])
{
	uint32_t at = f->certs ? tw_certs_find(f->certs, key) : TW_NONE;

	if (at != TW_NONE)
		tw_facts_add(f, &f->certs->v[at]);
	return at != TW_NONE;
}

bool tw_facts_find(struct tw_facts *f, struct tw_slice fingerprint, struct tw_fact *out)
{
	uint8_t key[TW_SHA256];
	set_key(fingerprint, key);
	uint32_t i = tw_set_find(&f->set, key);
	if (i == TW_NONE) {
		if (!from_certs(f, key))
			return false;
		i = tw_set_find(&f->set, key);
	}
	const struct entry *e = &f->v[i];
	out->key = f->text[e->key];
	out->sig = f->text[e->sig];
	out->key_bits = e->key_bits;
	out->sig_bits = e->sig_bits;
	out->self_issued = e->self_issued;
	out->readable = e->readable;
	out->root = e->root;
	return true;
}

enum { SHA256, KEY, BITS, CURVE, SIG, SELF, SKI, AKI, NCOLUMNS };

static int columns(const char *path, struct tw_slice record, uint32_t at[NCOLUMNS])
{
	static const char *const name[NCOLUMNS] = { "sha256", "key_algorithm", "key_bits", "curve",
		"signature_algorithm", "self_issued", "ski", "aki" };
	struct tw_header h = { 0 };
	int rc = tw_header_parse(&h, record);
	if (rc)
		tw_error("%s: its header cannot be read", path);
	for (int i = 0; i < NCOLUMNS && rc == 0; i++) {
		at[i] = tw_header_find(&h, name[i]);
		if (at[i] == TW_NONE) {
			tw_error("%s: no column %s: is it a certificates.csv of tw-certs?", path, name[i]);
			rc = -1;
		}
	}
	tw_header_free(&h);
	return rc;
}

static int add_row(struct tw_facts *f, const char *path, struct tw_row *row, struct tw_slice record,
	const uint32_t at[NCOLUMNS])
{
	uint8_t key[TW_SHA256];
	uint64_t bits = 0;
	enum tw_key kind = TW_KEY_UNKNOWN;
	if (tw_row_split(row, record)) {
		tw_error("%s: row %llu: quotes are broken", path, (unsigned long long)row->number);
		return -1;
	}
	struct tw_slice name = tw_row_get(row, at[KEY]), size = tw_row_get(row, at[BITS]);
	if (tw_row_get(row, at[SHA256]).n == 0 || (size.n && !tw_slice_u64(size, UINT32_MAX, &bits))) {
		tw_error("%s: row %llu: no fingerprint, or key_bits is no number", path, (unsigned long long)row->number);
		return -1;
	}
	for (int k = 0; k < TW_KEY_N; k++)
		if (tw_slice_is(name, tw_key_name((enum tw_key)k)))
			kind = (enum tw_key)k;
	bool self = tw_slice_is(tw_row_get(row, at[SELF]), "yes");
	struct tw_slice aki = tw_row_get(row, at[AKI]);
	set_key(tw_row_get(row, at[SHA256]), key);
	put(f, key, name.n == 0 ? unreadable(f) : entry_of(f, kind, (uint32_t)bits, tw_row_get(row, at[CURVE]),
		tw_row_get(row, at[SIG]), self, self && (aki.n == 0 || tw_slice_eq(aki, tw_row_get(row, at[SKI])))));
	return 0;
}

/* A record without its line end. */
static struct tw_slice bare(const uint8_t *p, size_t n)
{
	if (n && p[n - 1] == '\n')
		n--;
	if (n && p[n - 1] == '\r')
		n--;
	struct tw_slice s = { p, n };
	return s;
}

static int record(struct tw_facts *f, const char *path, struct tw_row *row, struct tw_slice s, uint32_t at[NCOLUMNS],
	bool *header)
{
	if (*header) {
		*header = false;
		return columns(path, s, at);
	}
	row->number++;
	uint64_t number = row->number;
	tw_row_clear(row);
	row->number = number;
	return s.n ? add_row(f, path, row, s, at) : 0;
}

int tw_facts_csv(struct tw_facts *f, const char *path)
{
	struct tw_input *in = tw_input_open(path);
	struct tw_buf b = { 0 };
	struct tw_row row = { 0 };
	uint32_t at[NCOLUMNS];
	bool header = true;
	ssize_t got = in ? 1 : -1;
	int rc = in ? 0 : -1;

	while (rc == 0 && got > 0) {
		size_t done = 0, len = 0;
		got = tw_input_read(in, tw_buf_room(&b, 1u << 18), 1u << 18);
		if (got < 0) {
			tw_error("%s: %s", path, tw_input_why(in));
			rc = -1;
		} else
			b.n += (size_t)got;
		while (rc == 0 && b.n > done && (len = tw_csv_record(b.p + done, b.n - done)) > 0) {
			rc = record(f, path, &row, bare(b.p + done, len), at, &header);
			done += len;
		}
		if (rc == 0 && got == 0 && b.n > done) /* the last line without LF */
			rc = record(f, path, &row, bare(b.p + done, b.n - done), at, &header);
		if (done)
			memmove(b.p, b.p + done, b.n - done);
		b.n -= done;
		if (rc == 0 && got > 0 && b.n > TW_MAX_RECORD) {
			tw_error("%s: a row is longer than %u bytes", path, TW_MAX_RECORD);
			rc = -1;
		}
	}
	if (rc == 0 && header) {
		tw_error("%s: empty, not even a header", path);
		rc = -1;
	}
	tw_row_free(&row);
	tw_buf_free(&b);
	if (in)
		tw_input_close(in);
	return rc;
}
