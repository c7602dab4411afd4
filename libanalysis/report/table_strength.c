/* strength: classes of suites, security bits of chains and sessions. */
#include "report/internal.h"

#include <string.h>

enum { UNASSIGNED = 9, UNKNOWN, FS, AEAD, CHAIN_KNOWN, CHAIN_80, CHAIN_112 = CHAIN_80 + 2, CHAIN_128, WEAK_LEAF_KEY, WEAK_LEAF_SIG,
	WEAK_ISSUER_KEY, WEAK_ISSUER_SIG, SESSION_KNOWN, SESSION_80, BY_CIPHER = SESSION_80 + 4, BY_DH, BY_GROUP, BY_LEAF_KEY };
static const struct tw_column columns[] = { { "signalling", TW_OF_N, 0, 2, false }, { "null", TW_OF_N, 0, 3, false },
	{ "anonymous", TW_OF_N, 0, 4, false }, { "export", TW_OF_N, 0, 5, false }, { "broken", TW_OF_N, 0, 6, false },
	{ "64-bit-block", TW_OF_N, 0, 7, false }, { "legacy", TW_OF_N, 0, 8, false }, { "aead-no-fs", TW_OF_N, 0, 9, false },
	{ "aead-fs", TW_OF_N, 0, 10, false }, { "unassigned", TW_OF_N, 0, 1, false }, { "unknown", TW_OF_N, 0, 0, false },
	{ "forward_secrecy", TW_OF_N, 1, 1, false }, { "aead", TW_OF_N, 2, 1, false },
	{ "chain_known", TW_OF_N, 3, 0, false }, { "chain_below_80", CHAIN_KNOWN, 3, 1, false },
	{ "chain_80_to_111", CHAIN_KNOWN, 3, 2, false }, { "chain_112_to_127", CHAIN_KNOWN, 3, 3, false },
	{ "chain_128_and_more", CHAIN_KNOWN, 3, 4, false }, { "weakest_leaf_key", CHAIN_KNOWN, 4, 4, false },
	{ "weakest_leaf_signature", CHAIN_KNOWN, 4, 3, false }, { "weakest_issuer_key", CHAIN_KNOWN, 4, 2, false },
	{ "weakest_issuer_signature", CHAIN_KNOWN, 4, 1, false }, { "session_known", TW_OF_N, 5, 0, false },
	{ "session_below_80", SESSION_KNOWN, 5, 1, false }, { "session_80_to_111", SESSION_KNOWN, 5, 2, false },
	{ "session_112_to_127", SESSION_KNOWN, 5, 3, false }, { "session_128_and_more", SESSION_KNOWN, 5, 4, false },
	{ "limited_by_cipher", SESSION_KNOWN, 6, 1, false }, { "limited_by_dh", SESSION_KNOWN, 6, 2, false },
	{ "limited_by_group", SESSION_KNOWN, 6, 3, false }, { "limited_by_leaf-key", SESSION_KNOWN, 6, 4, false },
	{ NULL, 0, 0, 0, false } };

/* The bits' own column and the known one before it. */
static uint64_t bits(struct tw_slice s, int known)
{
	uint64_t v;

	if (!tw_slice_u64(s, UINT32_MAX, &v))
		return 0;
	return TW_BIT(known) | TW_BIT(known + 1 + (v >= 80) + (v >= 112) + (v >= 128));
}

/* POSITION:key:NAME or POSITION:sig:NAME. */
static uint64_t weakest(struct tw_slice s)
{
	const uint8_t *colon = s.n ? memchr(s.p, ':', s.n) : NULL;

	if (!colon || (size_t)(s.p + s.n - colon) < 4)
		return 0;
	bool leaf = colon == s.p + 1 && *s.p == '0', key = memcmp(colon + 1, "key", 3) == 0;
	return TW_BIT(leaf ? (key ? WEAK_LEAF_KEY : WEAK_LEAF_SIG) : (key ? WEAK_ISSUER_KEY : WEAK_ISSUER_SIG));
}

static uint64_t mark(const struct tw_tuple *t, uint32_t j)
{
	static const char *const limits[] = { "cipher", "dh", "group", "leaf-key" };
	uint64_t hit = bits(tw_piece(t, TW_F_CHAIN_BITS), CHAIN_KNOWN) | bits(tw_piece(t, TW_F_SESSION), SESSION_KNOWN) |
	    weakest(tw_piece(t, TW_F_WEAKEST));
	bool known = false;

	(void)j;
	for (int i = 0; i <= UNASSIGNED; i++)
		if (tw_tuple_is(t, TW_F_CLASS, columns[i].name)) {
			hit |= TW_BIT(i);
			known = true;
		}
	if (!known)
		hit |= TW_BIT(UNKNOWN);
	if (tw_tuple_is(t, TW_F_FS, "yes"))
		hit |= TW_BIT(FS);
	if (tw_tuple_is(t, TW_F_AEAD, "yes"))
		hit |= TW_BIT(AEAD);
	for (int i = 0; i < 4; i++)
		if (tw_tuple_is(t, TW_F_LIMITED, limits[i]))
			hit |= TW_BIT(BY_CIPHER + i);
	return hit;
}

const struct tw_table tw_table_strength = { .id = "strength", .help = "classes of suites; security bits of chains, sessions",
	.shape = TW_WIDE, .needs = TW_NEEDS | TW_F(CLASS) | TW_F(FS) | TW_F(AEAD) | TW_F(CHAIN_BITS) | TW_F(WEAKEST) | TW_F(SESSION) |
	    TW_F(LIMITED), .units = TW_UNITS_ROWS, .counts = tw_is_established, .columns = columns, .mark = mark };
