/* offers: what clients offered: the highest version, classes of suites. */
#include "report/internal.h"

#include <string.h>

enum { OTHER = 12, RC4 };
static const struct tw_column columns[] = { { "up_to_SSLv2", TW_OF_N, 0, 2, false }, { "up_to_SSLv3", TW_OF_N, 0, 3, false },
	{ "up_to_TLSv1.0", TW_OF_N, 0, 5, false }, { "up_to_TLSv1.1", TW_OF_N, 0, 6, false },
	{ "up_to_TLSv1.2", TW_OF_N, 0, 8, false }, { "up_to_TLSv1.3-draft", TW_OF_N, 0, 10, false },
	{ "up_to_TLSv1.3", TW_OF_N, 0, 12, false }, { "up_to_DTLSv0.9", TW_OF_N, 0, 4, false },
	{ "up_to_DTLSv1.0", TW_OF_N, 0, 7, false }, { "up_to_DTLSv1.2", TW_OF_N, 0, 9, false },
	{ "up_to_DTLSv1.3-draft", TW_OF_N, 0, 11, false }, { "up_to_DTLSv1.3", TW_OF_N, 0, 13, false },
	{ "up_to_other", TW_OF_N, 0, 1, false },
	{ "rc4", TW_OF_N, 1, -1, false }, { "3des", TW_OF_N, 2, -1, false }, { "export", TW_OF_N, 3, -1, false },
	{ "null", TW_OF_N, 4, -1, false }, { "anon", TW_OF_N, 5, -1, false }, { "aead", TW_OF_N, 6, 1, false },
	{ "fs", TW_OF_N, 7, 1, false }, { NULL, 0, 0, 0, false } };

static bool counts(const struct tw_tuple *t)
{
	return t->passive && tw_piece(t, TW_F_OFFERED_VERSIONS).n > 0;
}

static uint64_t mark(const struct tw_tuple *t, uint32_t j)
{
	struct tw_slice highest = tw_piece(t, TW_F_OFFERED_VERSIONS), classes = tw_piece(t, TW_F_OFFERED_CLASSES);
	uint64_t hit = TW_BIT(OTHER);

	(void)j;
	for (int i = 0; i < OTHER; i++)
		if (tw_slice_is(highest, columns[i].name + strlen("up_to_")))
			hit = TW_BIT(i);
	while (classes.n) {
		const uint8_t *blank = memchr(classes.p, ' ', classes.n);
		struct tw_slice w = { classes.p, blank ? (size_t)(blank - classes.p) : classes.n };
		for (int i = RC4; columns[i].name; i++)
			hit |= tw_slice_is(w, columns[i].name) ? TW_BIT(i) : 0;
		classes.p += w.n + (blank != NULL);
		classes.n -= w.n + (blank != NULL);
	}
	return hit;
}

const struct tw_table tw_table_offers = { .id = "offers", .help = "what clients offered: highest version, classes of suites",
	.shape = TW_WIDE, .needs = TW_NEEDS | TW_F(OFFERED_VERSIONS) | TW_F(OFFERED_CLASSES),
	.units = TW_U(CONNECTION) | TW_U(CLIENT), .counts = counts, .columns = columns, .mark = mark };
