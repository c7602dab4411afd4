/* The tables: a new one is a row of tw_tables and its functions. */
#include "report/internal.h"

#include <string.h>

#define F(f) (1u << TW_F_##f)
#define U(u) (1u << TW_UNIT_##u)
#define ACTIVE_PASSIVE (U(PROBE) | U(HOST) | U(CONNECTION))
#define BASE (F(SOURCE) | F(PROTOCOL) | F(OUTCOME))

static bool is(const struct tw_tuple *t, enum tw_asked f, const char *s)
{
	return tw_tuple_is(t, f, s);
}

static bool all(const struct tw_tuple *t)
{
	(void)t;
	return true;
}

static bool established(const struct tw_tuple *t)
{
	return is(t, TW_F_OUTCOME, "established");
}

/* ---- scans: each a share of the one before ---- */
static void mark_scans(const struct tw_tuple *t, uint32_t j, bool *hit)
{
	static const char *const away[] = { "refused", "unreachable", "port-open" };
	bool heard = t->f[TW_F_SPOKEN].n || t->f[TW_F_VERSION].n || established(t) || is(t, TW_F_OUTCOME, "handshake-failed");

	(void)j;
	hit[0] = true;
	for (size_t i = 0; i < sizeof away / sizeof *away; i++)
		hit[0] &= !is(t, TW_F_OUTCOME, away[i]);
	hit[0] &= heard || !is(t, TW_F_OUTCOME, "timeout");
	hit[1] = hit[0] && heard;
	hit[2] = hit[1] && (t->f[TW_F_TLS_START].n || is(t, TW_F_OFFERED, "yes"));
	hit[3] = hit[2] && t->f[TW_F_TLS_START].n;
	hit[4] = hit[3] && established(t);
	hit[5] = hit[4] && is(t, TW_F_HAS_CHAIN, "yes");
	hit[6] = is(t, TW_F_OUTCOME, "timeout");
}

/* ---- starttls ---- */
static bool starttls(const struct tw_tuple *t)
{
	static const char *const with[] = { "smtp", "imap", "pop3", "ftp", "irc", "xmpp-client", "xmpp-server", "managesieve" };

	for (size_t i = 0; i < sizeof with / sizeof *with; i++)
		if (is(t, TW_F_SPOKEN, with[i]))
			return !is(t, TW_F_TLS_START, "implicit");
	return false;
}

static void mark_starttls(const struct tw_tuple *t, uint32_t j, bool *hit)
{
	(void)j;
	hit[0] = t->f[TW_F_OFFERED].n > 0;
	hit[1] = is(t, TW_F_OFFERED, "yes");
	hit[2] = is(t, TW_F_OFFERED, "no");
	hit[3] = is(t, TW_F_OFFERED, "mangled");
	hit[4] = t->f[TW_F_ANSWER].n > 0;
	hit[5] = is(t, TW_F_ANSWER, "accepted");
	hit[6] = is(t, TW_F_ANSWER, "refused");
	hit[7] = is(t, TW_F_ANSWER, "none");
	hit[8] = established(t) && is(t, TW_F_TLS_START, "starttls");
}

/* ---- versions ---- */
static void mark_versions(const struct tw_tuple *t, uint32_t j, bool *hit)
{
	static const char *const names[] = { "SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3" };
	struct tw_slice v = t->f[TW_F_VERSION];
	bool any = false;

	(void)j;
	for (int i = 0; i < 6; i++)
		any |= hit[i] = tw_slice_is(v, names[i]);
	hit[6] = !any && v.n > 8 && memcmp(v.p, "TLSv1.3-", 8) == 0;
	hit[7] = !any && !hit[6] && v.n > 0;
	hit[8] = v.n == 0;
}

/* ---- validity and reasons ---- */
static bool has_tls(const struct tw_tuple *t)
{
	return established(t) || is(t, TW_F_HAS_CHAIN, "yes");
}

static void mark_validity(const struct tw_tuple *t, uint32_t j, bool *hit)
{
	static const char *const verdicts[] = { "verifiable", "self-signed", "expired", "broken" };
	static const char *const untrusted[] = { "untrusted_root", "unknown_issuer", "missing_intermediate" };
	static const char *const unjudged[] = { "no_certificate", "encrypted", "resumed", "truncated", "not_collected",
		"no_time", "no_snapshot" };
	bool late = is(t, TW_F_LEAF_TIME, "expired"), no_anchor = false;

	hit[0] = t->verdict[j].n > 0;
	for (int i = 0; i < 4; i++)
		hit[1 + i] = tw_slice_is(t->verdict[j], verdicts[i]);
	for (int i = 0; i < 3; i++)
		no_anchor |= tw_slice_is(t->reason[j], untrusted[i]);
	hit[5] = hit[2] && late;
	hit[6] = no_anchor && late;
	hit[7] = hit[0] && is(t, TW_F_LEAF_TIME, "early");
	for (int i = 0; i < 7; i++)
		hit[8 + i] = !hit[0] && tw_slice_is(t->reason[j], unjudged[i]);
}

static uint32_t values_reason(const struct tw_tuple *t, uint32_t j, struct tw_slice *v)
{
	v[0] = t->reason[j];
	return 1;
}

/* ---- suites ---- */
static uint32_t values_cipher(const struct tw_tuple *t, uint32_t j, struct tw_slice *v)
{
	(void)j;
	v[0] = t->f[TW_F_CIPHER];
	return 1;
}

static bool begins(struct tw_slice s, const char *with)
{
	size_t n = strlen(with);
	return s.n >= n && memcmp(s.p, with, n) == 0;
}

static bool ends(struct tw_slice s, const char *with)
{
	size_t n = strlen(with);
	return s.n >= n && memcmp(s.p + s.n - n, with, n) == 0;
}

/* The first of columns 0 to 10 that fits is the suite's family: they sum to n.
 * The rest overlap. */
static void mark_families(const struct tw_tuple *t, uint32_t j, bool *hit)
{
	struct tw_slice enc = t->f[TW_F_ENC], kex = t->f[TW_F_KEX];
	bool one[11] = { enc.n == 0, begins(enc, "NULL"), begins(enc, "RC4"), begins(enc, "RC2"), begins(enc, "3DES"),
		begins(enc, "DES"), begins(enc, "CHACHA20"), begins(enc, "AES") && !ends(enc, "CBC"), begins(enc, "AES"),
		begins(enc, "CAMELLIA"), true };

	(void)j;
	for (int i = 0; i < 11; i++)
		if (one[i]) {
			hit[i] = true;
			break;
		}
	hit[11] = begins(enc, "AES");
	hit[12] = ends(enc, "CBC");
	hit[13] = is(t, TW_F_AEAD, "yes");
	hit[14] = is(t, TW_F_FS, "yes");
	hit[15] = begins(kex, "RSA");
	hit[16] = begins(kex, "DHE");
	hit[17] = begins(kex, "ECDHE");
	hit[18] = begins(kex, "TLS1.3");
	hit[19] = is(t, TW_F_MAC, "MD5");
}

static void mark_strength(const struct tw_tuple *t, uint32_t j, bool *hit)
{
	static const char *const classes[] = { "signalling", "null", "anonymous", "export", "broken", "64-bit-block",
		"legacy", "aead-no-fs", "aead-fs", "unassigned" };
	struct tw_slice bits = t->f[TW_F_CHAIN_BITS];
	uint64_t v = 0;

	(void)j;
	for (int i = 0; i < 10; i++)
		hit[i] = is(t, TW_F_CLASS, classes[i]);
	hit[10] = t->f[TW_F_CLASS].n == 0;
	hit[11] = is(t, TW_F_FS, "yes");
	hit[12] = is(t, TW_F_AEAD, "yes");
	bool known = bits.n && tw_slice_u64(bits, 100000, &v);
	hit[13] = known && v < 80;
	hit[14] = known && v >= 80 && v < 112;
	hit[15] = known && v >= 112 && v < 128;
	hit[16] = known && v >= 128;
	hit[17] = !known;
}

/* ---- certificates ---- */
static bool has_chain(const struct tw_tuple *t)
{
	return is(t, TW_F_HAS_CHAIN, "yes");
}

static uint32_t values_key(const struct tw_tuple *t, uint32_t j, struct tw_slice *v)
{
	(void)j;
	v[0] = t->f[TW_F_LEAF_KEY];
	return 1;
}

static uint32_t values_signature(const struct tw_tuple *t, uint32_t j, struct tw_slice *v)
{
	(void)j;
	v[0] = t->f[TW_F_LEAF_SIG];
	return 1;
}

static const struct tw_table scans = { .id = "scans", .help = "how far probes came, each step a share of the one before",
	.shape = TW_WIDE, .needs = BASE | F(SPOKEN) | F(TLS_START) | F(OFFERED) | F(VERSION) | F(HAS_CHAIN),
	.units = U(PROBE) | U(HOST), .counts = all, .mark = mark_scans,
	.columns = { { "connected", -1 }, { "spoke", 0 }, { "tls_offered", 1 }, { "tls_tried", 2 }, { "established", 3 },
		{ "chain_seen", 4 }, { "timeout", -1 } } };
static const struct tw_table starttls_table = { .id = "starttls", .help = "STARTTLS offered, asked for, answered, upgraded",
	.shape = TW_WIDE, .needs = BASE | F(SPOKEN) | F(TLS_START) | F(OFFERED) | F(ANSWER),
	.units = ACTIVE_PASSIVE, .counts = starttls, .mark = mark_starttls,
	.columns = { { "list_seen", -1 }, { "offered", 0 }, { "not_offered", 0 }, { "mangled", 0 }, { "asked", -1 },
		{ "accepted", 4 }, { "refused", 4 }, { "no_answer", 4 }, { "upgraded", -1 } } };
static const struct tw_table versions = { .id = "versions", .help = "protocol versions negotiated", .shape = TW_WIDE,
	.needs = BASE | F(VERSION), .units = ACTIVE_PASSIVE, .counts = established, .mark = mark_versions,
	.columns = { { "SSLv2", -1 }, { "SSLv3", -1 }, { "TLSv1.0", -1 }, { "TLSv1.1", -1 }, { "TLSv1.2", -1 },
		{ "TLSv1.3", -1 }, { "TLSv1.3-draft", -1 }, { "other", -1 }, { "unknown", -1 } } };
static const struct tw_table validity = { .id = "validity", .help = "verdicts of chains, by store", .shape = TW_WIDE,
	.needs = BASE | F(HAS_CHAIN) | F(LEAF_TIME), .units = ACTIVE_PASSIVE, .judged = true, .counts = has_tls,
	.mark = mark_validity,
	.columns = { { "judged", -1 }, { "verifiable", 0 }, { "self-signed", 0 }, { "expired", 0 }, { "broken", 0 },
		{ "self-signed_and_expired", 0 }, { "untrusted_and_expired", 0 }, { "not_yet_valid", 0 }, { "no_certificate", -1 },
		{ "encrypted", -1 }, { "resumed", -1 }, { "truncated", -1 }, { "not_collected", -1 }, { "no_time", -1 },
		{ "no_snapshot", -1 } } };
static const struct tw_table reasons = { .id = "reasons", .help = "the reasons behind the verdicts, by store",
	.shape = TW_LONG, .needs = BASE | F(HAS_CHAIN), .units = ACTIVE_PASSIVE, .judged = true, .counts = has_tls,
	.value = "reason", .values = values_reason };
static const struct tw_table ciphers = { .id = "ciphers", .help = "cipher suites negotiated", .shape = TW_LONG,
	.needs = BASE | F(CIPHER), .units = ACTIVE_PASSIVE, .counts = established, .value = "cipher", .values = values_cipher };
static const struct tw_table families = { .id = "families", .help = "families of suites: exclusive, then overlapping",
	.shape = TW_WIDE, .needs = BASE | F(ENC) | F(KEX) | F(MAC) | F(AEAD) | F(FS), .units = ACTIVE_PASSIVE,
	.counts = established, .mark = mark_families,
	.columns = { { "only_unknown", -1 }, { "only_null", -1 }, { "only_rc4", -1 }, { "only_rc2", -1 }, { "only_3des", -1 },
		{ "only_des", -1 }, { "only_chacha20", -1 }, { "only_aes_aead", -1 }, { "only_aes_cbc", -1 },
		{ "only_camellia", -1 }, { "only_other", -1 }, { "aes", -1 }, { "cbc", -1 }, { "aead", -1 },
		{ "forward_secrecy", -1 }, { "rsa", -1 }, { "dhe", -1 }, { "ecdhe", -1 }, { "tls1.3", -1 }, { "md5_mac", -1 } } };
static const struct tw_table strength = { .id = "strength", .help = "classes of suites; security bits of chains",
	.shape = TW_WIDE, .needs = BASE | F(CLASS) | F(FS) | F(AEAD) | F(CHAIN_BITS), .units = ACTIVE_PASSIVE,
	.counts = established, .mark = mark_strength,
	.columns = { { "signalling", -1 }, { "null", -1 }, { "anonymous", -1 }, { "export", -1 }, { "broken", -1 },
		{ "64-bit-block", -1 }, { "legacy", -1 }, { "aead-no-fs", -1 }, { "aead-fs", -1 }, { "unassigned", -1 },
		{ "unknown", -1 }, { "forward_secrecy", -1 }, { "aead", -1 }, { "chain_below_80", -1 }, { "chain_80_to_111", -1 },
		{ "chain_112_to_127", -1 }, { "chain_128_and_more", -1 }, { "chain_unknown", -1 } } };
static const struct tw_table keys = { .id = "keys", .help = "algorithms and sizes of leaf keys", .shape = TW_LONG,
	.needs = BASE | F(HAS_CHAIN) | F(LEAF_KEY), .units = U(HOST) | U(CONNECTION) | U(CERTIFICATE), .counts = has_chain,
	.value = "leaf_key", .values = values_key };
static const struct tw_table signatures = { .id = "signatures", .help = "signature algorithms of leaf certificates",
	.shape = TW_LONG, .needs = BASE | F(HAS_CHAIN) | F(LEAF_SIG), .units = U(HOST) | U(CONNECTION) | U(CERTIFICATE),
	.counts = has_chain, .value = "leaf_sig", .values = values_signature };

const struct tw_table *const tw_tables[] = { &scans, &starttls_table, &versions, &validity, &reasons, &ciphers, &families,
	&strength, &keys, &signatures, NULL };

const char *tw_table_id(const struct tw_table *t)
{
	return t->id;
}

const char *tw_table_help(const struct tw_table *t)
{
	return t->help;
}

const struct tw_table *tw_table_find(const char *id)
{
	for (const struct tw_table *const *t = tw_tables; *t; t++)
		if (strcmp((*t)->id, id) == 0)
			return *t;
	return NULL;
}
