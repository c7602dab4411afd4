/* known.h: things known by a digest, which one thread at a time adds while
 * others look them up, without a lock. Entries never move. */
#ifndef TW_KNOWN_H
#define TW_KNOWN_H

#include "base/base.h"

struct tw_known;
/* Entries of size bytes, which begin with their digest (TW_SHA256 bytes). */
struct tw_known *tw_known_new(size_t size);
void tw_known_free(struct tw_known *t);
/* The entry of a digest, or NULL; any thread. One that is being added may not
 * be there yet, nor filled: who looks one up in a filter's look() touches it
 * in settle() and later only. */
void *tw_known_find(const struct tw_known *t, const uint8_t key[TW_SHA256]);
/* The same, added, zeroed but for its digest, where it is absent; *fresh says
 * which. One thread at a time. */
void *tw_known_add(struct tw_known *t, const uint8_t key[TW_SHA256], bool *fresh);
/* How many there are, and the i-th in the order in which they were added;
 * while none is being added. */
uint32_t tw_known_count(const struct tw_known *t);
void *tw_known_at(const struct tw_known *t, uint32_t i);

#endif
