/* disallowedcert.stl. Its entries (subjectAlgorithm szOID_DISALLOWED_HASH, which
 * is property 15) are named by one of two properties of a certificate, as
 * wincrypt.h says at that OID: CERT_SIGNATURE_HASH_PROP_ID, the hash of its TBSCertificate by
 * the algorithm it is signed with (CryptHashToBeSigned), or
 * CERT_SUBJECT_PUBLIC_KEY_MD5_HASH_PROP_ID, the MD5 of its public key's bits.
 * Neither leads to a certificate but by trying those at hand. Older lists name
 * certificates by SHA-1. */
#include "trust/disallowed.h"

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <stdlib.h>

#define OID_DISALLOWED_HASH "\x2b\x06\x01\x04\x01\x82\x37\x0a\x0b\x0f"
#define OID_SHA256 "\x60\x86\x48\x01\x65\x03\x04\x02\x01"

enum hash { NONE, MD5, SHA1, SHA256, SHA384, SHA512 };
static const struct {
	const char *oid;
	enum hash hash;
} signed_by[] = {
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04", MD5 },    /* md5WithRSAEncryption */
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", SHA1 },   /* sha1WithRSAEncryption */
	{ "\x2b\x0e\x03\x02\x1d", SHA1 },                   /* OIW's of the same */
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", SHA256 }, /* sha256WithRSAEncryption */
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", SHA384 },
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", SHA512 },
	{ "\x2a\x86\x48\xce\x3d\x04\x01", SHA1 },           /* ecdsa-with-SHA1 */
	{ "\x2a\x86\x48\xce\x3d\x04\x03\x02", SHA256 },     /* ecdsa-with-SHA256 */
	{ "\x2a\x86\x48\xce\x3d\x04\x03\x03", SHA384 },
	{ "\x2a\x86\x48\xce\x3d\x04\x03\x04", SHA512 },
};

/* Returns the digest's length. */
static size_t digest(enum hash hash, struct tw_slice s, uint8_t out[SHA512_DIGEST_SIZE])
{
	union {
		struct md5_ctx md5;
		struct sha1_ctx sha1;
		struct sha256_ctx sha256;
		struct sha512_ctx sha512;
	} u;

	switch (hash) {
	case MD5: return md5_init(&u.md5), md5_update(&u.md5, s.n, s.p), md5_digest(&u.md5, 16, out), 16;
	case SHA1: return sha1_init(&u.sha1), sha1_update(&u.sha1, s.n, s.p), sha1_digest(&u.sha1, 20, out), 20;
	case SHA256: return sha256_init(&u.sha256), sha256_update(&u.sha256, s.n, s.p), sha256_digest(&u.sha256, 32, out), 32;
	case SHA384: return sha384_init(&u.sha512), sha512_update(&u.sha512, s.n, s.p), sha384_digest(&u.sha512, 48, out), 48;
	case SHA512: return sha512_init(&u.sha512), sha512_update(&u.sha512, s.n, s.p), sha512_digest(&u.sha512, 64, out), 64;
	case NONE: break;
	}
	return 0;
}

static size_t digest_to_be_signed(const struct tw_cert *c, uint8_t out[SHA512_DIGEST_SIZE])
{
	for (size_t i = 0; i < sizeof signed_by / sizeof *signed_by; i++)
		if (tw_slice_is(c->sig_oid, signed_by[i].oid))
			return digest(signed_by[i].hash, c->tbs, out);
	return 0;
}

/* What the list names, whatever its length: by the SHA-256 of the name. */
struct names {
	struct tw_set set;
	uint64_t *at; /* by ordinal: where it stands */
	bool *met;
};

static uint32_t find(const struct names *n, const uint8_t *p, size_t len)
{
	uint8_t key[TW_SHA256];

	tw_sha256((struct tw_slice){ p, len }, key);
	return len ? tw_set_find(&n->set, key) : TW_NONE;
}

static void try_certificate(struct tw_import *im, struct names *n, struct tw_set *keys, const struct tw_cert *c)
{
	uint8_t hash[SHA512_DIGEST_SIZE];
	uint32_t k = find(n, hash, digest(MD5, c->key_bits_raw, hash));
	bool fresh;

	if (k != TW_NONE) {
		n->met[k] = true;
		tw_set_add(keys, c->spki_sha256, &fresh);
		if (fresh) {
			struct tw_snapshot_row *e = tw_snapshot_add(im->out, TW_ROW_BLOCK);
			e->by_key = true;
			memcpy(e->spki, c->spki_sha256, TW_SHA256);
			e->at = n->at[k];
		}
	}
	k = find(n, hash, digest_to_be_signed(c, hash));
	if (k != TW_NONE) {
		n->met[k] = true;
		tw_import_named(im, TW_ROW_BLOCK, false, c->sha256)->at = n->at[k];
	}
}

static void collect(struct tw_import *im, const struct tw_ctl *list, struct names *n)
{
	struct tw_der d = tw_elements(list->entries);
	struct tw_ctl_entry e;
	int got;

	while ((got = tw_ctl_next(&d, &e)) == 1) {
		uint8_t key[TW_SHA256];
		bool fresh;
		tw_sha256(e.id, key);
		uint32_t k = tw_set_add(&n->set, key, &fresh);
		if ((k & (k - 1)) == 0) { /* grows at powers of two */
			n->at = tw_realloc(n->at, k ? 2 * (size_t)k : 1, sizeof *n->at);
			n->met = tw_realloc(n->met, k ? 2 * (size_t)k : 1, sizeof *n->met);
		}
		n->at[k] = (uint64_t)(e.id.p - im->bytes.p);
		n->met[k] = false;
	}
	im->at = (uint64_t)(d.s.p - im->bytes.p);
	if (got < 0)
		tw_import_warn(im, "no entry: what follows is not read");
}

/* By what only a certificate at hand can be found by. */
static void read_hashes(struct tw_import *im, const struct tw_ctl *list)
{
	struct names n = { 0 };
	struct tw_set keys = { 0 };
	uint32_t missing = 0;

	collect(im, list, &n);
	for (uint32_t i = 0; im->pool && i < im->pool->certs.n; i++)
		if (im->pool->certs.v[i].readable)
			try_certificate(im, &n, &keys, &im->pool->certs.v[i]);
	for (uint32_t k = 0; k < n.set.n; k++)
		missing += !n.met[k];
	im->at = TW_NOWHERE;
	if (missing)
		tw_import_warn(im, "%u of %u entries name no certificate at hand: --certs takes a folder or file that has them", missing,
			n.set.n);
	tw_set_free(&n.set);
	tw_set_free(&keys);
	free(n.at);
	free(n.met);
}

/* By the digest of the certificate itself. */
static void read_digests(struct tw_import *im, const struct tw_ctl *list, size_t size)
{
	struct tw_der d = tw_elements(list->entries);
	struct tw_ctl_entry e;
	int got;

	while ((got = tw_ctl_next(&d, &e)) == 1) {
		im->at = (uint64_t)(e.id.p - im->bytes.p);
		struct tw_snapshot_row *row = e.id.n == size ? tw_import_named(im, TW_ROW_BLOCK, size == TW_SHA1, e.id.p) : NULL;
		if (row)
			row->at = im->at;
		else
			tw_import_warn(im, e.id.n == size ? "a SHA-1 of no certificate at hand: --certs takes a folder or file that has it" :
				"a name of another length than the list's digest");
	}
	im->at = (uint64_t)(d.s.p - im->bytes.p);
	if (got < 0)
		tw_import_warn(im, "no entry: what follows is not read");
}

int tw_disallowed_read(struct tw_import *im, const struct tw_ctl *list)
{
	uint32_t rows = im->out->n;

	if (tw_oid_is(list->algorithm, OID_DISALLOWED_HASH)) {
		read_hashes(im, list);
	} else if (tw_oid_is(list->algorithm, TW_CTL_SHA1) || tw_oid_is(list->algorithm, OID_SHA256)) {
		read_digests(im, list, tw_oid_is(list->algorithm, TW_CTL_SHA1) ? TW_SHA1 : TW_SHA256);
	} else {
		tw_error("%s: byte %zu: the list names certificates in a way that is not known here", im->path,
			(size_t)(list->algorithm.p - im->bytes.p));
		return -1;
	}
	if (im->out->n > rows)
		return 0;
	tw_error("%s: no entry of it names a certificate at hand: --certs takes a folder or file that has them", im->path);
	return -1;
}
