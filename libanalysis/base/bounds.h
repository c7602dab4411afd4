/* bounds.h: every limit on foreign input, with its reason. When a limit cuts
 * a result, the result says so (a reject row, or the reason "limit"). */
#ifndef TW_BOUNDS_H
#define TW_BOUNDS_H

/* A record of a dump: the largest zgrab2 lines seen hold a page body of some
 * megabytes; longer is a reject, skipped to the next newline. */
#define TW_MAX_RECORD (16u << 20)

/* What an xz stream may ask of memory: its largest preset (-9) needs 65 MiB. */
#define TW_MAX_XZ_MEMORY (256ull << 20)

/* Folders in folders: no dump nests deeper; stops loops of symbolic links. */
#define TW_MAX_FOLDER_DEPTH 16u

#endif
