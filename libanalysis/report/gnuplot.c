/* gnuplot, which draws the figures: started without a shell and without its user's own
 * settings, so that the same script makes the same picture. */
#include "report/figure.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define CHUNK 65536u
/* Not much more of what it says than a screen. */
#define SAID 4096u

static void pass_on(const char *script, const uint8_t *said, size_t n)
{
	const char *text = (const char *)said;

	for (size_t at = 0; at < n;) {
		const char *end = memchr(text + at, '\n', n - at);
		size_t len = end ? (size_t)(end - text) - at : n - at;
		size_t blank = 0;
		while (blank < len && memchr(" \t^", text[at + blank], 3))
			blank++; /* where in the line it stands */
		if (len > blank)
			tw_error("%s: gnuplot: %.*s", script, (int)len, text + at);
		at += len + 1;
	}
}

/* Reads what there is of one pipe: 0 at its end. No more than most is kept. */
static bool read_some(int from, struct tw_buf *b, size_t most)
{
	uint8_t *room = tw_buf_room(b, CHUNK);
	ssize_t n = read(from, room, CHUNK);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	b->n += b->n < most ? (size_t)n : 0;
	return n > 0;
}

/* Its picture and what it says, until it ends; then its exit status, -1 where it was
 * killed. */
static int listen_to(pid_t child, const int from[2], struct tw_buf *picture, struct tw_buf *said)
{
	struct pollfd p[2] = { { from[0], POLLIN, 0 }, { from[1], POLLIN, 0 } };
	int status;

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		for (int i = 0; i < 2; i++)
			if (p[i].fd >= 0 && p[i].revents && !read_some(from[i], i ? said : picture, i ? SAID : SIZE_MAX))
				p[i].fd = -1;
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Our environment, in the locale C: in others gnuplot may take UTF-8 for what it is
 * not. To be freed; the words are borrowed. */
static char **plain_environment(void)
{
	static char locale[] = "LC_ALL=C";
	size_t n = 0, k = 0;

	while (environ && environ[n])
		n++;
	char **e = tw_alloc((n + 2) * sizeof *e);
	e[k++] = locale;
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "LC_ALL=", 7) != 0)
			e[k++] = environ[i];
	return e;
}

/* 0, or an error number. argv[0] is gnuplot; out and said are where it writes to. */
static int start(char *const *argv, int out, int said, pid_t *child)
{
	posix_spawn_file_actions_t files;
	char **environment = plain_environment();
	int err = posix_spawn_file_actions_init(&files);

	if (!err)
		err = posix_spawn_file_actions_adddup2(&files, out, 1);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&files, said, 2);
	if (!err)
		err = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	if (!err)
		err = posix_spawnp(child, argv[0], &files, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&files);
	free(environment);
	return err;
}

/* A pipe whose ends are none of the standard streams, should one of these be closed. */
static int open_pipe(int v[2])
{
	int low[2];

	if (pipe2(low, O_CLOEXEC))
		return -1;
	for (int i = 0; i < 2; i++) {
		v[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 3);
		close(low[i]);
	}
	if (v[0] >= 0 && v[1] >= 0)
		return 0;
	for (int i = 0; i < 2; i++)
		if (v[i] >= 0)
			close(v[i]);
	return -1;
}

/* Runs argv; what it writes is appended to picture. */
static int run(char *const *argv, const char *script, struct tw_buf *picture)
{
	struct tw_buf said = { 0 };
	int out[2], err[2], status = -1;
	pid_t child;

	if (open_pipe(out)) {
		tw_error("pipe: %s", strerror(errno));
		return -1;
	}
	if (open_pipe(err)) {
		tw_error("pipe: %s", strerror(errno));
		close(out[0]);
		close(out[1]);
		return -1;
	}
	int bad = start(argv, out[1], err[1], &child);
	close(out[1]);
	close(err[1]);
	if (bad)
		tw_error("gnuplot, which draws the figures, cannot be run: %s%s", strerror(bad),
		    bad == ENOENT ? " (on Debian, as root: apt-get install gnuplot-nox)" : "");
	else {
		status = listen_to(child, (const int[2]){ out[0], err[0] }, picture, &said);
		pass_on(script, said.p, said.n);
		if (status)
			tw_error("%s: gnuplot failed", script);
	}
	close(out[0]);
	close(err[0]);
	tw_buf_free(&said);
	return status ? -1 : 0;
}

int tw_gnuplot_find(void)
{
	static char name[] = "gnuplot", version[] = "--version";
	char *argv[] = { name, version, NULL };
	struct tw_buf what = { 0 };
	int err = run(argv, version, &what);

	tw_buf_free(&what);
	return err;
}

int tw_gnuplot_draw(const char *script, struct tw_buf *picture)
{
	static char name[] = "gnuplot", plain[] = "--default-settings", end[] = "</svg>";
	struct tw_buf path = { 0 };

	/* A name that begins with a dash would be an option. */
	tw_buf_addf(&path, "%s%s", script[0] == '-' ? "./" : "", script);
	tw_buf_addc(&path, '\0');
	char *argv[] = { name, plain, (char *)path.p, NULL };
	int err = run(argv, script, picture);
	tw_buf_free(&path);
	size_t n = picture->n;
	while (n && (picture->p[n - 1] == '\n' || picture->p[n - 1] == ' '))
		n--;
	if (err == 0 && (n < strlen(end) || memcmp(picture->p + n - strlen(end), end, strlen(end)) != 0)) {
		tw_error("%s: gnuplot made no whole picture", script);
		err = -1;
	}
	return err;
}
