/* suites.c: suites classed by the tokens of their names. Each property is read
 * on its own; the class is derived from the properties last. */
#include "crypto/suites.h"
#include "base/intern.h"

#include <pthread.h>
#include <string.h>

static struct tw_suite suites[TW_SUITES];
enum { SLOTS = 2048 };
static const struct tw_suite *by_name[SLOTS]; /* by hash, the next free one on collision */
static const struct tw_suite unassigned = { .name = "", .kex = "", .auth = "", .enc = "", .mac = "",
	.class = TW_CLASS_UNASSIGNED };

/* Is tok one of the tokens between underscores? */
static bool has(const char *name, const char *tok)
{
	size_t n = strlen(tok);
	for (const char *p = name; (p = strstr(p, tok)); p++)
		if ((p == name || p[-1] == '_') && (p[n] == 0 || p[n] == '_'))
			return true;
	return false;
}

static bool begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

/* Before _WITH_ stands how keys are agreed, in the order of this table. */
static const struct {
	const char *head, *kex, *auth;
	bool fs;
} exchanges[] = {
	{ "CECPQ1_RSA", "CECPQ1", "RSA", true }, { "CECPQ1_ECDSA", "CECPQ1", "ECDSA", true },
	{ "ECDHE_ECDSA", "ECDHE", "ECDSA", true }, { "ECDHE_RSA", "ECDHE", "RSA", true },
	{ "ECDHE_PSK", "ECDHE_PSK", "PSK", true }, { "ECDH_ECDSA", "ECDH", "ECDSA", false },
	{ "ECDH_RSA", "ECDH", "RSA", false }, { "ECDH_anon", "ECDH", "anon", false },
	{ "DHE_RSA", "DHE", "RSA", true }, { "DHE_DSS", "DHE", "DSS", true },
	{ "DHE_PSK", "DHE_PSK", "PSK", true }, { "PSK_DHE", "DHE_PSK", "PSK", true }, /* RFC 6655 */
	{ "DH_RSA", "DH", "RSA", false }, { "DH_DSS", "DH", "DSS", false },
	{ "DH_anon", "DH", "anon", false }, { "RSA_PSK", "RSA_PSK", "RSA", false },
	{ "RSA", "RSA", "RSA", false }, { "PSK", "PSK", "PSK", false },
	{ "SRP_SHA_RSA", "SRP", "RSA", false }, { "SRP_SHA_DSS", "SRP", "DSS", false },
	{ "SRP_SHA", "SRP", "SRP", false }, { "KRB5", "KRB5", "KRB5", false },
	{ "GOSTR341094", "GOST", "GOST", false }, { "GOSTR341001", "GOST", "GOST", false },
	{ "GOSTR341112_256", "GOST", "GOST", false },
	{ "ECCPWD", "ECCPWD", "PWD", true }, { "ECJPAKE", "ECJPAKE", "PWD", true }, /* RFC 8492; Thread */
	{ "FORTEZZA_KEA", "KEA", "KEA", false },
	{ "ECDHE", "ECDHE", "", true }, { "ECC", "ECC", "", false }, /* GB/T 38636 */
	{ "IBSDH", "IBSDH", "IBS", true }, { "IBC", "IBC", "IBC", false },
};

static void read_exchange(struct tw_suite *s, const char *name)
{
	const char *p = begins(name, "TLS_") || begins(name, "SSL_") ? name + 4 : name;
	if (begins(name, "SSL_CK_")) { /* SSL 2.0 knows only RSA */
		s->kex = s->auth = "RSA";
		return;
	}
	if (begins(name, "TLS_") && !has(name, "WITH")) { /* RFC 8446 B.4: no exchange in the name */
		s->kex = "TLS1.3";
		s->forward_secrecy = true;
		return;
	}
	for (size_t i = 0; i < sizeof exchanges / sizeof *exchanges; i++) {
		size_t n = strlen(exchanges[i].head);
		if (begins(p, exchanges[i].head) && p[n] == '_') {
			s->kex = exchanges[i].kex;
			s->auth = exchanges[i].auth;
			s->forward_secrecy = exchanges[i].fs;
			s->anonymous = !strcmp(s->auth, "anon");
			return;
		}
	}
}

/* Longer statements first: 3DES before DES, ciphers with their modes. */
static const struct {
	const char *tok, *mode, *enc;
	uint16_t bits;
} ciphers[] = {
	{ "NULL", "", "NULL", 0 },
	{ "RC4_40", "", "RC4", 40 }, { "RC4_56", "", "RC4", 56 }, { "RC4_64", "", "RC4", 64 },
	{ "RC4_128_EXPORT40", "", "RC4", 40 }, { "RC4_128", "", "RC4", 128 },
	{ "RC2_CBC_40", "", "RC2-CBC", 40 }, { "RC2_CBC_56", "", "RC2-CBC", 56 },
	{ "RC2_128_CBC_EXPORT40", "", "RC2-CBC", 40 }, { "RC2_128_CBC", "", "RC2-CBC", 128 },
	{ "RC2_CBC", "", "RC2-CBC", 128 }, { "IDEA", "", "IDEA-CBC", 128 },
	{ "3DES_EDE_CBC", "", "3DES-CBC", 112 }, { "DES_192_EDE3_CBC", "", "3DES-CBC", 112 },
	{ "DES40_CBC", "", "DES-CBC", 40 }, { "DES_CBC_40", "", "DES-CBC", 40 },
	{ "DES_CBC", "", "DES-CBC", 56 }, { "DES_64_CBC", "", "DES-CBC", 56 },
	{ "FORTEZZA_CBC", "", "SKIPJACK-CBC", 80 },
	{ "28147_CNT", "", "GOST28147-CNT", 256 },
	{ "MAGMA", "MGM", "MAGMA-MGM", 256 }, { "MAGMA", "", "MAGMA-CTR", 256 },
	{ "KUZNYECHIK", "MGM", "KUZNYECHIK-MGM", 256 }, { "KUZNYECHIK", "", "KUZNYECHIK-CTR", 256 },
	{ "SEED_CBC", "", "SEED-CBC", 128 },
	{ "CHACHA20_POLY1305", "", "CHACHA20-POLY1305", 256 },
	{ "ESTREAM_SALSA20", "", "SALSA20/12", 256 }, { "SALSA20", "", "SALSA20", 256 },
	{ "AEGIS_256", "", "AEGIS-256", 256 }, { "AEGIS_128L", "", "AEGIS-128L", 128 },
	{ "SM4", "GCM", "SM4-GCM", 128 }, { "SM4", "CCM", "SM4-CCM", 128 }, { "SM4_CBC", "", "SM4-CBC", 128 },
	{ "SM1", "", "SM1-CBC", 128 },
	{ "AES_128_CCM", "", "AES-CCM", 128 }, { "AES_256_CCM", "", "AES-CCM", 256 },
	{ "AES_128", "GCM", "AES-GCM", 128 }, { "AES_256", "GCM", "AES-GCM", 256 },
	{ "AES_128", "CBC", "AES-CBC", 128 }, { "AES_256", "CBC", "AES-CBC", 256 },
	{ "CAMELLIA_128", "GCM", "CAMELLIA-GCM", 128 }, { "CAMELLIA_256", "GCM", "CAMELLIA-GCM", 256 },
	{ "CAMELLIA_128", "CBC", "CAMELLIA-CBC", 128 }, { "CAMELLIA_256", "CBC", "CAMELLIA-CBC", 256 },
	{ "ARIA_128", "GCM", "ARIA-GCM", 128 }, { "ARIA_256", "GCM", "ARIA-GCM", 256 },
	{ "ARIA_128", "CBC", "ARIA-CBC", 128 }, { "ARIA_256", "CBC", "ARIA-CBC", 256 },
};

static void read_cipher(struct tw_suite *s, const char *name)
{
	if (!strcmp(s->kex, "TLS1.3") && (has(name, "SHA256_SHA256") || has(name, "SHA384_SHA384"))) {
		s->enc = "NULL"; /* RFC 9150: integrity only */
		s->enc_known = true;
		return;
	}
	for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++)
		if (has(name, ciphers[i].tok) && (!*ciphers[i].mode || has(name, ciphers[i].mode))) {
			s->enc = ciphers[i].enc;
			s->enc_bits = ciphers[i].bits;
			s->enc_known = true;
			return;
		}
}

static void read_mac(struct tw_suite *s, const char *name)
{
	static const char *const aead[] = { "GCM", "CCM", "POLY1305", "AEGIS", "MGM" };
	static const struct {
		const char *tail, *mac;
	} macs[] = {
		{ "_MD5", "MD5" }, { "_SHA", "SHA1" }, { "_SHA1", "SHA1" }, { "_SHA256", "SHA256" },
		{ "_SHA384", "SHA384" }, { "_RMD", "RMD160" }, { "_IMIT", "IMIT" }, { "_OMAC", "OMAC" },
		{ "_GOSTR3411", "GOSTR3411" }, { "_SM3", "SM3" }, { "_NULL", "NULL" },
	};
	for (size_t i = 0; i < sizeof aead / sizeof *aead; i++)
		if (has(name, aead[i])) {
			s->aead = true;
			s->mac = "AEAD";
			return;
		}
	for (size_t i = 0; i < sizeof macs / sizeof *macs; i++) {
		size_t n = strlen(name), t = strlen(macs[i].tail);
		if (n > t && !strcmp(name + n - t, macs[i].tail))
			s->mac = macs[i].mac;
	}
}

static enum tw_class class_of(const struct tw_suite *s, uint32_t value, unsigned width)
{
	static const char *const block64[] = { "3DES-CBC", "IDEA-CBC", "GOST28147-CNT", "MAGMA-CTR", "MAGMA-MGM" };
	if (!strcmp(s->enc, "NULL"))
		return TW_CLASS_NULL;
	if (s->anonymous)
		return TW_CLASS_ANONYMOUS;
	if (s->is_export)
		return TW_CLASS_EXPORT;
	if (!strcmp(s->enc, "RC4") || !strcmp(s->enc, "RC2-CBC") || !strcmp(s->enc, "DES-CBC") ||
			!strcmp(s->mac, "MD5") || width == 3)
		return TW_CLASS_BROKEN;
	if (!*s->enc || (width == 2 && value >> 8 == 0xe0))
		return TW_CLASS_UNASSIGNED;
	for (size_t i = 0; i < sizeof block64 / sizeof *block64; i++)
		if (!strcmp(s->enc, block64[i]))
			return TW_CLASS_BLOCK64;
	if (!s->aead)
		return TW_CLASS_LEGACY;
	return s->forward_secrecy ? TW_CLASS_AEAD_FS : TW_CLASS_AEAD;
}

void tw_suite_read(struct tw_suite *s, const char *name, uint32_t value, unsigned width)
{
	*s = unassigned;
	s->name = name;
	size_t n = strlen(name);
	if (begins(name, "GREASE_") || (n > 5 && !strcmp(name + n - 5, "_SCSV"))) { /* RFC 8701, 5746, 7507 */
		s->class = TW_CLASS_SIGNALLING;
		return;
	}
	read_exchange(s, name);
	read_cipher(s, name);
	read_mac(s, name);
	s->is_export = strstr(name, "EXPORT") != NULL;
	s->class = class_of(s, value, width);
}

static void build(void)
{
	for (size_t i = 0; i < TW_SUITES; i++) {
		tw_suite_read(&suites[i], tw_suite_names[i].name, tw_suite_names[i].value, tw_suite_names[i].width);
		uint64_t at = tw_hash(tw_str(suites[i].name), 0) % SLOTS;
		while (by_name[at])
			at = (at + 1) % SLOTS;
		by_name[at] = &suites[i];
	}
}

static void ready(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, build);
}

const struct tw_suite *tw_suite_by_value(uint32_t value, unsigned width)
{
	size_t lo = 0, hi = TW_SUITES;
	ready();
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct tw_suite_name *m = &tw_suite_names[mid];
		if (m->width == width && m->value == value)
			return &suites[mid];
		if (m->width < width || (m->width == width && m->value < value))
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static const struct tw_suite *find_hex(struct tw_slice digits)
{
	uint8_t v[3] = { 0 };
	uint32_t value = 0;
	if ((digits.n != 4 && digits.n != 6) || !tw_unhex(digits, v, digits.n / 2))
		return NULL;
	for (size_t i = 0; i < digits.n / 2; i++)
		value = value << 8 | v[i];
	const struct tw_suite *s = tw_suite_by_value(value, (unsigned)digits.n / 2);
	return s ? s : &unassigned;
}

const struct tw_suite *tw_suite_find(struct tw_slice name)
{
	ready();
	if (name.n > 2 && name.p[0] == '0' && name.p[1] == 'x') {
		struct tw_slice digits = { name.p + 2, name.n - 2 };
		return find_hex(digits);
	}
	for (uint64_t at = tw_hash(name, 0) % SLOTS; by_name[at]; at = (at + 1) % SLOTS)
		if (tw_slice_is(name, by_name[at]->name))
			return by_name[at];
	return NULL;
}

const char *tw_class_name(enum tw_class c)
{
	static const char *const name[TW_CLASS_N] = { "signalling", "null", "anonymous", "export", "broken",
		"64-bit-block", "legacy", "aead-no-fs", "aead-fs", "unassigned" };
	return c < TW_CLASS_N ? name[c] : name[TW_CLASS_UNASSIGNED];
}
