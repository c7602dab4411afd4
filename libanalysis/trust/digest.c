/* A store's anchors as one digest. */
#include "trust/digest.h"
#include "base/output.h"

#include <stdlib.h>
#include <string.h>

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, TW_SHA256);
}

void tw_store_digest(const struct tw_store *s, const struct tw_certs *certs, uint8_t out[TW_SHA256])
{
	uint8_t *all = tw_alloc((size_t)s->n * TW_SHA256);

	for (uint32_t i = 0; i < s->n; i++)
		memcpy(all + (size_t)i * TW_SHA256, certs->set.keys[s->anchor[i].cert], TW_SHA256);
	if (s->n)
		qsort(all, s->n, TW_SHA256, by_bytes);
	tw_sha256((struct tw_slice){ all, (size_t)s->n * TW_SHA256 }, out);
	free(all);
}

static int one(struct tw_buf *b, const char *spec)
{
	struct tw_certs certs = { 0 };
	struct tw_store s = { 0 };
	uint8_t sha256[TW_SHA256];
	int err = tw_store_open(&s, &certs, spec);

	if (err == 0) {
		tw_store_digest(&s, &certs, sha256);
		tw_buf_adds(b, "{\"name\": ");
		tw_json_string(b, tw_str(s.name));
		tw_buf_adds(b, ", \"spec\": ");
		tw_json_string(b, tw_str(spec));
		tw_buf_addf(b, ", \"anchors\": %u, \"sha256\": \"", s.n);
		tw_buf_addhex(b, sha256, sizeof sha256);
		tw_buf_adds(b, "\"}");
		tw_store_free(&s);
	}
	tw_certs_close(&certs);
	return err;
}

int tw_provenance_stores(struct tw_provenance *p, char *const *spec, int n)
{
	struct tw_buf b = { 0 };
	int err = 0;

	for (int i = 0; i < n && err == 0; i++) {
		tw_buf_adds(&b, i ? ", " : "[");
		err = one(&b, spec[i]);
	}
	tw_buf_adds(&b, n ? "]" : "[]");
	tw_provenance_json(p, "stores", tw_buf_slice(&b));
	tw_buf_free(&b);
	return err;
}
