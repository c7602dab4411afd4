/* base.h: what every folder may use.
 *
 * Conventions of the whole library. Lengths travel with pointers; foreign
 * bytes are never C strings. A struct tw_slice borrows, a struct tw_buf owns.
 * Functions that can fail on input return 0 or a positive count for success
 * and -1 for failure, and are marked TW_CHECK. No memory, or a broken
 * precondition of ours, ends the process with a message (tw_die). No function
 * below the tools reads the locale, nor, but for progress.h, the clock. */
#ifndef TW_BASE_H
#define TW_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define TW_CHECK __attribute__((warn_unused_result))
#define TW_PRINTF(a, b) __attribute__((format(printf, a, b)))

#ifdef __cplusplus
extern "C" {
#endif

/* ---- slices: borrowed bytes ---- */
struct tw_slice {
	const uint8_t *p; /* may be NULL when n is 0 */
	size_t n;
};
/* The bytes of a string literal, or of a NUL-terminated string s. */
static inline struct tw_slice tw_str(const char *s)
{
	struct tw_slice r = { (const uint8_t *)s, strlen(s) };
	return r;
}
/* Equal bytes. */
static inline bool tw_slice_eq(struct tw_slice a, struct tw_slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
/* Equal to a C string. */
static inline bool tw_slice_is(struct tw_slice a, const char *s)
{
	return tw_slice_eq(a, tw_str(s));
}
/* Bytewise order, the shorter first on a tie: <0, 0, >0. */
int tw_slice_cmp(struct tw_slice a, struct tw_slice b);
/* An unsigned decimal number, digits only, at most max. False if not one. */
bool tw_slice_u64(struct tw_slice s, uint64_t max, uint64_t *out);

/* ---- buffers: owned, growing bytes ---- */
struct tw_buf {
	uint8_t *p;
	size_t n, cap;
}; /* all zero = empty */
void tw_buf_free(struct tw_buf *b);
/* Room for n more bytes; returns where they go (does not move n). */
uint8_t *tw_buf_room(struct tw_buf *b, size_t n);
void tw_buf_add(struct tw_buf *b, const void *p, size_t n);
void tw_buf_addc(struct tw_buf *b, char c);
void tw_buf_adds(struct tw_buf *b, const char *s);
void tw_buf_addslice(struct tw_buf *b, struct tw_slice s);
void tw_buf_addu(struct tw_buf *b, uint64_t v);
void tw_buf_addf(struct tw_buf *b, const char *fmt, ...) TW_PRINTF(2, 3);
/* Lower-case hex of n bytes. */
void tw_buf_addhex(struct tw_buf *b, const uint8_t *p, size_t n);
static inline struct tw_slice tw_buf_slice(const struct tw_buf *b)
{
	struct tw_slice s = { b->p, b->n };
	return s;
}
/* Exactly 2*n hex digits of either case into out. False if they are not. */
bool tw_unhex(struct tw_slice hex, uint8_t *out, size_t n);

/* Appends what base64 text stands for, padded or not (RFC 4648 section 4, no
 * white space). False, with nothing appended, if it is none. */
bool tw_base64(struct tw_slice text, struct tw_buf *b);
/* Appends bytes as base64 text, padded. */
void tw_buf_addbase64(struct tw_buf *b, struct tw_slice bytes);

/* ---- memory: these never return NULL ---- */
void *tw_alloc(size_t n);                /* zeroed */
void *tw_realloc(void *p, size_t count, size_t size);
char *tw_strdup(const char *s);

/* ---- messages: all words go to standard error ---- */
/* Our bug or no memory: says so and aborts. */
__attribute__((noreturn)) void tw_die(const char *fmt, ...) TW_PRINTF(1, 2);
/* The name before each message ("tw-ingest"), and -q. */
void tw_msg_setup(const char *tool, bool quiet);
/* Was -q given? */
bool tw_msg_quiet(void);
/* One line "TOOL: ...". Errors are printed even with -q; notes are not. */
void tw_error(const char *fmt, ...) TW_PRINTF(1, 2);
void tw_note(const char *fmt, ...) TW_PRINTF(1, 2);

/* ---- SHA-256 ---- */
#define TW_SHA256 32
void tw_sha256(struct tw_slice s, uint8_t out[TW_SHA256]);

/* ---- a table of fixed 32-byte keys to 32-bit ordinals (first-seen order) ----
 * Keys are digests, so their first bytes are the hash. 36 bytes a key and 8
 * bytes a slot at most half full. */
struct tw_set {
	uint8_t (*keys)[TW_SHA256]; /* by ordinal */
	uint32_t *slots;            /* ordinal + 1, 0 = free */
	uint32_t n, cap, nslots;
};
#define TW_NONE UINT32_MAX
void tw_set_free(struct tw_set *s);
/* The ordinal of key, or TW_NONE. */
uint32_t tw_set_find(const struct tw_set *s, const uint8_t key[TW_SHA256]);
/* The same, added if absent; *fresh says which. */
uint32_t tw_set_add(struct tw_set *s, const uint8_t key[TW_SHA256], bool *fresh);

/* ---- time: 64-bit seconds since 1970-01-01T00:00:00Z, years 0000 to 9999 ---- */
#define TW_TIME_MIN (-62167219200LL) /* 0000-01-01T00:00:00Z */
#define TW_TIME_MAX 253402300799LL   /* 9999-12-31T23:59:59Z */
/* RFC 3339 with any offset, or a date alone (midnight UTC); fractions are
 * cut. Real dates only; a leap second 60 reads as 59. False if it is none. */
bool tw_time_parse(struct tw_slice s, int64_t *out);
/* As above, and appends the same instant in UTC with its fraction kept to b. */
bool tw_time_to_utc(struct tw_slice s, struct tw_buf *b);
/* The first date in a file's name (its folders aside): YYYY-MM-DD or YYYYMMDD,
 * of 1990 to 2099, no digit before it, and directly, or behind one of T t _ -,
 * an hour and minute (HHMM, HH:MM, HH-MM) and perhaps seconds; UTC. False if
 * there is none. */
bool tw_time_from_name(const char *path, int64_t *out);
/* YYYY-MM-DDTHH:MM:SSZ, 20 characters. */
void tw_time_add(struct tw_buf *b, int64_t t);
/* Seconds of a civil UTC date; arguments must be in range (month 1 to 12). */
int64_t tw_time_civil(int year, int month, int day, int hour, int min, int sec);
/* Days in a month, 0 if there is none such. */
int tw_time_month_days(int year, int month);

/* ---- CSV of our own (RFC 4180, LF) ---- */
/* Appends one field, quoted where it must be. No separator is added. */
void tw_csv_field(struct tw_buf *b, struct tw_slice v);
struct tw_row {
	struct tw_slice raw; /* the record's bytes without its line end */
	struct tw_slice *f;  /* the fields, unquoted, then what stages added */
	uint32_t n, cap;
	uint64_t number;     /* 1 = first row after the header */
	struct tw_buf text;  /* owns unquoted and added fields; see tw_row_add */
	uint32_t nraw;       /* of n, how many came from raw */
	uint32_t hashed;     /* digest is that of field hashed - 1; 0: of none */
	uint8_t digest[TW_SHA256];
};
void tw_row_free(struct tw_row *r);
/* Empties a row for the next record; keeps its memory. */
void tw_row_clear(struct tw_row *r);
/* Reserves room so that n more bytes and k more fields fit: fields point into
 * text, so text must not move while a row is filled. tw_row_add relocates the
 * slices itself when it must; a slice fetched from f[] before a tw_row_add is
 * stale after it unless it lies in raw. */
void tw_row_add(struct tw_row *r, struct tw_slice v);
/* Splits one record (without line end) into r->f. -1: quotes are broken. */
int tw_row_split(struct tw_row *r, struct tw_slice record) TW_CHECK;
/* SHA-256 of field i, worked out once for the stages of a row. Lent until the
 * digest of another field is asked for. */
const uint8_t *tw_row_digest(struct tw_row *r, uint32_t i);
/* The length of the first whole record of the n bytes at p, its LF included,
 * quotes respected; 0 when no record is whole. */
size_t tw_csv_record(const uint8_t *p, size_t n);

/* ---- a header: names of the columns of a stream of rows ---- */
struct tw_header {
	char **name;
	uint32_t n;
};
void tw_header_free(struct tw_header *h);
int tw_header_parse(struct tw_header *h, struct tw_slice record) TW_CHECK;
/* Adds a column. -1 when the name is there already. */
int tw_header_add(struct tw_header *h, const char *name) TW_CHECK;
/* Index of a column, or TW_NONE. */
uint32_t tw_header_find(const struct tw_header *h, const char *name);

/* ---- stages: what tw-chain and tw-classify are, and tw-study strings together ----
 * bind() finds its input columns in h and adds its output columns to it; row()
 * adds exactly as many fields to r, in that order; end(), which may be NULL, is
 * called at the end of the rows, once or twice. All return -1 after tw_error.
 * inputs(), which may be NULL, is called after end() and names to p what the
 * stage read meanwhile. free() may be NULL.
 *
 * pause() is set by the filter that runs the stage (NULL: nobody did), for a row
 * that needs what another program is still to write: settle() may call it, in a
 * run of one thread. It writes out what is there and lets some milliseconds go
 * by. 1: the rows' input goes on; 0: it has ended, or holds all it can, so that
 * nothing is to be waited for; -1 after tw_error.
 *
 * A stage whose rows may be worked on in several threads has row() in three
 * parts, too, and row() does all three. look() does what needs the row alone,
 * or tables that others may add to meanwhile, and leaves what it found in m;
 * any thread, in any order. settle() is called for one row after the other, in
 * their order, in one thread at a time: it alone changes what rows share. Where
 * the row is not to be had it says why and returns -1: the run ends. fill() adds
 * the fields; any thread. look() and settle() see the row as it was read, fill()
 * with the fields of the stages before. A stage without them (NULL) comes last;
 * its row() is called in the rows' order. 0 <= thread < TW_MAX_THREADS, one
 * call at a time in each. */
struct tw_mark {
	void *p, *q;
	int64_t v;
	uint32_t flags;
}; /* all zero before look() */
struct tw_provenance;
struct tw_stage {
	const char *name;
	void *self;
	int (*bind)(void *self, struct tw_header *h);
	int (*row)(void *self, struct tw_row *r);
	int (*end)(void *self);
	void (*inputs)(void *self, struct tw_provenance *p);
	void (*free)(void *self);
	int (*pause)(void *filter);
	void *filter;
	void (*look)(void *self, struct tw_row *r, struct tw_mark *m, unsigned thread);
	int (*settle)(void *self, struct tw_row *r, struct tw_mark *m, unsigned thread, struct tw_buf *why);
	void (*fill)(void *self, struct tw_row *r, const struct tw_mark *m, unsigned thread);
};
/* row() out of the three parts, in thread 0. */
int tw_stage_row(const struct tw_stage *s, struct tw_row *r) TW_CHECK;
/* Field i of the row, empty when i is TW_NONE. */
static inline struct tw_slice tw_row_get(const struct tw_row *r, uint32_t i)
{
	struct tw_slice none = { 0, 0 };
	return i < r->n ? r->f[i] : none;
}

#ifdef __cplusplus
}
#endif
#endif
