/* constraints.h: name constraints along a path (RFC 5280 section 4.2.1.10).
 * Inner to chain/. */
#ifndef TW_CHAIN_CONSTRAINTS_H
#define TW_CHAIN_CONSTRAINTS_H

#include "chain/path.h"

/* Judges the names of each member by the constraints of all above it. Sets
 * s->limited when the work would be too much. */
void tw_path_constraints(struct tw_search *s, struct tw_path *p);

/* ---- one name against one base, for tests too ---- */
enum tw_form { TW_FORM_OTHER = 0, TW_FORM_EMAIL = 1, TW_FORM_DNS = 2, TW_FORM_X400 = 3, TW_FORM_DN = 4,
	TW_FORM_EDI = 5, TW_FORM_URI = 6, TW_FORM_IP = 7, TW_FORM_ID = 8, TW_FORM_N = 9 };
/* Is the base of its form? TW_FORM_DN takes a normalised name. */
bool tw_base_ok(enum tw_form form, struct tw_slice base);
/* Is the name of its form? */
bool tw_form_ok(enum tw_form form, struct tw_slice name);
/* Does the name lie within the base? Of a wildcard: all it stands for, or,
 * when excluding, any of it. Both are of their form. */
bool tw_name_within(enum tw_form form, struct tw_slice name, struct tw_slice base, bool excluding);

#endif
