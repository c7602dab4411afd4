/* Apple's constraints. */
#include "trust/apple.h"
#include "dump/json.h"

#include <stdlib.h>
#include <string.h>

void tw_apple_free(struct tw_apple *a)
{
	tw_set_free(&a->set);
	free(a->purposes);
	memset(a, 0, sizeof *a);
}

struct walk {
	struct tw_apple *a;
	struct tw_import *im;
	uint32_t purposes;
};

/* Is oid this one, or below it? */
static bool at_or_below(struct tw_slice oid, const char *arc)
{
	size_t n = strlen(arc);

	return oid.n >= n && !memcmp(oid.p, arc, n) && (oid.n == n || oid.p[n] == '.');
}

/* Apple's policies (Security/SecPolicy.h): 3 is SSL, 8 S/MIME, 16 code signing. */
static bool policy(void *self, struct tw_slice key, struct tw_json v)
{
	struct walk *w = self;
	struct tw_slice oid = tw_json_text(v);

	(void)key;
	for (; oid.n && oid.p[0] == ' '; oid.p++) /* one of 2025 has a blank before it */
		oid.n--;
	if (at_or_below(oid, "1.2.840.113635.100.1.3"))
		w->purposes |= TW_TRUST_SERVER | TW_TRUST_CLIENT;
	else if (at_or_below(oid, "1.2.840.113635.100.1.8"))
		w->purposes |= TW_TRUST_EMAIL;
	else if (at_or_below(oid, "1.2.840.113635.100.1.16"))
		w->purposes |= TW_TRUST_CODE;
	else if (!oid.n)
		tw_import_warn(w->im, "a policy that is no text");
	return true;
}

static bool root(void *self, struct tw_slice key, struct tw_json v)
{
	struct walk *w = self;
	uint8_t sha256[TW_SHA256];
	bool fresh;

	if (!tw_unhex(key, sha256, TW_SHA256) || !tw_json_is_array(v)) {
		tw_import_warn(w->im, "system: %.*s: not a SHA-256 with a list of policies: left out", (int)(key.n < 80 ? key.n : 80),
			(const char *)key.p);
		return true;
	}
	w->purposes = 0;
	tw_json_each(v, policy, w);
	uint32_t i = tw_set_add(&w->a->set, sha256, &fresh);
	if (i >= w->a->cap) {
		w->a->cap = w->a->cap ? 2 * w->a->cap : 64;
		w->a->purposes = tw_realloc(w->a->purposes, w->a->cap, sizeof *w->a->purposes);
	}
	w->a->purposes[i] = w->purposes | (fresh ? 0 : w->a->purposes[i]);
	return true;
}

void tw_apple_read(struct tw_apple *a, struct tw_import *im, struct tw_slice json)
{
	struct tw_json_doc *doc = tw_json_new();
	struct walk w = { .a = a, .im = im };
	struct tw_json all;
	struct tw_buf text = { 0 };
	const char *why;

	tw_buf_addslice(&text, json);
	memset(tw_buf_room(&text, TW_JSON_PADDING), 0, TW_JSON_PADDING);
	im->at = TW_NOWHERE;
	if (tw_json_parse(doc, tw_buf_slice(&text), &all, &why))
		tw_import_warn(im, "%s: no root is limited by it", why);
	else if (!tw_json_is_object(tw_json_get(all, "system")))
		tw_import_warn(im, "it has no \"system\": no root is limited by it");
	else
		tw_json_each(tw_json_get(all, "system"), root, &w);
	tw_json_free(doc);
	tw_buf_free(&text);
}
