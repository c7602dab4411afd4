/* certs.c: certs.der, a sequence of DER elements: SEQUENCE is a certificate,
 * OCTET STRING holds what a server sent as one and is no whole SEQUENCE. */
#include "base/bounds.h"
#include "base/input.h"
#include "cert/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_whole(struct tw_slice s)
{
	struct tw_slice body;
	return tw_der_only(s, TW_SEQUENCE, &body);
}

/* Adds what is new. The index in v is the ordinal in set. */
static uint32_t add(struct tw_certs *c, struct tw_slice der, bool copy, bool blob)
{
	uint8_t hash[TW_SHA256];
	bool fresh;
	tw_sha256(der, hash);
	uint32_t i = tw_set_add(&c->set, hash, &fresh);
	if (!fresh)
		return i;
	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap + c->cap / 2 : 64;
		c->v = tw_realloc(c->v, c->cap, sizeof *c->v);
	}
	if (copy && der.n) {
		uint8_t *own = tw_alloc(der.n);
		memcpy(own, der.p, der.n);
		der.p = own;
	}
	tw_cert_read_hashed(&c->v[c->n++], der, hash);
	c->v[i].is_blob = blob;
	return i;
}

uint32_t tw_certs_add(struct tw_certs *c, struct tw_slice der)
{
	return add(c, der, true, !is_whole(der));
}

uint32_t tw_certs_find(const struct tw_certs *c, const uint8_t sha256[TW_SHA256])
{
	return tw_set_find(&c->set, sha256);
}

typedef int (*visit)(void *arg, struct tw_slice all, struct tw_slice der, bool blob);

static int walk(struct tw_slice all, const char *path, visit one, void *arg)
{
	struct tw_der d = tw_der_in(all);
	struct tw_tlv t;
	for (;;) {
		size_t at = all.n - d.s.n;
		int r = tw_der_next(&d, &t);
		if (r == 0)
			return 0;
		if (r < 0 || (t.tag != TW_SEQUENCE && t.tag != TW_OCTET_STRING)) {
			tw_error("%s: offset %zu: %s", path, at,
					r < 0 ? "no whole DER element" : "neither SEQUENCE nor OCTET STRING");
			return -1;
		}
		bool blob = t.tag == TW_OCTET_STRING;
		if (one(arg, t.all, blob ? t.body : t.all, blob))
			return -1;
	}
}

/* What cannot be mapped as it is: a pipe, a compressed file. */
static int slurp(struct tw_buf *own, const char *path)
{
	struct tw_input *in = tw_input_open(path);
	ssize_t got;
	if (!in)
		return -1;
	while ((got = tw_input_read(in, tw_buf_room(own, 1u << 20), 1u << 20)) > 0)
		own->n += (size_t)got;
	if (got < 0)
		tw_error("%s: %s", path, tw_input_why(in));
	tw_input_close(in);
	return got < 0 ? -1 : 0;
}

/* Maps a regular file that begins like certs.der. 1 mapped, 0 not, -1 failed. */
static int map_file(struct tw_certs *c, const char *path)
{
	struct stat st;
	uint8_t first;
	int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;
	if (fd < 0) {
		tw_error("%s: %s", path, strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && pread(fd, &first, 1, 0) == 1 &&
			(first == TW_SEQUENCE || first == TW_OCTET_STRING)) {
		void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map == MAP_FAILED) {
			tw_error("%s: %s", path, strerror(errno));
			r = -1;
		} else {
			c->map = map;
			c->map_len = (size_t)st.st_size;
			r = 1;
		}
	}
	close(fd); /* opened for reading: nothing is lost */
	return r;
}

static int open_bytes(struct tw_certs *c, const char *path, struct tw_slice *all)
{
	memset(c, 0, sizeof *c);
	int r = strcmp(path, "-") == 0 ? 0 : map_file(c, path);
	if (r == 0)
		r = slurp(&c->own, path);
	*all = c->map ? (struct tw_slice){ c->map, c->map_len } : tw_buf_slice(&c->own);
	return r < 0 ? -1 : 0;
}

static int keep(void *arg, struct tw_slice all, struct tw_slice der, bool blob)
{
	(void)all;
	add(arg, der, false, blob);
	return 0;
}

int tw_certs_open(struct tw_certs *c, const char *path)
{
	struct tw_slice all;
	int r = open_bytes(c, path, &all);
	if (r == 0)
		r = walk(all, path, keep, c);
	if (r)
		tw_certs_close(c);
	return r;
}

int tw_certs_some(struct tw_buf *b, uint64_t *before, bool eof, const char *path, visit one, void *arg)
{
	struct tw_der d = tw_der_in(tw_buf_slice(b));
	struct tw_tlv t;
	int r = 0;
	for (;;) {
		uint64_t at = *before + (b->n - d.s.n);
		bool odd = d.s.n && d.s.p[0] != TW_SEQUENCE && d.s.p[0] != TW_OCTET_STRING;
		int got = odd ? -1 : tw_der_next(&d, &t);
		if (got == 0 || (got < 0 && !odd && !eof && d.s.n < TW_MAX_RECORD))
			break;
		if (got < 0) {
			tw_error("%s: offset %llu: %s", path, (unsigned long long)at,
					odd ? "neither SEQUENCE nor OCTET STRING" : "no whole DER element");
			r = -1;
			break;
		}
		bool blob = t.tag == TW_OCTET_STRING;
		if (one(arg, t.all, blob ? t.body : t.all, blob)) {
			r = -1;
			break;
		}
	}
	*before += b->n - d.s.n;
	if (d.s.n && d.s.p != b->p)
		memmove(b->p, d.s.p, d.s.n);
	b->n = d.s.n;
	return r;
}

/* What cannot be mapped passes through a buffer of some megabytes. */
static int stream(const char *path, visit one, void *arg)
{
	struct tw_input *in = tw_input_open(path);
	struct tw_buf b = { 0 };
	uint64_t before = 0;
	ssize_t got = 1;
	int r = in ? 0 : -1;
	while (r == 0 && got > 0) {
		got = tw_input_read(in, tw_buf_room(&b, 1u << 20), 1u << 20);
		if (got < 0) {
			tw_error("%s: %s", path, tw_input_why(in));
			r = -1;
		} else {
			b.n += (size_t)got;
			r = tw_certs_some(&b, &before, got == 0, path, one, arg);
		}
	}
	if (in)
		tw_input_close(in);
	tw_buf_free(&b);
	return r;
}

int tw_certs_each(const char *path, visit one, void *arg)
{
	struct tw_certs c = { .n = 0 };
	int r = strcmp(path, "-") == 0 ? 0 : map_file(&c, path);
	if (r == 0)
		return stream(path, one, arg);
	if (r > 0)
		r = walk((struct tw_slice){ c.map, c.map_len }, path, one, arg);
	tw_certs_close(&c);
	return r;
}

static bool inside(const uint8_t *p, const void *from, size_t n)
{
	return n && (uintptr_t)p >= (uintptr_t)from && (uintptr_t)p < (uintptr_t)from + n;
}

void tw_certs_close(struct tw_certs *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		struct tw_slice s = c->v[i].der;
		/* What tw_certs_add copied lies outside of the file's bytes. */
		if (s.n && !inside(s.p, c->map, c->map_len) && !inside(s.p, c->own.p, c->own.n))
			free((void *)(uintptr_t)s.p);
	}
	if (c->map)
		munmap(c->map, c->map_len);
	free(c->v);
	tw_set_free(&c->set);
	tw_buf_free(&c->own);
	memset(c, 0, sizeof *c);
}

void tw_certs_element(struct tw_buf *b, struct tw_slice sent)
{
	if (is_whole(sent)) {
		tw_buf_addslice(b, sent);
		return;
	}
	uint8_t head[2 + sizeof(size_t)] = { TW_OCTET_STRING };
	size_t n = 2;
	if (sent.n < 0x80)
		head[1] = (uint8_t)sent.n;
	else {
		size_t k = 0;
		for (size_t v = sent.n; v; v >>= 8)
			k++;
		head[1] = (uint8_t)(0x80 | k);
		for (size_t i = 0; i < k; i++)
			head[n++] = (uint8_t)(sent.n >> 8 * (k - 1 - i));
	}
	tw_buf_add(b, head, n);
	tw_buf_addslice(b, sent);
}
