/* constraints.h: name constraints (RFC 5280 section 4.2.1.10, docs/verdicts.md).
 * A path's constraints are a set of certificates, numbered so that labels can
 * compare them; 0 is the empty set. Inner to chain/. */
#ifndef TW_CHAIN_CONSTRAINTS_H
#define TW_CHAIN_CONSTRAINTS_H

#include "cert/cert.h"
#include "chain/profile.h"

struct tw_constraints;
struct tw_constraints *tw_constraints_new(const struct tw_certs *certs, const struct tw_profile *p);
void tw_constraints_free(struct tw_constraints *t);

/* The set with the constraints of cert too; set itself where it has none. */
uint32_t tw_constraints_add(struct tw_constraints *t, uint32_t set, uint32_t cert);
/* cert's constraints cannot be held to (a base that is not of its form, an
 * empty list, minimum or maximum): the path fails, whatever the names. */
bool tw_constraints_bad(struct tw_constraints *t, uint32_t cert);
/* The work of judging cert's names by the set: names times subtrees. Of a leaf
 * CNs may count. */
uint64_t tw_constraints_cost(struct tw_constraints *t, uint32_t set, uint32_t cert, bool leaf);
/* Every name of cert is permitted by each member of the set and excluded by
 * none. Ask for the cost first. */
bool tw_constraints_hold(struct tw_constraints *t, uint32_t set, uint32_t cert, bool leaf);

/* ---- one name against one base, for tests too ---- */
enum tw_form { TW_FORM_OTHER = 0, TW_FORM_EMAIL = 1, TW_FORM_DNS = 2, TW_FORM_X400 = 3, TW_FORM_DN = 4,
	TW_FORM_EDI = 5, TW_FORM_URI = 6, TW_FORM_IP = 7, TW_FORM_ID = 8, TW_FORM_N = 9 };
/* A name or a base taken apart once, so that many comparisons cost little. */
struct tw_form_name {
	enum tw_form form;
	struct tw_slice v;     /* TW_FORM_DN: a normalised name */
	struct tw_slice local; /* of a mailbox; empty: a host */
	struct tw_slice host;  /* of a mailbox, a URI or a DNS name, * and leading dot cut */
	bool wild, dotted;     /* *.host, .host */
	bool ok;               /* of its form */
	bool other;            /* an otherName that stands under another form */
	bool anycase;          /* an emailAddress of the subject */
};
struct tw_form_name tw_form_name(enum tw_form form, struct tw_slice v);
struct tw_form_name tw_form_base(enum tw_form form, struct tw_slice v);
/* Does the name lie within the base, both ok and of one form? Of a wildcard:
 * all it stands for, or, when excluding, any of it. Of a mailbox: the same
 * octets, or, when excluding, another spelling of it too. */
bool tw_form_within(const struct tw_form_name *name, const struct tw_form_name *base, bool excluding);

#endif
