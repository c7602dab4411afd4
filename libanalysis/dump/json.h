/* json.h: simdjson's DOM behind C. Nothing of C++ crosses this header.
 *
 * Elements and strings are lent by the document and die with its next parse. */
#ifndef TW_JSON_H
#define TW_JSON_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tw_json_doc;
struct tw_json {
	const void *doc; /* NULL: no element; every question is then answered no */
	size_t at;
};
/* Bytes that must be readable behind the text that is parsed. */
#define TW_JSON_PADDING 64

struct tw_json_doc *tw_json_new(void);
void tw_json_free(struct tw_json_doc *d);
/* Parses and validates one whole JSON text (RFC 8259, UTF-8 included); it is
 * walked to its end and nothing may follow. A number that fits neither 64 bits
 * nor a double reads as null. -1 with the cause in *why. */
int tw_json_parse(struct tw_json_doc *d, struct tw_slice text, struct tw_json *root, const char **why) TW_CHECK;

/* The member of an object; no element when there is none or o is no object. */
struct tw_json tw_json_get(struct tw_json o, const char *key);
/* The same along a path of keys: "a.b.c". */
struct tw_json tw_json_path(struct tw_json o, const char *path);
bool tw_json_is_object(struct tw_json j);
bool tw_json_is_array(struct tw_json j);
/* The text of a string, else empty. */
struct tw_slice tw_json_text(struct tw_json j);
/* An integer in [0, max]. False for all else. */
bool tw_json_u64(struct tw_json j, uint64_t max, uint64_t *out);
/* 1 true, 0 false, -1 no boolean. */
int tw_json_bool(struct tw_json j);
/* Calls fn for each member (array: empty key) until it returns false. */
void tw_json_each(struct tw_json j, bool (*fn)(void *self, struct tw_slice key, struct tw_json v), void *self);

#ifdef __cplusplus
}
#endif
#endif
