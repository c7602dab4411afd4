/* crl_entries.c: revokedCertificates (RFC 5280 5.1.2.6, 5.3) and their index
 * by serial number. */
#include "cert/crl_internal.h"

#include <stdlib.h>
#include <string.h>

#define OID(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static const struct tw_slice reason_code = OID("\x55\x1d\x15"), hold_instruction = OID("\x55\x1d\x17"),
	invalidity_date = OID("\x55\x1d\x18"), certificate_issuer = OID("\x55\x1d\x1d");

static uint32_t offset(const struct tw_crl *c, const uint8_t *p)
{
	return (uint32_t)(p - c->der.p);
}

static bool read_reason(struct tw_crl_entry *e, struct tw_slice v)
{
	struct tw_slice n;
	int32_t reason;
	if (!tw_der_only(v, TW_ENUMERATED, &n) || !tw_int_small(n, &reason) || reason > 10 || reason == 7)
		return false;
	e->reason = (uint8_t)reason;
	return true;
}

static bool read_issuer(struct tw_crl *c, struct tw_crl_entry *e, struct tw_slice v)
{
	struct tw_slice body;
	uint32_t count;
	if (!tw_der_only(v, TW_SEQUENCE, &body) || tw_check_names(&c->faults, body, &count, false) || count == 0)
		return false;
	e->issuer_at = offset(c, body.p);
	e->issuer_n = (uint32_t)body.n;
	return true;
}

/* What an entry's extensions have had: a repeated one does not count. */
enum { SEEN_REASON = 1, SEEN_ISSUER = 2, SEEN_DATE = 4, SEEN_HOLD = 8 };

static void entry_extension(struct tw_crl *c, struct tw_crl_entry *e, const struct tw_extension *x, uint32_t *seen)
{
	bool reason = tw_slice_eq(x->oid, reason_code), issuer = tw_slice_eq(x->oid, certificate_issuer);
	bool date = tw_slice_eq(x->oid, invalidity_date), hold = tw_slice_eq(x->oid, hold_instruction);
	uint32_t bit = reason ? SEEN_REASON : issuer ? SEEN_ISSUER : date ? SEEN_DATE : hold ? SEEN_HOLD : 0;
	if (*seen & bit) {
		tw_fault(&c->faults, TW_FAULT_DUPLICATE);
		return;
	}
	*seen |= bit;
	bool ok = true;
	if (reason)
		ok = read_reason(e, x->value);
	else if (issuer && !c->idp.indirect)
		ok = false; /* 5.3.3: only an indirect list has it; the entry stays one of the list's issuer */
	else if (issuer) {
		ok = read_issuer(c, e, x->value);
		if (!ok) /* nobody knows whom this entry and the next are about */
			tw_crl_unusable(c, "a certificateIssuer cannot be decoded");
	}
	if (!ok)
		tw_fault(&c->faults, TW_FAULT_EXTENSION_UNREADABLE);
	/* 5.3: a list with a critical one that cannot be processed is of no use.
	 * invalidityDate needs no processing. */
	if (x->critical && (!ok || !(reason || issuer || date)))
		tw_crl_unusable(c, "a critical extension of an entry cannot be processed");
}

static bool entry_extensions(struct tw_crl *c, struct tw_crl_entry *e, struct tw_slice list)
{
	struct tw_der d = tw_der_in(list);
	struct tw_slice one;
	struct tw_extension x;
	uint32_t seen = 0;
	if (c->version == 1)
		tw_fault(&c->faults, TW_FAULT_V1_EXTENSIONS);
	if (list.n == 0)
		tw_fault(&c->faults, TW_FAULT_EXTENSIONS_EMPTY);
	while (tw_der_take(&d, TW_SEQUENCE, &one)) {
		if (!tw_read_extension(&c->faults, one, &x))
			return false;
		entry_extension(c, e, &x, &seen);
	}
	return d.s.n == 0;
}

/* e comes with the issuer of the entry before. */
static bool read_entry(struct tw_crl *c, struct tw_crl_entry *e, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_slice serial, list;
	struct tw_tlv t;
	if (!tw_der_take(&d, TW_INTEGER, &serial) || serial.n == 0)
		return false;
	serial = tw_der_shortest(serial);
	/* No certificate has a serial so long (4.1.2.2 says 20 octets): the entry
	 * stands for none. */
	e->serial_n = serial.n > UINT16_MAX ? 0 : (uint16_t)serial.n;
	e->serial_at = offset(c, serial.p);
	if ((!tw_der_is(&d, TW_UTC_TIME) && !tw_der_is(&d, TW_GENERALIZED_TIME)) || tw_der_next(&d, &t) != 1)
		return false;
	e->date = TW_TIME_MIN;
	(void)tw_der_time(&t, &e->date, &c->faults);
	if (tw_der_take(&d, TW_SEQUENCE, &list) && !entry_extensions(c, e, list))
		return false;
	return d.s.n == 0;
}

/* FNV-1a: entries of one slot are chained, so that equal or hostile serials
 * cost a walk when they are looked up, and nothing when the list is read. */
static uint32_t hash(struct tw_slice s)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 16777619u;
	return h ^ h >> 15;
}

static void index_entries(struct tw_crl *c)
{
	c->nslots = 16;
	while (c->nslots < c->n)
		c->nslots *= 2;
	c->slots = tw_realloc(NULL, c->nslots, sizeof *c->slots);
	memset(c->slots, 0xff, c->nslots * sizeof *c->slots);
	/* From the last to the first: a chain keeps the list's order. */
	for (uint32_t i = c->n; i-- > 0;) {
		uint32_t *slot = &c->slots[hash(tw_crl_serial(c, &c->entry[i])) & (c->nslots - 1)];
		c->entry[i].next = *slot;
		*slot = i;
	}
}

void tw_crl_read_entries(struct tw_crl *c, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_slice one;
	struct tw_crl_entry e = { .date = 0 };
	uint32_t cap = 0;
	while (tw_der_take(&d, TW_SEQUENCE, &one)) {
		e.reason = 0;
		if (!read_entry(c, &e, one)) {
			tw_fault(&c->faults, TW_FAULT_FORM);
			tw_crl_unusable(c, "an entry cannot be decoded");
			break;
		}
		if (c->n == cap) {
			cap = cap ? cap * 2 : 64;
			c->entry = tw_realloc(c->entry, cap, sizeof *c->entry);
		}
		c->entry[c->n++] = e;
	}
	if (d.s.n) {
		tw_fault(&c->faults, TW_FAULT_FORM);
		tw_crl_unusable(c, "an entry cannot be decoded");
	}
	if (c->n)
		index_entries(c);
}

const struct tw_crl_entry *tw_crl_find(const struct tw_crl *c, struct tw_slice serial, uint32_t *at)
{
	serial = tw_der_shortest(serial);
	if (c->n == 0 || serial.n == 0)
		return NULL;
	/* *at is 1 + the entry found last. */
	uint32_t i = *at ? c->entry[*at - 1].next : c->slots[hash(serial) & (c->nslots - 1)];
	while (i != TW_NONE && !tw_slice_eq(tw_crl_serial(c, &c->entry[i]), serial))
		i = c->entry[i].next;
	if (i == TW_NONE)
		return NULL;
	*at = i + 1;
	return &c->entry[i];
}
