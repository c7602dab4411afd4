/* PostgreSQL (its protocol 3.0, SSLRequest), MySQL (protocol 10). */
#include "dump/tls/talk.h"
#include "base/bounds.h"

#include <string.h>

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* ---- PostgreSQL ---- */
enum { SSL_REQUEST = 80877103, GSS_REQUEST = 80877104, SASL_REQUEST = 10 };

static size_t session(struct tw_talk *t, struct tw_slice b)
{
	t->over[0] = t->over[1] = true; /* nothing of it is read */
	return b.n;
}

/* A message of the session, of one of these types: how much of b it takes, its
 * body in *in. Where in->p is NULL there is none: 0, more is needed; else nothing
 * more is to be learned. */
static size_t message(struct tw_talk *t, struct tw_slice b, const char *types, struct tw_slice *in)
{
	uint32_t n = b.n < 5 ? 4 : be32(b.p + 1); /* counts itself */

	*in = (struct tw_slice){ NULL, 0 };
	if (!b.p[0] || !strchr(types, b.p[0]) || n < 4)
		return session(t, b);
	if (b.n < 5 || b.n - 1 < n)
		return 0;
	*in = (struct tw_slice){ b.p + 5, n - 4 };
	return 1 + (size_t)n;
}

/* What the client answers to a request for authentication, by pg_hba.conf's
 * names; SASL's mechanism it names itself (section "SASL Authentication"). */
static size_t postgres_authenticates(struct tw_talk *t, struct tw_slice b)
{
	static const char *const asked[] = { [2] = "KRB5", [3] = "PASSWORD", [5] = "MD5", [7] = "GSS", [9] = "SSPI" };
	struct tw_slice in;
	size_t n = message(t, b, "p", &in);

	if (!in.p)
		return n;
	const uint8_t *nul = in.n ? memchr(in.p, 0, in.n) : NULL;
	if (t->answering == SASL_REQUEST && nul)
		tw_talk_used(t, (struct tw_slice){ in.p, (size_t)(nul - in.p) });
	else if (t->answering < sizeof asked / sizeof *asked && asked[t->answering])
		tw_talk_logs_in(t, asked[t->answering]);
	return session(t, b);
}

static size_t postgres_client(struct tw_talk *t, struct tw_slice b)
{
	if (t->body)
		return postgres_authenticates(t, b);
	if (b.n < 8)
		return 0;
	uint32_t n = be32(b.p), code = be32(b.p + 4);
	if (n == 8 && code == SSL_REQUEST) {
		tw_talk_ask(t);
		tw_talk_push(t, TW_CMD_STARTTLS);
	} else if (n == 8 && code == GSS_REQUEST) {
		tw_talk_push(t, TW_CMD_OTHER);
	} else if (n > 8 && code >> 16 == 3) { /* StartupMessage: who and what is wanted */
		if (b.n < n)
			return 0;
		t->body = true;
		return n;
	} else {
		return session(t, b);
	}
	return 8;
}

/* Of the server's session only: how shall the client authenticate? */
static size_t postgres_asks(struct tw_talk *t, struct tw_slice b)
{
	struct tw_slice in;
	size_t n = message(t, b, "Rv", &in); /* v: NegotiateProtocolVersion */

	if (in.p && b.p[0] == 'R') {
		uint32_t how = in.n < 4 ? 0 : be32(in.p); /* 0: not at all, or no longer */
		t->answering = how < UINT8_MAX ? (uint8_t)how : UINT8_MAX;
	}
	return n;
}

/* One byte answers: S or G yes, N no; E is an error, and no more. */
static size_t postgres_server(struct tw_talk *t, struct tw_slice b)
{
	bool known = b.p[0] == 'S' || b.p[0] == 'N' || b.p[0] == 'G' || b.p[0] == 'E';

	t->greeted = true;
	if (!t->waiting && t->body)
		return postgres_asks(t, b);
	if (!known || !t->waiting) {
		t->over[t->server] = true;
		return b.n;
	}
	if (tw_talk_pop(t) == TW_CMD_STARTTLS) {
		t->offered = b.p[0] == 'S' ? "yes" : "no";
		tw_talk_answer(t, b.p[0] == 'S');
	}
	return b.p[0] == 'E' ? b.n : 1;
}

static size_t postgres(struct tw_talk *t, enum tw_role role, struct tw_slice b)
{
	return role == TW_CLIENT ? postgres_client(t, b) : postgres_server(t, b);
}

const struct tw_tongue tw_postgres = { "postgresql", 0, NULL, postgres };

/* ---- MySQL ---- */
enum { CLIENT_DB = 1 << 3, CLIENT_41 = 1 << 9, CLIENT_SSL = 1 << 11, CLIENT_SECURE = 1 << 15, CLIENT_PLUGIN = 1 << 19, CLIENT_LENENC = 1 << 21,
	LOGIN_HEAD = 32 }; /* flags, packet's bound, character set, filler */

static size_t mysql_server(struct tw_talk *t, struct tw_slice b)
{
	size_t n = 4 + ((size_t)b.p[0] | (size_t)b.p[1] << 8 | (size_t)b.p[2] << 16);

	if (b.n < n)
		return 0;
	struct tw_slice version = { b.p + 5, n - 5 };
	const uint8_t *nul = memchr(version.p, 0, version.n);
	/* Thread, eight bytes of challenge and a filler stand before the flags. */
	if (nul && (size_t)(nul - b.p) + 1 + 4 + 8 + 1 + 2 <= n) {
		unsigned flags = (unsigned)nul[14] | (unsigned)nul[15] << 8;
		version.n = (size_t)(nul - version.p);
		tw_talk_banner(t, version);
		t->offered = flags & CLIENT_SSL ? "yes" : "no";
	}
	t->greeted = true;
	return n;
}

/* Takes a text that ends in a NUL off the front of b. */
static bool text(struct tw_slice *b, struct tw_slice *out)
{
	const uint8_t *nul = b->n ? memchr(b->p, 0, b->n) : NULL;

	if (!nul)
		return false;
	*out = (struct tw_slice){ b->p, (size_t)(nul - b->p) };
	b->p += out->n + 1;
	b->n -= out->n + 1;
	return true;
}

/* The answer to the challenge, of which only the length is of use: one byte
 * tells it, or more where the client said so. */
static bool skip_answer(struct tw_slice *b, uint32_t flags)
{
	struct tw_slice one;

	if (!(flags & (CLIENT_LENENC | CLIENT_SECURE)))
		return text(b, &one);
	size_t n = b->n ? b->p[0] : 0, head = 1;
	if (flags & CLIENT_LENENC && n == 0xfc && b->n >= 3) { /* longer than 64 KiB is no login */
		n = (size_t)b->p[1] | (size_t)b->p[2] << 8;
		head = 3;
	}
	if (b->n < head + n)
		return false;
	b->p += head + n;
	b->n -= head + n;
	return true;
}

/* HandshakeResponse41, which names a plugin; before there were any, two ways
 * stood by flags. */
static void mysql_login(struct tw_talk *t, struct tw_slice b)
{
	static const char *const plugins[] = { "auth_gssapi_client", "authentication_kerberos_client", "authentication_ldap_sasl_client",
		"authentication_oci_client", "authentication_openid_connect_client", "authentication_webauthn_client",
		"authentication_windows_client", "caching_sha2_password", "client_ed25519", "dialog", "mysql_clear_password",
		"mysql_native_password", "mysql_old_password", "parsec", "sha256_password" };
	uint32_t flags = (uint32_t)b.p[0] | (uint32_t)b.p[1] << 8 | (uint32_t)b.p[2] << 16 | (uint32_t)b.p[3] << 24;
	struct tw_slice user, plugin;

	if (!(flags & CLIENT_41) || b.n < LOGIN_HEAD)
		return;
	b.p += LOGIN_HEAD;
	b.n -= LOGIN_HEAD;
	if (!text(&b, &user) || !skip_answer(&b, flags))
		return;
	if (flags & CLIENT_DB && !text(&b, &user))
		return;
	if (!(flags & CLIENT_PLUGIN) || b.n == 0) { /* a server that knows none is told none */
		tw_talk_logs_in(t, flags & CLIENT_SECURE ? "mysql_native_password" : "mysql_old_password");
		return;
	}
	if (!text(&b, &plugin))
		return;
	for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++)
		if (tw_slice_is(plugin, plugins[i]))
			tw_talk_logs_in(t, plugins[i]);
}

/* What the client says to the greeting: 0 where more is needed. */
static size_t mysql_client(struct tw_talk *t, struct tw_slice b)
{
	size_t n = 4 + ((size_t)b.p[0] | (size_t)b.p[1] << 8 | (size_t)b.p[2] << 16);

	if (b.n < 8)
		return 0;
	/* An SSLRequest is a login packet cut before the name; the server says
	 * nothing to it but TLS. */
	bool ssl = n == 4 + LOGIN_HEAD && b.p[3] == 1 && b.p[5] & CLIENT_SSL >> 8;
	if (ssl || (n >= 8 && n <= TW_MAX_TEXT_LINE)) {
		if (b.n < n)
			return 0;
		if (ssl) {
			tw_talk_ask(t);
			return n;
		}
		mysql_login(t, (struct tw_slice){ b.p + 4, n - 4 });
	}
	return session(t, b);
}

static size_t mysql(struct tw_talk *t, enum tw_role role, struct tw_slice b)
{
	if (b.n < 4)
		return 0;
	if (role == TW_SERVER && !t->greeted)
		return mysql_server(t, b);
	if (role == TW_CLIENT && !t->asked)
		return mysql_client(t, b);
	return session(t, b);
}

const struct tw_tongue tw_mysql = { "mysql", 0, NULL, mysql };
