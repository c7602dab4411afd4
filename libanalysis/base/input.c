/* Two chunks of 1 MiB go back and forth between the inflating thread and the
 * reader, so that both cores work and memory stays fixed. */
#include "base/codec.h"
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (1u << 20)
#define CHUNKS 3u

struct tw_input {
	struct tw_codec codec;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	uint8_t *chunk[CHUNKS];
	size_t len[CHUNKS];
	unsigned filled, taken; /* counts, guarded by lock */
	bool done, stop;        /* guarded by lock */
	size_t at;              /* in the chunk being taken */
	uint8_t digest[TW_SHA256];
};

/* Decodes chunk after chunk until the end, damage, or the reader's leave. */
static void *inflate_all(void *arg)
{
	struct tw_input *in = arg;

	for (bool more = true; more;) {
		pthread_mutex_lock(&in->lock);
		while (in->filled - in->taken == CHUNKS && !in->stop)
			pthread_cond_wait(&in->moved, &in->lock);
		unsigned i = in->filled % CHUNKS;
		bool stop = in->stop;
		pthread_mutex_unlock(&in->lock);
		if (stop)
			break;
		size_t n = 0;
		more = tw_codec_fill(&in->codec, in->chunk[i], CHUNK, &n);
		pthread_mutex_lock(&in->lock);
		in->len[i] = n;
		in->filled += n > 0;
		in->done = !more;
		pthread_cond_signal(&in->moved);
		pthread_mutex_unlock(&in->lock);
	}
	return NULL;
}

struct tw_input *tw_input_open(const char *path)
{
	bool std = strcmp(path, "-") == 0;
	int fd = std ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		tw_error("%s: %s", path, strerror(errno));
		return NULL;
	}
	struct tw_input *in = tw_alloc(sizeof *in);
	tw_codec_init(&in->codec, fd);
	for (unsigned i = 0; i < CHUNKS; i++)
		in->chunk[i] = tw_alloc(CHUNK);
	pthread_mutex_init(&in->lock, NULL);
	pthread_cond_init(&in->moved, NULL);
	if (pthread_create(&in->thread, NULL, inflate_all, in))
		tw_die("no thread could be started");
	return in;
}

ssize_t tw_input_read(struct tw_input *in, void *to, size_t n)
{
	if (n == 0)
		return 0;
	pthread_mutex_lock(&in->lock);
	while (in->filled == in->taken && !in->done)
		pthread_cond_wait(&in->moved, &in->lock);
	bool any = in->filled != in->taken;
	pthread_mutex_unlock(&in->lock);
	if (!any)
		return in->codec.why[0] ? -1 : 0;
	unsigned i = in->taken % CHUNKS;
	size_t left = in->len[i] - in->at;
	if (n > left)
		n = left;
	memcpy(to, in->chunk[i] + in->at, n);
	in->at += n;
	if (in->at == in->len[i]) {
		in->at = 0;
		pthread_mutex_lock(&in->lock);
		in->taken++;
		pthread_cond_signal(&in->moved);
		pthread_mutex_unlock(&in->lock);
	}
	return (ssize_t)n;
}

const char *tw_input_why(const struct tw_input *in)
{
	return in->codec.why;
}

const char *tw_input_kind(const struct tw_input *in)
{
	static const char *const names[] = { "plain", "plain", "gzip", "zstd", "xz" };
	return names[in->codec.kind];
}

uint64_t tw_input_consumed(struct tw_input *in)
{
	return atomic_load(&in->codec.consumed);
}

void tw_input_digest(struct tw_input *in, uint8_t out[TW_SHA256])
{
	sha256_digest(&in->codec.sha, TW_SHA256, out);
}

void tw_input_close(struct tw_input *in)
{
	if (!in)
		return;
	pthread_mutex_lock(&in->lock);
	in->stop = true;
	pthread_cond_signal(&in->moved);
	pthread_mutex_unlock(&in->lock);
	pthread_join(in->thread, NULL);
	tw_codec_end(&in->codec);
	pthread_mutex_destroy(&in->lock);
	pthread_cond_destroy(&in->moved);
	for (unsigned i = 0; i < CHUNKS; i++)
		free(in->chunk[i]);
	free(in);
}
