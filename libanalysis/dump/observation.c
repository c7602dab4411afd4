/* The columns of observations.csv, and the map of services. */
#include "dump/observation.h"

#include <string.h>

const struct tw_column tw_obs_columns[TW_OBS_N] = {
	[TW_OBS_TIME] = { "time", "RFC 3339 UTC, with the dump's fraction; empty where the dump has none" },
	[TW_OBS_SOURCE] = { "source", "active or passive" },
	[TW_OBS_SCAN] = { "scan", "the campaign, from --scan" },
	[TW_OBS_INPUT] = { "input", "the dump as named on the command line" },
	[TW_OBS_RECORD] = { "record", "its line, member or frame number" },
	[TW_OBS_PROBE] = { "probe", "which part of the record: the scan's name, redirect:K for a hop" },
	[TW_OBS_CLIENT] = { "client", "passive: the client's address" },
	[TW_OBS_CLIENT_PORT] = { "client_port", "passive: its port" },
	[TW_OBS_IP] = { "ip", "the server's address" },
	[TW_OBS_PORT] = { "port", "the server's port" },
	[TW_OBS_SPOKEN] = { "spoken", "application protocol seen" },
	[TW_OBS_PROTOCOL] = { "protocol", "the service, by spoken, port and tls_start" },
	[TW_OBS_NAME] = { "name", "the server name asked for" },
	[TW_OBS_TLS_START] = { "tls_start", "implicit, starttls" },
	[TW_OBS_STARTTLS_OFFERED] = { "starttls_offered", "yes, no, mangled; empty unless the list was seen whole" },
	[TW_OBS_STARTTLS_ANSWER] = { "starttls_answer", "accepted, refused, none; empty: not asked" },
	[TW_OBS_OUTCOME] = { "outcome", "established, handshake-failed, no-tls, wrong-protocol, closed, timeout, refused, unreachable, truncated" },
	[TW_OBS_ALERT] = { "alert", "name of the fatal alert" },
	[TW_OBS_OFFERED_VERSIONS] = { "offered_versions", "passive: the versions that the client offered" },
	[TW_OBS_OFFERED_CLASSES] = { "offered_classes", "passive: classes of its suites: rc4 3des export null anon aead fs" },
	[TW_OBS_VERSION] = { "version", "negotiated version: SSLv2 to TLSv1.3, DTLSv0.9 to DTLSv1.3" },
	[TW_OBS_CIPHER] = { "cipher", "IANA name of the suite, 0xABCD where unassigned" },
	[TW_OBS_GROUP] = { "group", "named group or curve of the key exchange" },
	[TW_OBS_DH_BITS] = { "dh_bits", "bits of the DH prime" },
	[TW_OBS_DH_PRIME] = { "dh_prime", "its well-known name, or 16 hex digits of its SHA-256" },
	[TW_OBS_DH_BASIS] = { "dh_basis", "prime, tool" },
	[TW_OBS_SIG_SCHEME] = { "sig_scheme", "signature scheme of the handshake" },
	[TW_OBS_RESUMED] = { "resumed", "yes, no" },
	[TW_OBS_CHAIN] = { "chain", "SHA-256 of the certificates as presented, leaf first; NONE" },
	[TW_OBS_COLLECTED] = { "collected", "yes, no, partly: did the dump hold them" },
	[TW_OBS_AUTH_PLAIN] = { "auth_plain", "authentication mechanisms offered before TLS; NONE" },
	[TW_OBS_AUTH_TLS] = { "auth_tls", "the same after TLS" },
	[TW_OBS_BANNER] = { "banner", "greeting text, control characters escaped" },
	[TW_OBS_DUMP_VERDICT] = { "dump_verdict", "what the dump's program thought of the chain" },
	[TW_OBS_CLIENT_CHAIN] = { "client_chain", "SHA-256 of the client's certificates as presented" },
	[TW_OBS_CLIENT_CIPHERS] = { "client_ciphers", "the suites that the client offered, in its order" },
	[TW_OBS_JA4] = { "ja4", "JA4 fingerprint of the client's hello" },
	[TW_OBS_SCTS] = { "scts", "signed certificate timestamps of the server's hello, base64 (RFC 6962 section 3.3)" },
	[TW_OBS_OCSP_STAPLED] = { "ocsp_stapled", "the OCSP response that the server stapled, DER in base64" },
	[TW_OBS_AUTH_USED] = { "auth_used", "mechanisms that the client began to use in clear" },
};

static bool shown(int col, unsigned show)
{
	return col < TW_OBS_ALWAYS || show & TW_OBS_SHOW(col);
}

void tw_obs_header(struct tw_buf *b, unsigned show)
{
	for (int i = 0; i < TW_OBS_N; i++) {
		if (!shown(i, show))
			continue;
		if (i)
			tw_buf_addc(b, ',');
		tw_buf_adds(b, tw_obs_columns[i].name);
	}
	tw_buf_addc(b, '\n');
}

void tw_obs_write(struct tw_buf *b, const struct tw_obs_row *o, unsigned show)
{
	for (int i = 0; i < TW_OBS_N; i++) {
		if (!shown(i, show))
			continue;
		if (i)
			tw_buf_addc(b, ',');
		tw_csv_field(b, o->v[i]);
	}
	tw_buf_addc(b, '\n');
}

bool tw_obs_shows(struct tw_slice list, unsigned *show, struct tw_slice *bad)
{
	for (size_t at = 0; at <= list.n; at += bad->n + 1) {
		const uint8_t *comma = at < list.n ? memchr(list.p + at, ',', list.n - at) : NULL;
		int i = TW_OBS_ALWAYS;
		*bad = (struct tw_slice){ list.p + at, comma ? (size_t)(comma - list.p) - at : list.n - at };
		while (i < TW_OBS_N && !tw_slice_is(*bad, tw_obs_columns[i].name))
			i++;
		if (i == TW_OBS_N)
			return false;
		*show |= TW_OBS_SHOW(i);
	}
	return true;
}

/* The first row that fits names the service. An empty tls_start fits rows of
 * either kind: a plain answer on 465 is still the service smtps by its port. */
static const struct {
	const char *spoken; /* NULL: not known, the port alone decides */
	unsigned port;      /* 0: any */
	const char *start;  /* NULL: any */
	const char *service;
} services[] = {
	{ "smtp", 465, NULL, "smtps" },
	{ "smtp", 0, "implicit", "smtps" },
	{ "smtp", 587, NULL, "submission" },
	{ "smtp", 0, NULL, "smtp" },
	{ "imap", 993, NULL, "imaps" },
	{ "imap", 0, "implicit", "imaps" },
	{ "imap", 0, NULL, "imap" },
	{ "pop3", 995, NULL, "pop3s" },
	{ "pop3", 0, "implicit", "pop3s" },
	{ "pop3", 0, NULL, "pop3" },
	{ "irc", 0, "implicit", "ircs" },
	{ "irc", 6697, NULL, "ircs" },
	{ "irc", 0, NULL, "irc" },
	{ "xmpp-client", 0, "implicit", "xmpps-client" },
	{ "xmpp-client", 0, NULL, "xmpp-client" },
	{ "xmpp-server", 0, "implicit", "xmpps-server" },
	{ "xmpp-server", 0, NULL, "xmpp-server" },
	{ "http", 0, "implicit", "https" },
	{ "http", 443, NULL, "https" },
	{ "http", 0, NULL, "http" },
	{ "ftp", 0, "implicit", "ftps" }, { "ftp", 0, NULL, "ftp" },
	{ "nntp", 0, "implicit", "nntps" }, { "nntp", 0, NULL, "nntp" },
	{ "ldap", 0, "implicit", "ldaps" }, { "ldap", 0, NULL, "ldap" },
	{ "managesieve", 0, NULL, "managesieve" }, { "postgresql", 0, NULL, "postgresql" }, { "mysql", 0, NULL, "mysql" },
	{ NULL, 21, NULL, "ftp" }, { NULL, 25, NULL, "smtp" }, { NULL, 80, NULL, "http" },
	{ NULL, 110, NULL, "pop3" }, { NULL, 143, NULL, "imap" }, { NULL, 443, NULL, "https" },
	{ NULL, 465, NULL, "smtps" }, { NULL, 587, NULL, "submission" }, { NULL, 990, NULL, "ftps" },
	{ NULL, 993, NULL, "imaps" }, { NULL, 995, NULL, "pop3s" }, { NULL, 5222, NULL, "xmpp-client" },
	{ NULL, 5223, NULL, "xmpps-client" }, { NULL, 5269, NULL, "xmpp-server" },
	{ NULL, 5270, NULL, "xmpps-server" }, { NULL, 6667, NULL, "irc" }, { NULL, 6697, NULL, "ircs" },
};

const char *tw_service(struct tw_slice spoken, unsigned port, struct tw_slice start)
{
	for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
		if (services[i].spoken ? !tw_slice_is(spoken, services[i].spoken) : spoken.n > 0)
			continue;
		if (services[i].port && services[i].port != port)
			continue;
		if (services[i].start && !tw_slice_is(start, services[i].start))
			continue;
		return services[i].service;
	}
	return "";
}

const char *tw_service_dtls(unsigned port)
{
	static const struct {
		uint16_t port;
		const char *service;
	} known[] = {
		{ 853, "domain-s" },       /* RFC 8094 */
		{ 2083, "radsec" },        /* RFC 7360 */
		{ 4740, "ipfixs" },        /* RFC 7011 */
		{ 5246, "capwap-control" }, { 5247, "capwap-data" }, /* RFC 5415 */
		{ 5349, "stuns" },         /* RFC 7350; turns shares it */
		{ 5684, "coaps" },         /* RFC 7252 */
		{ 6514, "syslog-tls" },    /* RFC 6012 */
		{ 10161, "snmpdtls" }, { 10162, "snmpdtls-trap" }, /* RFC 6353 */
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].port == port)
			return known[i].service;
	return "";
}
