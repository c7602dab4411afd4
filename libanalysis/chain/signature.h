/* signature.h: the one place that checks signatures, so that another library
 * could stand in. A table of algorithm, key and parameters decides what is
 * supported before a library is called; its failure within the table is a bad
 * signature and nothing else. */
#ifndef TW_CHAIN_SIGNATURE_H
#define TW_CHAIN_SIGNATURE_H

#include "cert/cert.h"

enum tw_sig { TW_SIG_UNKNOWN, TW_SIG_GOOD, TW_SIG_BAD, TW_SIG_UNSUPPORTED };

/* Once at start, before any thread: keeps a host's policy and configuration
 * from turning good signatures into errors, and starts the libraries. */
void tw_signature_start(void);

/* An issuer's key, read once. NULL-safe to free. */
struct tw_pubkey;
/* From the issuer's certificate (its SPKI only); params are those of its key,
 * own or inherited. Never NULL. */
struct tw_pubkey *tw_pubkey_new(const struct tw_cert *issuer, struct tw_slice params);
void tw_pubkey_free(struct tw_pubkey *k);
/* What a check with this key costs at most, in units of one with RSA of 2048
 * bits, by a table of kinds and sizes. */
uint32_t tw_pubkey_cost(const struct tw_cert *issuer);

/* Does k verify the signature of child? Never TW_SIG_UNKNOWN. */
enum tw_sig tw_signature_check(struct tw_pubkey *k, const struct tw_cert *child);

/* The digest that child's signature is made with: its bits of security against
 * collisions count for strength. "" where the algorithm is not in the table. */
const char *tw_signature_digest(const struct tw_cert *child);

#endif
