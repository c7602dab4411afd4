/* --clients: addresses kept, hashed with a key, or dropped. */
#include "dump/clients.h"
#include "base/bounds.h"

#include <ctype.h>
#include <errno.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORD 16 /* bytes of the digest that stand for an address */

struct tw_clients {
	bool hash; /* else drop */
	struct hmac_sha256_ctx key;
};

static int read_key(struct tw_clients *c, const char *path)
{
	uint8_t key[TW_MAX_KEY + 1];
	FILE *f = fopen(path, "rb");

	if (!f) {
		tw_error("--clients hash: %s: %s", path, strerror(errno));
		return -1;
	}
	size_t n = fread(key, 1, sizeof key, f);
	int err = ferror(f) ? errno : 0;
	fclose(f);
	if (err)
		tw_error("--clients hash: %s: %s", path, strerror(err));
	else if (n < TW_MIN_KEY)
		tw_error("--clients hash: %s: %zu bytes are no key: at least %d are wanted, as of: head -c 32 /dev/urandom", path, n,
		    TW_MIN_KEY);
	else if (n > TW_MAX_KEY)
		tw_error("--clients hash: %s: longer than %d bytes: no key", path, TW_MAX_KEY);
	else
		hmac_sha256_set_key(&c->key, n, key);
	explicit_bzero(key, sizeof key);
	return err || n < TW_MIN_KEY || n > TW_MAX_KEY ? -1 : 0;
}

int tw_clients_open(const char *how, struct tw_clients **c)
{
	bool hash = strncmp(how, "hash:", 5) == 0 && how[5];

	tw_clients_free(*c);
	*c = NULL;
	if (strcmp(how, "keep") == 0)
		return 0;
	if (!hash && strcmp(how, "drop") != 0)
		return 1;
	*c = tw_alloc(sizeof **c);
	(*c)->hash = hash;
	return hash ? read_key(*c, how + 5) : 0;
}

void tw_clients_free(struct tw_clients *c)
{
	if (c)
		explicit_bzero(c, sizeof *c);
	free(c);
}

static void add_digest(const struct tw_clients *c, struct tw_slice s, size_t n, struct tw_buf *b)
{
	struct hmac_sha256_ctx one = c->key; /* the key's two blocks are digested already */
	uint8_t digest[SHA256_DIGEST_SIZE];

	hmac_sha256_update(&one, s.n, s.p);
	hmac_sha256_digest(&one, sizeof digest, digest);
	tw_buf_addhex(b, digest, n);
}

/* Would the octet make it another address? A colon does not: it ends sentences,
 * and stands in "IPv6:" before and in ":25" behind; rather one hidden too many. */
static bool joins(uint8_t c, bool v6)
{
	return v6 ? isxdigit(c) : isdigit(c);
}

/* Is the address at p[i] whole: 192.0.2.1 is not within 192.0.2.10? */
static bool is_at(struct tw_slice s, size_t i, struct tw_slice address, bool v6)
{
	if (i + address.n > s.n || strncasecmp((const char *)s.p + i, (const char *)address.p, address.n) != 0)
		return false;
	return !(i > 0 && joins(s.p[i - 1], v6)) && !(i + address.n < s.n && joins(s.p[i + address.n], v6));
}

static void replace(struct tw_buf *b, struct tw_slice s, struct tw_slice address, struct tw_slice with)
{
	bool v6 = memchr(address.p, ':', address.n) != NULL;

	for (size_t i = 0; i < s.n;) {
		bool hit = is_at(s, i, address, v6);
		if (hit)
			tw_buf_addslice(b, with);
		else
			tw_buf_addc(b, (char)s.p[i]);
		i += hit ? address.n : 1;
	}
}

void tw_clients_hide(const struct tw_clients *c, struct tw_obs_row *o, struct tw_buf *text)
{
	struct tw_slice address = o->v[TW_OBS_CLIENT], banner = o->v[TW_OBS_BANNER];

	if (!c || address.n == 0)
		return;
	text->n = 0;
	/* Each octet of the banner may become a hash; then nothing moves. */
	tw_buf_room(text, 2 * WORD * (banner.n + 1));
	if (c->hash)
		add_digest(c, address, WORD, text);
	struct tw_slice word = { text->p, text->n };
	replace(text, banner, address, c->hash ? word : tw_str("-"));
	o->v[TW_OBS_CLIENT] = word;
	o->v[TW_OBS_BANNER] = (struct tw_slice){ text->p + word.n, text->n - word.n };
	if (!c->hash)
		o->v[TW_OBS_CLIENT_PORT] = (struct tw_slice){ NULL, 0 };
}

void tw_clients_provenance(const struct tw_clients *c, struct tw_provenance *p)
{
	struct tw_buf id = { 0 };

	tw_provenance_text(p, "clients", tw_str(!c ? "keep" : c->hash ? "hash" : "drop"));
	if (!c || !c->hash)
		return;
	add_digest(c, tw_str("tlswild"), 8, &id);
	tw_provenance_text(p, "clients_key", tw_buf_slice(&id));
	tw_buf_free(&id);
}
