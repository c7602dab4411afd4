/* Each message begun is a list of pieces, by their place, without overlap and
 * without touching each other: memory is what came, whatever lengths claim. */
#include "dump/tls/assembly.h"
#include "base/bounds.h"

#include <stdlib.h>
#include <string.h>

struct piece {
	struct piece *next;
	uint32_t at;
	struct tw_buf b;
};

struct tw_begun {
	struct tw_begun *next;
	uint8_t type;
	uint16_t seq;
	uint32_t length;
	unsigned n;
	struct piece *first;
};

static void empty(struct tw_assembly *a, struct tw_begun *m)
{
	for (struct piece *p = m->first, *next; p; p = next) {
		next = p->next;
		a->memory -= sizeof *p + p->b.cap;
		tw_buf_free(&p->b);
		free(p);
	}
	m->first = NULL;
	m->n = 0;
}

static void drop(struct tw_assembly *a, struct tw_begun **at)
{
	struct tw_begun *m = *at;

	empty(a, m);
	*at = m->next;
	a->memory -= sizeof *m;
	a->n--;
	free(m);
}

void tw_assembly_clear(struct tw_assembly *a)
{
	while (a->begun)
		drop(a, &a->begun);
}

/* The message that a fragment is of. A second ClientHello of the same number
 * and another length is that of another association, and replaces the first. */
static struct tw_begun **find(struct tw_assembly *a, const struct tw_handshake *in)
{
	struct tw_begun **at = &a->begun;

	while (*at && ((*at)->seq != in->seq || (*at)->type != in->type))
		at = &(*at)->next;
	if (*at && (*at)->length == in->length)
		return at;
	if (*at && in->type != 1)
		return NULL;
	if (*at)
		drop(a, at);
	if (a->n == TW_MAX_DTLS_MESSAGES)
		return NULL;
	struct tw_begun *m = tw_alloc(sizeof *m);
	*m = (struct tw_begun){ a->begun, in->type, in->seq, in->length, 0, NULL };
	a->begun = m;
	a->n++;
	a->memory += sizeof *m;
	return &a->begun;
}

static void append(struct tw_assembly *a, struct piece *p, struct tw_slice s)
{
	a->memory -= p->b.cap;
	tw_buf_addslice(&p->b, s);
	a->memory += p->b.cap;
}

/* p has grown up to the one behind it: they become one. */
static void join(struct tw_assembly *a, struct tw_begun *m, struct piece *p)
{
	struct piece *o = p->next;

	if (!o || p->at + p->b.n != o->at)
		return;
	append(a, p, tw_buf_slice(&o->b));
	p->next = o->next;
	a->memory -= sizeof *o + o->b.cap;
	tw_buf_free(&o->b);
	free(o);
	m->n--;
}

/* What of s is new between the pieces. */
static void fill(struct tw_assembly *a, struct tw_begun *m, uint32_t at, struct tw_slice s)
{
	struct piece **behind = &m->first, *before = NULL;

	while (s.n) {
		while (*behind && (*behind)->at <= at) {
			before = *behind;
			behind = &before->next;
		}
		size_t end = before ? before->at + before->b.n : 0;
		size_t skip = before && end > at ? end - at : 0;
		skip = skip < s.n ? skip : s.n;
		at += (uint32_t)skip;
		s.p += skip;
		s.n -= skip;
		size_t room = *behind ? (*behind)->at - at : s.n;
		struct tw_slice part = { s.p, room < s.n ? room : s.n };
		if (!part.n)
			continue; /* used up, or the next piece begins here */
		if (!before || end < at) {
			if (m->n == TW_MAX_DTLS_GAPS)
				return;
			struct piece *p = tw_alloc(sizeof *p);
			*p = (struct piece){ *behind, at, { 0 } };
			*behind = before = p;
			behind = &p->next;
			m->n++;
			a->memory += sizeof *p;
		}
		append(a, before, part);
		join(a, m, before);
		at += (uint32_t)part.n;
		s.p += part.n;
		s.n -= part.n;
	}
}

/* Do bytes that came before say otherwise? */
static bool contradicts(const struct tw_begun *m, const struct tw_handshake *in)
{
	size_t end = in->at + in->body.n;

	for (const struct piece *p = m->first; p; p = p->next) {
		size_t from = p->at > in->at ? p->at : in->at, until = p->at + p->b.n < end ? p->at + p->b.n : end;
		if (from < until && memcmp(p->b.p + (from - p->at), in->body.p + (from - in->at), until - from) != 0)
			return true;
	}
	return false;
}

bool tw_assembly_add(struct tw_assembly *a, const struct tw_handshake *in, struct tw_buf *out)
{
	if (!in->body.n || a->memory > TW_MAX_CONNECTION_HELD)
		return false;
	struct tw_begun **at = find(a, in), *m = at ? *at : NULL;
	if (!m)
		return false;
	if (contradicts(m, in)) /* it is another's: one of them is gone on with */
		empty(a, m);
	fill(a, m, in->at, in->body);
	if (!m->first || m->first->at || m->first->b.n != m->length)
		return false;
	*out = m->first->b;
	a->memory -= out->cap;
	m->first->b = (struct tw_buf){ 0 };
	drop(a, at);
	return true;
}
