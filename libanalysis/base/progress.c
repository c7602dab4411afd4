/* A line that is written over again and again. */
#include "base/progress.h"
#include "base/input.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EVERY 0.3 /* seconds */

static struct {
	bool on;
	_Atomic bool shown;
	uint64_t total;
	double begun, last;
} progress;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* 0: not known. */
static uint64_t size_of(const char *path)
{
	struct stat st;
	char **files;
	uint64_t sum = 0;

	if (stat(path, &st))
		return 0;
	if (!S_ISDIR(st.st_mode))
		return S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	int n = tw_files(path, &files);
	for (int i = 0; i < n; i++)
		if (stat(files[i], &st) == 0)
			sum += (uint64_t)st.st_size;
	if (n >= 0)
		tw_files_free(files, n);
	return sum;
}

void tw_progress_begin(const char *const *paths, int n)
{
	progress.on = !tw_msg_quiet() && isatty(STDERR_FILENO);
	progress.total = 0;
	if (!progress.on)
		return;
	progress.begun = progress.last = now();
	for (int i = 0; i < n; i++) {
		uint64_t size = size_of(paths[i]);
		if (size == 0) {
			progress.total = 0;
			break;
		}
		progress.total += size;
	}
}

void tw_progress_text(char *to, size_t n, uint64_t bytes, uint64_t total, uint64_t records, double seconds)
{
	double mb = (double)bytes / 1e6, rate = seconds > 0 ? mb / seconds : 0;

	if (total == 0 || bytes > total) {
		snprintf(to, n, "%.1f MB, %llu records, %.1f MB/s", mb, (unsigned long long)records, rate);
		return;
	}
	double all = (double)total / 1e6;
	unsigned long long left = rate > 0 ? (unsigned long long)((all - mb) / rate + 0.5) : 0;
	snprintf(to, n, "%.1f of %.1f MB (%.0f %%), %llu records, %.1f MB/s, %llu:%02llu:%02llu left", mb, all,
	    100 * mb / all, (unsigned long long)records, rate, left / 3600, left / 60 % 60, left % 60);
}

void tw_progress_at(uint64_t bytes, uint64_t records)
{
	char text[160];

	if (!progress.on)
		return;
	double t = now();
	if (t - progress.last < EVERY)
		return;
	progress.last = t;
	tw_progress_text(text, sizeof text, bytes, progress.total, records, t - progress.begun);
	/* Back to the line's start; clear to its end behind the text. */
	progress.shown = fprintf(stderr, "\r%s\033[K", text) > 0;
	fflush(stderr);
}

void tw_progress_clear(void)
{
	if (progress.shown)
		fputs("\r\033[K", stderr);
	progress.shown = false;
}

void tw_progress_end(void)
{
	tw_progress_clear();
	progress.on = false;
}
