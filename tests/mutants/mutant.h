/* mutant.h: one mutant of a build that holds them all (tests/mutants/run.py).
 *
 * Each place where a source decides something goes through one of these with a
 * number of its own. TW_MUTANT=N in the environment makes the N-th decide
 * otherwise; none does without it. TW_MUTANT_LOG names a file with a byte for
 * each number: 1 where, on the way, the mutant would have decided otherwise. */
#ifndef TW_MUTANT_H
#define TW_MUTANT_H
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int tw_mutant = -1;
static volatile unsigned char *tw_mutant_log;

__attribute__((constructor)) static void tw_mutant_start(void)
{
	const char *one = getenv("TW_MUTANT"), *log = getenv("TW_MUTANT_LOG");
	struct stat st;

	if (one)
		tw_mutant = atoi(one);
	int fd = log ? open(log, O_RDWR) : -1;
	if (fd < 0)
		return;
	void *p = fstat(fd, &st) ? MAP_FAILED : mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p != MAP_FAILED)
		tw_mutant_log = p;
	close(fd);
}

static inline bool tw_mutant_pick(int n, bool is, bool other)
{
	if (is == other)
		return is;
	if (tw_mutant_log)
		tw_mutant_log[n] = 1;
	return tw_mutant == n ? other : is;
}

/* A condition that never holds, or always; what the other operand of && or ||
 * decides alone. */
#define TW_NEVER(n, c) tw_mutant_pick(n, !!(c), false)
#define TW_ALWAYS(n, c) tw_mutant_pick(n, !!(c), true)
/* A function of type bool that says yes, or no. */
#define TW_SAYS(yes, no, c) tw_mutant_pick(no, tw_mutant_pick(yes, !!(c), true), false)
/* a OP b, and what it says of equals changed. */
#define TW_EQUAL(n, a, op, other, b) __extension__({ \
	__auto_type tw_a = (a) + 0; \
	__auto_type tw_b = (b) + 0; \
	tw_mutant_pick(n, tw_a op tw_b, tw_a other tw_b); })
#endif
