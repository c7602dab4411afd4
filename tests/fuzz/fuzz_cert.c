/* Any bytes as a certificate: facts, names, the walk over the SAN, the row. */
#include "cert/cert.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void within(struct tw_slice all, struct tw_slice s)
{
	if (s.n && (s.p < all.p || s.n > all.n || s.p > all.p + (all.n - s.n)))
		abort();
}

static void whole(int r)
{
	if (r)
		abort();
}

/* What the reader has accepted every walk goes through to its end. */
static void walks(const struct tw_cert *c, struct tw_slice all)
{
	struct tw_der d;
	struct tw_slice a, b;
	struct tw_point p;
	uint64_t ms;
	int r;
	tw_list_start(&d, c->ext_key_usage);
	while ((r = tw_oids_next(&d, &a)) == 1)
		within(all, a);
	whole(r);
	tw_list_start(&d, c->policies);
	while ((r = tw_policies_next(&d, &a, &b)) == 1)
		within(all, b);
	whole(r);
	tw_list_start(&d, c->policy_mappings);
	while ((r = tw_mappings_next(&d, &a, &b)) == 1)
		within(all, b);
	whole(r);
	tw_list_start(&d, c->crldp);
	while ((r = tw_points_next(&d, &p)) == 1)
		within(all, p.full_name);
	whole(r);
	/* The reader looks at no SCT's inside. */
	d = (struct tw_der){ c->scts, false };
	while (tw_scts_next(&d, &a, &ms) == 1)
		within(all, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tw_slice all = { data, n }, v;
	struct tw_cert c;
	struct tw_buf b = { 0 };
	struct tw_der d;
	uint32_t pos = 0, count = 0;
	int kind;
	tw_cert_read(&c, all);
	tw_cert_csv(&b, &c);
	walks(&c, all);
	tw_san_start(&d, c.san);
	while (tw_san_next(&d, &kind, &v) == 1) {
		within(all, v);
		count++;
	}
	if (count != c.san_count || (c.faults >> TW_FAULT_N) || (c.critical & ~c.ext))
		abort();
	while (tw_common_name(c.subject, &pos, &b))
		;
	within(all, c.tbs);
	within(all, c.spki);
	within(all, c.signature);
	within(all, c.rsa_n);
	within(all, c.name_constraints);
	/* And the bytes as a bare Name and a bare OID. */
	(void)tw_name_text(&b, all);
	tw_oid_text(&b, all);
	tw_buf_free(&b);
	return 0;
}
