/* Civil time in 64-bit seconds; no clock, no locale, no zone file. */
#include "base/base.h"

int tw_time_month_days(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (month < 1 || month > 12)
		return 0;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar; the year is
 * taken to begin in March, so that the leap day is its last. */
static int64_t civil_days(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

int64_t tw_time_civil(int year, int month, int day, int hour, int min, int sec)
{
	return civil_days(year, month, day) * 86400 + hour * 3600 + min * 60 + sec;
}

/* n digits at s.p[at]; -1 if they are not there. */
static int digits(struct tw_slice s, size_t at, size_t n)
{
	int v = 0;

	if (at > s.n || n > s.n - at)
		return -1;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		v = v * 10 + (s.p[i] - '0');
	}
	return v;
}

static bool byte_is(struct tw_slice s, size_t at, const char *any)
{
	if (at >= s.n)
		return false;
	for (; *any; any++)
		if (s.p[at] == (uint8_t)*any)
			return true;
	return false;
}

/* "Z", "+hh:mm" or "-hh:mm" at the end; seconds east of UTC. */
static bool zone(struct tw_slice s, size_t at, int64_t *east)
{
	*east = 0;
	if (byte_is(s, at, "Zz"))
		return at + 1 == s.n;
	int h = digits(s, at + 1, 2), m = digits(s, at + 4, 2);
	if (!byte_is(s, at, "+-") || !byte_is(s, at + 3, ":") || at + 6 != s.n)
		return false;
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return false;
	*east = (s.p[at] == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

/* RFC 3339 section 5.6; *frac is the fraction with its point, or empty. */
static bool parse(struct tw_slice s, int64_t *out, struct tw_slice *frac)
{
	int y = digits(s, 0, 4), mo = digits(s, 5, 2), d = digits(s, 8, 2);

	frac->p = s.p;
	frac->n = 0;
	if (y < 0 || !byte_is(s, 4, "-") || !byte_is(s, 7, "-") || d < 1 || d > tw_time_month_days(y, mo))
		return false;
	if (s.n == 10) {
		*out = tw_time_civil(y, mo, d, 0, 0, 0);
		return true;
	}
	int h = digits(s, 11, 2), mi = digits(s, 14, 2), sec = digits(s, 17, 2);
	if (!byte_is(s, 10, "Tt ") || !byte_is(s, 13, ":") || !byte_is(s, 16, ":"))
		return false;
	if (h < 0 || h > 23 || mi < 0 || mi > 59 || sec < 0 || sec > 60)
		return false;
	size_t at = 19;
	if (byte_is(s, at, ".")) {
		size_t end = at + 1;
		while (end < s.n && s.p[end] >= '0' && s.p[end] <= '9')
			end++;
		if (end == at + 1)
			return false;
		frac->p = s.p + at;
		frac->n = end - at;
		at = end;
	}
	int64_t east;
	if (!zone(s, at, &east))
		return false;
	int64_t t = tw_time_civil(y, mo, d, h, mi, sec == 60 ? 59 : sec) - east;
	if (t < TW_TIME_MIN || t > TW_TIME_MAX)
		return false;
	*out = t;
	return true;
}

bool tw_time_parse(struct tw_slice s, int64_t *out)
{
	struct tw_slice frac;
	return parse(s, out, &frac);
}

bool tw_time_to_utc(struct tw_slice s, struct tw_buf *b)
{
	struct tw_slice frac;
	int64_t t;

	if (!parse(s, &t, &frac))
		return false;
	tw_time_add(b, t);
	if (frac.n) {
		b->n--; /* the Z */
		tw_buf_addslice(b, frac);
		tw_buf_addc(b, 'Z');
	}
	return true;
}

/* Two digits and what follows them. */
static void two(uint8_t *to, int v, char after)
{
	to[0] = (uint8_t)('0' + v / 10 % 10);
	to[1] = (uint8_t)('0' + v % 10);
	to[2] = (uint8_t)after;
}

void tw_time_add(struct tw_buf *b, int64_t t)
{
	if (t < TW_TIME_MIN || t > TW_TIME_MAX)
		tw_die("time out of range");
	int64_t days = t / 86400, rest = t % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t doe = days - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int d = (int)(doy - (153 * mp + 2) / 5 + 1);
	int m = (int)(mp < 10 ? mp + 3 : mp - 9);
	int y = (int)(yoe + era * 400 + (m <= 2));
	uint8_t *to = tw_buf_room(b, 20);
	two(to, y / 100, '-');
	two(to + 2, y % 100, '-');
	two(to + 5, m, '-');
	two(to + 8, d, 'T');
	two(to + 11, (int)(rest / 3600), ':');
	two(to + 14, (int)(rest / 60 % 60), ':');
	two(to + 17, (int)(rest % 60), 'Z');
	b->n += 20;
}

/* hh[:-]mm[[:-]ss] at s.p[at]: seconds of the day, or -1. */
static int clock_at(struct tw_slice s, size_t at)
{
	size_t sep = byte_is(s, at + 2, ":-");
	int h = digits(s, at, 2), m = digits(s, at + 2 + sep, 2);

	if (h < 0 || h > 23 || m < 0 || m > 59)
		return -1;
	size_t next = at + 4 + sep;
	int sec = !sep || byte_is(s, next, ":-") ? digits(s, next + sep, 2) : -1;
	if (sec >= 0)
		next += 2 + sep;
	/* Digits that go on are no time of day. */
	if (sec > 59 || digits(s, next, 1) >= 0)
		return -1;
	return h * 3600 + m * 60 + (sec > 0 ? sec : 0);
}

static bool date_at(struct tw_slice s, size_t at, int64_t *out)
{
	size_t sep = byte_is(s, at + 4, "-");
	int y = digits(s, at, 4), m = digits(s, at + 4 + sep, 2), d = digits(s, at + 6 + 2 * sep, 2);
	size_t end = at + 8 + 2 * sep;

	if (y < 1990 || y > 2099 || m < 1 || m > 12 || d < 1 || d > tw_time_month_days(y, m) || (sep && !byte_is(s, at + 7, "-")))
		return false;
	int sec = clock_at(s, byte_is(s, end, "Tt_-") ? end + 1 : end);
	if (sec < 0 && digits(s, end, 1) >= 0)
		return false; /* a longer number */
	*out = tw_time_civil(y, m, d, 0, 0, 0) + (sec > 0 ? sec : 0);
	return true;
}

bool tw_time_from_name(const char *path, int64_t *out)
{
	struct tw_slice s = tw_str(path);

	for (size_t i = s.n; i-- > 0;)
		if (s.p[i] == '/') {
			s.p += i + 1;
			s.n -= i + 1;
			break;
		}
	for (size_t i = 0; i < s.n; i++)
		if ((i == 0 || digits(s, i - 1, 1) < 0) && date_at(s, i, out))
			return true;
	return false;
}
