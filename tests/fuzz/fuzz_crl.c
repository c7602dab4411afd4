/* Any bytes as a revocation list, and as PEM around lists: each entry is found
 * by its serial, each list inside is walked to its end, all slices lie within. */
#include "cert/crl.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void within(struct tw_slice all, struct tw_slice s)
{
	if (s.n && (s.p < all.p || s.n > all.n || s.p > all.p + (all.n - s.n)))
		abort();
}

/* Each entry is found by its serial; each of the lists is walked. */
static void look(const struct tw_crl *c, struct tw_slice all)
{
	if (c->usable != (c->why == NULL) || (c->usable && !c->readable) || (c->critical & ~c->ext))
		abort();
	for (uint32_t i = 0; i < c->n && i < 200; i++) {
		const struct tw_crl_entry *e = &c->entry[i], *found;
		struct tw_slice serial = tw_crl_serial(c, e);
		uint32_t at = 0;
		within(all, serial);
		within(all, tw_crl_entry_issuer(c, e));
		while (serial.n && (found = tw_crl_find(c, serial, &at)) != e)
			if (!found)
				abort();
	}
	within(all, c->tbs);
	within(all, c->idp.point.full_name);
	within(all, c->signature);
	struct tw_der d;
	struct tw_point p;
	int r;
	tw_list_start(&d, c->freshest);
	while ((r = tw_points_next(&d, &p)) == 1)
		within(all, p.crl_issuer);
	if (r)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tw_slice all = { data, n };
	struct tw_crl c;
	struct tw_buf der = { 0 };
	const char *why;
	size_t pos = 0, at;
	tw_crl_read(&c, all);
	look(&c, all);
	tw_crl_free(&c);
	while (tw_pem_next_crl(all, &pos, &der, &at, &why)) {
		tw_crl_read(&c, tw_buf_slice(&der));
		look(&c, tw_buf_slice(&der));
		tw_crl_free(&c);
	}
	tw_buf_free(&der);
	return 0;
}
