/* Root stores from PEM, DER, folders, and the host's Mozilla package. */
#include "trust/store.h"
#include "base/bounds.h"
#include "base/input.h"

#include <dirent.h>
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

static void push(uint32_t **list, uint32_t *n, uint32_t v)
{
	if ((*n & (*n - 1)) == 0) /* grows at powers of two */
		*list = tw_realloc(*list, *n ? (size_t)*n * 2 : 1, sizeof **list);
	(*list)[(*n)++] = v;
}

static int load_pem(struct tw_certs *certs, const char *path, struct tw_slice text, uint32_t **list, uint32_t *n)
{
	struct tw_buf der = { 0, 0, 0 };
	size_t pos = 0, at = 0;
	const char *why = "";
	int got, count = 0;

	while ((got = tw_pem_next(text, &pos, &der, &at, &why)) != 0) {
		if (got < 0) {
			tw_error("%s: block at byte %zu: %s", path, at, why);
			tw_buf_free(&der);
			return -1;
		}
		push(list, n, tw_certs_add(certs, tw_buf_slice(&der)));
		der.n = 0;
		count++;
	}
	tw_buf_free(&der);
	return count;
}

int tw_certs_load(struct tw_certs *certs, const char *path, uint32_t **list, uint32_t *n)
{
	struct tw_buf b = { 0, 0, 0 };
	int count = 0;

	if (tw_input_whole(path, TW_MAX_BUNDLE, "set of certificates", &b) < 0) {
		tw_buf_free(&b);
		return -1;
	}
	if (b.n && b.p[0] == 0x30) {
		struct tw_der d = { tw_buf_slice(&b), false };
		struct tw_tlv t;
		int got;
		while ((got = tw_der_next(&d, &t)) == 1 && t.tag == 0x30) {
			push(list, n, tw_certs_add(certs, t.all));
			count++;
		}
		if (got != 0 || !count) {
			tw_error("%s: neither PEM nor a sequence of DER certificates", path);
			count = -1;
		}
	} else {
		count = load_pem(certs, path, tw_buf_slice(&b), list, n);
	}
	tw_buf_free(&b);
	return count;
}

static int no_dots(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* All regular files of a folder. One without certificates may lie about (a
 * README, a CRL); a folder without any may not. */
static int load_folder(struct tw_certs *certs, const char *path, uint32_t **list, uint32_t *n)
{
	struct dirent **e = NULL;
	int count = scandir(path, &e, no_dots, alphasort), err = 0;

	if (count < 0) {
		tw_error("%s: %s", path, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		struct tw_buf name = { 0, 0, 0 };
		struct stat st;
		tw_buf_addf(&name, "%s/%s", path, e[i]->d_name);
		tw_buf_addc(&name, 0);
		if (!err && stat((char *)name.p, &st) == 0 && S_ISREG(st.st_mode))
			err = tw_certs_load(certs, (char *)name.p, list, n) < 0;
		tw_buf_free(&name);
		free(e[i]);
	}
	free(e);
	return err ? -1 : 0;
}

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
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

static int by_index(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

struct tw_anchor tw_anchor_plain(uint32_t cert)
{
	return (struct tw_anchor){ .cert = cert, .purposes = TW_TRUST_ALL, .distrust_after = TW_TIME_MAX, .expiry = true,
		.held = { TW_TIME_MIN, TW_TIME_MAX } };
}

/* Certificates without a vendor's word: plain rows, each once. */
static void take_rows(struct tw_store *s, uint32_t *v, uint32_t n)
{
	s->anchor = tw_realloc(NULL, n, sizeof *s->anchor);
	s->cap = n;
	qsort(v, n, sizeof *v, by_index);
	for (uint32_t i = 0; i < n; i++)
		if (!i || v[i] != v[i - 1])
			s->anchor[s->n++] = tw_anchor_plain(v[i]);
}

int tw_store_open(struct tw_store *s, struct tw_certs *certs, const char *spec)
{
	struct stat st;

	memset(s, 0, sizeof *s);
	if (take_name(s, spec) < 0)
		return -1;
	const char *path = s->spec;
	if (!strcmp(path, "mozilla")) {
		path = stat(TW_MOZILLA_BUNDLE, &st) == 0 ? TW_MOZILLA_BUNDLE : TW_MOZILLA_FOLDER;
		if (stat(path, &st) != 0) {
			tw_error("store mozilla: neither %s nor %s is there: apt-get install ca-certificates",
				TW_MOZILLA_BUNDLE, TW_MOZILLA_FOLDER);
			return -1;
		}
	} else if (stat(path, &st) != 0) {
		tw_error("store %s: %s", path, strerror(errno));
		return -1;
	}
	uint32_t *v = NULL, n = 0;
	int got = S_ISDIR(st.st_mode) ? load_folder(certs, path, &v, &n) : tw_certs_load(certs, path, &v, &n);
	if (got >= 0 && !n) {
		tw_error("store %s: no certificate in it", path);
		got = -1;
	}
	if (got >= 0)
		take_rows(s, v, n);
	free(v);
	return got < 0 ? -1 : 0;
}

void tw_store_free(struct tw_store *s)
{
	free(s->name);
	free(s->spec);
	free(s->anchor);
	free(s->block);
	memset(s, 0, sizeof *s);
}
