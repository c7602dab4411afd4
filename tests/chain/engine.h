/* engine.h: the engine under test, asked about webs. The only file of the
 * enumerator that knows the engine's interface is engine.c. */
#ifndef CHECK_ENGINE_H
#define CHECK_ENGINE_H

#include "chain/brute.h"
#include "chain/judge.h"
#include "synth/web.h"

struct engine {
	struct tw_certs certs;
	struct tw_graph graph;
	struct tw_judgement judgement;
	struct tw_index pool, witness;
	struct tw_trust *trust;
	struct tw_judge *judge;  /* with these, until the next web */
	struct tw_anchor anchor[2 * WEB_CERTS];
	struct tw_block block[2 + WEB_CERTS];
	struct tw_store store;
	uint32_t presented[WEB_CERTS];
	struct tw_question question;
	uint32_t id[WEB_CERTS]; /* certificate of the web to the engine's */
	int n;
};

/* What the engine judges so far. */
struct web_features engine_features(void);
/* Certificates are taken in by order. */
void engine_open(struct engine *e, const struct web *w, const int *order);
void engine_close(struct engine *e);
/* Judges w, of the same certificates, and keeps the judgement. */
void engine_judge(struct engine *e, const struct web *w);
/* Its paths at t, taken apart, the first up to max; how many. */
int engine_paths(struct engine *e, int64_t t, struct brute_listed *out, int max);
/* The leaf of w with each set of the other certificates for what was sent: one
 * judge for all of them says what a new one says; and judgements are told apart. */
bool engine_remembers(struct engine *e, const struct web *w);
/* The steps of the judgement are some: from the first second on, none behind the
 * last, each later than the one before, and saying something else. */
bool engine_steps(const struct engine *e);
/* A judge that is not asked for facts says the same, without them. */
bool engine_without_facts(struct engine *e, const struct web *w);
/* A live pipe: only the store's certificates are there. */
void engine_begin(struct engine *e, const struct web *w);
/* What w presents comes, unless it is there; then w is judged, in w's store,
 * without pool and witness, by the judge that judged what was asked before. */
void engine_ask(struct engine *e, const struct web *w);
/* Its answer at t. */
void engine_at(const struct engine *e, int64_t t, struct brute_answer *a);

#endif
