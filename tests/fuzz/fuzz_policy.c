/* Certificate policies: the states of chain/policy.c (RFC 9618) against the tree of
 * RFC 5280 6.1, node by node as its text has it.
 *
 * Bytes are a path from an anchor down, up to LONGEST certificates: what is there
 * (see read_cert), policies, counters, mappings. At each certificate, as a CA and
 * as the leaf, both say the same: is a policy required and none valid? What stands
 * in another order in the certificates does not change a state. */
#include "chain/policy.h"
#include "synth/cert.h"
#include "synth/der.h"

#include <stdlib.h>

enum { LONGEST = 6, POLICIES = 4, ANY = POLICIES, MAPPINGS = 3 };

struct cert {
	bool has, self_issued;
	unsigned policies;             /* bits, that of ANY too */
	int explicit_policy, inhibit_mapping, inhibit_any; /* -1: none */
	int from[MAPPINGS], to[MAPPINGS], nmap;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void hold(bool so)
{
	if (!so)
		abort();
}

/* ---- the tree, RFC 5280 6.1.2 to 6.1.5 ---- */

struct node {
	int policy, depth;
	unsigned expected;
	size_t parent;
	bool gone, child;
};

struct tree {
	struct node *v;
	size_t n, cap;
	int depth; /* of the certificate at hand */
	unsigned explicit_policy, mapping, any;
};

static void grow(struct tree *t, size_t parent, int policy, unsigned expected)
{
	if (t->n == t->cap)
		t->v = tw_realloc(t->v, t->cap = t->cap ? t->cap * 2 : 64, sizeof *t->v);
	t->v[t->n++] = (struct node){ .policy = policy, .depth = t->depth, .expected = expected, .parent = parent };
}

static bool alive(const struct tree *t, size_t i, int depth)
{
	return !t->v[i].gone && t->v[i].depth == depth;
}

static bool empty(const struct tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (alive(t, i, t->depth))
			return false;
	return true;
}

/* 6.1.3 (d)(3): nodes above the depth at hand without children go. A child stands
 * behind its parent, the root is its own. */
static void prune(struct tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		t->v[i].child = false;
	for (size_t i = t->n; i-- > 0;) {
		struct node *o = &t->v[i];
		o->gone |= o->depth < t->depth && !o->child;
		if (!o->gone)
			t->v[o->parent].child = true;
	}
}

/* 6.1.3 (d)(1) for one policy. */
static void assert_policy(struct tree *t, int p)
{
	size_t above = t->n;
	bool matched = false;

	for (size_t i = 0; i < above; i++) {
		if (alive(t, i, t->depth - 1) && t->v[i].expected >> p & 1) {
			grow(t, i, p, 1u << p);
			matched = true;
		}
	}
	for (size_t i = 0; i < above && !matched; i++)
		if (alive(t, i, t->depth - 1) && t->v[i].policy == ANY)
			grow(t, i, p, 1u << p);
}

/* 6.1.3 (d)(2). */
static void assert_any(struct tree *t)
{
	size_t above = t->n;

	for (size_t i = 0; i < above; i++) {
		unsigned missing = alive(t, i, t->depth - 1) ? t->v[i].expected : 0;
		for (size_t k = 0; k < t->n; k++)
			if (alive(t, k, t->depth) && t->v[k].parent == i)
				missing &= ~(1u << t->v[k].policy);
		for (int p = 0; p <= ANY; p++)
			if (missing >> p & 1)
				grow(t, i, p, 1u << p);
	}
}

/* 6.1.3 (d) to (f). False: a policy is required and none is left. */
static bool process(struct tree *t, const struct cert *c, bool last)
{
	t->depth++;
	if (c->has) {
		/* All of (1) looks at the nodes above alone; children come behind. */
		for (int p = 0; p < ANY; p++)
			if (c->policies >> p & 1)
				assert_policy(t, p);
		if (c->policies >> ANY & 1 && (t->any > 0 || (!last && c->self_issued)))
			assert_any(t);
	} /* (e): no child, the tree is NULL */
	prune(t);
	return t->explicit_policy > 0 || !empty(t);
}

/* 6.1.4 (b) for one issuerDomainPolicy. */
static void map_one(struct tree *t, const struct cert *c, int from)
{
	unsigned to = 0;
	bool there = false;

	for (int k = 0; k < c->nmap; k++)
		to |= c->from[k] == from ? 1u << c->to[k] : 0;
	if (!to)
		return;
	for (size_t i = 0; i < t->n; i++) {
		if (!alive(t, i, t->depth) || t->v[i].policy != from)
			continue;
		if (t->mapping)
			t->v[i].expected = to;
		else
			t->v[i].gone = true;
		there = true;
	}
	for (size_t i = 0, n = t->n; i < n && !there && t->mapping; i++)
		if (alive(t, i, t->depth) && t->v[i].policy == ANY)
			grow(t, t->v[i].parent, from, to);
}

static void least(unsigned *have, int said)
{
	if (said >= 0 && (unsigned)said < *have)
		*have = (unsigned)said;
}

/* 6.1.4 (b), (h) to (j). */
static void prepare(struct tree *t, const struct cert *c)
{
	for (int p = 0; p < ANY; p++)
		map_one(t, c, p);
	prune(t);
	if (!c->self_issued) {
		t->explicit_policy -= t->explicit_policy > 0;
		t->mapping -= t->mapping > 0;
		t->any -= t->any > 0;
	}
	least(&t->explicit_policy, c->explicit_policy);
	least(&t->mapping, c->inhibit_mapping);
	least(&t->any, c->inhibit_any);
}

/* 6.1.5 (a), (b) and (g), the user's initial policies being any. */
static bool wrap_up(struct tree *t, const struct cert *c)
{
	t->explicit_policy -= t->explicit_policy > 0;
	if (c->explicit_policy == 0)
		t->explicit_policy = 0;
	return t->explicit_policy > 0 || !empty(t);
}

/* The path down to its last certificate: ok[i], i its place, says whether a CA may
 * go on; the last one's whether the path is valid as far as it is the leaf. */
static void tree_path(const struct cert *c, int n, bool ok[LONGEST])
{
	struct tree t = { .explicit_policy = LONGEST + 1, .mapping = LONGEST + 1, .any = LONGEST + 1 };
	struct cert anchor = c[0];

	anchor.self_issued = true;
	if (!anchor.has) { /* it restricts none */
		anchor.has = true;
		anchor.policies = 1u << ANY;
	}
	grow(&t, 0, ANY, 1u << ANY);
	for (int i = 0; i < n; i++) {
		const struct cert *one = i ? &c[i] : &anchor;
		ok[i] = process(&t, one, i == n - 1);
		if (i < n - 1)
			prepare(&t, one);
		else
			ok[i] &= wrap_up(&t, one);
	}
	free(t.v);
}

/* ---- the same in certificates ---- */

static void policy_oid(struct tw_buf *b, int p)
{
	static const char *const oid[] = { "1.2.3.0", "1.2.3.1", "1.2.4", "2.999.1", "2.5.29.32.0" };

	der_oid(b, oid[p]);
}

static void lists(struct tw_buf *ext, const struct cert *c, bool backwards)
{
	struct tw_buf v = { 0, 0, 0 }, seq = { 0, 0, 0 }, one = { 0, 0, 0 };

	for (int k = 0; c->has && k <= ANY; k++) {
		int p = backwards ? ANY - k : k;
		if (!(c->policies >> p & 1))
			continue;
		policy_oid(&one, p);
		der_wrap(&seq, 0x30, &one);
	}
	if (c->has) {
		der_wrap(&v, 0x30, &seq);
		cert_extension(ext, "2.5.29.32", false, &v);
	}
	for (int k = 0; k < c->nmap; k++) {
		int m = backwards ? c->nmap - 1 - k : k;
		policy_oid(&one, c->from[m]);
		policy_oid(&one, c->to[m]);
		der_wrap(&seq, 0x30, &one);
	}
	if (c->nmap) {
		der_wrap(&v, 0x30, &seq);
		cert_extension(ext, "2.5.29.33", true, &v);
	}
	tw_buf_free(&v);
	tw_buf_free(&seq);
	tw_buf_free(&one);
}

/* CN=s. */
static const uint8_t subject[] = { 0x31, 10, 0x30, 8, 0x06, 3, 0x55, 4, 3, 0x0c, 1, 's' };

static uint32_t add(struct tw_certs *certs, const struct cert *c, int i, bool backwards)
{
	struct tw_buf ext = { 0, 0, 0 }, v = { 0, 0, 0 }, seq = { 0, 0, 0 }, der = { 0, 0, 0 };
	uint8_t n;

	lists(&ext, c, backwards);
	if (c->explicit_policy >= 0)
		der_put(&seq, 0x80, (n = (uint8_t)c->explicit_policy, &n), 1);
	if (c->inhibit_mapping >= 0)
		der_put(&seq, 0x81, (n = (uint8_t)c->inhibit_mapping, &n), 1);
	if (seq.n) {
		der_wrap(&v, 0x30, &seq);
		cert_extension(&ext, "2.5.29.36", true, &v);
	}
	if (c->inhibit_any >= 0) {
		der_int(&v, (uint64_t)c->inhibit_any);
		cert_extension(&ext, "2.5.29.54", true, &v);
	}
	cert_der(&der, 2 * (uint64_t)i + backwards, (struct tw_slice){ subject, sizeof subject }, &ext);
	uint32_t id = tw_certs_add(certs, tw_buf_slice(&der));
	tw_buf_free(&ext);
	tw_buf_free(&v);
	tw_buf_free(&seq);
	tw_buf_free(&der);
	return id;
}

/* ---- both ---- */

static void check(const struct cert *c, int n)
{
	struct tw_certs certs = { 0 };
	uint32_t id[2][LONGEST], state[2];
	bool ok[LONGEST], ca[LONGEST], failed[2];

	for (int i = 0; i < n; i++)
		for (int b = 0; b < 2; b++)
			id[b][i] = add(&certs, &c[i], i, b);
	struct tw_policies *t = tw_policies_new(&certs);
	for (int b = 0; b < 2; b++)
		state[b] = tw_policy_anchor(t, id[b][0]);
	tree_path(c, n, ca);
	for (int i = 1; i < n; i++) {
		hold(state[0] == state[1]);
		tree_path(c, i + 1, ok);
		for (int b = 0; b < 2; b++)
			hold(tw_policy_leaf(t, state[b], id[b][i], c[i].self_issued) == ok[i]);
		if (i == n - 1)
			break;
		for (int b = 0; b < 2; b++)
			state[b] = tw_policy_member(t, state[b], id[b][i], c[i].self_issued, &failed[b]);
		hold(failed[0] == failed[1] && failed[0] == !ca[i]);
	}
	tw_policies_free(t);
	tw_certs_close(&certs);
}

/* A mapping to or from any is a failure of the certificate: said, and left out. */
static void check_any(struct cert *c)
{
	struct tw_certs certs = { 0 };
	uint32_t id = add(&certs, c, 0, false);
	bool any = false;
	int k = 0;

	for (int i = 0; i < c->nmap; i++) {
		any |= c->from[i] == ANY || c->to[i] == ANY;
		if (c->from[i] == ANY || c->to[i] == ANY)
			continue;
		c->from[k] = c->from[i];
		c->to[k++] = c->to[i];
	}
	hold(certs.v[id].readable && !certs.v[id].faults);
	hold(tw_policy_maps_any(&certs.v[id]) == any);
	c->nmap = k;
	tw_certs_close(&certs);
}

static int three(unsigned there, unsigned value)
{
	return there & 1 ? (int)(value & 3) : -1;
}

/* Two bytes: what is there and which policies; the counters; then the mappings. */
static size_t read_cert(struct cert *c, const uint8_t *p, size_t n)
{
	if (n < 3)
		return 0;
	*c = (struct cert){ .has = p[0] & 1, .self_issued = p[0] & 2, .policies = p[1] & ((1u << (ANY + 1)) - 1) };
	c->explicit_policy = three(p[0] >> 2, p[2]);
	c->inhibit_mapping = three(p[0] >> 3, p[2] >> 2);
	c->inhibit_any = three(p[0] >> 4, p[2] >> 4);
	c->nmap = p[0] >> 5 & 3;
	if (!c->policies)
		c->has = false; /* an empty list is a fault */
	if ((size_t)c->nmap > n - 3)
		c->nmap = (int)(n - 3);
	for (int k = 0; k < c->nmap; k++) {
		c->from[k] = p[3 + k] % (ANY + 1);
		c->to[k] = p[3 + k] / (ANY + 1) % (ANY + 1);
	}
	return 3 + (size_t)c->nmap;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct cert c[LONGEST];
	int count = 0;
	size_t used;

	while (count < LONGEST && (used = read_cert(&c[count], data, n)) != 0) {
		check_any(&c[count++]);
		data += used;
		n -= used;
	}
	if (count)
		check(c, count);
	return 0;
}
