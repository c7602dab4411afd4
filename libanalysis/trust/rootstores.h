/* rootstores.h: the folder of dated snapshots that is installed with the tools:
 *
 *   rootstores/STORE/YYYY-MM-DD.csv   what the store said from that day on
 *   rootstores/pool.pem               the certificates of all of them
 *   rootstores/SOURCES.csv            where each is from, and its licence */
#ifndef TW_TRUST_ROOTSTORES_H
#define TW_TRUST_ROOTSTORES_H

#include "base/base.h"

struct tw_dated {
	char *store;          /* [a-z0-9_-]+ */
	char *path;           /* of its CSV */
	char date[11];        /* YYYY-MM-DD */
	int64_t since;        /* its midnight, UTC: in force from then until the store's next one */
	bool distrust_dates;  /* could the source carry the vendor's distrust dates? */
	uint64_t line;        /* of SOURCES.csv; 0: it has none for this snapshot */
	char *source, *sha256, *licence, *note; /* as there; "" where it has none */
};

struct tw_rootstores {
	char *folder, *pool;  /* the paths */
	struct tw_dated *v;   /* by store, then by date */
	uint32_t n, cap;
	char **lost;          /* STORE/DATE of lines of SOURCES.csv whose snapshot is not there */
	uint32_t nlost;
}; /* all zero = none */

/* The folder's path, for free(): the environment's TLSWILD_ROOTSTORES where it
 * is set; else beside the running program, as installed
 * (../share/tlswild/rootstores) or as built (../rootstores, rootstores); else
 * where this was configured to be installed. NULL after tw_error that says
 * where it was looked for. */
char *tw_rootstores_folder(void) TW_CHECK;
/* The same, but NULL without a message where there is none; what the environment
 * names is not looked at. */
char *tw_rootstores_look(void) TW_CHECK;

/* What lies in it; no snapshot is read. Files and folders of other names are
 * passed over. -1 after tw_error, and r is empty then. */
int tw_rootstores_open(struct tw_rootstores *r, const char *folder) TW_CHECK;
/* The snapshots of one folder, a user's own series, with pool.pem in it or else
 * beside it; all of store "". -1 after tw_error, and r is empty then. */
int tw_rootstores_one(struct tw_rootstores *r, const char *folder) TW_CHECK;
void tw_rootstores_free(struct tw_rootstores *r);

/* The snapshots of a store, oldest first: the first of *n; NULL and 0 where
 * there is no such store. */
const struct tw_dated *tw_rootstores_of(const struct tw_rootstores *r, const char *store, uint32_t *n);
/* The one in force at t: the newest since then or before; NULL where the
 * oldest is younger, or there is no such store. */
const struct tw_dated *tw_rootstores_at(const struct tw_rootstores *r, const char *store, int64_t t);

/* Is it a store's name? */
bool tw_store_name(struct tw_slice name);

#endif
