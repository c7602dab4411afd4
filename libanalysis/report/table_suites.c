/* ciphers, families: suites and their kin. */
#include "report/internal.h"

#include <string.h>

uint32_t tw_suite_rank(const struct tw_tuple *t, uint32_t j, const char *role)
{
	static const char *const order[] = { "unassigned", "signalling", "null", "anonymous", "export", "broken", "64-bit-block",
		"legacy", "aead-no-fs", "aead-fs" };

	(void)j;
	(void)role;
	for (uint32_t i = 0; i < sizeof order / sizeof *order; i++)
		if (tw_tuple_is(t, TW_F_CLASS, order[i]))
			return i + 2;
	return tw_piece(t, TW_F_CIPHER).n > 0;
}

static void values(const struct tw_tuple *t, uint32_t j, const char *role, struct tw_values *v)
{
	(void)j;
	(void)role;
	tw_values_add(v, tw_piece(t, TW_F_CIPHER));
}

const struct tw_table tw_table_ciphers = { .id = "ciphers", .help = "cipher suites negotiated", .shape = TW_LONG,
	.needs = TW_NEEDS | TW_F(CIPHER) | TW_F(CLASS), .units = TW_UNITS_ROWS, .counts = tw_is_established, .value = "cipher",
	.values = values, .rank = tw_suite_rank };

/* The first whose words fit the column enc is the suite's family by
 * encryption; they exclude each other and sum to n. */
enum { UNKNOWN, ONLY_NULL, ONLY_RC2, ONLY_RC4, ONLY_3DES, ONLY_DES, ONLY_IDEA, ONLY_CHACHA, ONLY_AES_GCM, ONLY_AES_CCM,
	ONLY_AES_CBC, ONLY_CAMELLIA, ONLY_OTHER, RC4, TRIPLE_DES, AES, CAMELLIA, CBC, AEAD, MD5, RSA, DHE, ECDHE, TLS13, FS };
static const struct tw_column columns[] = { { "only_unknown", TW_OF_N, 0, 0, false }, { "only_null", TW_OF_N, 0, 1, false },
	{ "only_rc2", TW_OF_N, 0, 2, false }, { "only_rc4", TW_OF_N, 0, 4, false }, { "only_3des", TW_OF_N, 0, 6, false },
	{ "only_des", TW_OF_N, 0, 3, false }, { "only_idea", TW_OF_N, 0, 5, false }, { "only_chacha20", TW_OF_N, 0, 11, false },
	{ "only_aes_gcm", TW_OF_N, 0, 12, false }, { "only_aes_ccm", TW_OF_N, 0, 10, false },
	{ "only_aes_cbc", TW_OF_N, 0, 9, false }, { "only_camellia", TW_OF_N, 0, 8, false },
	{ "only_other", TW_OF_N, 0, 7, false }, { "rc4", TW_OF_N, 1, -1, false }, { "3des", TW_OF_N, 2, -1, false },
	{ "aes", TW_OF_N, 3, 1, false }, { "camellia", TW_OF_N, 4, 1, false }, { "cbc", TW_OF_N, 5, -1, false },
	{ "aead", TW_OF_N, 6, 1, false }, { "md5_mac", TW_OF_N, 7, -1, false }, { "rsa_exchange", TW_OF_N, 8, -1, false },
	{ "dhe", TW_OF_N, 9, 1, false }, { "ecdhe", TW_OF_N, 10, 1, false }, { "tls1.3", TW_OF_N, 11, 1, false },
	{ "forward_secrecy", TW_OF_N, 12, 1, false }, { NULL, 0, 0, 0, false } };

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

static int family(struct tw_slice enc)
{
	static const char *const words[] = { "NULL", "RC2", "RC4", "3DES", "DES", "IDEA", "CHACHA20", "AES-GCM", "AES-CCM",
		"AES-CBC", "CAMELLIA" };

	if (enc.n == 0)
		return UNKNOWN;
	for (int i = 0; i < ONLY_OTHER - ONLY_NULL; i++)
		if (begins(enc, words[i]))
			return ONLY_NULL + i;
	return ONLY_OTHER;
}

static uint64_t mark(const struct tw_tuple *t, uint32_t j)
{
	struct tw_slice enc = tw_piece(t, TW_F_ENC), kex = tw_piece(t, TW_F_KEX);
	const bool yes[] = { begins(enc, "RC4"), begins(enc, "3DES"), begins(enc, "AES"), begins(enc, "CAMELLIA"), ends(enc, "CBC"),
		tw_tuple_is(t, TW_F_AEAD, "yes"), tw_tuple_is(t, TW_F_MAC, "MD5"), begins(kex, "RSA"), begins(kex, "DHE"),
		begins(kex, "ECDHE"), tw_slice_is(kex, "TLS1.3"), tw_tuple_is(t, TW_F_FS, "yes") };
	uint64_t hit = TW_BIT(family(enc));

	(void)j;
	for (int i = 0; i <= FS - RC4; i++)
		hit |= yes[i] ? TW_BIT(RC4 + i) : 0;
	return hit;
}

const struct tw_table tw_table_families = { .id = "families", .help = "families of suites: exclusive, then overlapping",
	.shape = TW_WIDE, .needs = TW_NEEDS | TW_F(ENC) | TW_F(KEX) | TW_F(MAC) | TW_F(AEAD) | TW_F(FS), .units = TW_UNITS_ROWS,
	.counts = tw_is_established, .columns = columns, .mark = mark };
