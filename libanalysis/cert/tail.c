/* A growing file, read with pread from where the last read ended. */
#include "cert/tail.h"
#include "base/provenance.h"
#include "cert/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP (1u << 20)

struct tw_tail {
	char *path, *part;
	int (*one)(void *arg, struct tw_slice all, struct tw_slice der, bool blob);
	void *arg;
	int fd;          /* -1: none was found yet */
	struct stat st;  /* of fd, when it was opened: which file it is */
	uint64_t at;     /* read so far */
	struct tw_buf b; /* the element that has begun */
	uint64_t before; /* bytes before b */
	struct sha256_ctx sha;
};

struct tw_tail *tw_tail_new(const char *path,
		int (*one)(void *arg, struct tw_slice all, struct tw_slice der, bool blob), void *arg)
{
	struct tw_tail *t = tw_alloc(sizeof *t);
	struct tw_buf b = { 0 };

	tw_buf_addf(&b, "%s.part", path);
	tw_buf_addc(&b, '\0');
	t->path = tw_strdup(path);
	t->part = (char *)b.p;
	t->one = one;
	t->arg = arg;
	t->fd = -1;
	return t;
}

void tw_tail_free(struct tw_tail *t)
{
	if (!t)
		return;
	if (t->fd >= 0)
		close(t->fd); /* opened for reading: nothing is lost */
	free(t->path);
	free(t->part);
	tw_buf_free(&t->b);
	free(t);
}

static bool same_file(const struct tw_tail *t, const struct stat *st)
{
	return t->fd >= 0 && t->st.st_dev == st->st_dev && t->st.st_ino == st->st_ino;
}

/* 1: opened, 0: no such file, or the one that is open; -1 after tw_error. */
static int try_open(struct tw_tail *t, const char *name)
{
	struct stat st;
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* not to wait for the other end of a pipe */

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st)) {
		tw_error("%s: %s", name, strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		tw_error("%s: no regular file: it can't be followed", name);
	} else {
		if (t->fd >= 0)
			close(t->fd);
		t->fd = fd;
		t->st = st;
		t->at = t->before = 0;
		t->b.n = 0;
		sha256_init(&t->sha);
		return 1;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The file being written, else the one that is whole. Another than before
 * begins anew: a certificate's name is its digest, so what an older file held
 * does no harm. */
static int look(struct tw_tail *t)
{
	const char *const names[] = { t->part, t->path };
	struct stat st;

	for (int i = 0; i < 2; i++) {
		if (stat(names[i], &st) == 0 && same_file(t, &st))
			return 0;
		int got = try_open(t, names[i]);
		if (got)
			return got;
	}
	return 0;
}

/* 1: something came, 0: nothing did, -1 after tw_error. */
static int read_on(struct tw_tail *t)
{
	struct stat st;
	uint64_t was = t->at;

	while (t->fd >= 0) {
		uint8_t *to = tw_buf_room(&t->b, STEP);
		ssize_t got = pread(t->fd, to, STEP, (off_t)t->at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			tw_error("%s: %s at byte %llu", t->path, strerror(errno), (unsigned long long)t->at);
			return -1;
		}
		if (got == 0)
			break;
		sha256_update(&t->sha, (size_t)got, to);
		t->b.n += (size_t)got;
		t->at += (uint64_t)got;
		if (tw_certs_some(&t->b, &t->before, false, t->path, t->one, t->arg))
			return -1;
	}
	if (t->fd >= 0 && (fstat(t->fd, &st) || (uint64_t)st.st_size < t->at)) {
		tw_error("%s: became shorter while it was read", t->path);
		return -1;
	}
	return t->at > was;
}

int tw_tail_await(struct tw_tail *t, const struct tw_stage *stage, bool (*there)(void *what), void *what)
{
	for (int more = 1;; more = stage->pause ? stage->pause(stage->filter) : 0) {
		if (more < 0)
			return -1;
		int got = read_on(t);
		if (got == 0 && (got = look(t)) > 0)
			got = read_on(t);
		if (got < 0)
			return -1;
		if (there(what))
			return 1;
		if (!more)
			return 0;
	}
}

bool tw_tail_found(const struct tw_tail *t)
{
	return t->fd >= 0;
}

int tw_tail_end(struct tw_tail *t)
{
	struct stat st;

	if (t->fd < 0 && look(t) < 0)
		return -1;
	if (read_on(t) < 0)
		return -1;
	if (t->fd < 0)
		tw_error("%s: neither it nor %s came", t->path, t->part);
	else if (t->b.n)
		tw_error("%s: offset %llu: ends within a certificate: its writer came to no end", t->path,
				(unsigned long long)t->before);
	else if (stat(t->path, &st) || !same_file(t, &st))
		tw_error("%s: not whole when the rows ended: its writer came to no end, and rows may be missing", t->path);
	else
		return 0;
	return -1;
}

void tw_tail_input(struct tw_tail *t, struct tw_provenance *p)
{
	uint8_t sha256[TW_SHA256];

	sha256_digest(&t->sha, TW_SHA256, sha256);
	tw_provenance_input(p, t->path, sha256);
	tw_provenance_role(p, "certs");
}
