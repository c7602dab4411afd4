/* Sets of certificates in PEM. */
#include "trust/pool.h"
#include "base/input.h"
#include "base/output.h"
#include "trust/store.h"

#include <errno.h>
#include <nettle/sha1.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void tw_pool_sha1(struct tw_slice der, uint8_t out[TW_SHA256])
{
	struct sha1_ctx ctx;

	memset(out, 0, TW_SHA256);
	sha1_init(&ctx);
	sha1_update(&ctx, der.n, der.p);
	sha1_digest(&ctx, TW_SHA1, out);
}

static void index_from(struct tw_pool *p, uint32_t from)
{
	for (uint32_t i = from; i < p->certs.n; i++) {
		uint8_t key[TW_SHA256];
		bool fresh;
		tw_pool_sha1(p->certs.v[i].der, key);
		uint32_t k = tw_set_add(&p->sha1, key, &fresh);
		if (!fresh)
			continue;
		if ((k & (k - 1)) == 0) /* grows at powers of two */
			p->first = tw_realloc(p->first, k ? 2 * (size_t)k : 1, sizeof *p->first);
		p->first[k] = i;
	}
}

int tw_pool_open(struct tw_pool *p, const char *path)
{
	char **files;
	uint32_t from = p->certs.n, *list = NULL, count = 0;
	int n = tw_files(path, &files), err = n < 0;

	for (int i = 0; i < n && !err; i++)
		err = tw_certs_load(&p->certs, files[i], &list, &count) < 0;
	free(list);
	if (n >= 0)
		tw_files_free(files, n);
	index_from(p, from);
	return err ? -1 : 0;
}

void tw_pool_free(struct tw_pool *p)
{
	tw_certs_close(&p->certs);
	tw_set_free(&p->sha1);
	free(p->first);
	memset(p, 0, sizeof *p);
}

uint32_t tw_pool_find(const struct tw_pool *p, const uint8_t sha256[TW_SHA256])
{
	return tw_certs_find(&p->certs, sha256);
}

uint32_t tw_pool_find_sha1(const struct tw_pool *p, const uint8_t sha1[TW_SHA1])
{
	uint8_t key[TW_SHA256] = { 0 };

	memcpy(key, sha1, TW_SHA1);
	uint32_t k = tw_set_find(&p->sha1, key);
	return k == TW_NONE ? TW_NONE : p->first[k];
}

/* ---- writing ---- */
static int by_digest(const void *x, const void *y, void *self)
{
	const struct tw_certs *c = self;

	return memcmp(c->v[*(const uint32_t *)x].sha256, c->v[*(const uint32_t *)y].sha256, TW_SHA256);
}

/* A name may hold any byte: what would end the line, or begin a block, is "?". */
static void put_name(struct tw_buf *b, const struct tw_cert *c)
{
	size_t from = b->n;

	if (c->readable)
		(void)tw_name_text(b, c->subject);
	for (size_t i = from; i < b->n; i++)
		if (b->p[i] < ' ' || b->p[i] == 0x7f || (b->p[i] == '-' && i > from && b->p[i - 1] == '-'))
			b->p[i] = '?';
}

void tw_pool_block(struct tw_buf *b, const struct tw_cert *c)
{
	struct tw_buf text = { 0 };

	tw_buf_adds(b, "# ");
	tw_buf_addhex(b, c->sha256, TW_SHA256);
	tw_buf_addc(b, ' ');
	put_name(b, c);
	tw_buf_adds(b, "\n-----BEGIN CERTIFICATE-----\n");
	tw_buf_addbase64(&text, c->der);
	for (size_t i = 0; i < text.n; i += 64) {
		tw_buf_add(b, text.p + i, text.n - i < 64 ? text.n - i : 64);
		tw_buf_addc(b, '\n');
	}
	tw_buf_adds(b, "-----END CERTIFICATE-----\n");
	tw_buf_free(&text);
}

static int write_all(const char *path, struct tw_certs *all)
{
	uint32_t *order = tw_realloc(NULL, (size_t)all->n + 1, sizeof *order);
	struct tw_output out;
	struct tw_buf b = { 0 };

	for (uint32_t i = 0; i < all->n; i++)
		order[i] = i;
	qsort_r(order, all->n, sizeof *order, by_digest, all);
	for (uint32_t i = 0; i < all->n; i++)
		tw_pool_block(&b, &all->v[order[i]]);
	int err = tw_output_open(&out, path);
	if (err == 0) {
		err = tw_output_put(&out, &b);
		err = tw_output_close(&out, err == 0);
	}
	free(order);
	tw_buf_free(&b);
	return err;
}

int tw_pool_add(const char *path, const struct tw_certs *certs, const bool *add)
{
	struct tw_pool p = { 0 };
	int err = 0;

	if (access(path, F_OK) == 0) {
		err = tw_pool_open(&p, path);
	} else if (errno != ENOENT) {
		tw_error("%s: %s", path, strerror(errno));
		err = -1;
	}
	uint32_t before = p.certs.n;
	for (uint32_t i = 0; i < certs->n && err == 0; i++)
		if (!add || add[i])
			tw_certs_add(&p.certs, certs->v[i].der);
	if (err == 0 && p.certs.n != before)
		err = write_all(path, &p.certs);
	tw_pool_free(&p);
	return err;
}
