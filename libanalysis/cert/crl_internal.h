/* crl_internal.h: what crl.c and crl_entries.c share. */
#ifndef TW_CERT_CRL_INTERNAL_H
#define TW_CERT_CRL_INTERNAL_H

#include "cert/crl.h"
#include "cert/internal.h"

/* Notes that the list may not be used; the first reason stays. */
void tw_crl_unusable(struct tw_crl *c, const char *why);
/* revokedCertificates' content: the entries and their index. */
void tw_crl_read_entries(struct tw_crl *c, struct tw_slice body);

#endif
