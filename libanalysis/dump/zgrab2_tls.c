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

/* ---- signature scheme ---- */
enum { MD5 = 1, SHA1, SHA224, SHA256, SHA384, SHA512, HASHES }; /* RFC 5246 section 7.4.1.4.1 */

/* TLS 1.2's pair of hash and signature has the code point of a TLS 1.3 scheme
 * (RFC 8446 section 4.2.3), whose name is written. */
static const struct scheme {
	const char *sig;
	bool shifted; /* a name that zcrypto gives since 2025-03 only */
	const char *name[HASHES]; /* [0]: the signature alone names it */
} schemes[] = {
	{ "rsa", false, { NULL, "rsa_pkcs1_md5", "rsa_pkcs1_sha1", "rsa_pkcs1_sha224", "rsa_pkcs1_sha256",
	    "rsa_pkcs1_sha384", "rsa_pkcs1_sha512" } },
	{ "pkcs1v15", true, { NULL, "rsa_pkcs1_md5", "rsa_pkcs1_sha1", "rsa_pkcs1_sha224", "rsa_pkcs1_sha256",
	    "rsa_pkcs1_sha384", "rsa_pkcs1_sha512" } },
	{ "rsapss", true, { NULL, NULL, NULL, NULL, "rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384",
	    "rsa_pss_rsae_sha512" } },
	{ "ecdsa", false, { NULL, NULL, "ecdsa_sha1", "ecdsa_sha224", "ecdsa_secp256r1_sha256",
	    "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512" } },
	{ "dsa", false, { NULL, NULL, "dsa_sha1", "dsa_sha224", "dsa_sha256", "dsa_sha384", "dsa_sha512" } },
	{ "ed25519", true, { "ed25519" } },
};

static unsigned hash_by_name(struct tw_slice name)
{
	static const char *const names[HASHES + 1] = { "none", "md5", "sha1", "sha224", "sha256", "sha384", "sha512",
		"unknown.7" };
	unsigned i = HASHES;
	while (i && !tw_slice_is(name, names[i]))
		i--;
	return i;
}

static unsigned hash_by_length(size_t n)
{
	static const size_t lengths[HASHES] = { 0, 16, 20, 28, 32, 48, 64 };
	unsigned i = HASHES - 1;
	while (i && lengths[i] != n)
		i--;
	return i;
}

/* Since 2025-03 zcrypto writes Go's number of a hash under the name that TLS
 * gives this number: sha384 stands for SHA-256, in ECDHE only. The digest that
 * was signed is beside it, and its length tells. */
static void read_scheme(struct tw_zobs *o, struct tw_json log, struct tw_buf *tmp)
{
	struct tw_json kex = tw_json_get(log, "server_key_exchange");
	struct tw_json pair = tw_json_path(kex, "signature.signature_and_hash_type");
	struct tw_slice sig = tw_json_text(tw_json_get(pair, "signature_algorithm"));
	const struct scheme *s = schemes, *end = schemes + sizeof schemes / sizeof *schemes;

	while (s < end && !tw_slice_is(sig, s->sig))
		s++;
	if (s == end)
		return;
	tmp->n = 0;
	unsigned hash = 0;
	if (tw_base64(tw_json_text(tw_json_get(kex, "digest")), tmp))
		hash = hash_by_length(tmp->n);
	if (hash == 0)
		hash = hash_by_name(tw_json_text(tw_json_get(pair, "hash_algorithm"))) - s->shifted;
	const char *name = s->name[0] ? s->name[0] : hash < HASHES ? s->name[hash] : NULL;
	if (name)
		tw_zobs_set(o, TW_OBS_SIG_SCHEME, tw_str(name));
}

/* ---- the chain ---- */
struct chain {
	struct tw_zobs *o;
	struct tw_buf *der;
	const struct tw_sink *sink;
	const char *why;
	uint32_t n, absent;
	bool leaf;     /* at the leaf, which is {} where none was sent */
	bool nameless; /* one came that cannot be named */
	enum tw_fate fate;
};
enum { SHA1_BYTES = 20, MD5_BYTES = 16 };

static void name_member(struct chain *c, const char *kind, const uint8_t *digest, size_t n)
{
	if (c->n++)
		tw_buf_addc(&c->o->text, ' ');
	tw_buf_adds(&c->o->text, kind);
	tw_buf_addhex(&c->o->text, digest, n);
}

/* One certificate: its raw bytes, or what the dump says its digest is. */
static bool chain_member(void *self, struct tw_slice key, struct tw_json v)
{
	struct chain *c = self;
	struct tw_slice raw = tw_json_text(tw_json_get(v, "raw"));
	struct tw_json parsed = tw_json_get(v, "parsed");
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
		name_member(c, "", digest, sizeof digest);
	} else if (tw_unhex(tw_json_text(tw_json_get(parsed, "fingerprint_sha256")), digest, TW_SHA256)) {
		c->absent++;
		name_member(c, "", digest, TW_SHA256);
	} else if (tw_unhex(tw_json_text(tw_json_get(parsed, "fingerprint_sha1")), digest, SHA1_BYTES)) {
		c->absent++;
		name_member(c, "sha1:", digest, SHA1_BYTES);
	} else if (tw_unhex(tw_json_text(tw_json_get(parsed, "fingerprint_md5")), digest, MD5_BYTES)) {
		c->absent++;
		name_member(c, "md5:", digest, MD5_BYTES);
	} else if (!c->leaf) {
		c->nameless = true; /* a certificate of no bytes */
	}
	return true;
}

static bool anonymous(struct tw_slice cipher)
{
	return cipher.n >= 8 && memmem(cipher.p, cipher.n, "_anon_", 6) != NULL;
}

static void read_verdict(struct tw_zobs *o, struct tw_json sent)
{
	struct tw_json check = tw_json_get(sent, "validation");
	struct tw_slice error = tw_json_text(tw_json_get(check, "browser_error"));

	if (error.n)
		tw_zobs_escaped(o, TW_OBS_DUMP_VERDICT, error);
	else if (tw_json_bool(tw_json_get(check, "browser_trusted")) == 1)
		tw_zobs_set(o, TW_OBS_DUMP_VERDICT, tw_str("browser_trusted"));
}

static enum tw_fate read_chain(struct tw_zgrab2 *z, struct tw_json log)
{
	struct tw_zobs *o = &z->o;
	struct tw_json sent = tw_json_get(log, "server_certificates");
	struct chain c = { o, &z->der, z->sink, NULL, 0, 0, true, false, TW_USED };
	size_t from = o->text.n;

	chain_member(&c, (struct tw_slice){ 0, 0 }, tw_json_get(sent, "certificate"));
	c.leaf = false;
	if (c.fate == TW_USED)
		tw_json_each(tw_json_get(sent, "chain"), chain_member, &c);
	z->why = c.why;
	if (c.fate != TW_USED)
		return c.fate;
	tw_zobs_end(o, TW_OBS_CHAIN, from);
	if (c.n)
		tw_zobs_set(o, TW_OBS_COLLECTED, tw_str(c.absent == c.n ? "no" : c.absent || c.nameless ? "partly" : "yes"));
	if (c.n == 0 && anonymous(tw_zobs_get(o, TW_OBS_CIPHER)))
		tw_zobs_set(o, TW_OBS_CHAIN, tw_str("NONE"));
	read_verdict(o, sent);
	return TW_USED;
}

/* zcrypto's alert may be one that the scanner itself sent ("local error"). */
static void read_alert(struct tw_zobs *o, struct tw_json log, struct tw_slice error)
{
	uint64_t alert;
	const char *name = tw_zgrab2_alert(error);

	if (!tw_json_u64(tw_json_get(log, "alert"), 255, &alert)) {
		tw_zobs_set(o, TW_OBS_ALERT, tw_str(name ? name : ""));
		return;
	}
	if (tw_zgrab2_holds(error, "local error: "))
		return;
	name = tw_alert_name((unsigned)alert);
	if (name)
		tw_zobs_set(o, TW_OBS_ALERT, tw_str(name));
	else
		tw_zobs_number(o, TW_OBS_ALERT, alert);
}

/* Was the handshake finished? The log says so since 2026-05, but denies it for
 * some of http's that were. Success, or what was sent through the connection,
 * tells; else the server's Finished, which the log has up to TLS 1.2. */
static bool is_established(struct tw_json all, struct tw_json log, bool hello, bool success)
{
	int done = tw_json_bool(tw_json_get(all, "handshake_completed_successfully"));

	if (done == 1)
		return true;
	return hello && (success || (done < 0 && tw_json_path(log, "server_finished.verify_data").doc));
}

enum tw_fate tw_zgrab2_tls(struct tw_zgrab2 *z, struct tw_json all, bool success, struct tw_slice error)
{
	struct tw_zobs *o = &z->o;
	struct tw_json log = tw_json_get(all, "handshake_log"), hello = tw_json_get(log, "server_hello");

	o->tls = true;
	o->hello = tw_json_is_object(hello);
	o->established = is_established(all, log, o->hello, success);
	read_version(o, hello);
	read_cipher(o, hello);
	read_group(o, log, hello);
	read_scheme(o, log, &z->der);
	read_alert(o, log, error);
	if (!read_dh(o, log, &z->der)) {
		z->why = "a DH prime that is not base64";
		return TW_REJECTED;
	}
	enum tw_fate fate = read_chain(z, log);
	/* Certificates or a key exchange are only sent in a full handshake. */
	if (o->v[TW_OBS_CHAIN].n || tw_json_is_object(tw_json_get(log, "server_key_exchange")))
		tw_zobs_set(o, TW_OBS_RESUMED, tw_str("no"));
	return fate;
}
