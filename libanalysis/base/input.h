/* input.h: a stream of bytes from a file or standard input, recognised as
 * gzip (RFC 1952, any number of members), zstd, xz or plain by its first
 * bytes. A thread reads and hashes the file, another inflates it. */
#ifndef TW_INPUT_H
#define TW_INPUT_H

#include "base/base.h"

#include <sys/types.h>

struct tw_input;

/* Opens path, "-" for standard input. NULL after tw_error. */
struct tw_input *tw_input_open(const char *path) TW_CHECK;
/* The same without a digest, which costs more than all else of a plain file:
 * tw_input_digest must not be asked. */
struct tw_input *tw_input_open_bare(const char *path) TW_CHECK;
/* Up to n bytes; 0 at the end; -1 where the stream is damaged or could not be
 * read: every byte before the damage has been given by then. */
ssize_t tw_input_read(struct tw_input *in, void *to, size_t n) TW_CHECK;
/* Waits up to ms milliseconds: true when a read will not have to wait. */
bool tw_input_ready(struct tw_input *in, unsigned ms) TW_CHECK;
/* Nothing more will come while the caller takes nothing: the file was read to
 * its end, or as much lies ready as is kept ahead. */
bool tw_input_settled(struct tw_input *in) TW_CHECK;
/* After -1: the cause, with the offset in the file. Lent until the close. */
const char *tw_input_why(const struct tw_input *in);
/* "gzip", "zstd", "xz" or "plain"; known after the first read. */
const char *tw_input_kind(const struct tw_input *in);
/* How many bytes of the file itself have been read so far (progress). */
uint64_t tw_input_consumed(struct tw_input *in);
/* SHA-256 of the file's own bytes. Only after a read returned 0. */
void tw_input_digest(struct tw_input *in, uint8_t out[TW_SHA256]);
void tw_input_close(struct tw_input *in);

/* All of a file into b, as it is when unpacked. More than max bytes, which are
 * no WHAT ("set of certificates"), or a failure: -1 after tw_error. */
int tw_input_whole(const char *path, size_t max, const char *what, struct tw_buf *b) TW_CHECK;

/* Every regular file below a folder, sorted by its path's bytes, symbolic
 * links to files included, depth at most TW_MAX_FOLDER_DEPTH; or the path
 * itself when it is no folder. Returns the count, -1 after tw_error. */
int tw_files(const char *path, char ***files) TW_CHECK;
void tw_files_free(char **files, int n);

#endif
