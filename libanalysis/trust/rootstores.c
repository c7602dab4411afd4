/* The folder of snapshots: found, and listed. */
#include "trust/rootstores.h"
#include "base/bounds.h"
#include "base/input.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STORE, DATE, DISTRUST_DATES, SOURCE, SHA256, LICENCE, NOTE, COLUMNS };
static const char *const columns[] = { "store", "date", "distrust_dates", "source", "sha256", "licence", "note" };

/* A and B with what stands between them, for free(). */
static char *join(const char *a, const char *between, const char *b)
{
	struct tw_buf s = { 0 };

	tw_buf_adds(&s, a);
	tw_buf_adds(&s, between);
	tw_buf_adds(&s, b);
	tw_buf_addc(&s, 0);
	return (char *)s.p;
}

static char *copy(struct tw_slice s)
{
	struct tw_buf b = { 0 };

	tw_buf_addslice(&b, s);
	tw_buf_addc(&b, 0);
	return (char *)b.p;
}

/* ---- where it is ---- */
static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The program's own folder with a NUL behind, room for n; its slash, or NULL. */
static char *program(char *exe, size_t n)
{
	ssize_t len = readlink("/proc/self/exe", exe, n - 1);

	exe[len > 0 ? len : 0] = 0;
	return strrchr(exe, '/');
}

char *tw_rootstores_look(void)
{
	static const char *const beside[] = { "/../share/tlswild/rootstores", "/../rootstores", "/rootstores" };
	const char *told = getenv("TLSWILD_ROOTSTORES");
	char exe[4096], *slash = program(exe, sizeof exe);

	if (told && *told)
		return tw_strdup(told);
	for (size_t i = 0; slash && i < sizeof beside / sizeof *beside; i++) {
		*slash = 0;
		char *path = join(exe, "", beside[i]);
		if (is_folder(path))
			return path;
		free(path);
	}
	return is_folder(TW_PKGDATADIR "/rootstores") ? tw_strdup(TW_PKGDATADIR "/rootstores") : NULL;
}

char *tw_rootstores_folder(void)
{
	char exe[4096], *path = tw_rootstores_look();

	if (path && is_folder(path))
		return path;
	if (path) {
		tw_error("TLSWILD_ROOTSTORES=%s: no such folder", path);
	} else {
		char *slash = program(exe, sizeof exe);
		if (slash)
			*slash = 0;
		tw_error("the folder rootstores is neither beside %s nor at %s: TLSWILD_ROOTSTORES may name it",
			slash ? exe : "the program", TW_PKGDATADIR "/rootstores");
	}
	free(path);
	return NULL;
}

/* ---- what is in it ---- */
bool tw_store_name(struct tw_slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
			return false;
	}
	return name.n > 0;
}

static void add(struct tw_rootstores *r, const char *store, struct tw_slice date, int64_t since, char *path)
{
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 64;
		r->v = tw_realloc(r->v, r->cap, sizeof *r->v);
	}
	struct tw_dated *d = &r->v[r->n++];
	*d = (struct tw_dated){ .store = tw_strdup(store), .path = path, .since = since, .source = tw_strdup(""),
		.sha256 = tw_strdup(""), .licence = tw_strdup(""), .note = tw_strdup("") };
	memcpy(d->date, date.p, sizeof d->date - 1);
}

static int no_dots(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static int scan(const char *path, struct dirent ***e)
{
	int n = scandir(path, e, no_dots, NULL);

	if (n < 0)
		tw_error("%s: %s", path, strerror(errno));
	return n;
}

static int list_store(struct tw_rootstores *r, const char *folder, const char *store)
{
	struct dirent **e = NULL;
	int n = is_folder(folder) ? scan(folder, &e) : 0, err = n < 0;

	for (int i = 0; i < n; i++) {
		struct tw_slice name = tw_str(e[i]->d_name), date = { name.p, sizeof "YYYY-MM-DD" - 1 };
		int64_t since;
		if (name.n == date.n + 4 && !memcmp(name.p + date.n, ".csv", 4) && tw_time_parse(date, &since))
			add(r, store, date, since, join(folder, "/", e[i]->d_name));
		free(e[i]);
	}
	free(e);
	return err ? -1 : 0;
}

static int by_date(const void *x, const void *y)
{
	const struct tw_dated *a = x, *b = y;
	int d = strcmp(a->store, b->store);

	return d ? d : strcmp(a->date, b->date);
}

static int list_all(struct tw_rootstores *r)
{
	struct dirent **e = NULL;
	int n = scan(r->folder, &e), err = n < 0;

	for (int i = 0; i < n; i++) {
		if (!err && tw_store_name(tw_str(e[i]->d_name))) {
			char *folder = join(r->folder, "/", e[i]->d_name);
			err = list_store(r, folder, e[i]->d_name) < 0;
			free(folder);
		}
		free(e[i]);
	}
	free(e);
	if (r->n)
		qsort(r->v, r->n, sizeof *r->v, by_date);
	return err ? -1 : 0;
}

/* ---- where it is from ---- */
static void set(char **s, struct tw_slice v)
{
	free(*s);
	*s = copy(v);
}

/* What is wrong with the line, or NULL. */
static const char *take_source(struct tw_rootstores *r, const struct tw_row *row, uint64_t line)
{
	if (row->n != COLUMNS)
		return "not as many fields as the header";
	if (line == 1) {
		for (uint32_t i = 0; i < COLUMNS; i++)
			if (!tw_slice_is(row->f[i], columns[i]))
				return "the header is store,date,distrust_dates,source,sha256,licence,note";
		return NULL;
	}
	struct tw_slice store = row->f[STORE], date = row->f[DATE];
	int64_t since;
	if (!tw_store_name(store) || date.n != sizeof "YYYY-MM-DD" - 1 || !tw_time_parse(date, &since))
		return "a store's name is [a-z0-9_-]+, a date YYYY-MM-DD";
	bool yes = tw_slice_is(row->f[DISTRUST_DATES], "yes");
	if (!yes && !tw_slice_is(row->f[DISTRUST_DATES], "no"))
		return "distrust_dates is yes or no";
	for (uint32_t i = 0; i < r->n; i++) {
		struct tw_dated *d = &r->v[i];
		if (!tw_slice_is(store, d->store) || !tw_slice_is(date, d->date))
			continue;
		if (d->line)
			return "a second line for this store and date";
		d->line = line;
		d->distrust_dates = yes;
		set(&d->source, row->f[SOURCE]);
		set(&d->sha256, row->f[SHA256]);
		set(&d->licence, row->f[LICENCE]);
		set(&d->note, row->f[NOTE]);
		return NULL;
	}
	char *a = copy(store), *b = copy(date);
	r->lost = tw_realloc(r->lost, (size_t)r->nlost + 1, sizeof *r->lost);
	r->lost[r->nlost++] = join(a, "/", b);
	free(a);
	free(b);
	return NULL;
}

static int read_sources(struct tw_rootstores *r, const char *path)
{
	struct tw_buf b = { 0 };
	struct tw_row row = { 0 };
	const char *why = NULL;
	uint64_t line = 0;
	int err = tw_input_whole(path, TW_MAX_BUNDLE, "list of sources", &b);

	for (size_t at = 0; !err && !why && at < b.n;) {
		size_t n = tw_csv_record(b.p + at, b.n - at), len = n ? n - 1 : b.n - at;
		line++;
		tw_row_clear(&row);
		why = tw_row_split(&row, (struct tw_slice){ b.p + at, len }) < 0 ? "quotes are broken" : take_source(r, &row, line);
		at += n ? n : len;
	}
	if (why)
		tw_error("%s: record %llu: %s", path, (unsigned long long)line, why);
	tw_row_free(&row);
	tw_buf_free(&b);
	return err || why ? -1 : 0;
}

int tw_rootstores_open(struct tw_rootstores *r, const char *folder)
{
	memset(r, 0, sizeof *r);
	r->folder = tw_strdup(folder);
	r->pool = join(folder, "/", "pool.pem");
	char *sources = join(folder, "/", "SOURCES.csv");
	int err = list_all(r);
	if (err == 0 && access(sources, F_OK) == 0)
		err = read_sources(r, sources);
	free(sources);
	if (err)
		tw_rootstores_free(r);
	return err;
}

int tw_rootstores_one(struct tw_rootstores *r, const char *folder)
{
	memset(r, 0, sizeof *r);
	r->folder = tw_strdup(folder);
	r->pool = join(folder, "/", "pool.pem");
	if (access(r->pool, F_OK) != 0) {
		free(r->pool);
		r->pool = join(folder, "/", "../pool.pem");
	}
	int err = list_store(r, folder, "");
	if (r->n)
		qsort(r->v, r->n, sizeof *r->v, by_date);
	if (err)
		tw_rootstores_free(r);
	return err;
}

void tw_rootstores_free(struct tw_rootstores *r)
{
	for (uint32_t i = 0; i < r->n; i++) {
		struct tw_dated *d = &r->v[i];
		char *all[] = { d->store, d->path, d->source, d->sha256, d->licence, d->note };
		for (size_t k = 0; k < sizeof all / sizeof *all; k++)
			free(all[k]);
	}
	for (uint32_t i = 0; i < r->nlost; i++)
		free(r->lost[i]);
	free(r->v);
	free(r->lost);
	free(r->folder);
	free(r->pool);
	memset(r, 0, sizeof *r);
}

/* ---- asked ---- */
const struct tw_dated *tw_rootstores_of(const struct tw_rootstores *r, const char *store, uint32_t *n)
{
	const struct tw_dated *first = NULL;

	*n = 0;
	for (uint32_t i = 0; i < r->n; i++)
		if (!strcmp(r->v[i].store, store)) {
			first = first ? first : &r->v[i];
			++*n;
		}
	return first;
}

const struct tw_dated *tw_rootstores_at(const struct tw_rootstores *r, const char *store, int64_t t)
{
	uint32_t n;
	const struct tw_dated *d = tw_rootstores_of(r, store, &n);

	while (n && d[n - 1].since > t)
		n--;
	return n ? &d[n - 1] : NULL;
}
