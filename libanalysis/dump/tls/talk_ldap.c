/* LDAP (RFC 4511): StartTLS (section 4.14), what the root DSE says of it and of
 * SASL (RFC 4512 section 5.1), and how a client binds in clear (section 4.2). */
#include "dump/tls/talk.h"
#include "base/bounds.h"

#include <string.h>

enum { INTEGER = 2, BOOLEAN = 1, OCTETS = 4, ENUMERATED = 10, SEQUENCE = 0x30, SET = 0x31, BIND = 0x60, SEARCH = 0x63, ENTRY = 0x64,
	SIMPLE = 0x80, SASL = 0xa3, SICILY_NEGOTIATE = 0x8a, EXTENDED_REQUEST = 0x77, EXTENDED_RESPONSE = 0x78, REQUEST_NAME = 0x80 };
/* What a search of the root DSE asked for by name, and what its entry has. */
enum { EXTENSIONS = 1, MECHANISMS = 2 };

/* An element of BER with definite length: its whole length, more than there is
 * where that is not told yet, SIZE_MAX where it is none. */
static size_t element(struct tw_slice b, size_t *head)
{
	if (b.n < 2)
		return b.n + 1;
	size_t n = b.p[1];
	*head = 2;
	if (n >= 0x80) {
		size_t k = n & 0x7f;
		if (k < 1 || k > 4)
			return SIZE_MAX;
		if (b.n < 2 + k)
			return b.n + 1;
		*head = 2 + k;
		n = 0;
		for (size_t i = 0; i < k; i++)
			n = n << 8 | b.p[2 + i];
	}
	return *head + n;
}

/* Enters the first element of b, if it is of that tag (0: of any); what follows
 * it stays in *after. */
static bool enter(struct tw_slice b, uint8_t tag, struct tw_slice *in, struct tw_slice *after)
{
	size_t head, n = element(b, &head);

	if (n > b.n || (tag && b.p[0] != tag))
		return false;
	*in = (struct tw_slice){ b.p + head, n - head };
	*after = (struct tw_slice){ b.p + n, b.n - n };
	return true;
}

static bool is_starttls(struct tw_slice oid)
{
	return tw_slice_is(oid, "1.3.6.1.4.1.1466.20037");
}

/* One of the two attributes by its name, or its OID (RFC 4512 section 5.1). */
static uint8_t attribute(struct tw_slice name)
{
	if (tw_talk_is(name, "SUPPORTEDEXTENSION") || tw_slice_is(name, "1.3.6.1.4.1.1466.101.120.7"))
		return EXTENSIONS;
	if (tw_talk_is(name, "SUPPORTEDSASLMECHANISMS") || tw_slice_is(name, "1.3.6.1.4.1.1466.101.120.14"))
		return MECHANISMS;
	return 0;
}

/* Of base "" and scope baseObject, with values: the last one may be answered. */
static void search(struct tw_talk *t, struct tw_slice id, struct tw_slice in)
{
	static const uint8_t before[] = { ENUMERATED, INTEGER, INTEGER }; /* aliases, sizeLimit, timeLimit */
	struct tw_slice base, scope, types, rest, one;

	t->nsearch = 0;
	if (!enter(in, OCTETS, &base, &rest) || base.n || !enter(rest, ENUMERATED, &scope, &rest) || scope.n != 1 || scope.p[0])
		return;
	for (size_t i = 0; i < sizeof before; i++)
		if (!enter(rest, before[i], &one, &rest))
			return;
	if (!enter(rest, BOOLEAN, &types, &rest) || types.n != 1 || types.p[0] || !enter(rest, 0, &one, &rest) ||
	    !enter(rest, SEQUENCE, &in, &rest))
		return;
	for (t->sought = 0; enter(in, OCTETS, &one, &in);)
		t->sought |= attribute(one);
	memcpy(t->search, id.p, id.n);
	t->nsearch = (uint8_t)id.n;
}

/* Values of one attribute. */
static void values(struct tw_talk *t, uint8_t which, struct tw_slice set, bool *starttls)
{
	struct tw_slice one;

	while (enter(set, OCTETS, &one, &set)) {
		if (which == EXTENSIONS)
			*starttls |= is_starttls(one);
		else if (which == MECHANISMS && !t->list_whole)
			tw_auth_add(&t->auth, 0, one);
	}
}

/* The root DSE. An attribute asked for by name that is not there has no values
 * (RFC 4512 section 5.1); of one that was not asked for nothing is known then. */
static void entry(struct tw_talk *t, struct tw_slice in)
{
	struct tw_slice name, list, one, type, set, rest;
	uint8_t there = t->sought;
	bool starttls = false;

	if (!enter(in, OCTETS, &name, &rest) || name.n || !enter(rest, SEQUENCE, &list, &rest))
		return;
	while (enter(list, SEQUENCE, &one, &list))
		if (enter(one, OCTETS, &type, &rest) && enter(rest, SET, &set, &rest)) {
			there |= attribute(type);
			values(t, attribute(type), set, &starttls);
		}
	if (there & EXTENSIONS && !t->offered)
		t->offered = starttls ? "yes" : "no";
	if (there & MECHANISMS)
		tw_talk_list(t, t->offered);
}

static bool is_id(struct tw_slice id, const uint8_t *p, uint8_t n)
{
	return tw_slice_eq(id, (struct tw_slice){ p, n });
}

/* With a password, or by SASL; without either it is anonymous (RFC 4513 section
 * 5.1). The password is measured, not read. */
static void bind(struct tw_talk *t, struct tw_slice in)
{
	struct tw_slice version, name, rest, how, after;

	if (!enter(in, INTEGER, &version, &rest) || !enter(rest, OCTETS, &name, &rest))
		return;
	if (enter(rest, SIMPLE, &how, &after) && name.n && how.n)
		tw_talk_logs_in(t, "SIMPLE");
	else if (enter(rest, SASL, &how, &after) && enter(how, OCTETS, &name, &after))
		tw_talk_used(t, name);
	else if (enter(rest, SICILY_NEGOTIATE, &how, &after)) /* [MS-ADTS] section 5.1.1.1.3 */
		tw_talk_logs_in(t, "NTLM");
}

static void client(struct tw_talk *t, struct tw_slice id, struct tw_slice op)
{
	struct tw_slice in, oid, rest;

	if (enter(op, BIND, &in, &rest)) {
		bind(t, in);
	} else if (enter(op, SEARCH, &in, &rest)) {
		search(t, id, in);
	} else if (enter(op, EXTENDED_REQUEST, &in, &rest) && enter(in, REQUEST_NAME, &oid, &rest) && is_starttls(oid)) {
		tw_talk_ask(t);
		memcpy(t->tag, id.p, id.n);
		t->ntag = (uint8_t)id.n;
	}
}

static void server(struct tw_talk *t, struct tw_slice id, struct tw_slice op)
{
	struct tw_slice in, code, rest;

	if (is_id(id, t->search, t->nsearch) && enter(op, ENTRY, &in, &rest))
		entry(t, in);
	else if (is_id(id, t->tag, t->ntag) && enter(op, EXTENDED_RESPONSE, &in, &rest) && enter(in, ENUMERATED, &code, &rest))
		tw_talk_answer(t, code.n == 1 && code.p[0] == 0);
}

static size_t ldap(struct tw_talk *t, enum tw_role role, struct tw_slice b)
{
	size_t head = 0, n = element(b, &head);
	unsigned d = role == TW_SERVER ? t->server : !t->server;
	struct tw_slice id, op;

	if (n > UINT32_MAX || b.p[0] != SEQUENCE) { /* no BER, or longer than anybody waits for */
		t->over[d] = true;
		return b.n;
	}
	if (n > TW_MAX_TEXT_LINE) { /* a long answer to a search: passed over, however it is cut */
		size_t here = n < b.n ? n : b.n;
		t->raw[d] = (uint32_t)(n - here);
		return here;
	}
	if (n > b.n)
		return 0;
	if (enter((struct tw_slice){ b.p + head, n - head }, INTEGER, &id, &op) && id.n && id.n <= sizeof t->search)
		(role == TW_SERVER ? server : client)(t, id, op);
	return n;
}

const struct tw_tongue tw_ldap = { "ldap", 0, NULL, ldap };
