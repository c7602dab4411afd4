/* Mozilla's certdata.txt, of any year (nss lib/ckfw/builtins/README).
 *
 * Its objects are certificates and, apart from them, trust: a trust object
 * names its certificate by SHA-1, or by issuer and serial alone where the
 * file does not have it. What the words of trust mean is in nss
 * lib/util/pkcs11n.h; the old CKT_NETSCAPE_ ones do not mean what they say.
 *
 * Firefox looks at the validity of a root as of any certificate (mozilla::pkix,
 * CheckIssuerIndependentProperties): the anchors' expiry stays true. */
#include "base/bounds.h"
#include "trust/certdata.h"
#include "trust/importers.h"
#include "trust/lines.h"

#include <stdlib.h>
#include <string.h>

/* One line of attributes. */
struct attribute {
	struct tw_slice name, type, value;
	uint64_t line;
};

static bool mine(const struct tw_import *im)
{
	static const char begin[] = "\nBEGINDATA";

	return !im->folder && memmem(im->bytes.p, im->bytes.n, begin, sizeof begin - 1) &&
	       memmem(im->bytes.p, im->bytes.n, "CKA_CLASS", 9);
}

/* ---- values ---- */
/* \060\202...: false at the first octet that is not three octal digits. */
static bool octal(struct tw_slice s, struct tw_buf *out)
{
	for (s = tw_trim(s); s.n; s.p += 4, s.n -= 4) {
		unsigned v = 0;
		if (s.n < 4 || s.p[0] != '\\')
			return false;
		for (int i = 1; i < 4; i++) {
			if (s.p[i] < '0' || s.p[i] > '7')
				return false;
			v = 8 * v + s.p[i] - '0';
		}
		if (v > 255)
			return false;
		tw_buf_addc(out, (char)v);
	}
	return true;
}

/* Lines of octal up to END. False where one is damaged, or END is missing: the
 * next attribute then stays to be read. */
static bool octal_lines(struct tw_import *im, struct tw_lines *l, struct tw_buf *out)
{
	struct tw_slice line;
	bool good = true;

	for (struct tw_lines before = *l; tw_lines_next(l, &line); before = *l) {
		im->at = l->number;
		if (tw_slice_is(tw_trim(line), "END"))
			return good;
		if (tw_begins(line, "CKA_")) {
			*l = before;
			break;
		}
		if (good && !octal(line, out)) {
			tw_import_warn(im, "not octets in octal, \\ooo");
			good = false;
		}
	}
	if (good)
		tw_import_warn(im, "the octal ends without END");
	return false;
}

/* "..." with \xNN; the rest as it is. */
static void label(struct tw_slice s, struct tw_buf *out)
{
	s = tw_trim(s);
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"') {
		s.p++;
		s.n -= 2;
	}
	out->n = 0;
	while (s.n) {
		uint8_t c = s.p[0];
		size_t n = 1;
		if (s.n >= 4 && c == '\\' && s.p[1] == 'x' && tw_unhex((struct tw_slice){ s.p + 2, 2 }, &c, 1))
			n = 4;
		tw_buf_addc(out, (char)c);
		s.p += n;
		s.n -= n;
	}
}

/* ---- objects ---- */
static void open_object(struct tw_certdata_object *o, struct tw_slice class, uint64_t line)
{
	for (int i = 0; i < TW_CERTDATA_VALUES; i++)
		o->value[i].n = 0;
	o->label.n = 0;
	o->damaged = 0;
	memset(o->trust, 0, sizeof o->trust);
	o->date = TW_CERTDATA_NO_DATE;
	o->line = o->date_line = line;
	o->kind = tw_slice_is(class, "CKO_CERTIFICATE") ? TW_CERTDATA_CERT :
		tw_slice_is(class, "CKO_NSS_TRUST") || tw_slice_is(class, "CKO_NETSCAPE_TRUST") ? TW_CERTDATA_TRUST :
		TW_CERTDATA_OTHER;
}

static bool take_value(struct tw_import *im, struct tw_lines *l, struct tw_certdata_object *o, const struct attribute *a)
{
	static const char *const names[TW_CERTDATA_VALUES] = { "CKA_VALUE", "CKA_ISSUER", "CKA_SERIAL_NUMBER",
		"CKA_CERT_SHA1_HASH" };
	struct tw_buf none = { 0 };
	int i = 0;

	if (!tw_slice_is(a->type, "MULTILINE_OCTAL"))
		return false;
	while (i < TW_CERTDATA_VALUES && !tw_slice_is(a->name, names[i]))
		i++;
	struct tw_buf *b = i < TW_CERTDATA_VALUES ? &o->value[i] : &none;
	b->n = 0;
	if (!octal_lines(im, l, b) && i < TW_CERTDATA_VALUES)
		o->damaged |= 1u << i;
	if (tw_slice_is(a->name, "CKA_NSS_SERVER_DISTRUST_AFTER")) {
		o->date_line = a->line;
		if (!tw_certdata_date(tw_buf_slice(&none), &o->date)) {
			im->at = a->line;
			tw_import_warn(im, "a distrust date that is no UTCTime: taken as distrusted from the first");
			o->date = TW_TIME_MIN;
		}
	}
	tw_buf_free(&none);
	return true;
}

static void take_trust(struct tw_import *im, struct tw_certdata_object *o, const struct attribute *a)
{
	static const struct { const char *name; uint32_t purpose; } uses[] = { { "CKA_TRUST_SERVER_AUTH", TW_TRUST_SERVER },
		{ "CKA_TRUST_CLIENT_AUTH", TW_TRUST_CLIENT }, { "CKA_TRUST_EMAIL_PROTECTION", TW_TRUST_EMAIL },
		{ "CKA_TRUST_CODE_SIGNING", TW_TRUST_CODE } };
	enum tw_certdata_trust t;

	for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
		if (!tw_slice_is(a->name, uses[i].name))
			continue;
		if (!tw_certdata_trust(a->value, &t)) {
			im->at = a->line;
			tw_import_warn(im, "%s: %.*s is no trust that is known: taken as none", uses[i].name,
				(int)(a->value.n < 80 ? a->value.n : 80), (const char *)a->value.p);
		}
		o->trust[t] |= uses[i].purpose;
	}
}

static void take_attribute(struct tw_import *im, struct tw_lines *l, struct tw_certdata_object *o, const struct attribute *a)
{
	if (take_value(im, l, o, a))
		return;
	if (tw_slice_is(a->name, "CKA_LABEL"))
		label(a->value, &o->label);
	else if (tw_slice_is(a->type, "CK_TRUST"))
		take_trust(im, o, a);
}

static int read_certdata(struct tw_import *im)
{
	struct tw_certdata d = { .im = im };
	struct tw_certdata_object o = { .kind = TW_CERTDATA_OTHER };
	struct tw_lines l = { .rest = im->bytes };
	struct tw_slice line;
	bool data = false;

	while (tw_lines_next(&l, &line)) {
		struct attribute a = { .line = l.number };
		if (!data || !line.n || line.p[0] == '#') {
			data = data || tw_slice_is(tw_trim(line), "BEGINDATA");
			continue;
		}
		a.name = tw_word(&line);
		a.type = tw_word(&line);
		a.value = tw_trim(line);
		if (tw_slice_is(a.name, "CKA_CLASS")) {
			tw_certdata_add(&d, &o);
			open_object(&o, a.value, l.number);
		} else if (tw_begins(a.name, "CKA_")) {
			take_attribute(im, &l, &o, &a);
		} else if (a.name.n && !tw_slice_is(a.name, "CVS_ID")) {
			im->at = l.number;
			tw_import_warn(im, "not an attribute (CKA_...): passed over");
		}
	}
	tw_certdata_add(&d, &o);
	tw_certdata_join(&d);
	for (int i = 0; i < TW_CERTDATA_VALUES; i++)
		tw_buf_free(&o.value[i]);
	tw_buf_free(&o.label);
	tw_certdata_free(&d);
	if (im->out->n)
		return 0;
	tw_error("%s: no certificate and no distrust in it", im->path);
	return -1;
}

const struct tw_importer tw_import_certdata = { .name = "certdata", .help = "Mozilla's certdata.txt, of any year",
	.lines = true, .dates = true, .mine = mine, .read = read_certdata };
