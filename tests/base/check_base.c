/* base/: buffers, digests, time, CSV. */
#include "base/base.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(numbers)
{
	uint64_t v;
	ck_assert(tw_slice_u64(tw_str("65535"), 65535, &v) && v == 65535);
	ck_assert(!tw_slice_u64(tw_str("65536"), 65535, &v));
	ck_assert(!tw_slice_u64(tw_str(""), 9, &v));
	ck_assert(!tw_slice_u64(tw_str("-1"), 9, &v));
	ck_assert(tw_slice_u64(tw_str("18446744073709551615"), UINT64_MAX, &v));
	ck_assert(!tw_slice_u64(tw_str("18446744073709551616"), UINT64_MAX, &v));
}
END_TEST

/* FIPS 180-4's example. */
START_TEST(sha256)
{
	uint8_t d[TW_SHA256], want[TW_SHA256];
	tw_sha256(tw_str("abc"), d);
	ck_assert(tw_unhex(tw_str("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), want, 32));
	ck_assert_mem_eq(d, want, 32);
	ck_assert(!tw_unhex(tw_str("0g"), want, 1));
}
END_TEST

START_TEST(digest_set)
{
	struct tw_set s = { 0 };
	ck_assert_uint_eq(tw_set_find(&s, (const uint8_t *)"00000000000000000000000000000000"), TW_NONE);
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 5000; i++) {
			uint8_t d[TW_SHA256];
			struct tw_slice k = { (const uint8_t *)&i, sizeof i };
			bool fresh;
			tw_sha256(k, d);
			ck_assert_uint_eq(tw_set_add(&s, d, &fresh), i);
			ck_assert(fresh == (round == 0));
			ck_assert_uint_eq(tw_set_find(&s, d), i);
		}
	tw_set_free(&s);
}
END_TEST

/* Values from date -u -d ... +%s. */
static const struct {
	const char *text;
	int64_t t;
	const char *utc;
} times[] = {
	{ "1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z" },
	{ "2018-04-06T19:40:08Z", 1523043608, "2018-04-06T19:40:08Z" },
	{ "2016-02-29T12:00:00+02:00", 1456740000, "2016-02-29T10:00:00Z" },
	{ "2015-06-30T23:59:60Z", 1435708799, "2015-06-30T23:59:59Z" },
	{ "2026-11-24", 1795478400, "2026-11-24T00:00:00Z" },
	{ "1900-03-01T00:00:00.25Z", -2203891200, "1900-03-01T00:00:00.25Z" },
	{ "9999-12-31T23:59:59Z", TW_TIME_MAX, "9999-12-31T23:59:59Z" },
	{ "0000-01-01T00:00:00Z", TW_TIME_MIN, "0000-01-01T00:00:00Z" },
};
START_TEST(time_good)
{
	struct tw_buf b = { 0 };
	int64_t t;
	ck_assert(tw_time_parse(tw_str(times[_i].text), &t));
	ck_assert_int_eq(t, times[_i].t);
	ck_assert(tw_time_to_utc(tw_str(times[_i].text), &b));
	ck_assert(tw_slice_is(tw_buf_slice(&b), times[_i].utc));
	tw_buf_free(&b);
}
END_TEST

START_TEST(time_bad)
{
	static const char *bad[] = { "", "2015", "2015-02-29", "2015-13-01", "2015-00-01", "2015-01-01T24:00:00Z",
		"2015-01-01T00:00:00", "2015-01-01T00:00:00.Z", "2015-01-01T00:00:00+1:00", "2015-01-01T00:00:00Zx",
		"9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00" };
	int64_t t;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(!tw_time_parse(tw_str(bad[i]), &t), "%s", bad[i]);
}
END_TEST

/* RFC 4180 section 2, rules 5 to 7. */
START_TEST(time_names)
{
	static const struct {
		const char *path, *time; /* NULL: no date in it */
	} names[] = {
		{ "2016-02-21-smtp.json.gz", "2016-02-21T00:00:00Z" },
		{ "/scans/2015-01-01/smtp_20160221.json", "2016-02-21T00:00:00Z" },
		{ "zgrab2-25-20160221T123456Z.jsonl", "2016-02-21T12:34:56Z" },
		{ "scan.2016-02-29T23:59.json", "2016-02-29T23:59:00Z" },
		{ "x_2016-02-21_12-34-56.zst", "2016-02-21T12:34:56Z" },
		{ "201602211234-imap", "2016-02-21T12:34:00Z" },
		{ "20160221123456.gz", "2016-02-21T12:34:56Z" },
		{ "20160221-443-https", "2016-02-21T00:00:00Z" },
		{ "20160221-4430-https", "2016-02-21T00:00:00Z" },
		{ "443-19991231-2000-01-01", "1999-12-31T20:00:00Z" }, /* a clock behind the date */
		{ "2015-02-29-2016-03-01", "2016-03-01T00:00:00Z" }, /* the first that is a date */
		{ "2016-02-21/scan.json", NULL }, { "120160221", NULL }, { "201602211", NULL }, { "2016022112345", NULL },
		{ "20161321", NULL }, { "18990101", NULL }, { "2016-0221", NULL }, { "", NULL }, { "2016", NULL },
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		int64_t t = 0;
		struct tw_buf b = { 0 };
		bool got = tw_time_from_name(names[i].path, &t);
		ck_assert_msg(got == (names[i].time != NULL), "%s", names[i].path);
		if (!got)
			continue;
		tw_time_add(&b, t);
		ck_assert_msg(tw_slice_is(tw_buf_slice(&b), names[i].time), "%s: %.*s", names[i].path, (int)b.n, (char *)b.p);
		tw_buf_free(&b);
	}
}
END_TEST

START_TEST(csv_split)
{
	struct tw_row r = { 0 };
	ck_assert_int_eq(tw_row_split(&r, tw_str("a,\"b,1\",\"c\"\"d\"\"\",,e")), 0);
	ck_assert_uint_eq(r.n, 5);
	ck_assert(tw_slice_is(r.f[1], "b,1"));
	ck_assert(tw_slice_is(r.f[2], "c\"d\""));
	ck_assert(tw_slice_is(r.f[3], ""));
	for (int i = 0; i < 2000; i++)
		tw_row_add(&r, tw_str("some text that makes the row's memory move"));
	ck_assert(tw_slice_is(r.f[2], "c\"d\""));
	ck_assert(tw_slice_is(r.f[4], "e"));
	ck_assert(tw_slice_is(r.f[5], "some text that makes the row's memory move"));
	ck_assert_int_eq(tw_row_split(&r, tw_str("")), 0);
	ck_assert_uint_eq(r.n, 1);
	ck_assert_int_eq(tw_row_split(&r, tw_str("a,")), 0);
	ck_assert_uint_eq(r.n, 2);
	ck_assert_int_eq(tw_row_split(&r, tw_str("\"a")), -1);
	ck_assert_int_eq(tw_row_split(&r, tw_str("\"a\"b")), -1);
	ck_assert_int_eq(tw_row_split(&r, tw_str("a\"b")), -1);
	tw_row_free(&r);
}
END_TEST

START_TEST(csv_records)
{
	const char *t = "a,\"b\nc\"\nd\n";
	ck_assert_uint_eq(tw_csv_record((const uint8_t *)t, strlen(t)), 8);
	ck_assert_uint_eq(tw_csv_record((const uint8_t *)t + 8, 2), 2);
	ck_assert_uint_eq(tw_csv_record((const uint8_t *)t, 6), 0);
	struct tw_buf b = { 0 };
	tw_csv_field(&b, tw_str("x\"y"));
	ck_assert(tw_slice_is(tw_buf_slice(&b), "\"x\"\"y\""));
	tw_buf_free(&b);
}
END_TEST

START_TEST(headers)
{
	struct tw_header h = { 0 };
	ck_assert_int_eq(tw_header_parse(&h, tw_str("\xef\xbb\xbftime,\"a,b\"")), 0);
	ck_assert_uint_eq(tw_header_find(&h, "time"), 0);
	ck_assert_uint_eq(tw_header_find(&h, "a,b"), 1);
	ck_assert_uint_eq(tw_header_find(&h, "ip"), TW_NONE);
	ck_assert_int_eq(tw_header_add(&h, "time"), -1);
	tw_header_free(&h);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base");
	TCase *c = tcase_create("base");
	tcase_add_test(c, numbers);
	tcase_add_test(c, sha256);
	tcase_add_test(c, digest_set);
	tcase_add_loop_test(c, time_good, 0, sizeof times / sizeof *times);
	tcase_add_test(c, time_bad);
	tcase_add_test(c, time_names);
	tcase_add_test(c, csv_split);
	tcase_add_test(c, csv_records);
	tcase_add_test(c, headers);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad ? 1 : 0;
}
