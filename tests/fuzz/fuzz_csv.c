/* Target: tw_csv_record, tw_row_split, tw_header_parse, tw_time_parse. What
 * is split and written again must split to the same fields. */
#include "base/base.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void round_trip(struct tw_slice record)
{
	struct tw_row a = { 0 }, b = { 0 };
	struct tw_buf out = { 0 };

	if (tw_row_split(&a, record) == 0) {
		for (uint32_t i = 0; i < a.n; i++) {
			if (i)
				tw_buf_addc(&out, ',');
			tw_csv_field(&out, a.f[i]);
		}
		if (tw_row_split(&b, tw_buf_slice(&out)) || a.n != b.n)
			abort();
		for (uint32_t i = 0; i < a.n; i++)
			if (!tw_slice_eq(a.f[i], b.f[i]))
				abort();
	}
	tw_row_free(&a);
	tw_row_free(&b);
	tw_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tw_slice all = { data, n };
	struct tw_buf utc = { 0 };
	int64_t t;

	if (tw_time_parse(all, &t) != tw_time_to_utc(all, &utc))
		abort();
	tw_buf_free(&utc);
	for (size_t at = 0, len; n > at && (len = tw_csv_record(data + at, n - at)) > 0; at += len) {
		struct tw_slice record = { data + at, len - 1 };
		round_trip(record);
	}
	round_trip(all);
	return 0;
}
