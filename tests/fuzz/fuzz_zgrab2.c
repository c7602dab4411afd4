/* A zgrab2 line: no crash, no fault, whatever it holds. */
#include "dump/format.h"
#include "dump/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int obs(void *self, const struct tw_obs_row *o)
{
	(void)self;
	struct tw_buf b = { 0 };
	tw_obs_write(&b, o);
	tw_buf_free(&b);
	return 0;
}

static int cert(void *self, const uint8_t sha256[TW_SHA256], struct tw_slice sent)
{
	uint8_t again[TW_SHA256];
	(void)self;
	tw_sha256(sent, again);
	if (memcmp(sha256, again, sizeof again) != 0)
		abort();
	return 0;
}

static int reject(void *self, const char *input, uint64_t record, uint64_t offset, const char *reason, struct tw_slice detail)
{
	(void)self, (void)input, (void)record, (void)offset, (void)detail;
	if (!reason[0])
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct tw_ingest_options options = { 0 };
	struct tw_sink sink = { NULL, obs, cert, reject };
	struct tw_buf b = { 0 };
	tw_buf_room(&b, n + TW_JSON_PADDING);
	tw_buf_add(&b, p, n);
	struct tw_record r = { "fuzz", 1, 0, { b.p, n }, { NULL, 0 } };
	void *reader = tw_zgrab2_open(&options);
	if (tw_zgrab2_read(reader, &r, &sink) == TW_FAILED)
		abort();
	tw_zgrab2_close(reader);
	tw_buf_free(&b);
	return 0;
}
