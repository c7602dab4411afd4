/* Revocation lists: those openssl made (tests/cert/crl/make.sh says what each
 * holds), faults put together from hex, the public PKITS lists where they are,
 * and a large one against the clock. */
#include "cert/crl.h"

#include <check.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct tw_buf text, der;

static void read_text(const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t got;
	ck_assert_msg(f != NULL, "%s", path);
	text.n = 0;
	while ((got = fread(tw_buf_room(&text, 65536), 1, 65536, f)) > 0)
		text.n += got;
	fclose(f);
}

static void fixture(struct tw_crl *c, const char *name)
{
	const char *dir = getenv("TW_SRCDIR"), *why;
	char path[4096];
	size_t pos = 0, at;
	snprintf(path, sizeof path, "%s/tests/cert/crl/%s.pem", dir ? dir : ".", name);
	read_text(path);
	ck_assert_int_eq(tw_pem_next_crl(tw_buf_slice(&text), &pos, &der, &at, &why), 1);
	tw_crl_read(c, tw_buf_slice(&der));
	ck_assert_msg(c->readable, "%s: %s", name, c->why);
}

static const struct tw_crl_entry *find(const struct tw_crl *c, const char *hex, uint32_t *at)
{
	uint8_t serial[32];
	size_t n = strlen(hex) / 2;
	ck_assert(tw_unhex(tw_str(hex), serial, n));
	return tw_crl_find(c, (struct tw_slice){ serial, n }, at);
}

static void has(const struct tw_crl *c, const char *serial, const char *date, int reason)
{
	uint32_t at = 0;
	int64_t t;
	const struct tw_crl_entry *e = find(c, serial, &at);
	ck_assert_msg(e != NULL, "%s", serial);
	ck_assert(tw_time_parse(tw_str(date), &t));
	ck_assert_int_eq(e->date, t);
	ck_assert_int_eq(e->reason, reason);
	ck_assert_uint_eq(tw_crl_entry_issuer(c, e).n, 0);
	ck_assert_msg(find(c, serial, &at) == NULL, "%s twice", serial);
}

static void is_hex(struct tw_slice s, const char *hex)
{
	struct tw_buf b = { 0 };
	tw_buf_addhex(&b, s.p, s.n);
	ck_assert_msg(tw_slice_is(tw_buf_slice(&b), hex), "%.*s", (int)b.n, (char *)b.p);
	tw_buf_free(&b);
}

START_TEST(full)
{
	struct tw_crl c;
	struct tw_buf b = { 0 };
	uint32_t at = 0;
	int64_t t;
	fixture(&c, "full");
	ck_assert(c.usable && c.why == NULL && c.faults == 0 && c.version == 2 && c.n == 6);
	ck_assert_int_eq(tw_name_text(&b, c.issuer), 0);
	ck_assert(tw_slice_is(tw_buf_slice(&b), "CN=Revoking CA,O=tlswild"));
	ck_assert(tw_time_parse(tw_str("2015-02-01T00:00:00Z"), &t) && t == c.this_update);
	ck_assert(tw_time_parse(tw_str("2051-03-01T00:00:00Z"), &t) && t == c.next_update && c.has_next_update);
	ck_assert_uint_eq(c.ext, TW_CRL_AKI | TW_CRL_NUMBER);
	ck_assert_uint_eq(c.critical, 0);
	is_hex(c.number, "1000");
	is_hex(c.aki_serial, "1234");
	ck_assert(c.aki.n == 20 && c.aki_issuer.n > 0);
	is_hex(c.sig_oid, "2a8648ce3d040302");
	ck_assert(c.signature.n >= 64 && c.signature.p + c.signature.n == der.p + der.n);
	has(&c, "01", "2015-01-01T00:00:00Z", 0);
	has(&c, "000080", "2015-01-02T03:04:05Z", 1);
	has(&c, "0080", "2015-01-02T03:04:05Z", 1);
	has(&c, "7fff00", "2015-01-03T00:00:00Z", TW_CRL_HOLD);
	has(&c, "00abcdef0123456789abcdef0123456789abcdef01", "2015-01-04T00:00:00Z", 1);
	has(&c, "05", "2015-01-05T00:00:00Z", TW_CRL_REMOVE);
	has(&c, "07", "2015-01-07T00:00:00Z", 4);
	ck_assert(find(&c, "06", &at) == NULL);
	ck_assert(find(&c, "", &at) == NULL);
	ck_assert(find(&c, "00", &at) == NULL);
	at = 0; /* -128 is not 128 */
	ck_assert(find(&c, "80", &at) == NULL);
	tw_crl_free(&c);
	tw_buf_free(&b);
}
END_TEST

START_TEST(points)
{
	struct tw_crl c;
	struct tw_der d;
	struct tw_point p;
	struct tw_slice v;
	int kind;
	fixture(&c, "idp");
	ck_assert(c.usable && c.faults == 0);
	ck_assert_uint_eq(c.ext, TW_CRL_IDP | TW_CRL_FRESHEST | TW_CRL_NUMBER);
	ck_assert_uint_eq(c.critical, TW_CRL_IDP);
	ck_assert(c.idp.only_ca && !c.idp.only_user && !c.idp.only_attribute && c.idp.indirect);
	ck_assert(c.idp.point.named && c.idp.point.has_reasons);
	ck_assert_uint_eq(c.idp.point.reasons, TW_REASON_KEY_COMPROMISE | TW_REASON_CA_COMPROMISE);
	d = (struct tw_der){ c.idp.point.full_name, false };
	ck_assert(tw_san_next(&d, &kind, &v) == 1 && kind == 6 && tw_slice_is(v, "http://example.org/ca.crl"));
	ck_assert(tw_san_next(&d, &kind, &v) == 1 && kind == 6 && tw_slice_is(v, "http://example.net/ca.crl"));
	ck_assert_int_eq(tw_san_next(&d, &kind, &v), 0);
	tw_list_start(&d, c.freshest);
	ck_assert_int_eq(tw_points_next(&d, &p), 1);
	ck_assert(p.named && !p.has_reasons && p.crl_issuer.n == 0);
	ck_assert_int_eq(tw_points_next(&d, &p), 0);
	tw_crl_free(&c);
	fixture(&c, "relative");
	ck_assert(c.usable && c.idp.only_user && !c.idp.only_ca && !c.idp.indirect);
	is_hex(c.idp.point.relative, "300e06035504030c07506f696e742031");
	tw_crl_free(&c);
	fixture(&c, "attribute");
	ck_assert(c.usable && c.idp.only_attribute && !c.idp.point.named);
	tw_crl_free(&c);
}
END_TEST

START_TEST(others)
{
	struct tw_crl c;
	fixture(&c, "delta");
	ck_assert(c.usable && c.ext & TW_CRL_DELTA && c.critical == TW_CRL_DELTA);
	is_hex(c.base, "11");
	is_hex(c.number, "1004");
	tw_crl_free(&c);
	fixture(&c, "unknown");
	ck_assert(!c.usable && c.why && c.critical == TW_CRL_UNKNOWN && c.n == 6);
	tw_crl_free(&c);
	fixture(&c, "unknown_plain");
	ck_assert(c.usable && c.ext & TW_CRL_UNKNOWN && c.critical == 0);
	tw_crl_free(&c);
	fixture(&c, "empty");
	ck_assert(c.usable && c.faults == 0 && c.n == 0);
	tw_crl_free(&c);
}
END_TEST

/* ---- lists out of hex ---- */

static void wrap(struct tw_buf *b, uint8_t tag)
{
	struct tw_buf out = { 0 };
	tw_buf_addc(&out, (char)tag);
	if (b->n >= 0x80) {
		tw_buf_addc(&out, (char)0x84);
		for (int shift = 24; shift >= 0; shift -= 8)
			tw_buf_addc(&out, (char)(b->n >> shift & 0xff));
	} else
		tw_buf_addc(&out, (char)b->n);
	tw_buf_addslice(&out, tw_buf_slice(b));
	tw_buf_free(b);
	*b = out;
}

static void unhex(struct tw_buf *b, const char *hex)
{
	size_t n = strlen(hex) / 2;
	ck_assert(tw_unhex(tw_str(hex), tw_buf_room(b, n), n));
	b->n += n;
}

#define ED25519 "300506032b6570"
#define NAME_A "300c310a300806035504030c0161"
#define DAY "170d3135303130313030303030305a"   /* 2015-01-01 */
#define INDIRECT "a0133011300f0603551d1c0101ff040530038401ff" /* the extensions of a list that is */
#define OLD "170d3134303130313030303030305a"   /* 2014-01-01 */
enum part { VERSION_, INNER, ISSUER, THIS, NEXT, ENTRIES, EXTENSIONS, OUTER, SIGNATURE, AFTER, PARTS };
static const char *const usual[PARTS] = { "020101", ED25519, NAME_A, DAY, "", "3014" "3012020101" OLD, "", ED25519,
	"030200aa", "" };

static void build(struct tw_buf *b, enum part changed, const char *hex)
{
	b->n = 0;
	for (int i = 0; i < PARTS; i++) {
		unhex(b, i == (int)changed ? hex : usual[i]);
		if (i == EXTENSIONS || i == SIGNATURE)
			wrap(b, 0x30);
	}
}

enum { USABLE, UNUSABLE, UNREADABLE, NONE = -1 };
#define F(kind) TW_FAULT_##kind
static const struct {
	enum part part;
	const char *hex;
	int use, fault, also;
	uint32_t n;
} rows[] = {
	{ VERSION_, "020101", USABLE, NONE, NONE, 1 },
	{ VERSION_, "", USABLE, NONE, NONE, 1 },
	{ VERSION_, "020100", USABLE, F(VERSION_DEFAULT), NONE, 1 },
	{ VERSION_, "020102", UNUSABLE, F(VERSION_UNKNOWN), NONE, 1 },
	{ VERSION_, "0201ff", UNUSABLE, F(VERSION_UNKNOWN), NONE, 1 },
	{ INNER, "300506032b6571", UNUSABLE, F(ALGORITHM_DIFFERS), NONE, 1 },
	{ OUTER, "300706032b65700500", UNUSABLE, F(ALGORITHM_DIFFERS), NONE, 1 },
	{ ISSUER, "30023100", USABLE, F(NAME_UNREADABLE), NONE, 1 },
	{ ISSUER, "3100", UNREADABLE, NONE, NONE, 0 },
	{ THIS, "", UNREADABLE, NONE, NONE, 0 },
	{ THIS, "170d3135303133323030303030305a", UNUSABLE, F(TIME_UNREADABLE), NONE, 1 },
	{ THIS, "170b313530313031303030305a", USABLE, F(TIME_LAX), NONE, 1 },
	{ NEXT, "180f32303530303130313030303030305a", USABLE, NONE, NONE, 1 },
	{ NEXT, "170d3135303133323030303030305a", USABLE, F(TIME_UNREADABLE), NONE, 1 },
	{ ENTRIES, "", USABLE, NONE, NONE, 0 },
	{ ENTRIES, "3000", USABLE, F(LIST_EMPTY), NONE, 0 },
	{ ENTRIES, "3014" "3012020101" DAY, USABLE, NONE, NONE, 1 },
	{ ENTRIES, "3013" "3011" "0200" DAY, UNUSABLE, F(FORM), NONE, 0 },
	{ ENTRIES, "3005" "3003" "020101", UNUSABLE, F(FORM), NONE, 0 },
	{ ENTRIES, "3016" "3012020101" DAY "0500", UNUSABLE, F(FORM), NONE, 1 },
	{ ENTRIES, "3016" "3014020101" DAY "0500", UNUSABLE, F(FORM), NONE, 0 },
	{ ENTRIES, "3014" "3012020101" "170d3135303133323030303030305a", USABLE, F(TIME_UNREADABLE), NONE, 1 },
	/* reasonCode 1, 7 (none such), as INTEGER; critical */
	{ ENTRIES, "3022" "3020020101" DAY "300c300a0603551d1504030a0101", USABLE, NONE, NONE, 1 },
	{ ENTRIES, "3022" "3020020101" DAY "300c300a0603551d1504030a0107", USABLE, F(EXTENSION_UNREADABLE), NONE, 1 },
	{ ENTRIES, "3022" "3020020101" DAY "300c300a0603551d150403020101", USABLE, F(EXTENSION_UNREADABLE), NONE, 1 },
	{ ENTRIES, "3025" "3023020101" DAY "300f300d0603551d150101ff04030a0101", USABLE, NONE, NONE, 1 },
	{ ENTRIES, "3025" "3023020101" DAY "300f300d0603551d150101ff0403020101", UNUSABLE, F(EXTENSION_UNREADABLE), NONE, 1 },
	/* an unknown one, critical and not */
	{ ENTRIES, "3021" "301f020101" DAY "300b300906022a030101ff0400", UNUSABLE, NONE, NONE, 1 },
	{ ENTRIES, "301e" "301c020101" DAY "3008300606022a030400", USABLE, NONE, NONE, 1 },
	{ ENTRIES, "3026" "3024020101" DAY "3010300606022a030400300606022a030400", USABLE, NONE, NONE, 1 },
	{ ENTRIES, "302e" "302c020101" DAY "3018300a0603551d1504030a0101300a0603551d1504030a0102", USABLE, F(DUPLICATE), NONE, 1 },
	/* certificateIssuer that is none; in a list that is not indirect, not critical and critical (5.3.3) */
	{ ENTRIES, "3021" "301f020101" DAY "300b30090603551d1d04023000" INDIRECT, UNUSABLE, F(EXTENSION_UNREADABLE), F(LIST_EMPTY), 1 },
	{ ENTRIES, "3021" "301f020101" DAY "300b30090603551d1d04023000", USABLE, F(EXTENSION_UNREADABLE), NONE, 1 },
	{ ENTRIES, "3027" "3025020101" DAY "3011300f0603551d1d0101ff040530038201" "63", UNUSABLE, F(EXTENSION_UNREADABLE), NONE, 1 },
	{ EXTENSIONS, "a00e300c300a0603551d140403020105", USABLE, NONE, NONE, 1 },
	{ EXTENSIONS, "a00e300c300a0603551d1404030a0105", USABLE, F(EXTENSION_UNREADABLE), NONE, 1 },
	{ EXTENSIONS, "a011300f300d0603551d140101ff04030a0105", UNUSABLE, F(EXTENSION_UNREADABLE), NONE, 1 },
	{ EXTENSIONS, "a00e300c300a0603551d1b04030a0105", UNUSABLE, F(EXTENSION_UNREADABLE), NONE, 1 }, /* delta of nothing */
	{ EXTENSIONS, "a010300e300c0603551d1c0101ff04023000", USABLE, F(LIST_EMPTY), NONE, 1 },
	{ EXTENSIONS, "a00d300b30090603551d1c04020500", UNUSABLE, F(EXTENSION_UNREADABLE), NONE, 1 },
	{ EXTENSIONS, "a0133011300f0603551d1c0101ff040530038201ff", USABLE, NONE, NONE, 1 },
	{ EXTENSIONS, "a016301430120603551d1c0101ff040830068101ff8201ff", USABLE, F(EXTENSION_UNREADABLE), NONE, 1 },
	{ EXTENSIONS, "a0023000", USABLE, F(EXTENSIONS_EMPTY), NONE, 1 },
	{ EXTENSIONS, "0500", UNUSABLE, F(TBS_EXTRA), NONE, 1 },
	{ SIGNATURE, "", UNREADABLE, NONE, NONE, 0 },
	{ SIGNATURE, "030200aa0500", USABLE, F(TRAILING), NONE, 1 },
	{ AFTER, "00", USABLE, F(TRAILING), NONE, 1 },
};

START_TEST(built)
{
	struct tw_buf b = { 0 };
	struct tw_crl c;
	uint64_t faults = rows[_i].fault < 0 ? 0 : TW_FAULT_BIT(rows[_i].fault);
	faults |= rows[_i].also < 0 ? 0 : TW_FAULT_BIT(rows[_i].also);
	build(&b, rows[_i].part, rows[_i].hex);
	tw_crl_read(&c, tw_buf_slice(&b));
	ck_assert_msg(c.readable == (rows[_i].use != UNREADABLE), "row %d: %s", _i, c.why ? c.why : "readable");
	ck_assert_msg(c.usable == (rows[_i].use == USABLE), "row %d: %s", _i, c.why ? c.why : "usable");
	ck_assert((c.why == NULL) == c.usable);
	if (c.readable)
		ck_assert_msg(c.faults == faults, "row %d: %llx", _i, (unsigned long long)c.faults);
	ck_assert_uint_eq(c.n, rows[_i].n);
	tw_crl_free(&c);
	tw_buf_free(&b);
}
END_TEST

/* An indirect list: entry 1 of the list's issuer, 2 and 3 of b, 2 again of c. */
START_TEST(indirect)
{
	static const char entries[] = "30818c" "3012020101" OLD
		"303b020102" OLD "3027" "30250603551d1d0101ff041b3019a4173015311330110603550403"
		"0c0a626262626262626262623012020103" OLD
		"3025020102" DAY "301130" "0f0603551d1d0101ff0405" "30038201" "63" INDIRECT;
	struct tw_buf b = { 0 };
	struct tw_crl c;
	const struct tw_crl_entry *e;
	uint32_t at = 0;
	build(&b, ENTRIES, entries);
	tw_crl_read(&c, tw_buf_slice(&b));
	ck_assert_msg(c.usable && c.n == 4, "%s %u", c.why ? c.why : "", c.n);
	e = find(&c, "01", &at);
	ck_assert(e && tw_crl_entry_issuer(&c, e).n == 0);
	at = 0;
	e = find(&c, "03", &at);
	ck_assert(e != NULL);
	is_hex(tw_crl_entry_issuer(&c, e), "a41730153113301106035504030c0a62626262626262626262");
	at = 0;
	e = find(&c, "02", &at);
	ck_assert(e != NULL && e->date == 1388534400);
	is_hex(tw_crl_entry_issuer(&c, e), "a41730153113301106035504030c0a62626262626262626262");
	e = find(&c, "02", &at);
	ck_assert(e != NULL && e->date == 1420070400);
	is_hex(tw_crl_entry_issuer(&c, e), "820163");
	ck_assert(find(&c, "02", &at) == NULL);
	tw_crl_free(&c);
	/* Where the list is not indirect, the entry is one of the list's issuer. */
	build(&b, ENTRIES, "3024" "3022020102" DAY "300e" "300c0603551d1d0405" "30038201" "63");
	tw_crl_read(&c, tw_buf_slice(&b));
	at = 0;
	e = find(&c, "02", &at);
	ck_assert(c.usable && e && tw_crl_entry_issuer(&c, e).n == 0);
	tw_crl_free(&c);
	tw_buf_free(&b);
}
END_TEST

START_TEST(damage)
{
	struct tw_crl c;
	uint32_t at = 0;
	fixture(&c, "idp");
	tw_crl_free(&c);
	for (size_t n = 0; n <= der.n; n++) {
		uint8_t *p = tw_alloc(n ? n : 1);
		if (n)
			memcpy(p, der.p, n);
		tw_crl_read(&c, (struct tw_slice){ p, n });
		ck_assert(c.readable == (n == der.n));
		tw_crl_free(&c);
		free(p);
	}
	for (size_t i = 0; i < der.n; i++)
		for (int bit = 0; bit < 9; bit++) {
			uint8_t was = der.p[i];
			der.p[i] = (uint8_t)(was ^ (bit < 8 ? 1u << bit : 0xffu));
			tw_crl_read(&c, tw_buf_slice(&der));
			at = 0;
			(void)find(&c, "01", &at);
			tw_crl_free(&c);
			der.p[i] = was;
		}
}
END_TEST

/* 300,000 entries, some 10 MB; the time is printed, the bound is generous. */
START_TEST(large)
{
	enum { N = 300000 };
	struct tw_buf list = { 0 }, b = { 0 };
	struct tw_crl c;
	struct timespec from, to;
	uint32_t at;
	for (uint32_t i = 0; i < N; i++) {
		uint8_t serial[16] = { 1, 2, 3, 4, 5, 6, 7, 8 };
		for (int k = 0; k < 4; k++)
			serial[12 + k] = (uint8_t)(i >> (24 - 8 * k));
		unhex(&list, "302f0210");
		tw_buf_add(&list, serial, 16);
		unhex(&list, DAY "300c300a0603551d1504030a0101");
	}
	wrap(&list, 0x30);
	for (int i = 0; i < PARTS; i++) {
		if (i == ENTRIES)
			tw_buf_addslice(&b, tw_buf_slice(&list));
		else
			unhex(&b, usual[i]);
		if (i == EXTENSIONS || i == SIGNATURE)
			wrap(&b, 0x30);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	tw_crl_read(&c, tw_buf_slice(&b));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	ck_assert(c.readable && c.usable);
	ck_assert_uint_eq(c.n, N);
	for (uint32_t i = 0; i < N; i += 977) {
		char hex[33];
		snprintf(hex, sizeof hex, "010203040506070800000000%08x", i);
		at = 0;
		const struct tw_crl_entry *e = find(&c, hex, &at);
		ck_assert(e != NULL && (uint32_t)(e - c.entry) == i && e->reason == 1);
	}
	double s = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	printf("%zu bytes, %d entries: %.3f s\n", b.n, N, s);
	ck_assert(s < 5);
	tw_crl_free(&c);
	tw_buf_free(&b);
	tw_buf_free(&list);
}
END_TEST

START_TEST(pkits)
{
	const char *src = getenv("TW_SRCDIR"), *why;
	char path[8192], folder[4096];
	int lists = 0, unusable = 0;
	snprintf(folder, sizeof folder, "%s/../shared/pkits", src ? src : ".");
	DIR *d = opendir(folder);
	if (!d) {
		printf("skipped: no %s\n", folder);
		return;
	}
	for (struct dirent *e; (e = readdir(d));) {
		struct tw_crl c;
		size_t pos = 0, at;
		snprintf(path, sizeof path, "%s/%s/crls.pem", folder, e->d_name);
		FILE *f = fopen(path, "rb");
		if (!f)
			continue;
		fclose(f);
		read_text(path);
		int r;
		while ((r = tw_pem_next_crl(tw_buf_slice(&text), &pos, &der, &at, &why)) == 1) {
			tw_crl_read(&c, tw_buf_slice(&der));
			ck_assert_msg(c.readable, "%s: %s", path, c.why);
			lists++;
			unusable += !c.usable;
			/* 4.4.8 to 4.4.10 are about critical extensions that nobody knows. */
			if (!c.usable && c.critical != TW_CRL_UNKNOWN)
				ck_assert_msg(strstr(path, "4.4.8-") || strstr(path, "4.4.9-"), "%s: %s", path, c.why);
			tw_crl_free(&c);
		}
		ck_assert_msg(r == 0, "%s: %s", path, why);
	}
	closedir(d);
	printf("%d lists of PKITS read, %d of them not usable\n", lists, unusable);
	ck_assert_int_gt(lists, 100);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("crl");
	TCase *c = tcase_create("crl");
	tcase_set_timeout(c, 120);
	tcase_add_test(c, full);
	tcase_add_test(c, points);
	tcase_add_test(c, others);
	tcase_add_loop_test(c, built, 0, sizeof rows / sizeof *rows);
	tcase_add_test(c, indirect);
	tcase_add_test(c, damage);
	tcase_add_test(c, large);
	tcase_add_test(c, pkits);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad ? 1 : 0;
}
