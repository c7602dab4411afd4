/* name.h: distinguished names made comparable. */
#ifndef TW_CHAIN_NAME_H
#define TW_CHAIN_NAME_H

#include "base/base.h"

/* Appends a byte string that is equal for two Names (whole TLV) exactly when
 * they match by RFC 5280 section 7.1 after RFC 4518 preparation: one element
 * per RDN, each led by its length, the first RDN first, so that a name within
 * a subtree begins with the subtree's bytes. RDNs are sets. Returns the number
 * of RDNs. A Name that cannot be decoded appends its own bytes behind a mark
 * that no decodable one has, and returns -1. */
int tw_name_normal(struct tw_buf *b, struct tw_slice name);
/* Appends the element of one RDN, the content of its SET. False, with nothing
 * appended, where it cannot be decoded. */
bool tw_name_normal_rdn(struct tw_buf *b, struct tw_slice set);

#endif
