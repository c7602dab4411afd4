/* base/blocks: order of turns and of commits, each block worked on once, back-pressure by
 * count and by weight, a failed commit, an early end. */
#include "base/blocks.h"
#include "base/bounds.h"

#include <check.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct block {
	uint64_t in, out;
	bool under_way;
};

struct run {
	struct tw_blocks *b;
	uint64_t next, fail_at; /* the value the next commit must see */
	_Atomic unsigned opened, closed, works;
	_Atomic uint64_t threads; /* bits: who worked */
	unsigned threads_said;
};

static void *b_open(void *self)
{
	((struct run *)self)->opened++;
	return tw_alloc(sizeof(struct block));
}

/* Uneven work, so that blocks end out of order. */
static void b_work(void *self, void *block, unsigned thread)
{
	struct run *r = self;
	struct block *k = block;

	ck_assert_uint_lt(thread, r->threads_said);
	ck_assert(!k->under_way);
	k->under_way = true;
	if (k->in % 7 == 0)
		usleep(300);
	k->out = k->in * k->in;
	k->under_way = false;
	atomic_fetch_add(&r->works, 1);
	atomic_fetch_or(&r->threads, UINT64_C(1) << thread);
}

static int b_commit(void *self, void *block)
{
	struct run *r = self;
	struct block *k = block;

	ck_assert_uint_eq(k->in, r->next);
	ck_assert_uint_eq(k->out, r->next * r->next);
	k->out = 0;
	return r->next++ == r->fail_at ? -1 : 0;
}

static void b_close(void *self, void *block)
{
	((struct run *)self)->closed++;
	free(block);
}

static const struct tw_blocks_ops ops = { .open = b_open, .work = b_work, .commit = b_commit, .close = b_close };

/* ---- a part in order between two that are not ---- */
struct turns {
	uint64_t turned;        /* the turns' own: no lock */
	_Atomic unsigned in_turn;
	_Atomic uint64_t looked; /* blocks whose work ended before the first one's turn */
};

static void t_work(void *self, void *block, unsigned thread)
{
	struct turns *t = self;
	struct block *k = block;

	(void)thread;
	/* The first block's work ends when another's has: the others' turns wait,
	 * their work doesn't. */
	for (int i = 0; k->in == 0 && atomic_load(&t->looked) == 0 && i < 20000; i++)
		usleep(100);
	k->out = 1;
	if (k->in)
		atomic_fetch_add(&t->looked, 1);
}

static void t_turn(void *self, void *block, unsigned thread)
{
	struct turns *t = self;
	struct block *k = block;

	(void)thread;
	ck_assert_uint_eq(atomic_fetch_add(&t->in_turn, 1), 0);
	ck_assert_uint_eq(k->out, 1);
	ck_assert_uint_eq(k->in, t->turned);
	t->turned++;
	k->out = 2;
	atomic_fetch_sub(&t->in_turn, 1);
}

static void t_finish(void *self, void *block, unsigned thread)
{
	struct block *k = block;

	(void)self;
	(void)thread;
	ck_assert_uint_eq(k->out, 2);
	if (k->in % 5 == 0)
		usleep(200);
	k->out = 3;
}

static int t_commit(void *self, void *block)
{
	struct turns *t = self;

	ck_assert_uint_eq(((struct block *)block)->out, 3);
	ck_assert_uint_ge(t->turned, ((struct block *)block)->in + 1);
	return 0;
}

static void *t_open(void *self)
{
	(void)self;
	return tw_alloc(sizeof(struct block));
}

static void t_close(void *self, void *block)
{
	(void)self;
	free(block);
}

static const unsigned counts[] = { 1, 2, 3, 8 };

START_TEST(order)
{
	struct run r = { .fail_at = UINT64_MAX, .threads_said = counts[_i] };
	r.b = tw_blocks_new(&ops, &r, counts[_i]);
	for (uint64_t i = 0; i < 3000; i++) {
		struct block *k = tw_blocks_take(r.b);
		ck_assert_ptr_nonnull(k);
		k->in = i;
		tw_blocks_give(r.b, 1);
	}
	ck_assert_int_eq(tw_blocks_drain(r.b), 0);
	ck_assert_uint_eq(r.next, 3000);
	ck_assert_uint_eq(r.works, 3000);
	ck_assert_uint_le(r.opened, counts[_i] == 1 ? 1 : 2 * counts[_i]);
	if (counts[_i] > 1) /* others worked too */
		ck_assert_uint_ne(r.threads & ~UINT64_C(1), 0);
	ck_assert_int_eq(tw_blocks_drain(r.b), 0); /* nothing is left: no wait */
	tw_blocks_free(r.b);
	ck_assert_uint_eq(r.opened, r.closed);
}
END_TEST

START_TEST(turns)
{
	static const struct tw_blocks_ops o = { .open = t_open, .work = t_work, .turn = t_turn, .finish = t_finish,
		.commit = t_commit, .close = t_close };
	struct turns t = { .turned = 0 };
	struct tw_blocks *b = tw_blocks_new(&o, &t, counts[_i]);

	atomic_store(&t.looked, counts[_i] == 1); /* one thread waits for nobody */
	for (uint64_t i = 0; i < 2000; i++) {
		struct block *k = tw_blocks_take(b);
		ck_assert_ptr_nonnull(k);
		k->in = i;
		tw_blocks_give(b, 1);
	}
	ck_assert_int_eq(tw_blocks_drain(b), 0);
	ck_assert_uint_eq(t.turned, 2000);
	ck_assert_uint_ne(t.looked, 0);
	tw_blocks_free(b);
}
END_TEST

START_TEST(weight)
{
	struct run r = { .fail_at = UINT64_MAX, .threads_said = 8 };
	r.b = tw_blocks_new(&ops, &r, 8);
	/* Two blocks of this weight are above the bound: the first must be
	 * committed before a third is lent. */
	for (uint64_t i = 0; i < 100; i++) {
		struct block *k = tw_blocks_take(r.b);
		ck_assert_ptr_nonnull(k);
		ck_assert_uint_le(i - r.next, 1);
		k->in = i;
		tw_blocks_give(r.b, TW_BLOCKS_WEIGHT / 2 + 1);
	}
	ck_assert_int_eq(tw_blocks_drain(r.b), 0);
	ck_assert_uint_eq(r.next, 100);
	tw_blocks_free(r.b);
}
END_TEST

START_TEST(failure)
{
	struct run r = { .fail_at = 5, .threads_said = counts[_i] };
	struct block *k;
	uint64_t i = 0;
	r.b = tw_blocks_new(&ops, &r, counts[_i]);
	for (; i < 1000 && (k = tw_blocks_take(r.b)); i++) {
		k->in = i;
		tw_blocks_give(r.b, 1);
	}
	ck_assert_uint_lt(i, 1000);
	ck_assert_int_eq(tw_blocks_drain(r.b), -1);
	ck_assert_uint_eq(r.next, 6); /* none after the one that failed */
	tw_blocks_free(r.b);
	ck_assert_uint_eq(r.opened, r.closed);
}
END_TEST

START_TEST(left_early)
{
	struct run r = { .fail_at = UINT64_MAX, .threads_said = counts[_i] };
	r.b = tw_blocks_new(&ops, &r, counts[_i]);
	for (uint64_t i = 0; i < counts[_i]; i++) {
		struct block *k = tw_blocks_take(r.b);
		k->in = i;
		tw_blocks_give(r.b, 1);
	}
	tw_blocks_free(r.b); /* must not hang, nor commit */
	ck_assert_uint_eq(r.opened, r.closed);
	tw_blocks_free(NULL);
	ck_assert_uint_ge(tw_threads_default(), 1);
	ck_assert_uint_le(tw_threads_default(), TW_MAX_THREADS);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("blocks");
	TCase *c = tcase_create("blocks");
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, order, 0, 4);
	tcase_add_loop_test(c, turns, 0, 4);
	tcase_add_test(c, weight);
	tcase_add_loop_test(c, failure, 0, 4);
	tcase_add_loop_test(c, left_early, 0, 4);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad ? 1 : 0;
}
