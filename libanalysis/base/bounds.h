/* bounds.h: every limit on foreign input, with its reason. When a limit cuts
 * a result, the result says so (a reject row, or the reason "limit"). */
#ifndef TW_BOUNDS_H
#define TW_BOUNDS_H

/* A record of a dump: the largest zgrab2 lines seen hold a page body of some
 * megabytes; longer is a reject, skipped to the next newline. */
#define TW_MAX_RECORD (16u << 20)

/* Threads of one run: past this a single reader and writer is the limit. */
#define TW_MAX_THREADS 64u

/* Bytes of blocks under way at once: 64 threads with a block each, or as many
 * records of the largest size as fit. */
#define TW_BLOCKS_WEIGHT (64u << 20)

/* What an xz stream may ask of memory: its largest preset (-9) needs 65 MiB. */
#define TW_MAX_XZ_MEMORY (256ull << 20)

/* Folders in folders: no dump nests deeper; stops loops of symbolic links. */
#define TW_MAX_FOLDER_DEPTH 16u

/* Levels of nested elements that are searched for faults of encoding. A
 * certificate needs about ten; the bound keeps the stack. */
#define TW_MAX_DER_DEPTH 40

/* Attributes in one RDN. Names in use have one, rarely two or three; a name
 * with more than this is compared as its bytes. */
#define TW_MAX_AVAS 64

/* Certificates in a path, its anchor included. The longest real paths have
 * six; the public suites go to some dozens only to test this bound. */
#define TW_MAX_DEPTH 32

/* Issuer candidates of different keys whose signature is tried for a child.
 * The largest groups of equal names in scans have some dozens of keys. */
#define TW_MAX_CHECKS 64

/* Edges walked, remembered signature or not, while one chain is judged. Real
 * webs of cross-signatures need some dozens. */
#define TW_MAX_EDGES 4096

/* Complete paths kept for one chain. Beyond it only yes or no can suffer: the
 * chain says limit where none of the kept ones is good. */
#define TW_MAX_PATHS 256

/* RSA keys whose check costs too much (an exponent of 16384 bits takes half a
 * second) and DSA primes likewise. */
#define TW_MAX_RSA_BITS 16384
#define TW_MAX_RSA_EXPONENT 8
#define TW_MAX_DSA_BITS 10000

/* Comparisons of names with name-constraint subtrees along one path, counted
 * before any is made: a megabyte of each would be 10^10. */
#define TW_MAX_CONSTRAINT_COST (1u << 20)

/* A file of certificates that is read whole (a store, a chain, a pool): the
 * bundle of all intermediates that the browsers' vendors know is 20 MB. */
#define TW_MAX_BUNDLE (256u << 20)

/* Certificates one server presents: the longest honest chains have some ten,
 * misconfigured servers have sent whole bundles of some hundred. */
#define TW_MAX_PRESENTED 1024u

/* How deep a TLS log is looked for in a scan's result: zgrab2 nests it three
 * deep at most. */
#define TW_MAX_SEARCH_DEPTH 16u

#endif
