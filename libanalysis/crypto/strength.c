/* strength.c: security bits of groups and signatures (NIST SP 800-57 part 1,
 * table 2; hashes by collision). */
#include "crypto/strength.h"
#include "cert/cert.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

uint32_t tw_dh_security_bits(uint32_t bits)
{
	return tw_key_security_bits(TW_KEY_DH, bits);
}

const char *tw_dh_class(uint32_t bits)
{
	static const struct {
		uint32_t below;
		const char *name;
	} table[] = { { 1, "" }, { 760, "under-768" }, { 1020, "768" }, { 2040, "1024" }, { 3068, "2048" },
		{ 4094, "3072" }, { 7660, "4096" }, { 15300, "7680" } };
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (bits < table[i].below)
			return table[i].name;
	return "15360";
}

/* Hybrids hold as long as either half does: the stronger half counts. */
static const struct {
	const char *name;
	uint32_t bits;
} named[] = {
	{ "x25519", 128 }, { "x448", 224 }, { "curveSM2", 128 }, { "MLKEM512", 128 }, { "MLKEM768", 192 },
	{ "MLKEM1024", 256 }, { "SecP256r1MLKEM768", 192 }, { "X25519MLKEM768", 192 }, { "SecP384r1MLKEM1024", 256 },
	{ "curveSM2MLKEM768", 192 }, { "X25519Kyber768Draft00", 192 }, { "SecP256r1Kyber768Draft00", 192 },
	{ "CECPQ2", 128 }, { "GC256A", 128 }, { "GC256B", 128 }, { "GC256C", 128 }, { "GC256D", 128 },
	{ "GC512A", 256 }, { "GC512B", 256 }, { "GC512C", 256 },
};

uint32_t tw_group_security_bits(struct tw_slice group, uint32_t *dh_bits)
{
	static const char *const sized[] = { "secp", "sect", "brainpoolP", "ffdhe" };
	if (dh_bits)
		*dh_bits = 0;
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (group.n == strlen(named[i].name) && !strncasecmp((const char *)group.p, named[i].name, group.n))
			return named[i].bits;
	for (size_t i = 0; i < sizeof sized / sizeof *sized; i++) {
		size_t at = strlen(sized[i]);
		uint32_t bits = 0;
		if (group.n <= at || strncasecmp((const char *)group.p, sized[i], at))
			continue;
		while (at < group.n && isdigit(group.p[at]) && bits < 100000)
			bits = bits * 10 + (uint32_t)(group.p[at++] - '0');
		if (i < 3)
			return bits <= 1024 ? bits / 2 : 0;
		if (dh_bits)
			*dh_bits = bits;
		return tw_dh_security_bits(bits);
	}
	return 0;
}

uint32_t tw_key_text_security_bits(struct tw_slice name)
{
	for (int k = 0; k < TW_KEY_N; k++) {
		const char *kind = tw_key_name((enum tw_key)k);
		size_t n = strlen(kind);
		uint64_t bits = 0;
		if (n == 0 || name.n < n || memcmp(name.p, kind, n) != 0 || (name.n > n && name.p[n] != '-'))
			continue;
		struct tw_slice size = { name.p + n + 1, name.n > n ? name.n - n - 1 : 0 };
		if (k == TW_KEY_EC && !tw_slice_u64(size, UINT32_MAX, &bits))
			return tw_group_security_bits(size, NULL);
		if (size.n && !tw_slice_u64(size, UINT32_MAX, &bits))
			continue; /* RSA-PSS-2048 is no RSA */
		return tw_key_security_bits((enum tw_key)k, (uint32_t)bits);
	}
	return 0;
}

uint32_t tw_sig_security_bits(struct tw_slice name)
{
	/* SHA-3 has the sizes of SHA-2, and the same collision bound. */
	static const struct {
		const char *in;
		uint32_t bits;
	} table[] = { { "md2", 64 }, { "md4", 64 }, { "md5", 64 }, { "sha1", 80 }, { "sha224", 112 },
		{ "sha512-224", 112 }, { "sha512-256", 128 },
		{ "sha256", 128 }, { "sha384", 192 }, { "sha512", 256 }, { "sha3-224", 112 }, { "sha3-256", 128 },
		{ "sha3-384", 192 }, { "sha3-512", 256 }, { "ed25519", 128 }, { "ed448", 224 }, { "ml-dsa-44", 128 },
		{ "ml-dsa-65", 192 }, { "ml-dsa-87", 256 }, { "slh-dsa-sha2-128", 128 }, { "slh-dsa-sha2-192", 192 },
		{ "slh-dsa-sha2-256", 256 }, { "slh-dsa-shake-128", 128 }, { "slh-dsa-shake-192", 192 },
		{ "slh-dsa-shake-256", 256 } };
	char low[64];
	if (name.n == 0 || name.n >= sizeof low || !isalpha(name.p[0]))
		return 0; /* a dotted OID says nothing */
	for (size_t i = 0; i < name.n; i++)
		low[i] = (char)tolower(name.p[i]);
	low[name.n] = 0;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strstr(low, table[i].in))
			return table[i].bits;
	return 0;
}
