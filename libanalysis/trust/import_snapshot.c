/* A snapshot's own CSV, read again. */
#include "trust/importers.h"

static bool mine(const struct tw_import *im)
{
	return !im->folder && tw_snapshot_is(im->bytes);
}

static int read_snapshot(struct tw_import *im)
{
	if (tw_snapshot_read(im->out, im->certs, im->bytes, im->path) < 0)
		return -1;
	for (uint32_t i = 0; i < im->out->n; i++) {
		struct tw_snapshot_row *e = &im->out->v[i];
		if (!e->by_cert || e->cert != TW_NONE || !im->pool)
			continue;
		uint32_t k = tw_pool_find(im->pool, e->sha256);
		e->cert = k == TW_NONE ? TW_NONE : tw_certs_add(im->certs, im->pool->certs.v[k].der);
	}
	return 0;
}

const struct tw_importer tw_import_snapshot = { .name = "snapshot", .help = "a snapshot's CSV; --certs has its certificates",
	.lines = true, .dates = true, .mine = mine, .read = read_snapshot };
