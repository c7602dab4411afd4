/* Target: tw_classify_stage over one row of version,cipher,group,dh_bits,
 * chain,banner. As many fields must be added as columns. */
#include "crypto/classify.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tw_slice record = { data, n };
	struct tw_facts *facts = tw_facts_new(NULL);
	struct tw_stage *s = tw_classify_stage(facts);
	struct tw_header h = { 0 };
	struct tw_row r = { 0 };

	if (tw_header_parse(&h, tw_str("version,cipher,group,dh_bits,chain,banner")) || s->bind(s->self, &h))
		abort();
	if (tw_row_split(&r, record) == 0) {
		uint32_t before = r.n;
		if (s->row(s->self, &r) || r.n != before + h.n - 6)
			abort();
	}
	tw_row_free(&r);
	tw_header_free(&h);
	tw_classify_stage_free(s);
	tw_facts_free(facts);
	return 0;
}
