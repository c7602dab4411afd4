/* A capture file, whatever it holds: packets, fragments, tunnels, connections,
 * TLS and what is said before it. No crash, no fault; every connection has one
 * fate; each digest is that of its bytes; text without control characters; and
 * the file cut into pieces of any size gives the same rows. */
#include "base/base.h"
#include "dump/capture/capture.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct got {
	struct tw_buf rows;
	unsigned obs, certs, rejects, used, context, rejected;
};

static void expect(bool is)
{
	if (!is)
		abort();
}

static int obs(void *self, const struct tw_obs_row *o)
{
	struct got *g = self;

	g->obs++;
	tw_obs_write(&g->rows, o, ~0u);
	for (size_t i = 0; i < TW_OBS_N; i++)
		for (size_t at = 0; at < o->v[i].n; at++)
			expect(o->v[i].p[at] >= 0x20 && o->v[i].p[at] != 0x7f);
	expect(o->v[TW_OBS_OUTCOME].n && o->v[TW_OBS_IP].n && o->v[TW_OBS_CLIENT].n);
	expect(!o->v[TW_OBS_STARTTLS_ANSWER].n || tw_slice_is(o->v[TW_OBS_TLS_START], "starttls"));
	expect(!o->v[TW_OBS_CIPHER].n || o->v[TW_OBS_VERSION].n);
	return 0;
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

static void fate(void *self, const void *input, enum tw_fate f)
{
	struct got *g = self;

	(void)input;
	g->used += f == TW_USED;
	g->context += f == TW_CONTEXT;
	g->rejected += f == TW_REJECTED;
	expect(f != TW_FAILED);
}

static void note(void *self, const char *text)
{
	(void)self;
	expect(text && *text);
}

static void run(struct tw_slice file, size_t step, struct got *g)
{
	struct tw_ingest_options options = { .show = ~0u };
	struct tw_capture_ops ops = { { g, obs, cert, reject }, fate, note };
	struct tw_capture *c = tw_capture_new(&options);

	for (size_t at = 0; at < file.n; at += step) {
		struct tw_slice part = { file.p + at, file.n - at < step ? file.n - at : step };
		expect(tw_capture_take(c, "fuzz", (struct tw_slice){ 0, 0 }, NULL, part, &ops) == 0);
	}
	expect(tw_capture_end_input(c, NULL, &ops) == 0 && tw_capture_end(c, &ops) == 0);
	tw_capture_free(c);
	expect(g->obs == g->used && g->rejects == g->rejected && g->rejects <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static bool quiet;
	struct got whole = { 0 }, pieces = { 0 };
	struct tw_slice file = { p, n };

	if (!quiet)
		tw_msg_setup("fuzz", true);
	quiet = true;
	run(file, n + 1, &whole);
	run(file, 1 + n / 7, &pieces);
	expect(tw_slice_eq(tw_buf_slice(&whole.rows), tw_buf_slice(&pieces.rows)) && whole.certs == pieces.certs && whole.context == pieces.context);
	tw_buf_free(&whole.rows);
	tw_buf_free(&pieces.rows);
	return 0;
}
