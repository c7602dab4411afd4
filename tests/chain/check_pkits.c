/* NIST's PKITS: each case of tests/chain/pkits through tw-verify, its reason
 * and culprit as NIST describes the fault. The suite is no part of the source:
 * it is looked for in ../shared/pkits, and its absence is said. */
#include "cert/cert.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT "2011-04-15T00:00:00Z" /* the suite's own time of judgement */
#define MAX_CASES 512

struct pkits {
	char name[128], reason[32], culprit[8];
	bool crls; /* judged with its CRLs */
};
static struct pkits cases[MAX_CASES];
static int ncases;
static char suite[4096];

static void read_file(const char *path, struct tw_buf *b)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	ck_assert_msg(f != NULL, "%s: not there", path);
	while ((n = fread(tw_buf_room(b, 65536), 1, 65536, f)) > 0)
		b->n += n;
	ck_assert(!ferror(f) && !fclose(f));
}

/* The fingerprint, in hex, of the nth certificate of a PEM file. */
static void fingerprint(const char *path, int n, struct tw_buf *hex)
{
	struct tw_buf text = { 0, 0, 0 }, der = { 0, 0, 0 };
	const char *why = NULL;
	uint8_t h[TW_SHA256];
	size_t pos = 0, at;

	read_file(path, &text);
	for (int i = 0; i <= n; i++)
		ck_assert_int_eq(tw_pem_next(tw_buf_slice(&text), &pos, &der, &at, &why), 1);
	tw_sha256(tw_buf_slice(&der), h);
	tw_buf_addhex(hex, h, sizeof h);
	tw_buf_addc(hex, '\0');
	tw_buf_free(&text);
	tw_buf_free(&der);
}

/* Runs tw-verify; its second line goes to row. Returns the exit status. */
static int verify(const struct pkits *c, bool crls, char *row, size_t n)
{
	struct tw_buf cmd = { 0, 0, 0 };
	const char *build = getenv("TW_BUILDDIR");
	char line[8192];
	int lines = 0;

	tw_buf_addf(&cmd, "'%s/tw-verify' --store s='%s/%s/roots.pem' --at " AT " --purpose any '%s/%s/chain.pem'",
		build ? build : ".", suite, c->name, suite, c->name);
	if (crls)
		tw_buf_addf(&cmd, " --crl '%s/%s/crls.pem' --revocation require 2>/dev/null", suite, c->name);
	tw_buf_addc(&cmd, '\0');
	FILE *p = popen((char *)cmd.p, "r");
	ck_assert_ptr_nonnull(p);
	while (fgets(line, sizeof line, p))
		if (++lines == 2)
			snprintf(row, n, "%s", line);
	int status = pclose(p);
	tw_buf_free(&cmd);
	ck_assert_msg(lines == 2 && WIFEXITED(status), "%s: %d lines, status %d", c->name, lines, status);
	return WEXITSTATUS(status);
}

/* Field i, from 0, of a row without quotes, cut out of it. */
static const char *field(char *row, int i, char *out, size_t n)
{
	const char *p = row;

	for (; i; i--) {
		p = strchr(p, ',');
		ck_assert_ptr_nonnull(p);
		p++;
	}
	snprintf(out, n, "%.*s", (int)strcspn(p, ",\n"), p);
	return out;
}

START_TEST(test_case)
{
	const struct pkits *c = &cases[_i];
	char row[8192], got[8192], path[8192];
	int status = verify(c, c->crls, row, sizeof row);

	field(row, 2, got, sizeof got);
	ck_assert_msg(!strcmp(got, c->reason), "%s: %s, wanted %s", c->name, got, c->reason);
	ck_assert_msg(status == (strcmp(c->reason, "ok") != 0), "%s: exit status %d", c->name, status);
	if (strcmp(c->culprit, "-")) {
		struct tw_buf want = { 0, 0, 0 };
		snprintf(path, sizeof path, "%s/%s/chain.pem", suite, c->name);
		fingerprint(path, atoi(c->culprit), &want);
		field(row, 3, got, sizeof got);
		ck_assert_msg(!strcmp(got, (char *)want.p), "%s: culprit %s, wanted number %s: %s", c->name, got, c->culprit,
			(char *)want.p);
		tw_buf_free(&want);
	}
}
END_TEST

/* Whom no list names is what it was, with a list in force for each: except
 * that a CA out of its dates signs none that would count. */
START_TEST(test_with_lists)
{
	const struct pkits *c = &cases[_i];
	char row[8192], got[8192], path[8192];
	bool dates = !strcmp(c->reason, "expired") || !strcmp(c->reason, "not_yet_valid");
	const char *want = dates && strcmp(c->culprit, "0") ? "revocation_unknown" : c->reason;

	snprintf(path, sizeof path, "%s/%s/crls.pem", suite, c->name);
	ck_assert_msg(!access(path, R_OK), "%s: not there", path);
	(void)verify(c, true, row, sizeof row);
	field(row, 2, got, sizeof got);
	ck_assert_msg(!strcmp(got, want), "%s: %s, wanted %s", c->name, got, want);
}
END_TEST

static void read_table(const char *src)
{
	char path[4096], line[256];
	bool crls = false;

	snprintf(path, sizeof path, "%s/tests/chain/pkits", src);
	FILE *f = fopen(path, "r");
	if (!f)
		tw_die("%s: cannot be read", path);
	while (fgets(line, sizeof line, f)) {
		struct pkits *c = &cases[ncases];
		if (line[0] == '#') {
			crls |= strstr(line, "CRLs") != NULL;
			continue;
		}
		if (ncases == MAX_CASES || sscanf(line, "%127s %31s %7s", c->name, c->reason, c->culprit) != 3)
			tw_die("%s: %s", path, line);
		cases[ncases++].crls = crls;
	}
	fclose(f);
}

int main(void)
{
	const char *src = getenv("TW_SRCDIR");

	src = src ? src : ".";
	snprintf(suite, sizeof suite, "%s/../shared/pkits", src);
	read_table(src);
	if (access(suite, R_OK)) {
		printf("%s is not there: %d cases of NIST's PKITS skipped\n", suite, ncases);
		return 77;
	}
	Suite *s = suite_create("pkits");
	TCase *tc = tcase_create("cases");
	tcase_add_loop_test(tc, test_case, 0, ncases);
	tcase_add_loop_test(tc, test_with_lists, 0, ncases);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	printf("%d cases of NIST's PKITS\n", ncases);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
