/* talk.h: what is said before TLS, by protocol: what of STARTTLS and of
 * authentication the server offers, the client asks and the server answers.
 *
 * A protocol is known by what is spoken; the port only helps where two greet
 * alike (SMTP and FTP). Commands and their answers are matched by their order
 * (pipelining included), in IMAP by tag, in LDAP by message number. Of clients'
 * words nothing is kept but verbs, tags and the names of mechanisms: no
 * password, no address, no message. Lists count only where they were seen to
 * their end, and of several the first: what is offered once somebody has
 * authenticated is another matter. */
#ifndef TW_TALK_H
#define TW_TALK_H

#include "dump/reply.h"
#include "dump/tls/wire.h"

#define TW_TALK_QUEUE 64 /* commands that wait for their answer: pipelining clients send a dozen */

struct tw_talk;
struct tw_tongue {
	const char *name;    /* the column spoken */
	uint8_t delimiter;   /* ends what line() gets */
	/* One line of either side, without its end. */
	void (*line)(struct tw_talk *t, enum tw_role role, struct tw_slice line);
	/* Instead, for protocols without lines: takes messages from the front of b;
	 * returns how many bytes were used, 0 where more are needed. */
	size_t (*bytes)(struct tw_talk *t, enum tw_role role, struct tw_slice b);
};

enum tw_command { TW_CMD_OTHER, TW_CMD_STARTTLS, TW_CMD_LIST, TW_CMD_AUTH, TW_CMD_BODY, TW_CMD_MULTI };

/* One direction of TDS, which carries TLS's handshake in its packets. */
struct tw_tds {
	uint8_t head[8], nhead;
	uint32_t left;           /* of the packet's content */
	bool plain;              /* no packets any more */
};

struct tw_talk {
	const struct tw_tongue *tongue; /* NULL: not known */
	uint16_t port;           /* the server's */
	uint8_t server;          /* which direction */
	bool server_known;
	bool is_client, is_server; /* XMPP's two kinds */
	bool said[2];            /* bytes of it that are not TLS's */
	struct tw_buf line[2];   /* by direction: what waits for its end */
	uint32_t raw[2];         /* bytes that are no lines: literals, chunks */
	uint32_t seen[2];        /* bytes so far */
	bool over[2];            /* nothing more to be learned */
	bool foul[2];            /* inside a line that is too long */
	const char *tunnel;      /* socks, where that was spoken before the rest */
	uint8_t step[2];         /* in it, by role */
	struct tw_tds tds[2];    /* by direction */
	/* the protocols' own */
	uint8_t queue[TW_TALK_QUEUE], first, waiting;
	bool lost;               /* commands and answers no longer match */
	bool greeted, multi, body, sasl, list_open, list_whole;
	uint8_t answering;       /* command whose answer has several lines */
	struct tw_buf reply;     /* of a list */
	uint8_t tag[32], ntag;   /* of STARTTLS */
	uint8_t search[4], nsearch, sought; /* LDAP's of the root DSE: its number, and what it asked for by name */
	/* what was found */
	bool asked;
	const char *offered;     /* yes, no, mangled; NULL */
	const char *answer;      /* accepted, refused; NULL */
	struct tw_buf auth;      /* mechanisms, or NONE */
	struct tw_buf banner;    /* as it came */
	struct tw_buf used;      /* mechanisms that clients began to use, in clear */
};

/* Bytes of a direction. *used of them were talk; true: TLS begins behind those. */
bool tw_talk_take(struct tw_talk *t, unsigned d, struct tw_slice bytes, bool client_hello, bool v2, struct tw_buf *rest);
/* Is it one in which TLS can be started on the way? */
bool tw_talk_upgrades(const struct tw_talk *t);
void tw_talk_free(struct tw_talk *t);
size_t tw_talk_memory(const struct tw_talk *t);

/* ---- for the protocols ---- */
void tw_talk_push(struct tw_talk *t, enum tw_command c);
/* The command that is answered next; TW_CMD_OTHER where none is known. */
enum tw_command tw_talk_pop(struct tw_talk *t);
void tw_talk_ask(struct tw_talk *t);
void tw_talk_answer(struct tw_talk *t, bool accepted);
/* Equal but for case; word is upper case. */
bool tw_talk_is(struct tw_slice s, const char *word);
bool tw_talk_begins(struct tw_slice s, const char *word);
/* text anywhere in s, whatever its case; text is upper case. */
bool tw_talk_holds(struct tw_slice s, const char *text);
void tw_talk_banner(struct tw_talk *t, struct tw_slice line);
/* A mechanism by the client's own word for it, kept where it is a name that is
 * known; or one that the protocol has of its own, by ours. Both are bounded as
 * lists are (TW_MAX_MECHANISMS). */
void tw_talk_used(struct tw_talk *t, struct tw_slice mechanism);
void tw_talk_logs_in(struct tw_talk *t, const char *how);
/* A list was seen whole: what it says of STARTTLS; its mechanisms are in auth
 * since from, NONE where there are none. */
void tw_talk_list(struct tw_talk *t, const char *offered);

extern const struct tw_tongue tw_smtp, tw_ftp, tw_pop3, tw_imap, tw_nntp, tw_sieve, tw_irc, tw_xmpp, tw_postgres, tw_mysql, tw_ldap, tw_http,
    tw_rdp, tw_socks, tw_mssql;
/* Which tongue a first line, or first bytes, of direction d are of; sets who
 * is the server. NULL: not told yet. */
const struct tw_tongue *tw_talk_by_line(struct tw_talk *t, unsigned d, struct tw_slice line);
const struct tw_tongue *tw_talk_by_bytes(struct tw_talk *t, unsigned d, struct tw_slice b);

/* The type of an X.224 request (0xe0) or confirm (0xd0) that begins here, of a
 * TDS packet with a PRELOGIN (0x12, the server's 0x04); 0: none does. */
uint8_t tw_rdp_begins(struct tw_slice b);
uint8_t tw_tds_begins(struct tw_slice b);
/* Does a client's first message of SOCKS begin here? */
bool tw_socks_begins(struct tw_slice b);
/* The next bytes of TLS in *b, taken off it with the packet's header before
 * them; empty only where *b is used up. */
struct tw_slice tw_tds_next(struct tw_tds *f, struct tw_slice *b);

#endif
