/* The YAML of the Trust Stores Observatory: certificates that a platform trusts
 * and blocks, by fingerprint; the certificates are in a folder beside it. Read
 * with libyaml, since names come plain, quoted, escaped and folded. */
#include "base/bounds.h"
#include "trust/importers.h"

#include <string.h>
#include <yaml.h>

struct observatory {
	struct tw_import *im;
	yaml_parser_t yaml;
	yaml_event_t event;
	bool expiry, ended; /* ended: libyaml gives events of no type from there on, for ever */
	uint64_t rows, said; /* of the list that is read; what it says their count is */
};

static bool next(struct observatory *o)
{
	yaml_event_delete(&o->event);
	if (o->ended)
		return false;
	if (!yaml_parser_parse(&o->yaml, &o->event)) {
		o->ended = true;
		o->im->at = o->yaml.problem_mark.line + 1;
		tw_import_warn(o->im, "no YAML from here on: %s", o->yaml.problem ? o->yaml.problem : "damaged");
		return false;
	}
	o->im->at = o->event.start_mark.line + 1;
	o->ended = o->event.type == YAML_STREAM_END_EVENT;
	return !o->ended;
}

static struct tw_slice scalar(const struct observatory *o)
{
	if (o->event.type != YAML_SCALAR_EVENT)
		return (struct tw_slice){ 0 };
	return (struct tw_slice){ o->event.data.scalar.value, o->event.data.scalar.length };
}

/* To the end of the value whose first event is at hand. */
static bool skip(struct observatory *o)
{
	uint64_t depth = 0;

	for (;;) {
		yaml_event_type_t t = o->event.type;
		depth += t == YAML_SEQUENCE_START_EVENT || t == YAML_MAPPING_START_EVENT;
		if (depth > TW_MAX_YAML_DEPTH) {
			tw_import_warn(o->im, "values nested too deep: what follows is left out");
			return false;
		}
		depth -= depth && (t == YAML_SEQUENCE_END_EVENT || t == YAML_MAPPING_END_EVENT);
		if (!depth)
			return true;
		if (!next(o))
			return false;
	}
}

static void put_row(struct observatory *o, enum tw_snapshot_kind kind, struct tw_slice fingerprint, struct tw_slice name)
{
	uint8_t sha256[TW_SHA256];

	o->rows++;
	if (!tw_unhex(fingerprint, sha256, TW_SHA256)) {
		tw_import_warn(o->im, "a certificate whose fingerprint is not 64 hexadecimal digits: left out");
		return;
	}
	struct tw_snapshot_row *e = tw_import_named(o->im, kind, false, sha256);
	if (kind == TW_ROW_ANCHOR) {
		e->purposes = TW_TRUST_SERVER;
		e->expiry = o->expiry;
	}
	e->at = o->im->at;
	e->label = e->subject = tw_import_text(o->im, name);
}

/* One certificate: a mapping, whose start is at hand. */
static bool entry(struct observatory *o, enum tw_snapshot_kind kind)
{
	struct tw_buf key = { 0 }, fingerprint = { 0 }, name = { 0 };
	uint64_t at = o->im->at;
	bool good = true;

	while ((good = next(o)) && o->event.type != YAML_MAPPING_END_EVENT) {
		key.n = 0;
		tw_buf_addslice(&key, scalar(o));
		good = skip(o) && next(o);
		if (!good)
			break;
		struct tw_buf *to = tw_slice_is(tw_buf_slice(&key), "fingerprint") ? &fingerprint :
			tw_slice_is(tw_buf_slice(&key), "subject_name") ? &name : NULL;
		if (to) {
			to->n = 0;
			tw_buf_addslice(to, scalar(o));
		}
		good = skip(o);
		if (!good)
			break;
	}
	if (good) {
		o->im->at = at;
		put_row(o, kind, tw_buf_slice(&fingerprint), tw_buf_slice(&name));
	}
	tw_buf_free(&key);
	tw_buf_free(&fingerprint);
	tw_buf_free(&name);
	return good;
}

static bool list(struct observatory *o, enum tw_snapshot_kind kind)
{
	uint64_t at = o->im->at;

	if (o->event.type != YAML_SEQUENCE_START_EVENT)
		return skip(o);
	o->rows = 0;
	while (next(o)) {
		if (o->event.type == YAML_SEQUENCE_END_EVENT) {
			o->im->at = at;
			if (o->said != UINT64_MAX && o->said != o->rows)
				tw_import_warn(o->im, "%llu certificates, where their count says %llu", (unsigned long long)o->rows,
					(unsigned long long)o->said);
			o->said = UINT64_MAX;
			return true;
		}
		if (o->event.type != YAML_MAPPING_START_EVENT)
			tw_import_warn(o->im, "not a certificate's names: passed over");
		if (!(o->event.type == YAML_MAPPING_START_EVENT ? entry(o, kind) : skip(o)))
			return false;
	}
	return false;
}

/* Android and Java look at no date of an anchor: letsencrypt.org/2020/12/21/extending-android-compatibility.html;
 * RFC 5280 6.1.1 (d), as sun.security.provider.certpath has it. */
static bool looks_at_expiry(struct tw_slice platform)
{
	return !tw_slice_is(platform, "GOOGLE_AOSP") && !tw_slice_is(platform, "OPENJDK") && !tw_slice_is(platform, "ORACLE_JAVA");
}

/* A value of the file itself, whose first event is at hand. */
static bool take(struct observatory *o, struct tw_slice key)
{
	if (tw_slice_is(key, "trusted_certificates"))
		return list(o, TW_ROW_ANCHOR);
	if (tw_slice_is(key, "blocked_certificates"))
		return list(o, TW_ROW_BLOCK);
	if (tw_slice_is(key, "platform"))
		o->expiry = looks_at_expiry(scalar(o));
	else if (tw_slice_is(key, "date_fetched") && o->im->date == TW_TIME_MAX && !tw_time_parse(scalar(o), &o->im->date))
		tw_import_warn(o->im, "date_fetched is not a date");
	else if (tw_slice_is(key, "trusted_certificates_count") || tw_slice_is(key, "blocked_certificates_count"))
		if (!tw_slice_u64(scalar(o), UINT64_MAX - 1, &o->said))
			tw_import_warn(o->im, "a count of certificates that is no number");
	return skip(o);
}

static void read_document(struct observatory *o)
{
	struct tw_buf key = { 0 };

	while (next(o) && o->event.type != YAML_MAPPING_START_EVENT)
		;
	while (next(o) && o->event.type != YAML_MAPPING_END_EVENT) {
		key.n = 0;
		tw_buf_addslice(&key, scalar(o));
		if (!skip(o) || !next(o) || !take(o, tw_buf_slice(&key)))
			break;
	}
	tw_buf_free(&key);
}

static bool mine(const struct tw_import *im)
{
	return !im->folder && memmem(im->bytes.p, im->bytes.n, "trusted_certificates:", 21) &&
	       memmem(im->bytes.p, im->bytes.n, "platform:", 9);
}

static int read_observatory(struct tw_import *im)
{
	struct observatory o = { .im = im, .expiry = true, .said = UINT64_MAX };

	if (!yaml_parser_initialize(&o.yaml))
		tw_die("out of memory (YAML)");
	yaml_parser_set_input_string(&o.yaml, im->bytes.p, im->bytes.n);
	read_document(&o);
	yaml_event_delete(&o.event);
	yaml_parser_delete(&o.yaml);
	if (im->out->n)
		return 0;
	tw_error("%s: no certificate in it", im->path);
	return -1;
}

const struct tw_importer tw_import_observatory = { .name = "observatory",
	.help = "a Trust Stores Observatory YAML; --certs: its folder certificates",
	.lines = true, .mine = mine, .read = read_observatory };
