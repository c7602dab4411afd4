/* reply.h: what servers say before TLS, read as text. */
#ifndef TW_REPLY_H
#define TW_REPLY_H

#include "base/base.h"

/* Appends text with control characters escaped (\n \r \t \xHH, backslash
 * doubled), the line ends at its end left out. */
void tw_text_escape(struct tw_buf *b, struct tw_slice text);

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

#endif
