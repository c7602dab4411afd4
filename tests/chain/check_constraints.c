/* Name constraints: names of each form against subtrees, by docs/verdicts.md
 * section 4 and RFC 5280 section 4.2.1.10. Wanted answers are written down here
 * by these texts; the DER is the test's own. */
#include "chain/constraints.h"
#include "synth/der.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum want { FAILS, HOLDS, BAD }; /* BAD: the constraints themselves */
#define WORD 1200

static size_t unhex(const char *s, uint8_t *out)
{
	size_t n = 0;

	for (; s[0] && s[1]; s += 2)
		out[n++] = (uint8_t)strtoul((char[3]){ s[0], s[1], 0 }, NULL, 16);
	return n;
}

static void attribute(struct tw_buf *seq, const char *type, const char *v, size_t n)
{
	struct tw_buf set = { 0, 0, 0 }, in = { 0, 0, 0 };

	der_oid(&in, type);
	der_put(&in, 0x0c, v, n);
	der_wrap(&set, 0x30, &in);
	der_wrap(seq, 0x31, &set);
	tw_buf_free(&set);
	tw_buf_free(&in);
}

/* A Name: RDNs with / between, CN=... or, led by @, an emailAddress, by %, an unstructuredName; led by #, the whole in hex. */
static void name(struct tw_buf *b, const char *text)
{
	struct tw_buf seq = { 0, 0, 0 };
	uint8_t raw[WORD];

	if (*text == '#') {
		tw_buf_add(b, raw, unhex(text + 1, raw));
		return;
	}

	for (const char *p = text; *p; p += *p == '/') {
		size_t n = strcspn(p, "/");
		bool mail = *p == '@', other = *p == '%';
		attribute(&seq, mail ? "1.2.840.113549.1.9.1" : other ? "1.2.840.113549.1.9.2" : "2.5.4.3", p + (mail || other), n - (mail || other));
		p += n;
	}
	der_wrap(b, 0x30, &seq);
	tw_buf_free(&seq);
}

/* An otherName: SmtpUTF8Mailbox (9) or an SRVName (7). */
static void other(struct tw_buf *b, const char *oid, const char *v)
{
	struct tw_buf in = { 0, 0, 0 }, wrap = { 0, 0, 0 };

	der_put(&wrap, 0x0c, v, strlen(v));
	der_oid(&in, oid);
	der_wrap(&in, 0xa0, &wrap);
	der_wrap(b, 0xa0, &in);
	tw_buf_free(&in);
	tw_buf_free(&wrap);
}

/* A GeneralName. d:host e:mailbox u:URI i:hex n:Name m:SmtpUTF8Mailbox o:another otherName k:registeredID, hex x:x400Address
 * t:ediPartyName r:hex of a whole element */
static void general(struct tw_buf *b, const char *word)
{
	const char *v = word + 2;
	struct tw_buf in = { 0, 0, 0 };
	uint8_t raw[WORD];

	switch (word[0]) {
	case 'd': der_put(b, 0x82, v, strlen(v)); break;
	case 'e': der_put(b, 0x81, v, strlen(v)); break;
	case 'u': der_put(b, 0x86, v, strlen(v)); break;
	case 'i': der_put(b, 0x87, raw, unhex(v, raw)); break;
	case 'k': der_put(b, 0x88, raw, unhex(v, raw)); break;
	case 'r': tw_buf_add(b, raw, unhex(v, raw)); break;
	case 'x': der_put(b, 0xa3, v, strlen(v)); break;
	case 't': der_put(b, 0xa5, v, strlen(v)); break;
	case 'm': other(b, "1.3.6.1.5.5.7.8.9", v); break;
	case 'o': other(b, "1.3.6.1.5.5.7.8.7", v); break;
	case 'n':
		name(&in, v);
		der_wrap(b, 0xa4, &in);
		tw_buf_free(&in);
		break;
	default: ck_abort_msg("%s", word);
	}
}

/* The i-th of words with | between. */
static bool word_at(const char *words, int i, char out[WORD])
{
	for (; i && *words; i--) {
		words += strcspn(words, "|");
		words += *words == '|';
	}
	snprintf(out, WORD, "%.*s", (int)strcspn(words, "|"), words);
	return *words;
}

/* NameConstraints of words: +GeneralName permitted, -GeneralName excluded; P: and X: with the hex of a whole GeneralSubtrees. */
static void constraints(struct tw_buf *b, const char *words)
{
	struct tw_buf seq = { 0, 0, 0 }, list[2] = { { 0, 0, 0 }, { 0, 0, 0 } }, in = { 0, 0, 0 };
	char word[WORD];
	uint8_t raw[WORD];

	for (int i = 0; word_at(words, i, word); i++) {
		if (word[0] == 'P' || word[0] == 'X') {
			der_put(&seq, word[0] == 'P' ? 0xa0 : 0xa1, raw, unhex(word + 2, raw));
		} else if (word[0] == 'R') {
			tw_buf_add(&seq, raw, unhex(word + 2, raw));
		} else {
			general(&in, word + 1);
			der_wrap(&list[word[0] == '-'], 0x30, &in);
		}
	}
	if (list[0].n)
		der_wrap(&seq, 0xa0, &list[0]);
	if (list[1].n)
		der_wrap(&seq, 0xa1, &list[1]);
	der_wrap(b, 0x30, &seq);
	tw_buf_free(&seq);
	tw_buf_free(&list[0]);
	tw_buf_free(&list[1]);
	tw_buf_free(&in);
}

struct row {
	const char *trees;   /* several CAs' with ; between */
	const char *subject, *san; /* NULL: none */
	enum want want;
};
#define A50 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
#define A63 A50 "ffffffffff123"
#define A253 A63 "." A63 "." A63 "." A50 "ffffffffff1"
#define V6 "20010db8000000000000000000000000"
#define V6M "ffffffff000000000000000000000000"
static const struct row rows[] = {
	/* dns: whole labels, no case; the base itself and below */
	{ "+d:example.org", "", "d:example.org", HOLDS },
	{ "+d:example.org", "", "d:www.example.org", HOLDS },
	{ "+d:example.org", "", "d:WWW.eXample.ORG", HOLDS },
	{ "+d:EXAMPLE.org", "", "d:www.example.org", HOLDS },
	{ "+d:example.org", "", "d:aexample.org", FAILS },
	{ "+d:example.org", "", "d:org", FAILS },
	{ "+d:example.org", "", "d:www.example.com", FAILS },
	{ "+d:example.org", "", "d:www.example.org|d:x.com", FAILS },
	{ "+d:example.org|+d:x.com", "", "d:www.example.org|d:x.com", HOLDS },
	{ "+d:example.org", "", "e:a@b.c|u:http://d.e/", HOLDS },
	{ "+d:.example.org", "", "d:a.example.org", HOLDS },
	{ "+d:.example.org", "", "d:example.org", FAILS },
	{ "+d:", "", "d:a.b", HOLDS },
	{ "-d:", "", "d:a.b", FAILS },
	{ "-d:example.org", "", "d:example.org", FAILS },
	{ "-d:example.org", "", "d:www.example.org", FAILS },
	{ "-d:example.org", "", "d:example.com", HOLDS },
	{ "-d:.example.org", "", "d:example.org", HOLDS },
	{ "-d:.example.org", "", "d:a.example.org", FAILS },
	{ "+d:example.org|-d:a.example.org", "", "d:b.example.org", HOLDS },
	{ "+d:example.org|-d:a.example.org", "", "d:a.example.org", FAILS },
	{ "-d:a.example.org|+d:example.org", "", "d:x.a.example.org", FAILS },
	/* wildcards */
	{ "+d:example.org", "", "d:*.example.org", HOLDS },
	{ "+d:.example.org", "", "d:*.example.org", HOLDS },
	{ "+d:example.org", "", "d:*.a.example.org", HOLDS },
	{ "+d:a.example.org", "", "d:*.example.org", FAILS },
	{ "+d:example.org", "", "d:*.org", FAILS },
	{ "-d:example.org", "", "d:*.example.org", FAILS },
	{ "-d:a.example.org", "", "d:*.example.org", FAILS },
	{ "-d:.a.example.org", "", "d:*.example.org", HOLDS },
	{ "-d:b.a.example.org", "", "d:*.example.org", HOLDS },
	{ "-d:a.example.com", "", "d:*.example.org", HOLDS },
	{ "-d:localhost", "", "d:*.example.org", HOLDS },
	{ "+d:", "", "d:*.", FAILS },
	{ "+d:", "", "d:*.a", HOLDS },
	{ "+d:", "", "d:*", FAILS },
	{ "+d:", "", "d:a*.b", FAILS },
	{ "+d:", "", "d:ax.b", HOLDS },
	{ "+d:", "", "d:*x.b", FAILS },
	/* not of its form, while the form is constrained */
	{ "+d:", "", "d:a b", FAILS },
	{ "-d:x", "", "d:a b", FAILS },
	{ "+u:x", "", "d:a b", HOLDS },
	{ "+d:", "", "d:a..b", FAILS },
	{ "+d:", "", "d:.a", FAILS },
	{ "+d:", "", "d:a.", FAILS },
	{ "+d:", "", "d:", FAILS },
	{ "+d:", "", "d:az.AZ.09.a_b.c-d", HOLDS },
	{ "+d:", "", "d:a@b", FAILS }, { "+d:", "", "d:a[b", FAILS }, { "+d:", "", "d:a`b", FAILS }, { "+d:", "", "d:a{b", FAILS },
	{ "+d:", "", "d:a/b", FAILS }, { "+d:", "", "d:a:b", FAILS },
	{ "+d:" A63, "", "d:" A63, HOLDS },
	{ "+d:", "", "d:" A63 "4", FAILS },
	{ "+d:", "", "d:" A253, HOLDS },
	{ "+d:", "", "d:" A253 "2", FAILS },
	/* bases that are not of their form: whatever is there */
	{ "+d:a b", "", NULL, BAD }, { "+d:*.a", "", NULL, BAD }, { "+d:.", "", NULL, BAD }, { "+d:..a", "", NULL, BAD }, { "-d:a.", "", NULL, BAD },
	/* email: a mailbox exact, local part by case; a host exact; .domain below */
	{ "+e:a@example.org", "", "e:a@example.org", HOLDS },
	{ "+e:a@example.org", "", "e:a@Example.Org", HOLDS },
	{ "+e:a@example.org", "", "e:A@example.org", FAILS },
	{ "+e:a@example.org", "", "e:b@example.org", FAILS },
	{ "+e:a@example.org", "", "e:a@a.example.org", FAILS },
	{ "+e:example.org", "", "e:a@example.org", HOLDS },
	{ "+e:example.org", "", "e:a@b.example.org", FAILS },
	{ "+e:.example.org", "", "e:a@b.example.org", HOLDS },
	{ "+e:.example.org", "", "e:a@example.org", FAILS },
	{ "+e:", "", "e:a@b", HOLDS },
	{ "-e:", "", "e:a@b", FAILS },
	{ "-e:a@example.org", "", "e:a@example.org", FAILS },
	{ "-e:a@example.org", "", "e:b@example.org", HOLDS },
	{ "-e:example.org", "", "e:b@example.org", FAILS },
	{ "+e:\"a b\"@example.org", "", "e:\"a b\"@example.org", HOLDS },
	{ "+e:", "", "e:a", FAILS }, { "+e:", "", "e:", FAILS }, { "+e:", "", "e:@b", FAILS }, { "+e:", "", "e:a@", FAILS },
	{ "+e:", "", "e:a@b c", FAILS }, { "+e:", "", "e:a@b@c", FAILS }, { "+e:c", "", "e:\"a@b\"@c", HOLDS },
	{ "+e:", "", "e:\"a\\\"b\"@c", HOLDS }, { "+e:", "", "e:\"a\"b\"@c", FAILS }, { "+e:", "", "e:\"a\\\"@c", FAILS },
	{ "+e:", "", "e:\"a\\\\\"@c", HOLDS }, { "+e:", "", "e:\"\"@c", HOLDS }, { "+e:", "", "e:\"@c", FAILS }, { "+e:", "", "e:\"a@c", FAILS },
	{ "+e:", "", "e:\"a\x1f\"@c", FAILS }, { "+e:", "", "e:\"a\x7f\"@c", FAILS }, { "+e:", "", "e:\"a\"b@c", FAILS },
	{ "+e:", "", "e:\"\\\x1f\"@c", FAILS }, { "+e:", "", "e:a\"@c", FAILS }, { "+e:", "", "e:\"a\"", FAILS },
	{ "+e:", "", "e:a.b@c", HOLDS }, { "+e:", "", "e:a..b@c", FAILS }, { "+e:", "", "e:.a@c", FAILS }, { "+e:", "", "e:a.@c", FAILS },
	{ "+e:", "", "e:a b@c", FAILS }, { "+e:", "", "e:a,b@c", FAILS }, { "+e:", "", "e:a(b@c", FAILS }, { "+e:", "", "e:a\x7f" "b@c", FAILS },
	{ "+e:", "", "e:a\x1f" "b@c", FAILS }, { "+e:", "", "e:a!b@c", HOLDS }, { "+e:", "", "e:\xc3\xa9@c", HOLDS },
	{ "+e:a b", "", NULL, BAD }, { "+e:a@", "", NULL, BAD }, { "+e:@b", "", NULL, BAD }, { "+e:..b", "", NULL, BAD }, { "+e:.", "", NULL, BAD },
	/* RFC 5321 4.1.2: the same mailbox in other words is not safe from being excluded, and not what is permitted */
	{ "-e:ann@c", "", "e:\"ann\"@c", FAILS }, { "+e:ann@c", "", "e:\"ann\"@c", FAILS }, { "-e:\"ann\"@c", "", "e:ann@c", FAILS },
	{ "+e:\"ann\"@c", "", "e:ann@c", FAILS }, { "-e:ann@c", "", "e:\"a\\nn\"@C", FAILS }, { "-e:\"ann\"@c", "", "e:\"a\\nn\"@c", FAILS },
	{ "-e:ann@c", "", "e:\"Ann\"@c", HOLDS }, { "-e:ann@c", "", "e:\"anna\"@c", HOLDS }, { "-e:anna@c", "", "e:\"ann\"@c", HOLDS },
	{ "-e:ann@c", "", "e:\"ann\"@d", HOLDS }, { "-e:an@c", "", "e:\"a\\\\n\"@c", HOLDS }, { "-e:ann@c", "", "e:\"\"@c", HOLDS },
	{ "-e:ann@c", "", "e:Ann@c", HOLDS }, { "-e:\"ann@c\"@c", "", "e:ann@c", HOLDS }, { "-e:ann@c", "", "e:\"ann@c\"@c", HOLDS },
	{ "-e:\"a\\@b\"@c", "", "e:\"a@b\"@c", FAILS }, { "-e:\"a@\"@c", "", "e:a@c", HOLDS },
	/* RFC 5280 4.1.2.6: an emailAddress knows no case */
	{ "-e:ann@c", "@Ann@c", NULL, FAILS }, { "+e:ann@c", "@Ann@c", NULL, FAILS }, { "-e:ann@c", "@\"ANN\"@c", NULL, FAILS },
	{ "-e:ann@c", "@bob@c", NULL, HOLDS },
	/* SmtpUTF8Mailbox stands under this form, and under the other names' */
	{ "+e:c", "", "m:a@c", HOLDS }, { "+e:c", "", "m:a@d", FAILS }, { "+e:c", "", "o:a@d", HOLDS }, { "+o:x", "", "m:a@c", FAILS },
	{ "+o:x", "", "e:a@c", HOLDS },
	{ "+e:c", "", "r:a00a" "06082b06010505070808", HOLDS }, /* another OID */
	{ "+e:c", "", "r:a00a" "06082b06010505070809", HOLDS }, { "+e:c", "", "r:a00c" "06082b06010505070809a000", HOLDS },
	{ "+e:c", "", "r:a011" "06082b06010505070809a1050c03614064", HOLDS }, { "+e:c", "", "r:a011" "04082b06010505070809a0050c03614064", HOLDS },
	{ "+e:c", "", "r:a011" "06082b06010505070809a0050c03614064", FAILS }, { "+e:c", "", "r:a012" "06092b0601050507080909a0050c03614064", HOLDS },
	{ "+e:c", "", "r:a011" "06082b0601050507080aa0050c03614064", HOLDS }, { "+e:c", "", "r:a000", HOLDS },
	/* uri: the host behind userinfo and before port */
	{ "+u:example.org", "", "u:http://example.org/x", HOLDS }, { "+u:example.org", "", "u:http://EXAMPLE.org", HOLDS },
	{ "+u:example.org", "", "u:http://u:p@example.org:80/", HOLDS }, { "+u:example.org", "", "u:http://a@b@example.org", HOLDS },
	{ "+u:example.org", "", "u:http://example.org?a@b", HOLDS }, { "+u:example.org", "", "u:http://example.org#a@b", HOLDS },
	{ "+u:example.org", "", "u:http://www.example.org/", FAILS }, { "+u:.example.org", "", "u:http://www.example.org/", HOLDS },
	{ "+u:.example.org", "", "u:http://example.org/", FAILS }, { "-u:example.org", "", "u:http://example.org/", FAILS },
	{ "-u:example.org", "", "u:http://example.com/", HOLDS }, { "-u:example.org", "", "u:http://192.0.2.1/", FAILS },
	{ "-u:example.org", "", "u:http://[2001:db8::1]/", FAILS }, { "-u:example.org", "", "u:urn:a:b", FAILS },
	{ "-u:example.org", "", "u:://example.com", FAILS }, { "-u:example.org", "", "u:http://", FAILS }, { "-u:example.org", "", "u:", FAILS },
	{ "-u:example.org", "", "u:http://:80", FAILS }, { "-u:example.org", "", "u:http://a@", FAILS }, { "-u:example.org", "", "u:x:/y", FAILS },
	{ "-u:example.org", "", "u:http://a b/", FAILS }, { "+u:example.org", "", "u:http://example.org:/", HOLDS },
	{ "+u:example.org", "", "u:http://example.org:http/", FAILS }, { "+u:example.org", "", "u:http://example.org:80x", FAILS },
	{ "+u:example.org", "", "u:http://example.org:x80/", FAILS }, { "-u:a.b", "", "u:http://a.b:1@example.org", HOLDS },
	/* what a resolver takes for an address (inet_aton) is no host name, and no TLD is a number (RFC 1123 2.1) */
	{ "-u:example.org", "", "u:http://0x0a.0.0.0x1/", FAILS }, { "-u:example.org", "", "u:http://167772161/", FAILS },
	{ "-u:example.org", "", "u:http://0X0a000001/", FAILS }, { "-u:example.org", "", "u:http://example.0x", FAILS },
	{ "-u:example.org", "", "u:http://192.0.2.1a/", HOLDS }, { "-u:example.org", "", "u:http://0xa.0xorg/", HOLDS },
	{ "-u:example.org", "", "u:http://a.fxde/", HOLDS }, { "-u:example.org", "", "u:http://a.0ab/", HOLDS },
	{ "-u:example.org", "", "u:http://a.1-2/", HOLDS }, { "-u:example.org", "", "u:http://a.0x_/", HOLDS },
	{ "-u:example.org", "", "u:http://a.9/", FAILS }, { "-u:example.org", "", "u:http://a.0xf/", FAILS },
	{ "-u:example.org", "", "u:http://a.0xg/", HOLDS }, { "+u:example.org", "", "u:http://example.org:8-/", FAILS },
	{ "+u:example.org", "", "u:http://example.org:9/", HOLDS }, { "+u:example.org", "", "u:http://example.org:0/", HOLDS },
	{ "-u:example.org", "", "u:http://1.2.3.x/", HOLDS }, { "+u:.3.de", "", "u:http://1.2.3.de/", HOLDS },
	{ "+u:", "", NULL, BAD }, { "+u:http://example.org", "", NULL, BAD }, { "+u:example.org/x", "", NULL, BAD }, { "+u:.", "", NULL, BAD },
	/* ip: an address and a contiguous mask, families apart */
	{ "+i:c0000200ffffff00", "", "i:c00002ff", HOLDS }, { "+i:c0000200ffffff00", "", "i:c0000300", FAILS },
	{ "+i:c0000200fffffe00", "", "i:c0000301", HOLDS }, { "+i:c0000200fffffe00", "", "i:c0000401", FAILS },
	{ "+i:0000000000000000", "", "i:c0000401", HOLDS }, { "-i:0000000000000000", "", "i:c0000401", FAILS },
	{ "+i:c0000201ffffffff", "", "i:c0000201", HOLDS }, { "-i:c0000201ffffffff", "", "i:c0000202", HOLDS },
	{ "+i:" V6 V6M, "", "i:20010db8000000000000000000000001", HOLDS }, { "+i:" V6 V6M, "", "i:20010db9000000000000000000000001", FAILS },
	{ "+i:" V6 V6M, "", "i:20010db8", FAILS }, { "-i:" V6 V6M, "", "i:20010db8", HOLDS },
	{ "-i:c0000200ffffff00", "", "i:00000000000000000000ffffc0000201", HOLDS },
	{ "+i:c0000200ff00ff00", "", NULL, BAD }, { "+i:c0000200fffffd00", "", NULL, BAD }, { "+i:c0000200", "", NULL, BAD },
	{ "+i:c0000200ffffff", "", NULL, BAD }, { "+i:" V6, "", NULL, BAD }, { "+i:", "", NULL, BAD }, { "+i:" V6 V6M V6, "", NULL, BAD },
	/* dn: whole RDNs from the first on; the subject, where it is not empty */
	{ "+n:a", "a/b", NULL, HOLDS }, { "+n:a", "A", NULL, HOLDS }, { "+n:a", "b/a", NULL, FAILS }, { "+n:a", "ab", NULL, FAILS },
	{ "+n:a/b", "a", NULL, FAILS }, { "-n:a", "a/b", NULL, FAILS }, { "-n:a", "b", NULL, HOLDS }, { "+n:", "b", NULL, HOLDS },
	{ "-n:", "b", NULL, FAILS }, { "-n:", "", NULL, HOLDS }, { "+n:a", "", NULL, HOLDS }, { "+n:a", "", "n:b", FAILS },
	{ "+n:a", "a", "n:b", FAILS }, { "+n:a", "a", "n:a/c", HOLDS }, { "-n:", "", "n:", FAILS }, { "+n:a", "", "n:", FAILS },
	{ "-n:a/b", "a", "n:b", HOLDS }, { "-n:a/b", "a", "n:b|n:a/b/c", FAILS },
	/* forms without rules fail where such a name is there */
	{ "+o:x", "", "o:x", FAILS }, { "-o:x", "", "o:x", FAILS }, { "-o:x", "", "k:2a", HOLDS }, { "+k:2a", "", "k:2a", FAILS },
	{ "-k:2a", "", "k:2b", FAILS }, { "-k:2a", "", "d:a", HOLDS }, { "-x:a", "", "x:b", FAILS }, { "-t:a", "", "t:b", FAILS },
	{ "-t:a", "", "x:b", HOLDS },
	/* the subject's mail addresses without a SAN; of a leaf the CNs that may stand for servers */
	{ "+e:c", "@a@d", NULL, FAILS }, { "+e:c", "@a@c", NULL, HOLDS }, { "+e:c", "@a@d", "d:x", HOLDS }, { "+e:c", "x/@a@d", NULL, FAILS },
	{ "+e:c", "%a@d", NULL, HOLDS }, { "+e:c", "#300431023000", NULL, HOLDS }, { "+e:c", "#300f310d300b06092a864886f70d010901", NULL, HOLDS },
	{ "+e:c", "#3015311330110" "60a2a864886f70d01090101" "0c03614064", NULL, HOLDS }, /* an OID below emailAddress */
	{ "+e:c", "#301431123010" "06092a864886f70d010901" "0c03614064", NULL, FAILS },
	{ "+d:example.org", A50 ".aaaaabbbbb123", NULL, FAILS },
	{ "+e:c", "a@d", NULL, HOLDS }, { "+d:example.org", "@a.b", NULL, HOLDS },
	{ "+d:example.org", "www.example.com", NULL, FAILS }, { "+d:example.org", "www.example.org", NULL, HOLDS },
	{ "+d:example.org", "x/www.example.com", NULL, FAILS }, { "+d:example.org", "www.example.com", "d:example.org", HOLDS },
	{ "+d:example.org", "localhost", NULL, HOLDS }, { "+d:example.org", "a b.c", NULL, HOLDS },
	{ "+d:example.org", A50 "." A50, NULL, FAILS }, { "+d:example.org", A253 A253 A253 A253, NULL, HOLDS },
	{ "+i:c0000200ffffff00", "192.0.3.1", NULL, FAILS }, { "+i:c0000200ffffff00", "192.0.2.1", NULL, HOLDS },
	{ "-d:1", "192.0.2.1", NULL, HOLDS }, { "+i:" V6 V6M, "2001:db9::1", NULL, FAILS }, { "+i:" V6 V6M, "2001:db8::1", NULL, HOLDS },
	{ "-i:" V6 V6M, "a/2001:db8::1", NULL, FAILS }, { "-d:example.org", "", NULL, HOLDS },
	/* several CAs: each must permit, none may exclude */
	{ "+d:example.org;+d:a.example.org", "", "d:a.example.org", HOLDS }, { "+d:example.org;+d:a.example.org", "", "d:b.example.org", FAILS },
	{ "+d:a.org;+d:b.org", "", "d:a.org", FAILS }, { "+d:a.org;+d:b.org", "", "d:b.org", FAILS }, { "-d:a.org;+d:b.org", "", "d:b.org", HOLDS },
	/* a CA whose constraints are bad is at fault itself */
	{ "+d:a b;+d:b.org", "", "d:b.org", BAD }, { "+d:a b|+d:b.org", "", "d:c.org", BAD }, { "-d:c.org|+d:a b", "", "d:c.org", BAD },
	/* minimum 0, no maximum; no empty list; nothing unknown */
	{ "P:30068201" "61800100", "", "d:a", HOLDS }, { "P:30068201" "61800101", "", "d:a", BAD }, { "P:30068201" "61810105", "", "d:a", BAD },
	{ "P:30098201" "61800100810105", "", "d:a", BAD }, { "P:30078201" "6180020000", "", "d:a", BAD }, { "P:30058201" "618000", "", "d:a", BAD },
	{ "P:30068201" "61810100", "", "d:a", BAD }, { "P:30058201" "618001", "", "d:a", BAD },
	{ "X:30068201" "61800100", "", "d:b", HOLDS }, { "P:", "", NULL, BAD }, { "X:", "", NULL, BAD }, { "P:3000", "", NULL, BAD }, { "P:30038201613000", "", NULL, BAD },
	{ "P:30038201", "", NULL, BAD }, { "P:3003160161", "", NULL, BAD }, { "P:3003890161", "", NULL, BAD }, { "P:30038801" "2a", "", NULL, HOLDS },
	{ "P:3003820161" "30", "", NULL, BAD }, { "R:", "", NULL, BAD }, { "R:a2053003820161", "", NULL, BAD }, { "R:a0053003820161a1", "", NULL, BAD },
	{ "R:a0053003820161", "", "d:a", HOLDS }, { "P:3003c20161", "", NULL, BAD }, { "P:3003020161", "", NULL, BAD },
	/* names that cannot be told */
	{ "-d:b", "", "d:a|r:890161", FAILS }, { "-d:b", "", "d:a|r:82", FAILS },
};

#define CAS 3
struct bench {
	struct tw_cert cert[CAS + 1]; /* the leaf first */
	struct tw_certs certs;
	struct tw_buf subject, san, ext[CAS];
	struct tw_constraints *t;
	uint32_t set;
	bool bad;
};

static void set_up(struct bench *b, const struct row *r)
{
	struct tw_buf list = { 0, 0, 0 };
	char word[WORD];

	memset(b, 0, sizeof *b);
	b->certs.v = b->cert;
	b->certs.n = CAS + 1;
	name(&b->subject, r->subject);
	b->cert[0].subject = tw_buf_slice(&b->subject);
	for (int i = 0; r->san && word_at(r->san, i, word); i++)
		general(&list, word);
	if (r->san) {
		der_wrap(&b->san, 0x30, &list);
		b->cert[0].ext = TW_EXT_SAN;
		b->cert[0].san = tw_buf_slice(&b->san);
	}
	b->t = tw_constraints_new(&b->certs, &tw_profile_rfc5280);
	const char *p = r->trees;
	for (uint32_t i = 1; *p || i == 1; i++) {
		size_t n = strcspn(p, ";");
		snprintf(word, sizeof word, "%.*s", (int)n, p);
		constraints(&b->ext[i - 1], word);
		b->cert[i].ext = TW_EXT_NAME_CONSTRAINTS;
		b->cert[i].name_constraints = tw_buf_slice(&b->ext[i - 1]);
		b->set = tw_constraints_add(b->t, b->set, i);
		b->bad |= tw_constraints_bad(b->t, i);
		p += n;
		p += *p == ';';
	}
	tw_buf_free(&list);
}

static void tear_down(struct bench *b)
{
	tw_constraints_free(b->t);
	tw_buf_free(&b->subject);
	tw_buf_free(&b->san);
	for (int i = 0; i < CAS; i++)
		tw_buf_free(&b->ext[i]);
}

START_TEST(test_row)
{
	const struct row *r = &rows[_i];
	struct bench b;

	set_up(&b, r);
	ck_assert_msg(b.bad == (r->want == BAD), "row %d: %s: bad %d", _i, r->trees, b.bad);
	/* Of names below only the constraints of the others decide. */
	if (b.bad)
		ck_assert_msg(tw_constraints_hold(b.t, b.set, 0, true), "row %d: %s, %s", _i, r->trees, r->san ? r->san : "no SAN");
	else
		ck_assert_msg(tw_constraints_hold(b.t, b.set, 0, true) == (r->want == HOLDS), "row %d: %s, %s, %s", _i, r->trees, r->subject,
			r->san ? r->san : "no SAN");
	ck_assert(tw_constraints_hold(b.t, 0, 0, true));
	tear_down(&b);
}
END_TEST

/* Sets are numbers: the same CAs in another order are the same set. */
START_TEST(test_sets)
{
	struct bench b;
	static const struct row r = { "+d:a|-d:b;+d:c;+d:d", "x", "d:a|d:b|e:c@d", FAILS };

	set_up(&b, &r);
	uint32_t three = b.set, other = 0;
	for (uint32_t i = CAS; i; i--)
		other = tw_constraints_add(b.t, other, i);
	ck_assert_uint_eq(three, other);
	ck_assert_uint_eq(tw_constraints_add(b.t, three, 0), three); /* the leaf has none */
	ck_assert_uint_ne(tw_constraints_add(b.t, 0, 1), three);
	ck_assert_uint_ne(tw_constraints_add(b.t, 0, 1), tw_constraints_add(b.t, 0, 2));
	ck_assert(!tw_constraints_bad(b.t, 0));
	/* the subject and three names against four subtrees */
	ck_assert_uint_eq(tw_constraints_cost(b.t, three, 0, true), 16);
	ck_assert_uint_eq(tw_constraints_cost(b.t, tw_constraints_add(b.t, 0, 1), 0, true), 8);
	ck_assert_uint_eq(tw_constraints_cost(b.t, 0, 0, true), 0);
	tear_down(&b);
}
END_TEST

/* CNs are a leaf's alone, and only where the profile takes them. */
START_TEST(test_leaf)
{
	static const struct row r = { "+d:example.org", "www.example.com", NULL, FAILS };
	struct bench b;

	set_up(&b, &r);
	ck_assert(!tw_constraints_hold(b.t, b.set, 0, true));
	ck_assert(tw_constraints_hold(b.t, b.set, 0, false));
	ck_assert(!tw_constraints_hold(b.t, b.set, 0, true));
	struct tw_constraints *web = tw_constraints_new(&b.certs, tw_profile_find("webpki"));
	ck_assert(tw_constraints_hold(web, tw_constraints_add(web, 0, 1), 0, true));
	tw_constraints_free(web);
	tear_down(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("constraints");
	TCase *tc = tcase_create("rows");
	tcase_add_loop_test(tc, test_row, 0, sizeof rows / sizeof *rows);
	tcase_add_test(tc, test_sets);
	tcase_add_test(tc, test_leaf);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
