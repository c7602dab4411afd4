/* cert.h: a certificate around whatever subject and extensions a test has in
 * mind; the rest is plain. Shares only base/ with the code under test. */
#ifndef SYNTH_CERT_H
#define SYNTH_CERT_H

#include "base/base.h"

/* Appends an Extension whose value is taken out of v. */
void cert_extension(struct tw_buf *extensions, const char *oid, bool critical, struct tw_buf *v);
/* Appends a certificate of version 3: subject is the content of its Name (RDNs),
 * extensions are taken out of the buffer; without any there is no such field. */
void cert_der(struct tw_buf *out, uint64_t serial, struct tw_slice subject, struct tw_buf *extensions);

#endif
