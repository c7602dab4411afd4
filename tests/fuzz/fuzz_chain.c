/* A PEM bundle: its first block is the leaf, its last a root, the rest are
 * presented. Whatever the bytes, a judgement has a first step and is sorted. */
#include "chain/host.h"
#include "chain/judge.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tw_certs certs = { 0 };
	struct tw_graph g;
	struct tw_slice text = { data, size };
	struct tw_buf der = { 0, 0, 0 };
	uint32_t chain[64], n = 0;
	size_t pos = 0, at = 0;
	const char *why = "";
	int got;

	while (n < 64 && (got = tw_pem_next(text, &pos, &der, &at, &why)) != 0) {
		if (got > 0)
			chain[n++] = tw_certs_add(&certs, tw_buf_slice(&der));
		der.n = 0;
	}
	if (n) {
		struct tw_anchor row = tw_anchor_plain(chain[n - 1]);
		struct tw_store store = { .anchor = &row, .n = 1 };
		struct tw_judge_options rules = { .purpose = TW_PURPOSE_SERVER };
		struct tw_judgement j;
		tw_graph_init(&g, &certs);
		struct tw_trust *trust = tw_trust_new(&g, &store);
		struct tw_judge *judge = tw_judge_new(&g, &rules);
		struct tw_question q = { .presented = chain, .npresented = n, .trust = trust };
		tw_judge_chain(judge, &q, &j);
		if (!j.nstep || j.step[0].from != TW_TIME_MIN)
			abort();
		for (uint32_t i = 1; i < j.nstep; i++)
			if (j.step[i].from <= j.step[i - 1].from)
				abort();
		if (tw_host_match(&tw_profile_rfc5280, &certs.v[chain[0]], tw_str("www.example.org")) == TW_MATCH_NO)
			(void)tw_host_cause(&tw_profile_rfc5280, &certs.v[chain[0]], tw_str("www.example.org"));
		tw_judgement_free(&j);
		tw_judge_free(judge);
		tw_trust_free(trust);
		tw_graph_free(&g);
	}
	tw_buf_free(&der);
	tw_certs_close(&certs);
	return 0;
}
