/* A web's certificates as DER, and in words. */
#include "synth/der.h"
#include "synth/web.h"

#include <ctype.h>
#include <string.h>

/* One attribute in a SET; RFC 5280 7.1 says that all styles are one name. */
static void rdn(struct tw_buf *b, const char *oid, const char *text, int style)
{
	struct tw_buf atv = { 0, 0, 0 }, set = { 0, 0, 0 };
	char v[32], *o = v;

	for (const char *p = text; *p; p++) {
		if (style == 2 && p == text)
			*o++ = ' ';
		*o++ = (char)(style & 1 ? toupper((unsigned char)*p) : *p);
		if (style == 3 && *p == ' ')
			*o++ = ' ';
	}
	der_oid(&atv, oid);
	der_put(&atv, style < 2 ? 0x13 : 0x0c, v, (size_t)(o - v));
	der_wrap(&set, 0x30, &atv);
	der_wrap(b, 0x31, &set);
	tw_buf_free(&atv);
	tw_buf_free(&set);
}

static void organisation(struct tw_buf *b, int o, int style)
{
	rdn(b, "2.5.4.10", o ? "org one" : "org nil", style);
}

static void name(struct tw_buf *b, int n, int style)
{
	struct tw_buf body = { 0, 0, 0 };
	char cn[16];

	snprintf(cn, sizeof cn, "ca number %d", n);
	organisation(&body, web_o(n), style);
	rdn(&body, "2.5.4.3", cn, style);
	der_wrap(b, 0x30, &body);
	tw_buf_free(&body);
}

/* y = 5a..., number; p and q any, g says which parameters. */
static void dsa_spki(struct tw_buf *alg, struct tw_buf *body, int key, int kind)
{
	struct tw_buf v = { 0, 0, 0 };

	der_oid(alg, "1.2.840.10040.4.1");
	if (kind != WEB_INHERITS) {
		der_int(&v, 0xfffd);
		der_int(&v, 0xfb);
		der_int(&v, 2 + (kind == WEB_DSA_1));
		der_wrap(alg, 0x30, &v);
	}
	der_wrap(body, 0x30, alg);
	der_int(&v, 0x5a00 + (uint64_t)key);
	der_bits(body, v.p, v.n);
	tw_buf_free(&v);
}

static void spki(struct tw_buf *b, int key, bool weak, int kind)
{
	struct tw_buf alg = { 0, 0, 0 }, body = { 0, 0, 0 };
	uint8_t bytes[256];

	memset(bytes, 0x5a, sizeof bytes);
	if (weak) { /* ... number 01, 02 01 01: e = 1 */
		struct tw_buf rsa = { 0, 0, 0 }, seq = { 0, 0, 0 };
		bytes[254] = (uint8_t)key;
		bytes[255] = 1;
		der_oid(&alg, "1.2.840.113549.1.1.1");
		der_put(&alg, 0x05, NULL, 0);
		der_put(&rsa, 0x02, bytes, 256);
		der_int(&rsa, 1);
		der_wrap(&seq, 0x30, &rsa);
		der_wrap(&body, 0x30, &alg);
		der_bits(&body, seq.p, seq.n);
		tw_buf_free(&rsa);
		tw_buf_free(&seq);
	} else if (kind != WEB_EC) {
		dsa_spki(&alg, &body, key, kind);
	} else {
		bytes[0] = 4;
		bytes[60] = (uint8_t)key;
		der_oid(&alg, "1.2.840.10045.2.1");
		der_oid(&alg, "1.2.840.10045.3.1.7");
		der_wrap(&body, 0x30, &alg);
		der_bits(&body, bytes, 65);
	}
	der_wrap(b, 0x30, &body);
	tw_buf_free(&alg);
	tw_buf_free(&body);
}

/* Takes the value out of v. */
static void extension(struct tw_buf *b, const char *oid, bool critical, struct tw_buf *v)
{
	struct tw_buf body = { 0, 0, 0 };

	der_oid(&body, oid);
	if (critical)
		der_bool(&body, true);
	der_wrap(&body, 0x04, v);
	der_wrap(b, 0x30, &body);
	tw_buf_free(&body);
}

static void usages(struct tw_buf *b, const struct web_cert *c)
{
	struct tw_buf v = { 0, 0, 0 }, seq = { 0, 0, 0 };

	if (c->bc) {
		if (c->ca)
			der_bool(&seq, true);
		if (c->pathlen >= 0)
			der_int(&seq, (uint64_t)c->pathlen);
		der_wrap(&v, 0x30, &seq);
		extension(b, "2.5.29.19", true, &v);
	}
	if (c->ku >= 0) {
		uint8_t bits = (uint8_t)((c->ku & WEB_SIGN ? 0x80 : 0) | (c->ku & WEB_ENCIPHER ? 0x20 : 0) |
			(c->ku & WEB_KEYCERT ? 4 : 0) | (c->ku & WEB_CRL ? 2 : 0));
		uint8_t value[2] = { (uint8_t)__builtin_ctz(bits), bits };
		der_put(&v, 0x03, value, 2);
		extension(b, "2.5.29.15", true, &v);
	}
	if (c->eku >= 0) {
		static const char *const oid[] = { "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0", "1.3.6.1.5.5.7.3.4",
			"2.16.840.1.113730.4.1" };
		for (int i = 0; i < 5; i++)
			if (c->eku >> i & 1)
				der_oid(&seq, oid[i]);
		der_wrap(&v, 0x30, &seq);
		extension(b, "2.5.29.37", false, &v);
	}
	tw_buf_free(&v);
	tw_buf_free(&seq);
}

static void subtree(struct tw_buf *b, int tag, int base, int o)
{
	struct tw_buf v = { 0, 0, 0 }, rdns = { 0, 0, 0 }, dn = { 0, 0, 0 }, tree = { 0, 0, 0 };

	if (base) {
		der_put(&tree, 0x82, web_base[base], strlen(web_base[base]));
		der_wrap(&v, 0x30, &tree);
	}
	if (o) {
		organisation(&rdns, o - 1, 1);
		der_wrap(&dn, 0x30, &rdns);
		der_wrap(&tree, 0xa4, &dn);
		der_wrap(&v, 0x30, &tree);
	}
	if (v.n)
		der_wrap(b, (uint8_t)(0xa0 | tag), &v);
	tw_buf_free(&v);
	tw_buf_free(&rdns);
	tw_buf_free(&dn);
	tw_buf_free(&tree);
}

static void names(struct tw_buf *b, const struct web_cert *c)
{
	struct tw_buf v = { 0, 0, 0 }, seq = { 0, 0, 0 };

	for (int i = 0; i < 2; i++)
		if (c->dns[i])
			der_put(&seq, 0x82, web_dns[c->dns[i]], strlen(web_dns[c->dns[i]]));
	if (seq.n) {
		der_wrap(&v, 0x30, &seq);
		extension(b, "2.5.29.17", false, &v);
	}
	subtree(&seq, 0, c->permit_dns, c->permit_o);
	subtree(&seq, 1, c->exclude_dns, c->exclude_o);
	if (seq.n) {
		der_wrap(&v, 0x30, &seq);
		extension(b, "2.5.29.30", true, &v);
	}
	tw_buf_free(&v);
	tw_buf_free(&seq);
}

static void policy_oid(struct tw_buf *b, int policy)
{
	der_oid(b, policy == WEB_ANY ? "2.5.29.32.0" : policy == WEB_P0 ? "1.2.3.0" : "1.2.3.1");
}

static void policies(struct tw_buf *b, const struct web_cert *c)
{
	struct tw_buf v = { 0, 0, 0 }, seq = { 0, 0, 0 }, one = { 0, 0, 0 };
	uint8_t n;

	for (int p = 1; c->policies >= 0 && p <= WEB_ANY; p <<= 1) {
		if (!(c->policies & p))
			continue;
		policy_oid(&one, p);
		der_wrap(&seq, 0x30, &one);
	}
	if (seq.n) {
		der_wrap(&v, 0x30, &seq);
		extension(b, "2.5.29.32", false, &v);
	}
	if (c->map_from) {
		policy_oid(&one, c->map_from);
		policy_oid(&one, c->map_to);
		der_wrap(&seq, 0x30, &one);
		der_wrap(&v, 0x30, &seq);
		extension(b, "2.5.29.33", true, &v);
	}
	n = (uint8_t)c->explicit_policy;
	if (c->explicit_policy >= 0)
		der_put(&seq, 0x80, &n, 1);
	n = (uint8_t)c->inhibit_mapping;
	if (c->inhibit_mapping >= 0)
		der_put(&seq, 0x81, &n, 1);
	if (seq.n) {
		der_wrap(&v, 0x30, &seq);
		extension(b, "2.5.29.36", true, &v);
	}
	if (c->inhibit_any >= 0) {
		der_int(&v, (uint64_t)c->inhibit_any);
		extension(b, "2.5.29.54", true, &v);
	}
	tw_buf_free(&v);
	tw_buf_free(&seq);
	tw_buf_free(&one);
}

static void extensions(struct tw_buf *b, const struct web_cert *c)
{
	struct tw_buf v = { 0, 0, 0 }, seq = { 0, 0, 0 };

	for (int i = 0; i < (c->twice ? 2 : 1); i++) { /* an extension of no meaning, so that there always is one */
		der_put(&v, 0x05, NULL, 0);
		extension(b, "1.2.3.4.1", false, &v);
	}
	if (c->critical) {
		der_put(&v, 0x05, NULL, 0);
		extension(b, "1.2.3.4.2", true, &v);
	}
	if (c->ski) {
		der_put(&v, 0x04, &c->ski, 1);
		extension(b, "2.5.29.14", false, &v);
	}
	if (c->aki) {
		der_put(&seq, 0x80, &c->aki, 1);
		der_wrap(&v, 0x30, &seq);
		extension(b, "2.5.29.35", false, &v);
	}
	usages(b, c);
	names(b, c);
	policies(b, c);
	tw_buf_free(&v);
	tw_buf_free(&seq);
}

void web_der(const struct web *w, int i, struct tw_buf *out)
{
	const struct web_cert *c = &w->c[i];
	struct tw_buf tbs = { 0, 0, 0 }, body = { 0, 0, 0 }, seq = { 0, 0, 0 }, alg = { 0, 0, 0 }, cert = { 0, 0, 0 };

	static const char *const digest[] = { "1.2.840.10045.4.3.2", "1.2.840.10045.4.1", "1.2.840.113549.1.1.4" };
	der_oid(&body, c->unsupported ? "1.2.3.4.5" : digest[c->digest]);
	der_wrap(&alg, 0x30, &body);
	if (!c->v1 && !c->v1_extensions) {
		der_int(&body, 2);
		der_wrap(&tbs, 0xa0, &body);
	}
	der_int(&tbs, 1000 + (uint64_t)i);
	tw_buf_add(&tbs, alg.p, alg.n);
	name(&tbs, c->issuer, c->style);
	der_time(&body, c->not_before);
	der_time(&body, c->not_after);
	der_wrap(&tbs, 0x30, &body);
	name(&tbs, c->subject, (c->style + 1) & 3);
	spki(&tbs, c->key, w->weak[c->key], w->kind[c->key]);
	if (!c->v1) {
		extensions(&body, c);
		der_wrap(&seq, 0x30, &body);
		der_wrap(&tbs, 0xa3, &seq);
	}
	der_wrap(&cert, 0x30, &tbs);
	tw_buf_add(&cert, alg.p, alg.n);
	uint8_t sig = (uint8_t)(c->signer | (w->kind[c->signer] == WEB_INHERITS ? (1 + c->group) << 4 : 0));
	der_bits(&cert, &sig, 1);
	der_wrap(out, 0x30, &cert);
	tw_buf_free(&tbs);
	tw_buf_free(&body);
	tw_buf_free(&seq);
	tw_buf_free(&alg);
	tw_buf_free(&cert);
}

void web_print(const struct web *w)
{
	for (int i = 0; i < w->n; i++) {
		const struct web_cert *c = &w->c[i];
		static const char *const kind[] = { "", " (DSA 0)", " (DSA 1)", " (DSA inherits)" };
		printf("  %d: name %d by %d, key %d%s%s by %d (group %d)%s, days %lld..%lld%s", i, c->subject, c->issuer, c->key,
			w->weak[c->key] ? " (weak)" : "", kind[w->kind[c->key]], c->signer, c->group, c->unsupported ? " (unsupported)" : "",
			(long long)(c->not_before / WEB_DAY - 14610), (long long)(c->not_after / WEB_DAY - 14610), c->v1 ? " v1" : c->v1_extensions ? " v1 with extensions" : "");
		printf(" bc %d ca %d pathlen %d ku %d eku %d crit %d twice %d ski %d aki %d dns %s %s permit %s/%d exclude %s/%d"
			" digest %d pol %d map %d:%d explicit %d inhmap %d inhany %d\n", c->bc, c->ca, c->pathlen, c->ku, c->eku, c->critical, c->twice,
			c->ski, c->aki, web_dns[c->dns[0]], web_dns[c->dns[1]], web_base[c->permit_dns], c->permit_o,
			web_base[c->exclude_dns], c->exclude_o, c->digest, c->policies, c->map_from, c->map_to, c->explicit_policy,
			c->inhibit_mapping, c->inhibit_any);
	}
	printf("  presented");
	for (int i = 0; i < w->npresented; i++)
		printf(" %d", w->presented[i]);
	printf(", pool %x, witness %s%x, purpose %d, profile %d, anchors", w->pool, w->has_witness ? "" : "none ", w->witness, w->purpose, w->profile);
	for (int i = 0; i < w->nanchor; i++) {
		const struct web_anchor *a = &w->anchor[i];
		printf(" %d(server %d client %d expiry %d sets %d distrust %lld)", a->cert, a->server, a->client, a->expiry, a->sets,
			a->distrust_after == TW_TIME_MAX ? -1LL : (long long)(a->distrust_after / WEB_DAY - 14610));
	}
	for (int i = 0; i < w->nblock; i++)
		printf(" block kind %d of %d, %lld..%lld", (int)w->block[i].kind, w->block[i].cert,
			(long long)(w->block[i].from / WEB_DAY - 14610), w->block[i].until == TW_TIME_MAX ? -1LL : (long long)(w->block[i].until / WEB_DAY - 14610));
	printf("\n");
}
