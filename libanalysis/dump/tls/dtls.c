/* Datagrams to records to handshake messages. */
#include "dump/tls/dtls.h"
#include "base/bounds.h"
#include "dump/tls/assembly.h"
#include "dump/tls/dtls_record.h"
#include "dump/tls/messages.h"

#include <stdlib.h>
#include <string.h>

/* Handshake messages. */
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2, HELLO_VERIFY = 3, NEW_TICKET = 4, CERTIFICATE = 11, KEY_EXCHANGE = 12, REQUEST = 13, DONE = 14,
	CLIENT_KEY = 16, STATUS = 22 };
enum { RANDOM = 32 };
#define TRAIL 8 /* records remembered around ServerHellos: one, and its repetitions */
#define UNKNOWN 2
#define MESSAGES 64 /* numbered so in one handshake: a dozen are usual */

struct side {
	struct tw_assembly assembly;
	uint64_t had[3];         /* messages that were whole: a bit each, by number and type */
	struct tw_buf hello;     /* the last one that came in fragments, and its number */
	uint16_t hello_seq;
	struct tw_buf late;      /* ServerKeyExchange before its ServerHello */
	bool ccs, protected_, data; /* ChangeCipherSpec; something encrypted behind it; DTLS 1.3's epoch 3 */
	/* Which records held what, to see whether ChangeCipherSpec stands straight
	 * behind the ServerHello. */
	struct {
		uint64_t seq;
		uint8_t type;
	} trail[TRAIL];
	unsigned ntrail;
};

struct randoms {
	uint8_t bytes[2][RANDOM]; /* of the hellos, by role */
	bool has[2];
};

struct tw_dtls {
	struct side side[2];     /* by direction */
	uint8_t client;          /* direction, or UNKNOWN */
	bool verify;             /* a HelloVerifyRequest came */
	struct randoms now, before; /* of this association and of the one before it */
	struct tw_buf other;     /* the hello of the next one */
	uint8_t other_type, other_direction;
};

/* ---- whose it is ---- */
static unsigned role_of(const struct tw_dtls *a, unsigned d)
{
	return a->client == UNKNOWN ? UNKNOWN : a->client == d ? TW_CLIENT : TW_SERVER;
}

/* Who sends a message of this type: that tells who is who. */
static unsigned sender(uint8_t type)
{
	switch (type) {
	case CLIENT_HELLO: case CLIENT_KEY: return TW_CLIENT;
	case SERVER_HELLO: case HELLO_VERIFY: case NEW_TICKET: case KEY_EXCHANGE: case REQUEST: case DONE: case STATUS: return TW_SERVER;
	default: return UNKNOWN;
	}
}

static bool wanted(unsigned role, uint8_t type)
{
	if (role == TW_CLIENT)
		return type == CLIENT_HELLO || type == CERTIFICATE;
	return role == TW_SERVER && (type == SERVER_HELLO || type == CERTIFICATE || type == KEY_EXCHANGE || type == STATUS);
}

/* ---- hellos ---- */

/* Is there a cookie in this ClientHello? */
static bool has_cookie(struct tw_slice hello)
{
	size_t at = 2 + RANDOM;
	if (hello.n <= at)
		return false;
	at += 1u + hello.p[at];
	return at < hello.n && hello.p[at];
}

static bool same(const struct randoms *r, unsigned role, const uint8_t *random)
{
	return r->has[role] && memcmp(r->bytes[role], random, RANDOM) == 0;
}

/* RFC 8446 section 4.1.3: the random of a HelloRetryRequest is no server's own. */
static bool is_retry(const uint8_t *random)
{
	static const uint8_t head[] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11 };
	return memcmp(random, head, sizeof head) == 0;
}

enum hello { READ, IGNORED, OTHER };

/* Of which association a hello is: an address and port may be used again
 * (RFC 6347 section 4.2.8), and hellos of the one before may come late. */
static enum hello whose(const struct tw_dtls *a, const struct tw_wire *w, unsigned d, unsigned role, struct tw_slice body)
{
	bool swapped = role == TW_CLIENT && d != a->client; /* who was the server begins the next one */
	if (body.n < 2 + RANDOM)
		return IGNORED;
	const uint8_t *random = body.p + 2;
	if (same(&a->now, role, random))
		return swapped ? IGNORED : READ;
	if (same(&a->before, role, random))
		return IGNORED;
	if (swapped)
		return OTHER;
	if (role == TW_SERVER)
		return a->now.has[TW_SERVER] && !is_retry(random) ? OTHER : READ;
	const struct side *server = &a->side[a->client == 0];
	if (a->now.has[TW_CLIENT]) /* some take a new random for the hello with the cookie */
		return a->verify && !w->server_hello && has_cookie(body) ? READ : OTHER;
	return server->ccs || server->data ? OTHER : READ;
}

static void remember(struct tw_dtls *a, unsigned role, struct tw_slice body)
{
	if (role == TW_SERVER && is_retry(body.p + 2))
		return;
	memcpy(a->now.bytes[role], body.p + 2, RANDOM);
	a->now.has[role] = true;
}

/* Only a first hello is fingerprinted, or the same again with a cookie: the
 * one behind a HelloRetryRequest has other extensions. */
static void client_hello(struct tw_wire *w, struct tw_slice body, unsigned seq)
{
	bool keep = w->keep_hello;

	w->keep_hello &= seq == 0 || has_cookie(body);
	tw_tls_client_hello(w, body);
	w->keep_hello = keep;
}

/* ---- messages ---- */
static void key_exchange(struct tw_dtls *a, struct tw_wire *w, struct tw_slice body)
{
	struct side *s = &a->side[a->client == 0];

	if (w->has_suite) {
		tw_tls_message(w, TW_SERVER, KEY_EXCHANGE, body);
	} else if (!s->late.n) {
		tw_buf_addslice(&s->late, body);
	}
}

/* True: the message begins another association. */
static bool message(struct tw_dtls *a, struct tw_wire *w, unsigned d, const struct tw_handshake *m)
{
	unsigned role = m->type == CLIENT_HELLO ? TW_CLIENT : role_of(a, d);

	if (m->type == CLIENT_HELLO || m->type == SERVER_HELLO) {
		enum hello is = whose(a, w, d, role, m->body);
		if (is == OTHER) {
			a->other.n = 0;
			tw_buf_addslice(&a->other, m->body);
			a->other_type = m->type;
			a->other_direction = (uint8_t)d;
		}
		if (is != READ)
			return is == OTHER;
		remember(a, role, m->body);
	}
	if (m->type == KEY_EXCHANGE)
		key_exchange(a, w, m->body);
	else if (m->type == CLIENT_HELLO)
		client_hello(w, m->body, m->seq);
	else
		tw_tls_message(w, (enum tw_role)role, m->type, m->body);
	struct side *s = &a->side[d];
	if (m->type == SERVER_HELLO && w->has_suite && s->late.n) {
		tw_tls_message(w, TW_SERVER, KEY_EXCHANGE, tw_buf_slice(&s->late));
		tw_buf_free(&s->late);
	}
	return false;
}

static void trail(struct side *s, uint64_t seq, uint8_t type)
{
	for (unsigned i = 0; i < s->ntrail; i++)
		if (s->trail[i].seq == seq && s->trail[i].type == type)
			return; /* the datagram comes twice */
	if (s->ntrail < TRAIL) {
		s->trail[s->ntrail].seq = seq;
		s->trail[s->ntrail++].type = type;
	}
}

static bool ccs_at(const struct side *s, uint64_t seq, bool ticket)
{
	for (unsigned i = 0; i < s->ntrail; i++)
		if (s->trail[i].seq == seq && (s->trail[i].type == TW_DTLS_CCS ||
		    (ticket && s->trail[i].type == NEW_TICKET && ccs_at(s, seq + 1, false))))
			return true;
	return false;
}

/* A ChangeCipherSpec in the record behind a ServerHello's, or behind that of a
 * NewSessionTicket between them. */
static bool straight(const struct side *s)
{
	for (unsigned i = 0; i < s->ntrail; i++)
		if (s->trail[i].type == SERVER_HELLO && ccs_at(s, s->trail[i].seq + 1, true))
			return true;
	return false;
}

static uint64_t *had(struct side *s, uint8_t type)
{
	return type == CERTIFICATE ? &s->had[0] : type == KEY_EXCHANGE ? &s->had[1] : type == STATUS ? &s->had[2] : NULL;
}

/* Is it part of a message that was whole already? Of hellos, by which another
 * association may begin, only where it says the same. */
static bool again(struct side *s, const struct tw_handshake *m)
{
	const uint64_t *bits = had(s, m->type);

	if (bits)
		return *bits >> m->seq & 1;
	return s->hello.n && m->body.n < m->length && s->hello.n == m->length && s->hello_seq == m->seq &&
	    (!m->body.n || memcmp(s->hello.p + m->at, m->body.p, m->body.n) == 0);
}

/* A fragment of a message that is wanted. True: another association begins. */
static bool take(struct tw_dtls *a, struct tw_wire *w, unsigned d, struct tw_handshake *m)
{
	struct side *s = &a->side[d];
	uint64_t *bits = had(s, m->type);
	struct tw_buf whole = { 0 };

	if (m->seq >= MESSAGES || again(s, m))
		return false;
	if (m->body.n < m->length) {
		if (!tw_assembly_add(&s->assembly, m, &whole))
			return false;
		m->body = tw_buf_slice(&whole);
	}
	if (bits)
		*bits |= 1ull << m->seq;
	bool other = message(a, w, d, m);
	if (!bits && whole.n) {
		tw_buf_free(&s->hello);
		s->hello = whole;
		s->hello_seq = m->seq;
	} else {
		tw_buf_free(&whole);
	}
	return other;
}

static bool handshake(struct tw_dtls *a, struct tw_wire *w, unsigned d, const struct tw_dtls_record *r)
{
	struct tw_slice b = r->body;
	struct tw_handshake m;
	bool other = false;

	while (b.n && !other && tw_dtls_fragment_next(&b, r->missing, &m)) {
		unsigned by = sender(m.type);
		unsigned role = role_of(a, d);
		if (by != UNKNOWN && by != role && !(m.type == CLIENT_HELLO && w->server_hello))
			continue; /* not from whom it says to be */
		a->verify |= m.type == HELLO_VERIFY;
		if (role == TW_SERVER && m.at + m.body.n == m.length && (m.type == SERVER_HELLO || m.type == NEW_TICKET))
			trail(&a->side[d], r->seq, m.type);
		if (wanted(m.type == CLIENT_HELLO ? TW_CLIENT : role, m.type))
			other = take(a, w, d, &m);
	}
	return other;
}

static void alert(struct tw_wire *w, unsigned role, struct tw_slice b)
{
	if (b.n == 2 && (b.p[0] == 1 || b.p[0] == 2) && w->nalert < TW_WIRE_ALERTS)
		w->alert[w->nalert++] = (struct tw_wire_alert){ (uint8_t)role, b.p[0], b.p[1] };
}

/* ---- records ---- */
static bool record(struct tw_dtls *a, struct tw_wire *w, unsigned d, const struct tw_dtls_record *r)
{
	struct side *s = &a->side[d];

	if (r->epoch) {
		/* Finished, whose ChangeCipherSpec may be lost. Data alone may be that of an
		 * association before this one. */
		s->ccs |= r->type == TW_DTLS_HANDSHAKE;
		s->protected_ |= s->ccs && (r->type == TW_DTLS_HANDSHAKE || r->type == TW_DTLS_DATA);
		return false;
	}
	switch (r->type) {
	case TW_DTLS_HANDSHAKE: return handshake(a, w, d, r);
	case TW_DTLS_CCS:
		s->ccs = true;
		trail(s, r->seq, TW_DTLS_CCS);
		return false;
	case TW_DTLS_ALERT:
		if (!r->missing)
			alert(w, role_of(a, d), r->body);
		return false;
	default: return false;
	}
}

/* A record of DTLS 1.3 in *s: true where the next one can be found. */
static bool ciphertext(struct tw_dtls *a, const struct tw_wire *w, unsigned d, struct tw_slice *s)
{
	unsigned role = role_of(a, d), first = *s->p;
	size_t cid = 0, at;

	if ((first & 3) == 3)
		a->side[d].data = true; /* epoch 3, 7, ...: keys of application data */
	if (first & 0x10) {
		if (role == UNKNOWN || !w->has_cid[!role])
			return false;
		cid = w->cid[!role]; /* what the receiver asked for */
	}
	at = 1 + cid + (first & 8 ? 2 : 1);
	if (!(first & 4) || s->n < at + 2)
		return false;
	at += 2u + ((size_t)s->p[at] << 8 | s->p[at + 1]);
	if (at > s->n)
		return false;
	s->p += at;
	s->n -= at;
	return true;
}

/* What is seen by direction is told by role. */
static void settle(const struct tw_dtls *a, struct tw_wire *w)
{
	for (unsigned d = 0; d < 2 && a->client != UNKNOWN; d++) {
		unsigned role = role_of(a, d);
		w->side[role].ccs = a->side[d].ccs;
		w->side[role].protected_ = a->side[d].protected_;
		w->data_after_hello[role] = a->side[d].data;
		if (role == TW_SERVER)
			w->straight = straight(&a->side[d]);
	}
}

/* Who is who, by whatever message of the datagram tells it: those before it
 * count, too. */
static void find_client(struct tw_dtls *a, unsigned d, struct tw_slice s, size_t missing)
{
	struct tw_dtls_record r;
	struct tw_handshake m;

	while (a->client == UNKNOWN && s.n && !tw_dtls_unified(*s.p) && tw_dtls_record_next(&s, missing, &r)) {
		struct tw_slice b = r.body;
		while (a->client == UNKNOWN && !r.epoch && r.type == TW_DTLS_HANDSHAKE && b.n && tw_dtls_fragment_next(&b, r.missing, &m)) {
			unsigned by = sender(m.type);
			if (by != UNKNOWN)
				a->client = (uint8_t)(by == TW_CLIENT ? d : !d);
		}
	}
}

bool tw_dtls_take(struct tw_dtls *a, struct tw_wire *w, unsigned d, struct tw_slice b, size_t missing)
{
	struct tw_dtls_record r;
	bool other = false;

	w->datagram = true;
	find_client(a, d, b, missing);
	while (b.n && !other) {
		if (tw_dtls_unified(*b.p)) {
			if (!w->server_hello || !tw_wire_is13(w->version) || !ciphertext(a, w, d, &b))
				break;
		} else if (*b.p == TW_DTLS_CID) {
			a->side[d].protected_ |= a->side[d].ccs && b.n >= 3 && tw_dtls_version_known(b.p);
			break; /* what is in it, and how long it is, is for those who know */
		} else if (tw_dtls_record_next(&b, missing, &r)) {
			other = record(a, w, d, &r);
		} else {
			break;
		}
	}
	settle(a, w);
	return other;
}

static void clear(struct tw_dtls *a)
{
	for (unsigned d = 0; d < 2; d++) {
		tw_assembly_clear(&a->side[d].assembly);
		tw_buf_free(&a->side[d].late);
		tw_buf_free(&a->side[d].hello);
		memset(&a->side[d], 0, sizeof a->side[d]);
	}
}

void tw_dtls_renew(struct tw_dtls *a, struct tw_wire *w)
{
	struct tw_buf hello = a->other;
	struct tw_handshake m = { .type = a->other_type, .body = tw_buf_slice(&hello) };

	clear(a);
	a->other = (struct tw_buf){ 0 };
	a->before = a->now;
	memset(&a->now, 0, sizeof a->now);
	a->verify = false;
	a->client = (uint8_t)(m.type == CLIENT_HELLO ? a->other_direction : !a->other_direction);
	w->datagram = true;
	bool other = message(a, w, a->other_direction, &m);
	settle(a, w);
	tw_buf_free(&hello);
	if (other)
		tw_die("dtls: the first hello of an association is another's");
}

int tw_dtls_client(const struct tw_dtls *a)
{
	return a->client == UNKNOWN ? -1 : a->client;
}

size_t tw_dtls_memory(const struct tw_dtls *a)
{
	size_t n = sizeof *a + a->other.cap;
	for (unsigned d = 0; d < 2; d++)
		n += a->side[d].assembly.memory + a->side[d].late.cap + a->side[d].hello.cap;
	return n;
}

struct tw_dtls *tw_dtls_new(void)
{
	struct tw_dtls *a = tw_alloc(sizeof *a);
	a->client = UNKNOWN;
	return a;
}

void tw_dtls_free(struct tw_dtls *a)
{
	if (!a)
		return;
	clear(a);
	tw_buf_free(&a->other);
	free(a);
}
