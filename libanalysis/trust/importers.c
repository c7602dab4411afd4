/* The table of importers, and what is done for each of them. */
#include "trust/importers.h"
#include "base/bounds.h"
#include "base/input.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistr.h>

/* A new one is its file and its line here. Asked in this order: what any text
 * may hold comes last. */
const struct tw_importer *const tw_importers[] = {
	&tw_import_snapshot,
	&tw_import_ccadb,
	&tw_import_certdata,
	&tw_import_authroot,
	&tw_import_jks,
	&tw_import_pkcs12,
	&tw_import_java_blocked,
	&tw_import_chrome,
	&tw_import_observatory,
	&tw_import_pem,
	&tw_import_dir,
	NULL
};

const struct tw_importer *tw_importer_find(const char *name)
{
	for (const struct tw_importer *const *i = tw_importers; *i; i++)
		if (!strcmp((*i)->name, name))
			return *i;
	return NULL;
}

void tw_import_warn(struct tw_import *im, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	im->warnings++;
	if (im->quiet)
		return;
	if (im->at == TW_NOWHERE)
		tw_error("%s: %s", im->path, text);
	else
		tw_error("%s: %s %llu: %s", im->path, im->lines ? "line" : "byte", (unsigned long long)im->at, text);
}

uint64_t tw_import_line(struct tw_import *im, const uint8_t *p)
{
	const uint8_t *q = im->mark.p;

	if (!q || p < q) {
		q = im->bytes.p;
		im->mark.line = 1;
	}
	while (q < p) {
		const uint8_t *lf = memchr(q, '\n', (size_t)(p - q));
		im->mark.line += lf != NULL;
		q = lf ? lf + 1 : p;
	}
	im->mark.p = p;
	return im->mark.line;
}

uint32_t tw_import_text(struct tw_import *im, struct tw_slice words)
{
	struct tw_buf b = { 0 };

	while (words.n) {
		int n = u8_mblen(words.p, words.n);
		if (n > 0) {
			tw_buf_add(&b, words.p, (size_t)n);
		} else if (words.p[0]) {
			tw_buf_addc(&b, (char)(0xc0 | words.p[0] >> 6));
			tw_buf_addc(&b, (char)(0x80 | (words.p[0] & 0x3f)));
		}
		words.p += n > 0 ? n : 1;
		words.n -= n > 0 ? (size_t)n : 1;
	}
	uint32_t at = tw_snapshot_text(im->out, tw_buf_slice(&b));
	tw_buf_free(&b);
	return at;
}

struct tw_snapshot_row *tw_import_named(struct tw_import *im, enum tw_snapshot_kind kind, bool sha1, const uint8_t *digest)
{
	uint32_t cert = sha1 ? TW_NONE : tw_certs_find(im->certs, digest);

	if (cert == TW_NONE && im->pool) {
		uint32_t i = sha1 ? tw_pool_find_sha1(im->pool, digest) : tw_pool_find(im->pool, digest);
		if (i != TW_NONE)
			cert = tw_certs_add(im->certs, im->pool->certs.v[i].der);
	}
	if (cert != TW_NONE)
		return tw_snapshot_add_cert(im->out, kind, im->certs, cert);
	if (sha1)
		return NULL;
	struct tw_snapshot_row *e = tw_snapshot_add(im->out, kind);
	e->by_cert = true;
	memcpy(e->sha256, digest, TW_SHA256);
	return e;
}

const struct tw_importer *tw_import_recognise(const struct tw_import *im)
{
	for (const struct tw_importer *const *i = tw_importers; *i; i++)
		if ((*i)->mine(im))
			return *i;
	return NULL;
}

static void look_at_row(struct tw_import *im, const struct tw_snapshot_row *e)
{
	char hex[2 * 8 + 1];
	const struct tw_cert *c = e->cert == TW_NONE ? NULL : &im->certs->v[e->cert];

	for (int i = 0; i < 8; i++)
		snprintf(hex + 2 * i, 3, "%02x", e->sha256[i]);
	im->at = e->at ? e->at : TW_NOWHERE;
	if (!c && e->kind == TW_ROW_ANCHOR)
		tw_import_warn(im, "certificate %s...: named, but not at hand: --certs takes a folder or file that has it", hex);
	else if (c && !c->readable && e->kind != TW_ROW_BLOCK)
		tw_import_warn(im, "certificate %s...: can't be read as one", hex);
	else if (c && e->kind == TW_ROW_ANCHOR && im->date != TW_TIME_MAX && c->readable && c->not_after < im->date)
		tw_import_warn(im, "certificate %s...: an anchor that had expired on the snapshot's date", hex);
}

/* A row may have been named before the certificate came, in another record. */
static void join_late(struct tw_import *im)
{
	for (uint32_t i = 0; i < im->out->n; i++) {
		struct tw_snapshot_row *e = &im->out->v[i];
		if (e->by_cert && e->cert == TW_NONE)
			e->cert = tw_certs_find(im->certs, e->sha256);
	}
}

static void look_at_all(struct tw_import *im)
{
	struct tw_snapshot *s = im->out;
	join_late(im);
	uint32_t repeats = tw_snapshot_sort(s);

	im->at = TW_NOWHERE;
	if (repeats)
		tw_import_warn(im, "%u rows said again what another said: each counts once", repeats);
	for (uint32_t i = 0; i < s->n; i++)
		look_at_row(im, &s->v[i]);
	im->at = TW_NOWHERE;
	for (uint32_t i = 1; i < s->n; i++)
		if (s->v[i].kind == TW_ROW_ANCHOR && s->v[i - 1].kind == TW_ROW_ANCHOR &&
		    !memcmp(s->v[i].sha256, s->v[i - 1].sha256, TW_SHA256))
			tw_import_warn(im, "certificate %02x%02x%02x%02x...: an anchor twice, with different trust: each is an alternative",
				s->v[i].sha256[0], s->v[i].sha256[1], s->v[i].sha256[2], s->v[i].sha256[3]);
}

static int open_bytes(struct tw_import *im, struct tw_buf *b)
{
	struct stat st;

	if (strcmp(im->path, "-") != 0 && stat(im->path, &st) != 0) {
		tw_error("%s: %s", im->path, strerror(errno));
		return -1;
	}
	im->folder = strcmp(im->path, "-") != 0 && S_ISDIR(st.st_mode);
	if (!im->folder && tw_input_whole(im->path, TW_MAX_BUNDLE, "root store", b) < 0)
		return -1;
	im->bytes = tw_buf_slice(b);
	return 0;
}

int tw_import_bytes(struct tw_import *im, const struct tw_importer *as)
{
	im->warnings = 0;
	im->mark.p = NULL;
	im->at = TW_NOWHERE;
	if (!as && !(as = tw_import_recognise(im))) {
		tw_error("%s: not a root store of a known kind: tw-stores import --list names them", im->path);
		return -1;
	}
	im->kind = as;
	im->lines = as->lines;
	if (as->read(im) < 0)
		return -1;
	look_at_all(im);
	return 0;
}

int tw_import(struct tw_import *im, const struct tw_importer *as)
{
	struct tw_buf b = { 0 };
	int err = open_bytes(im, &b);

	if (err == 0)
		err = tw_import_bytes(im, as);
	im->bytes = (struct tw_slice){ 0 };
	tw_buf_free(&b);
	return err;
}
