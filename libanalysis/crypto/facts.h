/* facts.h: of each certificate the few facts that strength needs, from
 * certs.der or from certificates.csv; both give the same answers. */
#ifndef TW_FACTS_H
#define TW_FACTS_H

#include "cert/cert.h"

struct tw_fact {
	const char *key;      /* RSA-2048, EC-secp256r1, Ed25519; "" = unreadable */
	const char *sig;      /* as tw_sig_name; "" = not known */
	uint32_t key_bits, sig_bits; /* security bits; 0 = not known */
	bool self_issued;
	bool readable;
	bool root; /* issuer = subject, AKI absent or = SKI: no one else can have signed it */
};

struct tw_facts;
/* Over the certificates of certs, which must outlive it; NULL for none. */
struct tw_facts *tw_facts_new(const struct tw_certs *certs);
/* Reads a certificates.csv, columns found by name. -1 after tw_error. */
int tw_facts_csv(struct tw_facts *f, const char *path) TW_CHECK;
/* Takes the facts of one certificate; c is not needed afterwards. */
void tw_facts_add(struct tw_facts *f, const struct tw_cert *c);
/* The facts of a fingerprint as the column chain has it (64 hex digits, or
 * what else names a row of certificates.csv). False: not at hand. The strings
 * live as long as f. */
bool tw_facts_find(struct tw_facts *f, struct tw_slice fingerprint, struct tw_fact *out);
void tw_facts_free(struct tw_facts *f);

#endif
