/* Java's lib/security/blocked.certs (once blacklisted.certs): digests
 * of certificates that sun.security.util.UntrustedCertificates refuses anywhere
 * in a path, its anchor included. A file of java.util.Properties: "Algorithm=NAME" and keys,
 * which are the digest of the certificate's DER in capital hex digits. */
#include "trust/importers.h"

struct key {
	struct tw_slice key, value;
};

/* One line as Properties splits it, up to escapes, which no such file needs.
 * False: blank or a comment. */
static bool split(struct tw_slice line, struct key *k)
{
	size_t i = 0;

	while (i < line.n && memchr(" \t\f\r", line.p[i], 4))
		i++;
	size_t from = i;
	while (i < line.n && !memchr(" \t\f\r=:", line.p[i], 6))
		i++;
	k->key = (struct tw_slice){ line.p + from, i - from };
	while (i < line.n && memchr(" \t\f\r", line.p[i], 4))
		i++;
	if (i < line.n && (line.p[i] == '=' || line.p[i] == ':'))
		i++;
	while (i < line.n && memchr(" \t\f\r", line.p[i], 4))
		i++;
	size_t end = line.n;
	while (end > i && line.p[end - 1] == '\r')
		end--;
	k->value = (struct tw_slice){ line.p + i, end - i };
	return k->key.n ? k->key.p[0] != '#' && k->key.p[0] != '!' : k->value.n != 0;
}

/* The next line from *pos on; false at the end. */
static bool next_line(struct tw_slice text, size_t *pos, struct tw_slice *line)
{
	if (*pos >= text.n)
		return false;
	const uint8_t *p = text.p + *pos, *lf = memchr(p, '\n', text.n - *pos);
	line->p = p;
	line->n = lf ? (size_t)(lf - p) : text.n - *pos;
	*pos += line->n + (lf != NULL);
	return true;
}

static bool mine(const struct tw_import *im)
{
	struct tw_slice line;
	struct key k;
	size_t pos = 0;

	while (!im->folder && next_line(im->bytes, &pos, &line))
		if (split(line, &k))
			return tw_slice_is(k.key, "Algorithm") && k.value.n;
	return false;
}

/* The bytes of a digest by this name, as java.security.MessageDigest knows it; 0: another. */
static size_t digest_size(struct tw_slice name)
{
	if (tw_slice_is(name, "SHA-256"))
		return TW_SHA256;
	return tw_slice_is(name, "SHA-1") || tw_slice_is(name, "SHA1") || tw_slice_is(name, "SHA") ? TW_SHA1 : 0;
}

static bool capitals(struct tw_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'a' && s.p[i] <= 'f')
			return false;
	return true;
}

/* A key that is no digest never equals one, and neither do small letters: there the whole key is compared. */
static void read_key(struct tw_import *im, struct tw_slice key, size_t size)
{
	uint8_t digest[TW_SHA256];

	if (!tw_unhex(key, digest, size)) {
		tw_import_warn(im, "not the %zu hex digits of a digest, but %zu characters: passed over", 2 * size, key.n);
	} else if (!capitals(key)) {
		tw_import_warn(im, "a digest in small letters, which Java never finds: passed over");
	} else {
		struct tw_snapshot_row *e = tw_import_named(im, TW_ROW_BLOCK, size == TW_SHA1, digest);
		if (!e)
			tw_import_warn(im, "a SHA-1 of no certificate at hand: --certs takes a folder or file that has it");
		else
			e->at = im->at;
	}
}

static int read_blocked(struct tw_import *im)
{
	struct tw_slice line, name = { 0 };
	struct key k;
	size_t pos = 0;

	/* The last one holds, wherever it stands. */
	while (next_line(im->bytes, &pos, &line))
		if (split(line, &k) && tw_slice_is(k.key, "Algorithm"))
			name = k.value;
	size_t size = digest_size(name);
	if (!name.p) {
		tw_error("%s: no line \"Algorithm=\", without which Java blocks nothing", im->path);
		return -1;
	}
	if (!size) {
		tw_error("%s: line %llu: Algorithm=%.*s: neither SHA-256 nor SHA-1", im->path,
			(unsigned long long)tw_import_line(im, name.p), (int)(name.n < 40 ? name.n : 40), (const char *)name.p);
		return -1;
	}
	uint32_t rows = im->out->n;
	for (pos = 0; next_line(im->bytes, &pos, &line);) {
		im->at = tw_import_line(im, line.p);
		if (split(line, &k) && !tw_slice_is(k.key, "Algorithm"))
			read_key(im, k.key, size);
	}
	if (im->out->n > rows)
		return 0;
	tw_error("%s: a list of blocked certificates that names none", im->path);
	return -1;
}

const struct tw_importer tw_import_java_blocked = { .name = "java-blocked", .help = "Java's blocked.certs or blacklisted.certs",
	.lines = true, .mine = mine, .read = read_blocked };
