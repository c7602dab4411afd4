/* versions: what was negotiated. */
#include "report/internal.h"

#include <string.h>

enum { NAMED = 10, DRAFT = NAMED, DTLS_DRAFT, OTHER, UNKNOWN };
static const struct tw_column columns[] = { { "SSLv2", TW_OF_N, 0, 2, false }, { "SSLv3", TW_OF_N, 0, 3, false },
	{ "TLSv1.0", TW_OF_N, 0, 5, false }, { "TLSv1.1", TW_OF_N, 0, 6, false }, { "TLSv1.2", TW_OF_N, 0, 8, false },
	{ "TLSv1.3", TW_OF_N, 0, 12, false }, { "DTLSv0.9", TW_OF_N, 0, 4, false }, { "DTLSv1.0", TW_OF_N, 0, 7, false },
	{ "DTLSv1.2", TW_OF_N, 0, 9, false }, { "DTLSv1.3", TW_OF_N, 0, 13, false }, { "TLSv1.3-draft", TW_OF_N, 0, 10, false },
	{ "DTLSv1.3-draft", TW_OF_N, 0, 11, false }, { "other", TW_OF_N, 0, 1, false }, { "unknown", TW_OF_N, 0, 0, false },
	{ NULL, 0, 0, 0, false } };

static uint64_t mark(const struct tw_tuple *t, uint32_t j)
{
	struct tw_slice v = tw_piece(t, TW_F_VERSION);

	(void)j;
	for (int i = 0; i < NAMED; i++)
		if (tw_slice_is(v, columns[i].name))
			return TW_BIT(i);
	if (v.n > 8 && memcmp(v.p, "TLSv1.3-", 8) == 0)
		return TW_BIT(DRAFT);
	if (v.n > 9 && memcmp(v.p, "DTLSv1.3-", 9) == 0)
		return TW_BIT(DTLS_DRAFT);
	return v.n ? TW_BIT(OTHER) : TW_BIT(UNKNOWN);
}

const struct tw_table tw_table_versions = { .id = "versions", .help = "protocol versions negotiated", .shape = TW_WIDE,
	.needs = TW_NEEDS | TW_F(VERSION), .units = TW_UNITS_ROWS, .counts = tw_is_established, .columns = columns, .mark = mark };
