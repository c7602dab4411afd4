/* wire.h: what a TLS connection says in clear, from its bytes.
 *
 * Records and handshake messages of SSLv3 to TLS 1.3 and its drafts (RFC 6101,
 * 2246, 4346, 5246, 8446), split and joined in any way; the messages of SSLv2
 * (its specification of 1995) and hellos in its framing (RFC 5246 appendix E.2).
 * Messages are read as their bytes come, even where a record never ends. What
 * is encrypted is not looked at. Nothing is inferred from absence here: the
 * caller knows whether a direction is whole. */
#ifndef TW_WIRE_H
#define TW_WIRE_H

#include "base/base.h"

enum tw_role { TW_CLIENT, TW_SERVER };

#define TW_WIRE_VERSIONS 32 /* offered; clients name about five */
#define TW_WIRE_ALERTS 8

/* One direction. */
struct tw_wire_side {
	uint8_t head[5], nhead;  /* of the record at hand */
	uint8_t type;
	uint32_t left;           /* bytes of it that are to come */
	bool in_record;
	bool undecided;          /* is the handshake record behind ChangeCipherSpec in clear? */
	bool encrypted;          /* no, it is not */
	struct tw_buf message;   /* handshake bytes of which no message is whole */
	uint8_t alert[2], nalert;
	bool sslv2;              /* framed so */
	bool ccs;                /* ChangeCipherSpec was sent */
	bool protected_;         /* encrypted bytes were sent */
	bool broken;             /* no TLS from here on */
	bool done;               /* nothing more of this side is of interest */
};

struct tw_wire_alert {
	uint8_t role, level, description;
};

/* What was said. Values are those of the registries; 0, or empty, = not said. */
struct tw_wire {
	struct tw_wire_side side[2];
	/* the client's hello */
	bool client_hello;
	uint16_t offered[TW_WIRE_VERSIONS]; /* as sent, GREASE too */
	uint8_t noffered;
	bool offered_list;       /* by supported_versions */
	bool offered_v2;         /* the hello was framed as SSLv2's */
	struct tw_buf suites;    /* 3 bytes each, big-endian; two-byte values below 0x010000 */
	struct tw_buf sni, alpn; /* host_name; the first protocol */
	struct tw_buf session;   /* its session id, or ticket there */
	struct tw_buf hello;     /* the whole message, if keep_hello */
	bool keep_hello;
	bool datagram;           /* DTLS: its versions, and a cookie in the hello (dtls.h) */
	/* the server's */
	bool server_hello, retry; /* retry: HelloRetryRequest; a server_hello replaces it */
	uint16_t version, group, scheme;
	uint32_t suite;
	uint8_t suite_width;     /* 2, 3 for SSLv2; 0 = no suite yet */
	bool has_version, has_suite, has_group, has_scheme;
	bool same_session;       /* it took the client's session id */
	bool psk;                /* and a pre-shared key (TLS 1.3) */
	bool certificate, key_exchange; /* these messages came */
	bool session_hit;        /* SSLv2 */
	bool straight;           /* DTLS: ChangeCipherSpec is the record behind the ServerHello's */
	uint32_t dh_bits;
	uint8_t dh_prime[TW_SHA256]; /* digest of the prime without leading zeros */
	struct tw_buf ocsp;      /* OCSPResponse of CertificateStatus */
	struct tw_buf scts;      /* SignedCertificateTimestampList of the ServerHello */
	/* both, by role */
	struct tw_buf chain[2];  /* SHA-256 of each certificate as sent */
	bool data_after_hello[2]; /* TLS 1.3: encrypted, and longer than an alert; DTLS 1.3: with keys of application data */
	bool has_cid[2];         /* connection_id (RFC 9146): the length of the ID that it wants in what it receives */
	uint8_t cid[2];
	struct tw_wire_alert alert[TW_WIRE_ALERTS];
	uint8_t nalert;
	/* Takes each certificate; -1 = stop. */
	int (*cert)(void *self, const uint8_t sha256[TW_SHA256], struct tw_slice sent);
	void *self;
	int failed;              /* cert() did */
};

enum tw_start { TW_START_NO, TW_START_YES, TW_START_MORE /* bytes are needed to tell */ };
/* Does a ClientHello begin here? Needs at most 11 bytes. */
enum tw_start tw_wire_client_starts(struct tw_slice s);
/* Does a server's first flight begin here: ServerHello, alert, HelloRequest, or
 * SSLv2's where v2? asked: a ClientHello was seen. */
enum tw_start tw_wire_server_starts(struct tw_slice s, bool asked, bool v2);

/* Bytes of one side, from its start on. False: no more are wanted. */
bool tw_wire_take(struct tw_wire *w, enum tw_role role, struct tw_slice bytes);
/* Did the handshake end well, as far as can be seen from outside? Both sides
 * sent ChangeCipherSpec and something encrypted behind it; in TLS 1.3 both sent
 * application data behind the ServerHello, the client more than an alert; in
 * DTLS 1.3 both used the keys of application data; in SSLv2 both sent encrypted
 * bytes. */
bool tw_wire_established(const struct tw_wire *w);
/* TLS 1.3 or DTLS 1.3, or one of their drafts? */
bool tw_wire_is13(unsigned version);
/* The name of a SignatureScheme or a TLS 1.2 pair of its value; NULL. */
const char *tw_scheme_name(unsigned value);
/* Appends the JA4 fingerprint of a ClientHello's body (JA4 of FoxIO; TLS over TCP, or DTLS). */
void tw_ja4_add(struct tw_buf *b, struct tw_slice hello, bool datagram);
size_t tw_wire_memory(const struct tw_wire *w);
void tw_wire_free(struct tw_wire *w);

#endif
