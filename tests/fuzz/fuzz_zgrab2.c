/* A zgrab2 line: no crash, no fault, whatever it holds; and what is promised
 * of every line: a fate that fits what was given out, outcomes of the known
 * ones, text without control characters, and nothing left for the next line. */
#include "base/base.h"
#include "dump/format.h"
#include "dump/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct got {
	struct tw_buf rows;
	unsigned obs, certs, rejects;
};

static void expect(bool is)
{
	if (!is)
		abort();
}

static bool one_of(struct tw_slice v, const char *const *words)
{
	while (*words && !tw_slice_is(v, *words))
		words++;
	return *words != NULL;
}

static int obs(void *self, const struct tw_obs_row *o)
{
	static const char *const outcomes[] = { "established", "handshake-failed", "no-tls", "wrong-protocol", "closed",
		"timeout", "refused", "unreachable", NULL };
	static const char *const starts[] = { "implicit", "starttls", "", NULL };
	static const char *const answers[] = { "accepted", "refused", "none", "", NULL };
	static const enum tw_obs lines[] = { TW_OBS_PROBE, TW_OBS_IP, TW_OBS_NAME, TW_OBS_BANNER, TW_OBS_AUTH_PLAIN,
		TW_OBS_AUTH_TLS, TW_OBS_DUMP_VERDICT, TW_OBS_CHAIN };
	struct got *g = self;

	g->obs++;
	tw_obs_write(&g->rows, o, 0);
	expect(one_of(o->v[TW_OBS_OUTCOME], outcomes));
	expect(one_of(o->v[TW_OBS_TLS_START], starts));
	expect(one_of(o->v[TW_OBS_STARTTLS_ANSWER], answers));
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		for (size_t at = 0; at < o->v[lines[i]].n; at++)
			expect(o->v[lines[i]].p[at] >= 0x20 && o->v[lines[i]].p[at] != 0x7f);
	/* What was asked is a way to TLS. */
	expect(!o->v[TW_OBS_STARTTLS_ANSWER].n || tw_slice_is(o->v[TW_OBS_TLS_START], "starttls"));
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

static void read_once(void *reader, const struct tw_record *r, struct got *g)
{
	struct tw_sink sink = { g, obs, cert, reject };

	switch (tw_zgrab2_read(reader, r, &sink)) {
	case TW_USED: expect(g->obs > 0 && g->rejects == 0); break;
	case TW_CONTEXT: expect(g->obs == 0 && g->certs == 0 && g->rejects == 0); break;
	case TW_REJECTED: expect(g->rejects == 1); break;
	case TW_FAILED: abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct tw_ingest_options options = { 0 };
	struct tw_buf b = { 0 };
	struct got first = { 0 }, second = { 0 };

	tw_buf_room(&b, n + TW_JSON_PADDING);
	tw_buf_add(&b, p, n);
	struct tw_record r = { .input = "fuzz", .number = 1, .text = { b.p, n } };
	void *reader = tw_zgrab2_open(&options);
	(void)tw_zgrab2_detect(r.text);
	read_once(reader, &r, &first);
	read_once(reader, &r, &second);
	expect(first.certs == second.certs && tw_slice_eq(tw_buf_slice(&first.rows), tw_buf_slice(&second.rows)));
	tw_zgrab2_close(reader);
	tw_buf_free(&first.rows);
	tw_buf_free(&second.rows);
	tw_buf_free(&b);
	return 0;
}
