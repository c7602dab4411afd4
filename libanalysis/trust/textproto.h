/* textproto.h: protobuf text format (protobuf.dev/reference/protobuf/textformat-spec),
 * read without its schema; inner to trust/. */
#ifndef TW_TRUST_TEXTPROTO_H
#define TW_TRUST_TEXTPROTO_H

#include "base/base.h"

/* What a message is to the handler: its own number; 0 is the whole text. */
struct tw_textproto {
	/* A message in a message: what it is. */
	int (*enter)(void *self, int in, struct tw_slice name, const uint8_t *at);
	/* Its end; whole is false where its text is damaged. */
	void (*leave)(void *self, int message, bool whole);
	/* A value: of a string the octets that it stands for, else the word as it is. */
	void (*value)(void *self, int in, struct tw_slice name, struct tw_slice value, const uint8_t *at);
	/* Damage; the text goes on at the next line that begins with a letter. */
	void (*fault)(void *self, const uint8_t *at, const char *why);
	void *self;
};
void tw_textproto_read(const struct tw_textproto *h, struct tw_slice text);

#endif
