/* A failing disk or memory, for tests/cli/failures.sh (LD_PRELOAD): the call
 * named by TW_FAIL fails from the TW_FAIL_AT-th on, as on a full disk; with
 * TW_FAIL_ONCE only that one. With TW_FAIL_COUNT the number of calls is written
 * to that file at exit. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long calls;

/* Does this call of the function name fail? */
static int fails(const char *name)
{
	const char *what = getenv("TW_FAIL"), *at = getenv("TW_FAIL_AT");

	if (!what || strcmp(what, name) != 0)
		return 0;
	long n = atomic_fetch_add(&calls, 1) + 1;
	return at && (getenv("TW_FAIL_ONCE") ? n == atol(at) : n >= atol(at));
}

__attribute__((destructor)) static void count(void)
{
	const char *path = getenv("TW_FAIL_COUNT");
	char text[32];

	if (!path)
		return;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	int n = snprintf(text, sizeof text, "%ld\n", atomic_load(&calls));
	if (fd < 0 || write(fd, text, (size_t)n) != n)
		abort();
	close(fd);
}

size_t fwrite(const void *p, size_t size, size_t n, FILE *f)
{
	static size_t (*real)(const void *, size_t, size_t, FILE *);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fwrite");
	if (f != stderr && fails("write")) {
		errno = ENOSPC;
		return 0;
	}
	return real(p, size, n, f);
}

/* What stdio holds back fails as late as this. */
static int flush(FILE *f, const char *name)
{
	int (*real)(FILE *);

	*(void **)&real = dlsym(RTLD_NEXT, name);
	int r = real(f);
	if (f != stderr && fails(name)) {
		errno = ENOSPC;
		return EOF;
	}
	return r;
}

int fflush(FILE *f)
{
	return flush(f, "fflush");
}

int fclose(FILE *f)
{
	return flush(f, "fclose");
}

int rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *);

	if (fails("rename")) {
		errno = EIO;
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "rename");
	return real(from, to);
}

int mkdir(const char *path, mode_t mode)
{
	int (*real)(const char *, mode_t);

	if (fails("mkdir")) {
		errno = ENOSPC;
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "mkdir");
	return real(path, mode);
}

FILE *fopen(const char *path, const char *mode)
{
	FILE *(*real)(const char *, const char *);

	if (fails("fopen")) {
		errno = EMFILE;
		return NULL;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "fopen");
	return real(path, mode);
}

ssize_t read(int fd, void *to, size_t n)
{
	ssize_t (*real)(int, void *, size_t);

	if (fails("read")) {
		errno = EIO;
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "read");
	return real(fd, to, n);
}

ssize_t pread(int fd, void *to, size_t n, off_t at)
{
	ssize_t (*real)(int, void *, size_t, off_t);

	if (fails("pread")) {
		errno = EIO;
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "pread");
	return real(fd, to, n, at);
}

/* dlsym itself may allocate: glibc's own names stand behind these. */
extern void *__libc_malloc(size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_calloc(size_t, size_t);

void *malloc(size_t n)
{
	if (fails("malloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_malloc(n);
}

void *realloc(void *p, size_t n)
{
	if (fails("malloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(p, n);
}

void *calloc(size_t n, size_t size)
{
	if (fails("malloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_calloc(n, size);
}
