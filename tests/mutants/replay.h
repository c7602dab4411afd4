/* replay.h: runs of a tool kept, and done again by the thousand.
 *
 * In the build of tests/mutants/run.py the main of tw-verify and of tw-chain is
 * replay(), which has the tool's own main for its argument:
 *
 * TW_RECORD=FOLDER  runs the tool and keeps the run in FOLDER/number: copies of
 *                   the files that its arguments name, the arguments, what it
 *                   wrote, its exit status, and which mutants it met
 * TW_REPLAY=FILE    does the runs that FILE lists again, each in a process of
 *                   its own made by fork, and prints those that come out
 *                   otherwise, up to the first whose status or reason does;
 *                   with TW_REPLAY_KEEP keeps what they say of errors instead */
#ifndef TW_REPLAY_H
#define TW_REPLAY_H
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int (*replay_main)(int argc, char **argv);
enum { REPLAY_PATH = 4096, REPLAY_ARGS = 64 };

static void replay_stop(const char *what)
{
	perror(what);
	exit(99);
}

static char *replay_read(const char *path, size_t *n)
{
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		replay_stop(path);
	char *p = malloc((size_t)st.st_size + 1);
	for (*n = 0; *n < (size_t)st.st_size;) {
		ssize_t got = read(fd, p + *n, (size_t)st.st_size - *n);
		if (got <= 0)
			replay_stop(path);
		*n += (size_t)got;
	}
	p[*n] = 0;
	close(fd);
	return p;
}

static void replay_write(const char *path, const char *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, p, n) != (ssize_t)n || close(fd))
		replay_stop(path);
}

static bool replay_is(const char *path, mode_t type)
{
	struct stat st;
	return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == type;
}

/* The path in an argument, behind NAME=. */
static const char *replay_path(const char *arg)
{
	const char *eq = strchr(arg, '=');
	return eq && arg[0] != '-' ? eq + 1 : arg;
}

/* The i-th argument, its file copied. */
static void replay_keep(FILE *args, const char *dir, int i, const char *arg)
{
	const char *path = replay_path(arg);
	char to[REPLAY_PATH];
	size_t n;

	if (i && replay_is(path, S_IFREG)) {
		snprintf(to, sizeof to, "%s/%d", dir, i);
		char *p = replay_read(path, &n);
		replay_write(to, p, n);
		free(p);
		fprintf(args, "%.*s%s", (int)(path - arg), arg, to);
	} else {
		fputs(arg, args);
	}
	fputc(0, args);
}

static int replay_record(const char *folder, int argc, char **argv)
{
	char dir[REPLAY_PATH / 2], path[REPLAY_PATH];
	struct stat st;
	int status, n = 0;

	do
		snprintf(dir, sizeof dir, "%s/%d", folder, n++);
	while (mkdir(dir, 0755) && errno == EEXIST);
	snprintf(path, sizeof path, "%s/args", dir);
	FILE *args = fopen(path, "w");
	if (!args)
		replay_stop(path);
	for (int i = 0; i < argc; i++)
		replay_keep(args, dir, i, argv[i]);
	fclose(args);
	const char *all = getenv("TW_MUTANT_LOG");
	snprintf(path, sizeof path, "%s/log", dir);
	if (!all || stat(all, &st) || close(open(path, O_WRONLY | O_CREAT, 0644)) || truncate(path, st.st_size))
		replay_stop(path);
	setenv("TW_MUTANT_LOG", path, 1);
	unsetenv("TW_RECORD");
	snprintf(path, sizeof path, "%s/out", dir);
	pid_t pid = fork();
	if (!pid) {
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		dup2(fd, 1);
		execv("/proc/self/exe", argv);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	size_t size;
	char *out = replay_read(path, &size);
	if (size && write(1, out, size) != (ssize_t)size)
		replay_stop("standard output");
	char text[16];
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 98;
	snprintf(path, sizeof path, "%s/status", dir);
	replay_write(path, text, (size_t)snprintf(text, sizeof text, "%d", code));
	return code;
}

/* Field 2, from 0, of the second line: the reason of tw-verify's row. */
static const char *replay_reason(const char *out, size_t *n)
{
	const char *p = strchr(out, '\n');

	for (int i = 0; p && i < 2; i++)
		p = strchr(p + 1, ',');
	*n = p ? strcspn(p + 1, ",") : 0;
	return p ? p + 1 : "";
}

/* What is in an open file; closed. */
static char *replay_take(int fd, size_t *n)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	char *p = replay_read(path, n);
	close(fd);
	return p;
}

/* Whether the errors are those kept; or keeps them. */
static bool replay_errors(const char *dir, const char *err, size_t n)
{
	char path[REPLAY_PATH];
	size_t want;

	snprintf(path, sizeof path, "%s/err", dir);
	if (getenv("TW_REPLAY_KEEP")) {
		replay_write(path, err, n);
		return true;
	}
	char *was = replay_read(path, &want);
	bool same = n == want && !memcmp(was, err, n);
	free(was);
	return same;
}

/* 0: the same; 1: otherwise; 2: another status or reason. */
static int replay_one(replay_main tool, const char *dir)
{
	char path[REPLAY_PATH], *argv[REPLAY_ARGS];
	size_t n, want, k, m;
	int argc = 0, status;

	snprintf(path, sizeof path, "%s/args", dir);
	char *args = replay_read(path, &n);
	for (char *p = args; p < args + n && argc < REPLAY_ARGS - 1; p += strlen(p) + 1)
		argv[argc++] = p;
	argv[argc] = NULL;
	int fd = memfd_create("out", 0), errors = memfd_create("err", 0);
	pid_t pid = fork();
	if (!pid) {
		struct rlimit cpu = { 4, 4 };
		setrlimit(RLIMIT_CPU, &cpu);
		alarm(60); /* threads may wait for each other for ever */
		dup2(fd, 1);
		dup2(errors, 2);
		exit(tool(argc, argv));
	}
	waitpid(pid, &status, 0);
	free(args);
	snprintf(path, sizeof path, "%s/status", dir);
	char *text = replay_read(path, &n);
	int code = atoi(text);
	free(text);
	snprintf(path, sizeof path, "%s/out", dir);
	char *was = replay_read(path, &want);
	size_t nerr;
	char *err = replay_take(errors, &nerr);
	bool same = replay_errors(dir, err, nerr);
	free(err);
	char *is = replay_take(fd, &n);
	const char *a = replay_reason(was, &k), *b = replay_reason(is, &m);
	int how = !WIFEXITED(status) || WEXITSTATUS(status) != code || k != m || memcmp(a, b, k) ? 2 :
		n != want || memcmp(was, is, n) || !same ? 1 : 0;
	free(was);
	free(is);
	return how;
}

static int replay(replay_main tool, int argc, char **argv)
{
	const char *record = getenv("TW_RECORD"), *again = getenv("TW_REPLAY");
	bool folder = false;

	for (int i = 1; i < argc; i++)
		folder |= replay_is(replay_path(argv[i]), S_IFDIR);
	if (record && !folder)
		return replay_record(record, argc, argv);
	if (!again)
		return tool(argc, argv);
	size_t n;
	char *list = replay_read(again, &n);
	for (char *dir = strtok(list, "\n"); dir; dir = strtok(NULL, "\n")) {
		int how = replay_one(tool, dir);
		if (how)
			printf("%d %s\n", how, dir);
		fflush(stdout);
		if (how == 2)
			break;
	}
	return 0;
}
#endif
