/* classify.h: what is weak and why, as a stage over rows: what tw-classify is. */
#ifndef TW_CLASSIFY_H
#define TW_CLASSIFY_H

#include "crypto/facts.h"

/* A stage that appends version_class,kex,auth,enc,enc_bits,mac,aead,
 * forward_secrecy,cipher_class,dh_class,leaf_key,leaf_sig,leaf_security_bits,
 * chain_security_bits,weakest_link,session_bits,limited_by,software,
 * chain_above. facts may
 * be NULL: the columns of certificates stay empty; it must outlive the stage.
 * Of the input only the column cipher is required. tw_classify_stage_free
 * frees it. */
struct tw_stage *tw_classify_stage(struct tw_facts *facts);
/* The facts come from a certs.der that is still being written (cert/tail.h); the
 * stage was made with facts that are empty. Then a row that does not say
 * collected has no columns of certificates. */
void tw_classify_follow(struct tw_stage *s, const char *certs);
void tw_classify_stage_free(struct tw_stage *s);
/* "broken" SSLv2 and SSLv3 (RFC 6176, 7568), "deprecated" TLSv1.0, TLSv1.1, DTLSv1.0
 * and what came before it (RFC 8996), "current", "draft" of TLSv1.3 or DTLSv1.3; ""
 * for what is none. */
const char *tw_version_class(struct tw_slice version);

#endif
