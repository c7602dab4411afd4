/* A vendor's conditions on leaves, from their text. */
#include "trust/store.h"

#include <stdlib.h>
#include <string.h>

static const struct tw_constraint nothing = { .sct_not_after = TW_TIME_MAX, .sct_all_after = TW_TIME_MIN,
	.starts_not_after = TW_TIME_MAX, .starts_after = TW_TIME_MIN };

static bool is(const char *word, size_t n, const char *name)
{
	return strlen(name) == n && !memcmp(word, name, n);
}

/* NAME=VALUE, n bytes of a name; the value ends with NUL. False: no time. */
static bool member(struct tw_constraint *c, const char *word, size_t n, char **names)
{
	const char *value = word + n + 1;
	const struct { const char *name; int64_t *at; } times[] = { { "sct_not_after", &c->sct_not_after },
		{ "sct_all_after", &c->sct_all_after }, { "starts_not_after", &c->starts_not_after },
		{ "starts_after", &c->starts_after } };

	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		if (is(word, n, times[i].name))
			return tw_time_parse(tw_str(value), times[i].at);
	if (is(word, n, "permitted_dns_name")) {
		size_t len = strlen(value) + 1;
		if (!c->npermitted)
			c->permitted = *names;
		memcpy(*names, value, len);
		*names += len;
		c->npermitted++;
	} else if (!is(word, n, "min_version")) {
		/* The newest client is meant: it fulfils every min_version and no
		 * max_version_exclusive. */
		c->never = true;
	}
	return true;
}

/* One alternative, whose words end with blanks; n bytes, then NUL. */
static bool alternative(struct tw_constraint *c, char *text, size_t n, char **names)
{
	char *end = text + n;

	*c = nothing;
	while (text < end) {
		char *blank = memchr(text, ' ', (size_t)(end - text));
		if (blank)
			*blank = 0;
		char *eq = strchr(text, '=');
		if (eq && !member(c, text, (size_t)(eq - text), names))
			return false;
		c->never |= !eq && *text;
		text = blank ? blank + 1 : end;
	}
	return true;
}

struct tw_alternatives *tw_alternatives_new(const char *text)
{
	static const char between[] = " | ";
	struct tw_alternatives *a = tw_alloc(sizeof *a);
	size_t n = strlen(text) + 1;
	char *words = tw_strdup(text), *p = words, *names;
	bool ok = true;

	/* Names of permitted hosts are no longer than the text they are from. */
	a->text = tw_realloc(NULL, 2 * n, 1);
	memcpy(a->text, text, n);
	names = a->text + n;
	while (ok && p) {
		char *bar = strstr(p, between);
		size_t len = bar ? (size_t)(bar - p) : strlen(p);
		p[len] = 0;
		a->v = tw_realloc(a->v, (size_t)a->n + 1, sizeof *a->v);
		ok = alternative(&a->v[a->n++], p, len, &names);
		p = bar ? bar + sizeof between - 1 : NULL;
	}
	free(words);
	if (ok)
		return a;
	tw_alternatives_free(a);
	return NULL;
}

void tw_alternatives_free(struct tw_alternatives *a)
{
	if (!a)
		return;
	free(a->v);
	free(a->text);
	free(a);
}
