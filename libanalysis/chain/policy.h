/* policy.h: certificate policies along a path (RFC 9618, which replaces RFC
 * 5280's tree), with the user's initial policies any and nothing required or
 * inhibited from the start. Then all that matters of the graph above is which
 * policies the next certificate may name: a state is their set and the three
 * counters of RFC 5280 6.1.2, numbered so that labels can compare them.
 * Inner to chain/. */
#ifndef TW_CHAIN_POLICY_H
#define TW_CHAIN_POLICY_H

#include "cert/cert.h"

struct tw_policies;
/* The initial state: any policy, nothing required. It allows whatever any other
 * state allows. */
#define TW_POLICY_INITIAL 0u

struct tw_policies *tw_policies_new(const struct tw_certs *certs);
void tw_policies_free(struct tw_policies *t);

/* policyMappings to or from anyPolicy (6.1.4 (a)): a failure in itself. */
bool tw_policy_maps_any(const struct tw_cert *c);
/* The state below the anchor's certificate, which counts as a self-issued one;
 * without certificatePolicies it restricts none. */
uint32_t tw_policy_anchor(struct tw_policies *t, uint32_t cert);
/* The state below a CA; *failed when a policy is required and none valid. */
uint32_t tw_policy_member(struct tw_policies *t, uint32_t state, uint32_t cert, bool self_issued, bool *failed);
/* How many numbers tw_policy_member goes through. */
uint32_t tw_policy_size(struct tw_policies *t, uint32_t state, uint32_t cert);
/* The same at the leaf: 6.1.5 (a)(b) and (g). */
bool tw_policy_leaf(struct tw_policies *t, uint32_t state, uint32_t cert, bool self_issued);

#endif
