/* provenance.h: what a file that was written with -o came of: a JSON object
 * with the tool, its version, its options, and its inputs with SHA-256 and
 * counts, in NAME.provenance.json beside it. */
#ifndef TW_PROVENANCE_H
#define TW_PROVENANCE_H

#include "base/base.h"

struct tw_provenance {
	struct tw_buf members, inputs; /* all zero = not begun */
};
void tw_provenance_begin(struct tw_provenance *p, const char *tool, const char *version);
/* A member: a string, a number, a list of strings. */
void tw_provenance_text(struct tw_provenance *p, const char *key, struct tw_slice value);
void tw_provenance_number(struct tw_provenance *p, const char *key, uint64_t value);
void tw_provenance_list(struct tw_provenance *p, const char *key, char *const *value, int n);
/* A member whose value is JSON already. */
void tw_provenance_json(struct tw_provenance *p, const char *key, struct tw_slice value);
/* An input; sha256 NULL: it was not read to its end. */
void tw_provenance_input(struct tw_provenance *p, const char *name, const uint8_t sha256[TW_SHA256]);
/* A count, or what it was for, of the input added last. */
void tw_provenance_count(struct tw_provenance *p, const char *key, uint64_t value);
void tw_provenance_role(struct tw_provenance *p, const char *role);
/* A file or folder that was used whole: read again and hashed here; of a pipe
 * the name alone. -1 after tw_error. */
int tw_provenance_file(struct tw_provenance *p, const char *path, const char *role) TW_CHECK;
/* Writes it to path, or with beside true to PATH.provenance.json, and frees p.
 * -1 after tw_error. */
int tw_provenance_write(struct tw_provenance *p, const char *path, bool beside) TW_CHECK;
void tw_provenance_free(struct tw_provenance *p);

#endif
