/* web.h: small random webs of certificates, as numbers and as DER. The numbers
 * are the truth; signatures are one byte, the number of the key that made
 * them and the parameters it inherited, and are checked by whoever links the test's own check. */
#ifndef SYNTH_WEB_H
#define SYNTH_WEB_H

#include "base/base.h"

#define WEB_CERTS 8
#define WEB_NAMES 4
#define WEB_KEYS (2 * WEB_NAMES) /* two a name */
#define WEB_DAY 86400

enum { WEB_P0 = 1, WEB_P1 = 2, WEB_ANY = 4 };              /* policies */
enum { WEB_SERVER = 1, WEB_CLIENT = 2, WEB_ANYEKU = 4, WEB_OTHER = 8, WEB_GATED = 16 }; /* extKeyUsage */
enum { WEB_SHA256, WEB_SHA1, WEB_MD5 };                        /* what a signature is made with */
enum { WEB_RFC5280, WEB_WEBPKI, WEB_2015 };                     /* profiles */
enum { WEB_EC, WEB_DSA_0, WEB_DSA_1, WEB_INHERITS };            /* keys: DSA's parameters, or none */
enum { WEB_SIGN = 1, WEB_KEYCERT = 2, WEB_ENCIPHER = 4, WEB_CRL = 8 };  /* keyUsage */

struct web_cert {
	uint8_t subject, issuer;      /* names */
	uint8_t style;                /* how the names are written: string type, case, spaces */
	uint8_t key, signer;          /* its key; the key that signed it */
	uint8_t group;                /* whose parameters a signer that inherits them had: 0, 1 */
	bool unsupported;             /* signed with an algorithm that nobody has */
	int64_t not_before, not_after;
	int digest;
	bool v1;                      /* then no extensions */
	bool v1_extensions;           /* version 1 that has some */
	bool bc, ca;
	int pathlen;                  /* -1: none */
	int ku, eku;                  /* -1: none */
	bool critical;                /* an unknown critical extension */
	bool twice;                   /* an extension stands twice */
	uint8_t ski, aki;             /* 0: none */
	uint8_t dns[2];               /* numbers of web_dns, 0: none */
	uint8_t permit_dns, exclude_dns; /* numbers of web_base, 0: none */
	uint8_t permit_o, exclude_o;  /* 1 + organisation, 0: none */
	int policies;                 /* -1: none */
	uint8_t map_from, map_to;     /* one policy each, 0: no mapping */
	int explicit_policy, inhibit_mapping, inhibit_any; /* -1: none */
};

struct web_anchor {
	int cert;
	bool server, client;          /* trusted for */
	bool expiry;                  /* its own dates count */
	int64_t distrust_after;       /* TW_TIME_MAX: none */
	int sets;                     /* 1, 2: asks for SCTs, one way or another, which no leaf has; 0: does not */
};

enum web_block_kind { WEB_BLOCK_CERT, WEB_BLOCK_SERIAL, WEB_BLOCK_KEY };
struct web_block {
	enum web_block_kind kind;
	int cert;                     /* what it is taken from */
	int64_t from, until;
};

struct web {
	struct web_cert c[WEB_CERTS];
	int n;
	bool weak[WEB_KEYS];          /* RSA with e = 1 */
	int kind[WEB_KEYS];           /* of the others */
	int presented[WEB_CERTS], npresented; /* leaf first */
	uint32_t pool, witness;       /* sets, bit by certificate */
	bool has_witness;
	struct web_anchor anchor[WEB_CERTS];
	int nanchor;
	struct web_block block[2];
	int nblock;
	int purpose;                  /* 0 server, 1 client, 2 any */
	int profile;
};

/* What a judge under test knows: what it does not is not drawn. */
struct web_features {
	bool policies, store_rows, profiles;
};

/* The web of a seed; always the same. */
void web_make(struct web *w, uint64_t seed, struct web_features f);
/* The web that n bytes choose, a byte for each draw; where they end, whatever is
 * not drawn by default is left out. */
void web_read(struct web *w, const uint8_t *p, size_t n, struct web_features f);
void web_der(const struct web *w, int i, struct tw_buf *out);
/* Names and bases that SANs and constraints use; number 0 is not used. */
extern const char *const web_dns[], *const web_base[];
/* Names are O=..., CN=...: the organisation of name n. */
static inline int web_o(int n)
{
	return n & 1;
}
/* The web in words. */
void web_print(const struct web *w);

uint64_t web_random(uint64_t *state);

#endif
