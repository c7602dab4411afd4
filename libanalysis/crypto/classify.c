/* classify.c: the stage. A distinct chain is judged once, a suite when the
 * table is built; a row costs look-ups. What is said of chains is alike for
 * most, so each distinct answer is kept once: 40 bytes a chain, and 6 to 16 to
 * find it. */
#include "crypto/classify.h"
#include "base/known.h"
#include "cert/tail.h"
#include "crypto/software.h"
#include "crypto/strength.h"
#include "crypto/suites.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION, CIPHER, GROUP, DH_BITS, CHAIN, COLLECTED, BANNER, NIN };
static const char *const inputs[NIN] = { "version", "cipher", "group", "dh_bits", "chain", "collected", "banner" };

enum { O_VERSION, O_KEX, O_AUTH, O_ENC, O_ENC_BITS, O_MAC, O_AEAD, O_FS, O_CLASS, O_DH, O_LEAF_KEY, O_LEAF_SIG,
	O_LEAF_BITS, O_CHAIN_BITS, O_WEAKEST, O_SESSION, O_LIMITED, O_SOFTWARE,
	O_ABOVE, NOUT };
static const char *const outputs[NOUT] = { "version_class", "kex", "auth", "enc", "enc_bits", "mac", "aead",
	"forward_secrecy", "cipher_class", "dh_class", "leaf_key", "leaf_sig", "leaf_security_bits",
	"chain_security_bits", "weakest_link", "session_bits", "limited_by", "software",
	"chain_above" };

/* What is said of a chain. */
struct answer {
	uint8_t id[TW_SHA256];    /* of all the rest */
	const char *leaf_key, *leaf_sig; /* the facts' */
	char *weakest;
	char *above;             /* ROLE:KEY:SIGNATURE of each certificate behind the leaf */
	uint32_t leaf_bits, bits; /* 0 = not known */
	bool whole;               /* every certificate is at hand */
};

struct chain {
	uint8_t id[TW_SHA256]; /* of the chain field's text */
	const struct answer *answer;
};

struct classify {
	struct tw_stage stage;
	struct tw_facts *facts;
	struct tw_tail *tail; /* NULL: facts are whole */
	uint32_t in[NIN];
	struct tw_known *chains, *answers;
	struct tw_buf b; /* settle()'s */
};

const char *tw_version_class(struct tw_slice v)
{
	static const struct {
		const char version[8], *class;
	} table[] = { { "SSLv2", "broken" }, { "SSLv3", "broken" }, { "TLSv1.0", "deprecated" },
		{ "TLSv1.1", "deprecated" }, { "TLSv1.2", "current" }, { "TLSv1.3", "current" }, { "DTLSv0.9", "deprecated" },
		{ "DTLSv1.0", "deprecated" }, { "DTLSv1.2", "current" }, { "DTLSv1.3", "current" } };
	char key[8] = { 0 }; /* one comparison of eight octets each */
	if (v.n && v.n <= sizeof key)
		memcpy(key, v.p, v.n);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (memcmp(key, table[i].version, sizeof key) == 0 && !memchr(v.p, 0, v.n))
			return table[i].class;
	if (v.n && *v.p == 'D') {
		v.p++;
		v.n--;
	}
	return v.n > 8 && !memcmp(v.p, "TLSv1.3-", 8) ? "draft" : "";
}

/* One key or signature against the weakest so far; unknown strengths are no
 * statement and are passed over. */
static void weigh(struct answer *c, uint32_t bits, uint32_t at, const char *kind, const char *name)
{
	if (bits == 0 || (c->bits && bits >= c->bits))
		return;
	struct tw_buf b = { 0 };
	tw_buf_addf(&b, "%u:%s:%s", at, kind, name);
	tw_buf_addc(&b, 0);
	free(c->weakest);
	c->weakest = (char *)b.p;
	c->bits = bits;
}

/* The next space-separated word of *s; false at the end. */
static bool word(struct tw_slice *s, struct tw_slice *w)
{
	while (s->n && *s->p == ' ') {
		s->p++;
		s->n--;
	}
	w->p = s->p;
	w->n = 0;
	while (w->n < s->n && s->p[w->n] != ' ')
		w->n++;
	s->p = w->n ? s->p + w->n : s->p;
	s->n -= w->n;
	return w->n > 0;
}

/* A certificate behind the leaf, NULL where it is not at hand. */
static void add_above(struct tw_buf *b, const struct tw_fact *f)
{
	if (b->n)
		tw_buf_addc(b, ' ');
	if (!f || !f->readable)
		tw_buf_adds(b, f ? "unreadable::" : "unknown::");
	else
		tw_buf_addf(b, "%s:%s:%s", f->root ? "root" : "intermediate", f->key, f->sig);
}

static void read_chain(struct tw_facts *facts, struct answer *c, struct tw_slice s)
{
	struct tw_slice w, next;
	bool more = word(&s, &w);
	struct tw_buf above = { 0 };
	c->whole = true;
	c->leaf_key = c->leaf_sig = "";
	for (uint32_t i = 0; more; i++, w = next) {
		struct tw_fact f;
		more = word(&s, &next);
		bool found = tw_facts_find(facts, w, &f);
		if (i)
			add_above(&above, found ? &f : NULL);
		if (!found) {
			c->whole = false;
			continue;
		}
		if (i == 0) {
			c->leaf_key = f.key;
			c->leaf_sig = f.sig;
			c->leaf_bits = f.key_bits;
		}
		weigh(c, f.key_bits, i, "key", f.key);
		if (!f.root) /* nobody relies on a root's own signature, wherever it was sent */
			weigh(c, f.sig_bits, i, "sig", f.sig);
	}
	tw_buf_addc(&above, 0);
	c->above = (char *)above.p;
}

/* One answer for all chains of which the same is said. */
static const struct answer *shared(struct classify *o, struct answer *a)
{
	const char *text[] = { a->leaf_key, a->leaf_sig, a->weakest ? a->weakest : "", a->above };
	bool fresh;

	o->b.n = 0;
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		tw_buf_add(&o->b, text[i], strlen(text[i]) + 1);
	tw_buf_addf(&o->b, "%u %u %d", a->leaf_bits, a->bits, a->whole);
	tw_sha256(tw_buf_slice(&o->b), a->id);
	struct answer *own = tw_known_add(o->answers, a->id, &fresh);
	if (fresh) {
		*own = *a;
	} else {
		free(a->weakest);
		free(a->above);
	}
	return own;
}

struct wanted {
	struct classify *o;
	struct tw_slice text;
};

static bool all_there(void *what)
{
	const struct wanted *w = what;
	struct tw_slice s = w->text, name;
	struct tw_fact f;

	while (word(&s, &name))
		if (!tw_facts_find(w->o->facts, name, &f))
			return false;
	return true;
}

/* NULL after tw_error. */
static struct chain *new_chain(struct classify *o, struct tw_row *r)
{
	struct answer a = { .whole = false };
	bool fresh;
	struct chain *c = tw_known_add(o->chains, tw_row_digest(r, o->in[CHAIN]), &fresh);
	struct wanted w = { o, tw_row_get(r, o->in[CHAIN]) };

	if (fresh && o->tail && !all_there(&w) && tw_tail_await(o->tail, &o->stage, all_there, &w) < 0)
		return NULL;
	if (fresh) {
		read_chain(o->facts, &a, tw_row_get(r, o->in[CHAIN]));
		c->answer = shared(o, &a);
	}
	return c;
}

struct out {
	const char *v[NOUT];
	char number[NOUT][12];
	uint32_t least;
	bool any;
};

static void number(struct out *t, int i, uint32_t v)
{
	char *to = t->number[i] + sizeof t->number[i] - 1;

	*to = '\0';
	do
		*--to = (char)('0' + v % 10);
	while (v /= 10);
	t->v[i] = to;
}

static void limit(struct out *t, uint32_t bits, const char *by)
{
	if (t->any && bits >= t->least)
		return;
	t->any = true;
	t->least = bits;
	t->v[O_LIMITED] = by;
}

static void put_suite(struct out *t, const struct tw_suite *s)
{
	t->v[O_CLASS] = tw_class_name(s->class);
	if (!*s->enc && !*s->kex)
		return; /* signalling and unassigned values say no more */
	t->v[O_KEX] = s->kex;
	t->v[O_AUTH] = s->auth;
	t->v[O_ENC] = s->enc;
	t->v[O_MAC] = s->mac;
	t->v[O_AEAD] = s->aead ? "yes" : "no";
	t->v[O_FS] = s->forward_secrecy ? "yes" : "no";
	if (s->enc_known) {
		number(t, O_ENC_BITS, s->enc_bits);
		limit(t, s->enc_bits, "cipher");
	}
}

static void put_exchange(struct out *t, struct tw_slice group, struct tw_slice dh_bits)
{
	uint64_t dh = 0;
	uint32_t named, bits = tw_group_security_bits(group, &named);
	if (!tw_slice_u64(dh_bits, UINT32_MAX, &dh))
		dh = named;
	if (dh) {
		t->v[O_DH] = tw_dh_class((uint32_t)dh);
		if (t->any)
			limit(t, tw_dh_security_bits((uint32_t)dh), "dh");
	} else if (bits && t->any)
		limit(t, bits, "group");
}

static void put_chain(struct out *t, const struct answer *c)
{
	t->v[O_LEAF_KEY] = c->leaf_key;
	t->v[O_LEAF_SIG] = c->leaf_sig;
	t->v[O_ABOVE] = c->above;
	if (c->leaf_bits) {
		number(t, O_LEAF_BITS, c->leaf_bits);
		if (t->any)
			limit(t, c->leaf_bits, "leaf-key");
	}
	if (c->whole && c->bits) { /* a part of a chain bounds nothing */
		number(t, O_CHAIN_BITS, c->bits);
		t->v[O_WEAKEST] = c->weakest;
	}
}

enum { CHAINED = 1 }; /* a mark's flag; its p is the chain */

static void look(void *self, struct tw_row *r, struct tw_mark *m, unsigned thread)
{
	struct classify *o = self;
	struct tw_slice s = tw_row_get(r, o->in[CHAIN]);

	(void)thread;
	if (!o->facts || s.n == 0 || tw_slice_is(s, "NONE"))
		return;
	/* What others bring of it would be an accident of time. */
	if (o->tail && !tw_slice_is(tw_row_get(r, o->in[COLLECTED]), "yes"))
		return;
	m->flags = CHAINED;
	m->p = tw_known_find(o->chains, tw_row_digest(r, o->in[CHAIN]));
}

static int settle(void *self, struct tw_row *r, struct tw_mark *m, unsigned thread, struct tw_buf *why)
{
	struct classify *o = self;

	(void)thread;
	if (!m->flags)
		return 0;
	if (!m->p && !(m->p = new_chain(o, r)))
		return -1;
	const struct chain *c = m->p;
	if (c->answer->whole || !tw_slice_is(tw_row_get(r, o->in[COLLECTED]), "yes"))
		return 0;
	if (o->tail && !tw_tail_found(o->tail)) {
		tw_buf_addf(why, "row %llu says collected, but the file of certificates did not come", (unsigned long long)r->number);
		return -1;
	}
	tw_buf_addf(why, "row %llu: a certificate of its chain is not in the file of certificates, though collected says yes",
		(unsigned long long)r->number);
	return -1;
}

static void fill(void *self, struct tw_row *r, const struct tw_mark *m, unsigned thread)
{
	struct classify *o = self;
	struct out t = { .any = false };
	const struct tw_suite *s = tw_suite_find(tw_row_get(r, o->in[CIPHER]));
	const struct chain *c = m->p;

	(void)thread;
	t.v[O_VERSION] = tw_version_class(tw_row_get(r, o->in[VERSION]));
	if (s)
		put_suite(&t, s);
	put_exchange(&t, tw_row_get(r, o->in[GROUP]), tw_row_get(r, o->in[DH_BITS]));
	if (c)
		put_chain(&t, c->answer);
	if (t.any)
		number(&t, O_SESSION, t.least);
	t.v[O_SOFTWARE] = tw_software(tw_row_get(r, o->in[BANNER]));
	for (int i = 0; i < NOUT; i++)
		tw_row_add(r, t.v[i] ? tw_str(t.v[i]) : (struct tw_slice){ NULL, 0 });
}

static int row(void *self, struct tw_row *r)
{
	struct classify *o = self;

	return tw_stage_row(&o->stage, r);
}

static int bind(void *self, struct tw_header *h)
{
	struct classify *o = self;
	for (int i = 0; i < NIN; i++)
		o->in[i] = tw_header_find(h, inputs[i]);
	if (o->in[CIPHER] == TW_NONE) {
		tw_error("no column cipher: rows of tw-ingest or tw-chain are wanted");
		return -1;
	}
	if (o->tail && o->in[COLLECTED] == TW_NONE) {
		tw_error("the rows have no column collected: --follow can't tell whose certificates are to come");
		return -1;
	}
	for (int i = 0; i < NOUT; i++)
		if (tw_header_add(h, outputs[i])) {
			tw_error("the column %s is there already", outputs[i]);
			return -1;
		}
	return 0;
}

struct tw_stage *tw_classify_stage(struct tw_facts *facts)
{
	struct classify *o = tw_alloc(sizeof *o);
	o->facts = facts;
	o->chains = tw_known_new(sizeof(struct chain));
	o->answers = tw_known_new(sizeof(struct answer));
	o->stage.name = "classify";
	o->stage.self = o;
	o->stage.bind = bind;
	o->stage.row = row;
	o->stage.look = look;
	o->stage.settle = settle;
	o->stage.fill = fill;
	return &o->stage;
}

static int add_late(void *self, struct tw_slice all, struct tw_slice der, bool blob)
{
	struct classify *o = self;
	struct tw_cert c;

	(void)all;
	(void)blob;
	tw_cert_read(&c, der);
	tw_facts_add(o->facts, &c);
	return 0;
}

static int tail_end(void *self)
{
	struct classify *o = self;
	return tw_tail_end(o->tail);
}

static void tail_input(void *self, struct tw_provenance *p)
{
	struct classify *o = self;
	tw_tail_input(o->tail, p);
}

void tw_classify_follow(struct tw_stage *s, const char *certs)
{
	struct classify *o = s->self;

	o->tail = tw_tail_new(certs, add_late, o);
	s->end = tail_end;
	s->inputs = tail_input;
}

void tw_classify_stage_free(struct tw_stage *s)
{
	struct classify *o = s->self;

	for (uint32_t i = 0; i < tw_known_count(o->answers); i++) {
		struct answer *a = tw_known_at(o->answers, i);
		free(a->weakest);
		free(a->above);
	}
	tw_known_free(o->chains);
	tw_known_free(o->answers);
	tw_buf_free(&o->b);
	tw_tail_free(o->tail);
	free(o);
}
