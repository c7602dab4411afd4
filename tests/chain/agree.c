#include "chain/agree.h"

#include <stdlib.h>
#include <string.h>

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

int agree_moments(const struct web *w, int64_t at[AGREE_MOMENTS])
{
	int n = 0, k = 0;

	at[n++] = TW_TIME_MIN;
	at[n++] = TW_TIME_MAX;
	for (int i = 0; i < w->n; i++) {
		for (int d = -1; d <= 1; d++) {
			at[n++] = w->c[i].not_before + d;
			at[n++] = w->c[i].not_after + d;
		}
	}
	for (int i = 0; i < w->nblock; i++) {
		for (int d = -1; d <= 1; d++) {
			at[n++] = w->block[i].from + d;
			if (w->block[i].until < TW_TIME_MAX)
				at[n++] = w->block[i].until + d;
		}
	}
	qsort(at, (size_t)n, sizeof *at, by_time);
	for (int i = 0; i < n; i++)
		if (!i || at[i] != at[i - 1])
			at[k++] = at[i];
	return k;
}

bool agree_same(const struct brute_answer *want, const struct brute_answer *got)
{
	bool culprit = want->culprit == got->culprit || (want->culprit & got->culprit), facts = false;

	for (int i = 0; i < want->nfacts; i++)
		facts |= want->facts[i] == got->facts[0];
	return facts && want->reason == got->reason && culprit && want->npath == got->npath && want->fetched == got->fetched &&
		!memcmp(want->path, got->path, (size_t)want->npath * sizeof *want->path);
}

#define PATHS 64

/* Of a policy one of the certificates that may be named is enough. */
static bool same_failures(const struct brute_listed *want, const struct brute_listed *got)
{
	for (int r = 0; r < 32; r++)
		if (r == B_POLICY ? !want->by[r] != !got->by[r] || (want->by[r] && !(want->by[r] & got->by[r])) : want->by[r] != got->by[r])
			return false;
	return want->reason == got->reason && want->from == got->from && want->until == got->until && want->fetched == got->fetched &&
		(!want->reason || want->culprit & got->culprit);
}

bool agree_paths(const struct brute *b, struct engine *e, const struct brute_answer *answer, int64_t t)
{
	struct brute_listed got[PATHS], want;
	int n = engine_paths(e, t, got, PATHS), first = answer->npath == 1 ? 2 : answer->npath;

	if (!b->npath != !n || (n && (got[0].npath != first || memcmp(got[0].path, answer->path, (size_t)answer->npath * sizeof *got->path) != 0)))
		return false;
	for (int i = 0; i < n; i++) {
		if (i && (got[i].reason < got[i - 1].reason || (got[i].reason == got[i - 1].reason && got[i].until > got[i - 1].until)))
			return false;
		if (brute_list(b, got[i].path, got[i].npath, t, &want) && !same_failures(&want, &got[i])) {
			printf("path %d: reason %d, wanted %d\n", i, got[i].reason, want.reason);
			for (int r = 0; r < 32; r++)
				if (want.by[r] != got[i].by[r])
					printf("  failure %d at %x, wanted %x\n", r, got[i].by[r], want.by[r]);
			return false;
		}
	}
	return true;
}
