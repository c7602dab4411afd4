/* The files of a folder, in an order that is a function of their names. */
#include "base/bounds.h"
#include "base/input.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct list {
	char **v;
	int n, cap;
};

static void list_add(struct list *l, const char *path)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->v = tw_realloc(l->v, (size_t)l->cap, sizeof *l->v);
	}
	l->v[l->n++] = tw_strdup(path);
}

static int walk(struct list *l, const char *path, unsigned depth)
{
	struct stat st;
	int rc = -1;

	if (stat(path, &st)) {
		tw_error("%s: %s", path, strerror(errno));
		return -1;
	}
	if (!S_ISDIR(st.st_mode)) {
		if (depth == 0 || S_ISREG(st.st_mode))
			list_add(l, path);
		return 0;
	}
	if (depth > TW_MAX_FOLDER_DEPTH) {
		tw_error("%s: folders nest deeper than %u", path, TW_MAX_FOLDER_DEPTH);
		return -1;
	}
	DIR *d = opendir(path);
	if (!d) {
		tw_error("%s: %s", path, strerror(errno));
		return -1;
	}
	struct tw_buf name = { 0 };
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue; /* hidden, or the folder itself */
		name.n = 0;
		tw_buf_adds(&name, path);
		if (name.n && name.p[name.n - 1] != '/')
			tw_buf_addc(&name, '/');
		tw_buf_add(&name, e->d_name, strlen(e->d_name) + 1);
		if (walk(l, (const char *)name.p, depth + 1))
			goto out;
	}
	rc = 0;
out:
	tw_buf_free(&name);
	closedir(d);
	return rc;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int tw_files(const char *path, char ***files)
{
	struct list l = { 0 };

	*files = NULL;
	if (strcmp(path, "-") == 0)
		list_add(&l, path);
	else if (walk(&l, path, 0)) {
		tw_files_free(l.v, l.n);
		return -1;
	}
	if (l.n > 1)
		qsort(l.v, (size_t)l.n, sizeof *l.v, by_bytes);
	*files = l.v;
	return l.n;
}

void tw_files_free(char **files, int n)
{
	for (int i = 0; i < n; i++)
		free(files[i]);
	free(files);
}
