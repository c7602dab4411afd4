/* What bounds keep, and that what they cut says so: webs of up to eight
 * certificates, each made for one bound, which is lowered to meet them
 * (tests/local.mk): at a certificate one path is kept, four candidates of a
 * name are tried, of different keys as many as cost 20, three certificates are
 * looked at to say why there is no path.
 * What is to be kept is what bounds.h and docs/verdicts.md say, by numbers. */
#include "chain/engine.h"
#include "chain/signature.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define DAY0 14610
#define STYLES 16

static struct web_cert plain(int subject, int key, int issuer, int signer, int from, int until)
{
	return (struct web_cert){ .subject = (uint8_t)subject, .key = (uint8_t)key, .issuer = (uint8_t)issuer, .signer = (uint8_t)signer,
		.not_before = (DAY0 + from) * (int64_t)WEB_DAY, .not_after = (DAY0 + until) * (int64_t)WEB_DAY, .bc = true, .ca = true,
		.pathlen = -1, .ku = -1, .eku = -1, .policies = -1, .explicit_policy = -1, .inhibit_mapping = -1, .inhibit_any = -1 };
}

static struct web_anchor anchor(int cert)
{
	return (struct web_anchor){ .cert = cert, .server = true, .client = true, .expiry = true, .distrust_after = TW_TIME_MAX };
}

/* All but the leaf, certificate 0, are sent, too; from the first one on that is
 * not, none. */
static void present(struct web *w, int n)
{
	for (w->npresented = 0; w->npresented < n; w->npresented++)
		w->presented[w->npresented] = w->npresented;
}

static struct brute_answer answer(const struct web *w, int day)
{
	static const int order[WEB_CERTS] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct engine e;
	struct brute_answer a;

	engine_open(&e, w, order);
	engine_judge(&e, w);
	engine_at(&e, (DAY0 + day) * (int64_t)WEB_DAY, &a);
	engine_close(&e);
	return a;
}

static int reason(const struct web *w, int day)
{
	return answer(w, day).reason;
}

/* Certificate 1's SHA-256 before certificate 2's. */
static bool first(const struct web *w)
{
	uint8_t h[3][TW_SHA256];

	for (int i = 1; i < 3; i++) {
		struct tw_buf der = { 0, 0, 0 };
		web_der(w, i, &der);
		tw_sha256(tw_buf_slice(&der), h[i]);
		tw_buf_free(&der);
	}
	return memcmp(h[1], h[2], TW_SHA256) < 0;
}

/* ---- the path that is kept ---- */

/* A leaf below two anchors' certificates of one name and key. */
static struct web two_anchors(int from1, int until1, int from2, int until2, int style)
{
	struct web w;

	memset(&w, 0, sizeof w);
	w.c[0] = plain(3, 6, 0, 0, 0, 30);
	w.c[1] = plain(0, 0, 0, 0, from1, until1);
	w.c[2] = plain(0, 0, 0, 0, from2, until2);
	w.c[1].style = (uint8_t)(style >> 2);
	w.c[2].style = (uint8_t)(style & 3);
	w.n = 3;
	present(&w, 3);
	w.anchor[0] = anchor(1);
	w.anchor[1] = anchor(2);
	w.nanchor = 2;
	return w;
}

/* The first in the order of docs/verdicts.md, section 5: the reason, the latest
 * end, the earliest begin. Where only the other is good, it is limit. */
START_TEST(kept)
{
	int before = 0;

	for (int style = 0; style < STYLES; style++) {
		struct web w = two_anchors(0, 10, 5, 20, style);
		before += first(&w);
		ck_assert_int_eq(reason(&w, 2), B_LIMIT);
		ck_assert_int_eq(reason(&w, 7), B_OK);
		ck_assert_int_eq(reason(&w, 15), B_OK);
		ck_assert_int_eq(reason(&w, 25), B_LIMIT);

		w = two_anchors(0, 30, 5, 20, style);
		w.anchor[0].server = false;
		before += first(&w);
		ck_assert_int_eq(reason(&w, 2), B_LIMIT);
		ck_assert_int_eq(reason(&w, 7), B_OK);

		w = two_anchors(0, 20, 5, 20, style);
		w.c[1].permit_dns = 1; /* x */
		w.c[0].dns[0] = 1;     /* a.x */
		before += first(&w);
		ck_assert_int_eq(reason(&w, 2), B_OK);
		ck_assert_int_eq(reason(&w, 7), B_OK);
		ck_assert_int_eq(reason(&w, 25), B_LIMIT);
	}
	ck_assert(before > 0 && before < 3 * STYLES);
}
END_TEST

/* The same of three, at a certificate that is no leaf, whichever comes last. */
START_TEST(kept_of_three)
{
	static const int window[3][2] = { { 10, 30 }, { 5, 20 }, { 0, 10 } };

	for (int i = 0; i < 9; i++) {
		int at[3] = { i / 3, i % 3, 3 - i / 3 - i % 3 };
		struct web w;
		if (at[0] == at[1])
			continue;
		memset(&w, 0, sizeof w);
		w.c[0] = plain(3, 6, 0, 0, 0, 40);
		w.c[1] = plain(0, 0, 1, 2, 0, 40);
		for (int k = 0; k < 3; k++)
			w.c[2 + k] = plain(1, 2, 2, 4, window[at[k]][0], window[at[k]][1]);
		w.c[5] = plain(2, 4, 2, 4, 0, 40);
		w.n = 6;
		present(&w, 6);
		w.anchor[0] = anchor(5);
		w.nanchor = 1;
		ck_assert_int_eq(reason(&w, 2), B_LIMIT);
		ck_assert_int_eq(reason(&w, 7), B_LIMIT);
		ck_assert_int_eq(reason(&w, 15), B_OK);
		ck_assert_int_eq(reason(&w, 25), B_OK);
		ck_assert_int_eq(reason(&w, 35), B_LIMIT);
	}
}
END_TEST

/* One that another stands for is gone: it is not dropped again in place of the
 * worse of two that are left. */
START_TEST(kept_but_one)
{
	static const int window[3][2] = { { 2, 8 }, { 0, 10 }, { 15, 30 } };

	for (int i = 0; i < 9 * STYLES; i++) {
		int at[3] = { i % 9 / 3, i % 3, 3 - i % 9 / 3 - i % 3 };
		struct web w;
		if (at[0] == at[1])
			continue;
		memset(&w, 0, sizeof w);
		w.c[0] = plain(1, 3, 0, 0, 0, 40);
		w.c[1] = plain(0, 0, 1, 2, 0, 40);
		w.c[2] = plain(1, 2, 2, 4, 0, 40);
		for (int k = 0; k < 3; k++)
			w.c[3 + k] = plain(2, 4, 3, at[k] ? 6 : 7, window[at[k]][0], window[at[k]][1]);
		w.c[3].style = (uint8_t)(i / 9);
		w.c[6] = plain(3, 6, 3, 6, 0, 40);
		w.c[7] = plain(3, 7, 3, 6, 0, 40); /* the first one's path is longer */
		w.n = 8;
		present(&w, 8);
		w.anchor[0] = anchor(6);
		w.nanchor = 1;
		w.c[1].not_after = (DAY0 + 4) * (int64_t)WEB_DAY;
		ck_assert_int_eq(reason(&w, 3), B_LIMIT);
		w.c[1].not_after = (DAY0 + 40) * (int64_t)WEB_DAY;
		ck_assert_int_eq(reason(&w, 20), B_OK);
	}
}
END_TEST

/* Where one path stands for another nothing is lost, whichever came first; and
 * what was lost above stays lost, though a shorter life below makes all of one
 * kind. */
START_TEST(kept_above)
{
	for (int style = 0; style < STYLES; style++) {
		struct web w;
		memset(&w, 0, sizeof w);
		w.c[0] = plain(1, 3, 0, 0, 0, 40);
		w.c[1] = plain(0, 0, 1, 2, 0, 40);
		w.c[2] = plain(1, 2, 2, 4, 0, 40);
		w.c[3] = plain(2, 4, 3, 7, 2, 10); /* on the longer path */
		w.c[4] = plain(2, 4, 3, 6, 0, 10);
		w.c[5] = plain(3, 6, 3, 6, 0, 40);
		w.c[6] = plain(3, 7, 3, 6, 0, 40);
		w.c[3].style = (uint8_t)style;
		w.n = 7;
		present(&w, 7);
		w.anchor[0] = anchor(5);
		w.nanchor = 1;
		ck_assert_int_eq(reason(&w, 1), B_OK);
		ck_assert_int_eq(reason(&w, 15), B_EXPIRED);
		w.c[1].not_after = (DAY0 + 4) * (int64_t)WEB_DAY;
		w.c[3] = plain(2, 4, 3, 6, 5, 20);
		w.c[3].style = (uint8_t)style;
		ck_assert_int_eq(reason(&w, 2), B_LIMIT);
	}
}
END_TEST

/* More than every reason can be told of, but not more than yes or no needs: of
 * two paths the longer lasting one is kept. Limit stands for not_yet_valid alone:
 * the other may be expired before the leaf begins (verdicts.md, section 7). */
START_TEST(yes_or_no)
{
	int some = 0;

	for (int style = 0; style < STYLES; style++) {
		struct web w[2] = { two_anchors(0, 30, 5, 20, style) };
		if (!first(w)) /* the last of all ties stands against it */
			continue;
		some++;
		w[0].c[0].not_before -= 10 * WEB_DAY;
		w[0].c[0].not_after += 20 * WEB_DAY;
		w[1] = w[0];
		w[1].c[0].issuer = 1;
		w[1].c[0].signer = 2;
		w[1].c[3] = plain(1, 2, 0, 0, -10, 50);
		w[1].n = 4;
		present(&w[1], 4);
		for (int i = 0; i < 2; i++) {
			ck_assert_int_eq(reason(&w[i], -5), B_LIMIT);
			ck_assert_int_eq(reason(&w[i], 2), B_OK);
			ck_assert_int_eq(reason(&w[i], 15), B_OK);
			ck_assert_int_eq(reason(&w[i], 25), B_OK);
			ck_assert_int_eq(reason(&w[i], 35), B_EXPIRED);
		}
	}
	ck_assert_int_gt(some, 0);
}
END_TEST

/* What is said beside limit is the leaf's own (docs/verdicts.md, section 9). */
START_TEST(leaf_alone)
{
	static const struct { int day; uint32_t facts; } want[] = { { 1, B_LEAF_EARLY }, { 2, B_IN_TIME }, { 4, B_IN_TIME }, { 22, B_IN_TIME }, { 23, B_LEAF_EXPIRED } };
	struct web w = two_anchors(0, 10, 5, 20, 0);

	w.c[0].not_before = (DAY0 + 2) * (int64_t)WEB_DAY;
	w.c[0].not_after = (DAY0 + 22) * (int64_t)WEB_DAY;
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		struct brute_answer a = answer(&w, want[i].day);
		ck_assert_int_eq(a.reason, B_LIMIT);
		ck_assert_uint_eq(a.facts[0], want[i].facts);
	}
}
END_TEST

/* ---- candidates ---- */

/* n certificates of the leaf's issuer, which an anchor's key has signed. */
static struct web issuers(int n)
{
	struct web w;

	memset(&w, 0, sizeof w);
	w.c[0] = plain(3, 6, 0, 0, 0, 30);
	w.c[1] = plain(1, 2, 1, 2, 0, 30);
	for (int i = 0; i < n; i++)
		w.c[2 + i] = plain(0, 0, 1, 2, 0, 30);
	w.n = 2 + n;
	w.anchor[0] = anchor(1);
	w.nanchor = 1;
	present(&w, w.n);
	return w;
}

/* Four are tried, wherever they come from, and however often; of five one is
 * left out, so that nobody knows of it why it fails. */
START_TEST(tried)
{
	struct web w = issuers(4);

	ck_assert_int_eq(reason(&w, 10), B_OK);
	ck_assert_int_eq(reason(&w, 40), B_EXPIRED);
	w.pool = 0x3c; /* the same again */
	ck_assert_int_eq(reason(&w, 40), B_EXPIRED);
	present(&w, 1);
	ck_assert_int_eq(reason(&w, 40), B_EXPIRED);
	w = issuers(5);
	ck_assert_int_eq(reason(&w, 10), B_OK);
	ck_assert_int_eq(reason(&w, 40), B_LIMIT);
	present(&w, 4);
	w.pool = 0x78; /* one of them was sent, too */
	ck_assert_int_eq(reason(&w, 40), B_LIMIT);
}
END_TEST

/* An anchor's certificate is one candidate as such, and one as a certificate
 * below others, sent or not. */
START_TEST(tried_anchors)
{
	struct web w = issuers(2);

	for (int i = 0; i < 2; i++)
		w.anchor[w.nanchor++] = anchor(2 + i);
	for (int sent = 1; sent <= 4; sent++) {
		for (int pooled = 0; pooled < 2; pooled++) {
			present(&w, sent);
			w.pool = pooled ? 0xc : 0;
			ck_assert_int_eq(reason(&w, 10), B_OK);
			ck_assert_int_eq(reason(&w, 40), B_EXPIRED);
		}
	}
	w = issuers(3);
	for (int i = 0; i < 3; i++)
		w.anchor[w.nanchor++] = anchor(2 + i);
	ck_assert_int_eq(reason(&w, 40), B_LIMIT);
}
END_TEST

/* Those with the right key identifier first, though they were not sent. */
START_TEST(tried_first)
{
	for (int right = 0; right < 5; right++) {
		struct web w = issuers(5);
		w.c[0].aki = 1;
		for (int i = 0; i < 5; i++) {
			w.c[2 + i].key = i == right ? 0 : 1;
			w.c[2 + i].ski = i == right ? 1 : 2;
		}
		ck_assert_int_eq(reason(&w, 10), B_OK);
		w.presented[2 + right] = 1; /* the anchor's twice instead */
		ck_assert_int_eq(reason(&w, 10), B_UNKNOWN);
		w.pool = UINT32_C(4) << right;
		ck_assert_int_eq(reason(&w, 10), B_OK);
	}
}
END_TEST

/* One that is in the pool and in the witness is tried once: of four one leads to
 * an anchor, with what the witness alone has. */
START_TEST(tried_once)
{
	for (int good = 0; good < 4; good++) {
		struct web w;
		memset(&w, 0, sizeof w);
		w.c[0] = plain(3, 6, 0, 0, 0, 30);
		w.c[1] = plain(2, 4, 2, 4, 0, 30);
		w.c[2] = plain(1, 2, 2, 4, 0, 30);
		for (int i = 0; i < 4; i++)
			w.c[3 + i] = plain(0, 0, i == good ? 1 : 3, i == good ? 2 : 7, 0, 30);
		w.n = 7;
		present(&w, 1);
		w.anchor[0] = anchor(1);
		w.nanchor = 1;
		w.pool = 0x78;
		w.witness = 0x7c;
		w.has_witness = true;
		struct brute_answer a = answer(&w, 10);
		ck_assert_int_eq(a.reason, B_MISSING);
		ck_assert_uint_eq(a.culprit, UINT32_C(8) << good);
	}
}
END_TEST

/* A key that is not tried, because the others cost so much, makes no path of its
 * own, be it the right one. */
START_TEST(not_tried)
{
	static const int order[WEB_CERTS] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct tw_cert key = { .key = TW_KEY_EC, .curve = "secp256r1", .key_bits = 256 };
	int n = 20 / (int)tw_pubkey_cost(&key), good = 0;

	ck_assert_int_ge(n, 2);
	ck_assert_int_lt(n, 4);
	for (int right = 0; right < 4; right++) {
		struct web w = issuers(4);
		for (int i = 0; i < 4; i++)
			w.c[2 + i].key = (uint8_t)(4 + i);
		w.c[0].signer = (uint8_t)(4 + right);
		int is = reason(&w, 10);
		ck_assert(is == B_OK || is == B_LIMIT);
		good += is == B_OK;
		struct brute_listed l[8];
		struct engine e;
		engine_open(&e, &w, order);
		engine_judge(&e, &w);
		/* by what was tried: it holds, or it does not */
		ck_assert_int_eq(engine_paths(&e, w.c[0].not_before, l, 8), 1);
		ck_assert_int_eq(l[0].reason, is == B_OK ? B_OK : B_BAD);
		engine_close(&e);
	}
	ck_assert_int_eq(good, n);
}
END_TEST

/* That paths were lost is not forgotten when another leaf, whose paths nobody
 * can check, asks what lies above it. */
START_TEST(not_forgotten)
{
	struct web w = two_anchors(0, 10, 5, 20, 0);

	for (int i = 3; i < 5; i++)
		w.c[i] = plain(3, 6, 1, 2, 0, 30);
	w.c[0] = plain(1, 2, 0, 0, 0, 30);
	w.c[0].unsupported = true;
	w.c[3].aki = 1;
	w.n = 5;
	w.presented[0] = 3;
	w.presented[1] = 0;
	w.presented[2] = 4;
	ck_assert_int_eq(reason(&w, 7), B_LIMIT);
	w.npresented = 2;
	ck_assert_int_eq(reason(&w, 7), B_LIMIT);
	w.nanchor = 1; /* nothing is lost */
	ck_assert_int_eq(reason(&w, 7), B_UNSUPPORTED);
}
END_TEST

/* Nor does it matter to one that only has the same issuer's name. */
START_TEST(lost_elsewhere)
{
	struct web w = two_anchors(0, 10, 5, 20, 0);

	w.c[0] = plain(3, 6, 2, 4, 0, 30);
	w.c[3] = plain(2, 4, 1, 2, 0, 30);
	w.c[4] = plain(1, 2, 1, 2, 0, 30);
	w.c[5] = plain(1, 3, 0, 0, 0, 30);
	w.n = 6;
	w.anchor[2] = anchor(4);
	w.nanchor = 3;
	present(&w, 6);
	ck_assert_int_eq(reason(&w, 10), B_OK);
	ck_assert_int_eq(reason(&w, 40), B_EXPIRED);
	w.c[3].signer = 3;
	ck_assert_int_eq(reason(&w, 10), B_OK);
	ck_assert_int_eq(reason(&w, 40), B_LIMIT);
	w.c[0] = plain(3, 6, 1, 2, 0, 30);
	ck_assert_int_eq(reason(&w, 10), B_OK);
	ck_assert_int_eq(reason(&w, 40), B_EXPIRED);
	w.c[0].signer = 3;
	ck_assert_int_eq(reason(&w, 10), B_OK);
	ck_assert_int_eq(reason(&w, 40), B_LIMIT);
}
END_TEST

/* Nor where that was found out before, for another leaf of the same context: all
 * names lead to each other, by anchors' issuers, whose signatures do not count. */
START_TEST(lost_before)
{
	struct web w = two_anchors(0, 10, 5, 20, 0);

	w.c[0] = plain(3, 6, 4, 5, 0, 30);
	w.c[1].issuer = 2;
	w.c[2].issuer = 4;
	for (int i = 1; i < 3; i++) {
		w.c[i].signer = 7;
		w.c[i].aki = 1;
	}
	w.c[3] = plain(4, 5, 1, 2, 0, 30);
	w.c[4] = plain(2, 4, 1, 3, 0, 30);
	w.c[3].ski = w.c[4].ski = 2;
	w.c[5] = plain(1, 2, 1, 2, 0, 30);
	w.c[6] = plain(1, 3, 0, 0, 0, 30);
	w.c[7] = plain(3, 6, 2, 4, 0, 30);
	w.n = 8;
	w.anchor[2] = anchor(5);
	w.nanchor = 3;
	present(&w, 8);
	ck_assert_int_eq(reason(&w, 40), B_EXPIRED);
	w.presented[0] = 7;
	w.presented[7] = 0;
	ck_assert_int_eq(reason(&w, 40), B_LIMIT);
	ck_assert_int_eq(reason(&w, 7), B_OK);
}
END_TEST

/* ---- why there is no path ---- */

/* A leaf, two intermediates and a root, no anchor: four to look at where three may be. */
static struct web chain_of_four(void)
{
	struct web w;

	memset(&w, 0, sizeof w);
	w.c[0] = plain(3, 6, 0, 0, 0, 30);
	w.c[1] = plain(0, 0, 1, 2, 0, 30);
	w.c[2] = plain(1, 2, 1, 2, 0, 30);
	w.c[3] = plain(1, 2, 2, 4, 0, 30);
	w.n = 4;
	return w;
}

/* Three certificates are looked at: a root beyond is not found, and nobody says
 * that there is none. */
START_TEST(reached)
{
	struct web w = chain_of_four();

	w.n = 3;
	present(&w, 3);
	ck_assert_int_eq(reason(&w, 10), B_UNTRUSTED);
	w.n = 4;
	present(&w, 4);
	struct brute_answer a = answer(&w, 10);
	ck_assert_int_eq(a.reason, B_LIMIT);
	ck_assert_uint_eq(a.culprit, 0);
	present(&w, 2);
	ck_assert_int_eq(reason(&w, 10), B_UNKNOWN);
}
END_TEST

static uint64_t limited(struct web *w)
{
	static const int order[WEB_CERTS] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct engine e;

	engine_open(&e, w, order);
	engine_judge(&e, w);
	uint64_t n = tw_judge_stats(e.judge).limited;
	engine_close(&e);
	return n;
}

/* Chains of which limit was said are counted, whatever bound it was: also that
 * on the search for why there is no path. */
START_TEST(counted)
{
	struct web w[4] = { two_anchors(0, 10, 5, 20, 0), issuers(5), issuers(5), issuers(4) }, far = chain_of_four();

	w[0].presented[1] = w[0].presented[2] = 0;
	w[1].nanchor = 1;
	w[2].c[0].signer = 7; /* by none of them */
	for (int i = 0; i < 4; i++) {
		w[i].npresented = 1;
		w[i].pool = 0xfc;
		ck_assert_uint_eq(limited(&w[i]), i < 3);
	}
	present(&far, 4);
	ck_assert_uint_eq(limited(&far), 1);
	far.n = 3;
	present(&far, 3);
	ck_assert_uint_eq(limited(&far), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("bounded");
	TCase *tc = tcase_create("bounded");

	tcase_add_test(tc, kept);
	tcase_add_test(tc, kept_of_three);
	tcase_add_test(tc, kept_but_one);
	tcase_add_test(tc, kept_above);
	tcase_add_test(tc, yes_or_no);
	tcase_add_test(tc, leaf_alone);
	tcase_add_test(tc, tried);
	tcase_add_test(tc, tried_anchors);
	tcase_add_test(tc, tried_first);
	tcase_add_test(tc, tried_once);
	tcase_add_test(tc, not_tried);
	tcase_add_test(tc, not_forgotten);
	tcase_add_test(tc, lost_elsewhere);
	tcase_add_test(tc, lost_before);
	tcase_add_test(tc, reached);
	tcase_add_test(tc, counted);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
