/* What the mains share. */
#include "cli.h"

#include "base/bounds.h"

#include <config.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static const char *tool_name = "tlswild";

void cli_start(const char *tool, bool quiet)
{
	tool_name = tool;
	opterr = 0;
	tw_msg_setup(tool, quiet);
}

int cli_usage(const char *fmt, ...)
{
	char why[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	tw_error("%s; see %s --help", why, tool_name);
	return 2;
}

int cli_bad_option(int c, char *const *argv)
{
	const char *arg = argv[optind - 1];

	if (c == ':')
		return cli_usage("%s wants a value", arg);
	if (strncmp(arg, "--", 2) == 0)
		return cli_usage(optopt ? "%s takes no value" : "%s: no such option, or short for several", arg);
	return cli_usage("-%c: no such option", optopt);
}

int cli_flush(bool written)
{
	if (written && fflush(stdout) == 0)
		return 0;
	tw_error("standard output: %s", strerror(errno));
	return 2;
}

int cli_say(const char *text)
{
	return cli_flush(fputs(text, stdout) >= 0);
}

int cli_version(void)
{
	return cli_flush(printf("%s %s\n", tool_name, PACKAGE_VERSION) >= 0);
}

bool cli_revocation(const char *v, bool *require)
{
	*require = !strcmp(v, "require");
	return *require || !strcmp(v, "known");
}

bool cli_threads(const char *v, unsigned *threads)
{
	uint64_t n;

	if (!tw_slice_u64(tw_str(v), 1024, &n) || n == 0)
		return false;
	if (threads)
		*threads = n < TW_MAX_THREADS ? (unsigned)n : TW_MAX_THREADS;
	return true;
}

int cli_follow(const char *file, const char *rows)
{
	static const char *const packed[] = { ".gz", ".zst" };
	size_t n = strlen(file);

	for (int i = 0; i < 2; i++) {
		size_t k = strlen(packed[i]);
		if (n >= k && strcmp(file + n - k, packed[i]) == 0)
			return cli_usage("--follow: %s is packed, and nobody can read half of that", file);
	}
	if (strcmp(file, "-") == 0 || strcmp(rows, "-") != 0)
		return cli_usage("--follow wants FILE by its name and rows from standard input");
	return -1;
}

int cli_inputs(char *const *paths, int n)
{
	int err = 0;

	for (int i = 0; i < n; i++)
		if (strcmp(paths[i], "-") != 0 && access(paths[i], R_OK)) {
			tw_error("%s: %s", paths[i], strerror(errno));
			err = -1;
		}
	return err;
}
