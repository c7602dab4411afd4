/* clients.h: what becomes of clients' addresses in rows (--clients).
 *
 * hash: the column client is the first 128 bits of HMAC-SHA-256 (RFC 2104,
 * FIPS 198-1) of the address's text, in hex. Addresses are few, so that a hash
 * without a secret is turned round by trying all; with one it is a
 * pseudonym. HMAC, not SipHash: 64 bits would let two of 2^32 clients meet more
 * often than not, and anyone can compute it anew with openssl. 128 bits: RFC
 * 2104 section 5 wants half the digest at least. */
#ifndef TW_CLIENTS_H
#define TW_CLIENTS_H

#include "base/provenance.h"
#include "dump/observation.h"

struct tw_clients; /* constant once it is open: any number of threads may use it */

/* how: keep, drop, or hash:KEYFILE, whose bytes are the key as they stand,
 * TW_MIN_KEY to TW_MAX_KEY of them. *c is NULL for keep. 0; 1: how is none of
 * these; -1 after tw_error: the file can't be read, or is no key. */
int tw_clients_open(const char *how, struct tw_clients **c) TW_CHECK;
void tw_clients_free(struct tw_clients *c);

/* The row as it may be written: client is hashed or empty; client_port is empty
 * with drop. In the banner, where a server may greet a client by its address,
 * that address becomes what stands in client, or "-". What is new lives in text
 * until the next call with it. */
void tw_clients_hide(const struct tw_clients *c, struct tw_obs_row *o, struct tw_buf *text);

/* Writes down what was done: the member clients (keep, hash, drop), and with hash
 * clients_key: 16 hex digits that are equal for equal keys and tell nothing of
 * them (HMAC of the text "tlswild"), so that studies of one key can be known. */
void tw_clients_provenance(const struct tw_clients *c, struct tw_provenance *p);

#endif
