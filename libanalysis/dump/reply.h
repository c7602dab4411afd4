/* reply.h: what servers say before TLS, read as text. */
#ifndef TW_REPLY_H
#define TW_REPLY_H

#include "base/base.h"

/* Appends text with control characters escaped (\n \r \t \xHH, backslash
 * doubled), the line ends at its end left out. */
void tw_text_escape(struct tw_buf *b, struct tw_slice text);

/* The next word of *line, separated by blanks; empty at its end. */
struct tw_slice tw_text_word(struct tw_slice *line);
/* The next line of *text, without its line end; false where there is none. */
bool tw_text_line(struct tw_slice *text, struct tw_slice *line);

/* Does text begin as a server of this protocol (smtp, ftp, imap, pop3,
 * managesieve) begins? RFC 5321 section 4.2, RFC 959 section 4.2, RFC 3501
 * section 7.1, RFC 1939 section 4, RFC 5804 section 1.2. */
bool tw_greeting_is(const char *protocol, struct tw_slice text);
/* What a server of this protocol says to STARTTLS, STLS or AUTH TLS:
 * "accepted", "refused", or "none" where the answer is not in reply. RFC 3207
 * section 4 (220), RFC 4217 section 4 (234), RFC 2595 sections 3.1 and 4,
 * RFC 5804 section 2.2 (OK). */
const char *tw_starttls_answer(const char *protocol, struct tw_slice reply);

/* What a list of capabilities says. */
struct tw_caps {
	bool whole;           /* the list was seen to its end */
	const char *starttls; /* "yes", "no", "mangled"; "" unless whole */
};
/* A reply to EHLO (RFC 5321 section 4.1.1.1): mechanisms of its AUTH lines
 * (RFC 4954; "AUTH=" of old servers too) appended to auth, upper case,
 * space-separated, each once; "NONE" where the list is whole and names none. */
struct tw_caps tw_ehlo_read(struct tw_slice reply, struct tw_buf *auth);
/* An IMAP greeting with [CAPABILITY ...] (RFC 3501 section 7.1), likewise;
 * pseudo-mechanisms LOGINDISABLED and IMAP-LOGIN. Not whole without one. */
struct tw_caps tw_imap_greeting_read(struct tw_slice greeting, struct tw_buf *auth);
/* Adds the blank-separated mechanisms of words to the list in auth that began
 * at from, upper case, each once; "..." where TW_MAX_MECHANISMS cuts it. */
void tw_auth_add(struct tw_buf *auth, size_t from, struct tw_slice words);

#endif
