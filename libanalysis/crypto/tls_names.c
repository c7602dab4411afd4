/* Names of the IANA TLS registries by value. */
#include "crypto/tls_names.h"

struct named {
	unsigned value;
	const char *name;
};

static const char *find(const struct named *t, size_t n, unsigned value)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].value == value)
			return t[i].name;
	return NULL;
}
#define FIND(t, v) find(t, sizeof t / sizeof *t, v)

static const struct named groups[] = {
	{ 0x0001, "sect163k1" },
	{ 0x0002, "sect163r1" },
	{ 0x0003, "sect163r2" },
	{ 0x0004, "sect193r1" },
	{ 0x0005, "sect193r2" },
	{ 0x0006, "sect233k1" },
	{ 0x0007, "sect233r1" },
	{ 0x0008, "sect239k1" },
	{ 0x0009, "sect283k1" },
	{ 0x000A, "sect283r1" },
	{ 0x000B, "sect409k1" },
	{ 0x000C, "sect409r1" },
	{ 0x000D, "sect571k1" },
	{ 0x000E, "sect571r1" },
	{ 0x000F, "secp160k1" },
	{ 0x0010, "secp160r1" },
	{ 0x0011, "secp160r2" },
	{ 0x0012, "secp192k1" },
	{ 0x0013, "secp192r1" },
	{ 0x0014, "secp224k1" },
	{ 0x0015, "secp224r1" },
	{ 0x0016, "secp256k1" },
	{ 0x0017, "secp256r1" },
	{ 0x0018, "secp384r1" },
	{ 0x0019, "secp521r1" },
	{ 0x001A, "brainpoolP256r1" },
	{ 0x001B, "brainpoolP384r1" },
	{ 0x001C, "brainpoolP512r1" },
	{ 0x001D, "x25519" },
	{ 0x001E, "x448" },
	{ 0x001F, "brainpoolP256r1tls13" },
	{ 0x0020, "brainpoolP384r1tls13" },
	{ 0x0021, "brainpoolP512r1tls13" },
	{ 0x0022, "GC256A" },
	{ 0x0023, "GC256B" },
	{ 0x0024, "GC256C" },
	{ 0x0025, "GC256D" },
	{ 0x0026, "GC512A" },
	{ 0x0027, "GC512B" },
	{ 0x0028, "GC512C" },
	{ 0x0029, "curveSM2" },
	{ 0x0100, "ffdhe2048" },
	{ 0x0101, "ffdhe3072" },
	{ 0x0102, "ffdhe4096" },
	{ 0x0103, "ffdhe6144" },
	{ 0x0104, "ffdhe8192" },
	{ 0x0200, "MLKEM512" },
	{ 0x0201, "MLKEM768" },
	{ 0x0202, "MLKEM1024" },
	{ 0x11EB, "SecP256r1MLKEM768" },
	{ 0x11EC, "X25519MLKEM768" },
	{ 0x11ED, "SecP384r1MLKEM1024" },
	{ 0x11EE, "curveSM2MLKEM768" },
	{ 0x4138, "CECPQ2" },
	{ 0x6399, "X25519Kyber768Draft00" },
	{ 0x639A, "SecP256r1Kyber768Draft00" },
	{ 0xFF01, "arbitrary_explicit_prime_curves" },
	{ 0xFF02, "arbitrary_explicit_char2_curves" },
};

const char *tw_group_name(unsigned value)
{
	return FIND(groups, value);
}

/* RFC 8446 section 6; the values that only older versions have: RFC 5246
 * section 7.2, RFC 6066 section 9, RFC 4279, RFC 7507. */
static const struct named alerts[] = {
	{ 0, "close_notify" },
	{ 10, "unexpected_message" },
	{ 20, "bad_record_mac" },
	{ 21, "decryption_failed" },
	{ 22, "record_overflow" },
	{ 30, "decompression_failure" },
	{ 40, "handshake_failure" },
	{ 41, "no_certificate" },
	{ 42, "bad_certificate" },
	{ 43, "unsupported_certificate" },
	{ 44, "certificate_revoked" },
	{ 45, "certificate_expired" },
	{ 46, "certificate_unknown" },
	{ 47, "illegal_parameter" },
	{ 48, "unknown_ca" },
	{ 49, "access_denied" },
	{ 50, "decode_error" },
	{ 51, "decrypt_error" },
	{ 60, "export_restriction" },
	{ 70, "protocol_version" },
	{ 71, "insufficient_security" },
	{ 80, "internal_error" },
	{ 86, "inappropriate_fallback" },
	{ 90, "user_canceled" },
	{ 100, "no_renegotiation" },
	{ 109, "missing_extension" },
	{ 110, "unsupported_extension" },
	{ 111, "certificate_unobtainable" },
	{ 112, "unrecognized_name" },
	{ 113, "bad_certificate_status_response" },
	{ 114, "bad_certificate_hash_value" },
	{ 115, "unknown_psk_identity" },
	{ 116, "certificate_required" },
	{ 120, "no_application_protocol" },
};

const char *tw_alert_name(unsigned value)
{
	return FIND(alerts, value);
}

bool tw_version_name(struct tw_buf *b, unsigned v)
{
	static const char *const names[] = { "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3" };

	if (v == 0x0002)
		tw_buf_adds(b, "SSLv2");
	else if (v >= 0x0300 && v <= 0x0304)
		tw_buf_adds(b, names[v - 0x0300]);
	else if (v >> 8 == 0x7f)
		tw_buf_addf(b, "TLSv1.3-draft%u", v & 0xff);
	else if (v >> 8 == 0x7e)
		tw_buf_addf(b, "TLSv1.3-experiment%02x", v & 0xff);
	else if (v >> 8 == 0xfb)
		tw_buf_addf(b, "TLSv1.3-fbdraft%u", v & 0xff);
	else
		return false;
	return true;
}

bool tw_dtls_version_name(struct tw_buf *b, unsigned v)
{
	if (v == 0x0100)
		tw_buf_adds(b, "DTLSv0.9");
	else if (v == 0xfeff)
		tw_buf_adds(b, "DTLSv1.0");
	else if (v == 0xfefd)
		tw_buf_adds(b, "DTLSv1.2");
	else if (v == 0xfefc)
		tw_buf_adds(b, "DTLSv1.3");
	else if (v >> 8 == 0x7f)
		tw_buf_addf(b, "DTLSv1.3-draft%u", v & 0xff);
	else
		return false;
	return true;
}
