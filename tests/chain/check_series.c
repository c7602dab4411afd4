/* A store of a hundred snapshots as one overlay: random webs whose store changes
 * a little from day to day. On each snapshot's date, and a second before the
 * next one's, what the series says is what the enumerator says of that day's
 * store, and what a store of that one snapshot says to a judge of its own; and
 * the dates over which an answer is said to hold are the same whenever within
 * them it is asked for, so that a chain is judged as often as its own rows
 * change, and no more.
 *
 * TW_GRAPHS webs (default 400) from TW_SEED (default 1) on. */
#include "chain/agree.h"
#include "trust/series.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define DAYS 100

struct day {
	struct web_anchor anchor[WEB_CERTS];
	struct web_block block[2];
	int nanchor, nblock;
	int64_t since;
};

static struct {
	uint64_t asked, judged, runs, moments, wrong;
} sum;

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *v = getenv(name);
	return v && *v ? strtoull(v, NULL, 10) : otherwise;
}

static int below(uint64_t *s, int n)
{
	return (int)(web_random(s) % (uint64_t)n);
}

/* One thing about the store is another. */
static void change(struct day *d, const struct web *w, uint64_t *s)
{
	struct web_anchor *a = &d->anchor[d->nanchor ? below(s, d->nanchor) : 0];

	switch (below(s, 7)) {
	case 0:
		if (d->nanchor == WEB_CERTS)
			break;
		d->anchor[d->nanchor++] = (struct web_anchor){ .cert = below(s, w->n), .server = below(s, 4) > 0, .client = below(s, 2) > 0,
			.expiry = below(s, 4) > 0, .distrust_after = TW_TIME_MAX };
		break;
	case 1:
		if (d->nanchor)
			*a = d->anchor[--d->nanchor];
		break;
	case 2: a->server = !a->server; break;
	case 3: a->sets = below(s, 3); break;
	case 4: a->distrust_after = below(s, 3) ? w->c[below(s, w->n)].not_before - below(s, 2) : TW_TIME_MAX; break;
	case 5:
		if (d->nblock < 2)
			d->block[d->nblock++] = (struct web_block){ (enum web_block_kind)below(s, 3), below(s, w->n),
				w->c[0].not_before + (below(s, 2) ? -9000 : below(s, 5)) * WEB_DAY, TW_TIME_MAX };
		break;
	default:
		d->nblock -= d->nblock > 0;
		break;
	}
}

/* Is one a store's row twice? Then it is no other store. */
static bool same_day(const struct day *a, const struct day *b)
{
	return a->nanchor == b->nanchor && a->nblock == b->nblock && !memcmp(a->anchor, b->anchor, sizeof a->anchor) &&
		!memcmp(a->block, b->block, sizeof a->block);
}

static void make_days(struct day *d, const struct web *w, uint64_t *s)
{
	memset(d, 0, DAYS * sizeof *d);
	for (int i = 0; i < w->nanchor; i++)
		d->anchor[d->nanchor++] = w->anchor[i];
	for (int i = 0; i < w->nblock; i++)
		d->block[d->nblock++] = w->block[i];
	for (int k = 0; k < DAYS; k++) {
		if (k)
			d[k] = d[k - 1];
		d[k].since = w->c[0].not_before + (2 * k - DAYS) * (int64_t)WEB_DAY;
		if (k && below(s, 100) < 12)
			change(&d[k], w, s);
	}
}

static void snapshot(const struct day *d, const struct engine *e, struct tw_snapshot *out)
{
	static const char *const sets[] = { "", "sct_not_after=2009-01-01T00:00:00Z", "sct_all_after=2009-01-01T00:00:00Z" };

	for (int i = 0; i < d->nanchor; i++) {
		const struct web_anchor *a = &d->anchor[i];
		struct tw_snapshot_row *r = tw_snapshot_add_cert(out, TW_ROW_ANCHOR, &e->certs, e->id[a->cert]);
		r->purposes = (a->server ? TW_TRUST_SERVER : 0u) | (a->client ? TW_TRUST_CLIENT : 0u) | TW_TRUST_EMAIL;
		r->expiry = a->expiry;
		r->distrust_after = a->distrust_after;
		r->constraints = tw_snapshot_text(out, tw_str(sets[a->sets]));
	}
	for (int i = 0; i < d->nblock; i++) {
		const struct web_block *b = &d->block[i];
		const struct tw_cert *c = &e->certs.v[e->id[b->cert]];
		struct tw_snapshot_row *r = tw_snapshot_add(out, TW_ROW_BLOCK);
		r->by_cert = b->kind == WEB_BLOCK_CERT;
		r->by_serial = b->kind == WEB_BLOCK_SERIAL;
		r->by_key = b->kind == WEB_BLOCK_KEY;
		memcpy(r->sha256, c->sha256, TW_SHA256);
		tw_sha256(c->issuer, r->issuer);
		tw_sha256(c->spki, r->spki);
		r->serial = tw_snapshot_text(out, c->serial);
		r->nserial = (uint32_t)c->serial.n;
		r->from = b->from;
		r->until = b->until;
	}
	tw_snapshot_sort(out);
}

/* Days first to last as one store. */
static void store_of(struct engine *e, const struct day *d, int n, struct tw_store *out)
{
	struct tw_series m;

	memset(out, 0, sizeof *out);
	out->day = tw_alloc((size_t)n * sizeof *out->day);
	out->nday = (uint32_t)n;
	out->fixed = n == 1;
	tw_series_begin(&m, out, &e->certs);
	for (int k = 0; k < n; k++) {
		struct tw_snapshot s = { .n = 0 };
		out->day[k].since = d[k].since;
		snapshot(&d[k], e, &s);
		ck_assert_int_eq(tw_series_add(&m, &s, &e->certs, "a day", "nowhere"), 0);
		tw_snapshot_free(&s);
	}
	tw_series_end(&m);
	for (uint32_t i = 0; i < out->n; i++) {
		const struct tw_anchor *a = &out->anchor[i];
		ck_assert(!i || a[-1].cert <= a->cert);
		ck_assert(!a->constraints || *a->constraints->text);
	}
}

/* The day's web, and what its chain is worth, by numbers alone. */
static void enumerate(const struct web *w, const struct day *d, const struct brute *known, struct web *of, struct brute *b)
{
	*of = *w;
	memcpy(of->anchor, d->anchor, sizeof of->anchor);
	memcpy(of->block, d->block, sizeof of->block);
	of->nanchor = d->nanchor;
	of->nblock = d->nblock;
	*b = (struct brute){ .w = of };
	memcpy(b->sha256, known->sha256, sizeof b->sha256);
	brute_paths(b);
}

static bool as_enumerated(const struct brute *b, const struct engine *e)
{
	int64_t at[AGREE_MOMENTS];
	struct brute_answer want, got;
	int n = agree_moments(b->w, at);

	for (int i = 0; i < n; i++, sum.moments++) {
		brute_at(b, at[i], &want);
		engine_at(e, at[i], &got);
		if (!agree_same(&want, &got)) {
			printf("second %lld: reason %d, wanted %d\n", (long long)at[i], got.reason, want.reason);
			return false;
		}
	}
	return true;
}

/* What a store of the day's snapshot alone says to a judge that knows nothing. */
static bool as_alone(struct engine *e, const struct web *w, const struct day *d)
{
	struct tw_store one;
	struct tw_judgement j;
	struct tw_judge_options rules = { .purpose = (enum tw_purpose)w->purpose, .profile = tw_profile_find(
		w->profile == WEB_RFC5280 ? "rfc5280" : w->profile == WEB_WEBPKI ? "webpki" : "2015"), .facts = true };
	struct tw_question q = e->question;

	store_of(e, d, 1, &one);
	struct tw_trust *t = tw_trust_new(&e->graph, &one);
	struct tw_judge *judge = tw_judge_new(&e->graph, &rules);
	q.trust = t;
	q.at = d->since;
	tw_judge_chain(judge, &q, &j);
	bool same = tw_judgement_eq(&j, &e->judgement);
	tw_judgement_free(&j);
	tw_judge_free(judge);
	tw_trust_free(t);
	tw_store_free(&one);
	return same;
}

struct run {
	struct tw_held held;
	struct tw_judgement j;
};

/* The days in an order of their own; answers are remembered by their dates. */
static void ask_all(struct engine *e, const struct web *w, const struct day *d, const struct brute *known, uint64_t *s)
{
	struct run run[DAYS];
	int nrun = 0, order[DAYS], changes = 0;
	struct web of;
	struct brute b = { .w = NULL };

	for (int k = 0; k < DAYS; k++) {
		order[k] = k;
		changes += k && !same_day(&d[k], &d[k - 1]);
	}
	for (int k = DAYS - 1; k > 0; k--) {
		int i = below(s, k + 1), x = order[k];
		order[k] = order[i];
		order[i] = x;
	}
	for (int i = 0; i < DAYS; i++) {
		int k = order[i], r = 0;
		int64_t last = k + 1 < DAYS ? d[k + 1].since - 1 : TW_TIME_MAX;
		e->question.at = below(s, 2) ? d[k].since : last;
		tw_judgement_free(&e->judgement);
		tw_judge_chain(e->judge, &e->question, &e->judgement);
		struct tw_held h = e->judgement.held;
		ck_assert(h.from <= (k ? d[k].since : TW_TIME_MIN) && h.until >= last);
		while (r < nrun && (run[r].held.until < h.from || run[r].held.from > h.until))
			r++;
		sum.asked++;
		if (r < nrun) { /* the same dates, the same answer */
			ck_assert(run[r].held.from == h.from && run[r].held.until == h.until);
			ck_assert(tw_judgement_eq(&run[r].j, &e->judgement));
			continue;
		}
		enumerate(w, &d[k], known, &of, &b);
		bool ok = b.overflow || as_enumerated(&b, e);
		brute_free(&b);
		if (!ok || !as_alone(e, w, &d[k])) {
			sum.wrong++;
			printf("day %d of:\n", k);
			web_print(&of);
		}
		run[nrun].held = h;
		run[nrun++].j = e->judgement;
		memset(&e->judgement, 0, sizeof e->judgement);
	}
	sum.judged += (uint64_t)nrun;
	sum.runs += (uint64_t)changes + 1;
	ck_assert_int_le(nrun, changes + 1);
	for (int r = 0; r < nrun; r++)
		tw_judgement_free(&run[r].j);
}

static void web_of(uint64_t seed)
{
	static const int order[WEB_CERTS] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	static struct day d[DAYS];
	struct web w;
	struct engine e;
	struct brute known = { .w = &w };
	struct tw_store store;
	uint64_t s = seed ^ UINT64_C(0x9e3779b97f4a7c15);

	web_make(&w, seed, engine_features());
	for (int i = 0; i < w.n; i++) {
		struct tw_buf der = { 0, 0, 0 };
		web_der(&w, i, &der);
		tw_sha256(tw_buf_slice(&der), known.sha256[i]);
		tw_buf_free(&der);
	}
	make_days(d, &w, &s);
	engine_open(&e, &w, order);
	engine_judge(&e, &w); /* indexes and a judge that has answered already */
	store_of(&e, d, DAYS, &store);
	const struct tw_trust *own = e.question.trust;
	struct tw_trust *t = tw_trust_new(&e.graph, &store);
	e.question.trust = t;
	ask_all(&e, &w, d, &known, &s);
	e.question.trust = own;
	tw_trust_free(t);
	tw_store_free(&store);
	engine_close(&e);
}

START_TEST(days)
{
	uint64_t n = number("TW_GRAPHS", 400), seed = number("TW_SEED", 1);

	for (uint64_t i = seed; i < seed + n; i++)
		web_of(i);
	printf("%llu webs of %d days, asked %llu, judged %llu of %llu runs of days, %llu moments, %llu wrong\n", (unsigned long long)n, DAYS,
		(unsigned long long)sum.asked, (unsigned long long)sum.judged, (unsigned long long)sum.runs, (unsigned long long)sum.moments,
		(unsigned long long)sum.wrong);
	ck_assert_uint_eq(sum.wrong, 0);
	ck_assert_uint_lt(sum.judged, sum.runs); /* some changes touch no chain */
}
END_TEST

/* An anchor whose certificate nobody has is an error where there is a pool in
 * which it should be, and no row where there is none. */
START_TEST(nobody_has)
{
	static const int order[WEB_CERTS] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct tw_snapshot s = { .n = 0 };
	struct web w;
	struct engine e;

	web_make(&w, 1, engine_features());
	engine_open(&e, &w, order);
	(void)tw_snapshot_add_cert(&s, TW_ROW_ANCHOR, &e.certs, e.id[0]);
	(void)tw_snapshot_add(&s, TW_ROW_ANCHOR);
	for (int pool = 0; pool < 2; pool++) {
		struct tw_store store = { .day = tw_alloc(sizeof *store.day), .nday = 1 };
		struct tw_series m;
		tw_series_begin(&m, &store, &e.certs);
		ck_assert_int_eq(tw_series_add(&m, &s, &e.certs, "a day", pool ? "nowhere" : NULL), pool ? -1 : 0);
		tw_series_end(&m);
		ck_assert_uint_eq(store.n, 1);
		ck_assert_uint_eq(store.anchor->cert, e.id[0]);
		tw_store_free(&store);
	}
	tw_snapshot_free(&s);
	engine_close(&e);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("series");
	TCase *t = tcase_create("all");

	tcase_set_timeout(t, 0);
	tcase_add_test(t, days);
	tcase_add_test(t, nobody_has);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_set_fork_status(r, CK_NOFORK);
	srunner_run_all(r, CK_ENV);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
