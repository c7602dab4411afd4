/* Any bytes as OneCRL or CRLSet. */
#include "trust/revoked.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tw_revoked r;
	struct tw_cert c = { .readable = true, .serial = { data, n < 20 ? n : 20 } };
	int64_t since;
	static FILE *nowhere;
	/* libFuzzer holds the old one. */
	if (!nowhere && !(stderr = nowhere = fopen("/dev/null", "w")))
		abort();
	if (tw_revoked_read(&r, (struct tw_slice){ data, n }, "input"))
		return 0;
	if (r.set.n > 2 * (r.entries + n) || (r.entries && r.rejected == r.entries && r.kind == TW_REVOKED_ONECRL))
		abort();
	(void)tw_revoked_has(&r, &c, n >= TW_SHA256 ? data : NULL, &since);
	tw_revoked_free(&r);
	return 0;
}
