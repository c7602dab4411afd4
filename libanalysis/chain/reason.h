/* reason.h: why a path, or a chain, is what it is (docs/verdicts.md). */
#ifndef TW_CHAIN_REASON_H
#define TW_CHAIN_REASON_H

#include "base/base.h"

/* Nearest to good first; the numbers are the order. 6 and 14 are unused. */
enum tw_reason {
	TW_R_OK = 0, TW_R_EXPIRED = 1, TW_R_NOT_YET_VALID = 2, TW_R_WEAK_SIGNATURE = 3, TW_R_WEAK_KEY = 4,
	TW_R_REVOCATION_UNKNOWN = 5, TW_R_POLICY = 7, TW_R_EXTENDED_KEY_USAGE = 8,
	TW_R_NAME_CONSTRAINTS = 9, TW_R_PATH_LENGTH = 10, TW_R_KEY_USAGE = 11, TW_R_NOT_A_CA = 12,
	TW_R_CRITICAL_EXTENSION = 13, TW_R_DISTRUSTED = 15, TW_R_REVOKED = 16, TW_R_MALFORMED = 17,
	TW_R_UNSUPPORTED_ALGORITHM = 18, TW_R_BAD_SIGNATURE = 19, TW_R_LIMIT = 20,
	TW_R_MISSING_INTERMEDIATE = 21, TW_R_UNTRUSTED_ROOT = 22, TW_R_UNKNOWN_ISSUER = 23,
	TW_R_SELF_SIGNED = 24, TW_R_UNREADABLE = 25, TW_R_N = 26
};
/* A set of reasons is a uint32_t of these bits. */
#define TW_R_BIT(r) (UINT32_C(1) << (r))
/* The farthest from good of a set; TW_R_OK of the empty set. */
static inline enum tw_reason tw_reason_worst(uint32_t set)
{
	return set ? (enum tw_reason)(31 - __builtin_clz(set)) : TW_R_OK;
}

/* The reason's name as columns have it; the two kinds of malformed share one.
 * Empty for the unused numbers. */
const char *tw_reason_name(enum tw_reason r);
/* What it says in words, and the clause of the rule, for tw-verify --explain. */
const char *tw_reason_says(enum tw_reason r);
const char *tw_reason_rule(enum tw_reason r);
/* The paper's four: verifiable, expired, self-signed or broken. */
const char *tw_verdict_name(enum tw_reason r);

#endif
