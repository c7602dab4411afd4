/* cab.h: the one file in a cabinet, as Microsoft ships its lists; inner to trust/. */
#ifndef TW_TRUST_CAB_H
#define TW_TRUST_CAB_H

#include "base/base.h"

/* Does it begin as a cabinet ([MS-CAB] 2.1)? */
bool tw_cab_is(struct tw_slice cab);
/* Appends the first file of a cabinet, plain or compressed by MSZIP. False, with
 * the cause in *why and its place in *at, where it is damaged, truncated or
 * otherwise compressed; no more than max bytes are made. */
bool tw_cab_first(struct tw_slice cab, size_t max, struct tw_buf *out, size_t *at, const char **why);

#endif
