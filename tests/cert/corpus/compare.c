/* compare.c: every certificate below the folders and files named, in all their
 * PEM blocks and DER files, as certificates.csv has it and as GnuTLS and
 * libcrypto read it. Counts fields compared and disagreements by the rule that
 * explains them; prints those that none explains, and exits 1 if there are any.
 * usage: check_corpus [-v] [FOLDER-OR-FILE...]; gather.sh fills a folder. Without
 * arguments (make check) the project's own certificates and the host's roots. */
#include "compare.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

static const char *const peer_name[] = { "openssl", "gnutls" };
static struct {
	uint64_t files, certificates, unreadable, faulty;
	uint64_t compared[2], differ[2][FIELDS], by_rule[64], by_refusal[64], unexplained, refused[2];
} n;
static struct tw_set seen;
static bool verbose;

void say(struct said *s, enum field f, const char *text)
{
	s->has[f] = true;
	tw_buf_adds(&s->v[f], text);
}

void say_number(struct said *s, enum field f, long long v)
{
	s->has[f] = true;
	tw_buf_addf(&s->v[f], "%lld", v);
}

void say_hex(struct said *s, enum field f, const void *p, size_t len)
{
	s->has[f] = true;
	tw_buf_addhex(&s->v[f], p, len);
}

void say_time(struct said *s, enum field f, int64_t t)
{
	s->has[f] = true;
	tw_time_add(&s->v[f], t);
}

void say_word(struct said *s, enum field f, const char *word)
{
	s->has[f] = true;
	if (s->v[f].n)
		tw_buf_addc(&s->v[f], ' ');
	tw_buf_adds(&s->v[f], word);
}

void say_name(struct said *s, const void *p, size_t len, int *shown)
{
	const uint8_t *c = p;
	struct tw_buf *b = &s->v[NAMES];
	if (len == 0 || *shown >= 8)
		return;
	++*shown;
	if (b->n)
		tw_buf_addc(b, ' ');
	for (size_t i = 0; i < len; i++)
		if (c[i] <= ' ' || c[i] == '%' || c[i] == 0x7f)
			tw_buf_addf(b, "%%%02X", c[i]);
		else
			tw_buf_addc(b, (char)c[i]);
}

void say_address(struct said *s, const void *p, size_t len, int *shown)
{
	char text[INET6_ADDRSTRLEN];
	if ((len == 4 || len == 16) && inet_ntop(len == 4 ? AF_INET : AF_INET6, p, text, sizeof text))
		say_name(s, text, strlen(text), shown);
}

/* Names in the peers' spelling of attribute types, and their hex in capitals. */
void say_dn(struct said *s, enum field f, const char *p, size_t len)
{
	static const char *const pair[][2] = { { "EMAIL=", "emailAddress=" }, { "surName=", "SN=" },
		{ "givenName=", "GN=" }, { "street=", "STREET=" }, { "initials=", "initials=" },
		{ "2.5.4.97=#", "organizationIdentifier=#" }, { "jurisdictionOfIncorporationCountryName=", "jurisdictionC=" },
		{ "jurisdictionOfIncorporationStateOrProvinceName=", "jurisdictionST=" },
		{ "jurisdictionOfIncorporationLocalityName=", "jurisdictionL=" } };
	struct tw_buf *b = &s->v[f];
	bool type = true, hex = false;
	s->has[f] = true;
	for (size_t i = 0; i < len; i++) {
		for (size_t k = 0; type && k < sizeof pair / sizeof *pair; k++) {
			size_t w = strlen(pair[k][0]);
			if (len - i >= w && memcmp(p + i, pair[k][0], w) == 0) {
				/* The last character goes the usual way. */
				tw_buf_add(b, pair[k][1], strlen(pair[k][1]) - 1);
				i += w - 1;
				type = false;
			}
		}
		type = false;
		if (p[i] == '\\' && i + 1 < len) {
			tw_buf_add(b, p + i++, 1);
			tw_buf_addc(b, p[i]);
			continue;
		}
		if (p[i] == ',' || p[i] == '+') {
			type = true;
			hex = false;
		} else if (p[i] == '#' && i && p[i - 1] == '=')
			hex = true;
		tw_buf_addc(b, (char)(hex && p[i] >= 'A' && p[i] <= 'F' ? p[i] + 32 : p[i]));
	}
}

void say_usage(struct said *s, unsigned bits)
{
	static const char *const name[] = { "digitalSignature", "nonRepudiation", "keyEncipherment",
		"dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly" };
	s->has[KEY_USAGE] = true;
	for (unsigned i = 0; i < 9; i++)
		if (bits & 1u << i)
			say_word(s, KEY_USAGE, name[i]);
}

/* Purposes come in the column's order, each once: a bit mask keeps that. */
static unsigned purposes;
void say_purpose(struct said *s, const char *oid)
{
	static const char *const known[] = { "2.5.29.37.0", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.3",
		"1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9", "1.3.6.1.4.1.311.10.3.3",
		"2.16.840.1.113730.4.1" };
	unsigned i = 0;
	(void)s;
	while (i < 9 && strcmp(known[i], oid) != 0)
		i++;
	purposes |= 1u << i;
}

void say_purposes_end(struct said *s)
{
	static const char *const name[] = { "any", "serverAuth", "clientAuth", "codeSigning", "emailProtection",
		"timeStamping", "OCSPSigning", "msSGC", "nsSGC", "other" };
	bool has = s->has[EXT_KEY_USAGE];
	for (unsigned i = 0; i < 10; i++)
		if (purposes & 1u << i)
			say_word(s, EXT_KEY_USAGE, name[i]);
	s->has[EXT_KEY_USAGE] = has;
	purposes = 0;
}

static void forget(struct said *s)
{
	for (int f = 0; f < FIELDS; f++)
		tw_buf_free(&s->v[f]);
	memset(s, 0, sizeof *s);
}

static void print(const char *path, const char *peer, const char *field, struct tw_slice ours, struct tw_slice theirs)
{
	printf("%s: %s: %s: ours \"%.*s\", theirs \"%.*s\"\n", path, peer, field, (int)(ours.n > 300 ? 300 : ours.n),
			(const char *)ours.p, (int)(theirs.n > 300 ? 300 : theirs.n), (const char *)theirs.p);
}

/* A peer that cannot parse what we read has to be one that a rule knows. */
static void refusal(const char *path, const struct tw_cert *c, int peer)
{
	struct tw_slice none = { 0, 0 };
	n.refused[peer]++;
	for (unsigned i = 0; i < nrefusals; i++)
		if (refusals[i].peers & 1u << peer && refusals[i].explains(c, SHA256_, none, none)) {
			n.by_refusal[i]++;
			if (verbose)
				printf("%s: %s refuses: %s\n", path, peer_name[peer], refusals[i].name);
			return;
		}
	n.unexplained++;
	struct tw_buf b = { 0 };
	tw_fault_details(&b, c->faults);
	printf("%s: %s refuses; ours: %s, faults %.*s\n", path, peer_name[peer], c->readable ? "read" : "unreadable",
			(int)b.n, (char *)b.p);
	tw_buf_free(&b);
}

static void field(const char *path, const struct tw_cert *c, int peer, enum field f, const char *name,
		struct tw_slice ours, struct tw_slice theirs)
{
	n.compared[peer]++;
	if (tw_slice_eq(ours, theirs))
		return;
	n.differ[peer][f]++;
	for (unsigned i = 0; i < nrules; i++)
		if (rules[i].peers & 1u << peer && rules[i].explains(c, f, ours, theirs)) {
			n.by_rule[i]++;
			if (verbose) {
				printf("[%s] ", rules[i].name);
				print(path, peer_name[peer], name, ours, theirs);
			}
			return;
		}
	n.unexplained++;
	print(path, peer_name[peer], name, ours, theirs);
}

/* Our own row, the signature algorithm as its OID. */
static void ours(const struct tw_cert *c, struct tw_row *row, struct tw_buf *oid)
{
	static struct tw_buf line;
	line.n = 0;
	oid->n = 0;
	tw_cert_csv(&line, c);
	line.n--;
	tw_row_clear(row);
	if (tw_row_split(row, tw_buf_slice(&line)) || row->n != FIELDS)
		tw_die("a row of %u fields", row->n);
	tw_oid_text(oid, c->sig_oid);
	row->f[SIGNATURE_ALGORITHM] = tw_buf_slice(oid);
}

static void compare(const char *path, struct tw_slice der)
{
	static struct tw_header header;
	static struct tw_row row;
	static struct tw_buf oid;
	struct tw_cert c;
	struct said s = { .parsed = false };
	bool fresh;
	tw_cert_read(&c, der);
	tw_set_add(&seen, c.sha256, &fresh);
	if (!fresh)
		return;
	if (!header.n) {
		struct tw_buf h = { 0 };
		tw_cert_csv_header(&h);
		h.n--;
		if (tw_header_parse(&header, tw_buf_slice(&h)) || header.n != FIELDS)
			tw_die("header");
		tw_buf_free(&h);
	}
	n.certificates++;
	n.unreadable += !c.readable;
	n.faulty += c.readable && c.faults;
	ours(&c, &row, &oid);
	for (int peer = 0; peer < 2; peer++) {
		(peer == 0 ? ask_openssl : ask_gnutls)(&s, der);
		if (s.parsed != c.readable)
			refusal(path, &c, peer);
		if (s.parsed && c.readable)
			for (int f = 0; f < FIELDS; f++)
				if (s.has[f])
					field(path, &c, peer, (enum field)f, header.name[f], row.f[f], tw_buf_slice(&s.v[f]));
		forget(&s);
	}
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	static struct tw_buf text, der;
	const char *why;
	size_t pos = 0, at, got;
	int r, blocks = 0;
	(void)ftw;
	if (type != FTW_F || st->st_size == 0)
		return 0;
	FILE *f = fopen(path, "rb");
	if (!f)
		return 0;
	text.n = 0;
	while ((got = fread(tw_buf_room(&text, 1u << 16), 1, 1u << 16, f)) > 0)
		text.n += got;
	fclose(f);
	n.files++;
	while ((r = tw_pem_next(tw_buf_slice(&text), &pos, &der, &at, &why)) != 0) {
		blocks++;
		if (r == 1)
			compare(path, tw_buf_slice(&der));
	}
	/* A DER file: it begins as a certificate does. */
	if (!blocks && text.n > 100 && text.p[0] == 0x30 && text.p[1] >= 0x80)
		compare(path, tw_buf_slice(&text));
	return 0;
}

static int walk(const char *path)
{
	if (nftw(path, visit, 16, FTW_PHYS) == 0)
		return 0;
	perror(path);
	return -1;
}

/* What every host has; 15 fixtures at the least. */
static int walk_own(void)
{
	static const char *const own[] = { "tests/cert/fixtures", "tests/chain/certs", "tests/cert/crl", "data-samples" };
	const char *src = getenv("TW_SRCDIR");
	char path[4096];
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		snprintf(path, sizeof path, "%s/%s", src ? src : ".", own[i]);
		if (walk(path))
			return -1;
	}
	(void)nftw("/usr/share/ca-certificates", visit, 16, FTW_PHYS);
	return n.certificates < 15 ? -1 : 0;
}

static void summary(void)
{
	printf("files %llu certificates %llu unreadable %llu faulty %llu\n", (unsigned long long)n.files,
			(unsigned long long)n.certificates, (unsigned long long)n.unreadable, (unsigned long long)n.faulty);
	for (int p = 0; p < 2; p++) {
		uint64_t differ = 0;
		for (int f = 0; f < FIELDS; f++)
			differ += n.differ[p][f];
		printf("%s: fields compared %llu, differ %llu; certificates read otherwise %llu\n", peer_name[p],
				(unsigned long long)n.compared[p], (unsigned long long)differ,
				(unsigned long long)n.refused[p]);
	}
	for (unsigned k = 0; k < nrules; k++)
		if (n.by_rule[k])
			printf("%8llu  %s: %s\n", (unsigned long long)n.by_rule[k], rules[k].name, rules[k].why);
	for (unsigned k = 0; k < nrefusals; k++)
		if (n.by_refusal[k])
			printf("%8llu  refusal %s: %s\n", (unsigned long long)n.by_refusal[k], refusals[k].name,
					refusals[k].why);
	printf("unexplained %llu\n", (unsigned long long)n.unexplained);
}

int main(int argc, char **argv)
{
	int i = 1;
	if (i < argc && strcmp(argv[i], "-v") == 0) {
		verbose = true;
		i++;
	}
	if (i == argc && walk_own())
		return 2;
	for (; i < argc; i++)
		if (walk(argv[i]))
			return 2;
	summary();
	return n.unexplained ? 1 : 0;
}
