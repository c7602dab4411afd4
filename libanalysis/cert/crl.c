/* crl.c: the frame of a CertificateList and its extensions (RFC 5280 5.1, 5.2). */
#include "cert/crl.h"
#include "cert/crl_internal.h"

#include <stdlib.h>
#include <string.h>

#define OID(s) { (const uint8_t *)(s), sizeof(s) - 1 }

void tw_crl_unusable(struct tw_crl *c, const char *why)
{
	if (c->usable)
		c->why = why;
	c->usable = false;
}

static bool only_integer(struct tw_slice v, struct tw_slice *out)
{
	return tw_der_only(v, TW_INTEGER, out) && out->n > 0;
}

static bool boolean(struct tw_der *d, uint8_t tag, bool *out)
{
	struct tw_slice b;
	if (!tw_der_take(d, tag, &b))
		return true;
	*out = b.n && b.p[0];
	return b.n == 1;
}

static int read_idp(struct tw_crl *c, struct tw_slice v)
{
	struct tw_slice body, name, reasons;
	struct tw_idp i = { .indirect = false };
	if (!tw_der_only(v, TW_SEQUENCE, &body))
		return -1;
	struct tw_der d = tw_der_in(body);
	if (tw_der_take(&d, 0xa0, &name) && tw_read_point_name(&c->faults, name, &i.point))
		return -1;
	if (!boolean(&d, 0x81, &i.only_user) || !boolean(&d, 0x82, &i.only_ca))
		return -1;
	if (tw_der_take(&d, 0x83, &reasons)) {
		i.point.has_reasons = true;
		if (!tw_read_reasons(&c->faults, reasons, &i.point.reasons))
			return -1;
	}
	if (!boolean(&d, 0x84, &i.indirect) || !boolean(&d, 0x85, &i.only_attribute) || d.s.n)
		return -1;
	/* 5.2.5: no empty sequence, at most one of the three. */
	if (body.n == 0)
		tw_fault(&c->faults, TW_FAULT_LIST_EMPTY);
	if (i.only_user + i.only_ca + i.only_attribute > 1)
		tw_fault(&c->faults, TW_FAULT_EXTENSION_UNREADABLE);
	c->idp = i;
	return 0;
}

static int read_delta(struct tw_crl *c, struct tw_slice v)
{
	return only_integer(v, &c->base) ? 0 : -1;
}

static int read_number(struct tw_crl *c, struct tw_slice v)
{
	return only_integer(v, &c->number) ? 0 : -1;
}

static int read_aki(struct tw_crl *c, struct tw_slice v)
{
	struct tw_aki a;
	if (tw_read_aki(&c->faults, v, &a))
		return -1;
	c->aki = a.id;
	c->aki_issuer = a.issuer;
	c->aki_serial = a.serial;
	return 0;
}

static int read_ian(struct tw_crl *c, struct tw_slice v)
{
	struct tw_slice body;
	uint32_t count;
	return tw_der_only(v, TW_SEQUENCE, &body) && !tw_check_names(&c->faults, body, &count, true) ? 0 : -1;
}

static int read_freshest(struct tw_crl *c, struct tw_slice v)
{
	if (tw_read_points(&c->faults, v))
		return -1;
	c->freshest = v;
	return 0;
}

/* scope: without it nobody knows whom the list is about, critical or not.
 * processed: may be critical. */
static const struct known {
	struct tw_slice oid;
	uint32_t bit;
	int (*read)(struct tw_crl *c, struct tw_slice v);
	bool scope, processed;
} known[] = {
	{ OID("\x55\x1d\x23"), TW_CRL_AKI, read_aki, false, true },
	{ OID("\x55\x1d\x12"), TW_CRL_IAN, read_ian, false, true },
	{ OID("\x55\x1d\x14"), TW_CRL_NUMBER, read_number, false, true },
	{ OID("\x55\x1d\x1b"), TW_CRL_DELTA, read_delta, true, true },
	{ OID("\x55\x1d\x1c"), TW_CRL_IDP, read_idp, true, true },
	{ OID("\x55\x1d\x2e"), TW_CRL_FRESHEST, read_freshest, false, false },
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x01"), TW_CRL_AIA, NULL, false, false },
};

static void known_extension(struct tw_crl *c, const struct known *k, const struct tw_extension *e)
{
	tw_der_scan(&c->faults, e->value, NULL);
	bool ok = !k->read || k->read(c, e->value) == 0;
	if (ok) {
		c->ext |= k->bit;
		c->critical |= e->critical ? k->bit : 0;
	} else
		tw_fault(&c->faults, TW_FAULT_EXTENSION_UNREADABLE);
	if (!ok && k->scope)
		tw_crl_unusable(c, "its scope cannot be decoded");
	else if (e->critical && (!ok || !k->processed))
		tw_crl_unusable(c, "a critical extension cannot be processed");
}

static void list_extension(struct tw_crl *c, struct tw_slice body, uint32_t *seen)
{
	struct tw_extension e;
	bool whole = tw_read_extension(&c->faults, body, &e);
	if (!whole) {
		tw_fault(&c->faults, TW_FAULT_EXTENSIONS_UNREADABLE);
		tw_crl_unusable(c, "an extension cannot be decoded");
		return;
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (tw_slice_eq(known[i].oid, e.oid)) {
			if (*seen & known[i].bit)
				tw_fault(&c->faults, TW_FAULT_DUPLICATE);
			else
				known_extension(c, &known[i], &e);
			*seen |= known[i].bit;
			return;
		}
	c->ext |= TW_CRL_UNKNOWN;
	if (e.critical) {
		c->critical |= TW_CRL_UNKNOWN;
		tw_crl_unusable(c, "a critical extension is not known");
	}
}

static void list_extensions(struct tw_crl *c, struct tw_slice body)
{
	struct tw_slice list, one;
	uint32_t seen = 0;
	if (c->version == 1)
		tw_fault(&c->faults, TW_FAULT_V1_EXTENSIONS);
	if (!tw_der_only(body, TW_SEQUENCE, &list)) {
		tw_fault(&c->faults, TW_FAULT_EXTENSIONS_UNREADABLE);
		tw_crl_unusable(c, "the extensions cannot be decoded");
		return;
	}
	if (list.n == 0)
		tw_fault(&c->faults, TW_FAULT_EXTENSIONS_EMPTY);
	struct tw_der d = tw_der_in(list);
	while (tw_der_take(&d, TW_SEQUENCE, &one))
		list_extension(c, one, &seen);
	if (d.s.n) {
		tw_fault(&c->faults, TW_FAULT_EXTENSIONS_UNREADABLE);
		tw_crl_unusable(c, "the extensions cannot be decoded");
	}
}

/* Version, left out for version 1 and never written as such (5.1.2.1). */
static void read_version(struct tw_crl *c, struct tw_der *d)
{
	struct tw_slice v;
	int32_t n;
	c->version = 1;
	if (!tw_der_take(d, TW_INTEGER, &v))
		return;
	c->version = tw_int_small(v, &n) && n <= 1 ? n + 1 : -1;
	if (c->version == 1)
		tw_fault(&c->faults, TW_FAULT_VERSION_DEFAULT);
	if (c->version < 0) {
		tw_fault(&c->faults, TW_FAULT_VERSION_UNKNOWN);
		tw_crl_unusable(c, "its version is not known");
	}
}

static bool a_time(const struct tw_der *d)
{
	return tw_der_is(d, TW_UTC_TIME) || tw_der_is(d, TW_GENERALIZED_TIME);
}

static bool read_times(struct tw_crl *c, struct tw_der *d)
{
	struct tw_tlv t;
	if (!a_time(d) || tw_der_next(d, &t) != 1)
		return false;
	if (!tw_der_time(&t, &c->this_update, &c->faults))
		tw_crl_unusable(c, "thisUpdate cannot be read");
	c->has_next_update = a_time(d) && tw_der_next(d, &t) == 1;
	if (c->has_next_update && !tw_der_time(&t, &c->next_update, &c->faults))
		c->next_update = TW_TIME_MIN;
	return true;
}

static bool take_whole(struct tw_der *d, uint8_t tag, struct tw_tlv *t)
{
	return tw_der_is(d, tag) && tw_der_next(d, t) == 1;
}

static bool read_tbs(struct tw_crl *c, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_tlv t;
	struct tw_slice entries = { 0, 0 }, ext;
	read_version(c, &d);
	if (!take_whole(&d, TW_SEQUENCE, &t))
		return false;
	c->tbs_sig_alg = t.all;
	if (!take_whole(&d, TW_SEQUENCE, &t))
		return false;
	c->issuer = t.all;
	if (!read_times(c, &d))
		return false;
	bool had = tw_der_take(&d, TW_SEQUENCE, &entries);
	if (had && entries.n == 0) /* 5.1.2.6: left out where there are none */
		tw_fault(&c->faults, TW_FAULT_LIST_EMPTY);
	/* What the list is about comes before what stands in it. */
	if (tw_der_take(&d, 0xa0, &ext))
		list_extensions(c, ext);
	if (d.s.n) {
		tw_fault(&c->faults, TW_FAULT_TBS_EXTRA);
		tw_crl_unusable(c, "an element stands where none may be");
	}
	tw_crl_read_entries(c, entries);
	return true;
}

static const char *read_list(struct tw_crl *c, struct tw_slice body)
{
	struct tw_der d = tw_der_in(body);
	struct tw_tlv tbs, t;
	if (!take_whole(&d, TW_SEQUENCE, &tbs))
		return "no TBSCertList";
	c->tbs = tbs.all;
	if (tw_der_next(&d, &t) != 1)
		return "no signature algorithm";
	c->sig_alg = t.all;
	if (!tw_algorithm(t.all, &c->sig_oid, &c->sig_params))
		tw_fault(&c->faults, TW_FAULT_ALGORITHM_UNREADABLE);
	if (!take_whole(&d, TW_BIT_STRING, &t) || t.body.n == 0)
		return "no signature";
	if (!tw_bits_whole(t.body, &c->signature))
		c->signature.p = t.body.p;
	if (d.s.n)
		tw_fault(&c->faults, TW_FAULT_TRAILING);
	if (!read_tbs(c, tbs.body))
		return "algorithm, issuer or thisUpdate not found";
	if (!tw_slice_eq(c->sig_alg, c->tbs_sig_alg)) {
		tw_fault(&c->faults, TW_FAULT_ALGORITHM_DIFFERS);
		tw_crl_unusable(c, "inner and outer algorithm differ");
	}
	if (tw_check_name(&c->faults, c->issuer))
		tw_fault(&c->faults, TW_FAULT_NAME_UNREADABLE);
	return NULL;
}

static void forget(struct tw_crl *c, struct tw_slice der)
{
	memset(c, 0, sizeof *c);
	c->der = der;
	c->usable = true;
	c->this_update = TW_TIME_MAX;
	c->next_update = TW_TIME_MAX;
}

void tw_crl_read(struct tw_crl *c, struct tw_slice der)
{
	struct tw_der d = tw_der_in(der);
	struct tw_tlv t;
	const char *why = "no whole SEQUENCE";
	forget(c, der);
	if (der.n > UINT32_MAX)
		why = "larger than 4 GiB";
	else if (take_whole(&d, TW_SEQUENCE, &t))
		why = read_list(c, t.body);
	c->readable = !why;
	if (why) {
		tw_crl_free(c);
		forget(c, der);
		c->usable = false;
		c->why = why;
		return;
	}
	if (d.s.n)
		tw_fault(&c->faults, TW_FAULT_TRAILING);
	tw_der_scan(&c->faults, t.all, NULL);
}

void tw_crl_free(struct tw_crl *c)
{
	free(c->entry);
	free(c->slots);
	c->entry = NULL;
	c->slots = NULL;
	c->n = c->nslots = 0;
}
