/* stores.h: the verbs of tw-stores, and what they share. A new one is its file
 * stores_VERB.c and its line in tw-stores.c. */
#ifndef TW_STORES_H
#define TW_STORES_H

#include "trust/import.h"
#include "trust/rootstores.h"

struct stores_verb {
	const char *name, *help;
	int (*run)(int argc, char **argv); /* argv[0] is the verb; the exit status */
};
extern const struct stores_verb stores_check, stores_diff, stores_export, stores_history, stores_import, stores_list,
	stores_overlap, stores_show;

/* ---- options ---- */
/* Each verb takes --output, --threads, --quiet and --help, and those of: */
enum { STORES_AT = 1, STORES_CERTS = 2, STORES_PURPOSE = 4, STORES_STRICT = 8 };
struct stores_options {
	const char *output, *certs;
	int64_t at;           /* TW_TIME_MAX: not told */
	uint32_t purposes;    /* TW_TRUST_SERVER: not told */
	bool strict;
	char **v;             /* the arguments */
	int n;
};
/* Reads them. -1: go on; else the exit status. help is the verb's page. */
int stores_options(struct stores_options *o, int argc, char **argv, const char *help, unsigned takes);

/* ---- stores ---- */
/* All that a run has read: certificates once, whatever names them. */
struct stores_world {
	struct tw_pool pool;       /* of --certs, of the installed folder, of files read */
	struct tw_rootstores r;
	bool opened;               /* r is read, and its pool */
};
struct stores_store {
	char *name;                /* as it was asked for */
	char date[11];             /* of a dated snapshot; else "" */
	struct tw_snapshot s;
	uint64_t warnings;
};
/* The installed folder and its pool, once. -1 after tw_error. */
int stores_folder(struct stores_world *w) TW_CHECK;
/* One of its snapshots. -1 after tw_error. */
int stores_dated(struct stores_world *w, const struct tw_dated *d, struct stores_store *out) TW_CHECK;
/* What an argument S names: NAME@DATE, the snapshot of the installed folder in
 * force then; NAME, the one in force at o->at, or the newest; else a file or
 * folder that can be imported. -1 after tw_error. */
int stores_open(struct stores_world *w, const struct stores_options *o, const char *arg, struct stores_store *out) TW_CHECK;
/* -1 after tw_error where s had warnings, and o is strict. stores_open asks it. */
int stores_strict(const struct stores_options *o, const struct stores_store *s) TW_CHECK;
void stores_close(struct stores_store *s);
void stores_end(struct stores_world *w);

/* ---- rows ---- */
/* The trust of a row in words: kind, purposes, and whatever else it asks. */
void stores_trust(struct tw_buf *b, const struct tw_snapshot *s, const struct tw_snapshot_row *e);
/* How the same is named in two rows: <0, 0, >0, by certificate, serial, key. */
int stores_by_name(const struct tw_snapshot *a, const struct tw_snapshot_row *x, const struct tw_snapshot *b,
	const struct tw_snapshot_row *y);
/* CSV fields sha256, subject, issuer_der_sha256, serial_hex, spki_sha256, each
 * with a comma behind it. */
void stores_put_names(struct tw_buf *b, const struct stores_world *w, const struct tw_snapshot *s,
	const struct tw_snapshot_row *e);

/* Writes b where -o says, and frees it. The exit status: 0, or 2 after tw_error. */
int stores_write(const struct stores_options *o, struct tw_buf *b);

#endif
