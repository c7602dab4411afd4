/* What a store's rows have against a chain, as a drawing says it: rows of
 * snapshots, which no PEM file has, over the fixtures. */
#include "base/bounds.h"
#include "chain/explain.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tw_certs certs;
static struct tw_graph g;
static uint32_t chain[2], root;

static uint32_t load(const char *name)
{
	const char *dir = getenv("TW_SRCDIR");
	uint32_t *v = NULL, n = 0;
	char path[4096];

	snprintf(path, sizeof path, "%s/tests/chain/certs/%s.pem", dir ? dir : ".", name);
	ck_assert_int_eq(tw_certs_load(&certs, path, &v, &n), 1);
	n = v[0];
	free(v);
	return n;
}

/* The drawing in June 2015 holds the reason and the words, or nothing fails. */
static void draws(const struct tw_store *s, enum tw_purpose purpose, const char *words)
{
	struct tw_judge_options rules = { .purpose = purpose };
	struct tw_trust *t = tw_trust_new(&g, s);
	struct tw_judge *j = tw_judge_new(&g, &rules);
	struct tw_question q = { .presented = chain, .npresented = 2, .trust = t };
	struct tw_judgement out;
	struct tw_buf b = { 0, 0, 0 };
	int64_t at;

	ck_assert(tw_time_parse(tw_str("2015-06-01"), &at));
	tw_judge_chain(j, &q, &out);
	tw_explain(&b, j, &q, &out, at);
	tw_buf_addc(&b, 0);
	ck_assert_msg((strstr((char *)b.p, "FAILS distrusted: ") != NULL) == (words != NULL), "%s", (char *)b.p);
	ck_assert_msg(!words || strstr((char *)b.p, words), "%s", (char *)b.p);
	tw_buf_free(&b);
	tw_judgement_free(&out);
	tw_judge_free(j);
	tw_trust_free(t);
}

START_TEST(rows)
{
	struct tw_anchor row = tw_anchor_plain(root);
	struct tw_store s = { .anchor = &row, .n = 1 };
	int64_t begins = certs.v[chain[0]].not_before;

	draws(&s, TW_PURPOSE_SERVER, NULL);
	row.distrust_after = begins;
	draws(&s, TW_PURPOSE_SERVER, NULL);
	row.distrust_after = begins - 1;
	draws(&s, TW_PURPOSE_SERVER, "the store trusts nothing below this anchor that begins after 2013-12-31T23:59:59Z\n");
	row = tw_anchor_plain(root);
	row.purposes = TW_TRUST_CLIENT;
	draws(&s, TW_PURPOSE_SERVER, "the store does not trust it for the purpose server\n");
	row.purposes = TW_TRUST_SERVER;
	draws(&s, TW_PURPOSE_SERVER, NULL);
}
END_TEST

START_TEST(blocks)
{
	struct tw_anchor row = tw_anchor_plain(root);
	struct tw_block block = { .kind = TW_BLOCK_CERT, .from = TW_TIME_MIN, .until = TW_TIME_MAX };
	struct tw_store s = { .anchor = &row, .n = 1, .block = &block, .nblock = 1 };

	memcpy(block.hash, certs.v[chain[1]].sha256, TW_SHA256);
	draws(&s, TW_PURPOSE_SERVER, "the store blocks it\n");
	memcpy(block.hash, certs.v[root].sha256, TW_SHA256); /* an anchor is judged by its rows */
	draws(&s, TW_PURPOSE_SERVER, NULL);
}
END_TEST

static void setup(void)
{
	tw_signature_start();
	chain[0] = load("leaf");
	chain[1] = load("int");
	root = load("root");
	tw_graph_init(&g, &certs);
}

static void teardown(void)
{
	tw_graph_free(&g);
	tw_certs_close(&certs);
}

int main(void)
{
	Suite *s = suite_create("distrust");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, rows);
	tcase_add_test(t, blocks);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad ? 1 : 0;
}
