/* apple.h: constraints.json of Apple's security_certificates (2024 and later);
 * inner to trust/. */
#ifndef TW_TRUST_APPLE_H
#define TW_TRUST_APPLE_H

#include "trust/import.h"

/* The roots that the file names under "system": each is limited to the policies
 * listed with it. What stands under its other names limits none. */
struct tw_apple {
	struct tw_set set;  /* SHA-256, to an ordinal of purposes */
	uint32_t *purposes; /* TW_TRUST_* of the policies */
	uint32_t cap;
};
void tw_apple_free(struct tw_apple *a);
/* Adds those of one file. What is wrong with it is a warning of im's. */
void tw_apple_read(struct tw_apple *a, struct tw_import *im, struct tw_slice json);

#endif
