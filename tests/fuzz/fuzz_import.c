/* Any bytes as a vendor's root store. The first line names the importer; where
 * there is none of that name, all is offered to whoever recognises it. What
 * comes of it, written, read and written again is the same. "constraints.json"
 * is the file of that name in Apple's folders. */
#include "trust/apple.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct tw_importer *named(struct tw_slice *s)
{
	const uint8_t *lf = s->n ? memchr(s->p, '\n', s->n) : NULL;
	char name[32] = "";

	if (!lf || (size_t)(lf - s->p) >= sizeof name)
		return NULL;
	memcpy(name, s->p, (size_t)(lf - s->p));
	const struct tw_importer *as = tw_importer_find(name);
	if (as) {
		s->n -= (size_t)(lf + 1 - s->p);
		s->p = lf + 1;
	}
	return as;
}

static void read_again(const struct tw_import *im)
{
	struct tw_buf once = { 0 }, twice = { 0 };
	struct tw_snapshot s = { 0 };

	tw_snapshot_csv(im->out, im->certs, &once);
	if (tw_snapshot_read(&s, im->certs, tw_buf_slice(&once), "input") < 0)
		abort();
	tw_snapshot_csv(&s, im->certs, &twice);
	if (!tw_slice_eq(tw_buf_slice(&once), tw_buf_slice(&twice)))
		abort();
	tw_snapshot_free(&s);
	tw_buf_free(&once);
	tw_buf_free(&twice);
}

/* The conditions of rows, as a judge will have them. */
static void conditions(const struct tw_snapshot *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct tw_alternatives *a = tw_alternatives_new(tw_snapshot_str(s, s->v[i].constraints));
		if (a && !a->n)
			abort();
		tw_alternatives_free(a);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static FILE *nowhere;
	struct tw_certs certs = { 0 };
	struct tw_snapshot s = { 0 };
	struct tw_slice bytes = { data, n };
	const struct tw_importer *as = named(&bytes);
	struct tw_import im = { .path = "input", .date = 1500000000, .out = &s, .certs = &certs, .bytes = bytes };

	/* libFuzzer holds the old one. */
	if (!nowhere && !(stderr = nowhere = fopen("/dev/null", "w")))
		abort();
	if (n > 17 && !memcmp(data, "constraints.json\n", 17)) {
		struct tw_apple apple = { 0 };
		tw_apple_read(&apple, &im, (struct tw_slice){ data + 17, n - 17 });
		tw_apple_free(&apple);
	} else if (tw_import_bytes(&im, as) == 0) {
		read_again(&im);
		conditions(im.out);
	}
	tw_snapshot_free(&s);
	tw_certs_close(&certs);
	return 0;
}
