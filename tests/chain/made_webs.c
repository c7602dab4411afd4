/* Webs made by hand: what random ones are too small for. */
#include "chain/judged.h"
#include "chain/brute.h"
#include "chain/engine.h"

#include <string.h>

static struct web_cert plain(int subject, int key, int issuer, int signer, int group, int style)
{
	return (struct web_cert){ .subject = (uint8_t)subject, .key = (uint8_t)key, .issuer = (uint8_t)issuer, .signer = (uint8_t)signer,
		.group = (uint8_t)group, .style = (uint8_t)style, .not_before = 14610 * WEB_DAY, .not_after = 14640 * WEB_DAY, .bc = true,
		.ca = true, .pathlen = -1, .ku = -1, .eku = -1, .policies = -1, .explicit_policy = -1, .inhibit_mapping = -1, .inhibit_any = -1 };
}

/* Random webs are too small for this one: two paths of one length to N, both by
 * M, one through X, one through Q. X inherits from Z, and in another certificate
 * of its own from N, with which the leaf is signed. That path cannot pass X
 * before, so that the one through X must not stand for the one through Q. All
 * fail for the anchor's usage: reasons are what is at stake. */
static void inheriting_cycle(struct web *w, int style)
{
	enum { X = 0, Q = 1, N = 2, Z = 3, M = 4, LEAF = 6 }; /* keys; names are their halves */

	memset(w, 0, sizeof *w);
	w->c[0] = plain(3, LEAF, 0, X, 0, 0);
	w->c[1] = plain(0, X, 1, N, 0, 0);
	w->c[2] = plain(1, N, 2, M, 0, 0);
	w->c[3] = plain(2, M, 0, X, 1, style);
	w->c[4] = plain(0, X, 1, Z, 0, 1);
	w->c[5] = plain(2, M, 0, Q, 0, style + 1);
	w->c[6] = plain(0, Q, 1, Z, 0, 2);
	w->c[7] = plain(1, Z, 1, Z, 0, 3);
	w->kind[X] = WEB_INHERITS;
	w->kind[N] = WEB_DSA_0;
	w->kind[Z] = WEB_DSA_1;
	w->c[7].eku = WEB_OTHER;
	w->n = 8;
	for (int i = 0; i < 8; i++)
		w->presented[w->npresented++] = i;
	w->anchor[w->nanchor++] = (struct web_anchor){ .cert = 7, .server = true, .client = true, .expiry = true,
		.distrust_after = TW_TIME_MAX };
}

START_TEST(test_inheriting_cycle)
{
	struct tally t = { .webs = 0 };
	struct web w;

	for (int style = 0; style < 4; style++) {
		inheriting_cycle(&w, style);
		judged(&t, w, (uint64_t)style);
	}
	ck_assert_uint_eq(t.wrong, 0);
	ck_assert_uint_eq(t.webs, 4);
	ck_assert_uint_gt(t.by_reason[8], 0);
}
END_TEST

/* Of two paths through the witness the one that ends last says where the chain
 * ends without it, in whichever order they are found; where the leaf ends
 * before both, the one with the least SHA-256. */
static void two_ways(struct web *w, int late, bool leaf_first)
{
	memset(w, 0, sizeof *w);
	w->c[0] = plain(3, 6, 0, 0, 0, 0);
	w->c[1] = plain(0, 0, 1, 2, 0, 0);
	w->c[2] = plain(0, 0, 1, 2, 0, 1);
	w->c[3] = plain(1, 2, 2, 4, 0, 0);
	w->c[4] = plain(2, 4, 2, 4, 0, 0);
	w->c[late].not_after += WEB_DAY;
	w->c[0].not_after = w->c[3].not_after = w->c[4].not_after += 2 * WEB_DAY;
	w->c[0].not_after -= leaf_first ? 3 * WEB_DAY : 0;
	w->n = 5;
	w->npresented = 1;
	w->pool = 6;
	w->witness = 8;
	w->has_witness = true;
	w->anchor[w->nanchor++] = (struct web_anchor){ .cert = 4, .server = true, .client = true, .expiry = true,
		.distrust_after = TW_TIME_MAX };
}

START_TEST(test_two_ways)
{
	static const int order[WEB_CERTS] = { 0, 1, 2, 3, 4, 5, 6, 7 };

	for (int i = 0; i < 4; i++) {
		struct web w;
		struct engine e;
		struct brute_answer a;
		int best = 1 + (i & 1);
		two_ways(&w, best, i > 1);
		engine_open(&e, &w, order);
		if (i > 1)
			best = memcmp(e.certs.v[e.id[1]].sha256, e.certs.v[e.id[2]].sha256, TW_SHA256) < 0 ? 1 : 2;
		engine_judge(&e, &w);
		engine_at(&e, w.c[0].not_before, &a);
		ck_assert_int_eq(a.reason, B_MISSING);
		ck_assert_uint_eq(a.culprit, UINT32_C(1) << best);
		engine_close(&e);
	}
}
END_TEST

/* A CA whose DSA key has its parameters from one that the witness alone has. */
START_TEST(test_inheriting_witness)
{
	enum { LEAF = 7, X = 0, I = 2, W = 4, ROOT = 6 }; /* keys; names are their halves */
	struct tally t = { .webs = 0 };

	for (int group = 0; group < 2; group++) {
		struct web w;
		memset(&w, 0, sizeof w);
		w.c[0] = plain(3, LEAF, 0, X, 0, 0);
		w.c[1] = plain(0, X, 1, I, group, 0);
		w.c[2] = plain(1, I, 2, W, 0, 0);
		w.c[3] = plain(2, W, 3, ROOT, 0, 0);
		w.c[4] = plain(3, ROOT, 3, ROOT, 0, 0);
		w.kind[I] = WEB_INHERITS;
		w.kind[W] = WEB_DSA_0;
		w.n = 5;
		w.npresented = 3;
		w.presented[1] = 1;
		w.presented[2] = 2;
		w.witness = 8;
		w.has_witness = true;
		w.anchor[w.nanchor++] = (struct web_anchor){ .cert = 4, .server = true, .client = true, .expiry = true,
			.distrust_after = TW_TIME_MAX };
		judged(&t, w, 1);
		ck_assert_uint_eq(t.wrong, 0);
	}
	ck_assert_uint_eq(t.webs, 2);
	ck_assert_uint_gt(t.by_reason[B_MISSING], 0);
}
END_TEST

/* A cycle that is entered by one leaf, whose only path begins elsewhere in it:
 * a link that nobody can check leads out, to another key of the same name. */
START_TEST(test_cycle_entered)
{
	struct tally t = { .webs = 0 };
	struct web w;

	memset(&w, 0, sizeof w);
	w.c[0] = plain(3, 6, 1, 2, 0, 0);
	w.c[1] = plain(0, 0, 1, 2, 0, 0);
	w.c[1].unsupported = true;
	w.c[2] = plain(1, 2, 2, 4, 0, 0);
	w.c[3] = plain(2, 4, 0, 0, 0, 0);
	w.c[4] = plain(1, 3, 1, 3, 0, 0);
	w.c[5] = plain(3, 7, 0, 0, 0, 0);
	w.n = 6;
	for (int i = 0; i < 6; i++)
		w.presented[w.npresented++] = i;
	w.anchor[w.nanchor++] = (struct web_anchor){ .cert = 4, .server = true, .client = true, .expiry = true,
		.distrust_after = TW_TIME_MAX };
	judged(&t, w, 1);
	ck_assert_uint_eq(t.wrong, 0);
	ck_assert_uint_eq(t.webs, 1);
	ck_assert_uint_gt(t.by_reason[B_UNSUPPORTED], 0);
}
END_TEST

/* A leaf that S is said to have signed, by S's key identifier, and has not. S has
 * two certificates. X has that identifier; N has issued it, whose paths go by M's
 * certificates, m1 through the other one of S, or m2 past it. That other has
 * another identifier, so that no bad signature leads to it: X must get the path
 * through m2, even where the one through m1 stands before it. The other is
 * outside the cycle, in it, or an anchor; or m1's signature is bad, too, so that
 * there is no cycle. Anchors' usage fails as well: a path without any failure is
 * never dropped for another of the cycle. */
enum { OUTSIDE, INSIDE, ANCHORED, ALONE, PLACES };
static void key_identifiers(struct web *w, int place, int style)
{
	enum { S = 0, N = 2, Y = 3, M = 4, P = 6, LEAF = 7 }; /* keys; names are their halves */

	memset(w, 0, sizeof *w);
	w->c[0] = plain(3, LEAF, 0, 1, 0, 0);
	w->c[1] = plain(0, S, 1, N, 0, 0);
	w->c[2] = plain(1, N, 2, M, 0, 0);
	w->c[3] = plain(2, M, 0, S, 0, style);
	w->c[4] = plain(0, S, 3, place == ANCHORED ? 5 : P, 0, 0);
	w->c[5] = place == INSIDE ? plain(3, P, 1, N, 0, 0) : plain(3, P, 3, P, 0, 0);
	w->c[6] = place == ANCHORED ? plain(2, M, 3, P, 0, style + 1) : plain(2, M, 1, Y, 0, style + 1);
	w->c[7] = plain(1, Y, 3, P, 0, 0);
	w->c[0].aki = w->c[1].ski = 1;
	w->c[4].ski = 2;
	w->c[4].eku = place == ANCHORED ? WEB_OTHER : -1;
	w->c[5].eku = WEB_OTHER;
	if (place == ALONE) {
		w->c[3].signer = w->c[6].signer = 1;
		w->c[3].aki = 2;
		w->c[6].aki = w->c[7].ski = 3;
		w->c[2].ski = 4;
	}
	w->n = 8;
	for (int i = 0; i < 8; i++)
		w->presented[w->npresented++] = i;
	for (int i = 5; i > (place == ANCHORED ? 3 : 4); i--)
		w->anchor[w->nanchor++] = (struct web_anchor){ .cert = i, .server = true, .client = true, .expiry = true,
			.distrust_after = TW_TIME_MAX };
}

START_TEST(test_key_identifiers)
{
	struct tally t = { .webs = 0 };
	struct web w;

	for (int i = 0; i < PLACES * 4; i++) {
		key_identifiers(&w, i % PLACES, i / PLACES);
		judged(&t, w, (uint64_t)i);
	}
	ck_assert_uint_eq(t.wrong, 0);
	ck_assert_uint_eq(t.webs, PLACES * 4);
	ck_assert_uint_gt(t.by_reason[B_BAD], 0);
}
END_TEST

void made_webs(TCase *tc)
{
	tcase_add_test(tc, test_inheriting_cycle);
	if (TW_TEST_LOSES != LOSES_PATHS)
		tcase_add_test(tc, test_two_ways);
	tcase_add_test(tc, test_inheriting_witness);
	tcase_add_test(tc, test_cycle_entered);
	tcase_add_test(tc, test_key_identifiers);
}
