/* elements.h: what importers of DER say to the cursors of cert.h; inner to
 * trust/. Tags are identifier octets of X.690. */
#ifndef TW_TRUST_ELEMENTS_H
#define TW_TRUST_ELEMENTS_H

#include "cert/cert.h"

enum { DER_INTEGER = 0x02, DER_OCTETS = 0x04, DER_OID = 0x06, DER_UTC_TIME = 0x17, DER_GENERALIZED_TIME = 0x18,
	DER_BMP = 0x1e, DER_SEQUENCE = 0x30, DER_SET = 0x31, DER_CONTEXT_0 = 0xa0 };

static inline struct tw_der tw_elements(struct tw_slice s)
{
	return (struct tw_der){ s, false };
}
/* Takes the next element if it bears tag; false leaves d where it was. */
static inline bool tw_elements_take(struct tw_der *d, uint8_t tag, struct tw_slice *body)
{
	struct tw_der before = *d;
	struct tw_tlv t;

	if (tw_der_next(d, &t) != 1 || t.tag != tag) {
		*d = before;
		return false;
	}
	*body = t.body;
	return true;
}
/* Are these the content octets of the OID? */
#define tw_oid_is(oid, octets) tw_slice_eq((oid), (struct tw_slice){ (const uint8_t *)(octets), sizeof (octets) - 1 })

#endif
