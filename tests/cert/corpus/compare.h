/* compare.h: the fields of certificates.csv as other libraries read them. */
#ifndef COMPARE_H
#define COMPARE_H

#include "cert/cert.h"

enum field { SHA256_, BASIS, SPKI_SHA256, SUBJECT, ISSUER, SERIAL, NOT_BEFORE, NOT_AFTER, VERSION_, KEY_ALGORITHM,
	KEY_BITS, CURVE, RSA_EXPONENT, SIGNATURE_ALGORITHM, CA, PATH_LENGTH, KEY_USAGE, EXT_KEY_USAGE, SKI, AKI,
	SELF_ISSUED, SAN_COUNT, NAMES, MALFORMED, SECURITY_BITS, FIELDS };

/* What a peer says of one certificate, in our spelling. */
struct said {
	bool parsed;
	bool has[FIELDS];          /* the peer has a word on it */
	struct tw_buf v[FIELDS];
};

/* Each fills *s, whose buffers are empty, from der. */
void ask_openssl(struct said *s, struct tw_slice der);
void ask_gnutls(struct said *s, struct tw_slice der);

/* What both peers need. */
void say(struct said *s, enum field f, const char *text);
void say_number(struct said *s, enum field f, long long v);
void say_hex(struct said *s, enum field f, const void *p, size_t n);
void say_time(struct said *s, enum field f, int64_t t);
/* A name as RFC 4514 text; attribute types are spelled as ours. */
void say_dn(struct said *s, enum field f, const char *p, size_t n);
/* Adds a word to a space-separated list. */
void say_word(struct said *s, enum field f, const char *word);
/* One name as the column "names" escapes it, at most eight. */
void say_name(struct said *s, const void *p, size_t n, int *shown);
void say_address(struct said *s, const void *p, size_t n, int *shown);
void say_usage(struct said *s, unsigned bits);
void say_purpose(struct said *s, const char *oid);
void say_purposes_end(struct said *s);

/* A disagreement that a rule explains. */
enum peer { OPENSSL = 1, GNUTLS = 2 };
struct rule {
	const char *name, *why; /* with the clause, and who errs */
	unsigned peers;
	bool (*explains)(const struct tw_cert *c, enum field f, struct tw_slice ours, struct tw_slice theirs);
};
extern const struct rule rules[];
extern const unsigned nrules;
/* The like of a peer that refuses what we read, or reads what we refuse. */
extern const struct rule refusals[];
extern const unsigned nrefusals;

#endif
