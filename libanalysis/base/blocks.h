/* blocks.h: the one mechanism for work in several threads: blocks, workers,
 * one ordered writer.
 *
 * The caller is reader and writer in one thread: it takes an empty block,
 * fills it and gives it. Blocks are worked on in any order, by any thread, the
 * caller's included where it would have to wait; they are committed in the
 * order they were given, by the caller's thread, so that what commit() alone
 * touches needs no lock and the outcome does not depend on the threads.
 *
 * Work that needs what earlier blocks left behind stands between two parts
 * that don't: work(), then turn() for one block after the other in the order
 * they were given, then finish(). What turn() alone changes needs no lock
 * either; work() and finish() of other blocks run beside it. */
#ifndef TW_BLOCKS_H
#define TW_BLOCKS_H

#include "base/base.h"

/* What a block holds before it is given: large enough that a lock a block
 * costs nothing, small enough for the cache. */
#define TW_BLOCK (1u << 20)

struct tw_blocks_ops {
	/* A block; made when first needed, then used again and again. */
	void *(*open)(void *self);
	/* Any thread, 0 <= thread < threads; one block at a time in each. */
	void (*work)(void *self, void *block, unsigned thread);
	/* The caller's thread, in order; leaves the block empty. -1 after
	 * tw_error: no other block is committed. */
	int (*commit)(void *self, void *block);
	void (*close)(void *self, void *block);
	/* Or NULL, both: the thread that worked on the block, in order; then the
	 * same thread, in any order. */
	void (*turn)(void *self, void *block, unsigned thread);
	void (*finish)(void *self, void *block, unsigned thread);
};

struct tw_blocks;
/* threads work, the caller's among them: 1 starts none. ops is lent. */
struct tw_blocks *tw_blocks_new(const struct tw_blocks_ops *ops, void *self, unsigned threads);
/* An empty block to fill. Commits what is done; works or waits while too many
 * blocks, or TW_BLOCKS_WEIGHT bytes, are under way. NULL: a commit failed. */
void *tw_blocks_take(struct tw_blocks *b) TW_CHECK;
/* The block last taken goes to the workers; weight is its size in bytes. */
void tw_blocks_give(struct tw_blocks *b, size_t weight);
/* Works and waits until all that was given is committed. -1: a commit failed. */
int tw_blocks_drain(struct tw_blocks *b) TW_CHECK;
/* Ends the threads; blocks that were not committed are dropped. */
void tw_blocks_free(struct tw_blocks *b);

/* The number of threads where the user names none: the processors this
 * process may use, at most TW_MAX_THREADS. */
unsigned tw_threads_default(void);

#endif
