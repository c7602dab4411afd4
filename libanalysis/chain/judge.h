/* judge.h: what a chain is worth in a store, at every time. */
#ifndef TW_CHAIN_JUDGE_H
#define TW_CHAIN_JUDGE_H

#include "chain/graph.h"

/* Nearest to good first; the numbers are the order. Unused ones are not there. */
enum tw_reason {
	TW_R_OK = 0, TW_R_EXPIRED = 1, TW_R_NOT_YET_VALID = 2, TW_R_WEAK_KEY = 4, TW_R_POLICY = 7,
	TW_R_EXTENDED_KEY_USAGE = 8, TW_R_NAME_CONSTRAINTS = 9, TW_R_PATH_LENGTH = 10, TW_R_KEY_USAGE = 11,
	TW_R_NOT_A_CA = 12, TW_R_CRITICAL_EXTENSION = 13, TW_R_MALFORMED = 17,
	TW_R_UNSUPPORTED_ALGORITHM = 18, TW_R_BAD_SIGNATURE = 19, TW_R_LIMIT = 20,
	TW_R_MISSING_INTERMEDIATE = 21, TW_R_UNTRUSTED_ROOT = 22, TW_R_UNKNOWN_ISSUER = 23,
	TW_R_SELF_SIGNED = 24, TW_R_UNREADABLE = 25
};
/* The reason's name; the two kinds of malformed share one. */
const char *tw_reason_name(enum tw_reason r);
/* verifiable, expired, self-signed or broken. */
const char *tw_verdict_name(enum tw_reason r);

enum tw_purpose { TW_PURPOSE_SERVER, TW_PURPOSE_CLIENT, TW_PURPOSE_ANY };

struct tw_question {
	const uint32_t *presented; /* leaf first; at least one */
	uint32_t npresented;
	const struct tw_index *anchors;
	const struct tw_index *pool;    /* or NULL */
	const struct tw_index *witness; /* or NULL */
	enum tw_purpose purpose;
};

/* From its second on, until the next step's. */
struct tw_step {
	int64_t from;
	enum tw_reason reason;
	uint32_t culprit;     /* a certificate, or TW_NONE */
	uint32_t path, npath; /* place in .path: leaf to the anchor's certificate; 0 = no path */
	uint32_t fetched;     /* of it, neither presented nor the anchor */
};

/* Sorted by from; the first step's is TW_TIME_MIN. */
struct tw_judgement {
	struct tw_step *step;
	uint32_t nstep;
	uint32_t *path;
	uint32_t npath;
};

void tw_judge(struct tw_graph *g, const struct tw_question *q, struct tw_judgement *j);
void tw_judgement_free(struct tw_judgement *j);
/* The step in force at t. */
const struct tw_step *tw_judgement_at(const struct tw_judgement *j, int64_t t);
/* The next interval in which the reason is ok, both ends inclusive, from step
 * *i on (begin with 0); false when there is none left. */
bool tw_judgement_window(const struct tw_judgement *j, uint32_t *i, int64_t *from, int64_t *until);

#endif
