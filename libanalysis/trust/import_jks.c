/* Java's own keystores, JKS and JCEKS: what sun.security.provider.JavaKeyStore
 * and com.sun.crypto.provider.JceKeyStore write. A trusted certificate is an
 * anchor for every purpose. Certificates stand in the clear; the password only
 * goes into the digest at the end. */
#include "trust/importers.h"
#include "trust/text.h"

#include <nettle/sha1.h>
#include <stdarg.h>

enum { JKS = 0xfeedfeed, JCEKS = 0xcececece };
enum { PRIVATE_KEY = 1, TRUSTED_CERTIFICATE = 2, SECRET_KEY = 3 };

struct keystore {
	struct tw_import *im;
	struct tw_slice b;
	size_t pos;
	uint32_t version, entry, count; /* entry: 1 for the first */
	struct tw_buf text;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool mine(const struct tw_import *im)
{
	/* The version too: Java's class files and others begin with magic words. */
	return !im->folder && im->bytes.n >= 8 && (be32(im->bytes.p) == JKS || be32(im->bytes.p) == JCEKS) &&
	       be32(im->bytes.p + 4) - 1 < 2;
}

/* What ends the reading of entries, at this place. False. */
static bool TW_PRINTF(3, 4) stop(struct keystore *k, size_t at, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	k->im->at = at;
	tw_import_warn(k->im, "entry %u of %u: %s; what follows is not read", k->entry, k->count, text);
	return false;
}

/* The next n bytes, which are what. */
static bool take(struct keystore *k, uint64_t n, const char *what, struct tw_slice *out)
{
	size_t left = k->b.n - k->pos;

	if (n > left)
		return stop(k, k->pos, "truncated: %s takes %llu bytes, of which the file has %zu", what, (unsigned long long)n, left);
	*out = (struct tw_slice){ k->b.p + k->pos, (size_t)n };
	k->pos += (size_t)n;
	return true;
}

/* Bytes behind their length, of 2 or 4 bytes. */
static bool take_sized(struct keystore *k, unsigned size, const char *what, struct tw_slice *out)
{
	struct tw_slice len = { 0 };

	if (!take(k, size, what, &len))
		return false;
	uint32_t n = size == 2 ? (uint32_t)(len.p[0] << 8 | len.p[1]) : be32(len.p);
	/* A signed int there; Java would fail on it, too. */
	if (n > INT32_MAX)
		return stop(k, k->pos - size, "the length of %s is negative", what);
	return take(k, n, what, out);
}

/* A certificate with the word for its kind, which version 1 leaves out. */
static bool take_certificate(struct keystore *k, struct tw_slice *kind, struct tw_slice *der, size_t *at)
{
	*kind = tw_str("X.509");
	if (k->version == 2 && !take_sized(k, 2, "the kind of its certificate", kind))
		return false;
	*at = k->pos + 4;
	return take_sized(k, 4, "its certificate", der);
}

static void warn_at(struct keystore *k, size_t at, const char *what)
{
	k->im->at = at;
	tw_import_warn(k->im, "entry %u of %u, \"%s\": %s", k->entry, k->count, (const char *)k->text.p, what);
}

static bool read_private_key(struct keystore *k, size_t at)
{
	struct tw_slice key, n = { 0 }, kind, der;
	size_t cert;

	if (!take_sized(k, 4, "its key", &key) || !take(k, 4, "the length of its chain", &n))
		return false;
	for (uint32_t i = be32(n.p); i; i--)
		if (!take_certificate(k, &kind, &der, &cert))
			return false;
	warn_at(k, at, "a private key and its certificates, which are no anchors: passed over");
	return true;
}

static bool read_trusted(struct keystore *k)
{
	struct tw_slice kind, der = { 0 };
	size_t at;

	if (!take_certificate(k, &kind, &der, &at))
		return false;
	if (!der.n || !(tw_slice_is(kind, "X.509") || tw_slice_is(kind, "X509"))) {
		warn_at(k, at, der.n ? "a certificate that is not X.509: passed over" : "an empty certificate: passed over");
		return true;
	}
	struct tw_import *im = k->im;
	struct tw_snapshot_row *e = tw_snapshot_add_cert(im->out, TW_ROW_ANCHOR, im->certs, tw_certs_add(im->certs, der));
	e->purposes = TW_TRUST_ALL;
	/* RFC 5280 6.1.1 d takes name and key of an anchor alone, and so does Java:
	 * SimpleValidator and PKIXCertPathValidator check what lies below the anchor
	 * (JDK 17 takes an expired one, by CertPathValidator and TrustManager). */
	e->expiry = false;
	e->at = at;
	e->label = tw_snapshot_text(im->out, (struct tw_slice){ k->text.p, k->text.n - 1 });
	return true;
}

static bool read_entry(struct keystore *k)
{
	struct tw_slice tag = { 0 }, alias, date;
	size_t at = k->pos;

	if (!take(k, 4, "its kind", &tag) || !take_sized(k, 2, "its alias", &alias) || !take(k, 8, "its date", &date))
		return false;
	k->text.n = 0;
	tw_text_java(&k->text, alias);
	tw_buf_addc(&k->text, 0);
	switch (be32(tag.p)) {
	case PRIVATE_KEY: return read_private_key(k, at);
	case TRUSTED_CERTIFICATE: return read_trusted(k);
	case SECRET_KEY: /* a serialised object of Java, which does not say how long it is */
		if (be32(k->b.p) == JCEKS)
			return stop(k, at, "\"%s\": a secret key, whose end can't be told", (const char *)k->text.p);
		/* fallthrough */
	default: return stop(k, at, "an entry of unknown kind %u", be32(tag.p));
	}
}

static bool fits(const struct keystore *k, const char *password)
{
	struct sha1_ctx ctx;
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct tw_buf utf16 = { 0 };
	bool text = tw_text_to_utf16(&utf16, password);

	sha1_init(&ctx);
	sha1_update(&ctx, utf16.n, utf16.p);
	sha1_update(&ctx, 16, (const uint8_t *)"Mighty Aphrodite");
	sha1_update(&ctx, k->pos, k->b.p);
	sha1_digest(&ctx, sizeof digest, digest);
	tw_buf_free(&utf16);
	return text && !memcmp(digest, k->b.p + k->pos, sizeof digest);
}

/* The digest behind the last entry; k->pos is there. */
static void check_digest(struct keystore *k)
{
	struct tw_import *im = k->im;
	size_t left = k->b.n - k->pos;

	im->at = k->pos;
	if (left < SHA1_DIGEST_SIZE) {
		tw_import_warn(im, "truncated: the digest at the end takes 20 bytes, of which the file has %zu", left);
		return;
	}
	if (im->password ? !fits(k, im->password) : !fits(k, "changeit") && !fits(k, ""))
		tw_import_warn(im, "%s: the entries are whole, but their digest is for another password, or for other bytes",
			im->password ? "the password given is wrong" : "neither \"changeit\" nor an empty password fits (--password)");
	im->at = k->pos + SHA1_DIGEST_SIZE;
	if (left > SHA1_DIGEST_SIZE)
		tw_import_warn(im, "%zu bytes behind the end of the keystore", left - SHA1_DIGEST_SIZE);
}

static int read_jks(struct tw_import *im)
{
	struct keystore k = { .im = im, .b = im->bytes };
	uint32_t rows = im->out->n;
	bool whole = true;

	if (k.b.n < 12 || !mine(im)) {
		tw_error("%s: byte %zu: not a keystore of version 1 or 2: magic word, version and count take 12 bytes", im->path,
			k.b.n < 12 ? k.b.n : 0);
		return -1;
	}
	k.version = be32(k.b.p + 4);
	k.count = be32(k.b.p + 8);
	k.pos = 12;
	for (k.entry = 1; whole && k.entry <= k.count; k.entry++)
		whole = read_entry(&k);
	if (whole)
		check_digest(&k);
	tw_buf_free(&k.text);
	if (im->out->n > rows)
		return 0;
	tw_error("%s: a keystore without a trusted certificate that can be read", im->path);
	return -1;
}

const struct tw_importer tw_import_jks = { .name = "jks", .help = "a Java keystore, JKS or JCEKS", .mine = mine, .read = read_jks };
