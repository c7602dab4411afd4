/* suites.h: cipher suites, what the tokens of their names say, and the class
 * that follows from it. */
#ifndef TW_SUITES_H
#define TW_SUITES_H

#include "base/base.h"

#define TW_SUITES 451

struct tw_suite_name {
	uint32_t value;
	uint8_t width; /* octets of the value: 2, or 3 for SSL 2.0 */
	const char *name;
};
/* Sorted by (width, value). */
extern const struct tw_suite_name tw_suite_names[TW_SUITES];

/* Strength, weakest statement first: the first that matches wins. */
enum tw_class { TW_CLASS_SIGNALLING, TW_CLASS_NULL, TW_CLASS_ANONYMOUS, TW_CLASS_EXPORT, TW_CLASS_BROKEN,
	TW_CLASS_BLOCK64, TW_CLASS_LEGACY, TW_CLASS_AEAD, TW_CLASS_AEAD_FS, TW_CLASS_UNASSIGNED, TW_CLASS_N };
/* The word written in the column cipher_class. */
const char *tw_class_name(enum tw_class c);

struct tw_suite {
	const char *name;    /* static */
	const char *kex;     /* RSA DHE DH ECDHE ... TLS1.3; "" where there is none */
	const char *auth;    /* RSA DSS ECDSA anon PSK ...; "" where the suite does not say */
	const char *enc;     /* cipher and mode: AES-GCM, RC4, 3DES-CBC, NULL; "" = not known */
	const char *mac;     /* MD5 SHA1 SHA256 ... or AEAD; "" = not known */
	uint16_t enc_bits;   /* effective: DES 56, 3DES 112 (meet in the middle) */
	bool enc_known;      /* enc_bits holds */
	bool aead, forward_secrecy, is_export, anonymous;
	enum tw_class class;
};

/* Reads the tokens of a name. value and width say what a name alone cannot:
 * the private ranges; width 0 = not known. Name is kept, not copied. */
void tw_suite_read(struct tw_suite *s, const char *name, uint32_t value, unsigned width);
/* The suite of a value of 2 or 3 octets, or NULL where it is not assigned. */
const struct tw_suite *tw_suite_by_value(uint32_t value, unsigned width);
/* The suite of a name as in tw_suite_names, or of "0xABCD" of 4 or 6 hex
 * digits: unassigned values give a suite of class unassigned. NULL: unknown
 * or empty. */
const struct tw_suite *tw_suite_find(struct tw_slice name);

#endif
