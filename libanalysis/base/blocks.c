/* A ring of blocks: given >= started >= turned and committed, each block's end
 * marked. The oldest block whose turn is to come is always at work, so that
 * those which wait for it do not wait for ever. */
#include "base/blocks.h"
#include "base/bounds.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

struct slot {
	void *block;
	size_t weight;
	bool done;
};

struct worker {
	struct tw_blocks *b;
	pthread_t id;
	unsigned thread;
};

struct tw_blocks {
	const struct tw_blocks_ops *ops;
	void *self;
	struct worker *workers; /* threads - 1 */
	unsigned threads, n;
	pthread_mutex_t lock;
	pthread_cond_t given_one, done_one, turned_one;
	/* guarded by lock; committed, weight and failed are the caller's alone */
	struct slot *slot;
	uint64_t given, started, turned, committed;
	size_t weight;
	bool stop, failed;
};

unsigned tw_threads_default(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof set, &set))
		return 1;
	int n = CPU_COUNT(&set);
	return n < 1 ? 1 : n > (int)TW_MAX_THREADS ? TW_MAX_THREADS : (unsigned)n;
}

/* Waits until the block's turn has come, and takes it. */
static void take_turn(struct tw_blocks *b, void *block, uint64_t number, unsigned thread)
{
	pthread_mutex_lock(&b->lock);
	while (b->turned != number)
		pthread_cond_wait(&b->turned_one, &b->lock);
	pthread_mutex_unlock(&b->lock);
	b->ops->turn(b->self, block, thread);
	pthread_mutex_lock(&b->lock);
	b->turned++;
	pthread_cond_broadcast(&b->turned_one);
	pthread_mutex_unlock(&b->lock);
	b->ops->finish(b->self, block, thread);
}

/* Works on the next block that was given. Called and left with the lock held. */
static void work(struct tw_blocks *b, unsigned thread)
{
	uint64_t number = b->started++;
	struct slot *s = &b->slot[number % b->n];

	pthread_mutex_unlock(&b->lock);
	b->ops->work(b->self, s->block, thread);
	if (b->ops->turn)
		take_turn(b, s->block, number, thread);
	pthread_mutex_lock(&b->lock);
	s->done = true;
	pthread_cond_signal(&b->done_one);
}

static void *worker(void *arg)
{
	struct worker *w = arg;
	struct tw_blocks *b = w->b;

	pthread_mutex_lock(&b->lock);
	for (;;) {
		while (b->started == b->given && !b->stop)
			pthread_cond_wait(&b->given_one, &b->lock);
		if (b->stop)
			break;
		work(b, w->thread);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

struct tw_blocks *tw_blocks_new(const struct tw_blocks_ops *ops, void *self, unsigned threads)
{
	struct tw_blocks *b = tw_alloc(sizeof *b);

	b->ops = ops;
	b->self = self;
	b->threads = threads;
	b->n = threads == 1 ? 1 : 2 * threads;
	b->slot = tw_alloc(b->n * sizeof *b->slot);
	b->workers = tw_alloc(threads * sizeof *b->workers);
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->given_one, NULL);
	pthread_cond_init(&b->done_one, NULL);
	pthread_cond_init(&b->turned_one, NULL);
	for (unsigned i = 1; i < threads; i++) {
		struct worker *w = &b->workers[i - 1];
		w->b = b;
		w->thread = i;
		if (pthread_create(&w->id, NULL, worker, w))
			tw_die("thread %u of %u could not be started", i, threads);
	}
	return b;
}

/* Commits the oldest block if it is done. Called and left with the lock held;
 * the lock is not held meanwhile. */
static bool commit(struct tw_blocks *b)
{
	struct slot *s = &b->slot[b->committed % b->n];

	if (b->committed == b->started || !s->done)
		return false;
	pthread_mutex_unlock(&b->lock);
	if (!b->failed)
		b->failed = b->ops->commit(b->self, s->block) < 0;
	pthread_mutex_lock(&b->lock);
	s->done = false;
	b->weight -= s->weight;
	b->committed++;
	return true;
}

/* Goes on until at most left blocks and bytes are under way. */
static void advance(struct tw_blocks *b, uint64_t left, size_t bytes)
{
	pthread_mutex_lock(&b->lock);
	for (;;) {
		if (commit(b))
			continue;
		if (b->given - b->committed <= left && b->weight <= bytes)
			break;
		if (b->started != b->given)
			work(b, 0);
		else
			pthread_cond_wait(&b->done_one, &b->lock);
	}
	pthread_mutex_unlock(&b->lock);
}

void *tw_blocks_take(struct tw_blocks *b)
{
	advance(b, b->n - 1, TW_BLOCKS_WEIGHT);
	if (b->failed)
		return NULL;
	struct slot *s = &b->slot[b->given % b->n];
	if (!s->block)
		s->block = b->ops->open(b->self);
	return s->block;
}

void tw_blocks_give(struct tw_blocks *b, size_t weight)
{
	pthread_mutex_lock(&b->lock);
	b->slot[b->given % b->n].weight = weight;
	b->weight += weight;
	b->given++;
	pthread_cond_signal(&b->given_one);
	pthread_mutex_unlock(&b->lock);
}

int tw_blocks_drain(struct tw_blocks *b)
{
	advance(b, 0, 0);
	return b->failed ? -1 : 0;
}

void tw_blocks_free(struct tw_blocks *b)
{
	if (!b)
		return;
	pthread_mutex_lock(&b->lock);
	b->stop = true;
	pthread_cond_broadcast(&b->given_one);
	pthread_mutex_unlock(&b->lock);
	for (unsigned i = 1; i < b->threads; i++)
		pthread_join(b->workers[i - 1].id, NULL);
	for (unsigned i = 0; i < b->n; i++)
		if (b->slot[i].block)
			b->ops->close(b->self, b->slot[i].block);
	pthread_mutex_destroy(&b->lock);
	pthread_cond_destroy(&b->given_one);
	pthread_cond_destroy(&b->done_one);
	pthread_cond_destroy(&b->turned_one);
	free(b->slot);
	free(b->workers);
	free(b);
}
