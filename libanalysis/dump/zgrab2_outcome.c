/* From a scan's status and error to the outcome of the probe. The error texts
 * are those of Go's net package and of zcrypto, as zgrab2 hands them on; the
 * statuses alone tell too little (docs/formats.md has the table). */
#include "crypto/tls_names.h"
#include "dump/zgrab2.h"

#include <string.h>

#define COUNT(t) (sizeof(t) / sizeof *(t))

bool tw_zgrab2_holds(struct tw_slice s, const char *what)
{
	return s.n && memmem(s.p, s.n, what, strlen(what)) != NULL;
}

static bool any(struct tw_slice error, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tw_zgrab2_holds(error, texts[i]))
			return true;
	return false;
}

struct words {
	const char *text, *outcome;
};

static const char *find(struct tw_slice error, const struct words *w, size_t n, const char *otherwise)
{
	for (size_t i = 0; i < n; i++)
		if (tw_zgrab2_holds(error, w[i].text))
			return w[i].outcome;
	return otherwise;
}

/* No connection came to be. What failed at the scanner itself (no port left,
 * its firewall) says nothing of the server: it was not reached. */
static const char *dial_outcome(struct tw_slice error)
{
	static const struct words w[] = {
		{ "refused", "refused" }, { "connection reset", "refused" },
		{ "no route to host", "unreachable" }, { "network is unreachable", "unreachable" },
		{ "host is unreachable", "unreachable" }, { "host is down", "unreachable" },
		{ "protocol not available", "unreachable" }, { "no such host", "unreachable" },
		{ "failed to lookup", "unreachable" }, { "failed to resolve", "unreachable" },
		{ "could not resolve", "unreachable" }, { "no IPs found", "unreachable" },
		{ "no reachable IPs", "unreachable" }, { "server misbehaving", "unreachable" },
		{ "cannot assign requested address", "unreachable" }, { "not permitted", "unreachable" },
		{ "permission denied", "unreachable" }, { "too many open files", "unreachable" },
		{ "no buffer space", "unreachable" }, { "rate limit token", "unreachable" },
	};
	return find(error, w, COUNT(w), "timeout");
}

/* A connection was there and ended. */
static const char *network_outcome(struct tw_slice error, const char *otherwise)
{
	static const struct words w[] = {
		{ "i/o timeout", "timeout" }, { "deadline exceeded", "timeout" }, { "timed out", "timeout" },
		{ "Client.Timeout", "timeout" }, { "connection reset", "closed" }, { "broken pipe", "closed" },
		{ "forcibly closed", "closed" }, { "EOF", "closed" }, { "use of closed network connection", "closed" },
		{ "server closed", "closed" },
	};
	return find(error, w, COUNT(w), otherwise);
}

bool tw_zgrab2_tls_error(struct tw_slice error)
{
	static const char *const texts[] = {
		"tls: ", "remote error: ", "local error: ", "tls handshake", "TLS handshake", "TLS upgrade failed",
		"could not open TLS connection", "could not initiate a TLS connection", "error setting up TLS connection",
		"error wrapping connection in TLS", "error wrapping TLS connection", "x509: ",
	};
	return any(error, texts, COUNT(texts));
}

/* The server answered the ClientHello with something that is not TLS. */
static bool not_tls(struct tw_slice error)
{
	static const char *const texts[] = {
		"does not look like a TLS handshake", "oversized record received", "server gave HTTP response to HTTPS client",
	};
	return any(error, texts, COUNT(texts));
}

const char *tw_zgrab2_alert(struct tw_slice error)
{
	/* zcrypto's words (tls/alert.go) where they are not those of the registry
	 * with blanks for underscores. */
	static const struct {
		const char *text;
		unsigned value;
	} odd[] = {
		{ "bad record MAC", 20 }, { "revoked certificate", 44 }, { "expired certificate", 45 },
		{ "unknown certificate authority", 48 }, { "unknown certificate", 46 }, { "error decoding message", 50 },
		{ "error decrypting message", 51 }, { "protocol version not supported", 70 },
		{ "insufficient security level", 71 }, { "unknown PSK identity", 115 },
	};
	static const char mark[] = "remote error: ", tls[] = "tls: ";
	const uint8_t *at = error.n ? memmem(error.p, error.n, mark, sizeof mark - 1) : NULL;
	if (!at)
		return NULL;
	struct tw_slice rest = { at + sizeof mark - 1, error.n - (size_t)(at - error.p) - (sizeof mark - 1) };
	if (rest.n >= sizeof tls - 1 && memcmp(rest.p, tls, sizeof tls - 1) == 0) {
		rest.p += sizeof tls - 1;
		rest.n -= sizeof tls - 1;
	}
	for (size_t i = 0; i < COUNT(odd); i++)
		if (rest.n >= strlen(odd[i].text) && memcmp(rest.p, odd[i].text, strlen(odd[i].text)) == 0)
			return tw_alert_name(odd[i].value);
	for (unsigned v = 0; v < 256; v++) {
		const char *name = tw_alert_name(v);
		size_t n = name ? strlen(name) : 0, same = 0;
		while (same < n && same < rest.n && (name[same] == '_' ? ' ' : name[same]) == (char)rest.p[same])
			same++;
		if (n && same == n)
			return name;
	}
	return NULL;
}

static bool is(struct tw_slice s, const char *what)
{
	return tw_slice_is(s, what);
}

/* What was read is not the protocol's. smtp, imap and pop3 say it of silence
 * too, since their readers take the end of the connection for an end of text;
 * since 2025 the text stands behind the colon, and nothing does where nothing
 * was said. managesieve says it of every error. */
static const char *protocol_error(const struct tw_zseen *s)
{
	bool silent = s->error.n >= 2 && memcmp(s->error.p + s->error.n - 2, ": ", 2) == 0;

	if (s->spoken || silent || tw_zgrab2_holds(s->error, "failed to read"))
		return network_outcome(s->error, "closed");
	return "wrong-protocol";
}

/* The probe went its way to the end. */
static const char *finished(const struct tw_zseen *s)
{
	if (s->greets && !s->greeted)
		return network_outcome(s->error, "closed");
	if (s->greets && !s->spoken)
		return "wrong-protocol";
	return network_outcome(s->error, "no-tls");
}

const char *tw_zgrab2_outcome(const struct tw_zobs *o, const struct tw_zseen *s)
{
	if (o->established)
		return "established";
	if (is(s->status, "connection-refused"))
		return "refused";
	bool garbage = is(s->status, "protocol-error"); /* its error quotes the server */
	if (is(s->status, "connection-timeout") || (!garbage && tw_zgrab2_holds(s->error, "dial tcp")))
		return dial_outcome(s->error);
	if (o->hello || o->v[TW_OBS_ALERT].n || strcmp(s->answer, "accepted") == 0)
		return "handshake-failed";
	if (strcmp(s->answer, "refused") == 0)
		return "no-tls";
	if (strcmp(s->answer, "none") == 0)
		return network_outcome(s->error, "closed");
	if (garbage)
		return protocol_error(s);
	if (not_tls(s->error))
		return "no-tls";
	if (is(s->status, "handshake-error") || o->tls || tw_zgrab2_tls_error(s->error))
		return network_outcome(s->error, "handshake-failed");
	if (is(s->status, "connection-closed"))
		return "closed";
	if (is(s->status, "io-timeout"))
		return network_outcome(s->error, "timeout");
	if (tw_zgrab2_holds(s->error, "malformed HTTP"))
		return "wrong-protocol";
	if (is(s->status, "success") || is(s->status, "application-error") || is(s->status, "post-tls-application-error"))
		return finished(s);
	return network_outcome(s->error, s->spoken ? "no-tls" : "closed");
}
