/* Feeds files and folders of inputs to one fuzz target: what make check runs,
 * and what a debugger wants. A target that crashes or reports ends this. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return perror(path), -1;
	uint8_t *p = malloc(1u << 22);
	size_t n = p ? fread(p, 1, 1u << 22, f) : 0;
	fclose(f);
	/* A copy of the exact size, so that AddressSanitizer sees one byte over. */
	uint8_t *exact = malloc(n ? n : 1);
	if (!p || !exact)
		return -1;
	for (size_t i = 0; i < n; i++)
		exact[i] = p[i];
	free(p);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 1;
}

static int replay(const char *path)
{
	struct stat st;
	if (stat(path, &st))
		return perror(path), -1;
	if (!S_ISDIR(st.st_mode))
		return replay_file(path);
	DIR *d = opendir(path);
	int total = 0;
	for (struct dirent *e; d && (e = readdir(d));) {
		char name[4096];
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", path, e->d_name);
		int n = replay(name);
		if (n < 0)
			total = -1;
		if (total >= 0)
			total += n;
	}
	if (d)
		closedir(d);
	return d ? total : -1;
}

/* Without arguments: the target's own corpus, by the program's name. */
static int replay_own(const char *argv0)
{
	const char *base = strrchr(argv0, '/'), *src = getenv("TW_SRCDIR");
	char name[4096];

	base = base ? base + 1 : argv0;
	if (!src || strncmp(base, "fuzz_", 5) != 0)
		return fprintf(stderr, "usage: fuzz_NAME FILE-OR-FOLDER...\n"), -1;
	snprintf(name, sizeof name, "%s/tests/fuzz/corpus/%s", src, base + 5);
	return replay(name);
}

int main(int argc, char **argv)
{
	int total = argc > 1 ? 0 : replay_own(argv[0]);

	for (int i = 1; i < argc && total >= 0; i++) {
		int n = replay(argv[i]);
		total = n < 0 ? -1 : total + n;
	}
	printf("%d inputs\n", total);
	return total > 0 ? 0 : 1;
}
