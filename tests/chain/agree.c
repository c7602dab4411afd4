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
	bool culprit = want->culprit == got->culprit || (want->culprit & got->culprit);

	return want->reason == got->reason && culprit && want->npath == got->npath && want->fetched == got->fetched &&
		!memcmp(want->path, got->path, (size_t)want->npath * sizeof *want->path);
}
