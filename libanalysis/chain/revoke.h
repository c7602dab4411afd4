/* revoke.h: revocation within a judge. Inner to chain/; outside: revocation.h. */
#ifndef TW_CHAIN_REVOKE_H
#define TW_CHAIN_REVOKE_H

#include "chain/crls.h"
#include "chain/label.h"
#include "chain/times.h"

/* What a list is worth under an anchor. */
struct tw_standing {
	uint32_t key;          /* that verifies it; TW_NONE: none does, or one that inherits its parameters */
	struct tw_times known; /* a signer's path is good, dates aside */
	struct tw_times good;  /* dates too */
	bool cut;              /* a bound was met: there may be more */
};
/* anchor is its certificate. Lent as long as c. */
const struct tw_standing *tw_standing(struct tw_context *c, uint32_t list, uint32_t anchor);

#endif
