/* A series of dates (ISO 8601-1 5.5.2 and 5.6). */
#include "trust/dates.h"
#include "base/bounds.h"
#include "trust/store.h"

#include <stdlib.h>
#include <string.h>

struct period {
	int64_t months, days;
};

/* P1Y6M2W10D: units in this order, each at most once. */
static bool take_period(struct tw_slice s, struct period *p)
{
	static const char units[] = "YMWD";
	const char *left = units;
	uint64_t n = 0;
	size_t digits = 0;

	*p = (struct period){ 0, 0 };
	if (s.n < 3 || s.p[0] != 'P')
		return false;
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9') {
			n = 10 * n + (uint64_t)(s.p[i] - '0');
			if (++digits > 5)
				return false;
			continue;
		}
		const char *unit = digits ? strchr(left, s.p[i]) : NULL;
		if (!unit || !*unit)
			return false;
		p->months += *unit == 'Y' ? 12 * (int64_t)n : *unit == 'M' ? (int64_t)n : 0;
		p->days += *unit == 'W' ? 7 * (int64_t)n : *unit == 'D' ? (int64_t)n : 0;
		left = unit + 1;
		n = 0;
		digits = 0;
	}
	return !digits && p->months + p->days > 0;
}

static bool take_date(struct tw_slice s, int64_t *t)
{
	return s.n == 10 && tw_time_parse(s, t);
}

static int64_t moved(struct tw_slice from, const struct period *p, int64_t k)
{
	uint64_t year = 0, month = 0, day = 0;

	if (!tw_slice_u64((struct tw_slice){ from.p, 4 }, 9999, &year) || !tw_slice_u64((struct tw_slice){ from.p + 5, 2 }, 12, &month) ||
	    !tw_slice_u64((struct tw_slice){ from.p + 8, 2 }, 31, &day))
		return TW_TIME_MAX;
	int64_t months = (int64_t)(12 * year + month - 1) + k * p->months;
	if (months / 12 > 9999)
		return TW_TIME_MAX;
	int y = (int)(months / 12), m = (int)(months % 12) + 1, last = tw_time_month_days(y, m);
	return tw_time_civil(y, m, (int)day < last ? (int)day : last, 0, 0, 0) + k * p->days * 86400;
}

const char *tw_dates_parse(const char *text, struct tw_buf *dates)
{
	const char *first = strchr(text, '/'), *second = first ? strchr(first + 1, '/') : NULL;
	struct period p;
	int64_t from, until, t;

	if (!second)
		return "FROM/UNTIL/PERIOD is wanted, as 2015-01-01/2025-01-01/P6M";
	struct tw_slice begin = { (const uint8_t *)text, (size_t)(first - text) };
	if (!take_date(begin, &from) || !take_date((struct tw_slice){ (const uint8_t *)first + 1, (size_t)(second - first - 1) }, &until))
		return "a date is YYYY-MM-DD";
	if (!take_period(tw_str(second + 1), &p))
		return "a period is P and years, months, weeks or days, as P6M";
	if (until < from)
		return "the last date is before the first";
	for (int64_t k = 0; (t = moved(begin, &p, k)) <= until; k++) {
		if (k == TW_MAX_DATES)
			return "too many dates";
		tw_buf_add(dates, &t, sizeof t);
	}
	return NULL;
}

/* ---- stores on dates ---- */
static void put(char ***out, int *n, const char *name, const char *spec, const char *date)
{
	struct tw_buf b = { 0 };

	tw_buf_addf(&b, "%s%s%s%s%s%s%s", name, *name ? "-" : "", *name ? date : "", *name ? "=" : "", spec, *name ? "@" : "",
		*name ? date : "");
	tw_buf_addc(&b, 0);
	*out = tw_realloc(*out, (size_t)*n + 1, sizeof **out);
	(*out)[(*n)++] = (char *)b.p;
}

static void put_dates(char ***out, int *n, const struct tw_store *s, const struct tw_buf *dates)
{
	struct tw_buf text = { 0 };

	for (size_t i = 0; i < dates->n; i += sizeof(int64_t)) {
		int64_t t;
		memcpy(&t, dates->p + i, sizeof t);
		text.n = 0;
		tw_time_add(&text, t);
		text.n = 10; /* YYYY-MM-DD */
		tw_buf_addc(&text, 0);
		put(out, n, s->name, s->spec, (const char *)text.p);
	}
	tw_buf_free(&text);
}

int tw_dates_stores(const char *range, char *const *specs, int n, bool nearest, char ***out, int *nout)
{
	struct tw_buf dates = { 0 };
	const char *why = tw_dates_parse(range, &dates);
	bool any = false;
	int err = why ? -1 : 0;

	*out = NULL;
	*nout = 0;
	if (why)
		tw_error("--dates %s: %s", range, why);
	for (int i = 0; i < n && err == 0; i++) {
		struct tw_certs certs = { 0 };
		struct tw_store s = { 0 };
		err = tw_store_open(&s, &certs, specs[i], nearest);
		bool series = err == 0 && s.nday && !s.fixed;
		any |= series;
		if (series)
			put_dates(out, nout, &s, &dates);
		else if (err == 0)
			put(out, nout, "", specs[i], "");
		tw_store_free(&s);
		tw_certs_close(&certs);
	}
	if (err == 0 && !any) {
		tw_error("--dates: none of the stores is a series of dated snapshots: tw-stores list names those that are");
		err = -1;
	}
	tw_buf_free(&dates);
	return err;
}

void tw_dates_free(char **specs, int n)
{
	for (int i = 0; i < n; i++)
		free(specs[i]);
	free(specs);
}
