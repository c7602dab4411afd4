/* label.h: how a judge works. Inner to chain/.
 *
 * Paths run from a leaf up to an anchor, but they are worked out from anchors
 * down, as RFC 5280 section 6 does, so that millions of leaves share the work.
 *
 * A *context* is all that paths above leaves can be made of: the presented
 * certificates and the store's rows whose names can be reached from the leaf's
 * issuer, and the pool. Leaves with the same context share it, whichever store,
 * snapshot or server it came from.
 *
 * A *label* at a certificate is one path from it to an anchor, summed up: its
 * window, its failures, what it still allows below. Extending a label by a
 * certificate only narrows it (policies apart), so of two labels at one
 * certificate one may *dominate* the other: whatever leaf comes below, the path
 * through it stands before the other in every order that verdicts ask for.
 * Undominated labels are worked out to a fixpoint, one strongly connected
 * component of the graph after the other, anchors first; the result is a
 * function of bytes. A leaf then asks O(1) of each label of its issuers.
 *
 * Name + key never repeats in a path. A label A that dominates B but for the
 * certificates it passes may stand for it: where A cannot be extended by X
 * because it passes X (or one of X's name and key), A's own rest from X up
 * dominates what B would become there. That holds as long as policies and
 * inherited DSA parameters play no part and certificates of one name and key
 * have one key identifier (by which bad signatures are told from mere
 * mistakes, so that a path may lead to one of them and not to the other); else
 * B stays unless A passes nothing that B does not.
 *
 * Dominance for good is what makes answers exact, and it keeps more than yes or
 * no needs: of two paths the one that ends first may be the better reason before
 * the leaf begins. Where a component has more labels than that can carry, it is
 * done again by the dominance that decides yes or no alone. That may lose one
 * thing: a path that has ended when another has not yet begun. So what lies below
 * is *coarse*: where it would say not_yet_valid it says limit, for the truth may be
 * expired; all else stays exact, since of two paths the one that dominates is no
 * worse at any other time. Where even that has more than TW_MAX_LABELS labels,
 * paths are lost, and all but ok is limit. */
#ifndef TW_CHAIN_LABEL_H
#define TW_CHAIN_LABEL_H

#include "base/bounds.h"
#include "chain/constraints.h"
#include "chain/judge.h"
#include "chain/policy.h"
#include "chain/trust.h"

/* A failure in time somewhere on a path; the nearest to the leaf first. */
struct tw_event {
	struct tw_span span;
	uint32_t culprit;
	uint32_t next; /* place in the judge's events, 0 = none */
};

struct tw_label {
	int64_t from, until;    /* all are valid; empty when from > until */
	uint32_t early, late;   /* whose notBefore, notAfter bind */
	uint32_t cert;          /* whose label this is; of a base, the anchor's */
	uint32_t parent;        /* the label at its issuer; TW_NONE: a base */
	uint32_t row;           /* of the context: the anchor's */
	uint32_t failures;      /* TW_R_BITs that do not depend on time */
	uint32_t culprit;       /* of the worst */
	uint32_t constraints;   /* set of name constraints, 0 = none */
	uint32_t cost;          /* of comparing with them, so far */
	uint32_t policy;        /* state, 0 = the initial one, or nobody asks */
	uint32_t events;        /* place of the first, 0 = none */
	uint32_t key;           /* the effective one, its parameters inherited */
	int32_t left;           /* CAs that may stand below, TW_ANY_LENGTH, or too many by -left */
	uint8_t reason;         /* the worst of failures */
	uint8_t depth;          /* certificates, the anchor's counted */
	uint8_t fetched;        /* members that were not presented */
	bool dead;              /* dominated or dropped */
};
#define TW_ANY_LENGTH INT32_MAX

/* A candidate issuer of all children of one issuer name and AKI. */
struct tw_cand {
	uint32_t cert;
	uint32_t row;   /* an anchor's, or TW_NONE: a member, or TW_CAND_SELF */
	uint8_t rank;   /* order of the tries */
	uint8_t slot;   /* which of the group's keys */
	bool contradicts; /* AKI and SKI */
};
/* The leaf itself: it counts as an issuer but may not stand again. */
#define TW_CAND_SELF (TW_NONE - 1)

struct tw_entry {
	uint32_t label;
	uint8_t edge;   /* the leaf's own signature: 0, 18 or 19 */
};
/* What leaves with one outcome of the signature checks start from. */
struct tw_entries {
	uint64_t good, unknown, bad;
	struct tw_entry *v;
	uint32_t n, cap;
	bool cut, coarse;
	struct tw_entries *next;
};

struct tw_group {
	uint32_t name;
	struct tw_slice aki;
	struct tw_cand *cand;
	uint32_t n;
	uint32_t key[TW_MAX_CHECKS];
	uint32_t nkey;
	uint64_t inherits; /* keys that need parameters from above */
	bool mixed;        /* certificates of one key have several key identifiers */
	bool cut;
	struct tw_entries *entries;
	uint32_t next;     /* in its bucket, TW_NONE: none */
};

/* Outcomes of a child's checks, a bit for each key of its group. */
struct tw_edges {
	uint64_t good, unknown, bad;
	bool cut;
};

enum { TW_NODE_NEW, TW_NODE_OPEN, TW_NODE_DONE };
/* A node alone; one of a cycle; one at which a label may stand for another only if
 * it passes nothing that that one does not (see above). */
enum { TW_MESH_NONE, TW_MESH_PLAIN, TW_MESH_STRICT };
struct tw_cnode {
	uint32_t cert, group;
	struct tw_edges edges;
	uint32_t failures;  /* its own, as a member */
	uint32_t *label, nlabel, caplabel, live;
	uint32_t scc, index, low;
	uint8_t state;
	uint8_t mesh;       /* TW_MESH_*: its component */
	bool cut;           /* labels were dropped here or above */
	bool coarse;        /* only yes or no was worked out, here or above */
	bool checked;       /* edges are there */
	bool mixed;         /* a group here or above is */
};

struct tw_context {
	uint64_t hash;
	struct tw_judge *judge;
	const struct tw_index *pool, *witness;
	uint32_t *presented, npresented; /* sorted, without the leaf */
	struct tw_row_key *row;
	uint32_t nrow;
	struct tw_touch *touch; /* blocks of what paths can pass */
	uint32_t ntouch;
	uint32_t *base;     /* labels of the rows */
	uint32_t leaf;      /* where it is among the candidates, else TW_NONE */
	bool policies;      /* they can matter */
	bool cut;           /* names were left out */
	bool verified;      /* edges that verify, no others: to explain */
	bool hopeless;      /* no anchor's name is reached: to explain */
	struct tw_cnode *node;
	uint32_t nnode, capnode;
	struct tw_cache nodes; /* by certificate */
	struct tw_group **group;
	uint32_t ngroup, capgroup;
	uint32_t *bucket, nbucket;
	uint32_t nscc, clock;
	struct tw_cache standings; /* list << 32 | anchor to struct tw_standing */
};

struct tw_judge {
	struct tw_graph *g;
	struct tw_judge_options o;
	struct tw_context **context;
	uint32_t ncontext, capcontext; /* a hash table, capcontext slots */
	struct tw_label **chunk;
	uint32_t nchunk, nlabel;
	struct tw_event *event;
	uint32_t nevent, capevent;
	struct tw_constraints *constraints;
	struct tw_policies *policies;
	uint32_t *stamp, nstamp, epoch; /* names met by the walk */
	struct tw_buf scratch[4];
	/* The last leaf's answers to sets of name constraints. */
	uint32_t named, set[32];
	bool within[32];
	uint32_t nset;
	/* Judges of signers of revocation lists, shared by them; and of such a one
	 * whom it judges: subject << 32 | key, sorted. */
	struct tw_signers *signers;
	uint64_t asked[TW_MAX_SIGNERS];
	uint32_t nasked;
	const struct tw_question *question; /* being answered, or NULL */
	struct tw_held held;    /* the dates on which it would be answered alike, as far as was looked */
	struct tw_buf own;      /* struct tw_touch: blocks of its leaf, by the last walk */
	struct tw_buf touches;  /* scratch */
	struct tw_staples *staples;     /* what was checked of such so far */
	struct tw_judge_stats stats;
};

static inline struct tw_label *tw_label(const struct tw_judge *j, uint32_t id)
{
	return &j->chunk[id >> 10][id & 1023];
}

/* ---- context.c ---- */
/* What q's leaf can be judged with on q's date. NULL: nothing above it at all.
 * As walk.h has it, j->held is cut down and j->own is set. */
struct tw_context *tw_context_find(struct tw_judge *j, const struct tw_question *q, bool witness);
/* Frees all contexts and labels. */
void tw_contexts_free(struct tw_judge *j);

/* ---- candidates.c ---- */
/* The group of a child's candidates; its place in c->group. */
uint32_t tw_group_find(struct tw_context *c, uint32_t child);
/* Checks the group's keys against child. */
struct tw_edges tw_edges_check(struct tw_context *c, const struct tw_group *g, uint32_t child);
/* The failure of child's signature by a candidate: 0, 18 or 19; -1 when it is
 * no edge. key is the candidate's effective one. */
int tw_edge(struct tw_context *c, const struct tw_group *g, const struct tw_edges *e, const struct tw_cand *k,
	uint32_t key, uint32_t child);
/* AKI and SKI say the same (1), nothing (0), or contradict (-1). */
int tw_key_ids(const struct tw_cert *child, const struct tw_cert *issuer);
bool tw_context_presented(const struct tw_context *c, uint32_t cert);

/* ---- rules.c: what a certificate fails by itself, in each place ---- */
#define TW_KNOWN_CRITICAL (TW_EXT_BASIC_CONSTRAINTS | TW_EXT_KEY_USAGE | TW_EXT_EKU | TW_EXT_NAME_CONSTRAINTS | \
	TW_EXT_POLICIES | TW_EXT_POLICY_MAPPINGS | TW_EXT_POLICY_CONSTRAINTS | TW_EXT_INHIBIT_ANY | TW_EXT_SAN | \
	TW_EXT_IAN | TW_EXT_AKI | TW_EXT_SKI | TW_EXT_CRLDP | TW_EXT_OCSP_NOCHECK | TW_EXT_NO_REV_AVAIL)
uint32_t tw_rules_member(const struct tw_judge *j, uint32_t cert);
/* own: it is the leaf itself. */
uint32_t tw_rules_anchor(const struct tw_judge *j, uint32_t cert, bool own);
uint32_t tw_rules_leaf(const struct tw_judge *j, uint32_t cert);
/* What the row says of a leaf. */
uint32_t tw_rules_row(const struct tw_graph *g, const struct tw_row_key *r, const struct tw_cert *leaf);
/* Blocks of cert, of n that are sorted, put before the events next. */
uint32_t tw_rules_blocks(struct tw_judge *j, const struct tw_touch *v, uint32_t n, uint32_t cert, uint32_t next);
/* What revocation says of cert below a label, put before the events next; with
 * the response that was stapled for it, or NULL. */
uint32_t tw_rules_revocation(struct tw_context *c, uint32_t cert, uint32_t label, const struct tw_staple *staple,
	uint32_t next);
/* What the certificate of an OCSP responder fails by itself (RFC 6960 4.2.2.2,
 * RFC 5280 4.2.1.12). */
uint32_t tw_rules_responder(const struct tw_judge *j, const struct tw_cert *c);

/* ---- conditions.c ---- */
/* Does one of the alternatives hold for the leaf? */
bool tw_conditions_hold(const struct tw_alternatives *a, const struct tw_cert *leaf);
/* Appends why none does, in words. */
void tw_conditions_say(struct tw_buf *b, const struct tw_alternatives *a, const struct tw_cert *leaf);

/* ---- extend.c ---- */
/* The base label of a row. */
uint32_t tw_label_base(struct tw_context *c, uint32_t row);
/* The label of node's certificate under the label above; edge is its own
 * signature's failure. TW_NONE: not a path, or too much work (*cut). */
uint32_t tw_label_extend(struct tw_context *c, const struct tw_cnode *node, uint32_t above, int edge, bool *cut);
/* Takes back the newest label. */
void tw_label_drop(struct tw_judge *j, uint32_t id);
/* Adds the failure r of the certificate at fault, which is nearer to the leaf
 * than all others so far. */
void tw_label_fail(struct tw_label *l, enum tw_reason r, uint32_t cert);
/* Name and key of cert stand in the label's path, its anchor included. */
bool tw_label_passes(const struct tw_judge *j, uint32_t label, uint32_t cert);

/* ---- dominate.c ---- */
/* Tie order of two paths from their certificates on: fewest, then fetched,
 * then the list of SHA-256. <0: a first. */
int tw_label_tie(const struct tw_judge *j, uint32_t a, uint32_t b);
/* X at one certificate of this mesh dominates Y there: whatever comes below,
 * the path through X stands before the one through Y. Not exact: it is good
 * whenever that one is. */
bool tw_label_dominates(const struct tw_context *c, uint8_t mesh, const struct tw_label *x, const struct tw_label *y,
	bool exact);
/* The same for labels of a leaf's issuers, with nothing but the leaf below. */
bool tw_entry_dominates(const struct tw_context *c, const struct tw_label *x, const struct tw_label *y, bool exact);

/* ---- fixpoint.c ---- */
/* The node of cert, its labels worked out. Its place in c->node. */
uint32_t tw_node_need(struct tw_context *c, uint32_t cert);
uint32_t tw_node_find(struct tw_context *c, uint32_t cert);
/* Checks the node's signatures, once. */
void tw_node_edges(struct tw_context *c, uint32_t node);

/* ---- leaf.c ---- */
/* A path of the leaf, judged. */
struct tw_candidate_path {
	uint32_t leaf, label;
	uint32_t failures;   /* that do not depend on time */
	enum tw_reason reason; /* the worst of them */
	uint32_t culprit;
	int64_t from, until;
	uint32_t early, late, events;
	uint8_t edge;
	bool own;            /* the leaf is the culprit */
};
/* What bounds took away: paths (none is known to be the best, unless it is ok),
 * or reasons (not_yet_valid may be expired). */
struct tw_lost {
	bool paths, reasons;
};
/* All undominated paths of leaf, but for what is *lost. c may be NULL, or
 * hopeless: then there are none. The caller frees *out. */
uint32_t tw_leaf_paths(struct tw_context *c, uint32_t leaf, struct tw_candidate_path **out, struct tw_lost *lost);
enum tw_reason tw_path_reason(const struct tw_judge *j, const struct tw_candidate_path *p, int64_t t,
	uint32_t *culprit);
/* Which of two stands for the chain when their reasons are equal: the latest
 * end of validity, the earliest begin, then tw_label_tie. */
int tw_path_tie(const struct tw_judge *j, const struct tw_candidate_path *a, const struct tw_candidate_path *b);

/* ---- revocation.c, signer.c, staple.c: more in revoke.h ---- */
void tw_staples_free(struct tw_staples *m);
void tw_standings_free(struct tw_cache *c);
void tw_signers_free(struct tw_signers *s);
/* Frees the contexts of all judges of signers. */
void tw_signers_forget(struct tw_signers *s);

/* ---- detail.c ---- */
/* Appends what it is of the certificate that fails, on one line; nothing where
 * there is no more to say. */
void tw_explain_detail(struct tw_buf *b, struct tw_judge *j, const struct tw_path *p, const struct tw_failure *f);

/* ---- facts.c ---- */
/* The dates of what stands above a leaf: the latest begin, the earliest end. */
struct tw_way {
	int64_t from, until;
	bool root;          /* nopath.c: a self-signed certificate is reached */
};
/* TW_FACT_*: what the leaf says by itself, whatever the time. */
uint32_t tw_facts_leaf(struct tw_judge *j, uint32_t leaf);
uint32_t tw_facts_time(const struct tw_cert *leaf, const struct tw_way *above, int64_t t);
/* The dates above the leaf of a path; the anchor's where its row counts them. */
void tw_facts_above(const struct tw_context *c, const struct tw_candidate_path *p, struct tw_way *w);
/* All of a path but what the leaf says by itself. */
uint32_t tw_facts_path(const struct tw_context *c, const struct tw_candidate_path *p, int64_t t);

/* ---- nopath.c ---- */
/* Its own key verifies it; or nobody can tell, and its key identifiers agree. */
bool tw_self_signed(struct tw_judge *j, uint32_t cert);
/* Verified edges from leaf: the dates along the shortest way to cert (TW_NONE:
 * none is asked for), the leaf's own aside; the first found of equals, in the
 * order of the tries. c may be NULL. */
void tw_way_to(struct tw_judge *j, struct tw_context *c, uint32_t leaf, uint32_t cert, struct tw_way *w);
/* The step of a leaf without a path: 21 to 24. c may be NULL. */
struct tw_step tw_no_path(struct tw_judge *j, struct tw_context *c, const struct tw_question *q);
/* The fewest certificates from the leaf by verified edges to another, both ends
 * included, into out; how many, 0 where there are none or more than max. */
uint32_t tw_no_path_trail(struct tw_context *c, uint32_t leaf, uint32_t to, uint32_t *out, uint32_t max);

#endif
