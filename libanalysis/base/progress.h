/* progress.h: how far a run has come, on standard error where that is a
 * terminal and the user did not say -q; nothing else ever. The one place
 * below the tools that reads a clock: no output depends on it.
 *
 * All functions are for one thread, the one that reads. */
#ifndef TW_PROGRESS_H
#define TW_PROGRESS_H

#include "base/base.h"

/* A run over these inputs begins; the sizes of regular files, and of those in
 * folders, add up to a total unless one input is none (a pipe). */
void tw_progress_begin(const char *const *paths, int n);
/* So many bytes of the inputs, as they lie on the disk, have been read and so
 * many records committed. Shown some times a second at most. */
void tw_progress_at(uint64_t bytes, uint64_t records);
/* The line goes away. */
void tw_progress_end(void);
/* Before a message: the same, until the next update. For msg.c. */
void tw_progress_clear(void);

/* The line, without its control characters, into to; total 0: not known. For
 * progress.c and its test. */
void tw_progress_text(char *to, size_t n, uint64_t bytes, uint64_t total, uint64_t records, double seconds);

#endif
