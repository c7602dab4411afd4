/* strength.h: security bits: how many bits of work an attack costs. Keys:
 * tw_key_security_bits in cert/cert.h. 0 means not known everywhere. */
#ifndef TW_STRENGTH_H
#define TW_STRENGTH_H

#include "base/base.h"

/* Of a prime of finite-field Diffie-Hellman: as RSA of that size. */
uint32_t tw_dh_security_bits(uint32_t bits);
/* The size class of such a prime: under-768, 768, 1024, 2048, 3072, 4096,
 * 7680, 15360: each from a few bits below its name; "" for 0. */
const char *tw_dh_class(uint32_t bits);
/* Of a named group or curve as the column group has it, any case. *dh_bits,
 * when not NULL, is the size of a finite-field group (ffdhe2048), else 0. */
uint32_t tw_group_security_bits(struct tw_slice group, uint32_t *dh_bits);
/* Of a key as the column leaf_key has it: RSA-2048, EC-secp256r1, Ed25519. */
uint32_t tw_key_text_security_bits(struct tw_slice name);
/* Of a signature by the hash that its algorithm's name (tw_sig_name) tells. */
uint32_t tw_sig_security_bits(struct tw_slice name);

#endif
