/* A bundle of PEM certificates, in any text: each is an anchor for every
 * purpose, since the file says nothing else. */
#include "trust/importers.h"

static const char begin[] = "-----BEGIN ";

static bool mine(const struct tw_import *im)
{
	struct tw_buf der = { 0 };
	size_t pos = 0, at;
	const char *why;

	if (im->folder || !memmem(im->bytes.p, im->bytes.n, begin, sizeof begin - 1))
		return false;
	int got = tw_pem_next(im->bytes, &pos, &der, &at, &why);
	tw_buf_free(&der);
	return got != 0;
}

static int read_pem(struct tw_import *im)
{
	struct tw_buf der = { 0 };
	size_t pos = 0, at = 0;
	const char *why = "";
	int got;

	while ((got = tw_pem_next(im->bytes, &pos, &der, &at, &why)) != 0) {
		im->at = tw_import_line(im, im->bytes.p + at);
		if (got < 0) {
			tw_import_warn(im, "%s", why);
		} else {
			struct tw_snapshot_row *e = tw_snapshot_add_cert(im->out, TW_ROW_ANCHOR, im->certs,
				tw_certs_add(im->certs, tw_buf_slice(&der)));
			e->purposes = TW_TRUST_ALL;
			e->at = im->at;
		}
		der.n = 0;
	}
	tw_buf_free(&der);
	if (im->out->n)
		return 0;
	tw_error("%s: no certificate in it", im->path);
	return -1;
}

const struct tw_importer tw_import_pem = { .name = "pem", .help = "a bundle of PEM certificates", .lines = true, .mine = mine,
	.read = read_pem };
