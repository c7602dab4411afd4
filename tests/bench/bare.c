/* What tw-ingest is measured against: a loop that parses each line, decodes
 * and hashes its certificates, and keeps nothing; or one that only inflates. */
#include "base/base.h"
#include "dump/json.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static size_t digests;
static struct tw_buf der;

static void hash(struct tw_json cert)
{
	uint8_t out[TW_SHA256];
	struct tw_slice raw = tw_json_text(tw_json_get(cert, "raw"));
	der.n = 0;
	if (raw.n && tw_base64(raw, &der)) {
		tw_sha256(tw_buf_slice(&der), out);
		digests++;
	}
}

static bool each(void *self, struct tw_slice key, struct tw_json v)
{
	(void)self, (void)key;
	hash(v);
	return true;
}

static bool probe(void *self, struct tw_slice key, struct tw_json v)
{
	static const char *const logs[] = { "result.handshake_log", "result.tls.handshake_log" };
	(void)self, (void)key;
	for (int i = 0; i < 2; i++) {
		struct tw_json sent = tw_json_get(tw_json_path(v, logs[i]), "server_certificates");
		hash(tw_json_get(sent, "certificate"));
		tw_json_each(tw_json_get(sent, "chain"), each, NULL);
	}
	return true;
}

static void parse_lines(FILE *f)
{
	struct tw_json_doc *doc = tw_json_new();
	struct tw_json root;
	const char *why;
	char *line = NULL;
	size_t cap = 0;
	for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
		if (cap < (size_t)n + TW_JSON_PADDING)
			line = tw_realloc(line, cap = (size_t)n + TW_JSON_PADDING, 1);
		if (tw_json_parse(doc, (struct tw_slice){ (uint8_t *)line, (size_t)n - 1 }, &root, &why) == 0)
			tw_json_each(tw_json_get(root, "data"), probe, NULL);
	}
	free(line);
	tw_json_free(doc);
}

int main(int argc, char **argv)
{
	static uint8_t to[1 << 20];
	if (argc == 3 && strcmp(argv[1], "inflate") == 0) {
		gzFile z = gzopen(argv[2], "rb");
		size_t all = 0;
		gzbuffer(z, 1 << 18);
		for (int n; (n = gzread(z, to, sizeof to)) > 0;)
			all += (size_t)n;
		return printf("%zu\n", all) < 0 || gzclose(z) != Z_OK;
	}
	FILE *f = argc == 3 ? fopen(argv[2], "rb") : NULL;
	if (!f)
		return 2;
	parse_lines(f);
	return printf("%zu\n", digests) < 0 || fclose(f) != 0;
}
