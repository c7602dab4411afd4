/* Names made comparable: RFC 5280 section 7.1, RFC 4518. Wanted answers are
 * written down here by these texts; the DER is the test's own. */
#include "chain/name.h"
#include "chain/graph.h"
#include "base/bounds.h"
#include "synth/der.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { UTF8 = 0x0c, NUMERIC = 0x12, PRINTABLE = 0x13, TELETEX = 0x14, IA5 = 0x16, VISIBLE = 0x1a, UNIVERSAL = 0x1c, BMP = 0x1e };
#define CN "2.5.4.3"
#define ORG "2.5.4.10"

struct text {
	uint8_t tag;
	const char *p;
	size_t n;
};
#define T(tag, s) ((struct text){ tag, s, sizeof(s) - 1 })

/* One AttributeTypeAndValue. */
static void ava(struct tw_buf *b, const char *type, struct text v)
{
	struct tw_buf in = { 0, 0, 0 };

	der_oid(&in, type);
	der_put(&in, v.tag, v.p, v.n);
	der_wrap(b, 0x30, &in);
	tw_buf_free(&in);
}

/* A Name of one RDN around what set holds. */
static void name_of(struct tw_buf *b, struct tw_buf *set)
{
	struct tw_buf seq = { 0, 0, 0 };

	der_wrap(&seq, 0x31, set);
	der_wrap(b, 0x30, &seq);
	tw_buf_free(&seq);
}

static struct tw_buf one(struct text v)
{
	struct tw_buf b = { 0, 0, 0 }, set = { 0, 0, 0 };

	ava(&set, CN, v);
	name_of(&b, &set);
	tw_buf_free(&set);
	return b;
}

static bool match(const struct tw_buf *a, const struct tw_buf *b)
{
	struct tw_buf x = { 0, 0, 0 }, y = { 0, 0, 0 };

	(void)tw_name_normal(&x, tw_buf_slice(a));
	(void)tw_name_normal(&y, tw_buf_slice(b));
	bool is = tw_slice_eq(tw_buf_slice(&x), tw_buf_slice(&y));
	tw_buf_free(&x);
	tw_buf_free(&y);
	return is;
}

static bool texts_match(struct text a, struct text b)
{
	struct tw_buf x = one(a), y = one(b);
	bool is = match(&x, &y);

	tw_buf_free(&x);
	tw_buf_free(&y);
	return is;
}

#define SAME(ta, a, tb, b) ck_assert_msg(texts_match(T(ta, a), T(tb, b)), "%s is not " #b, #a)
#define OTHER(ta, a, tb, b) ck_assert_msg(!texts_match(T(ta, a), T(tb, b)), "%s is " #b, #a)

START_TEST(test_strings)
{
	SAME(UTF8, "AZaz", PRINTABLE, "azAZ");
	SAME(UTF8, "ab", BMP, "\0A\0b");
	SAME(UTF8, "ab", UNIVERSAL, "\0\0\0A\0\0\0b");
	SAME(UTF8, "ab", IA5, "aB");
	SAME(UTF8, "ab", VISIBLE, "aB");
	SAME(UTF8, "ab", TELETEX, "aB");
	SAME(UTF8, "12", NUMERIC, "12");
	SAME(UTF8, "\xc3\xa9", TELETEX, "\xe9");
	SAME(UTF8, "\xc3\xa9", BMP, "\0\xc9");
	SAME(UTF8, "\xf0\x9d\x84\x9e", UNIVERSAL, "\0\1\xd1\x1e");
	SAME(UTF8, "e\xcc\x81", UTF8, "\xc3\x89");   /* canonical */
	SAME(UTF8, "\xef\xac\x81", UTF8, "fi");      /* compatible */
	SAME(UTF8, "\xc3\x9f", UTF8, "ss");          /* full case folding */
	OTHER(UTF8, "ab", UTF8, "ac");
	OTHER(UTF8, "ab", UTF8, "abc");
	OTHER(UTF8, "@", UTF8, "`");
	OTHER(UTF8, "[", UTF8, "{");
	OTHER(UTF8, "a", 0x04, "a");
	SAME(UTF8, "", PRINTABLE, "");
	SAME(0x04, "a", 0x04, "a");
	OTHER(0x04, "a", 0x04, "A");                 /* no text: byte for byte */
	OTHER(UTF8, "a\xff", UTF8, "A\xff");         /* broken text too */
	SAME(UTF8, "a\xff", UTF8, "a\xff");
	OTHER(BMP, "\0a\0", BMP, "\0A\0");
	OTHER(BMP, "\0a\xd8\0", BMP, "\0A\xd8\0");   /* half a surrogate pair */
	OTHER(UNIVERSAL, "\0\0\0a\x7f\xff\xff\xff", UNIVERSAL, "\0\0\0A\x7f\xff\xff\xff");
	OTHER(UNIVERSAL, "\0\0\0a\0", UNIVERSAL, "\0\0\0A\0");
}
END_TEST

static struct text utf8(char out[16], uint32_t c)
{
	size_t n = 1;

	out[0] = 'a';
	if (c < 0x80) {
		out[n++] = (char)c;
	} else if (c < 0x800) {
		out[n++] = (char)(0xc0 | c >> 6);
		out[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		out[n++] = (char)(0xe0 | c >> 12);
		out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		out[n++] = (char)(0xf0 | c >> 18);
		out[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[n++] = (char)(0x80 | (c & 0x3f));
	}
	out[n++] = 'b';
	return (struct text){ UTF8, out, n };
}

/* RFC 4518 section 2.2, as its text lists them. */
static const struct { uint32_t from, to; } nothing[] = {
	{ 0, 8 }, { 0xe, 0x1f }, { 0x7f, 0x84 }, { 0x86, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x6dd, 0x6dd },
	{ 0x70f, 0x70f }, { 0x1806, 0x1806 }, { 0x180b, 0x180e }, { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2063 },
	{ 0x206a, 0x206f }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffc }, { 0x1d173, 0x1d17a }, { 0xe0001, 0xe0001 },
	{ 0xe0020, 0xe007f },
}, spaces[] = {
	{ 9, 0xd }, { ' ', ' ' }, { 0x85, 0x85 }, { 0xa0, 0xa0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200a }, { 0x2028, 0x2029 },
	{ 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
};

START_TEST(test_mapped)
{
	/* Each character up to where nothing is mapped any more, surrogates left out. */
	for (uint32_t c = 0; c < 0xe0100; c = c == 0xd7ff ? 0xe000 : c == 0x1ffff ? 0xe0000 : c + 1) {
		bool none = false, space = false;
		char out[16];
		for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
			none |= c >= nothing[i].from && c <= nothing[i].to;
		for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
			space |= c >= spaces[i].from && c <= spaces[i].to;
		struct text t = utf8(out, c);
		ck_assert_msg(texts_match(t, T(UTF8, "AB")) == none, "U+%04X", c);
		ck_assert_msg(texts_match(t, T(UTF8, "A B")) == space, "U+%04X", c);
	}
	SAME(UTF8, "  a \t  b ", UTF8, "a b");
	SAME(UTF8, " a   b ", PRINTABLE, "a b");
	SAME(UTF8, "  ", UTF8, "");
	OTHER(UTF8, "a b", UTF8, "ab");
	/* section 2.6.1: what carries a combining mark is no space; U+00A8 is one and U+0308 */
	SAME(UTF8, "\xc2\xa8" "b", UTF8, "  \xcc\x88" "B ");
	OTHER(UTF8, "\xc2\xa8" "b", UTF8, "\xcc\x88" "b");
	OTHER(UTF8, "a \xcc\x88", UTF8, "a  \xcc\x88");
	SAME(UTF8, "a \xc3\xa9", UTF8, "a  \xc3\x89"); /* a letter is no mark */
	/* section 2.2, the folding of what NFKC makes of U+3392 and U+2121 */
	SAME(UTF8, "\xe3\x8e\x92", UTF8, "mhz");
	SAME(UTF8, "\xe2\x84\xa1", UTF8, "tel");
}
END_TEST

START_TEST(test_sets)
{
	struct tw_buf a = { 0, 0, 0 }, b = { 0, 0, 0 }, set = { 0, 0, 0 }, seq = { 0, 0, 0 };

	ava(&set, CN, T(UTF8, "a"));
	ava(&set, ORG, T(UTF8, "b"));
	name_of(&a, &set);
	ava(&set, ORG, T(PRINTABLE, "B"));
	ava(&set, CN, T(PRINTABLE, "A"));
	name_of(&b, &set);
	ck_assert(match(&a, &b));
	/* two RDNs, in either order, are neither one of two nor each other */
	b.n = 0;
	ava(&set, CN, T(UTF8, "a"));
	der_wrap(&seq, 0x31, &set);
	ava(&set, ORG, T(UTF8, "b"));
	der_wrap(&seq, 0x31, &set);
	der_wrap(&b, 0x30, &seq);
	ck_assert(!match(&a, &b));
	a.n = 0;
	ava(&set, ORG, T(UTF8, "b"));
	der_wrap(&seq, 0x31, &set);
	ava(&set, CN, T(UTF8, "a"));
	der_wrap(&seq, 0x31, &set);
	der_wrap(&a, 0x30, &seq);
	ck_assert(!match(&a, &b));
	struct tw_buf out = { 0, 0, 0 };
	ck_assert_int_eq(tw_name_normal(&out, tw_buf_slice(&a)), 2);
	/* another type */
	a.n = b.n = 0;
	ava(&set, CN, T(UTF8, "a"));
	name_of(&a, &set);
	ava(&set, ORG, T(UTF8, "a"));
	name_of(&b, &set);
	ck_assert(!match(&a, &b));
	/* none at all */
	a.n = out.n = 0;
	der_put(&a, 0x30, "", 0);
	ck_assert_int_eq(tw_name_normal(&out, tw_buf_slice(&a)), 0);
	ck_assert_uint_eq(out.n, 0);
	tw_buf_free(&a);
	tw_buf_free(&b);
	tw_buf_free(&set);
	tw_buf_free(&seq);
	tw_buf_free(&out);
}
END_TEST

/* Compared as its bytes, behind a mark. */
static void undecoded(const char *what, const void *p, size_t n)
{
	struct tw_buf out = { 0, 0, 0 };

	tw_buf_adds(&out, "x");
	ck_assert_msg(tw_name_normal(&out, (struct tw_slice){ p, n }) == -1, "%s is decoded", what);
	ck_assert_msg(out.n == n + 5 && !memcmp(out.p + 5, p, n), "%s is not kept", what);
	tw_buf_free(&out);
}
#define BROKEN(what, bytes) undecoded(what, bytes, sizeof(bytes) - 1)

START_TEST(test_broken)
{
	/* 30 0c 31 0a 30 08 06 03 55 04 03 0c 01 a is whole */
	struct tw_buf out = { 0, 0, 0 };
	static const char whole[] = "\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "a";

	ck_assert_int_eq(tw_name_normal(&out, (struct tw_slice){ (const uint8_t *)whole, sizeof whole - 1 }), 1);
	BROKEN("nothing", "");
	BROKEN("a cut one", "\x30\x0d\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "a");
	BROKEN("a SET", "\x31\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "a");
	BROKEN("bytes behind", "\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "a\x05\x00");
	BROKEN("an RDN that is a SEQUENCE", "\x30\x0c\x30\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "a");
	BROKEN("an empty RDN", "\x30\x02\x31\x00");
	BROKEN("a cut RDN", "\x30\x0c\x31\x0b\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "a");
	BROKEN("an attribute that is a SET", "\x30\x0c\x31\x0a\x31\x08\x06\x03\x55\x04\x03\x0c\x01" "a");
	BROKEN("a cut attribute", "\x30\x0c\x31\x0a\x30\x09\x06\x03\x55\x04\x03\x0c\x01" "a");
	BROKEN("an attribute without type", "\x30\x04\x31\x02\x30\x00");
	BROKEN("a type that is no OID", "\x30\x0c\x31\x0a\x30\x08\x04\x03\x55\x04\x03\x0c\x01" "a");
	BROKEN("an attribute without value", "\x30\x09\x31\x07\x30\x05\x06\x03\x55\x04\x03");
	BROKEN("two values", "\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x01" "a\x05\x00");
	BROKEN("a second RDN that is cut", "\x30\x10\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" "a\x31\x05\x30\x00");
	/* as an RDN alone: nothing is appended */
	out.n = 0;
	ck_assert(!tw_name_normal_rdn(&out, (struct tw_slice){ (const uint8_t *)"\x30\x00", 2 }));
	ck_assert_uint_eq(out.n, 0);
	ck_assert(!tw_name_normal_rdn(&out, (struct tw_slice){ NULL, 0 }));
	ck_assert(tw_name_normal_rdn(&out, (struct tw_slice){ (const uint8_t *)whole + 4, sizeof whole - 5 }));
	ck_assert_uint_ne(out.n, 0);
	/* as many attributes as are read, and one more */
	for (int n = TW_MAX_AVAS; n <= TW_MAX_AVAS + 1; n++) {
		struct tw_buf set = { 0, 0, 0 }, b = { 0, 0, 0 };
		for (int i = 0; i < n; i++)
			ava(&set, CN, (struct text){ UTF8, "abc", 1 + (size_t)i % 3 });
		name_of(&b, &set);
		out.n = 0;
		ck_assert_int_eq(tw_name_normal(&out, tw_buf_slice(&b)), n == TW_MAX_AVAS ? 1 : -1);
		tw_buf_free(&set);
		tw_buf_free(&b);
	}
	tw_buf_free(&out);
}
END_TEST

/* What is not readable has no name: nobody's issuer, not even of a certificate
 * whose issuer is the empty name. */
START_TEST(test_unreadable)
{
	struct tw_certs certs = { .n = 0 };
	struct tw_graph g;
	uint32_t n = tw_certs_add(&certs, (struct tw_slice){ (const uint8_t *)"\x30\2\5\0", 4 });

	tw_graph_init(&g, &certs);
	uint32_t empty = tw_graph_name(&g, (struct tw_slice){ (const uint8_t *)"\x30\0", 2 }, (struct tw_slice){ NULL, 0 }, true);
	tw_graph_sync(&g);
	ck_assert(!certs.v[n].readable);
	ck_assert_uint_ne(empty, TW_NONE);
	ck_assert_uint_eq(g.node[n].subject, TW_NONE);
	ck_assert_uint_eq(g.node[n].issuer, TW_NONE);
	ck_assert_uint_eq(g.node[n].key, TW_NONE);
	ck_assert_uint_eq(g.keys.n, 0);
	tw_graph_free(&g);
	tw_certs_close(&certs);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("names");
	TCase *tc = tcase_create("names");
	tcase_add_test(tc, test_strings);
	tcase_add_test(tc, test_mapped);
	tcase_add_test(tc, test_sets);
	tcase_add_test(tc, test_broken);
	tcase_add_test(tc, test_unreadable);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
