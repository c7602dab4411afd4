/* tls_names.h: names of the IANA TLS registries by value. */
#ifndef TW_TLS_NAMES_H
#define TW_TLS_NAMES_H

#include "base/base.h"

/* Supported groups; NULL when unassigned. */
const char *tw_group_name(unsigned value);
/* Alert descriptions; NULL when unassigned. */
const char *tw_alert_name(unsigned value);
/* Appends the name of a protocol version (0x0303: TLSv1.2; drafts of TLS 1.3
 * by number). False, nothing appended, when there is none such. */
bool tw_version_name(struct tw_buf *b, unsigned value);
/* The same for values in DTLS (0xfefd: DTLSv1.2). 0x0100, OpenSSL's before the
 * standard, is DTLSv0.9, as GnuTLS and OpenConnect call it. */
bool tw_dtls_version_name(struct tw_buf *b, unsigned value);

#endif
