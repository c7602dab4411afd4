/* PEM bundles and DER: any bytes are cut into records without a rest, the same
 * whatever part of them has been read, and each record has one fate. */
#include "dump/format.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct got {
	unsigned certs, rejects;
};

static void expect(bool is)
{
	if (!is)
		abort();
}

static int obs(void *self, const struct tw_obs_row *o)
{
	(void)self, (void)o;
	abort();
}

static int cert(void *self, const uint8_t sha256[TW_SHA256], struct tw_slice sent)
{
	struct got *g = self;
	uint8_t again[TW_SHA256];

	g->certs++;
	tw_sha256(sent, again);
	expect(memcmp(sha256, again, sizeof again) == 0);
	return 0;
}

static int reject(void *self, const char *input, uint64_t record, uint64_t offset, const char *reason, struct tw_slice detail)
{
	struct got *g = self;

	(void)input, (void)record, (void)offset, (void)detail;
	g->rejects++;
	expect(reason[0] != '\0');
	return 0;
}

static void read_all(const struct tw_format *f, struct tw_slice all, size_t part)
{
	struct tw_ingest_options options = { 0 };
	void *reader = f->open(&options);
	uint64_t offset = 0;

	(void)f->detect(all);
	for (uint64_t number = 1; all.n; number++) {
		size_t n = f->cut(all, true), early;
		expect(n > 0 && n <= all.n);
		early = f->cut((struct tw_slice){ all.p, part < all.n ? part : all.n }, false);
		expect(early == 0 || early == n);
		struct got g = { 0, 0 };
		struct tw_sink sink = { &g, obs, cert, reject };
		struct tw_record r = { .input = "fuzz", .number = number, .offset = offset, .text = { all.p, n } };
		switch (f->read(reader, &r, &sink)) {
		case TW_USED: expect(g.certs > 0 && g.rejects == 0); break;
		case TW_CONTEXT: expect(g.certs == 0 && g.rejects == 0); break;
		case TW_REJECTED: expect(g.rejects == 1); break;
		case TW_FAILED: abort();
		}
		all.p += n;
		all.n -= n;
		offset += n;
	}
	f->close(reader);
}

/* The first two bytes say how much of each record has been read early. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (n < 2)
		return 0;
	for (const struct tw_format *f = tw_formats; f->name; f++)
		if (strcmp(f->name, "pem") == 0 || strcmp(f->name, "der") == 0)
			read_all(f, (struct tw_slice){ p + 2, n - 2 }, (size_t)p[0] << 8 | p[1]);
	return 0;
}
