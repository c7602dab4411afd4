/* Faults by the rules of RFC 5280 and X.690, on certificates put together from
 * hex; and damage: every prefix and every changed byte of a good one. */
#include "cert/cert.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static void unhex(struct tw_buf *b, const char *hex)
{
	size_t n = strlen(hex) / 2;
	ck_assert(tw_unhex(tw_str(hex), tw_buf_room(b, n), n));
	b->n += n;
}

/* Wraps what b holds. */
static void wrap(struct tw_buf *b, uint8_t tag)
{
	struct tw_buf out = { 0 };
	ck_assert_uint_lt(b->n, 65536);
	tw_buf_addc(&out, (char)tag);
	if (b->n >= 256)
		tw_buf_addc(&out, (char)0x82);
	else if (b->n >= 128)
		tw_buf_addc(&out, (char)0x81);
	if (b->n >= 256)
		tw_buf_addc(&out, (char)(b->n >> 8));
	tw_buf_addc(&out, (char)(b->n & 0xff));
	tw_buf_addslice(&out, tw_buf_slice(b));
	tw_buf_free(b);
	*b = out;
}

#define DATES "301e170d3135303130313030303030305a170d3235303130313030303030305a"
#define ED25519 "300506032b6570"
#define NAME_A "300c310a300806035504030c0161"
#define KEY "302a300506032b6570032100000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
enum part { VERSION_, SERIAL, INNER, ISSUER, VALIDITY, SUBJECT, SPKI, REST, OUTER, SIGNATURE, AFTER3, AFTER, PARTS };
static const char *const usual[PARTS] = { "a003020102", "020101", ED25519, NAME_A, DATES, NAME_A, KEY, "", ED25519,
	"030200aa", "", "" };

/* The usual certificate with one part in other words. */
static void build(struct tw_buf *b, enum part changed, const char *hex)
{
	for (int i = 0; i < PARTS; i++) {
		unhex(b, i == (int)changed ? hex : usual[i]);
		if (i == REST)
			wrap(b, 0x30);
		if (i == AFTER3)
			wrap(b, 0x30);
	}
}

/* The usual certificate with this list of extensions. */
static void build_ext(struct tw_buf *b, const char *extensions)
{
	struct tw_buf e = { 0 }, hex = { 0 };
	unhex(&e, extensions);
	wrap(&e, 0x30);
	wrap(&e, 0xa3);
	tw_buf_addhex(&hex, e.p, e.n);
	tw_buf_addc(&hex, '\0');
	build(b, REST, (char *)hex.p);
	tw_buf_free(&e);
	tw_buf_free(&hex);
}

enum { DER = TW_FAULT_DER, VER = TW_FAULT_VERSION, SER = TW_FAULT_SERIAL, TIM = TW_FAULT_TIME, NAM = TW_FAULT_NAME,
	ALG = TW_FAULT_ALGORITHM, EXT = TW_FAULT_EXTENSION, DUP = TW_FAULT_DUPLICATE, NOT = 1 << 30 };

static const struct {
	enum part part;
	const char *hex;
	int strict, in_2015; /* NOT: unreadable */
} frames[] = {
	{ SERIAL, "020101", 0, 0 },
	{ VERSION_, "a003020100", VER, 0 },  /* encoded DEFAULT */
	{ VERSION_, "a003020101", 0, 0 },
	{ VERSION_, "", 0, 0 },
	{ VERSION_, "a003020103", VER, VER },
	{ VERSION_, "a0030201ff", VER, VER },
	{ SERIAL, "0201ff", 0, 0 },          /* negative, zero: tolerated */
	{ SERIAL, "020100", 0, 0 },
	{ SERIAL, "02020001", SER, 0 },      /* not minimal */
	{ SERIAL, "0202ff80", SER, 0 },
	{ SERIAL, "0200", SER, SER },
	{ SERIAL, "", SER, SER },
	{ INNER, "300706032b65700500", ALG, ALG }, /* inner is not outer */
	{ OUTER, "300506032b6571", ALG, ALG },
	{ ISSUER, "3000", NAM, NAM },        /* empty issuer */
	{ SUBJECT, "3000", NAM, NAM },       /* empty without critical SAN */
	{ ISSUER, "300c310a30080603550403130140", NAM, 0 },  /* @ in PrintableString */
	{ ISSUER, "300c310a3008060355040313012a", 0, 0 },    /* * */
	{ ISSUER, "300c310a300806035504031601e4", NAM, NAM },
	{ ISSUER, "300c310a300806035504030c01ff", NAM, NAM },  /* UTF-8 */
	{ ISSUER, "300c310a300806035504030c0100", NAM, NAM },  /* NUL */
	{ ISSUER, "300d310b300906035504031e020061", 0, 0 },
	{ ISSUER, "300c310a300806035504031e0161", NAM, NAM },  /* half a BMP character */
	{ ISSUER, "30023100", NAM, NAM },    /* an RDN of nothing */
	{ ISSUER, "30163114300806035504030c0162300806035504030c0161", DER, DER }, /* SET OF out of order */
	{ ISSUER, "30163114300806035504030c0161300806035504030c0162", 0, 0 },
	{ VALIDITY, "301e170d3135303133323030303030305a170d3235303130313030303030305a", TIM, TIM },
	{ VALIDITY, "301e170d3135303233303030303030305a170d3235303130313030303030305a", TIM, TIM }, /* 30 February */
	{ VALIDITY, "301e170d3135303130313030303036305a170d3235303130313030303030305a", TIM, TIM }, /* second 60 */
	{ VALIDITY, "301c170b313530313031303030305a170d3235303130313030303030305a", TIM, 0 },       /* no seconds */
	{ VALIDITY, "302217113135303130313030303030302b30313030170d3235303130313030303030305a", TIM, 0 }, /* offset */
	{ VALIDITY, "3020180f32303135303130313030303030305a170d3235303130313030303030305a", 0, 0 },
	{ VALIDITY, "3022181132303135303130313030303030302e355a170d3235303130313030303030305a", TIM, TIM },
	{ VALIDITY, "3000", TIM, TIM },
	{ VALIDITY, "310c0000", NOT, NOT },
	{ SPKI, "3000", ALG, ALG },
	{ SPKI, "0500", NOT, NOT },
	{ SPKI, "301a300d06092a864886f70d01010105000309003006020100020103", ALG, ALG }, /* modulus 0 */
	{ SIGNATURE, "", NOT, NOT },
	{ SIGNATURE, "0300", NOT, NOT },
	{ SIGNATURE, "030207aa", 0, 0 },
	{ SIGNATURE, "03810200aa", DER, DER }, /* length not minimal */
	{ SIGNATURE, "038000aa0000", NOT, NOT },
	{ AFTER3, "0500", DER, DER },
	{ AFTER, "00", DER, DER },
	{ REST, "810200aa", 0, 0 },          /* unique ID in version 3 */
	{ REST, "a3023000", EXT, EXT },      /* no extension in the list */
	{ REST, "a300", EXT, EXT },
	{ REST, "0500", DER, DER },
};

START_TEST(frame)
{
	struct tw_buf b = { 0 };
	struct tw_cert c;
	const char *hex = frames[_i].hex;
	build(&b, frames[_i].part, hex);
	tw_cert_read(&c, tw_buf_slice(&b));
	ck_assert_msg(c.readable == (frames[_i].strict != NOT), "row %d: %s: readable %d", _i, hex, c.readable);
	if (c.readable) {
		ck_assert_msg((int)c.faults == frames[_i].strict, "row %d: %s: %x", _i, hex, c.faults);
		ck_assert_msg((int)c.faults_2015 == frames[_i].in_2015, "row %d: %s: 2015 %x", _i, hex, c.faults_2015);
	}
	tw_buf_free(&b);
}
END_TEST

enum { U = TW_EXT_UNKNOWN, BC = TW_EXT_BASIC_CONSTRAINTS, KU = TW_EXT_KEY_USAGE, EKU = TW_EXT_EKU,
	SAN = TW_EXT_SAN, POL = TW_EXT_POLICIES };
static const struct {
	const char *hex;
	int faults, ext, critical;
} lists[] = {
	{ "300c0603551d130101ff04023000", 0, BC, BC },
	{ "300f0603551d130101ff040530030101ff", 0, BC, BC },
	{ "300f0603551d130101ff04053003010100", 0, BC, BC },              /* explicit FALSE */
	{ "300f0603551d130101ff04053003010101", DER, BC, BC },            /* TRUE is ff */
	{ "300f0603551d130101ff04053003020105", 0, BC, BC },              /* pathLen without cA */
	{ "300f0603551d130101ff040530030201ff", EXT, U, U },              /* pathLen negative */
	{ "300e0603551d130101ff040430000500", EXT, U, U },                /* not to its end */
	{ "300b0603551d13040430000500", EXT, 0, 0 },
	{ "300c0603551d1301010004023000", EXT, BC, 0 },                   /* encoded DEFAULT */
	{ "300e0603551d0f0101ff0404030205a0", 0, KU, KU },
	{ "300b0603551d0f0404030204a0", 0, KU, 0 },                       /* trailing zero bits */
	{ "300b0603551d0f0404030205a1", DER, KU, 0 },                     /* unused bit set */
	{ "300b0603551d0f040403020000", EXT, KU, 0 },                     /* no bit */
	{ "300a0603551d0f0403030100", EXT, KU, 0 },
	{ "30130603551d25040c300a06082b06010505070301", 0, EKU, 0 },
	{ "30090603551d2504023000", EXT, EKU, 0 },                        /* empty */
	{ "30090603551d1104023000", EXT, SAN, 0 },
	{ "300c0603551d1104053003820161", 0, SAN, 0 },
	{ "300c0603551d11040530038201e4", NAM, SAN, 0 },             /* IA5 */
	{ "300f0603551d1104083006870401020304", 0, SAN, 0 },
	{ "300e0603551d11040730058703010203", EXT, SAN, 0 },         /* an address of three */
	{ "300c0603551d1104053003020161", EXT, 0, 0 },               /* no GeneralName */
	{ "300b0603551d1104043002a500", EXT, SAN, 0 },                    /* ediPartyName of nothing */
	{ "300d0603551d200406300430020600", DER | EXT, 0, 0 },
	{ "30110603551d20040a300830060604551d2000", 0, POL, 0 },
	{ "30190603551d200412301030060604551d200030060604551d2000", EXT, POL, 0 }, /* twice */
	{ "30130603551d20040c300a30080604551d20003000", EXT, POL, 0 },   /* no qualifier in the list */
	{ "301c0603551d200101ff04123010300e0604551d20003006300406022a03", EXT, U, U },
	{ "301e0603551d200101ff0414301230100604551d20003008300606022a030500", 0, POL | U, POL | U },
	{ "30090603551d1f04023000", EXT, TW_EXT_CRLDP, 0 },
	{ "300f0603551d1f04083006300481020640", EXT, TW_EXT_CRLDP, 0 }, /* of reasons only */
	{ "30090603551d2404023000", EXT, TW_EXT_POLICY_CONSTRAINTS, 0 },
	{ "30090603551d2104023000", EXT, TW_EXT_POLICY_MAPPINGS, 0 },
	{ "300c0603551d2304053003820101", EXT, TW_EXT_AKI, 0 },           /* serial without issuer */
	{ "300c0603551d2304053003800101", 0, TW_EXT_AKI, 0 },
	{ "300a0603551d360403020105", 0, TW_EXT_INHIBIT_ANY, 0 },
	{ "300e06082b0601050507010104023000", EXT, TW_EXT_AIA, 0 },
	{ "300906022a030101ff0400", 0, U, U },                            /* unknown, critical */
	{ "300606022a030400300606022a030400", DUP, U, 0 },
	{ "300c0603551d130101ff04023000300f0603551d130101ff040530030101ff", DUP, BC, BC }, /* the first counts */
	{ "300406022a03", EXT, U, 0 },
};

START_TEST(extension)
{
	struct tw_buf b = { 0 };
	struct tw_cert c;
	const char *hex = lists[_i].hex;
	build_ext(&b, hex);
	tw_cert_read(&c, tw_buf_slice(&b));
	ck_assert(c.readable);
	ck_assert_msg((int)c.faults == lists[_i].faults, "row %d: %s: %x", _i, hex, c.faults);
	ck_assert_msg((int)c.ext == lists[_i].ext && (int)c.critical == lists[_i].critical, "row %d: %s: ext %x %x", _i,
			hex, c.ext, c.critical);
	ck_assert(!c.ca || _i == 1 || _i == 3);
	tw_buf_free(&b);
}
END_TEST

START_TEST(v1_with_extensions)
{
	struct tw_buf b = { 0 }, v1 = { 0 };
	struct tw_cert c;
	build_ext(&b, "300f0603551d130101ff040530030101ff");
	/* Leave the version out: 5 octets after two headers of 2 or 3. */
	tw_cert_read(&c, tw_buf_slice(&b));
	size_t head = (size_t)(c.serial.p - c.tbs.p) - 2 - 5;
	tw_buf_add(&v1, c.tbs.p + head + 5, c.tbs.n - head - 5);
	wrap(&v1, 0x30);
	unhex(&v1, ED25519 "030200aa");
	wrap(&v1, 0x30);
	tw_cert_read(&c, tw_buf_slice(&v1));
	ck_assert(c.readable && c.version == 1 && c.ca);
	ck_assert_uint_eq(c.faults, VER);
	ck_assert_uint_eq(c.faults_2015, 0);
	tw_buf_free(&b);
	tw_buf_free(&v1);
}
END_TEST

static int64_t when(const char *not_before)
{
	struct tw_buf b = { 0 }, hex = { 0 };
	struct tw_cert c;
	size_t n = strlen(not_before);
	tw_buf_addf(&b, "%c%c%s\x17\r250101000000Z", n == 15 ? 0x18 : 0x17, (int)n, not_before);
	wrap(&b, 0x30);
	tw_buf_addhex(&hex, b.p, b.n);
	tw_buf_addc(&hex, '\0');
	tw_buf_free(&b);
	b = (struct tw_buf){ 0 };
	build(&b, VALIDITY, (char *)hex.p);
	tw_cert_read(&c, tw_buf_slice(&b));
	ck_assert(c.readable);
	tw_buf_free(&b);
	tw_buf_free(&hex);
	return c.not_before;
}

/* Seconds by date -u -d ... +%s. */
START_TEST(times)
{
	ck_assert_int_eq(when("150101000000Z"), 1420070400);
	ck_assert_int_eq(when("1501010000Z"), 1420070400);
	ck_assert_int_eq(when("150101000000+0130"), 1420070400 - 5400);
	ck_assert_int_eq(when("150101000000-0130"), 1420070400 + 5400);
	ck_assert_int_eq(when("490101000000Z"), 2493072000);
	ck_assert_int_eq(when("500101000000Z"), -631152000);
	ck_assert_int_eq(when("18000101000000Z"), -5364662400);
	ck_assert_int_eq(when("99991231235959Z"), TW_TIME_MAX);
	ck_assert_int_eq(when("150230000000Z"), TW_TIME_MIN);
}
END_TEST

/* Everything that looks inside a certificate. */
static void look(struct tw_slice der)
{
	struct tw_cert c;
	struct tw_buf b = { 0 };
	struct tw_der d;
	struct tw_slice v;
	int kind;
	tw_cert_read(&c, der);
	tw_cert_csv(&b, &c);
	tw_san_start(&d, c.san);
	while (tw_san_next(&d, &kind, &v) == 1)
		ck_assert(v.n == 0 || (v.p >= der.p && v.p + v.n <= der.p + der.n));
	ck_assert(!c.readable || (c.signature.p >= der.p && c.signature.p + c.signature.n <= der.p + der.n));
	tw_buf_free(&b);
}

static const char *const good[] = { "rich", "ca", "explicit", "dsa", "pss" };

START_TEST(damage)
{
	struct tw_buf path = { 0 }, text = { 0 }, der = { 0 };
	const char *why, *dir = getenv("TW_SRCDIR");
	size_t pos = 0, at;
	tw_buf_addf(&path, "%s/tests/cert/fixtures/%s.pem", dir ? dir : ".", good[_i]);
	tw_buf_addc(&path, '\0');
	FILE *f = fopen((char *)path.p, "rb");
	ck_assert_msg(f != NULL, "%s", (char *)path.p);
	text.n = fread(tw_buf_room(&text, 65536), 1, 65536, f);
	fclose(f);
	ck_assert_int_eq(tw_pem_next(tw_buf_slice(&text), &pos, &der, &at, &why), 1);
	for (size_t n = 0; n <= der.n; n++) {
		/* A copy of the exact size: a sanitizer sees one byte too many. */
		uint8_t *p = tw_alloc(n ? n : 1);
		if (n)
			memcpy(p, der.p, n);
		look((struct tw_slice){ p, n });
		free(p);
	}
	for (size_t i = 0; i < der.n; i++)
		for (int bit = 0; bit < 9; bit++) {
			uint8_t was = der.p[i];
			der.p[i] = (uint8_t)(was ^ (bit < 8 ? 1u << bit : 0xffu));
			look(tw_buf_slice(&der));
			der.p[i] = was;
		}
	tw_buf_free(&path);
	tw_buf_free(&text);
	tw_buf_free(&der);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("cert");
	TCase *c = tcase_create("cert");
	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, frame, 0, sizeof frames / sizeof *frames);
	tcase_add_loop_test(c, extension, 0, sizeof lists / sizeof *lists);
	tcase_add_test(c, v1_with_extensions);
	tcase_add_test(c, times);
	tcase_add_loop_test(c, damage, 0, sizeof good / sizeof *good);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad ? 1 : 0;
}
