/* base/csv against libcsv: what one of them splits the other splits alike, but
 * for libcsv's ways, which the last test names. The random records are the
 * same each time. */
#include "base/base.h"

#include <check.h>
#include <csv.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static unsigned below(unsigned n)
{
	/* splitmix64 */
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((z ^ z >> 31) % n);
}

/* Fields as one text: each with its length before it, "." behind a record. */
static void field(struct tw_buf *b, const void *p, size_t n)
{
	tw_buf_addf(b, "%zu:", n);
	tw_buf_add(b, p, n);
}

static void on_field(void *p, size_t n, void *b)
{
	field(b, p, n);
}

static void on_record(int c, void *b)
{
	(void)c;
	tw_buf_addc(b, '.');
}

static int no_space(unsigned char c)
{
	(void)c;
	return 0;
}

static bool libcsv(struct tw_buf *text, unsigned char options, bool trim, struct tw_buf *out)
{
	struct csv_parser p;

	ck_assert_int_eq(csv_init(&p, options), 0);
	if (!trim)
		csv_set_space_func(&p, no_space);
	out->n = 0;
	bool ok = csv_parse(&p, text->p, text->n, on_field, on_record, out) == text->n &&
	    csv_fini(&p, on_field, on_record, out) == 0;
	csv_free(&p);
	return ok;
}

/* As base/filter cuts and splits; blank lines are one empty field. */
static bool ours(const struct tw_buf *text, bool skip_blank, struct tw_buf *out)
{
	struct tw_row r = { 0 };
	size_t at = 0;
	bool ok = true;

	out->n = 0;
	while (ok && at < text->n) {
		size_t n = tw_csv_record(text->p + at, text->n - at);
		struct tw_slice s = { text->p + at, n ? n : text->n - at };
		at += s.n;
		s.n -= s.n && s.p[s.n - 1] == '\n';
		s.n -= s.n && s.p[s.n - 1] == '\r';
		if (s.n == 0 && skip_blank)
			continue;
		ok = tw_row_split(&r, s) == 0;
		for (uint32_t i = 0; ok && i < r.n; i++)
			field(out, r.f[i].p, r.f[i].n);
		tw_buf_addc(out, '.');
	}
	tw_row_free(&r);
	return ok;
}

static void same(const struct tw_buf *a, const struct tw_buf *b, const char *what)
{
	ck_assert_msg(tw_slice_eq(tw_buf_slice(a), tw_buf_slice(b)), "%s: '%.*s' and '%.*s'", what, (int)a->n, (char *)a->p,
	    (int)b->n, (char *)b->p);
}

/* A record of random fields, written by base/csv or by libcsv. */
static void record(struct tw_buf *text, struct tw_buf *meant)
{
	static const char bytes[] = "ab ,\"\"\n\r\t\xff;'\0";
	unsigned n = 1 + below(6), by = below(2);

	for (unsigned i = 0; i < n; i++) {
		char f[40];
		char quoted[sizeof f * 2 + 2];
		size_t len = below(4) ? below(sizeof f) : 0;
		if (n == 1 && len == 0)
			len = 1; /* a blank line: the last test */
		for (size_t k = 0; k < len; k++)
			f[k] = bytes[below(sizeof bytes - 1)];
		if (i)
			tw_buf_addc(text, ',');
		if (by)
			tw_csv_field(text, (struct tw_slice){ (const uint8_t *)f, len });
		else
			tw_buf_add(text, quoted, csv_write(quoted, sizeof quoted, f, len));
		field(meant, f, len);
	}
	tw_buf_adds(text, below(2) ? "\n" : "\r\n");
	tw_buf_addc(meant, '.');
}

START_TEST(round_trip)
{
	struct tw_buf text = { 0 }, meant = { 0 }, a = { 0 }, b = { 0 };

	for (state = 0; state < 40000; state++) {
		uint64_t seed = state;
		text.n = meant.n = 0;
		for (unsigned k = 1 + below(4); k > 0; k--)
			record(&text, &meant);
		state = seed;
		ck_assert_msg(ours(&text, false, &a), "seed %u: ours refuses", (unsigned)seed);
		ck_assert_msg(libcsv(&text, CSV_STRICT | CSV_STRICT_FINI, false, &b), "seed %u: libcsv refuses", (unsigned)seed);
		same(&a, &meant, "ours and what was written");
		same(&b, &meant, "libcsv and what was written");
	}
	tw_buf_free(&text);
	tw_buf_free(&meant);
	tw_buf_free(&a);
	tw_buf_free(&b);
}
END_TEST

/* Whatever bytes: both refuse (libcsv when strict), or both split alike. */
START_TEST(noise)
{
	static const char bytes[] = "aab,,\"\"\"\n \0";
	struct tw_buf text = { 0 }, a = { 0 }, b = { 0 };
	unsigned taken = 0, refused = 0;

	for (uint64_t seed = 0; seed < 200000; seed++) {
		state = seed << 20;
		text.n = 0;
		tw_buf_room(&text, 1);
		for (unsigned k = below(16); k > 0; k--)
			tw_buf_addc(&text, bytes[below(sizeof bytes - 1)]);
		bool x = ours(&text, true, &a), y = libcsv(&text, CSV_STRICT | CSV_STRICT_FINI, false, &b);
		ck_assert_msg(x == y, "ours %d, libcsv %d: '%.*s'", x, y, (int)text.n, (char *)text.p);
		if (x)
			same(&a, &b, "ours and libcsv");
		taken += x && a.n > 1;
		refused += !x;
	}
	ck_assert_uint_gt(taken, 20000);
	ck_assert_uint_gt(refused, 20000);
	tw_buf_free(&text);
	tw_buf_free(&a);
	tw_buf_free(&b);
}
END_TEST

/* libcsv's ways, as it comes: to be minded where foreign CSV is read. */
START_TEST(traps)
{
	static const struct {
		const char *text, *ours, *libcsv; /* ours NULL: refused */
	} t[] = {
		{ "a , b\n", "2:a 2: b.", "1:a1:b." },        /* trims what is not quoted */
		{ "\" a \" ,b\n", NULL, "3: a 1:b." },         /* and behind a quote */
		{ "a\n\nb\n", "1:a.0:.1:b.", "1:a.1:b." },     /* skips blank lines */
		{ "  \n", "2:  .", "" },                       /* and those of spaces */
		{ "a\rb\n", "3:a\rb.", "1:a.1:b." },           /* a CR alone ends a record */
		{ "a\"b\n", NULL, "3:a\"b." },                 /* takes quotes where none may be */
		{ "\"a\"b\nc\n", NULL, "6:a\"b\nc\n." },        /* text behind a closing one opens it again */
		{ "\"a\nb,c\n", NULL, "6:a\nb,c\n." },         /* an open quote eats the rest */
		{ "", "", "" },
		{ ",\n", "0:0:.", "0:0:." },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct tw_buf text = { 0 }, a = { 0 }, b = { 0 };
		tw_buf_room(&text, 1);
		tw_buf_adds(&text, t[i].text);
		bool x = ours(&text, false, &a);
		ck_assert_msg(x == (t[i].ours != NULL), "ours: %s", t[i].text);
		if (x)
			ck_assert_msg(tw_slice_is(tw_buf_slice(&a), t[i].ours), "ours %s: %.*s", t[i].text, (int)a.n, (char *)a.p);
		ck_assert_msg(libcsv(&text, 0, true, &b), "libcsv: %s", t[i].text);
		ck_assert_msg(tw_slice_is(tw_buf_slice(&b), t[i].libcsv), "libcsv %s: %.*s", t[i].text, (int)b.n, (char *)b.p);
		tw_buf_free(&text);
		tw_buf_free(&a);
		tw_buf_free(&b);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("csv");
	TCase *c = tcase_create("csv");
	tcase_set_timeout(c, 120);
	tcase_add_test(c, round_trip);
	tcase_add_test(c, noise);
	tcase_add_test(c, traps);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad ? 1 : 0;
}
