/* base/output, provenance, progress. What is packed is read back by gzip(1)
 * and zstd(1); the sidecar by python3's JSON. */
#include "base/output.h"
#include "base/progress.h"
#include "base/provenance.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/tw-check-output-XXXXXX";

static void shell(const char *cmd)
{
	ck_assert_msg(system(cmd) == 0, "%s", cmd);
}

static void go(void)
{
	ck_assert_int_eq(chdir(dir), 0);
}

/* 1 to 400000, a number a line, in pieces of uneven size. */
static void numbers(const char *path)
{
	struct tw_output o;
	struct tw_buf b = { 0 };
	ck_assert_int_eq(tw_output_open(&o, path), 0);
	for (unsigned i = 1; i <= 400000; i++) {
		tw_buf_addf(&b, "%u\n", i);
		if (i % 977 == 0)
			ck_assert_int_eq(tw_output_put(&o, &b), 0);
		if (i % 99999 == 0)
			ck_assert_int_eq(tw_output_flush(&o), 0);
	}
	ck_assert_int_eq(tw_output_put(&o, &b), 0);
	ck_assert_int_ne(access(path, F_OK), 0); /* not before it is whole */
	ck_assert_int_eq(tw_output_close(&o, true), 0);
	tw_buf_free(&b);
}

START_TEST(packed)
{
	go();
	numbers("a.csv");
	numbers("a.csv.gz");
	numbers("a.csv.zst");
	numbers("b.gz");
	shell("seq 1 400000 | cmp - a.csv");
	shell("gzip -dc a.csv.gz | cmp - a.csv && [ $(wc -c <a.csv.gz) -lt 1200000 ]");
	shell("zstd -qdc a.csv.zst | cmp - a.csv && [ $(wc -c <a.csv.zst) -lt 1200000 ]");
	shell("cmp a.csv.gz b.gz"); /* neither name nor time in it */
	shell("[ -z \"$(ls *.part 2>/dev/null)\" ]");
}
END_TEST

START_TEST(nothing_half)
{
	struct tw_output o;
	struct tw_buf b = { 0 };
	go();
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = { "h.csv", "h.gz", "h.zst" };
		ck_assert_int_eq(tw_output_open(&o, names[i]), 0);
		tw_buf_adds(&b, "begun");
		ck_assert_int_eq(tw_output_put(&o, &b), 0);
		ck_assert_int_eq(tw_output_close(&o, false), -1);
		ck_assert_int_ne(access(names[i], F_OK), 0);
	}
	shell("[ -z \"$(ls *.part 2>/dev/null)\" ]");
	ck_assert_int_eq(tw_output_open(&o, "absent/h.gz"), -1);
	ck_assert_int_eq(tw_output_close(&o, true), 0); /* never opened */
	/* A disk that is full, found at the latest when closing. */
	ck_assert_int_eq(symlink("/dev/full", "full.gz.part"), 0);
	ck_assert_int_eq(symlink("/dev/full", "full.csv.part"), 0);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(tw_output_open(&o, i ? "full.csv" : "full.gz"), 0);
		tw_buf_adds(&b, "begun");
		ck_assert_int_eq(tw_output_put(&o, &b), 0);
		ck_assert_int_eq(tw_output_close(&o, true), -1);
		ck_assert_int_ne(access(i ? "full.csv" : "full.gz", F_OK), 0);
	}
	tw_buf_free(&b);
}
END_TEST

START_TEST(sidecar)
{
	struct tw_provenance p;
	uint8_t digest[TW_SHA256];
	char a[] = "a", quote[] = "b\"\\\n";
	char *list[] = { a, quote };
	go();
	shell("mkdir -p s && echo x > s/1 && echo y | gzip > s/2");
	memset(digest, 0xab, sizeof digest);
	tw_provenance_begin(&p, "tw-test", "1.2");
	tw_provenance_text(&p, "empty", tw_str(""));
	tw_provenance_number(&p, "port", 25);
	tw_provenance_list(&p, "list", list, 2);
	tw_provenance_input(&p, "one", digest);
	tw_provenance_count(&p, "records", 3);
	tw_provenance_input(&p, "half", NULL);
	ck_assert_int_eq(tw_provenance_file(&p, "s", "store"), 0);
	ck_assert_int_eq(tw_provenance_file(&p, "absent", "store"), -1);
	ck_assert_int_eq(tw_provenance_write(&p, "out.csv", true), 0);
	tw_provenance_begin(&p, "tw-test", "1.2");
	ck_assert_int_eq(tw_provenance_write(&p, "none.json", false), 0);
	shell("python3 -c 'import json, hashlib\n"
	      "h = lambda f: hashlib.sha256(open(f, \"rb\").read()).hexdigest()\n"
	      "assert json.load(open(\"none.json\")) == {\"tool\": \"tw-test\", \"version\": \"1.2\", \"inputs\": []}\n"
	      "assert json.load(open(\"out.csv.provenance.json\")) == {\"tool\": \"tw-test\", \"version\": \"1.2\", \"empty\": \"\",\n"
	      " \"port\": 25, \"list\": [\"a\", \"b\\\"\\\\\\n\"], \"inputs\": [{\"name\": \"one\", \"sha256\": \"ab\" * 32, \"records\": 3},\n"
	      " {\"name\": \"half\", \"sha256\": None}, {\"name\": \"s/1\", \"sha256\": h(\"s/1\"), \"role\": \"store\"},\n"
	      " {\"name\": \"s/2\", \"sha256\": h(\"s/2\"), \"role\": \"store\"}]}'");
}
END_TEST

START_TEST(progress)
{
	char t[160];
	tw_progress_text(t, sizeof t, 250000000, 1000000000, 42, 10);
	ck_assert_str_eq(t, "250.0 of 1000.0 MB (25 %), 42 records, 25.0 MB/s, 0:00:30 left");
	tw_progress_text(t, sizeof t, 1000000, 40000000000, 1, 1);
	ck_assert_str_eq(t, "1.0 of 40000.0 MB (0 %), 1 records, 1.0 MB/s, 11:06:39 left");
	tw_progress_text(t, sizeof t, 250000000, 0, 42, 10); /* a pipe */
	ck_assert_str_eq(t, "250.0 MB, 42 records, 25.0 MB/s");
	tw_progress_text(t, sizeof t, 0, 100, 0, 0);
	ck_assert_str_eq(t, "0.0 of 0.0 MB (0 %), 0 records, 0.0 MB/s, 0:00:00 left");
	tw_progress_text(t, sizeof t, 300, 100, 0, 1); /* a file that grows */
	ck_assert_str_eq(t, "0.0 MB, 0 records, 0.0 MB/s");
}
END_TEST

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	Suite *s = suite_create("output");
	TCase *c = tcase_create("output");
	tcase_set_timeout(c, 60);
	tcase_add_test(c, packed);
	tcase_add_test(c, nothing_half);
	tcase_add_test(c, sidecar);
	tcase_add_test(c, progress);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	char cmd[128];
	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	return system(cmd) || bad ? 1 : 0;
}
