/* staple.h: an OCSP response that a server stapled (RFC 6960; RFC 6066 section
 * 8), as evidence about the leaf it came with and about nothing else
 * (docs/verdicts.md, Revocation). It is part of a question (judge.h), never of
 * what is remembered of a chain. */
#ifndef TW_CHAIN_STAPLE_H
#define TW_CHAIN_STAPLE_H

#include "cert/ocsp.h"

struct tw_staple {
	struct tw_ocsp o;
	uint8_t sha256[TW_SHA256]; /* of the response's bytes */
};
/* Reads a response, of use or not. Lends der, which stays until the last
 * question with the staple is answered. */
void tw_staple_read(struct tw_staple *s, struct tw_slice der);
/* Could it change what is said of this leaf? False where nothing in it is about
 * the leaf's serial number, or, unless lists are required, says revoked. No
 * signature is looked at. */
bool tw_staple_matters(const struct tw_staple *s, const struct tw_cert *leaf, bool require);
/* The response for the leaf in a field of the column ocsp_stapled
 * (docs/formats.md), appended to der. False, with nothing appended, where there
 * is none or its text can't be decoded. */
bool tw_staple_field(struct tw_slice field, struct tw_buf *der);

/* What a response says of a leaf on a path, for people. */
struct tw_staple_says {
	const char *why;         /* it proves nothing: why not, with the rule; NULL: it counts */
	enum tw_ocsp_state state; /* the rest holds if it counts; the gravest of its words */
	int64_t revoked_at, this_update, next_update;
	bool delegated;          /* signed by a responder that the issuer named, not by the issuer */
};

#endif
