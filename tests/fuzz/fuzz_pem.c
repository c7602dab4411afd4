/* Any text as PEM: the walk ends, and always gets on. */
#include "cert/cert.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tw_slice text = { data, n };
	struct tw_buf der = { 0 };
	size_t pos = 0, before = 0, at;
	const char *why;
	int r;
	while ((r = tw_pem_next(text, &pos, &der, &at, &why)) != 0) {
		if (pos <= before || pos > n || at >= n || (r < 0) != (why != NULL) || (r == 1 && der.n == 0))
			abort();
		before = pos;
	}
	tw_buf_free(&der);
	return 0;
}
