/* Any bytes as an OCSP response (cert/ocsp.c). What is readable has one
 * responder, answers that walk to their end, each with a state, and dates of the
 * calendar; nothing points out of the bytes; a byte more or less is no response. */
#include "cert/ocsp.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void hold(bool so)
{
	if (!so)
		abort();
}

static void within(struct tw_slice all, struct tw_slice s)
{
	hold(!s.n || (s.p >= all.p && s.n <= all.n && s.p <= all.p + (all.n - s.n)));
}

static void date(int64_t t)
{
	hold(t >= TW_TIME_MIN && t <= TW_TIME_MAX);
}

static void answer(const struct tw_ocsp_single *s, struct tw_slice all)
{
	within(all, s->hash_oid);
	within(all, s->name_hash);
	within(all, s->key_hash);
	within(all, s->serial);
	hold(s->serial.n && s->hash_oid.n);
	hold(s->state == TW_OCSP_GOOD || s->state == TW_OCSP_REVOKED || s->state == TW_OCSP_UNKNOWN);
	hold(s->state == TW_OCSP_REVOKED || s->reason == -1);
	hold(s->reason >= -1);
	hold(s->has_next_update || s->next_update == TW_TIME_MAX);
	date(s->this_update);
	date(s->next_update);
	date(s->revoked_at);
}

static void whole(const struct tw_ocsp *o, struct tw_slice all)
{
	struct tw_ocsp_single s;
	struct tw_der d = { o->responses, false };
	struct tw_tlv t;
	int r;

	hold(o->status == TW_OCSP_SUCCESSFUL || !o->usable);
	hold(!o->usable || (o->tbs.n && (o->responder_name.n != 0) != (o->responder_key.p != NULL)));
	within(all, o->tbs);
	within(all, o->sig_alg);
	within(all, o->sig_oid);
	within(all, o->sig_params);
	within(all, o->signature);
	within(all, o->responder_name);
	within(all, o->responder_key);
	date(o->produced_at);
	while ((r = tw_ocsp_next(&d, &s)) == 1)
		answer(&s, o->tbs);
	hold(r == 0);
	d = (struct tw_der){ o->certs, false };
	while ((r = tw_der_next(&d, &t)) == 1)
		within(all, t.all);
	hold(r == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tw_slice all = { data, n };
	struct tw_ocsp o, other;

	tw_ocsp_read(&o, all);
	hold(o.usable == (o.why == NULL) && (o.readable || !o.usable) && !(o.faults >> TW_FAULT_N));
	if (!o.readable) {
		hold(!o.tbs.n && !o.responses.n && !o.certs.n && !o.signature.n);
		return 0;
	}
	whole(&o, all);
	tw_ocsp_read(&other, (struct tw_slice){ data, n - 1 });
	hold(!other.readable);
	struct tw_buf more = { 0, 0, 0 };
	tw_buf_add(&more, data, n);
	tw_buf_addc(&more, 0);
	tw_ocsp_read(&other, tw_buf_slice(&more));
	hold(!other.readable);
	tw_buf_free(&more);
	return 0;
}
