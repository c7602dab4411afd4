/* ClientHello, ServerHello, HelloRetryRequest. */
#include "dump/tls/messages.h"
#include "dump/tls/reader.h"

#include <string.h>

enum { SERVER_NAME = 0, ALPN = 16, SCTS = 18, OLD_KEY_SHARE = 40, PRE_SHARED_KEY = 41, SUPPORTED_VERSIONS = 43, KEY_SHARE = 51,
	CONNECTION_ID = 54 };

/* RFC 8446 section 4.1.3: SHA-256 of "HelloRetryRequest". */
static const uint8_t retry_random[32] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8,
	0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };

typedef void extension(struct tw_wire *w, unsigned type, struct tw_rd r);

static void extensions(struct tw_wire *w, struct tw_rd *r, extension *each)
{
	struct tw_rd all = tw_rd_of(tw_rd_vector(r, 2));

	while (all.n && !all.bad) {
		unsigned type = tw_rd_u(&all, 2);
		struct tw_slice body = tw_rd_vector(&all, 2);
		if (!all.bad)
			each(w, type, tw_rd_of(body));
	}
}

/* ---- the client's ---- */

/* RFC 6066 section 3: the host_name, of which there is one. */
static void server_name(struct tw_wire *w, struct tw_rd r)
{
	struct tw_rd list = tw_rd_of(tw_rd_vector(&r, 2));

	while (list.n && !list.bad && !w->sni.n) {
		unsigned type = tw_rd_u(&list, 1);
		struct tw_slice name = tw_rd_vector(&list, 2);
		if (type == 0)
			tw_buf_addslice(&w->sni, name);
	}
}

static void offer(struct tw_wire *w, unsigned version)
{
	if (w->noffered < TW_WIRE_VERSIONS)
		w->offered[w->noffered++] = (uint16_t)version;
}

/* RFC 9146 section 3. */
static void connection_id(struct tw_wire *w, enum tw_role role, struct tw_rd r)
{
	struct tw_slice id = tw_rd_vector(&r, 1);
	if (r.bad)
		return;
	w->has_cid[role] = true;
	w->cid[role] = (uint8_t)id.n;
}

static void client_extension(struct tw_wire *w, unsigned type, struct tw_rd r)
{
	struct tw_rd list;

	switch (type) {
	case SERVER_NAME: server_name(w, r); break;
	case ALPN:
		list = tw_rd_of(tw_rd_vector(&r, 2));
		if (!w->alpn.n)
			tw_buf_addslice(&w->alpn, tw_rd_vector(&list, 1));
		break;
	case SUPPORTED_VERSIONS:
		list = tw_rd_of(tw_rd_vector(&r, 1));
		if (w->offered_list || list.n < 2)
			break;
		w->offered_list = true;
		w->noffered = 0;
		while (list.n >= 2)
			offer(w, tw_rd_u(&list, 2));
		break;
	case CONNECTION_ID: connection_id(w, TW_CLIENT, r); break;
	default: break;
	}
}

void tw_tls_client_hello(struct tw_wire *w, struct tw_slice body)
{
	struct tw_rd r = tw_rd_of(body);

	if (w->client_hello)
		return; /* the answer to a HelloRetryRequest offers no more */
	w->client_hello = true;
	if (w->keep_hello)
		tw_buf_addslice(&w->hello, body);
	unsigned version = tw_rd_u(&r, 2);
	tw_rd_take(&r, 32);
	struct tw_slice session = tw_rd_vector(&r, 1);
	if (w->datagram)
		tw_rd_vector(&r, 1); /* cookie (RFC 6347 section 4.2.1) */
	if (r.bad)
		return;
	offer(w, version);
	tw_buf_addslice(&w->session, session);
	struct tw_rd suites = tw_rd_of(tw_rd_vector(&r, 2));
	while (suites.n >= 2) {
		tw_buf_addc(&w->suites, 0);
		tw_buf_addslice(&w->suites, tw_rd_take(&suites, 2));
	}
	tw_rd_vector(&r, 1); /* compression methods */
	extensions(w, &r, client_extension);
}

/* ---- the server's ---- */
static void key_share(struct tw_wire *w, struct tw_rd r)
{
	unsigned group = tw_rd_u(&r, 2);
	if (r.bad)
		return;
	w->group = (uint16_t)group;
	w->has_group = true;
}

/* Read before the others, whose meaning hangs on it. */
static void server_version(struct tw_wire *w, unsigned type, struct tw_rd r)
{
	unsigned version = type == SUPPORTED_VERSIONS ? tw_rd_u(&r, 2) : 0;

	if (version && !r.bad)
		w->version = (uint16_t)version;
}

static void server_extension(struct tw_wire *w, unsigned type, struct tw_rd r)
{
	switch (type) {
	case KEY_SHARE: key_share(w, r); break;
	case OLD_KEY_SHARE: /* drafts up to 22 */
		if (tw_wire_is13(w->version))
			key_share(w, r);
		break;
	case PRE_SHARED_KEY: w->psk = true; break;
	case CONNECTION_ID: connection_id(w, TW_SERVER, r); break;
	case SCTS:
		if (!w->scts.n)
			tw_buf_add(&w->scts, r.p, r.n);
		break;
	default: break;
	}
}

static void chosen(struct tw_wire *w, unsigned version, unsigned suite)
{
	w->version = (uint16_t)version;
	w->suite = suite;
	w->suite_width = 2;
	w->has_version = w->has_suite = true;
	w->has_group = false;
}

/* Drafts up to 21 have no session id and no compression method, some under the
 * number 0x0304 that no final ServerHello carries there: then nothing but the
 * suite and its extensions must fill the message. */
static bool without_session(unsigned version, struct tw_slice rest)
{
	if (version == 0x0304)
		return rest.n >= 4 && ((size_t)rest.p[2] << 8 | rest.p[3]) == rest.n - 4;
	return version >> 8 == 0x7f || version >> 8 == 0x7e;
}

void tw_tls_server_hello(struct tw_wire *w, struct tw_slice body)
{
	struct tw_rd r = tw_rd_of(body);
	struct tw_slice session = { 0, 0 };

	if (w->server_hello)
		return;
	unsigned version = tw_rd_u(&r, 2);
	struct tw_slice random = tw_rd_take(&r, 32);
	bool old_draft = without_session(version, (struct tw_slice){ r.p, r.n });
	if (!old_draft)
		session = tw_rd_vector(&r, 1);
	unsigned suite = tw_rd_u(&r, 2);
	if (!old_draft)
		tw_rd_u(&r, 1);
	if (r.bad) {
		w->side[TW_SERVER].broken = true;
		return;
	}
	chosen(w, version, suite);
	struct tw_rd first = r;
	extensions(w, &first, server_version);
	extensions(w, &r, server_extension);
	if (memcmp(random.p, retry_random, sizeof retry_random) == 0) {
		w->retry = true;
		return;
	}
	w->server_hello = true;
	w->same_session = session.n && tw_slice_eq(session, tw_buf_slice(&w->session)) && !tw_wire_is13(w->version);
}

void tw_tls_hello_retry(struct tw_wire *w, struct tw_slice body)
{
	struct tw_rd r = tw_rd_of(body);
	unsigned version = tw_rd_u(&r, 2), suite = 0;

	if (w->server_hello || version >> 8 != 0x7f)
		return;
	if ((version & 0xff) >= 19) /* the suite came in with draft 19 */
		suite = tw_rd_u(&r, 2);
	if (r.bad)
		return;
	chosen(w, version, suite);
	w->has_suite = suite != 0;
	w->retry = true;
	extensions(w, &r, server_extension);
}
