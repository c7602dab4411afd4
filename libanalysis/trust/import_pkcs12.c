/* PKCS#12 keystores (RFC 7292), Java's above all: certificates with the
 * attribute trustedKeyUsage are anchors, in the clear and without a MAC as in
 * JDK 18 and later, or encrypted. Where none has it, all are. */
#include "trust/importers.h"
#include "base/bounds.h"
#include "trust/elements.h"
#include "trust/pkcs12.h"
#include "trust/text.h"

#include <stdlib.h>

struct found {
	size_t der, n;       /* in keystore.ders */
	uint32_t label;
	uint64_t at;
	bool trusted, keyed; /* it has Java's attribute; it goes with a private key */
};

struct keystore {
	struct tw_import *im;
	struct tw_slice file;
	struct tw_pkcs12_cost cost;
	const char *const *passwords; /* what may be tried, ends with WORDS_END */
	const char *fits;             /* the one that the MAC says, else WORDS_END */
	const uint8_t *clear;         /* what is read now lies in the file, else NULL: */
	uint64_t at;                  /* it was decrypted from here */
	struct found *v;
	uint32_t n, cap;
	struct tw_buf ders;
	bool key;
};

static const char words_end[] = "";
#define WORDS_END words_end
/* Java's tools know the first, browsers' the others: an empty password and none
 * at all give different keys. */
static const char *const usual[] = { "changeit", (const char[]){ 0 }, NULL, WORDS_END };

#define OID_BAG "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01"
#define OID_DATA "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define OID_ENCRYPTED "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06"
#define OID_X509 "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01"
#define OID_FRIENDLY_NAME "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x14"
#define OID_LOCAL_KEY "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x15"
#define OID_TRUSTED_KEY_USAGE "\x60\x86\x48\x01\x86\xf9\x66\xad\xca\x7b\x01\x01" /* 2.16.840.1.113894.746875.1.1 */
enum { BAG_KEY = 1, BAG_SHROUDED_KEY, BAG_CERTIFICATE, BAG_CRL, BAG_SECRET, BAG_NESTED };

static bool mine(const struct tw_import *im)
{
	struct tw_slice b = im->bytes;

	/* PFX: a SEQUENCE, version 3, a ContentInfo. The lengths may be anything: a
	 * truncated one is still recognised. */
	if (im->folder || b.n < 20 || b.p[0] != DER_SEQUENCE)
		return false;
	size_t i = b.p[1] > 0x80 ? 2 + (size_t)(b.p[1] & 0x7f) : 2;
	return i < 8 && !memcmp(b.p + i, "\x02\x01\x03\x30", 4);
}

/* The place of p, or of the encrypted content that it is from. */
static uint64_t place(const struct keystore *k, const uint8_t *p)
{
	return k->clear ? (uint64_t)(p - k->clear) : k->at;
}

static void read_attributes(struct keystore *k, struct tw_slice set, struct found *f)
{
	struct tw_der all = tw_elements(set);
	struct tw_slice one, oid, values, value;
	struct tw_buf text = { 0 };

	while (tw_elements_take(&all, DER_SEQUENCE, &one)) {
		struct tw_der d = tw_elements(one);
		if (!tw_elements_take(&d, DER_OID, &oid) || !tw_elements_take(&d, DER_SET, &values))
			continue;
		d = tw_elements(values);
		/* Java looks whether the attribute is there and not at the usages in it:
		 * PKCS12KeyStore.loadSafeContents, engineIsCertificateEntry. */
		f->trusted |= tw_oid_is(oid, OID_TRUSTED_KEY_USAGE);
		f->keyed |= tw_oid_is(oid, OID_LOCAL_KEY);
		if (tw_oid_is(oid, OID_FRIENDLY_NAME) && tw_elements_take(&d, DER_BMP, &value)) {
			text.n = 0;
			tw_text_utf16(&text, value, false);
			f->label = tw_snapshot_text(k->im->out, tw_buf_slice(&text));
		}
	}
	tw_buf_free(&text);
}

/* CertBag: SEQUENCE { kind, [0] { OCTET STRING } }. */
static void read_certificate(struct keystore *k, struct tw_slice value, struct tw_slice attributes)
{
	struct tw_der d = tw_elements(value);
	struct tw_slice bag, kind, content, der;

	k->im->at = place(k, value.p);
	if (!tw_elements_take(&d, DER_SEQUENCE, &bag) || (d = tw_elements(bag), !tw_elements_take(&d, DER_OID, &kind)) ||
	    !tw_elements_take(&d, DER_CONTEXT_0, &content)) {
		tw_import_warn(k->im, "a bag of a certificate that can't be read: passed over");
		return;
	}
	d = tw_elements(content);
	if (!tw_oid_is(kind, OID_X509) || !tw_elements_take(&d, DER_OCTETS, &der) || !der.n) {
		tw_import_warn(k->im, "a certificate that is not X.509: passed over");
		return;
	}
	if (k->n == k->cap) {
		k->cap = k->cap ? 2 * k->cap : 64;
		k->v = tw_realloc(k->v, k->cap, sizeof *k->v);
	}
	struct found *f = &k->v[k->n++];
	*f = (struct found){ .der = k->ders.n, .n = der.n, .at = place(k, der.p) };
	tw_buf_addslice(&k->ders, der);
	read_attributes(k, attributes, f);
}

static void read_safe(struct keystore *k, struct tw_slice contents, unsigned depth);

static void read_bag(struct keystore *k, struct tw_slice bag, unsigned depth)
{
	struct tw_der d = tw_elements(bag);
	struct tw_slice oid = { 0 }, value = { 0 }, attributes = { 0 };

	k->im->at = place(k, bag.p);
	if (!tw_elements_take(&d, DER_OID, &oid) || !tw_elements_take(&d, DER_CONTEXT_0, &value)) {
		tw_import_warn(k->im, "a bag that can't be read: passed over");
		return;
	}
	if (d.s.n && !tw_elements_take(&d, DER_SET, &attributes))
		tw_import_warn(k->im, "the attributes of a bag can't be read");
	int kind = oid.n == sizeof OID_BAG && !memcmp(oid.p, OID_BAG, sizeof OID_BAG - 1) ? oid.p[oid.n - 1] : 0;
	if (kind == BAG_CERTIFICATE) {
		read_certificate(k, value, attributes);
	} else if (kind == BAG_KEY || kind == BAG_SHROUDED_KEY) {
		k->key = true;
		tw_import_warn(k->im, "a private key, which is no anchor: passed over");
	} else if (kind == BAG_NESTED && depth < TW_MAX_BAG_DEPTH) {
		d = tw_elements(value);
		if (tw_elements_take(&d, DER_SEQUENCE, &value))
			read_safe(k, value, depth + 1);
	} else {
		tw_import_warn(k->im, "%s: passed over", kind == BAG_CRL ? "a revocation list" : kind == BAG_SECRET ? "a secret" :
			kind == BAG_NESTED ? "bags in bags, too deep" : "a bag of unknown kind");
	}
}

/* What is in the SEQUENCE of SafeContents. */
static void read_safe(struct keystore *k, struct tw_slice contents, unsigned depth)
{
	struct tw_der d = tw_elements(contents);
	struct tw_slice bag;

	while (tw_elements_take(&d, DER_SEQUENCE, &bag))
		read_bag(k, bag, depth);
	k->im->at = place(k, d.s.p);
	if (d.s.n)
		tw_import_warn(k->im, "%s %zu bytes are no bag: what follows is not read", k->clear ? "here" : "encrypted here: its last",
			d.s.n);
}

/* Decrypts with each password in question until SafeContents come out. */
static enum tw_pkcs12_result decrypt(struct keystore *k, struct tw_slice algorithm, struct tw_slice content, struct tw_buf *plain)
{
	const char *const fits[] = { k->fits, WORDS_END };
	enum tw_pkcs12_result r = TW_PKCS12_WRONG;
	struct tw_slice bags;

	for (const char *const *p = k->fits != WORDS_END ? fits : k->passwords; *p != WORDS_END && r == TW_PKCS12_WRONG; p++) {
		plain->n = 0;
		r = tw_pkcs12_decrypt(&k->cost, *p, algorithm, content, plain);
		struct tw_der d = tw_elements(tw_buf_slice(plain));
		if (r == TW_PKCS12_DONE && (!tw_elements_take(&d, DER_SEQUENCE, &bags) || d.s.n))
			r = TW_PKCS12_WRONG;
	}
	return r;
}

static const char *why_not(const struct keystore *k, enum tw_pkcs12_result r)
{
	if (r == TW_PKCS12_UNKNOWN)
		return "by an algorithm that is not known here";
	if (r == TW_PKCS12_COSTLY)
		return "with more rounds of key derivation than are allowed";
	if (k->fits != WORDS_END)
		return "with another password than the MAC, or it is damaged";
	return k->im->password ? "and the password given is wrong, or it is damaged" :
		"and neither \"changeit\" nor an empty password nor none fits (--password), or it is damaged";
}

/* EncryptedData, RFC 2315 13: SEQUENCE { version, SEQUENCE { data, algorithm,
 * [0] IMPLICIT OCTET STRING } }. */
static void read_encrypted(struct keystore *k, struct tw_slice content)
{
	struct tw_der d = tw_elements(content);
	struct tw_slice body = { 0 }, number, oid, bags;
	struct tw_buf plain = { 0 };
	struct tw_tlv algorithm, bytes;
	bool fine = tw_elements_take(&d, DER_SEQUENCE, &body);

	d = tw_elements(body);
	fine = fine && tw_elements_take(&d, DER_INTEGER, &number) && tw_elements_take(&d, DER_SEQUENCE, &body);
	d = tw_elements(body);
	fine = fine && tw_elements_take(&d, DER_OID, &oid) && tw_der_next(&d, &algorithm) == 1 && tw_der_next(&d, &bytes) == 1 &&
	       bytes.tag == 0x80;
	k->im->at = place(k, fine ? bytes.body.p : content.p);
	if (!fine) {
		tw_import_warn(k->im, "encrypted content that can't be read");
		return;
	}
	enum tw_pkcs12_result r = decrypt(k, algorithm.all, bytes.body, &plain);
	d = tw_elements(tw_buf_slice(&plain));
	if (r != TW_PKCS12_DONE) {
		tw_import_warn(k->im, "%zu bytes are encrypted, %s", bytes.body.n, why_not(k, r));
	} else if (tw_elements_take(&d, DER_SEQUENCE, &bags)) {
		const uint8_t *clear = k->clear;
		k->at = place(k, bytes.body.p);
		k->clear = NULL;
		read_safe(k, bags, 0);
		k->clear = clear;
	}
	tw_buf_free(&plain);
}

/* One ContentInfo of the AuthenticatedSafe. */
static void read_content(struct keystore *k, struct tw_slice info)
{
	struct tw_der d = tw_elements(info);
	struct tw_slice oid, content, octets, bags;

	k->im->at = place(k, info.p);
	if (!tw_elements_take(&d, DER_OID, &oid) || !tw_elements_take(&d, DER_CONTEXT_0, &content)) {
		tw_import_warn(k->im, "content that can't be read");
	} else if (tw_oid_is(oid, OID_ENCRYPTED)) {
		read_encrypted(k, content);
	} else if (tw_oid_is(oid, OID_DATA)) {
		d = tw_elements(content);
		if (tw_elements_take(&d, DER_OCTETS, &octets) && (d = tw_elements(octets), tw_elements_take(&d, DER_SEQUENCE, &bags)))
			read_safe(k, bags, 0);
		else
			tw_import_warn(k->im, "content in the clear that can't be read");
	} else {
		tw_import_warn(k->im, "content that is neither data nor encrypted by a password: passed over");
	}
}

/* MacData, RFC 7292 4: SEQUENCE { DigestInfo, salt, iterations DEFAULT 1 }. */
static void check_mac(struct keystore *k, struct tw_slice mac, struct tw_slice content)
{
	struct tw_der d = tw_elements(mac), inner;
	struct tw_slice info, digest, salt, number;
	struct tw_tlv algorithm;
	uint64_t rounds = 1;
	enum tw_pkcs12_result r = TW_PKCS12_WRONG;
	bool fine = tw_elements_take(&d, DER_SEQUENCE, &info) && tw_elements_take(&d, DER_OCTETS, &salt);

	inner = tw_elements(fine ? info : mac);
	fine = fine && tw_der_next(&inner, &algorithm) == 1 && tw_elements_take(&inner, DER_OCTETS, &digest);
	if (fine && tw_elements_take(&d, DER_INTEGER, &number))
		rounds = tw_pkcs12_number(number);
	k->im->at = place(k, mac.p);
	if (!fine || d.s.n) {
		tw_import_warn(k->im, "the MAC can't be read");
		return;
	}
	for (const char *const *p = k->passwords; *p != WORDS_END && r == TW_PKCS12_WRONG; p++) {
		r = tw_pkcs12_mac(&k->cost, *p, algorithm.all, digest, salt, rounds, content);
		if (r == TW_PKCS12_DONE)
			k->fits = *p;
	}
	if (r == TW_PKCS12_WRONG)
		tw_import_warn(k->im, "%s: the keystore is whole, but its MAC is for another password, or for other bytes",
			k->im->password ? "the password given is wrong" :
				"neither \"changeit\" nor an empty password nor none fits (--password)");
	else if (r != TW_PKCS12_DONE)
		tw_import_warn(k->im, "the MAC is not checked: it is made %s", why_not(k, r));
}

static int fail(const struct keystore *k, const uint8_t *p, const char *cause)
{
	tw_error("%s: byte %llu: %s", k->im->path, (unsigned long long)place(k, p), cause);
	return -1;
}

/* PFX: SEQUENCE { 3, ContentInfo, MacData OPTIONAL }. */
static int read_pfx(struct keystore *k)
{
	struct tw_der d = tw_elements(k->file);
	struct tw_slice pfx, version, info, oid, content, octets, contents, mac;

	if (!tw_elements_take(&d, DER_SEQUENCE, &pfx))
		return fail(k, d.s.p, "no PKCS#12: not one whole SEQUENCE");
	k->im->at = place(k, d.s.p);
	if (d.s.n)
		tw_import_warn(k->im, "%zu bytes behind the end of the keystore", d.s.n);
	d = tw_elements(pfx);
	if (!tw_elements_take(&d, DER_INTEGER, &version) || tw_pkcs12_number(version) != 3 ||
	    !tw_elements_take(&d, DER_SEQUENCE, &info))
		return fail(k, pfx.p, "no PKCS#12 of version 3");
	struct tw_der outer = d;
	d = tw_elements(info);
	if (!tw_elements_take(&d, DER_OID, &oid) || !tw_elements_take(&d, DER_CONTEXT_0, &content))
		return fail(k, info.p, "a ContentInfo that can't be read");
	if (!tw_oid_is(oid, OID_DATA))
		return fail(k, info.p, "a PKCS#12 that is signed instead of having a MAC: not known here");
	d = tw_elements(content);
	if (!tw_elements_take(&d, DER_OCTETS, &octets) || (d = tw_elements(octets), !tw_elements_take(&d, DER_SEQUENCE, &contents)))
		return fail(k, content.p, "its content can't be read");
	if (tw_elements_take(&outer, DER_SEQUENCE, &mac))
		check_mac(k, mac, octets);
	k->im->at = place(k, outer.s.p);
	if (outer.s.n)
		tw_import_warn(k->im, "%zu bytes behind the MAC's place are none of PKCS#12", outer.s.n);
	d = tw_elements(contents);
	while (tw_elements_take(&d, DER_SEQUENCE, &info))
		read_content(k, info);
	k->im->at = place(k, d.s.p);
	if (d.s.n)
		tw_import_warn(k->im, "%zu bytes are no ContentInfo: what follows is not read", d.s.n);
	return 0;
}

/* Rows of what was found: what is marked, else all that goes with no key. */
static void put_rows(struct keystore *k)
{
	struct tw_import *im = k->im;
	bool marked = false;

	for (uint32_t i = 0; i < k->n; i++)
		marked |= k->v[i].trusted;
	for (uint32_t i = 0; i < k->n; i++) {
		const struct found *f = &k->v[i];
		struct tw_slice der = { k->ders.p + f->der, f->n };
		im->at = f->at;
		if (marked ? !f->trusted : k->key && f->keyed) {
			tw_import_warn(im, "%s: passed over", marked ? "a certificate that is not marked as trusted, as others are" :
				"the certificate of a private key");
			continue;
		}
		struct tw_snapshot_row *e = tw_snapshot_add_cert(im->out, TW_ROW_ANCHOR, im->certs, tw_certs_add(im->certs, der));
		e->purposes = TW_TRUST_ALL;
		/* Java does not look at an anchor's dates: see import_jks.c. */
		e->expiry = !marked;
		e->label = f->label;
		e->at = f->at;
	}
	im->at = TW_NOWHERE;
	if (!marked && k->n)
		tw_import_warn(im, "no certificate is marked as trusted, so that Java would trust none: each is taken for an anchor");
}

/* How much the outer element takes, of which the file may have less: 0 where its length is not told. */
static uint64_t outer_size(struct tw_slice b)
{
	size_t k = b.p[1] > 0x80 ? b.p[1] & 0x7f : 0;
	uint64_t len = b.p[1];

	if (b.p[1] == 0x80 || k > 7 || 2 + k > b.n)
		return 0;
	if (k)
		len = 0;
	for (size_t i = 0; i < k; i++)
		len = len << 8 | b.p[2 + i];
	return len + 2 + k;
}

static int read_keystore(struct keystore *k)
{
	struct tw_import *im = k->im;
	struct tw_buf der = { 0 };
	uint64_t size = k->file.n >= 2 ? outer_size(k->file) : 0;
	int err;

	if (size > k->file.n) {
		tw_error("%s: byte %zu: truncated: the keystore takes %llu bytes, of which the file has %zu", im->path, k->file.n,
			(unsigned long long)size, k->file.n);
		return -1;
	}
	/* Lengths that are not told before: some tools write so; offsets are then
	 * those of the same in DER. */
	if (!size && mine(im)) {
		if (!tw_pkcs12_to_der(k->file, &der))
			err = fail(k, k->file.p, "damaged or truncated: no PKCS#12 in BER");
		else {
			k->file = tw_buf_slice(&der);
			k->clear = k->file.p;
			err = read_pfx(k);
		}
	} else {
		err = read_pfx(k);
	}
	tw_buf_free(&der);
	return err;
}

static int read_pkcs12(struct tw_import *im)
{
	const char *const given[] = { im->password, WORDS_END };
	struct keystore k = { .im = im, .file = im->bytes, .clear = im->bytes.p, .cost = { TW_MAX_KEY_ROUNDS },
		.passwords = im->password ? given : usual, .fits = WORDS_END };
	uint32_t rows = im->out->n;
	int err = read_keystore(&k);

	if (err == 0)
		put_rows(&k);
	if (err == 0 && im->out->n == rows) {
		tw_error("%s: a keystore without a trusted certificate that can be read", im->path);
		err = -1;
	}
	free(k.v);
	tw_buf_free(&k.ders);
	return err;
}

const struct tw_importer tw_import_pkcs12 = { .name = "pkcs12", .help = "a PKCS#12 keystore", .mine = mine, .read = read_pkcs12 };
