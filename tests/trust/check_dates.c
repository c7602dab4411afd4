/* Series of dates; the expected ones are from a calendar (python's datetime, dateutil's relativedelta). */
#include "trust/dates.h"

#include <check.h>
#include <stdlib.h>

static const struct {
	const char *text, *dates;
} good[] = {
	{ "2015-01-01/2016-07-01/P6M", "2015-01-01 2015-07-01 2016-01-01 2016-07-01" },
	{ "2015-01-01/2016-06-30/P6M", "2015-01-01 2015-07-01 2016-01-01" },
	{ "2015-01-01/2015-01-01/P1Y", "2015-01-01" },
	{ "2019-10-31/2020-04-30/P1M", "2019-10-31 2019-11-30 2019-12-31 2020-01-31 2020-02-29 2020-03-31 2020-04-30" },
	{ "2020-02-29/2024-02-29/P1Y", "2020-02-29 2021-02-28 2022-02-28 2023-02-28 2024-02-29" },
	{ "2019-12-20/2020-01-20/P2W", "2019-12-20 2020-01-03 2020-01-17" },
	{ "2020-02-20/2020-03-11/P10D", "2020-02-20 2020-03-01 2020-03-11" },
	{ "2018-01-31/2021-01-01/P1Y1M1D", "2018-01-31 2019-03-01 2020-04-02" },
};

START_TEST(series)
{
	struct tw_buf dates = { 0 }, text = { 0 };
	const char *why = tw_dates_parse(good[_i].text, &dates);
	ck_assert_msg(!why, "%s: %s", good[_i].text, why);
	for (size_t i = 0; i < dates.n; i += sizeof(int64_t)) {
		int64_t t;
		memcpy(&t, dates.p + i, sizeof t);
		if (i)
			tw_buf_addc(&text, ' ');
		size_t at = text.n;
		tw_time_add(&text, t);
		ck_assert_int_eq(memcmp(text.p + at + 10, "T00:00:00Z", 10), 0);
		text.n = at + 10;
	}
	tw_buf_addc(&text, 0);
	ck_assert_str_eq((char *)text.p, good[_i].dates);
	tw_buf_free(&text);
	tw_buf_free(&dates);
}
END_TEST

static const char *const bad[] = { "", "2015-01-01", "2015-01-01/2016-01-01", "2015-01-01/2016-01-01/", "2015-01-01/2016-01-01/P",
	"2015-01-01/2016-01-01/6M", "2015-01-01/2016-01-01/P0M", "2015-01-01/2016-01-01/P6", "2015-01-01/2016-01-01/PM",
	"2015-01-01/2016-01-01/P1M1Y", "2015-01-01/2016-01-01/P1M1M", "2015-01-01/2016-01-01/P100000D", "2016-01-01/2015-01-01/P1M",
	"2015-02-30/2016-01-01/P1M", "2015-01-01T00:00:00Z/2016-01-01/P1M", "2015-01-01/2016-01-01/P1D", "2015-01-01/2016-01-01/PT1H",
	"0001-01-01/9999-12-31/P1D" };

START_TEST(refused)
{
	struct tw_buf dates = { 0 };
	ck_assert_msg(tw_dates_parse(bad[_i], &dates) != NULL, "%s", bad[_i]);
	tw_buf_free(&dates);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dates");
	TCase *c = tcase_create("dates");
	tcase_add_loop_test(c, series, 0, sizeof good / sizeof *good);
	tcase_add_loop_test(c, refused, 0, sizeof bad / sizeof *bad);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
