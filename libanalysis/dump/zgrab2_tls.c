/* The TLS log of a zgrab2 line. */
#include "base/bounds.h"
#include "crypto/dh_primes.h"
#include "crypto/suites.h"
#include "crypto/tls_names.h"
#include "dump/zgrab2.h"

#include <string.h>

/* version {name, value}; TLS 1.3 says itself in supported_versions. */
static void read_version(struct tw_zobs *o, struct tw_json hello)
{
	uint64_t v;
	size_t from = o->text.n;

	if (!tw_json_u64(tw_json_path(hello, "supported_versions.selected_version.value"), 0xffff, &v) &&
	    !tw_json_u64(tw_json_path(hello, "version.value"), 0xffff, &v))
		return;
	if (!tw_version_name(&o->text, (unsigned)v))
		tw_buf_addf(&o->text, "0x%04X", (unsigned)v);
	tw_zobs_end(o, TW_OBS_VERSION, from);
}

static void read_cipher(struct tw_zobs *o, struct tw_json hello)
{
	size_t from = o->text.n;
	uint64_t v;

	/* By its value: zgrab2's own names are those of its year. */
	if (!tw_json_u64(tw_json_path(hello, "cipher_suite.value"), 0xffff, &v))
		return;
	const struct tw_suite *suite = tw_suite_by_value((uint32_t)v, 2);
	if (suite)
		tw_buf_adds(&o->text, suite->name);
	else
		tw_buf_addf(&o->text, "0x%04X", (unsigned)v);
	tw_zobs_end(o, TW_OBS_CIPHER, from);
}

static void read_group(struct tw_zobs *o, struct tw_json log, struct tw_json hello)
{
	size_t from = o->text.n;
	uint64_t v;

	if (!tw_json_u64(tw_json_path(log, "server_key_exchange.ecdh_params.curve_id.id"), 0xffff, &v) &&
	    !tw_json_u64(tw_json_path(hello, "key_share.value"), 0xffff, &v))
		return;
	const char *name = tw_group_name((unsigned)v);
	if (name)
		tw_buf_adds(&o->text, name);
	else
		tw_buf_addf(&o->text, "0x%04X", (unsigned)v);
	tw_zobs_end(o, TW_OBS_GROUP, from);
}

/* The size is that of the prime itself: zgrab2's length counts whole bytes,
 * the server's public value may be shorter (DESIGN: DH sizes). */
static bool read_dh(struct tw_zobs *o, struct tw_json log, struct tw_buf *tmp)
{
	struct tw_slice text = tw_json_text(tw_json_path(log, "server_key_exchange.dh_params.prime.value"));
	uint8_t digest[TW_SHA256];

	if (text.n == 0)
		return true;
	tmp->n = 0;
	if (!tw_base64(text, tmp))
		return false;
	struct tw_slice p = tw_buf_slice(tmp);
	while (p.n && p.p[0] == 0) {
		p.p++;
		p.n--;
	}
	if (p.n == 0)
		return true;
	uint64_t bits = (uint64_t)p.n * 8;
	for (uint8_t top = p.p[0]; !(top & 0x80); top = (uint8_t)(top << 1))
		bits--;
	size_t from = o->text.n;
	tw_buf_addu(&o->text, bits);
	tw_zobs_end(o, TW_OBS_DH_BITS, from);
	tw_sha256(p, digest);
	const char *name = tw_dh_prime_name(digest);
	from = o->text.n;
	if (name)
		tw_buf_adds(&o->text, name);
	else
		tw_buf_addhex(&o->text, digest, 8);
	tw_zobs_end(o, TW_OBS_DH_PRIME, from);
	tw_zobs_set(o, TW_OBS_DH_BASIS, tw_str("prime"));
	return true;
}

/* TLS 1.2's pair of hash and signature has the code point of a TLS 1.3 scheme
 * (RFC 8446 section 4.2.3), whose name is written. */
static void read_scheme(struct tw_zobs *o, struct tw_json log)
{
	static const char *const schemes[][3] = {
		{ "rsa", "md5", "rsa_pkcs1_md5" }, { "rsa", "sha1", "rsa_pkcs1_sha1" },
		{ "rsa", "sha224", "rsa_pkcs1_sha224" }, { "rsa", "sha256", "rsa_pkcs1_sha256" },
		{ "rsa", "sha384", "rsa_pkcs1_sha384" }, { "rsa", "sha512", "rsa_pkcs1_sha512" },
		{ "ecdsa", "sha1", "ecdsa_sha1" }, { "ecdsa", "sha224", "ecdsa_sha224" },
		{ "ecdsa", "sha256", "ecdsa_secp256r1_sha256" }, { "ecdsa", "sha384", "ecdsa_secp384r1_sha384" },
		{ "ecdsa", "sha512", "ecdsa_secp521r1_sha512" }, { "dsa", "sha1", "dsa_sha1" },
		{ "dsa", "sha224", "dsa_sha224" }, { "dsa", "sha256", "dsa_sha256" },
	};
	struct tw_json pair = tw_json_path(log, "server_key_exchange.signature.signature_and_hash_type");
	struct tw_slice sig = tw_json_text(tw_json_get(pair, "signature_algorithm"));
	struct tw_slice hash = tw_json_text(tw_json_get(pair, "hash_algorithm"));

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (tw_slice_is(sig, schemes[i][0]) && tw_slice_is(hash, schemes[i][1]))
			tw_zobs_set(o, TW_OBS_SIG_SCHEME, tw_str(schemes[i][2]));
}

struct chain {
	struct tw_zobs *o;
	struct tw_buf *der;
	const struct tw_sink *sink;
	const char *why;
	uint32_t n, absent;
	enum tw_fate fate;
};

/* One certificate: its raw bytes, or what the dump says its digest is. */
static bool chain_member(void *self, struct tw_slice key, struct tw_json v)
{
	struct chain *c = self;
	struct tw_slice raw = tw_json_text(tw_json_get(v, "raw"));
	uint8_t digest[TW_SHA256];

	(void)key;
	if (c->n >= TW_MAX_PRESENTED) {
		c->why = "too many certificates";
		c->fate = TW_REJECTED;
		return false;
	}
	if (raw.n) {
		c->der->n = 0;
		if (!tw_base64(raw, c->der) || c->der->n == 0) {
			c->why = "a certificate that is not base64";
			c->fate = TW_REJECTED;
			return false;
		}
		tw_sha256(tw_buf_slice(c->der), digest);
		if (c->sink->cert(c->sink->self, digest, tw_buf_slice(c->der))) {
			c->fate = TW_FAILED;
			return false;
		}
	} else if (tw_unhex(tw_json_text(tw_json_path(v, "parsed.fingerprint_sha256")), digest, sizeof digest)) {
		c->absent++;
	} else {
		return true; /* {}: none was sent */
	}
	if (c->n++)
		tw_buf_addc(&c->o->text, ' ');
	tw_buf_addhex(&c->o->text, digest, sizeof digest);
	return true;
}

static bool anonymous(struct tw_slice cipher)
{
	return cipher.n >= 8 && memmem(cipher.p, cipher.n, "_anon_", 6) != NULL;
}

static enum tw_fate read_chain(struct tw_zobs *o, struct tw_json log, struct tw_buf *der,
    const struct tw_sink *sink, const char **why)
{
	struct tw_json sent = tw_json_get(log, "server_certificates");
	struct chain c = { o, der, sink, NULL, 0, 0, TW_USED };
	size_t from = o->text.n;

	chain_member(&c, (struct tw_slice){ 0, 0 }, tw_json_get(sent, "certificate"));
	if (c.fate == TW_USED)
		tw_json_each(tw_json_get(sent, "chain"), chain_member, &c);
	*why = c.why;
	if (c.fate != TW_USED)
		return c.fate;
	tw_zobs_end(o, TW_OBS_CHAIN, from);
	if (c.n)
		tw_zobs_set(o, TW_OBS_COLLECTED, tw_str(c.absent == 0 ? "yes" : c.absent == c.n ? "no" : "partly"));
	struct tw_slice cipher = { o->text.p + o->v[TW_OBS_CIPHER].at, o->v[TW_OBS_CIPHER].n };
	if (c.n == 0 && anonymous(cipher))
		tw_zobs_set(o, TW_OBS_CHAIN, tw_str("NONE"));
	struct tw_json check = tw_json_get(sent, "validation");
	struct tw_slice error = tw_json_text(tw_json_get(check, "browser_error"));
	if (error.n)
		tw_zobs_set(o, TW_OBS_DUMP_VERDICT, error);
	else if (tw_json_bool(tw_json_get(check, "browser_trusted")) == 1)
		tw_zobs_set(o, TW_OBS_DUMP_VERDICT, tw_str("browser_trusted"));
	return TW_USED;
}

enum tw_fate tw_zgrab2_tls(struct tw_zobs *o, struct tw_json all, bool success, struct tw_buf *der,
    const struct tw_sink *sink, const char **why)
{
	struct tw_json log = tw_json_get(all, "handshake_log"), hello = tw_json_get(log, "server_hello");
	int done = tw_json_bool(tw_json_get(all, "handshake_completed_successfully"));
	uint64_t alert;

	o->tls = true;
	o->hello = tw_json_is_object(hello);
	if (done >= 0)
		o->established = done == 1;
	else
		o->established = o->hello && (success || tw_json_path(log, "server_finished.verify_data").doc);
	read_version(o, hello);
	read_cipher(o, hello);
	read_group(o, log, hello);
	read_scheme(o, log);
	if (!read_dh(o, log, der)) {
		*why = "a DH prime that is not base64";
		return TW_REJECTED;
	}
	if (tw_json_u64(tw_json_get(log, "alert"), 255, &alert)) {
		const char *name = tw_alert_name((unsigned)alert);
		size_t from = o->text.n;
		if (name)
			tw_buf_adds(&o->text, name);
		else
			tw_buf_addu(&o->text, alert);
		tw_zobs_end(o, TW_OBS_ALERT, from);
	}
	enum tw_fate fate = read_chain(o, log, der, sink, why);
	/* Certificates or a key exchange are only sent in a full handshake. */
	if (o->v[TW_OBS_CHAIN].n || tw_json_is_object(tw_json_get(log, "server_key_exchange")))
		tw_zobs_set(o, TW_OBS_RESUMED, tw_str("no"));
	return fate;
}
