/* Reports of the CCADB (ccadb.org/resources) as CSV: each says something else of
 * its certificates, in columns found by name. Foreign CSV is read with libcsv.
 *
 * Mozilla and Microsoft look at a root's own validity: anchors' expiry stays
 * true. */
#include "base/bounds.h"
#include "trust/importers.h"
#include "trust/lines.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

enum { SHA256, PEM, SUBJECT, NAME, OWNER, TRUST_BITS, TLS_AFTER, MS_STATUS, MS_EKUS, COLUMNS };
/* Reports name the same thing differently. */
static const struct { int column; const char *name; } names[] = {
	{ SHA256, "SHA-256 Fingerprint" }, { PEM, "X.509 Certificate (PEM)" }, { PEM, "PEM Info" }, { PEM, "PEM" },
	{ SUBJECT, "Subject" }, { NAME, "CA Common Name or Certificate Name" }, { NAME, "Common Name or Certificate Name" },
	{ NAME, "Certificate Name" }, { OWNER, "CA Owner" }, { TRUST_BITS, "Trust Bits" },
	{ TLS_AFTER, "Distrust for TLS After Date" }, { MS_STATUS, "Microsoft Status" }, { MS_EKUS, "Microsoft EKUs" },
};

struct report {
	struct tw_import *im;
	struct tw_buf field[COLUMNS]; /* of the record that is read */
	uint8_t *column;              /* what each column of the file is; COLUMNS: nothing of ours */
	uint32_t ncolumns, cap;
	uint32_t at;                  /* the column of the next field */
	bool header, has[COLUMNS];
	bool skipping;                /* behind a broken record */
	uint64_t begun;               /* line of the record; 0: none has begun */
	size_t size;                  /* of the record so far */
	struct tw_buf der;
};

/* ---- what a record says ---- */
/* The next of words separated by sep, without blanks at its ends. */
static bool next_word(struct tw_slice *s, char sep, struct tw_slice *word)
{
	if (!s->n)
		return false;
	const uint8_t *end = memchr(s->p, sep, s->n);
	size_t n = end ? (size_t)(end - s->p) : s->n;
	*word = (struct tw_slice){ s->p, n };
	n += end != NULL;
	s->p += n;
	s->n -= n;
	*word = tw_trim(*word);
	return true;
}

static uint32_t purposes_of(struct tw_slice s)
{
	static const struct { const char *word; uint32_t purpose; } words[] = { { "Server Authentication", TW_TRUST_SERVER },
		{ "Websites", TW_TRUST_SERVER }, { "Client Authentication", TW_TRUST_CLIENT }, { "Secure Email", TW_TRUST_EMAIL },
		{ "Email", TW_TRUST_EMAIL }, { "Code Signing", TW_TRUST_CODE }, { "Code", TW_TRUST_CODE } };
	struct tw_slice word;
	uint32_t set = 0;

	while (next_word(&s, ';', &word))
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (tw_slice_is(word, words[i].word))
				set |= words[i].purpose;
	return set;
}

/* The end of 2024.11.30 (or 2024-11-30, 2024/11/30): certdata.txt has 23:59:59
 * of the day that the report names. */
static bool date_of(struct tw_slice s, int64_t *t)
{
	uint8_t text[10];

	s = tw_trim(s);
	if (s.n != sizeof text)
		return false;
	memcpy(text, s.p, sizeof text);
	for (int i = 4; i < 8; i += 3)
		if (text[i] == '.' || text[i] == '/')
			text[i] = '-';
	if (!tw_time_parse((struct tw_slice){ text, sizeof text }, t))
		return false;
	*t += 86399;
	return true;
}

/* The certificate of the record's PEM field, in apostrophes or not. TW_NONE:
 * there is none that can be read. */
static uint32_t cert_of(struct report *r)
{
	size_t pos = 0, at;
	const char *why = "no certificate in it";

	r->der.n = 0;
	if (!r->field[PEM].n)
		return TW_NONE;
	if (tw_pem_next(tw_buf_slice(&r->field[PEM]), &pos, &r->der, &at, &why) == 1)
		return tw_certs_add(r->im->certs, tw_buf_slice(&r->der));
	tw_import_warn(r->im, "the record's PEM: %s", why);
	return TW_NONE;
}

/* Row of the record's certificate, NULL after a warning. */
static struct tw_snapshot_row *row_of(struct report *r, enum tw_snapshot_kind kind)
{
	uint8_t sha256[TW_SHA256];
	struct tw_slice hex = tw_trim(tw_buf_slice(&r->field[SHA256]));
	bool named = tw_unhex(hex, sha256, TW_SHA256);
	uint32_t cert = cert_of(r);

	if (hex.n && !named)
		tw_import_warn(r->im, "a SHA-256 Fingerprint that is not 64 hexadecimal digits");
	if (cert != TW_NONE && named && memcmp(r->im->certs->v[cert].sha256, sha256, TW_SHA256) != 0) {
		tw_import_warn(r->im, "the record's PEM is not the certificate of its SHA-256 Fingerprint: left out");
		return NULL;
	}
	if (cert != TW_NONE)
		return tw_snapshot_add_cert(r->im->out, kind, r->im->certs, cert);
	if (named)
		return tw_import_named(r->im, kind, false, sha256);
	tw_import_warn(r->im, "a record without a certificate: left out");
	return NULL;
}

/* What the report trusts it for, and what kind of row that makes. A root that
 * Microsoft has disabled is an anchor for nothing; one of Mozilla's without
 * trust bits is as certdata.txt's: no word. */
static uint32_t trust_of(struct report *r, enum tw_snapshot_kind *kind)
{
	struct tw_slice status = tw_trim(tw_buf_slice(&r->field[MS_STATUS]));
	uint32_t purposes = r->has[TRUST_BITS] ? purposes_of(tw_buf_slice(&r->field[TRUST_BITS])) : 0;

	*kind = purposes ? TW_ROW_ANCHOR : TW_ROW_LISTED;
	if (r->has[TRUST_BITS] || !r->has[MS_STATUS] || !r->has[MS_EKUS])
		return purposes;
	*kind = TW_ROW_ANCHOR;
	/* NotBefore: distrusted is what is issued after a date that the report
	 * does not give. */
	if (tw_slice_is(status, "Included") || tw_slice_is(status, "NotBefore"))
		return purposes_of(tw_buf_slice(&r->field[MS_EKUS]));
	if (!tw_slice_is(status, "Disabled"))
		tw_import_warn(r->im, "Microsoft Status is none of Included, NotBefore and Disabled: taken as disabled");
	return 0;
}

static void take_record(struct report *r)
{
	enum tw_snapshot_kind kind;

	r->im->at = r->begun;
	uint32_t purposes = trust_of(r, &kind);
	struct tw_snapshot_row *e = row_of(r, kind);
	if (!e)
		return;
	e->at = r->begun;
	e->purposes = purposes;
	e->label = tw_import_text(r->im, tw_buf_slice(r->field[NAME].n ? &r->field[NAME] : &r->field[OWNER]));
	e->subject = tw_import_text(r->im, tw_buf_slice(&r->field[SUBJECT]));
	struct tw_slice after = tw_buf_slice(&r->field[TLS_AFTER]);
	if (tw_trim(after).n && !date_of(after, &e->distrust_after)) {
		e->distrust_after = TW_TIME_MIN;
		tw_import_warn(r->im, "Distrust for TLS After Date is no date: taken as distrusted from the first");
	}
}

/* ---- records ---- */
static void on_field(void *text, size_t n, void *self)
{
	struct report *r = self;
	struct tw_slice s = { text, n };
	size_t i = 0;

	if (r->header) {
		while (i < sizeof names / sizeof *names && !tw_slice_is(s, names[i].name))
			i++;
		if (r->ncolumns == r->cap) {
			r->cap = r->cap ? 2 * r->cap : 64;
			r->column = tw_realloc(r->column, r->cap, 1);
		}
		int c = i < sizeof names / sizeof *names ? names[i].column : COLUMNS;
		if (c < COLUMNS && r->has[c])
			c = COLUMNS; /* the first of a name counts */
		if (c < COLUMNS)
			r->has[c] = true;
		r->column[r->ncolumns++] = (uint8_t)c;
	} else if (r->at < r->ncolumns && r->column[r->at] < COLUMNS) {
		tw_buf_addslice(&r->field[r->column[r->at]], s);
	}
	r->at++;
}

static void new_record(struct report *r)
{
	for (int i = 0; i < COLUMNS; i++)
		r->field[i].n = 0;
	r->at = 0;
	r->begun = 0;
	r->size = 0;
}

static void on_record(int end, void *self)
{
	struct report *r = self;

	(void)end;
	if (!r->header && r->at == r->ncolumns) {
		take_record(r);
	} else if (!r->header) {
		r->im->at = r->begun;
		tw_import_warn(r->im, "%u fields, where the header has %u: left out", r->at, r->ncolumns);
	}
	r->header = false;
	new_record(r);
}

/* May a record begin here, where a broken one went before? Lines of PEM begin
 * otherwise. */
static bool may_begin(struct tw_slice line)
{
	uint8_t sha256[TW_SHA256];

	return (line.n > 1 && line.p[0] == '"') ||
	       (line.n > 64 && line.p[64] == ',' && tw_unhex((struct tw_slice){ line.p, 64 }, sha256, TW_SHA256));
}

static void broken(struct report *r, struct csv_parser *p, const char *why)
{
	r->im->at = r->begun;
	tw_import_warn(r->im, "%s: left out, up to what looks like the next record", why);
	csv_free(p);
	if (csv_init(p, CSV_STRICT | CSV_STRICT_FINI) != 0)
		tw_die("out of memory (CSV)");
	new_record(r);
	r->skipping = true;
}

static bool blank(struct tw_slice line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] > ' ')
			return false;
	return true;
}

static void parse(struct report *r, struct csv_parser *p)
{
	struct tw_lines l = { .rest = r->im->bytes };
	struct tw_slice line;

	if (tw_begins(l.rest, "\xef\xbb\xbf"))
		l.rest = (struct tw_slice){ l.rest.p + 3, l.rest.n - 3 };
	for (const uint8_t *from = l.rest.p; tw_lines_next(&l, &line); from = l.rest.p) {
		size_t n = (size_t)(l.rest.p - from);
		r->skipping = r->skipping && !may_begin(line);
		if (r->skipping || (!r->begun && blank(line)))
			continue;
		if (!r->begun)
			r->begun = l.number;
		r->size += n;
		if (csv_parse(p, from, n, on_field, on_record, r) != n)
			broken(r, p, "a record whose quotes are broken");
		else if (r->size > TW_MAX_CCADB_RECORD)
			broken(r, p, "a record without its end");
	}
	if (csv_fini(p, on_field, on_record, r) != 0)
		broken(r, p, "a record whose last quote does not close");
}

static bool mine(const struct tw_import *im)
{
	struct tw_lines l = { .rest = im->bytes };
	struct tw_slice line;

	return !im->folder && tw_lines_next(&l, &line) && (memmem(line.p, line.n, "SHA-256 Fingerprint", 19) ||
		memmem(line.p, line.n, "X.509 Certificate (PEM)", 23) || memmem(line.p, line.n, "PEM Info", 8));
}

static int read_ccadb(struct tw_import *im)
{
	struct report r = { .im = im, .header = true };
	struct csv_parser p;

	if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI) != 0)
		tw_die("out of memory (CSV)");
	parse(&r, &p);
	csv_free(&p);
	for (int i = 0; i < COLUMNS; i++)
		tw_buf_free(&r.field[i]);
	tw_buf_free(&r.der);
	free(r.column);
	if (im->out->n)
		return 0;
	tw_error("%s: no certificate in it", im->path);
	return -1;
}

const struct tw_importer tw_import_ccadb = { .name = "ccadb", .help = "a report of the CCADB as CSV; --certs where it has no PEM",
	.lines = true, .dates = true, .mine = mine, .read = read_ccadb };
