/* pkcs12.h: keys and checks of PKCS#12 (RFC 7292), by libcrypto; inner to trust/. */
#ifndef TW_TRUST_PKCS12_H
#define TW_TRUST_PKCS12_H

#include "cert/cert.h"

/* What one file may still cost: rounds of key derivation. */
struct tw_pkcs12_cost {
	uint64_t left;
};

enum tw_pkcs12_result { TW_PKCS12_DONE, TW_PKCS12_WRONG /* password, or damage */, TW_PKCS12_UNKNOWN /* algorithm */,
	TW_PKCS12_COSTLY };

/* A MAC over content: digest is the whole AlgorithmIdentifier. password NULL:
 * none at all, which is not the same as an empty one. DONE: it fits. */
enum tw_pkcs12_result tw_pkcs12_mac(struct tw_pkcs12_cost *cost, const char *password, struct tw_slice digest,
	struct tw_slice mac, struct tw_slice salt, uint64_t rounds, struct tw_slice content);
/* Appends content, decrypted. algorithm is the whole AlgorithmIdentifier. DONE
 * says only that the padding was right, by chance once in 256 wrong passwords. */
enum tw_pkcs12_result tw_pkcs12_decrypt(struct tw_pkcs12_cost *cost, const char *password, struct tw_slice algorithm,
	struct tw_slice content, struct tw_buf *out);
/* Appends what BER has as DER (X.690 8.1.3.6: lengths that are not told before).
 * False: it is no PKCS#12. */
bool tw_pkcs12_to_der(struct tw_slice ber, struct tw_buf *der);
/* A non-negative INTEGER's content; what is too large reads as UINT64_MAX. */
uint64_t tw_pkcs12_number(struct tw_slice integer);

#endif
