/* explain.h: a judgement for people. */
#ifndef TW_CHAIN_EXPLAIN_H
#define TW_CHAIN_EXPLAIN_H

#include "chain/judge.h"

/* Appends the chain at time t as a person would draw it: each certificate of
 * the path that stands for it, its validity, and below it what it fails, with
 * the rule's clause; then the other paths in a line each. answer is what
 * tw_judge_chain said. */
void tw_explain(struct tw_buf *b, struct tw_judge *j, const struct tw_question *q, const struct tw_judgement *answer,
	int64_t t);

/* Appends all failures of the chosen path, farthest from good first, each once
 * and space-separated; then, behind a semicolon each, the reason of every other
 * undominated path. Without a path: the reason. */
void tw_explain_reasons(struct tw_buf *b, struct tw_judge *j, const struct tw_question *q,
	const struct tw_judgement *answer, int64_t t);

#endif
