/* Which snapshots rows were judged by. */
#include "base/output.h"
#include "base/provenance.h"
#include "chain/memory.h"

#include <inttypes.h>
#include <stdlib.h>

/* What a study may leave unjudged without being stopped: one row in this many. */
#define ONE_IN 100

void tw_chain_used_new(struct tw_chain *o)
{
	o->used = tw_alloc((size_t)o->nstore * sizeof *o->used);
	for (int i = 0; i < o->nstore; i++) {
		o->used[i].rows = tw_alloc((o->store[i].nday + 1) * sizeof *o->used[i].rows);
		o->dated |= o->store[i].nday && !o->store[i].fixed;
	}
}

void tw_chain_used_free(struct tw_chain *o)
{
	for (int i = 0; o->used && i < o->nstore; i++)
		free(o->used[i].rows);
	free(o->used);
}

void tw_chain_count(struct tw_chain *o, int64_t t)
{
	o->rows++;
	for (int i = 0; i < o->nstore; i++) {
		const struct tw_store *s = &o->store[i];
		if (!tw_store_speaks(s, t))
			o->used[i].silent++;
		else
			o->used[i].rows[s->nday ? tw_store_day_at(s, t) : 0]++;
	}
}

static void put_days(struct tw_buf *b, const struct tw_store *s, const struct tw_used *u)
{
	const char *between = "";

	tw_buf_adds(b, ", \"snapshots\": [");
	for (uint32_t i = 0; i < s->nday; i++) {
		if (!u->rows[i])
			continue;
		tw_buf_addf(b, "%s{\"date\": \"%s\", ", between, s->day[i].date);
		if (s->day[i].distrust_dates >= 0)
			tw_buf_addf(b, "\"distrust_dates\": \"%s\", ", s->day[i].distrust_dates ? "yes" : "no");
		tw_buf_addf(b, "\"rows\": %" PRIu64 "}", u->rows[i]);
		between = ", ";
	}
	tw_buf_addf(b, "], \"no_snapshot\": %" PRIu64, u->silent);
}

void tw_chain_provenance(const struct tw_stage *stage, struct tw_provenance *p)
{
	const struct tw_chain *o = stage->self;
	struct tw_buf b = { 0 };

	for (int i = 0; i < o->nstore; i++) {
		const struct tw_store *s = &o->store[i];
		tw_buf_adds(&b, i ? ", {\"name\": " : "[{\"name\": ");
		tw_json_string(&b, tw_str(s->name));
		tw_buf_adds(&b, ", \"spec\": ");
		tw_json_string(&b, tw_str(o->spec[i]));
		if (s->nday) {
			put_days(&b, s, &o->used[i]);
		} else {
			tw_buf_addf(&b, ", \"anchors\": %" PRIu32 ", \"sha256\": \"", s->n);
			tw_buf_addhex(&b, o->snapshot[i], TW_SHA256);
			tw_buf_addf(&b, "\", \"rows\": %" PRIu64, o->used[i].rows[0]);
		}
		tw_buf_addc(&b, '}');
	}
	tw_buf_addc(&b, ']');
	tw_provenance_json(p, "stores", tw_buf_slice(&b));
	tw_buf_free(&b);
}

int tw_chain_spoken(const struct tw_stage *stage)
{
	const struct tw_chain *o = stage->self;
	int err = 0;

	for (int i = 0; i < o->nstore; i++) {
		const struct tw_store *s = &o->store[i];
		if (o->used[i].silent * ONE_IN <= o->rows)
			continue;
		tw_error("store %s: %" PRIu64 " of %" PRIu64 " rows with a chain are older than its first snapshot, of %s, by more than 30 "
			"days: --store-nearest judges them by it", s->name, o->used[i].silent, o->rows, s->day[0].date);
		err = -1;
	}
	return err;
}
