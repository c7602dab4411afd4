/* keys.c: SubjectPublicKeyInfo and the names of algorithms (RFC 3279, 5480,
 * 8410, 4055, 9881, 9909). */
#include "cert/internal.h"

#include <string.h>

#define OID(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static const struct {
	struct tw_slice oid;
	enum tw_key key;
	uint32_t bits;
} keys[] = {
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), TW_KEY_RSA, 0 },
	{ OID("\x55\x08\x01\x01"), TW_KEY_RSA, 0 }, /* X.509 annex, 2.5.8.1.1 */
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), TW_KEY_RSA_PSS, 0 },
	{ OID("\x2a\x86\x48\xce\x38\x04\x01"), TW_KEY_DSA, 0 },
	{ OID("\x2a\x86\x48\xce\x3e\x02\x01"), TW_KEY_DH, 0 },         /* X9.42 */
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x03\x01"), TW_KEY_DH, 0 }, /* PKCS #3 */
	{ OID("\x2a\x86\x48\xce\x3d\x02\x01"), TW_KEY_EC, 0 },
	{ OID("\x2b\x81\x04\x01\x0c"), TW_KEY_EC, 0 }, /* id-ecDH, RFC 5480 2.1.2 */
	{ OID("\x2b\x65\x70"), TW_KEY_ED25519, 256 },
	{ OID("\x2b\x65\x71"), TW_KEY_ED448, 456 },
	{ OID("\x2b\x65\x6e"), TW_KEY_X25519, 256 },
	{ OID("\x2b\x65\x6f"), TW_KEY_X448, 448 },
	/* Not sizes, but the numbers in the names of the parameter sets. */
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x11"), TW_KEY_ML_DSA, 44 },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x12"), TW_KEY_ML_DSA, 65 },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x13"), TW_KEY_ML_DSA, 87 },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x14"), TW_KEY_SLH_DSA, 128 }, /* sha2-128s */
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x15"), TW_KEY_SLH_DSA, 128 }, /* sha2-128f */
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x16"), TW_KEY_SLH_DSA, 192 }, /* sha2-192s */
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x17"), TW_KEY_SLH_DSA, 192 }, /* sha2-192f */
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x18"), TW_KEY_SLH_DSA, 256 }, /* sha2-256s */
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x19"), TW_KEY_SLH_DSA, 256 }, /* sha2-256f */
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1a"), TW_KEY_SLH_DSA, 128 }, /* shake-128s */
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1b"), TW_KEY_SLH_DSA, 128 }, /* shake-128f */
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1c"), TW_KEY_SLH_DSA, 192 }, /* shake-192s */
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1d"), TW_KEY_SLH_DSA, 192 }, /* shake-192f */
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1e"), TW_KEY_SLH_DSA, 256 }, /* shake-256s */
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1f"), TW_KEY_SLH_DSA, 256 }, /* shake-256f */
};

static const struct {
	struct tw_slice oid;
	const char *name;
	uint32_t bits;
} curves[] = {
	{ OID("\x2a\x86\x48\xce\x3d\x03\x01\x07"), "secp256r1", 256 },
	{ OID("\x2b\x81\x04\x00\x22"), "secp384r1", 384 },
	{ OID("\x2b\x81\x04\x00\x23"), "secp521r1", 521 },
	{ OID("\x2b\x81\x04\x00\x0a"), "secp256k1", 256 },
	{ OID("\x2a\x86\x48\xce\x3d\x03\x01\x01"), "secp192r1", 192 },
	{ OID("\x2b\x81\x04\x00\x21"), "secp224r1", 224 },
	{ OID("\x2b\x81\x04\x00\x1f"), "secp192k1", 192 },
	{ OID("\x2b\x81\x04\x00\x20"), "secp224k1", 224 },
	{ OID("\x2b\x81\x04\x00\x08"), "secp160r1", 160 },
	{ OID("\x2b\x81\x04\x00\x1e"), "secp160r2", 160 },
	{ OID("\x2b\x81\x04\x00\x09"), "secp160k1", 160 },
	{ OID("\x2b\x81\x04\x00\x01"), "sect163k1", 163 },
	{ OID("\x2b\x81\x04\x00\x0f"), "sect163r2", 163 },
	{ OID("\x2b\x81\x04\x00\x1a"), "sect233k1", 233 },
	{ OID("\x2b\x81\x04\x00\x1b"), "sect233r1", 233 },
	{ OID("\x2b\x81\x04\x00\x10"), "sect283k1", 283 },
	{ OID("\x2b\x81\x04\x00\x11"), "sect283r1", 283 },
	{ OID("\x2b\x81\x04\x00\x24"), "sect409k1", 409 },
	{ OID("\x2b\x81\x04\x00\x25"), "sect409r1", 409 },
	{ OID("\x2b\x81\x04\x00\x26"), "sect571k1", 571 },
	{ OID("\x2b\x81\x04\x00\x27"), "sect571r1", 571 },
	{ OID("\x2a\x81\x1c\xcf\x55\x01\x82\x2d"), "sm2p256v1", 256 },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x01"), "brainpoolP160r1", 160 },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x03"), "brainpoolP192r1", 192 },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x05"), "brainpoolP224r1", 224 },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x07"), "brainpoolP256r1", 256 },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x09"), "brainpoolP320r1", 320 },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0b"), "brainpoolP384r1", 384 },
	{ OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0d"), "brainpoolP512r1", 512 },
};

static const struct {
	struct tw_slice oid;
	const char *name;
} sigs[] = {
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), "sha256WithRSAEncryption" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"), "sha384WithRSAEncryption" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"), "sha512WithRSAEncryption" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e"), "sha224WithRSAEncryption" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0f"), "sha512-224WithRSAEncryption" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x10"), "sha512-256WithRSAEncryption" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"), "sha1WithRSAEncryption" },
	{ OID("\x2b\x0e\x03\x02\x1d"), "sha1WithRSA" }, /* OIW, 1.3.14.3.2.29 */
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"), "md5WithRSAEncryption" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x03"), "md4WithRSAEncryption" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x02"), "md2WithRSAEncryption" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), "rsassaPss" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0d"), "id-rsassa-pkcs1-v1_5-with-sha3-224" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0e"), "id-rsassa-pkcs1-v1_5-with-sha3-256" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0f"), "id-rsassa-pkcs1-v1_5-with-sha3-384" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x10"), "id-rsassa-pkcs1-v1_5-with-sha3-512" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x01"), "ecdsa-with-SHA1" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x03\x01"), "ecdsa-with-SHA224" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x03\x02"), "ecdsa-with-SHA256" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x03\x03"), "ecdsa-with-SHA384" },
	{ OID("\x2a\x86\x48\xce\x3d\x04\x03\x04"), "ecdsa-with-SHA512" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x09"), "id-ecdsa-with-sha3-224" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0a"), "id-ecdsa-with-sha3-256" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0b"), "id-ecdsa-with-sha3-384" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x0c"), "id-ecdsa-with-sha3-512" },
	{ OID("\x2a\x86\x48\xce\x38\x04\x03"), "dsa-with-sha1" },
	{ OID("\x2b\x0e\x03\x02\x1b"), "dsaWithSHA1-old" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x01"), "dsa-with-sha224" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x02"), "dsa-with-sha256" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x03"), "dsa-with-sha384" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x04"), "dsa-with-sha512" },
	{ OID("\x2b\x65\x70"), "ed25519" },
	{ OID("\x2b\x65\x71"), "ed448" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x11"), "ml-dsa-44" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x12"), "ml-dsa-65" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x13"), "ml-dsa-87" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x14"), "slh-dsa-sha2-128s" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x15"), "slh-dsa-sha2-128f" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x16"), "slh-dsa-sha2-192s" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x17"), "slh-dsa-sha2-192f" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x18"), "slh-dsa-sha2-256s" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x19"), "slh-dsa-sha2-256f" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1a"), "slh-dsa-shake-128s" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1b"), "slh-dsa-shake-128f" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1c"), "slh-dsa-shake-192s" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1d"), "slh-dsa-shake-192f" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1e"), "slh-dsa-shake-256s" },
	{ OID("\x60\x86\x48\x01\x65\x03\x04\x03\x1f"), "slh-dsa-shake-256f" },
};

bool tw_algorithm(struct tw_slice all, struct tw_slice *oid, struct tw_slice *params)
{
	struct tw_slice body;
	struct tw_tlv t;
	if (!tw_der_only(all, TW_SEQUENCE, &body))
		return false;
	struct tw_der d = tw_der_in(body);
	if (!tw_der_take(&d, TW_OID, oid) || !tw_oid_ok(*oid))
		return false;
	int r = tw_der_next(&d, &t);
	if (r == 1)
		*params = t.all;
	return r >= 0 && d.s.n == 0;
}

/* An INTEGER that must be positive, its leading zeros cut. A negative one is
 * a positive one without its zero octet: it reads so, and is a fault. */
static bool positive(uint64_t *f, struct tw_der *d, struct tw_slice *out)
{
	if (!tw_der_take(d, TW_INTEGER, out) || out->n == 0)
		return false;
	if (out->p[0] & 0x80)
		tw_fault(f, TW_FAULT_KEY_UNREADABLE);
	while (out->n && out->p[0] == 0) {
		out->p++;
		out->n--;
	}
	return out->n > 0;
}

static uint32_t bit_length(struct tw_slice s)
{
	if (s.n == 0 || s.n > UINT32_MAX / 8)
		return 0;
	uint32_t bits = (uint32_t)(s.n - 1) * 8;
	for (uint8_t top = s.p[0]; top; top >>= 1)
		bits++;
	return bits;
}

/* RSAPublicKey, RFC 3279 2.3.1. */
static bool read_rsa(struct tw_cert *c)
{
	struct tw_slice body, n, e;
	if (!tw_der_only(c->key_bits_raw, TW_SEQUENCE, &body))
		return false;
	struct tw_der d = tw_der_in(body);
	if (!positive(&c->faults, &d, &n) || !positive(&c->faults, &d, &e) || d.s.n)
		return false;
	tw_der_scan(&c->faults, c->key_bits_raw, NULL);
	c->rsa_n = n;
	c->rsa_e = e;
	c->key_bits = bit_length(n);
	return true;
}

/* The prime stands first in the parameters of DSA and both kinds of DH.
 * Parameters of DSA may be absent: inherited (RFC 3279 2.3.2). */
static bool read_prime(struct tw_cert *c)
{
	struct tw_slice body, p, y;
	if (c->key == TW_KEY_DSA && !tw_der_only(c->key_bits_raw, TW_INTEGER, &y))
		return false;
	if (c->key_params.n == 0)
		return true;
	if (!tw_der_only(c->key_params, TW_SEQUENCE, &body))
		return false;
	struct tw_der d = tw_der_in(body);
	if (!positive(&c->faults, &d, &p))
		return false;
	c->key_bits = bit_length(p);
	return true;
}

/* SpecifiedECDomain, RFC 3279 2.3.5: version, fieldID { type, p or m ... }. */
static void read_explicit(struct tw_cert *c, struct tw_slice body)
{
	static const uint8_t prime[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x01, 0x01 };
	struct tw_der d = tw_der_in(body), f;
	struct tw_slice v, field, type, p;
	c->curve = "explicit";
	if (!tw_der_take(&d, TW_INTEGER, &v) || !tw_der_take(&d, TW_SEQUENCE, &field))
		return;
	f = tw_der_in(field);
	if (tw_der_take(&f, TW_OID, &type) && type.n == sizeof prime && !memcmp(type.p, prime, sizeof prime) &&
			positive(&c->faults, &f, &p))
		c->key_bits = bit_length(p);
}

static bool read_ec(struct tw_cert *c)
{
	struct tw_slice body;
	c->curve = "unknown";
	if (tw_der_only(c->key_params, TW_SEQUENCE, &body)) {
		read_explicit(c, body);
		return true;
	}
	if (!tw_der_only(c->key_params, TW_OID, &body))
		return false; /* RFC 5480 2.1.1: a named curve, implicitCurve must not be */
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (tw_oid_eq(curves[i].oid, body)) {
			c->curve = curves[i].name;
			c->key_bits = curves[i].bits;
		}
	return true;
}

static bool read_kind(struct tw_cert *c)
{
	switch (c->key) {
	case TW_KEY_RSA:
	case TW_KEY_RSA_PSS:
		return read_rsa(c);
	case TW_KEY_DSA:
	case TW_KEY_DH:
		return read_prime(c);
	case TW_KEY_EC:
		return read_ec(c);
	default:
		return true;
	}
}

/* RFC 3279 2.3.1 and RFC 4055 1.2: NULL with rsaEncryption; RFC 8410 3: none.
 * X.509's own OID of RSA has others. */
static bool fitting_params(const struct tw_cert *c)
{
	static const uint8_t null[] = { 0x05, 0x00 };
	switch (c->key) {
	case TW_KEY_RSA:
		return !tw_oid_eq(keys[0].oid, c->key_oid) ||
			(c->key_params.n == sizeof null && !memcmp(c->key_params.p, null, sizeof null));
	case TW_KEY_ED25519:
	case TW_KEY_ED448:
	case TW_KEY_X25519:
	case TW_KEY_X448:
		return c->key_params.n == 0;
	default:
		return true;
	}
}

void tw_key_read(struct tw_cert *c)
{
	struct tw_slice body, bits;
	struct tw_tlv alg;
	if (!tw_der_only(c->spki, TW_SEQUENCE, &body)) {
		tw_fault(&c->faults, TW_FAULT_KEY_UNREADABLE);
		return;
	}
	struct tw_der d = tw_der_in(body);
	if (tw_der_next(&d, &alg) != 1 || !tw_algorithm(alg.all, &c->key_oid, &c->key_params) ||
			!tw_der_take(&d, TW_BIT_STRING, &bits) || d.s.n || !tw_bits_whole(bits, &c->key_bits_raw)) {
		tw_fault(&c->faults, TW_FAULT_KEY_UNREADABLE);
		return;
	}
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (tw_oid_eq(keys[i].oid, c->key_oid)) {
			c->key = keys[i].key;
			c->key_bits = keys[i].bits;
		}
	if (!fitting_params(c))
		tw_fault(&c->faults, TW_FAULT_KEY_PARAMETERS);
	if (!read_kind(c))
		tw_fault(&c->faults, TW_FAULT_KEY_UNREADABLE);
}

void tw_sig_name(struct tw_buf *b, const struct tw_cert *c)
{
	for (size_t i = 0; i < sizeof sigs / sizeof *sigs; i++)
		if (tw_oid_eq(sigs[i].oid, c->sig_oid)) {
			tw_buf_adds(b, sigs[i].name);
			return;
		}
	tw_oid_text(b, c->sig_oid);
}

const char *tw_key_name(enum tw_key k)
{
	static const char *const name[TW_KEY_N] = { "unknown", "RSA", "RSA-PSS", "DSA", "DH", "EC", "Ed25519",
		"Ed448", "X25519", "X448", "ML-DSA", "SLH-DSA" };
	return k < TW_KEY_N ? name[k] : name[TW_KEY_UNKNOWN];
}

uint32_t tw_key_security_bits(enum tw_key k, uint32_t bits)
{
	/* A few bits below the usual sizes: moduli with leading zeros count. */
	static const struct {
		uint32_t below, bits;
	} table[] = { { 760, 40 }, { 1020, 64 }, { 2040, 80 }, { 3068, 112 }, { 4094, 128 }, { 7660, 152 },
		{ 15300, 192 } };
	switch (k) {
	case TW_KEY_ED25519:
	case TW_KEY_X25519:
		return 128;
	case TW_KEY_ED448:
	case TW_KEY_X448:
		return 224;
	case TW_KEY_EC:
		return bits / 2;
	case TW_KEY_ML_DSA: /* FIPS 204 table 1: categories 2, 3 and 5 */
		return bits == 44 ? 128 : bits == 65 ? 192 : bits == 87 ? 256 : 0;
	case TW_KEY_SLH_DSA:
		return bits;
	case TW_KEY_RSA:
	case TW_KEY_RSA_PSS:
	case TW_KEY_DSA:
	case TW_KEY_DH:
		break;
	default:
		return 0;
	}
	if (bits == 0)
		return 0;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (bits < table[i].below)
			return table[i].bits;
	return 256;
}

/* A decimal of up to 128 bits: arcs under 2.25 are UUIDs. */
static void add_arc(struct tw_buf *b, unsigned __int128 v)
{
	char text[40];
	size_t at = sizeof text;
	do {
		text[--at] = (char)('0' + (int)(v % 10));
		v /= 10;
	} while (v);
	tw_buf_add(b, text + at, sizeof text - at);
}

void tw_oid_text(struct tw_buf *b, struct tw_slice oid)
{
	unsigned __int128 v = 0;
	size_t start = b->n;
	bool first = true, bad = !tw_oid_ok(oid);
	for (size_t i = 0; i < oid.n && !bad; i++) {
		if (v >> 121) {
			bad = true;
			break;
		}
		v = v << 7 | (oid.p[i] & 0x7f);
		if (oid.p[i] & 0x80)
			continue;
		if (first) { /* X.690 8.19.4: the first two arcs share one number */
			unsigned top = v < 40 ? 0 : v < 80 ? 1 : 2;
			tw_buf_addu(b, top);
			v -= top * 40u;
		}
		first = false;
		tw_buf_addc(b, '.');
		add_arc(b, v);
		v = 0;
	}
	if (bad && oid.n) { /* no OID, or an arc past 128 bits: its bytes */
		b->n = start;
		tw_buf_addc(b, '#');
		tw_buf_addhex(b, oid.p, oid.n);
	}
}
