/* items.h: the names of a certificate, and the subtrees of its constraints, as
 * lists. Inner to chain/. */
#ifndef TW_CHAIN_ITEMS_H
#define TW_CHAIN_ITEMS_H

#include "chain/constraints.h"

struct tw_item {
	struct tw_form_name name;
	struct tw_slice dn; /* TW_FORM_DN: the Name TLV, as it lies there */
	bool excluded;   /* of subtrees */
};
struct tw_items {
	struct tw_item *v;
	uint32_t n, cap;
	struct tw_buf flat; /* what does not lie in the certificate */
	bool bad;
};
/* All names that constraints may speak of; cn: CNs stand for server names. */
struct tw_items *tw_items_names(const struct tw_cert *c, bool cn);
/* The subtrees of a NameConstraints TLV. */
struct tw_items *tw_items_subtrees(struct tw_slice ext);
/* Do the subtrees let the name pass? They are not bad. */
bool tw_items_allow(const struct tw_items *trees, const struct tw_form_name *name);
void tw_items_free(struct tw_items *o);

#endif
