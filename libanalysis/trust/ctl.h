/* ctl.h: Microsoft's certificate trust lists: SignedData of PKCS#7 1.5 (RFC
 * 2315), whose content is a CTL as it is; inner to trust/. */
#ifndef TW_TRUST_CTL_H
#define TW_TRUST_CTL_H

#include "trust/elements.h"

struct tw_ctl {
	struct tw_slice usage;     /* OID: what the list is */
	struct tw_slice algorithm; /* OID: how its entries name certificates */
	int64_t this_update;
	struct tw_slice entries;   /* SEQUENCE's content; tw_ctl_next */
	struct tw_slice behind;    /* bytes behind the list's end */
};
/* One entry, and its properties by number (OID 1.3.6.1.4.1.311.10.11.N): the
 * content of the OCTET STRING, p NULL where it has none. */
enum { TW_CTL_EKU = 9, TW_CTL_NAME = 11, TW_CTL_SHA256 = 98, TW_CTL_DISABLED = 104, TW_CTL_NOT_EKU = 122,
	TW_CTL_NOT_BEFORE = 126, TW_CTL_NOT_BEFORE_EKU = 127, TW_CTL_PROPERTIES = 128 };
struct tw_ctl_entry {
	struct tw_slice id;
	struct tw_slice property[TW_CTL_PROPERTIES];
	bool damaged; /* a property that can't be read, or stands twice */
};

/* False, with the cause and its place, which lies in file. */
bool tw_ctl_read(struct tw_ctl *c, struct tw_slice file, const uint8_t **at, const char **why);
/* 1 read, 0 at the end, -1 where d is no entry. Start with d on c->entries. */
int tw_ctl_next(struct tw_der *d, struct tw_ctl_entry *e) TW_CHECK;

/* A FILETIME: 100 nanoseconds since 1601, little-endian. False: not 8 bytes, or
 * outside the years that there are. */
bool tw_ctl_filetime(struct tw_slice value, int64_t *t);

#endif
