/* What TLS begins behind, or within, and what is no more than that: RDP's
 * negotiation, SOCKS, TDS. Nothing is kept but the name. */
#include "dump/tls/talk.h"

#include <string.h>

static unsigned be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* ---- RDP: X.224 connection request and confirm in TPKTs ([MS-RDPBCGR] section 2.2.1.1) ---- */
enum { TPKT = 3, REQUEST = 0xe0, CONFIRM = 0xd0, LONGEST_REQUEST = 512 };

/* What is none of it is passed over, here and below, as far as anything is
 * looked at (TW_MAX_TALK). */
static size_t rdp(struct tw_talk *t, enum tw_role role, struct tw_slice b)
{
	(void)t;
	(void)role;
	if (b.p[0] != TPKT)
		return b.n;
	if (b.n < 7)
		return 0;
	size_t n = be16(b.p + 2);
	if (n < 7 || n > LONGEST_REQUEST || (b.p[5] != REQUEST && b.p[5] != CONFIRM))
		return b.n; /* the session in RDP's own security */
	return b.n < n ? 0 : n;
}

const struct tw_tongue tw_rdp = { "rdp", 0, NULL, rdp };

uint8_t tw_rdp_begins(struct tw_slice b)
{
	if (b.n < 7 || b.p[0] != TPKT || b.p[1] != 0 || (b.p[5] != REQUEST && b.p[5] != CONFIRM))
		return 0;
	size_t n = be16(b.p + 2);
	return n >= 11 && n <= LONGEST_REQUEST && b.p[4] + 5u == n ? b.p[5] : 0;
}

/* ---- SOCKS 4, 4a, 5 (RFC 1928, RFC 1929) ---- */
enum { SUBNEGOTIATION = 1, V4 = 4, V5 = 5, GRANTED = 0x5a };

/* A request or reply of version 5 with its address; 0: more is needed, SIZE_MAX: none. */
static size_t with_address(struct tw_slice b)
{
	if (b.n < 5)
		return 0;
	switch (b.p[3]) {
	case 1: return 4 + 4 + 2;
	case 3: return 5 + (size_t)b.p[4] + 2;
	case 4: return 4 + 16 + 2;
	default: return SIZE_MAX;
	}
}

/* A request of version 4: an id, and behind an address of 0.0.0.x a name, each up to a NUL. */
static size_t request4(struct tw_slice b)
{
	if (b.n < 9)
		return 0;
	const uint8_t *nul = memchr(b.p + 8, 0, b.n - 8);
	if (nul && !(b.p[4] | b.p[5] | b.p[6]) && b.p[7])
		nul = memchr(nul + 1, 0, (size_t)(b.p + b.n - nul) - 1);
	return nul ? (size_t)(nul - b.p) + 1 : 0;
}

static size_t socks_client(struct tw_slice b, uint8_t *step)
{
	size_t n = 0;

	if (*step == 2)
		return 0; /* the server's answer tells what this is */
	if (*step == 0)
		n = b.p[0] == V4 ? request4(b) : b.n < 2 ? 0 : 2 + (size_t)b.p[1];
	else if (b.p[0] == V5)
		n = with_address(b);
	else if (b.p[0] == SUBNEGOTIATION)
		n = b.n < 2 || b.n < 3 + (size_t)b.p[1] ? 0 : 3 + (size_t)b.p[1] + b.p[2 + b.p[1]];
	else
		n = SIZE_MAX;
	if (n == SIZE_MAX)
		return b.n;
	if (n == 0 || b.n < n)
		return 0;
	*step = *step == 0 && b.p[0] == V5 ? 1 : b.p[0] == SUBNEGOTIATION ? 1 : 2;
	return n;
}

static size_t socks_server(struct tw_talk *t, struct tw_slice b, uint8_t *step)
{
	bool v4 = b.p[0] == 0 && *step == 0, method = b.p[0] == V5 && *step == 0, sub = b.p[0] == SUBNEGOTIATION && *step == 1;

	if (b.n < 2)
		return 0;
	if ((v4 && b.p[1] != GRANTED) || (method && b.p[1] == 0xff) || (sub && b.p[1] != 0) || (b.p[0] == V5 && *step == 1 && b.p[1] != 0))
		return b.n;
	size_t n = v4 ? 8 : method || sub ? 2 : b.p[0] == V5 && *step == 1 ? with_address(b) : SIZE_MAX;
	if (n == SIZE_MAX)
		return b.n;
	if (n == 0 || b.n < n)
		return 0;
	*step = 1;
	if (!method && !sub) { /* through: whatever comes now is another's */
		t->tunnel = tw_socks.name;
		t->tongue = NULL;
	}
	return n;
}

static size_t socks(struct tw_talk *t, enum tw_role role, struct tw_slice b)
{
	return role == TW_CLIENT ? socks_client(b, &t->step[TW_CLIENT]) : socks_server(t, b, &t->step[TW_SERVER]);
}

const struct tw_tongue tw_socks = { "socks", 0, NULL, socks };

bool tw_socks_begins(struct tw_slice b)
{
	if (b.n >= 2 && b.p[0] == V5)
		return b.p[1] >= 1 && b.p[1] <= 8 && b.n >= 2 + (size_t)b.p[1];
	return b.n && b.p[0] == V4 && b.n >= 9 && (b.p[1] == 1 || b.p[1] == 2) && request4(b);
}

/* ---- TDS: PRELOGIN, and TLS's handshake in packets of it ([MS-TDS] sections 2.2.3.1, 2.2.6.5) ---- */
enum { PRELOGIN = 0x12, RESPONSE = 0x04, TDS_HEADER = 8 };

static bool tds_packet(uint8_t type)
{
	return type == PRELOGIN || type == RESPONSE;
}

static size_t tds(struct tw_talk *t, enum tw_role role, struct tw_slice b)
{
	unsigned d = role == TW_SERVER ? t->server : !t->server;
	struct tw_tds *f = &t->tds[d];

	if (f->left) { /* not TLS: passed over */
		size_t n = b.n < f->left ? b.n : f->left;
		t->raw[d] = f->left - (uint32_t)n;
		f->left = 0;
		return n;
	}
	if (!tds_packet(b.p[0]))
		return b.n;
	if (b.n < TDS_HEADER)
		return 0;
	if (be16(b.p + 2) < TDS_HEADER)
		return b.n;
	memcpy(f->head, b.p, TDS_HEADER);
	f->left = be16(b.p + 2) - TDS_HEADER;
	return TDS_HEADER;
}

const struct tw_tongue tw_mssql = { "mssql", 0, NULL, tds };

/* A PRELOGIN begins with the option VERSION, of six bytes. */
uint8_t tw_tds_begins(struct tw_slice b)
{
	return b.n >= 13 && tds_packet(b.p[0]) && b.p[1] <= 1 && b.p[8] == 0 && b.p[11] == 0 && b.p[12] == 6 ? b.p[0] : 0;
}

struct tw_slice tw_tds_next(struct tw_tds *f, struct tw_slice *b)
{
	while (b->n && !f->plain && !f->left) {
		if (f->nhead == 0 && !tds_packet(*b->p)) {
			f->plain = true; /* the handshake is over: records stand alone */
			break;
		}
		f->head[f->nhead++] = *b->p;
		b->p++;
		b->n--;
		if (f->nhead < TDS_HEADER)
			continue;
		f->nhead = 0;
		f->left = be16(f->head + 2) < TDS_HEADER ? 0 : be16(f->head + 2) - TDS_HEADER;
	}
	struct tw_slice part = { b->p, f->plain || b->n < f->left ? b->n : f->left };
	if (!f->plain)
		f->left -= (uint32_t)part.n;
	b->p += part.n;
	b->n -= part.n;
	return part;
}
