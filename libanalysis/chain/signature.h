/* signature.h: the one place that checks signatures, so that another library
 * could stand in. A table of algorithm and key decides what is supported
 * before the library is called; its failure within the table is a bad
 * signature and nothing else. */
#ifndef TW_CHAIN_SIGNATURE_H
#define TW_CHAIN_SIGNATURE_H

#include "cert/cert.h"

enum tw_sig { TW_SIG_UNKNOWN, TW_SIG_GOOD, TW_SIG_BAD, TW_SIG_UNSUPPORTED };

/* Once at start, before any thread: keeps a host's policy file from turning
 * good signatures into errors, and starts the library. */
void tw_signature_start(void);

/* An issuer's key, read once. NULL-safe to free. */
struct tw_pubkey;
/* From the issuer's certificate (its SPKI only). Never NULL. */
struct tw_pubkey *tw_pubkey_new(const struct tw_cert *issuer);
void tw_pubkey_free(struct tw_pubkey *k);

/* Does k verify the signature of child? Never TW_SIG_UNKNOWN. */
enum tw_sig tw_signature_check(struct tw_pubkey *k, const struct tw_cert *child);

#endif
