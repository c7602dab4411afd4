/* Certificates and trust of certdata.txt, joined. */
#include "trust/certdata.h"
#include "trust/pool.h"
#include "trust/lines.h"

#include <stdlib.h>
#include <string.h>

bool tw_certdata_trust(struct tw_slice word, enum tw_certdata_trust *t)
{
	/* nss lib/util/pkcs11n.h: UNTRUSTED has the value of MUST_VERIFY_TRUST,
	 * MUST_VERIFY that of TRUST_UNKNOWN, VALID that of NOT_TRUSTED. TRUSTED is
	 * of the certificate as a server's own, which makes no anchor. */
	static const struct { const char *word; enum tw_certdata_trust t; } words[] = {
		{ "CKT_NSS_TRUSTED_DELEGATOR", TW_CERTDATA_ANCHOR }, { "CKT_NETSCAPE_TRUSTED_DELEGATOR", TW_CERTDATA_ANCHOR },
		{ "CKT_NSS_NOT_TRUSTED", TW_CERTDATA_DISTRUSTED }, { "CKT_NETSCAPE_VALID", TW_CERTDATA_PEER },
		{ "CKT_NSS_VALID", TW_CERTDATA_PEER },
		{ "CKT_NSS_MUST_VERIFY_TRUST", TW_CERTDATA_NO_WORD }, { "CKT_NETSCAPE_UNTRUSTED", TW_CERTDATA_NO_WORD },
		{ "CKT_NSS_UNTRUSTED", TW_CERTDATA_NO_WORD },
		{ "CKT_NSS_TRUST_UNKNOWN", TW_CERTDATA_NO_WORD }, { "CKT_NETSCAPE_TRUST_UNKNOWN", TW_CERTDATA_NO_WORD },
		{ "CKT_NSS_MUST_VERIFY", TW_CERTDATA_NO_WORD }, { "CKT_NETSCAPE_MUST_VERIFY", TW_CERTDATA_NO_WORD },
		{ "CKT_NSS_VALID_DELEGATOR", TW_CERTDATA_NO_WORD }, { "CKT_NETSCAPE_VALID_DELEGATOR", TW_CERTDATA_NO_WORD },
		{ "CKT_NSS_TRUSTED", TW_CERTDATA_NO_WORD }, { "CKT_NETSCAPE_TRUSTED", TW_CERTDATA_NO_WORD },
	};

	*t = TW_CERTDATA_NO_WORD;
	/* The first versions of 2000 wrap numbers like this. */
	if (tw_begins(word, "HTONL(") && word.p[word.n - 1] == ')')
		word = (struct tw_slice){ word.p + 6, word.n - 7 };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (tw_slice_is(word, words[i].word)) {
			*t = words[i].t;
			return true;
		}
	return false;
}

bool tw_certdata_date(struct tw_slice s, int64_t *t)
{
	char text[sizeof "20YY-MM-DDTHH:MM:SSZ"];

	if (s.n != 13 || s.p[12] != 'Z')
		return false;
	for (size_t i = 0; i < 12; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	const char *p = (const char *)s.p;
	/* RFC 5280 4.1.2.5.1: 50 and later are of the last century. */
	snprintf(text, sizeof text, "%s%.2s-%.2s-%.2sT%.2s:%.2s:%.2sZ", p[0] < '5' ? "20" : "19", p, p + 2, p + 4, p + 6, p + 8,
		p + 10);
	return tw_time_parse(tw_str(text), t);
}

void tw_certdata_free(struct tw_certdata *d)
{
	free(d->cert);
	free(d->said);
	tw_set_free(&d->sha1);
	tw_set_free(&d->both);
	free(d->by_sha1);
	free(d->by_both);
	memset(d, 0, sizeof *d);
}

/* ---- taking objects ---- */
static void both_of(struct tw_slice issuer, struct tw_slice serial, uint8_t out[TW_SHA256])
{
	struct tw_buf b = { 0 };

	tw_buf_addslice(&b, issuer);
	tw_buf_addslice(&b, tw_der_shortest(serial));
	tw_sha256(tw_buf_slice(&b), out);
	tw_buf_free(&b);
}

static void keep(struct tw_set *set, uint32_t **first, const uint8_t key[TW_SHA256], uint32_t i)
{
	bool fresh;
	uint32_t k = tw_set_add(set, key, &fresh);

	if (!fresh)
		return;
	if ((k & (k - 1)) == 0) /* grows at powers of two */
		*first = tw_realloc(*first, k ? 2 * (size_t)k : 1, sizeof **first);
	(*first)[k] = i;
}

static void add_cert(struct tw_certdata *d, const struct tw_certdata_object *o)
{
	uint8_t key[TW_SHA256];
	struct tw_slice der = tw_buf_slice(&o->value[TW_CERTDATA_VALUE]);

	if (!der.n || o->damaged & 1u << TW_CERTDATA_VALUE) {
		tw_import_warn(d->im, "a certificate object %s: left out", der.n ? "with a damaged CKA_VALUE" : "without CKA_VALUE");
		return;
	}
	tw_pool_sha1(der, key);
	if (tw_set_find(&d->sha1, key) != TW_NONE) {
		tw_import_warn(d->im, "a certificate object whose certificate stands in the file before: left out");
		return;
	}
	if (d->ncert == d->cert_cap) {
		d->cert_cap = d->cert_cap ? 2 * d->cert_cap : 256;
		d->cert = tw_realloc(d->cert, d->cert_cap, sizeof *d->cert);
	}
	uint32_t i = d->ncert++;
	d->cert[i] = (struct tw_certdata_cert){ .cert = tw_certs_add(d->im->certs, der), .date = o->date, .line = o->line,
		.label = tw_import_text(d->im, tw_buf_slice(&o->label)), .said = TW_NONE };
	keep(&d->sha1, &d->by_sha1, key, i);
	const struct tw_cert *c = &d->im->certs->v[d->cert[i].cert];
	if (!c->readable)
		return;
	both_of(c->issuer, c->serial, key);
	keep(&d->both, &d->by_both, key, i);
}

/* The content of the INTEGER, or all of what is no INTEGER: a file of 2006 has
 * one serial bare. */
static struct tw_slice serial_of(struct tw_slice s)
{
	struct tw_der der = { .s = s };
	struct tw_tlv t;

	return tw_der_next(&der, &t) == 1 && t.tag == 2 && !der.s.n ? t.body : s;
}

static void add_trust(struct tw_certdata *d, const struct tw_certdata_object *o)
{
	struct tw_slice issuer = tw_buf_slice(&o->value[TW_CERTDATA_ISSUER]), sha1 = tw_buf_slice(&o->value[TW_CERTDATA_SHA1]);
	struct tw_slice serial = serial_of(tw_buf_slice(&o->value[TW_CERTDATA_SERIAL]));
	const unsigned names = 1u << TW_CERTDATA_ISSUER | 1u << TW_CERTDATA_SERIAL | 1u << TW_CERTDATA_SHA1;

	if (o->damaged & names || (sha1.n != TW_SHA1 && !(issuer.n && serial.n))) {
		tw_import_warn(d->im, "a trust object that names no certificate: left out");
		return;
	}
	if (o->date != TW_CERTDATA_NO_DATE) {
		d->im->at = o->date_line;
		tw_import_warn(d->im, "a distrust date in a trust object, where NSS reads none: left out");
	}
	if (d->nsaid == d->said_cap) {
		d->said_cap = d->said_cap ? 2 * d->said_cap : 256;
		d->said = tw_realloc(d->said, d->said_cap, sizeof *d->said);
	}
	struct tw_certdata_said *s = &d->said[d->nsaid++];
	memset(s, 0, sizeof *s);
	s->line = o->line;
	memcpy(s->trust, o->trust, sizeof s->trust);
	s->label = tw_import_text(d->im, tw_buf_slice(&o->label));
	s->has_sha1 = sha1.n == TW_SHA1;
	if (s->has_sha1)
		memcpy(s->sha1, sha1.p, TW_SHA1);
	s->has_serial = issuer.n && serial.n;
	tw_sha256(issuer, s->issuer);
	both_of(issuer, serial, s->both);
	s->serial = tw_snapshot_text(d->im->out, serial);
	s->nserial = (uint32_t)serial.n;
}

void tw_certdata_add(struct tw_certdata *d, const struct tw_certdata_object *o)
{
	d->im->at = o->line;
	if (o->kind == TW_CERTDATA_CERT)
		add_cert(d, o);
	else if (o->kind == TW_CERTDATA_TRUST)
		add_trust(d, o);
}

/* ---- joining ---- */
static uint32_t find(const struct tw_set *set, const uint32_t *first, const uint8_t key[TW_SHA256])
{
	uint32_t k = tw_set_find(set, key);

	return k == TW_NONE ? TW_NONE : first[k];
}

static uint32_t cert_of(const struct tw_certdata *d, const struct tw_certdata_said *s)
{
	uint32_t i = s->has_sha1 ? find(&d->sha1, d->by_sha1, s->sha1) : TW_NONE;

	if (i != TW_NONE || !s->has_serial)
		return i;
	i = find(&d->both, d->by_both, s->both);
	if (i != TW_NONE && s->has_sha1)
		tw_import_warn(d->im, "a trust object whose issuer and serial are those of a certificate, but not the SHA-1: "
			"joined by issuer and serial");
	return i;
}

static void put_serial(struct tw_snapshot_row *e, const struct tw_certdata_said *s)
{
	e->by_serial = s->has_serial;
	memcpy(e->issuer, s->issuer, TW_SHA256);
	e->serial = s->serial;
	e->nserial = s->nserial;
}

static bool distrusted(const struct tw_certdata_said *s)
{
	return s->trust[TW_CERTDATA_DISTRUSTED] & TW_TRUST_SERVER ||
	       (s->trust[TW_CERTDATA_PEER] & TW_TRUST_SERVER && !s->trust[TW_CERTDATA_ANCHOR]);
}

/* Distrust needs no certificate; trust has nothing to say without one. */
static void without_cert(struct tw_certdata *d, const struct tw_certdata_said *s)
{
	if (s->trust[TW_CERTDATA_ANCHOR])
		tw_import_warn(d->im, "trust in a certificate that the file does not have: left out");
	if (!distrusted(s))
		return;
	if (!s->has_serial) {
		tw_import_warn(d->im, "distrust of a certificate that the file does not have, by SHA-1 alone: left out");
		return;
	}
	struct tw_snapshot_row *e = tw_snapshot_add(d->im->out, TW_ROW_BLOCK);
	put_serial(e, s);
	e->label = s->label;
	e->at = s->line;
}

static void put_cert(struct tw_certdata *d, const struct tw_certdata_cert *c)
{
	static const struct tw_certdata_said nothing;
	const struct tw_certdata_said *s = c->said == TW_NONE ? &nothing : &d->said[c->said];
	uint32_t purposes = s->trust[TW_CERTDATA_ANCHOR] & ~s->trust[TW_CERTDATA_DISTRUSTED];
	bool block = distrusted(s);
	struct tw_snapshot_row *e = tw_snapshot_add_cert(d->im->out, block ? TW_ROW_BLOCK :
		purposes ? TW_ROW_ANCHOR : TW_ROW_LISTED, d->im->certs, c->cert);

	e->label = c->label;
	e->distrust_after = c->date;
	e->at = c->line;
	if (!block) {
		e->purposes = purposes;
		return;
	}
	put_serial(e, s);
	d->im->at = s->line;
	if (purposes)
		tw_import_warn(d->im, "distrusted for servers and trusted for other uses: blocked for all");
}

void tw_certdata_join(struct tw_certdata *d)
{
	for (uint32_t i = 0; i < d->nsaid; i++) {
		d->im->at = d->said[i].line;
		uint32_t c = cert_of(d, &d->said[i]);
		if (c == TW_NONE)
			without_cert(d, &d->said[i]);
		else if (d->cert[c].said == TW_NONE)
			d->cert[c].said = i;
		else
			tw_import_warn(d->im, "a second trust object of one certificate: left out");
	}
	for (uint32_t i = 0; i < d->ncert; i++)
		put_cert(d, &d->cert[i]);
}
