/* A folder of certificates, each file PEM (in any text) or DER, as Android,
 * Debian and Apple have theirs.
 *
 * A certificate is an anchor for every purpose, but in Apple's folders
 * (security_certificates; its README.txt says what they hold): where one below
 * is named roots, the nearest of these names above a file says what is in it.
 *
 * Android does not look at an anchor's own validity
 * (letsencrypt.org/2020/12/21/extending-android-compatibility.html); Apple and
 * what reads Debian's folder (OpenSSL, GnuTLS) do. */
#include "base/bounds.h"
#include "base/input.h"
#include "trust/apple.h"
#include "trust/importers.h"

#include <stdlib.h>
#include <string.h>

enum place { ANCHORS, BLOCKED, LISTED, PASSED_OVER, PLACES };
static const struct { const char *name; enum place place; } places[] = {
	{ "roots", ANCHORS }, { "distrusted", BLOCKED }, { "revoked", BLOCKED },
	/* Intermediates, roots for Apple's own uses, roots of users' choice. */
	{ "certs", LISTED }, { "custom", LISTED }, { "platform", LISTED }, { "otherRoots", LISTED },
	/* What is in the store no longer, and certificates of servers. */
	{ "removed", PASSED_OVER }, { "allowlist", PASSED_OVER },
};

struct folder {
	struct tw_import *im;
	const char *path;
	bool apple;                /* there is a folder roots */
	struct tw_apple constraints;
	struct tw_set seen[PLACES]; /* certificates that have a row */
	uint32_t files, android;   /* files with certificates; of them, as Android's */
};

/* ---- names of files ---- */
static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The place that a folder's name stands for, PLACES: none. */
static enum place place_of(struct tw_slice name)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (tw_slice_is(name, places[i].name))
			return places[i].place;
	return PLACES;
}

/* Of the nearest folder below the one that is read. */
static enum place place_above(const struct folder *f, const char *file)
{
	enum place found = PLACES;

	for (const char *p = file + strlen(f->path), *slash; (slash = strchr(p, '/')) != NULL; p = slash + 1) {
		enum place at = place_of((struct tw_slice){ (const uint8_t *)p, (size_t)(slash - p) });
		/* What lies below removed/ is removed, whatever its folder's name. */
		if (at != PLACES && found != PASSED_OVER)
			found = at;
	}
	return found;
}

/* 00673b5b.0: OpenSSL's hash of the subject, and a number. */
static bool is_hash_name(const char *base)
{
	return strspn(base, "0123456789abcdef") == 8 && base[8] == '.' && base[9] && !base[9 + strspn(base + 9, "0123456789")];
}

static uint32_t label_of(struct folder *f, const char *file)
{
	const char *base = base_of(file), *dot = strrchr(base, '.');
	size_t n = dot && dot > base ? (size_t)(dot - base) : strlen(base);

	if (is_hash_name(base) || strspn(base, "0123456789ABCDEFabcdef") == 2 * TW_SHA256)
		return 0;
	return tw_import_text(f->im, (struct tw_slice){ (const uint8_t *)base, n });
}

static bool is_certificate_name(const char *base)
{
	static const char *const ends[] = { ".cer", ".crt", ".der", ".pem" };
	const char *dot = strrchr(base, '.');

	for (size_t i = 0; dot && i < sizeof ends / sizeof *ends; i++)
		if (!strcmp(dot, ends[i]))
			return true;
	return false;
}

/* ---- certificates ---- */
static void put(struct folder *f, const char *file, enum place place, struct tw_slice der)
{
	struct tw_cert c;
	bool fresh;

	tw_cert_read(&c, der);
	if (!c.readable) {
		tw_import_warn(f->im, "what can't be read as a certificate: left out");
		return;
	}
	tw_set_add(&f->seen[place], c.sha256, &fresh);
	if (!fresh) /* links by hash beside links by name, as in /etc/ssl/certs */
		return;
	uint32_t purposes = place == ANCHORS ? TW_TRUST_ALL : 0, limited = tw_set_find(&f->constraints.set, c.sha256);
	if (place == ANCHORS && limited != TW_NONE)
		purposes = f->constraints.purposes[limited];
	struct tw_snapshot_row *e = tw_snapshot_add_cert(f->im->out, place == BLOCKED ? TW_ROW_BLOCK : purposes ? TW_ROW_ANCHOR :
		TW_ROW_LISTED, f->im->certs, tw_certs_add(f->im->certs, der));
	e->purposes = purposes;
	e->label = label_of(f, file);
}

static uint32_t read_pem(struct folder *f, const char *file, enum place place)
{
	struct tw_buf der = { 0 };
	size_t pos = 0, at = 0;
	const char *why = "";
	uint32_t n = 0;
	int got;

	f->im->lines = true;
	for (; (got = tw_pem_next(f->im->bytes, &pos, &der, &at, &why)) != 0; n++, der.n = 0) {
		f->im->at = tw_import_line(f->im, f->im->bytes.p + at);
		if (got < 0)
			tw_import_warn(f->im, "%s", why);
		else
			put(f, file, place, tw_buf_slice(&der));
	}
	tw_buf_free(&der);
	return n;
}

static uint32_t read_der(struct folder *f, const char *file, enum place place)
{
	struct tw_der d = { .s = f->im->bytes };
	struct tw_tlv t;
	uint32_t n = 0;

	if (!d.s.n || d.s.p[0] != 0x30)
		return 0;
	f->im->lines = false;
	for (;; n++) {
		f->im->at = (uint64_t)(d.s.p - f->im->bytes.p);
		int got = d.s.n ? tw_der_next(&d, &t) : 0;
		if (got == 0)
			return n;
		if (got < 0 || t.tag != 0x30) {
			tw_import_warn(f->im, "no whole DER SEQUENCE: left out, with what follows");
			return n + 1;
		}
		put(f, file, place, t.all);
	}
}

static void read_bytes(struct folder *f, const char *file)
{
	enum place place = f->apple ? place_above(f, file) : ANCHORS;
	const char *base = base_of(file);

	if (place >= PASSED_OVER)
		return;
	uint32_t n = read_pem(f, file, place);
	n = n ? n : read_der(f, file, place);
	f->files += n > 0;
	f->android += n > 0 && is_hash_name(base) && memmem(f->im->bytes.p, f->im->bytes.n, "Certificate:\n", 13);
	f->im->at = TW_NOWHERE;
	if (!n && is_certificate_name(base))
		tw_import_warn(f->im, "no certificate in it");
}

/* With the file in the place of the folder, so that warnings name it. */
static void read_file(struct folder *f, const char *file, void (*read)(struct folder *f, const char *file))
{
	struct tw_buf b = { 0 };

	f->im->path = file;
	f->im->mark.p = NULL;
	if (tw_input_whole(file, TW_MAX_BUNDLE, "certificate", &b) < 0) {
		f->im->warnings++; /* it has told why */
	} else {
		f->im->bytes = tw_buf_slice(&b);
		read(f, file);
	}
	f->im->path = f->path;
	f->im->bytes = (struct tw_slice){ 0 };
	tw_buf_free(&b);
}

static void read_constraints(struct folder *f, const char *file)
{
	(void)file;
	tw_apple_read(&f->constraints, f->im, f->im->bytes);
}

/* A folder named roots says whose it is; it may be anywhere below. */
static bool has_roots(const struct folder *f, char *const *files, int n)
{
	for (int i = 0; i < n; i++)
		if (strstr(files[i] + strlen(f->path), "/roots/"))
			return true;
	return false;
}

static bool mine(const struct tw_import *im)
{
	return im->folder;
}

static int read_dir(struct tw_import *im)
{
	struct folder f = { .im = im, .path = im->path };
	char **files;

	if (!im->folder) {
		tw_error("%s: not a folder", im->path);
		return -1;
	}
	int n = tw_files(im->path, &files);
	if (n < 0)
		return -1;
	f.apple = has_roots(&f, files, n);
	for (int i = 0; i < n && f.apple; i++)
		if (!strcmp(base_of(files[i]), "constraints.json") && place_above(&f, files[i]) != PASSED_OVER)
			read_file(&f, files[i], read_constraints);
	for (int i = 0; i < n; i++)
		read_file(&f, files[i], read_bytes);
	tw_files_free(files, n);
	for (uint32_t i = 0; i < im->out->n && f.files && f.android == f.files; i++)
		im->out->v[i].expiry = false;
	for (int i = 0; i < PLACES; i++)
		tw_set_free(&f.seen[i]);
	tw_apple_free(&f.constraints);
	im->at = TW_NOWHERE;
	if (im->out->n)
		return 0;
	tw_error("%s: no certificate in it", im->path);
	return -1;
}

const struct tw_importer tw_import_dir = { .name = "dir",
	.help = "a folder of PEM and DER files, as Android, Debian and Apple have",
	.lines = true, .mine = mine, .read = read_dir };
