/* A vendor's conditions on leaves, one by one: what docs/rootstores.md and
 * docs/verdicts.md (section 6) say of each, at its bound and beside it. */
#include "chain/label.h"
#include "synth/der.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* 2024-06-30T23:59:59Z */
#define AT INT64_C(1719791999)
#define NONE "the store asks for dates of SCTs, and there is no SCT in it"
#define EARLIER "the store asks for an earlier SCT"
#define LATER "the store asks for later SCTs"
#define BEGIN "the store asks for an earlier begin of validity"
#define BEGINS "the store asks for a later begin of validity"
#define NAMES "the store permits none but other names"
#define NEVER "no newest client fulfils what the store asks"

struct leaf {
	const char *text;
	int64_t sct[3];         /* milliseconds, 0: no more; -1: one too short, -2: of another version, -3: at 0 */
	int64_t not_before;
	const char *names;      /* with | between; a mail address with @ in front; NULL: no SAN */
	const char *why;        /* NULL: it holds */
};
static const struct leaf leaves[] = {
	{ "sct_not_after=2024-06-30T23:59:59Z", { AT * 1000 }, 0, NULL, NULL },
	{ "sct_not_after=2024-06-30T23:59:59Z", { AT * 1000 + 1 }, 0, NULL, EARLIER },
	{ "sct_not_after=2024-06-30T23:59:59Z", { AT * 1000 + 1, AT * 1000 }, 0, NULL, NULL },
	{ "sct_not_after=2024-06-30T23:59:59Z", { AT * 1000, AT * 1000 + 1 }, 0, NULL, NULL },
	{ "sct_not_after=2024-06-30T23:59:59Z", { 0 }, 0, NULL, NONE },
	{ "sct_not_after=2024-06-30T23:59:59Z", { -2 }, 0, NULL, NONE },
	{ "sct_not_after=2024-06-30T23:59:59Z", { -2, 1 }, 0, NULL, NULL },
	{ "sct_not_after=2024-06-30T23:59:59Z", { 1, -1 }, 0, NULL, NONE },
	{ "sct_not_after=1970-01-01T00:00:00Z", { 1 }, 0, NULL, EARLIER },
	{ "sct_not_after=1970-01-01T00:00:00Z", { -3 }, 0, NULL, NULL },
	{ "sct_all_after=1970-01-01T00:00:00Z", { -3 }, 0, NULL, LATER },
	{ "sct_not_after=1969-12-31T23:59:59Z", { 1 }, 0, NULL, EARLIER },
	{ "sct_all_after=2024-06-30T23:59:59Z", { AT * 1000 }, 0, NULL, LATER },
	{ "sct_all_after=2024-06-30T23:59:59Z", { AT * 1000 + 1 }, 0, NULL, NULL },
	{ "sct_all_after=2024-06-30T23:59:59Z", { AT * 1000 + 1, AT * 1000 }, 0, NULL, LATER },
	{ "sct_all_after=2024-06-30T23:59:59Z", { 0 }, 0, NULL, NONE },
	{ "sct_all_after=1969-12-31T23:59:59Z", { 1 }, 0, NULL, NULL },
	{ "sct_not_after=2024-06-30T23:59:59Z sct_all_after=2024-06-30T23:59:58Z", { AT * 1000 }, 0, NULL, NULL },
	{ "sct_not_after=2024-06-30T23:59:59Z sct_all_after=2024-06-30T23:59:58Z", { AT * 1000, 1 }, 0, NULL, LATER },
	{ "starts_not_after=2024-06-30T23:59:59Z", { 0 }, AT, NULL, NULL },
	{ "starts_not_after=2024-06-30T23:59:59Z", { 0 }, AT + 1, NULL, BEGIN },
	{ "starts_after=2024-06-30T23:59:59Z", { 0 }, AT, NULL, BEGINS },
	{ "starts_after=2024-06-30T23:59:59Z", { 0 }, AT + 1, NULL, NULL },
	{ "min_version=121.0.0.0", { 0 }, TW_TIME_MIN, "www.example.org", NULL },
	{ "max_version_exclusive=128.0.6613.0", { 0 }, 0, NULL, NEVER },
	{ "permitted_dns_name=gov.tr", { 0 }, 0, NULL, NULL },
	{ "permitted_dns_name=gov.tr", { 0 }, 0, "@someone@example.org", NULL },
	{ "permitted_dns_name=gov.tr", { 0 }, 0, "www.gov.tr|GOV.TR|*.a.gov.tr", NULL },
	{ "permitted_dns_name=gov.tr", { 0 }, 0, "www.gov.tr|www.org.tr", NAMES },
	{ "permitted_dns_name=gov.tr", { 0 }, 0, "www.xgov.tr", NAMES },
	{ "permitted_dns_name=gov.tr", { 0 }, 0, "www..gov.tr", NAMES },
	{ "permitted_dns_name=a.example permitted_dns_name=gov.tr", { 0 }, 0, "gov.tr|b.a.example", NULL },
	{ "permitted_dns_name=a.example permitted_dns_name=gov.tr", { 0 }, 0, "example", NAMES },
	{ "permitted_dns_name=gov.tr", { 0 }, 0, "!", NAMES },
	/* each member of one alternative, some alternative */
	{ "starts_not_after=2024-06-30T23:59:59Z permitted_dns_name=gov.tr", { 0 }, AT, "a.tr", NAMES },
	{ "starts_not_after=2024-06-30T23:59:59Z | permitted_dns_name=gov.tr", { 0 }, AT, "a.tr", NULL },
	{ "permitted_dns_name=gov.tr | starts_not_after=2024-06-30T23:59:59Z", { 0 }, AT, "a.tr", NULL },
	{ "permitted_dns_name=gov.tr | starts_not_after=2024-06-30T23:59:59Z", { 0 }, AT + 1, "a.tr", NAMES "; or " BEGIN },
};

static void put_sct(struct tw_buf *b, int64_t ms)
{
	uint8_t one[47] = { 0, sizeof one - 2 };

	for (int i = 0; i < 8 && ms > 0; i++)
		one[2 + 33 + i] = (uint8_t)(ms >> 8 * (7 - i));
	one[2] = ms == -2; /* of version 2 */
	if (ms == -1)
		one[1] = 40;
	tw_buf_add(b, one, 2u + one[1]);
}

static void put_names(struct tw_buf *san, const char *names)
{
	struct tw_buf body = { 0, 0, 0 };

	for (const char *p = names; *p; p += strcspn(p, "|"), p += *p == '|') {
		size_t n = strcspn(p, "|");
		if (*p == '!')
			tw_buf_addslice(&body, (struct tw_slice){ (const uint8_t *)"\x82\x09", 2 }); /* and nothing behind */
		else
			der_put(&body, *p == '@' ? 0x81 : 0x82, *p == '@' ? p + 1 : p, *p == '@' ? n - 1 : n);
	}
	der_wrap(san, 0x30, &body);
	tw_buf_free(&body);
}

START_TEST(conditions)
{
	const struct leaf *l = &leaves[_i];
	struct tw_alternatives *a = tw_alternatives_new(l->text);
	struct tw_buf scts = { 0, 0, 0 }, san = { 0, 0, 0 }, said = { 0, 0, 0 }, want = { 0, 0, 0 };
	struct tw_cert c = { .not_before = l->not_before };

	ck_assert_ptr_nonnull(a);
	for (int i = 0; i < 3 && l->sct[i]; i++)
		put_sct(&scts, l->sct[i]);
	if (l->names)
		put_names(&san, l->names);
	c.scts = tw_buf_slice(&scts);
	c.san = tw_buf_slice(&san);
	ck_assert_msg(tw_conditions_hold(a, &c) == !l->why, "%d: %s", _i, l->text);
	if (l->why) {
		tw_conditions_say(&said, a, &c);
		tw_buf_addf(&want, "%s (%s)", l->why, l->text);
		tw_buf_addc(&said, 0);
		tw_buf_addc(&want, 0);
		ck_assert_str_eq((char *)said.p, (char *)want.p);
	}
	tw_buf_free(&scts);
	tw_buf_free(&san);
	tw_buf_free(&said);
	tw_buf_free(&want);
	tw_alternatives_free(a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("conditions");
	TCase *tc = tcase_create("conditions");

	tcase_add_loop_test(tc, conditions, 0, sizeof leaves / sizeof *leaves);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
