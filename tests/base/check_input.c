/* base/input: every compression, damage in the middle, folders. The streams
 * are made by gzip(1), zstd(1) and xz(1) where they are installed. */
#include "base/input.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/tw-check-input-XXXXXX";

static void shell(const char *cmd)
{
	ck_assert_msg(system(cmd) == 0, "%s", cmd);
}

/* Everything of a file; the last read's result in *end. */
static struct tw_buf slurp(const char *name, ssize_t *end, struct tw_input **keep)
{
	struct tw_buf b = { 0 };
	struct tw_input *in = tw_input_open(name);
	ck_assert_ptr_nonnull(in);
	while ((*end = tw_input_read(in, tw_buf_room(&b, 70001), 70001)) > 0)
		b.n += (size_t)*end;
	*keep = in;
	return b;
}

static void make_plain(void)
{
	ck_assert_int_eq(chdir(dir), 0);
	shell("seq 1 400000 > plain"); /* 2.7 MB: more than one chunk */
}

static void same_as_plain(const char *name, const char *kind)
{
	ssize_t end;
	struct tw_input *a, *b;
	struct tw_buf x = slurp("plain", &end, &a);
	ck_assert_int_eq(end, 0);
	struct tw_buf y = slurp(name, &end, &b);
	ck_assert_msg(end == 0, "%s: %s", name, tw_input_why(b));
	ck_assert(tw_slice_eq(tw_buf_slice(&x), tw_buf_slice(&y)));
	ck_assert_str_eq(tw_input_kind(b), kind);
	tw_input_close(a);
	tw_input_close(b);
	tw_buf_free(&x);
	tw_buf_free(&y);
}

START_TEST(compressions)
{
	make_plain();
	shell("head -n 1000 plain | gzip -n > a.gz; tail -n +1001 plain | gzip -n >> a.gz; head -c 5 /dev/zero >> a.gz");
	same_as_plain("a.gz", "gzip");
	same_as_plain("plain", "plain");
	shell("xz -kc plain > a.xz");
	same_as_plain("a.xz", "xz");
	if (system("command -v zstd >/dev/null") == 0) {
		shell("head -n 9 plain | zstd -qc > a.zst; tail -n +10 plain | zstd -qc >> a.zst");
		same_as_plain("a.zst", "zstd");
	} else {
		printf("zstd(1) is not installed: its streams are not tried\n");
	}
}
END_TEST

static void damaged(const char *name, const char *cause)
{
	ssize_t end;
	struct tw_input *a, *b;
	struct tw_buf x = slurp("plain", &end, &a);
	struct tw_buf y = slurp(name, &end, &b);
	ck_assert_int_eq(end, -1);
	ck_assert_msg(strstr(tw_input_why(b), cause), "%s", tw_input_why(b));
	ck_assert_uint_gt(y.n, 100000);
	ck_assert_mem_eq(x.p, y.p, y.n);
	tw_input_close(a);
	tw_input_close(b);
	tw_buf_free(&x);
	tw_buf_free(&y);
}

START_TEST(damage)
{
	make_plain();
	shell("gzip -nc plain | head -c 400000 > cut.gz");
	damaged("cut.gz", "cut short");
	shell("(gzip -nc plain; echo no gzip) > tail.gz");
	damaged("tail.gz", "no gzip member");
	shell("xz -c --block-size=300000 plain | head -c 40000 > cut.xz");
	damaged("cut.xz", "cut short");
}
END_TEST

START_TEST(empty_and_absent)
{
	ssize_t end;
	struct tw_input *in;
	make_plain();
	shell(": > empty");
	struct tw_buf b = slurp("empty", &end, &in);
	ck_assert_int_eq(end, 0);
	ck_assert_uint_eq(b.n, 0);
	uint8_t got[TW_SHA256], want[TW_SHA256];
	tw_input_digest(in, got);
	ck_assert(tw_unhex(tw_str("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), want, 32));
	ck_assert_mem_eq(got, want, 32);
	tw_input_close(in);
	tw_buf_free(&b);
	ck_assert_ptr_null(tw_input_open("absent"));
	/* Closing early must not hang on the thread. */
	in = tw_input_open("plain");
	char c;
	ck_assert_int_eq(tw_input_read(in, &c, 1), 1);
	tw_input_close(in);
}
END_TEST

START_TEST(folders)
{
	char **f;
	make_plain();
	shell("mkdir -p d/b && : > d/b/2 && : > d/a && : > d/.hidden && : > d/c && ln -sf . d/loop");
	ck_assert_int_eq(tw_files("d", &f), -1);
	shell("rm d/loop");
	ck_assert_int_eq(tw_files("d", &f), 3);
	ck_assert_str_eq(f[0], "d/a");
	ck_assert_str_eq(f[1], "d/b/2");
	ck_assert_str_eq(f[2], "d/c");
	tw_files_free(f, 3);
	ck_assert_int_eq(tw_files("d/absent", &f), -1);
}
END_TEST

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	Suite *s = suite_create("input");
	TCase *c = tcase_create("input");
	tcase_set_timeout(c, 60);
	tcase_add_test(c, compressions);
	tcase_add_test(c, damage);
	tcase_add_test(c, empty_and_absent);
	tcase_add_test(c, folders);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	char cmd[128];
	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	return system(cmd) || bad ? 1 : 0;
}
