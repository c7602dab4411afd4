/* messages.h: handshake messages; inner to tls/. Each takes the message's body
 * and fills what it can read of it: a message that contradicts itself leaves
 * the rest empty. */
#ifndef TW_TLS_MESSAGES_H
#define TW_TLS_MESSAGES_H

#include "dump/tls/wire.h"

/* Any message, by its type; those that say nothing of interest are passed over. */
void tw_tls_message(struct tw_wire *w, enum tw_role role, uint8_t type, struct tw_slice body);
void tw_tls_client_hello(struct tw_wire *w, struct tw_slice body);
void tw_tls_server_hello(struct tw_wire *w, struct tw_slice body);
/* HelloRetryRequest as its own message (drafts up to 21). */
void tw_tls_hello_retry(struct tw_wire *w, struct tw_slice body);
void tw_tls_certificate(struct tw_wire *w, enum tw_role role, struct tw_slice body);
void tw_tls_certificate_status(struct tw_wire *w, struct tw_slice body);
void tw_tls_key_exchange(struct tw_wire *w, struct tw_slice body);
/* One certificate of the side's chain. */
void tw_tls_chain_add(struct tw_wire *w, enum tw_role role, struct tw_slice cert);

/* The bytes of a side that is framed as SSLv2, in order; a ClientHello in this
 * framing may be followed by TLS's. Returns how many were used. */
size_t tw_sslv2_take(struct tw_wire *w, enum tw_role role, struct tw_slice bytes);
/* The fields of a CLIENT-HELLO's head add up: at least 11 bytes. */
bool tw_sslv2_is_hello(const uint8_t *p);

#endif
