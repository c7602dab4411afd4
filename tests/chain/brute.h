/* brute.h: docs/verdicts.md taken literally: all paths of a small web, each
 * rule at each time, the best of all. Slow and plain on purpose; it shares no
 * code with the engine, and reads no certificate: a web is numbers. */
#ifndef CHECK_BRUTE_H
#define CHECK_BRUTE_H

#include "synth/web.h"

#define BRUTE_PATHS 20000

/* The numbers of the reasons, as the page's table has them. */
enum {
	B_OK = 0, B_EXPIRED = 1, B_NOT_YET_VALID = 2, B_WEAK_SIGNATURE = 3, B_WEAK_KEY = 4, B_POLICY = 7, B_EKU = 8, B_NAMES = 9, B_PATHLEN = 10,
	B_KU = 11, B_NOT_CA = 12, B_CRITICAL = 13, B_DISTRUSTED = 15, B_MALFORMED = 17, B_UNSUPPORTED = 18,
	B_BAD = 19, B_LIMIT = 20, B_MISSING = 21, B_UNTRUSTED = 22, B_UNKNOWN = 23, B_SELF = 24
};

struct brute_path {
	int c[WEB_CERTS + 1]; /* leaf first, then the anchor's certificate */
	int n;                /* with it */
	int anchor;           /* entry of the store */
	int edge[WEB_CERTS];  /* failure of the edge above c[i], or B_OK */
};

struct brute {
	const struct web *w;
	uint8_t sha256[WEB_CERTS][TW_SHA256]; /* for the last ties; the caller fills it */
	struct brute_path *path;
	int npath;
	bool overflow; /* more than BRUTE_PATHS: no answer */
};

/* What docs/verdicts.md, section 8, calls facts. */
enum {
	B_SELF_SIGNED = 1, B_SELF_ISSUED = 2, B_CHAIN_BUILDS = 4, B_ANCHORED = 8, B_IN_TIME = 16, B_LEAF_EXPIRED = 32,
	B_ISSUER_EXPIRED = 64, B_LEAF_EARLY = 128, B_ISSUER_EARLY = 256, B_FACT_DISTRUSTED = 2048, B_RULE_FAILED = 4096
};

struct brute_answer {
	int reason;
	uint32_t culprit; /* set of certificates that may be named, 0: none */
	int path[WEB_CERTS + 1], npath, fetched;
	uint32_t facts[WEB_CERTS]; /* one of them, where equally short ways differ */
	int nfacts;
};

/* All that fails on one path at a time: by reason, the set of certificates. */
struct brute_listed {
	int path[WEB_CERTS + 1], npath, fetched, reason;
	int64_t from, until;
	uint32_t culprit, by[32];
};

/* Enumerates. b->w and b->sha256 are set by the caller. */
void brute_paths(struct brute *b);
void brute_free(struct brute *b);
void brute_at(const struct brute *b, int64_t t, struct brute_answer *a);
/* The path of these certificates; false where there is none, or more than one. */
bool brute_list(const struct brute *b, const int *path, int npath, int64_t t, struct brute_listed *l);

#endif
