/* format.h: one reader a format behind one interface. */
#ifndef TW_FORMAT_H
#define TW_FORMAT_H

#include "base/base.h"
#include "dump/clients.h"

/* Where a run's results go. Each returns -1 after tw_error when it could not
 * be written; the run then ends. */
struct tw_sink {
	void *self;
	int (*obs)(void *self, const struct tw_obs_row *o);
	/* sent: a certificate's bytes as they came. */
	int (*cert)(void *self, const uint8_t sha256[TW_SHA256], struct tw_slice sent);
	int (*reject)(void *self, const char *input, uint64_t record, uint64_t offset, const char *reason, struct tw_slice detail);
};

struct tw_format;

/* What the command line says for all rows; empty or 0 = not said. */
struct tw_ingest_options {
	struct tw_slice source, protocol, scan;
	unsigned port;
	unsigned show;              /* columns on demand: TW_OBS_SHOW bits */
	/* of the run alone, not for formats */
	struct tw_slice at; /* RFC 3339 UTC; formats: tw_record's */
	bool time_from_name;
	const struct tw_clients *clients; /* lent; NULL: kept */
	unsigned threads;               /* 0: as many as processors */
	bool digests;                   /* tw_ingest_inputs will be asked */
	const struct tw_format *format; /* NULL: each input by its content */
};

/* What became of a record. */
enum tw_fate { TW_USED, TW_CONTEXT, TW_REJECTED, TW_FAILED /* the sink's */ };

struct tw_record {
	const char *input;
	uint64_t number, offset; /* 1 = first; byte offset in the inflated stream */
	struct tw_slice text;    /* without line end; padded for simdjson */
	struct tw_slice at;      /* time of rows whose record has none, or empty */
};

struct tw_format {
	const char *name, *help;
	bool lines; /* records end with LF: one too long is skipped to the next */
	bool packets; /* a capture (capture/capture.h): not cut, read as one stream */
	/* Is a stream that begins with these bytes of this format? */
	bool (*detect)(struct tw_slice first);
	/* How the stream splits: the length of the next record from p, its
	 * separators included; 0 = more bytes are needed; eof = there are none. */
	size_t (*cut)(struct tw_slice p, bool eof);
	/* A reader's memory, one for each thread; read() takes one record. What
	 * it gives must depend on the record and the options alone: the records
	 * before it may have gone to another reader. */
	void *(*open)(const struct tw_ingest_options *);
	enum tw_fate (*read)(void *reader, const struct tw_record *, const struct tw_sink *);
	void (*close)(void *reader);
};
/* Ends with a row whose name is NULL. */
extern const struct tw_format tw_formats[];

/* zgrab2.c */
bool tw_zgrab2_detect(struct tw_slice first);
void *tw_zgrab2_open(const struct tw_ingest_options *);
enum tw_fate tw_zgrab2_read(void *reader, const struct tw_record *, const struct tw_sink *);
void tw_zgrab2_close(void *reader);
/* bundle.c */
bool tw_pem_detect(struct tw_slice first);
size_t tw_pem_cut(struct tw_slice p, bool eof);
enum tw_fate tw_pem_read(void *reader, const struct tw_record *, const struct tw_sink *);
bool tw_der_detect(struct tw_slice first);
size_t tw_der_cut(struct tw_slice p, bool eof);
enum tw_fate tw_der_read(void *reader, const struct tw_record *, const struct tw_sink *);
void *tw_bundle_open(const struct tw_ingest_options *);
void tw_bundle_close(void *reader);

#endif
