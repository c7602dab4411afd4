/* Microsoft's authroot.stl and disallowedcert.stl, also in the cabinets that
 * they are downloaded in. What a property means: learn.microsoft.com,
 * security/trusted-root/deprecation; their numbers: wincrypt.h. The signature
 * of the list is not checked: that it is Microsoft's is the user's word. */
#include "trust/importers.h"
#include "base/bounds.h"
#include "trust/cab.h"
#include "trust/ctl.h"
#include "trust/disallowed.h"
#include "trust/text.h"

#define OID_ROOT_LIST "\x2b\x06\x01\x04\x01\x82\x37\x0a\x03\x09" /* 1.3.6.1.4.1.311.10.3.9 */

static bool mine(const struct tw_import *im)
{
	static const char usual[] = "\x06\x09\x2b\x06\x01\x04\x01\x82\x37\x0a\x01"; /* contentType: a CTL */
	size_t n = im->bytes.n < 256 ? im->bytes.n : 256;

	return !im->folder && (tw_cab_is(im->bytes) || (n && im->bytes.p[0] == DER_SEQUENCE &&
		memmem(im->bytes.p, n, usual, sizeof usual - 1)));
}

/* The uses in a list of OIDs. False: it is none. */
static bool read_uses(struct tw_slice value, uint32_t *uses)
{
	struct tw_der d = tw_elements(value);
	struct tw_slice list, oid;

	*uses = 0;
	if (!tw_elements_take(&d, DER_SEQUENCE, &list) || d.s.n)
		return false;
	for (d = tw_elements(list); tw_elements_take(&d, DER_OID, &oid);) {
		if (tw_oid_is(oid, "\x55\x1d\x25\x00")) /* anyExtendedKeyUsage */
			*uses |= TW_TRUST_ALL;
		if (oid.n != 8 || memcmp(oid.p, "\x2b\x06\x01\x05\x05\x07\x03", 7) != 0)
			continue;
		switch (oid.p[7]) { /* RFC 5280 4.2.1.12 */
		case 1: *uses |= TW_TRUST_SERVER; break;
		case 2: *uses |= TW_TRUST_CLIENT; break;
		case 3: *uses |= TW_TRUST_CODE; break;
		case 4: *uses |= TW_TRUST_EMAIL; break;
		default: break;
		}
	}
	return d.s.n == 0;
}

/* The purposes that 9 and 122 leave. What can't be read leaves none. */
static uint32_t purposes(struct tw_import *im, const struct tw_ctl_entry *e)
{
	uint32_t yes = TW_TRUST_ALL, no = 0;

	if ((e->property[TW_CTL_EKU].p && !read_uses(e->property[TW_CTL_EKU], &yes)) ||
	    (e->property[TW_CTL_NOT_EKU].p && !read_uses(e->property[TW_CTL_NOT_EKU], &no))) {
		tw_import_warn(im, "a list of uses that can't be read: trusted for none");
		return 0;
	}
	return yes & ~no;
}

/* 104: disabled, since a date or without one. */
static bool disabled(struct tw_import *im, const struct tw_ctl *list, const struct tw_ctl_entry *e)
{
	struct tw_slice value = e->property[TW_CTL_DISABLED];
	int64_t since;

	if (!value.p)
		return false;
	if (!value.n)
		return true;
	if (!tw_ctl_filetime(value, &since)) {
		tw_import_warn(im, "a date since which it is disabled that can't be read: disabled");
		return true;
	}
	if (since <= list->this_update)
		return true;
	tw_import_warn(im, "disabled from a date on that is later than the list: not yet");
	return false;
}

/* 126 and 127. */
static void put_distrust(struct tw_import *im, const struct tw_ctl_entry *e, struct tw_snapshot_row *row)
{
	struct tw_slice date = e->property[TW_CTL_NOT_BEFORE], uses = e->property[TW_CTL_NOT_BEFORE_EKU];
	uint32_t covered = TW_TRUST_ALL;
	bool known = !uses.p || read_uses(uses, &covered);

	if (!date.p || !date.n || !(covered & TW_TRUST_SERVER || !known))
		return;
	if (!known || !tw_ctl_filetime(date, &row->distrust_after)) {
		tw_import_warn(im, "a distrust by date that can't be read: not trusted for servers");
		row->distrust_after = TW_TIME_MAX;
		row->purposes &= ~(uint32_t)TW_TRUST_SERVER;
	}
}

/* An anchor by its SHA-256, else by the SHA-1 that is the entry's name. NULL:
 * neither names one. */
static struct tw_snapshot_row *add(struct tw_import *im, const struct tw_ctl_entry *e)
{
	struct tw_slice sha256 = e->property[TW_CTL_SHA256];
	char hex[2 * TW_SHA1 + 1];

	for (size_t i = 0; i < TW_SHA1; i++)
		snprintf(hex + 2 * i, 3, "%02x", e->id.p[i]);
	if (sha256.n != TW_SHA256) {
		struct tw_snapshot_row *row = tw_import_named(im, TW_ROW_ANCHOR, true, e->id.p);
		if (!row)
			tw_import_warn(im, "SHA-1 %s: no certificate at hand (--certs takes a folder or file that has it), nor its SHA-256 here", hex);
		return row;
	}
	uint32_t by_sha1 = im->pool ? tw_pool_find_sha1(im->pool, e->id.p) : TW_NONE;
	if (by_sha1 != TW_NONE && memcmp(im->pool->certs.v[by_sha1].sha256, sha256.p, TW_SHA256) != 0)
		tw_import_warn(im, "SHA-1 %s: the certificate at hand has another SHA-256 than is said here, which counts", hex);
	return tw_import_named(im, TW_ROW_ANCHOR, false, sha256.p);
}

static void read_entry(struct tw_import *im, const struct tw_ctl *list, const struct tw_ctl_entry *e)
{
	struct tw_buf name = { 0 };
	struct tw_slice text = e->property[TW_CTL_NAME];

	im->at = (uint64_t)(e->id.p - im->bytes.p);
	if (e->id.n != TW_SHA1) {
		tw_import_warn(im, "an entry with a name of %zu bytes, which is no SHA-1: passed over", e->id.n);
		return;
	}
	if (e->damaged)
		tw_import_warn(im, "a property that can't be read, or stands twice");
	struct tw_snapshot_row *row = add(im, e);
	if (!row)
		return;
	/* Windows looks at the validity of the whole chain, root included:
	 * CertGetCertificateChain, CERT_TRUST_IS_NOT_TIME_VALID. */
	row->at = im->at;
	row->purposes = disabled(im, list, e) ? 0 : purposes(im, e);
	put_distrust(im, e, row);
	while (text.n >= 2 && !text.p[text.n - 1] && !text.p[text.n - 2])
		text.n -= 2;
	tw_text_utf16(&name, text, true);
	row->label = tw_snapshot_text(im->out, tw_buf_slice(&name));
	tw_buf_free(&name);
}

static int read_roots(struct tw_import *im, const struct tw_ctl *list)
{
	struct tw_der d = tw_elements(list->entries);
	struct tw_ctl_entry e;
	uint32_t rows = im->out->n;
	int got;

	if (!tw_oid_is(list->algorithm, TW_CTL_SHA1)) {
		tw_error("%s: byte %zu: the list names certificates by something else than SHA-1", im->path,
			(size_t)(list->algorithm.p - im->bytes.p));
		return -1;
	}
	while ((got = tw_ctl_next(&d, &e)) == 1)
		read_entry(im, list, &e);
	im->at = (uint64_t)(d.s.p - im->bytes.p);
	if (got < 0)
		tw_import_warn(im, "no entry: what follows is not read");
	if (im->out->n > rows)
		return 0;
	tw_error("%s: a list without a root that can be named", im->path);
	return -1;
}

/* im->bytes is the list itself. */
static int read_list(struct tw_import *im)
{
	struct tw_ctl list;
	const uint8_t *at;
	const char *why;

	if (!tw_ctl_read(&list, im->bytes, &at, &why)) {
		tw_error("%s: byte %zu: %s", im->path, (size_t)(at - im->bytes.p), why);
		return -1;
	}
	im->at = (uint64_t)(list.behind.p - im->bytes.p);
	if (list.behind.n)
		tw_import_warn(im, "%zu bytes behind the end of the list", list.behind.n);
	if (im->date == TW_TIME_MAX)
		im->date = list.this_update;
	if (tw_oid_is(list.usage, TW_CTL_DISALLOWED))
		return tw_disallowed_read(im, &list);
	if (tw_oid_is(list.usage, OID_ROOT_LIST))
		return read_roots(im, &list);
	tw_error("%s: byte %zu: a trust list that is neither of roots nor of what is disallowed", im->path,
		(size_t)(list.usage.p - im->bytes.p));
	return -1;
}

static int read_authroot(struct tw_import *im)
{
	struct tw_slice file = im->bytes;
	struct tw_buf b = { 0 };
	const char *why;
	size_t at;
	int err;

	if (!tw_cab_is(file))
		return read_list(im);
	if (!tw_cab_first(file, TW_MAX_BUNDLE, &b, &at, &why)) {
		tw_error("%s: byte %zu: %s", im->path, at, why);
		err = -1;
	} else {
		im->bytes = tw_buf_slice(&b); /* offsets are the list's */
		err = read_list(im);
	}
	im->bytes = file;
	tw_buf_free(&b);
	return err;
}

const struct tw_importer tw_import_authroot = { .name = "authroot", .help = "Microsoft's authroot.stl or disallowedcert.stl, or its .cab",
	.dates = true, .mine = mine, .read = read_authroot };
