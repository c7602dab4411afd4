/* Server names against certificates: RFC 6125, docs/verdicts.md section 5.
 * Wanted answers are written down here by these texts; the DER is the test's
 * own. */
#include "chain/host.h"
#include "synth/der.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define UTF8 0x0c

static const uint8_t *hex(const char *s, size_t *n, uint8_t out[600])
{
	for (*n = 0; s[0] && s[1]; s += 2)
		out[(*n)++] = (uint8_t)strtoul((char[3]){ s[0], s[1], 0 }, NULL, 16);
	return out;
}

static void other(struct tw_buf *san, const char *oid, const char *v)
{
	struct tw_buf in = { 0, 0, 0 }, wrap = { 0, 0, 0 };

	der_put(&wrap, UTF8, v, strlen(v));
	der_oid(&in, oid);
	der_wrap(&in, 0xa0, &wrap);
	der_wrap(san, 0xa0, &in);
	tw_buf_free(&in);
	tw_buf_free(&wrap);
}

/* d:host i:hex e:mail s:SRVName x:xmppAddr o:another otherName r:hex of an otherName's content, y: of an rfc822Name's */
static void add_san(struct tw_buf *san, const char *word)
{
	const char *v = word + 2;
	uint8_t raw[600];
	size_t n;

	switch (word[0]) {
	case 'd': der_put(san, 0x82, v, strlen(v)); break;
	case 'e': der_put(san, 0x81, v, strlen(v)); break;
	case 'i': hex(v, &n, raw); der_put(san, 0x87, raw, n); break;
	case 's': other(san, "1.3.6.1.5.5.7.8.7", v); break;
	case 'x': other(san, "1.3.6.1.5.5.7.8.5", v); break;
	case 'o': other(san, "1.3.6.1.5.5.7.8.6", v); break;
	case 'r': hex(v, &n, raw); der_put(san, 0xa0, raw, n); break;
	case 'y': hex(v, &n, raw); der_put(san, 0x81, raw, n); break;
	default: ck_abort_msg("%s", word);
	}
}

struct server {
	const char *profile, *san, *cn, *host; /* words and CNs with | between; NULL: no SAN */
	enum tw_match match;
	const char *cause;
};
#define L63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123"
#define L255 L63 "." L63 "." L63 "." L63
#define YES TW_MATCH_YES
#define NO TW_MATCH_NO
static const struct server servers[] = {
	{ "rfc5280", "d:www.example.org", "", "www.example.org", YES, "" },
	{ "rfc5280", "d:WWW.Example.ORG", "", "wwW.exAmple.org", YES, "" },
	{ "rfc5280", "d:www.example.org.", "", "www.example.org", YES, "" },
	{ "rfc5280", "d:www.example.org", "", "www.example.org.", YES, "" },
	{ "rfc5280", "d:a.example|d:b.example", "", "b.example", YES, "" },
	{ "rfc5280", "d:ww.example.org", "", "w.example.org", NO, "same_registered_domain" },
	{ "rfc5280", "d:example.com", "", "example.org", NO, "none" },
	{ "rfc5280", "d:`.example.org", "", "@.example.org", NO, "same_registered_domain" },
	{ "rfc5280", "d:{.example.org", "", "[.example.org", NO, "same_registered_domain" },
	{ "rfc5280", "d:az.example.org", "", "AZ.example.org", YES, "" },
	/* wildcards: the whole left-most label, two behind */
	{ "rfc5280", "d:*.example.org", "", "a.example.org", YES, "" },
	{ "rfc5280", "d:*.example.org", "", "example.org", NO, "wildcard_depth" },
	{ "rfc5280", "d:*.example.org", "", "b.a.example.org", NO, "wildcard_depth" },
	{ "rfc5280", "d:*.example.org", "", "bexample.org", NO, "none" },
	{ "rfc5280", "d:*.example.org", "", ".example.org", NO, "none" },
	{ "rfc5280", "d:*.org", "", "example.org", NO, "none" },
	{ "rfc5280", "d:*.org", "", "org", NO, "none" },
	{ "rfc5280", "d:*.org", "", "a.b.org", NO, "none" },
	{ "rfc5280", "d:a*.example.org", "", "ab.example.org", NO, "same_registered_domain" },
	{ "rfc5280", "d:*.a.example", "", "localhost", NO, "none" },
	{ "rfc5280", "d:*.example.org", "", "*.example.org", YES, "" },
	{ "rfc5280", "d:*.b.org", "", "a.c.org", NO, "none" },
	{ "rfc5280", "d:*.b.example.org", "", "a.c.example.org", NO, "same_registered_domain" },
	{ "rfc5280", "d:*.example.org", "", "x", NO, "none" },
	/* www. more or less */
	{ "rfc5280", "d:www.example.org", "", "example.org", NO, "www" },
	{ "rfc5280", "d:example.org", "", "www.example.org", NO, "www" },
	{ "rfc5280", "d:*.example.org", "", "www.a.example.org", NO, "www" },
	{ "rfc5280", "d:www.example.org", "", "example.com", NO, "none" },
	{ "rfc5280", "d:wwx.example.org", "", "example.org", NO, "same_registered_domain" },
	{ "rfc5280", "d:example.org", "", "wwx.example.org", NO, "same_registered_domain" },
	{ "rfc5280", "d:y.org", "", "www.x.org", NO, "none" },
	/* what is no name */
	{ "rfc5280", NULL, "a b", "a b", NO, "none" },
	{ "rfc5280", NULL, "a!b", "a!b", YES, "" },
	{ "rfc5280", NULL, "a\x7f" "b", "a\x7f" "b", NO, "none" },
	{ "rfc5280", NULL, "a~b", "a~b", YES, "" },
	{ "rfc5280", NULL, "", "a", NO, "none" },
	{ "rfc5280", NULL, "a", ".", NO, "none" },
	{ "rfc5280", "d:", "", "a", NO, "none" },
	{ "rfc5280", "d:.", "", ".", NO, "none" },
	{ "rfc5280", "d:a", "", "a b", NO, "none" },
	{ "rfc5280", "d:*.x.org", "", "b.c.x.org d", NO, "none" },
	{ "rfc5280", "d:b|d:a b", "", "a", NO, "none" },
	{ "rfc5280", "d:b|x:a b", "", "a", NO, "none" },
	{ "rfc5280", NULL, "b|a b", "a", NO, "none" },
	{ "rfc5280", "d:abcd", "", "97.98.99.100", NO, "none" }, /* the octets of the address */
	{ "rfc5280", "d:[]", "", "[]", YES, "" },
	{ "rfc5280", "d:b.c", "", "xb.c]", NO, "none" },
	{ "rfc5280", "d:b.c", "", "[b.c]", YES, "" },
	{ "rfc5280", "d:" L255, "", L255, YES, "" },
	{ "rfc5280", "d:" L255 "a", "", L255 "a", NO, "none" },
	/* addresses, never by a dNSName or a wildcard */
	{ "rfc5280", "i:c0000201", "", "192.0.2.1", YES, "" },
	{ "rfc5280", "i:c0000201", "", "192.0.2.2", NO, "none" },
	{ "rfc5280", "i:c0000202|i:c0000201", "", "192.0.2.1", YES, "" },
	{ "rfc5280", "i:20010db8000000000000000000000001", "", "2001:db8::1", YES, "" },
	{ "rfc5280", "i:20010db8000000000000000000000001", "", "[2001:DB8:0::1]", YES, "" },
	{ "rfc5280", "i:20010db8000000000000000000000001", "", "[2001:db8::1", NO, "none" },
	{ "rfc5280", "i:20010db8000000000000000000000001", "", "2001:db8::2", NO, "none" },
	{ "rfc5280", "i:c0000201", "", "c000:201::", NO, "none" },
	{ "rfc5280", "i:", "", "www.example.org", NO, "none" },
	{ "rfc5280", "d:192.0.2.1", "", "192.0.2.1", NO, "none" },
	{ "rfc5280", "d:*.0.2.1", "", "192.0.2.1", NO, "none" },
	{ "rfc5280", "e:192.0.2.1", "", "192.0.2.1", NO, "none" },
	{ "rfc5280", NULL, "192.0.2.1", "192.0.2.1", YES, "" },
	{ "rfc5280", NULL, "192.0.2.2", "192.0.2.1", NO, "none" },
	{ "rfc5280", NULL, "2001:DB8:0::1", "2001:db8::1", YES, "" },
	{ "rfc5280", NULL, "192.0.2.1", "c000:201::", NO, "none" },
	{ "rfc5280", NULL, "*.0.2.1", "192.0.2.1", NO, "none" },
	/* mail addresses are no servers; names of services and of XMPP are */
	{ "rfc5280", "e:www.example.org", "", "www.example.org", NO, "none" },
	{ "rfc5280", "s:_imap.mail.example.org", "", "mail.example.org", YES, "" },
	{ "rfc5280", "s:_imap.*.example.org", "", "mail.example.org", YES, "" },
	{ "rfc5280", "s:imap.mail.example.org", "", "mail.example.org", NO, "none" },
	{ "rfc5280", "s:_imap", "", "imap", NO, "none" },
	{ "rfc5280", "s:", "", "imap", NO, "none" },
	{ "rfc5280", "s:_imap.mail.example.org", "", "_imap.mail.example.org", NO, "same_registered_domain" },
	{ "rfc5280", "x:example.org", "", "example.org", YES, "" },
	{ "rfc5280", "x:_imap.mail.example.org", "", "mail.example.org", NO, "same_registered_domain" },
	{ "rfc5280", "o:_imap.mail.example.org", "", "mail.example.org", NO, "none" },
	{ "rfc5280", "o:mail.example.org", "", "mail.example.org", NO, "none" },
	{ "rfc5280", "s:_imap.192.0.2.1", "", "192.0.2.1", NO, "none" },
	{ "rfc5280", "r:06082b06010505070805a0060c04612e6f72", "", "a.or", YES, "" },
	{ "rfc5280", "r:04082b06010505070805a0060c04612e6f72", "", "a.or", NO, "none" },
	{ "rfc5280", "r:06082b06010505070805a1060c04612e6f72", "", "a.or", NO, "none" },
	{ "rfc5280", "r:06092b0601050507080505a0060c04612e6f72", "", "a.or", NO, "none" },
	{ "rfc5280", "r:06072b060105050708a0060c04612e6f72", "", "a.or", NO, "none" },
	{ "rfc5280", "r:06082b06010505070805a0060c05612e6f72", "", "a.or", NO, "none" },
	{ "rfc5280", "r:06082b06010505070805a000", "", "a.or", NO, "none" },
	{ "rfc5280", "r:06082b06010505070805", "", "a.or", NO, "none" },
	{ "rfc5280", "r:0608", "", "a.or", NO, "none" },
	{ "rfc5280", "y:06082b06010505070805a0060c04612e6f72", "", "a.or", NO, "none" },
	{ "rfc5280", "r:", "", "a.or", NO, "none" },
	/* a CN, where the profile takes it */
	{ "rfc5280", NULL, "www.example.org", "www.example.org", YES, "" },
	{ "rfc5280", NULL, "x|www.example.org", "www.example.org", YES, "" },
	{ "rfc5280", NULL, "x|y", "z", NO, "none" },
	{ "rfc5280", "e:x", "www.example.org", "www.example.org", NO, "cn_only" },
	{ "rfc5280", "d:x", "www.example.org", "www.example.org", NO, "cn_only" },
	{ "2015", NULL, "www.example.org", "www.example.org", YES, "" },
	{ "2015", "e:x", "www.example.org", "www.example.org", YES, "" },
	{ "2015", "d:x", "www.example.org", "www.example.org", NO, "cn_only" },
	{ "2015", "e:x|d:x", "192.0.2.1", "192.0.2.1", NO, "cn_only" },
	{ "2015", "e:x", "www.example.org", "example.org", NO, "www" },
	{ "webpki", NULL, "www.example.org", "www.example.org", NO, "cn_only" },
	{ "webpki", NULL, "www.example.org", "example.org", NO, "none" },
	{ "webpki", "d:www.example.org", "", "www.example.org", YES, "" },
};

static void subject_of(struct tw_buf *b, const char *cns)
{
	struct tw_buf seq = { 0, 0, 0 }, set = { 0, 0, 0 }, in = { 0, 0, 0 };

	for (const char *p = cns; *p; p += *p == '|') {
		size_t n = strcspn(p, "|");
		der_oid(&in, "2.5.4.3");
		der_put(&in, UTF8, p, n);
		der_wrap(&set, 0x30, &in);
		der_wrap(&seq, 0x31, &set);
		p += n;
	}
	der_wrap(b, 0x30, &seq);
	tw_buf_free(&seq);
	tw_buf_free(&set);
	tw_buf_free(&in);
}

START_TEST(test_server)
{
	const struct server *s = &servers[_i];
	struct tw_buf subject = { 0, 0, 0 }, san = { 0, 0, 0 }, ext = { 0, 0, 0 };
	struct tw_cert c = { .readable = true };
	char word[600];

	subject_of(&subject, s->cn);
	c.subject = tw_buf_slice(&subject);
	for (const char *p = s->san ? s->san : ""; *p; p += *p == '|') {
		size_t n = strcspn(p, "|");
		snprintf(word, sizeof word, "%.*s", (int)n, p);
		add_san(&san, word);
		p += n;
	}
	if (s->san) {
		der_wrap(&ext, 0x30, &san);
		c.ext = TW_EXT_SAN;
		c.san = tw_buf_slice(&ext);
	}
	const struct tw_profile *p = tw_profile_find(s->profile);
	struct tw_slice host = tw_str(s->host);
	ck_assert_msg(tw_host_match(p, &c, host) == s->match, "line %d: %s, %s against %s", _i, s->host, s->san, s->cn);
	if (s->match == TW_MATCH_NO)
		ck_assert_msg(!strcmp(tw_host_cause(p, &c, host), s->cause), "line %d: %s, %s against %s: cause %s", _i, s->host, s->san,
			s->cn, tw_host_cause(p, &c, host));
	/* of a certificate that cannot be read, or where no name is asked: nothing */
	ck_assert(tw_host_match(p, &c, tw_str("")) == TW_MATCH_NONE);
	c.readable = false;
	ck_assert(tw_host_match(p, &c, host) == TW_MATCH_NONE);
	ck_assert_str_eq(tw_host_cause(p, &c, host), "none");
	tw_buf_free(&subject);
	tw_buf_free(&san);
	tw_buf_free(&ext);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("host");
	TCase *tc = tcase_create("host");
	tcase_add_loop_test(tc, test_server, 0, sizeof servers / sizeof *servers);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
