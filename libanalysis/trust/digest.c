/* A store's anchors as one digest. */
#include "trust/digest.h"

#include <stdlib.h>
#include <string.h>

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, TW_SHA256);
}

void tw_store_digest(const struct tw_store *s, const struct tw_certs *certs, uint8_t out[TW_SHA256])
{
	uint8_t *all = tw_alloc((size_t)s->n * TW_SHA256);
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n; i++) /* entries of one certificate lie together */
		if (!i || s->anchor[i].cert != s->anchor[i - 1].cert)
			memcpy(all + (size_t)n++ * TW_SHA256, certs->set.keys[s->anchor[i].cert], TW_SHA256);
	if (n)
		qsort(all, n, TW_SHA256, by_bytes);
	tw_sha256((struct tw_slice){ all, (size_t)n * TW_SHA256 }, out);
	free(all);
}
