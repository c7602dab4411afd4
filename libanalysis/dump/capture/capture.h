/* capture.h: captures in, observations of their connections out.
 *
 * A record is a TCP connection, used where it spoke TLS or a protocol in which
 * TLS can be started, else context; or a DTLS association, used where a hello of
 * it was seen. docs/formats.md says what each column is
 * derived from. */
#ifndef TW_CAPTURE_H
#define TW_CAPTURE_H

#include "dump/format.h"

struct tw_capture_ops {
	struct tw_sink sink;
	/* A record of this input has ended so. */
	void (*fate)(void *self, const void *input, enum tw_fate fate);
	/* Something the user should know, as for tw_note. */
	void (*note)(void *self, const char *text);
};

struct tw_capture;
/* Does a stream that begins with these bytes hold packets? */
bool tw_capture_detect(struct tw_slice first);
struct tw_capture *tw_capture_new(const struct tw_ingest_options *);
/* The next bytes of an input; several inputs one after the other are one
 * capture that was rotated. name is what rows call the input, at the time of
 * connections whose packets have none, input what fate() is told; all must live
 * as long as the capture. -1: a sink failed. */
int tw_capture_take(struct tw_capture *c, const char *name, struct tw_slice at, const void *input, struct tw_slice bytes,
    const struct tw_capture_ops *) TW_CHECK;
/* Nothing of this input follows; damage says why, where something should have. */
int tw_capture_end_input(struct tw_capture *c, const char *damage, const struct tw_capture_ops *) TW_CHECK;
/* Ends all connections. */
int tw_capture_end(struct tw_capture *c, const struct tw_capture_ops *) TW_CHECK;
/* The same without ending its connections: the run failed. */
void tw_capture_abandon(struct tw_capture *c);
void tw_capture_free(struct tw_capture *c);

#endif
