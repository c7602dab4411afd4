/* certs.c: certs.der, a sequence of DER elements: SEQUENCE is a certificate,
 * OCTET STRING holds what a server sent as one and is no whole SEQUENCE. */
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

static int read_map(struct tw_certs *c, const char *path)
{
	struct tw_slice all = { c->map, c->map_len };
	struct tw_der d = tw_der_in(all);
	struct tw_tlv t;
	int r;
	for (;;) {
		size_t at = all.n - d.s.n;
		r = tw_der_next(&d, &t);
		if (r == 0)
			return 0;
		if (r < 0 || (t.tag != TW_SEQUENCE && t.tag != TW_OCTET_STRING)) {
			tw_error("%s: offset %zu: %s", path, at,
					r < 0 ? "no whole DER element" : "neither SEQUENCE nor OCTET STRING");
			return -1;
		}
		if (t.tag == TW_SEQUENCE)
			add(c, t.all, false, false);
		else
			add(c, t.body, false, true);
	}
}

static int map_file(struct tw_certs *c, int fd, const char *path)
{
	struct stat st;
	if (fstat(fd, &st) != 0) {
		tw_error("%s: %s", path, strerror(errno));
		return -1;
	}
	if (!S_ISREG(st.st_mode)) {
		tw_error("%s: not a regular file", path);
		return -1;
	}
	c->map_len = (size_t)st.st_size;
	if (c->map_len == 0) /* nothing to map: no certificates */
		return 0;
	void *map = mmap(NULL, c->map_len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED) {
		tw_error("%s: %s", path, strerror(errno));
		c->map_len = 0;
		return -1;
	}
	c->map = map;
	return read_map(c, path);
}

int tw_certs_open(struct tw_certs *c, const char *path)
{
	memset(c, 0, sizeof *c);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		tw_error("%s: %s", path, strerror(errno));
		return -1;
	}
	int r = map_file(c, fd, path);
	close(fd); /* opened for reading: nothing is lost */
	if (r)
		tw_certs_close(c);
	return r;
}

void tw_certs_close(struct tw_certs *c)
{
	const uint8_t *map = c->map;
	for (uint32_t i = 0; i < c->n; i++) {
		const uint8_t *p = c->v[i].der.p;
		/* What tw_certs_add copied lies outside of the mapped file. */
		if (!map || (uintptr_t)p < (uintptr_t)map || (uintptr_t)p >= (uintptr_t)map + c->map_len) {
			if (c->v[i].der.n)
				free((void *)(uintptr_t)p);
		}
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
