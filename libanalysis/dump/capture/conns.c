/* A hash table with chains, and two lists. */
#include "dump/capture/conns.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static uint64_t hash(const struct tw_ip *a, uint16_t ap, const struct tw_ip *b, uint16_t bp)
{
	struct {
		struct tw_ip ip[2];
		uint16_t port[2];
	} key;
	int order = memcmp(a, b, sizeof *a);

	memset(&key, 0, sizeof key);
	unsigned first = order > 0 || (order == 0 && ap > bp);
	key.ip[first] = *a;
	key.port[first] = ap;
	key.ip[!first] = *b;
	key.port[!first] = bp;
	return XXH3_64bits(&key, sizeof key);
}

bool tw_conn_sends(const struct tw_conn *c, const struct tw_segment *s, unsigned d)
{
	return c->port[d] == s->port[0] && c->port[!d] == s->port[1] && memcmp(&c->ip[d], &s->ip[0], sizeof c->ip[0]) == 0 &&
	    memcmp(&c->ip[!d], &s->ip[1], sizeof c->ip[0]) == 0;
}

static struct tw_conn **slot_of(const struct tw_conns *t, uint64_t h)
{
	return &t->slot[h & (t->nslots - 1)];
}

struct tw_conn *tw_conns_find(const struct tw_conns *t, const struct tw_segment *s, unsigned *d)
{
	struct tw_conn *c = !t->nslots ? NULL : *slot_of(t, hash(&s->ip[0], s->port[0], &s->ip[1], s->port[1]));

	for (; c; c = c->chain) {
		/* A connection with itself: the direction is that of the first. */
		*d = !tw_conn_sends(c, s, 0);
		if (!*d || tw_conn_sends(c, s, 1))
			return c;
	}
	return NULL;
}

static uint64_t hash_of(const struct tw_conn *c)
{
	return hash(&c->ip[0], c->port[0], &c->ip[1], c->port[1]);
}

static void grow(struct tw_conns *t)
{
	uint32_t old = t->nslots;
	struct tw_conn **slots = t->slot;

	t->nslots = old ? 2 * old : 1024;
	t->slot = tw_alloc(t->nslots * sizeof *t->slot);
	for (uint32_t i = 0; i < old; i++)
		for (struct tw_conn *c = slots[i], *next; c; c = next) {
			struct tw_conn **at = slot_of(t, hash_of(c));
			next = c->chain;
			c->chain = *at;
			*at = c;
		}
	free(slots);
}

static void unlist(struct tw_conns *t, struct tw_conn *c)
{
	struct tw_conns_line *l = c->closed ? &t->closed : &t->live;
	*(c->older ? &c->older->newer : &l->oldest) = c->newer;
	*(c->newer ? &c->newer->older : &l->newest) = c->older;
}

static void list(struct tw_conns *t, struct tw_conn *c)
{
	struct tw_conns_line *l = c->closed ? &t->closed : &t->live;
	c->older = l->newest;
	c->newer = NULL;
	*(l->newest ? &l->newest->newer : &l->oldest) = c;
	l->newest = c;
}

size_t tw_conns_add(struct tw_conns *t, struct tw_conn *c)
{
	uint32_t slots = t->nslots;

	if (t->n >= t->nslots)
		grow(t);
	struct tw_conn **at = slot_of(t, hash_of(c));
	c->chain = *at;
	*at = c;
	list(t, c);
	t->n++;
	return (t->nslots - slots) * sizeof *t->slot;
}

void tw_conns_touch(struct tw_conns *t, struct tw_conn *c)
{
	if (c == t->live.newest || c->closed)
		return;
	unlist(t, c);
	list(t, c);
}

void tw_conns_close(struct tw_conns *t, struct tw_conn *c)
{
	unlist(t, c);
	c->closed = true;
	list(t, c);
}

void tw_conns_reopen(struct tw_conns *t, struct tw_conn *c)
{
	unlist(t, c);
	c->closed = false;
	list(t, c);
}

void tw_conns_remove(struct tw_conns *t, struct tw_conn *c)
{
	struct tw_conn **at = slot_of(t, hash_of(c));

	while (*at != c)
		at = &(*at)->chain;
	*at = c->chain;
	unlist(t, c);
	t->n--;
}

void tw_conns_free(struct tw_conns *t)
{
	free(t->slot);
}
