/* What a stapled OCSP response proves: RFC 6960 sections 3.2 and 4.2.2. */
#include "chain/staple.h"
#include "chain/algorithm.h"
#include "chain/name.h"
#include "chain/revoke.h"

#include <stdlib.h>
#include <string.h>

/* Signatures checked so far, so that a response that many rows bring is
 * checked once. */
struct tw_staples {
	struct tw_set seen;  /* SHA-256 of responses, responders' certificates and their keys */
	struct tw_cache sig; /* key << 32 | what was signed, a number of seen, to enum tw_sig */
};
/* Keys of the graph have numbers of their own; those of seen begin here. */
#define FOREIGN (1u << 31)

void tw_staples_free(struct tw_staples *m)
{
	if (!m)
		return;
	tw_set_free(&m->seen);
	tw_cache_free(&m->sig);
	free(m);
}

void tw_word_free(struct tw_word *w)
{
	tw_times_free(&w->revoked);
	tw_times_free(&w->good);
}

void tw_staple_read(struct tw_staple *s, struct tw_slice der)
{
	tw_ocsp_read(&s->o, der);
	tw_sha256(der, s->sha256);
}

static bool same_number(struct tw_slice a, struct tw_slice b)
{
	return tw_slice_eq(tw_der_shortest(a), tw_der_shortest(b));
}

bool tw_staple_matters(const struct tw_staple *s, const struct tw_cert *leaf, bool require)
{
	struct tw_der d = { s->o.responses, false };
	struct tw_ocsp_single one;

	while (s->o.usable && leaf->readable && tw_ocsp_next(&d, &one) == 1)
		if ((require || one.state == TW_OCSP_REVOKED) && same_number(one.serial, leaf->serial))
			return true;
	return false;
}

bool tw_staple_field(struct tw_slice field, struct tw_buf *der)
{
	const uint8_t *sp = field.n ? memchr(field.p, ' ', field.n) : NULL;
	struct tw_slice first = { field.p, sp ? (size_t)(sp - field.p) : field.n };

	return first.n && tw_base64(first, der);
}

/* ---- who signed it ---- */

struct response {
	struct tw_context *c;
	struct tw_staples *m;
	const struct tw_ask *q;
	const struct tw_ocsp *o;
	const struct tw_cert *issuer;
	struct tw_word *w;
	bool named, may;          /* some certificate is the responder's; and it may respond */
};

/* Does a key, its number and itself (NULL: the graph's), verify what? hash is of
 * what's bytes. */
static bool verifies(struct response *r, uint32_t number, const struct tw_cert *own, const uint8_t hash[TW_SHA256],
	const struct tw_cert *what)
{
	struct tw_graph *g = r->c->judge->g;
	bool fresh;
	uint64_t at = (uint64_t)number << 32 | tw_set_add(&r->m->seen, hash, &fresh);
	const uintptr_t *known = tw_cache_get(&r->m->sig, at);

	if (known)
		return (enum tw_sig)*known == TW_SIG_GOOD;
	enum tw_sig sig;
	if (own) {
		struct tw_pubkey *k = tw_pubkey_new(own, own->key_params);
		g->checked++;
		sig = tw_signature_check(k, what);
		tw_pubkey_free(k);
	} else {
		sig = tw_graph_verify(g, number, what);
	}
	tw_cache_put(&r->m->sig, at, (uintptr_t)sig);
	return sig == TW_SIG_GOOD;
}

static bool signed_by(struct response *r, uint32_t number, const struct tw_cert *own)
{
	const struct tw_ocsp *o = r->o;
	/* What a check looks at is the same in both. */
	struct tw_cert what = { .tbs = o->tbs, .sig_alg = o->sig_alg, .sig_oid = o->sig_oid, .sig_params = o->sig_params,
		.signature = o->signature };

	return verifies(r, number, own, r->q->staple->sha256, &what);
}

static bool same_name(struct tw_slice x, struct tw_slice y)
{
	struct tw_buf a = { 0, 0, 0 }, b = { 0, 0, 0 };

	(void)tw_name_normal(&a, x);
	(void)tw_name_normal(&b, y);
	bool same = tw_slice_eq(tw_buf_slice(&a), tw_buf_slice(&b));
	tw_buf_free(&a);
	tw_buf_free(&b);
	return same;
}

static bool is_digest(enum tw_digest d, struct tw_slice of, struct tw_slice hash)
{
	uint8_t h[TW_MAX_DIGEST];
	size_t n = tw_digest(d, of, h);

	return tw_slice_eq(hash, (struct tw_slice){ h, n });
}

/* 4.2.2.3: responderID is c's name or its key's hash. */
static bool is_responder(const struct tw_ocsp *o, const struct tw_cert *c)
{
	return o->responder_name.n ? same_name(o->responder_name, c->subject) :
		is_digest(TW_SHA_1, c->key_bits_raw, o->responder_key);
}

/* The times at which the responder's certificate is neither on a list nor
 * blocked; (4.2.2.2.1: one with nocheck is asked no list about). */
static void take_listed(struct response *r, const struct tw_cert *c, struct tw_times *known)
{
	struct tw_judge *j = r->c->judge;
	const struct tw_question *asked = j->question;
	struct tw_ask q = { .who = { c, j->g->node[r->q->issuer].subject }, .issuer = r->q->issuer, .anchor = r->q->anchor };
	struct tw_times t = { .n = 0 };
	struct tw_span span[TW_MAX_SPANS];
	uint32_t n = !(c->ext & TW_EXT_OCSP_NOCHECK) ? tw_revocation_spans(r->c, &q, span) : 0;

	for (uint32_t i = 0; i < n; i++) {
		tw_times_add(&t, span[i].from, span[i].until);
		r->w->cut |= span[i].reason == TW_R_LIMIT;
	}
	j->scratch[3].n = 0;
	tw_trust_blocks(asked->trust, c, &j->scratch[3]);
	for (size_t i = 0; i < j->scratch[3].n; i += sizeof(uint32_t)) {
		uint32_t at;
		memcpy(&at, j->scratch[3].p + i, sizeof at);
		const struct tw_trust_block *b = &asked->trust->block[at];
		if (tw_held_narrow(&j->held, b->held, asked->at))
			tw_times_add(&t, b->from, b->until);
	}
	tw_times_invert(&t);
	tw_times_meet(known, &t);
	tw_times_free(&t);
}

static void take_standing(struct response *r, const struct tw_times *known, const struct tw_times *good, bool cut,
	struct tw_standing *out)
{
	r->w->cut |= cut && !tw_times_always(known);
	tw_times_join(&out->known, known);
	tw_times_join(&out->good, good);
}

/* Adds the times at which the issuer speaks by itself. */
static void try_issuer(struct response *r, const struct tw_standing *st, struct tw_standing *out)
{
	if (!is_responder(r->o, r->issuer))
		return;
	r->named = r->may = true;
	if (signed_by(r, st->key, NULL))
		take_standing(r, &st->known, &st->good, st->cut, out);
}

/* Adds those at which a certificate of the response speaks for it: named by the
 * issuer itself, for this purpose. The leaf's own key does not speak of it. */
static void try_delegate(struct response *r, const struct tw_standing *st, const struct tw_cert *c, struct tw_standing *out)
{
	bool fresh;

	r->named = true;
	if (!same_name(c->issuer, r->issuer->subject) || tw_rules_responder(r->c->judge, c) ||
			!memcmp(c->spki_sha256, r->q->who.cert->spki_sha256, TW_SHA256) || !verifies(r, st->key, NULL, c->sha256, c))
		return;
	r->may = true;
	if (!signed_by(r, FOREIGN | tw_set_add(&r->m->seen, c->spki_sha256, &fresh), c))
		return;
	struct tw_times known = { .n = 0 }, good = { .n = 0 };
	tw_times_join(&known, &st->known);
	take_listed(r, c, &known);
	tw_times_join(&good, &known);
	tw_times_meet(&good, &st->good);
	tw_times_within(&good, c->not_before, c->not_after);
	r->w->says.delegated = true;
	take_standing(r, &known, &good, st->cut, out);
	tw_times_free(&known);
	tw_times_free(&good);
}

/* When somebody who may (4.2.2.2) signed the response; why not, or NULL. */
static const char *signers(struct response *r, struct tw_standing *out)
{
	const struct tw_standing *st = tw_standing_issuer(r->c, r->q->issuer, r->q->anchor);
	struct tw_der d = { r->o->certs, false };
	struct tw_tlv t;
	struct tw_cert c;
	uint32_t tried = 0;

	try_issuer(r, st, out);
	while (tw_der_next(&d, &t) == 1) {
		tw_cert_read(&c, t.all);
		if (!c.readable || !is_responder(r->o, &c))
			continue;
		if (tried++ == TW_MAX_RESPONDERS)
			return "too many certificates of responders";
		try_delegate(r, st, &c, out);
	}
	if (out->known.n)
		return NULL;
	if (!r->named)
		return "the responder is not the issuer, and its certificate is not there (RFC 6960 4.2.2.3)";
	return r->may ? "its signature does not fit, or who signed may not be heard (RFC 6960 3.2)" :
		"the responder is not authorized by the issuer (RFC 6960 4.2.2.2)";
}

/* ---- what it says ---- */

/* 4.1.1: is it about the leaf, below this issuer? */
static bool is_about(const struct response *r, const struct tw_ocsp_single *s)
{
	const struct tw_cert *leaf = r->q->who.cert;
	enum tw_digest d = TW_SHA_1;

	return !s->unknown_critical && same_number(s->serial, leaf->serial) && tw_digest_find(s->hash_oid, &d) &&
		is_digest(d, leaf->issuer, s->name_hash) && is_digest(d, r->issuer->key_bits_raw, s->key_hash);
}

/* A word in force says that nothing earlier than its date of revocation is
 * known. Of several the gravest is told: revoked, good, unknown. */
static void take_single(struct response *r, const struct tw_ocsp_single *s, bool first)
{
	static const int grave[] = { [TW_OCSP_GOOD] = 1, [TW_OCSP_REVOKED] = 2, [TW_OCSP_UNKNOWN] = 0 };
	struct tw_staple_says *w = &r->w->says;

	if (s->state == TW_OCSP_REVOKED)
		tw_times_add(&r->w->revoked, s->revoked_at, TW_TIME_MAX);
	if (s->state != TW_OCSP_UNKNOWN)
		tw_times_add(&r->w->good, s->this_update, s->next_update);
	if (!first && grave[s->state] <= grave[w->state])
		return;
	w->state = s->state;
	w->revoked_at = s->revoked_at;
	w->this_update = s->this_update;
	w->next_update = s->next_update;
}

static const char *words(struct response *r)
{
	struct tw_der d = { r->o->responses, false };
	struct tw_ocsp_single s;
	bool first = true;

	while (tw_ocsp_next(&d, &s) == 1) {
		if (!is_about(r, &s))
			continue;
		take_single(r, &s, first);
		first = false;
	}
	return first ? "it says nothing about this certificate (RFC 6960 4.1.1)" : NULL;
}

void tw_staple_word(struct tw_context *c, const struct tw_ask *q, struct tw_word *w)
{
	struct tw_judge *j = c->judge;
	struct response r = { .c = c, .q = q, .o = &q->staple->o, .issuer = &j->g->certs->v[q->issuer], .w = w };
	struct tw_standing by = { .cut = false };

	memset(w, 0, sizeof *w);
	if (!j->staples)
		j->staples = tw_alloc(sizeof *j->staples);
	r.m = j->staples;
	w->says.why = r.o->usable ? words(&r) : r.o->why;
	if (!w->says.why)
		w->says.why = signers(&r, &by);
	tw_times_meet(&w->revoked, &by.known);
	tw_times_meet(&w->good, &by.good);
	tw_times_free(&by.known);
	tw_times_free(&by.good);
}
