/* text.h: names in vendors' files as UTF-8; inner to trust/. */
#ifndef TW_TRUST_TEXT_H
#define TW_TRUST_TEXT_H

#include "base/base.h"

/* Appends UTF-16 as UTF-8. NUL and halves of surrogate pairs become U+FFFD, an
 * odd byte at the end is left out. */
void tw_text_utf16(struct tw_buf *b, struct tw_slice units, bool little_endian);
/* The same for Java's modified UTF-8 (java.io.DataInput): NUL in two bytes,
 * surrogates in three each. What is none of it becomes U+FFFD byte by byte. */
void tw_text_java(struct tw_buf *b, struct tw_slice bytes);
/* UTF-8, NUL-terminated, to UTF-16BE appended to b. False: it is no UTF-8. */
bool tw_text_to_utf16(struct tw_buf *b, const char *text);

#endif
