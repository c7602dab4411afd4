/* Rows of any kind to every table: no crash, no fault. */
#include "report/report.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct tw_report *r = tw_report_new(&(struct tw_report_options){ .nby = 1, .by = { "time:week" }, .servers_any = n & 1 });
	struct tw_stage *s = tw_report_stage(r);
	struct tw_header h = { 0 };
	struct tw_row row = { 0 };
	struct tw_buf out = { 0 };
	size_t len = tw_csv_record(p, n);
	int err = len ? tw_header_parse(&h, (struct tw_slice){ p, len - 1 }) : -1;

	if (err == 0)
		err = s->bind(s->self, &h);
	for (bool bound = err == 0; bound && err == 0;) {
		p += len;
		n -= len;
		len = tw_csv_record(p, n);
		if (len == 0)
			break;
		tw_row_clear(&row);
		err = tw_row_split(&row, (struct tw_slice){ p, len - 1 });
		if (err == 0)
			err = s->row(s->self, &row);
	}
	if (err == 0) {
		tw_report_count(r);
		for (const struct tw_table *const *t = tw_tables; *t; t++) {
			out.n = 0;
			tw_report_table(r, *t, &out);
			tw_report_pretty(r, *t, &out);
		}
	}
	tw_row_free(&row);
	tw_header_free(&h);
	tw_buf_free(&out);
	tw_report_free(r);
	return 0;
}
