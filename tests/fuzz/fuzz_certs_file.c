/* Any bytes as certs.der, by way of a file; and as what a server sent. */
#include "cert/cert.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tw_slice all = { data, n };
	struct tw_certs c;
	struct tw_buf e = { 0 };
	char path[64];
	tw_msg_setup("fuzz", true);
	int fd = memfd_create("certs", 0), quiet = dup(2);
	if (fd < 0 || quiet < 0 || (n && write(fd, data, n) != (ssize_t)n) || !freopen("/dev/null", "w", stderr))
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (tw_certs_open(&c, path) == 0) {
		for (uint32_t i = 0; i < c.n; i++)
			if (tw_certs_find(&c, c.v[i].sha256) != i)
				abort();
		tw_certs_add(&c, all);
		tw_certs_close(&c);
	}
	close(fd);
	/* What is written can be read again, as the same bytes. */
	tw_certs_element(&e, all);
	struct tw_der d = { tw_buf_slice(&e), false };
	struct tw_tlv t;
	if (tw_der_next(&d, &t) != 1 || d.s.n || !tw_slice_eq(t.tag == 0x30 ? t.all : t.body, all))
		abort();
	tw_buf_free(&e);
	fflush(stderr);
	dup2(quiet, 2);
	close(quiet);
	return 0;
}
