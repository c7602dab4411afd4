/* dh_primes.h: the Diffie-Hellman primes that standards name. */
#ifndef TW_DH_PRIMES_H
#define TW_DH_PRIMES_H

#include "base/base.h"

/* The name of the prime whose big-endian bytes, without leading zeros, have
 * this SHA-256; NULL when it is in no table. Names: oakley1 and oakley2 (RFC
 * 2409 section 6.1, 6.2), modp1536 to modp8192 (RFC 3526), ffdhe2048 to
 * ffdhe8192 (RFC 7919), rfc5114-1024-160 and its kin (RFC 5114 section 2). */
const char *tw_dh_prime_name(const uint8_t sha256[TW_SHA256]);

#endif
