/* Root stores of certificates alone, from PEM, DER and folders; and what all
 * stores are asked. */
#include "base/bounds.h"
#include "base/input.h"
#include "trust/spec.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

int tw_certs_take(struct tw_certs *certs, struct tw_slice bytes, const char *path, uint32_t **list, uint32_t *n)
{
	struct tw_der d = { bytes, false };
	struct tw_tlv t;
	int got, count = 0;

	if (!bytes.n || bytes.p[0] != 0x30)
		return load_pem(certs, path, bytes, list, n);
	while ((got = tw_der_next(&d, &t)) == 1 && t.tag == 0x30) {
		push(list, n, tw_certs_add(certs, t.all));
		count++;
	}
	if (got == 0 && count)
		return count;
	tw_error("%s: neither PEM nor a sequence of DER certificates", path);
	return -1;
}

int tw_certs_load(struct tw_certs *certs, const char *path, uint32_t **list, uint32_t *n)
{
	struct tw_buf b = { 0, 0, 0 };
	int count = tw_input_whole(path, TW_MAX_BUNDLE, "set of certificates", &b);

	if (count == 0)
		count = tw_certs_take(certs, tw_buf_slice(&b), path, list, n);
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

int tw_store_plain(struct tw_store *s, struct tw_certs *certs, const char *path, const struct tw_slice *bytes)
{
	uint32_t *v = NULL, n = 0;
	int got = bytes ? tw_certs_take(certs, *bytes, path, &v, &n) : load_folder(certs, path, &v, &n);

	if (got >= 0 && !n) {
		tw_error("store %s: no certificate in it", path);
		got = -1;
	}
	if (got >= 0)
		take_rows(s, v, n);
	free(v);
	return got < 0 ? -1 : 0;
}

int64_t tw_store_begin(const struct tw_store *s)
{
	return !s->nday || s->fixed || s->nearest ? TW_TIME_MIN : s->day[0].since - TW_STORE_GRACE;
}

bool tw_store_speaks(const struct tw_store *s, int64_t t)
{
	return t >= tw_store_begin(s);
}

uint32_t tw_store_day_at(const struct tw_store *s, int64_t t)
{
	uint32_t lo = 0, hi = s->nday;

	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (s->day[mid].since <= t)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

void tw_block_serial(const uint8_t issuer[TW_SHA256], struct tw_slice serial, uint8_t out[TW_SHA256])
{
	struct tw_buf b = { 0 };

	tw_buf_add(&b, issuer, TW_SHA256);
	tw_buf_addslice(&b, serial);
	tw_sha256(tw_buf_slice(&b), out);
	tw_buf_free(&b);
}

void tw_store_free(struct tw_store *s)
{
	free(s->name);
	free(s->spec);
	free(s->anchor);
	free(s->block);
	free(s->day);
	for (uint32_t i = 0; i < s->nconstraints; i++)
		tw_alternatives_free(s->constraints[i]);
	free(s->constraints);
	memset(s, 0, sizeof *s);
}
