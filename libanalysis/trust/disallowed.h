/* disallowed.h: Microsoft's list of what is never trusted; inner to trust/. */
#ifndef TW_TRUST_DISALLOWED_H
#define TW_TRUST_DISALLOWED_H

#include "trust/ctl.h"
#include "trust/import.h"

#define TW_CTL_DISALLOWED "\x2b\x06\x01\x04\x01\x82\x37\x0a\x03\x1e" /* szOID_DISALLOWED_LIST, 1.3.6.1.4.1.311.10.3.30 */
#define TW_CTL_SHA1 "\x2b\x0e\x03\x02\x1a"

/* Rows of the list's entries; -1 after tw_error. */
int tw_disallowed_read(struct tw_import *im, const struct tw_ctl *list) TW_CHECK;

#endif
