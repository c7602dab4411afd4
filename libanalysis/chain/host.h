/* host.h: does a certificate name the server that was asked for? Never part
 * of a verdict. */
#ifndef TW_CHAIN_HOST_H
#define TW_CHAIN_HOST_H

#include "chain/profile.h"

enum tw_match { TW_MATCH_NONE, TW_MATCH_NO, TW_MATCH_YES };
/* The profile says when CNs count. NONE: no name was asked, or the certificate cannot be read. A name is a
 * host name or an IP address. */
enum tw_match tw_host_match(const struct tw_profile *p, const struct tw_cert *c, struct tw_slice name);
/* Why a name does not match: "cn_only" (a CN
 * would, but does not count), "www"
 * (but for www. in front), "wildcard_depth" (a wildcard of another depth),
 * "same_registered_domain" (by the Public Suffix List), else "none". */
const char *tw_host_cause(const struct tw_profile *p, const struct tw_cert *c, struct tw_slice name);

#endif
