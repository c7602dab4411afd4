/* What --store names: [NAME=]SPEC. */
#include "trust/spec.h"
#include "base/bounds.h"
#include "base/input.h"
#include "trust/import.h"
#include "trust/series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Debian's ca-certificates: the bundle, and the folder it is made from. */
#ifndef TW_MOZILLA_BUNDLE
#define TW_MOZILLA_BUNDLE "/etc/ssl/certs/ca-certificates.crt"
#endif
#ifndef TW_MOZILLA_FOLDER
#define TW_MOZILLA_FOLDER "/usr/share/ca-certificates/mozilla"
#endif

static bool name_char(char c)
{
	return tw_store_name((struct tw_slice){ (const uint8_t *)&c, 1 });
}

/* [NAME=] in front, else from the path. */
static int take_name(struct tw_store *s, const char *spec)
{
	const char *eq = strchr(spec, '=');
	size_t k = 0;

	while (name_char(spec[k]))
		k++;
	if (eq && spec + k == eq && k) {
		s->name = tw_strdup(spec);
		s->name[k] = 0;
		s->spec = tw_strdup(eq + 1);
	} else if (eq && !memchr(spec, '/', (size_t)(eq - spec))) {
		tw_error("--store %s: a store's name is made of a-z, 0-9, _ and -", spec);
		return -1;
	} else {
		size_t end = strlen(spec);
		while (end > 1 && spec[end - 1] == '/')
			end--;
		size_t begin = end;
		while (begin > 0 && spec[begin - 1] != '/')
			begin--;
		s->spec = tw_strdup(spec);
		s->name = tw_strdup(spec + begin);
		s->name[end - begin] = 0;
		char *dot = strrchr(s->name, '.');
		if (dot && dot > s->name)
			*dot = 0;
		for (char *p = s->name; *p; p++) {
			*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
			*p = name_char(*p) ? *p : '-';
		}
	}
	if (*s->spec && *s->name)
		return 0;
	tw_error("--store %s: [NAME=]SPEC is wanted", spec);
	return -1;
}

/* ---- series ---- */
static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}


/* The first snapshot is younger than what was asked for. */
static int too_old(const struct tw_store *s, const struct tw_dated *first)
{
	tw_error("store %s: its first snapshot is of %s; --store-nearest takes it for all times before", s->spec, first->date);
	return -1;
}

/* d: the store's snapshots, one at least; at: the date asked for, or NULL. */
static int open_series(struct tw_store *s, struct tw_certs *certs, const struct tw_dated *d, uint32_t n, const char *pool,
	const int64_t *at)
{
	if (at && *at < d[0].since - TW_STORE_GRACE && !s->nearest)
		return too_old(s, d);
	while (at && n > 1 && d[n - 1].since > *at)
		n--;
	s->fixed = at != NULL;
	return tw_series_open(s, certs, at ? d + n - 1 : d, at ? 1 : n, pool);
}

/* 0: it is one, and open; 1: it is none; -1 after tw_error. */
static int try_folder(struct tw_store *s, struct tw_certs *certs, const char *path, const int64_t *at)
{
	struct tw_rootstores r = { 0 };

	if (!is_folder(path))
		return 1;
	if (tw_rootstores_one(&r, path) < 0)
		return -1;
	int err = r.n ? open_series(s, certs, r.v, r.n, r.pool, at) : 1;
	tw_rootstores_free(&r);
	return err;
}

/* The same of the installed ones. */
static int try_installed(struct tw_store *s, struct tw_certs *certs, const char *name, const int64_t *at)
{
	struct tw_rootstores r = { 0 };
	struct tw_buf b = { 0 };
	uint32_t n;
	int err = 1;
	char *folder = tw_rootstores_look();

	tw_buf_addf(&b, "%s/%s", folder ? folder : "", name);
	tw_buf_addc(&b, 0);
	if (folder && tw_store_name(tw_str(name)) && is_folder((char *)b.p)) {
		err = tw_rootstores_open(&r, folder);
		const struct tw_dated *d = err ? NULL : tw_rootstores_of(&r, name, &n);
		if (!err)
			err = d ? open_series(s, certs, d, n, r.pool, at) : 1;
		tw_rootstores_free(&r);
	}
	tw_buf_free(&b);
	free(folder);
	return err;
}

/* ---- files ---- */
/* A vendor's file or folder by its importer. */
static int import(struct tw_store *s, struct tw_certs *certs, struct tw_import *im, const struct tw_importer *as)
{
	struct tw_snapshot snapshot = { 0 };
	struct tw_series m;

	im->out = &snapshot;
	im->certs = certs;
	im->quiet = true;
	tw_series_begin(&m, s, certs);
	int err = tw_import_bytes(im, as);
	if (err == 0)
		err = tw_series_add(&m, &snapshot, certs, im->path, NULL);
	tw_series_end(&m);
	tw_snapshot_free(&snapshot);
	if (err == 0 && !s->n) {
		tw_error("store %s: no anchor in it", im->path);
		err = -1;
	}
	if (err == 0 && im->warnings)
		tw_note("store %s: %llu things wrong in it are left out: tw-stores import says what", im->path,
			(unsigned long long)im->warnings);
	return err;
}

/* A snapshot's CSV, what an importer knows, else certificates. */
static int open_path(struct tw_store *s, struct tw_certs *certs, const char *path)
{
	struct tw_buf b = { 0 };
	struct tw_import im = { .path = path, .date = TW_TIME_MAX };
	int err = 0;

	im.folder = is_folder(path);
	if (!im.folder)
		err = tw_input_whole(path, TW_MAX_BUNDLE, "root store", &b);
	im.bytes = tw_buf_slice(&b);
	if (err == 0 && !im.folder && tw_snapshot_is(im.bytes)) {
		err = tw_series_file(s, certs, im.bytes, path);
	} else if (err == 0) {
		const struct tw_importer *as = tw_import_recognise(&im);
		/* A bundle says nothing but what is in it, and must be whole. */
		if (as && strcmp(as->name, "pem") != 0)
			err = import(s, certs, &im, as);
		else
			err = tw_store_plain(s, certs, path, im.folder ? NULL : &im.bytes);
	}
	tw_buf_free(&b);
	return err;
}

static int open_host(struct tw_store *s, struct tw_certs *certs)
{
	struct stat st;
	const char *path = stat(TW_MOZILLA_BUNDLE, &st) == 0 ? TW_MOZILLA_BUNDLE : TW_MOZILLA_FOLDER;

	if (stat(path, &st) == 0)
		return open_path(s, certs, path);
	tw_error("store mozilla: no snapshots of it, and neither %s nor %s is there: apt-get install ca-certificates",
		TW_MOZILLA_BUNDLE, TW_MOZILLA_FOLDER);
	return -1;
}

/* SPEC@DATE: cuts it apart. False where it is none. */
static bool dated(char *spec, int64_t *at)
{
	char *sign = strrchr(spec, '@');

	if (!sign || sign == spec || !tw_time_parse(tw_str(sign + 1), at))
		return false;
	*sign = 0;
	return true;
}

static int open_spec(struct tw_store *s, struct tw_certs *certs)
{
	struct stat st;
	int64_t at;
	int err = try_installed(s, certs, s->spec, NULL);

	if (err == 1 && !strcmp(s->spec, "mozilla"))
		return open_host(s, certs);
	if (err == 1 && stat(s->spec, &st) == 0) {
		err = try_folder(s, certs, s->spec, NULL);
		return err == 1 ? open_path(s, certs, s->spec) : err;
	}
	if (err != 1)
		return err;
	int missing = errno;
	char *base = tw_strdup(s->spec);
	if (dated(base, &at)) {
		err = try_installed(s, certs, base, &at);
		err = err == 1 ? try_folder(s, certs, base, &at) : err;
	}
	if (err == 1)
		tw_error("store %s: %s", s->spec,
			strchr(s->spec, '@') ? "no snapshots of that name: tw-stores list tells them" : strerror(missing));
	free(base);
	return err ? -1 : 0;
}

int tw_store_open(struct tw_store *s, struct tw_certs *certs, const char *spec, bool nearest)
{
	memset(s, 0, sizeof *s);
	s->nearest = nearest;
	return take_name(s, spec) < 0 ? -1 : open_spec(s, certs);
}
