/* bounds.h: every limit on foreign input, with its reason. When a limit cuts
 * a result, the result says so (a reject row, or the reason "limit"). */
#ifndef TW_BOUNDS_H
#define TW_BOUNDS_H

/* A record of a dump: the largest zgrab2 lines seen hold a page body of some
 * megabytes; longer is a reject, skipped to the next newline. */
#define TW_MAX_RECORD (16u << 20)

#endif
