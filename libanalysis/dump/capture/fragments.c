#include "dump/capture/fragments.h"
#include "base/bounds.h"

#include <stdlib.h>
#include <string.h>

#define WAYS 4
#define SETS (TW_MAX_FRAGMENTED / WAYS)
#define UNIT 8
#define LONGEST 65536

struct datagram {
	struct tw_ip ip[2];
	uint32_t id;
	uint8_t protocol;
	bool used;
	int64_t time;
	uint32_t total; /* 0 = the last fragment has not come */
	uint32_t units; /* how many are here */
	uint8_t *bytes; /* LONGEST, kept for the next */
	uint8_t here[LONGEST / UNIT / 8];
};

struct tw_fragments {
	struct datagram d[SETS][WAYS];
	uint64_t lost;
	bool any; /* of d something was used: most captures don't touch it */
};

struct tw_fragments *tw_fragments_new(void)
{
	return tw_alloc(sizeof(struct tw_fragments));
}

void tw_fragments_free(struct tw_fragments *f)
{
	if (!f)
		return;
	for (size_t i = 0; f->any && i < SETS; i++)
		for (size_t k = 0; k < WAYS; k++)
			free(f->d[i][k].bytes);
	free(f);
}

uint64_t tw_fragments_lost(const struct tw_fragments *f)
{
	return f->lost;
}

void tw_fragment_lose(struct tw_fragments *f)
{
	f->lost++;
}

static bool is_it(const struct datagram *d, const struct tw_fragment *in)
{
	return d->used && d->id == in->id && d->protocol == in->protocol && memcmp(d->ip, in->ip, sizeof d->ip) == 0 &&
	    in->time - d->time <= TW_FRAGMENT_SECONDS;
}

static struct datagram *find(struct tw_fragments *f, const struct tw_fragment *in)
{
	uint32_t h = in->id * 2654435761u;
	for (size_t i = 0; i < sizeof in->ip[0].b; i++)
		h = (h ^ in->ip[0].b[i] ^ (uint32_t)in->ip[1].b[i] << 8) * 16777619u;
	struct datagram *set = f->d[(h >> 16) % SETS], *oldest = set;

	for (size_t k = 0; k < WAYS; k++) {
		if (is_it(&set[k], in))
			return &set[k];
		if (oldest->used && (!set[k].used || set[k].time < oldest->time))
			oldest = &set[k];
	}
	f->any = true;
	f->lost += oldest->used;
	uint8_t *bytes = oldest->bytes ? oldest->bytes : tw_alloc(LONGEST);
	*oldest = (struct datagram){ .used = true, .ip = { in->ip[0], in->ip[1] }, .id = in->id, .protocol = in->protocol, .time = in->time,
		.bytes = bytes };
	return oldest;
}

static void copy(struct datagram *d, const struct tw_fragment *in)
{
	for (size_t at = 0; at < in->data.n; at += UNIT) {
		size_t u = (in->offset + at) / UNIT, n = in->data.n - at < UNIT ? in->data.n - at : UNIT;
		if (d->here[u / 8] & 1u << u % 8)
			continue;
		d->here[u / 8] |= (uint8_t)(1u << u % 8);
		d->units++;
		memcpy(d->bytes + u * UNIT, in->data.p + at, n);
	}
}

bool tw_fragment_add(struct tw_fragments *f, const struct tw_fragment *in, struct tw_slice *out)
{
	size_t end = in->offset + in->data.n;

	if (end > LONGEST || (in->more && in->data.n % UNIT) || !in->data.n) {
		f->lost++;
		return false;
	}
	struct datagram *d = find(f, in);
	if (!in->more && !d->total)
		d->total = (uint32_t)end;
	copy(d, in);
	if (!d->total || d->units < (d->total + UNIT - 1) / UNIT)
		return false;
	d->used = false;
	/* More units than the last fragment allows: they contradict each other. */
	if (d->units > (d->total + UNIT - 1) / UNIT) {
		f->lost++;
		return false;
	}
	*out = (struct tw_slice){ d->bytes, d->total };
	return true;
}
