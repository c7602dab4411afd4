/* Revocation lists from files. */
#include "chain/crls.h"
#include "base/bounds.h"
#include "base/input.h"

#include <stdlib.h>
#include <string.h>

void tw_crls_free(struct tw_crls *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->n; i++) {
		free((void *)(uintptr_t)s->list[i].crl.der.p);
		tw_crl_free(&s->list[i].crl);
		free(s->list[i].name);
	}
	for (uint32_t i = 0; i < s->nvendor; i++)
		tw_revoked_free(&s->vendor[i]);
	free(s->list);
	free(s->vendor);
	free(s->indirect);
	tw_cache_free(&s->first);
	tw_cache_free(&s->sig);
	tw_set_free(&s->seen);
	tw_set_free(&s->scopes);
	free(s->delta);
	free(s);
}

/* The names of the issuing distribution point. */
static void take_names(struct tw_crls *s, struct tw_list *l)
{
	const struct tw_point *p = &l->crl.idp.point;
	const struct tw_slice none = { NULL, 0 };
	struct tw_der d = { p->full_name, false };
	struct tw_point_name n;

	if (!(l->crl.ext & TW_CRL_IDP))
		return;
	if (p->relative.n) {
		l->name = tw_alloc(sizeof *l->name);
		l->name[l->nname++] = (struct tw_point_name){ .kind = 4,
			.number = tw_graph_name(s->g, l->crl.issuer, p->relative, true) };
	}
	while (tw_san_next(&d, &n.kind, &n.bytes) == 1) {
		n.number = n.kind == 4 ? tw_graph_name(s->g, n.bytes, none, true) : TW_NONE;
		l->name = tw_realloc(l->name, (size_t)l->nname + 1, sizeof *l->name);
		l->name[l->nname++] = n;
	}
}

static void note_indirect(struct tw_crls *s, const struct tw_list *l)
{
	if (!(l->crl.ext & TW_CRL_IDP) || !l->crl.idp.indirect)
		return;
	for (uint32_t i = 0; i < s->nindirect; i++)
		if (s->indirect[i] == l->issuer)
			return;
	s->indirect = tw_realloc(s->indirect, (size_t)s->nindirect + 1, sizeof *s->indirect);
	s->indirect[s->nindirect++] = l->issuer;
}

static void put(struct tw_crls *s, const struct tw_crl *crl)
{
	const struct tw_slice none = { NULL, 0 };

	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 8;
		s->list = tw_realloc(s->list, s->cap, sizeof *s->list);
	}
	struct tw_list *l = &s->list[s->n];
	*l = (struct tw_list){ .crl = *crl, .issuer = tw_graph_name(s->g, crl->issuer, none, true),
		.delta = crl->ext & TW_CRL_DELTA, .next = TW_NONE };
	take_names(s, l);
	note_indirect(s, l);
	l->scope = tw_crls_scope(s, l);
	for (uint32_t i = 0; i < crl->n && l->delta; i++)
		l->removes |= crl->entry[i].reason == TW_CRL_REMOVE;
	s->sorted = false;
	uintptr_t *first = tw_cache_get(&s->first, l->issuer);
	if (first) {
		l->next = (uint32_t)*first;
		*first = s->n;
	} else {
		tw_cache_put(&s->first, l->issuer, s->n);
	}
	s->n++;
}

bool tw_crls_add(struct tw_crls *s, uint8_t *der, size_t n, const char **why)
{
	struct tw_crl crl;
	uint8_t h[TW_SHA256];
	bool fresh;

	tw_crl_read(&crl, (struct tw_slice){ der, n });
	if (crl.usable) {
		tw_sha256(crl.der, h);
		(void)tw_set_add(&s->seen, h, &fresh);
		if (fresh) {
			put(s, &crl);
			return true;
		}
	}
	*why = crl.why;
	bool usable = crl.usable;
	tw_crl_free(&crl);
	free(der);
	return usable;
}

uint32_t tw_crls_first(const struct tw_crls *s, uint32_t issuer)
{
	const uintptr_t *first = tw_cache_get(&s->first, issuer);

	return first ? (uint32_t)*first : TW_NONE;
}

enum tw_sig tw_crls_sig(struct tw_crls *s, uint32_t key, uint32_t list)
{
	uint64_t at = (uint64_t)key << 32 | list;
	const struct tw_crl *c = &s->list[list].crl;
	const uintptr_t *known = tw_cache_get(&s->sig, at);
	/* What a check looks at is the same in both. */
	struct tw_cert what = { .tbs = c->tbs, .sig_alg = c->sig_alg, .sig_oid = c->sig_oid, .sig_params = c->sig_params,
		.signature = c->signature };

	if (known)
		return (enum tw_sig)*known;
	enum tw_sig sig = tw_graph_verify(s->g, key, &what);
	tw_cache_put(&s->sig, at, (uintptr_t)sig);
	return sig;
}

/* ---- files ---- */

static void unusable(const char *path, size_t at, const char *why)
{
	tw_error("%s: list at byte %zu is not used: %s", path, at, why);
}

static void take(struct tw_crls *s, const char *path, size_t at, struct tw_slice der)
{
	uint8_t *own = tw_realloc(NULL, der.n ? der.n : 1, 1);
	const char *why = NULL;

	if (der.n)
		memcpy(own, der.p, der.n);
	if (!tw_crls_add(s, own, der.n, &why))
		unusable(path, at, why);
}

/* How many lists were met, used or not. */
static int load_pem(struct tw_crls *s, const char *path, struct tw_slice text)
{
	struct tw_buf der = { 0, 0, 0 };
	size_t pos = 0, at = 0;
	const char *why = "";
	int got, count = 0;

	while ((got = tw_pem_next_crl(text, &pos, &der, &at, &why)) != 0) {
		if (got > 0)
			take(s, path, at, tw_buf_slice(&der));
		else
			unusable(path, at, why);
		count++;
		der.n = 0;
	}
	tw_buf_free(&der);
	return count;
}

/* A CRL is not taken for a certificate: its third element is a BIT STRING in
 * both, but the first of what it signs is no serial, time and all. */
static int load_der(struct tw_crls *s, const char *path, struct tw_slice bytes)
{
	struct tw_der d = { bytes, false };
	struct tw_tlv t;
	int got, count = 0;

	while ((got = tw_der_next(&d, &t)) == 1) {
		take(s, path, (size_t)(t.all.p - bytes.p), t.all);
		count++;
	}
	if (got < 0)
		unusable(path, (size_t)(d.s.p - bytes.p), "no whole DER element");
	return count + (got < 0);
}

/* JSON, or a CRLSet, whose JSON header has two octets of length before it. */
static bool is_vendor(struct tw_slice b)
{
	size_t i = 0;

	if (b.n > 2 && b.p[2] == '{')
		return true;
	while (i < b.n && (b.p[i] == ' ' || (b.p[i] >= '\t' && b.p[i] <= '\r')))
		i++;
	return i < b.n && (b.p[i] == '{' || b.p[i] == '[');
}

static int load_vendor(struct tw_crls *s, const char *path, struct tw_slice bytes)
{
	s->vendor = tw_realloc(s->vendor, (size_t)s->nvendor + 1, sizeof *s->vendor);
	if (tw_revoked_read(&s->vendor[s->nvendor], bytes, path) < 0)
		return -1;
	s->nvendor++;
	return 1;
}

static int load_file(struct tw_crls *s, const char *path)
{
	struct tw_buf b = { 0, 0, 0 };
	int count = -1;

	if (tw_input_whole(path, TW_MAX_BUNDLE, "set of revocation lists", &b) == 0) {
		struct tw_slice bytes = tw_buf_slice(&b);
		if (bytes.n && bytes.p[0] == 0x30)
			count = load_der(s, path, bytes);
		else if (is_vendor(bytes))
			count = load_vendor(s, path, bytes);
		else
			count = load_pem(s, path, bytes);
	}
	tw_buf_free(&b);
	return count;
}

int tw_crls_load(struct tw_crls *s, const char *path)
{
	char **file;
	int n = tw_files(path, &file), count = 0;

	if (n < 0)
		return -1;
	for (int i = 0; i < n && count >= 0; i++) {
		int got = load_file(s, file[i]);
		count = got < 0 ? -1 : count + got;
	}
	tw_files_free(file, n);
	if (count < 0)
		return -1;
	if (!count) {
		tw_error("%s: no revocation list in it: PEM or DER, OneCRL (JSON) or CRLSet are read", path);
		return -1;
	}
	return 0;
}
