/* pem.c: PEM certificates and lists (RFC 7468, parsed laxly) out of any text. */
#include "cert/crl.h"
#include "cert/internal.h"

#include <string.h>

static const char begin[] = "-----BEGIN ", end[] = "-----END ", dashes[] = "-----";

static bool at_word(struct tw_slice t, size_t pos, const char *word)
{
	size_t n = strlen(word);
	return pos <= t.n && t.n - pos >= n && memcmp(t.p + pos, word, n) == 0;
}

/* The offset of word from pos on, or t.n. */
static size_t find(struct tw_slice t, size_t pos, const char *word)
{
	size_t n = strlen(word);
	const uint8_t *p = pos < t.n ? memmem(t.p + pos, t.n - pos, word, n) : NULL;
	return p ? (size_t)(p - t.p) : t.n;
}

/* The label of the marker at pos: "CERTIFICATE", and where it ends. */
static bool read_label(struct tw_slice t, size_t pos, size_t skip, struct tw_slice *label, size_t *after)
{
	size_t from = pos + skip, i = from;
	while (i < t.n && i - from < 64 && t.p[i] != '-' && t.p[i] != '\n' && t.p[i] != '\r')
		i++;
	if (!at_word(t, i, dashes))
		return false;
	label->p = t.p + from;
	label->n = i - from;
	*after = i + sizeof dashes - 1;
	return true;
}

static bool wanted(struct tw_slice label, const char *const *labels)
{
	while (*labels && !tw_slice_is(label, *labels))
		labels++;
	return *labels != NULL;
}

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool blank(uint8_t c)
{
	return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

/* RFC 1421 header lines ("Proc-Type: ...") up to an empty line. */
static size_t skip_headers(struct tw_slice s)
{
	const uint8_t *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
	if (!colon)
		return 0;
	size_t unix_end = find(s, 0, "\n\n"), dos_end = find(s, 0, "\n\r\n");
	size_t at = unix_end < dos_end ? unix_end : dos_end;
	return at < s.n && colon < s.p + at ? at : 0;
}

static const char *decode(struct tw_slice s, struct tw_buf *out)
{
	uint32_t acc = 0;
	unsigned have = 0, pad = 0;
	for (size_t i = skip_headers(s); i < s.n; i++) {
		int v = base64_value(s.p[i]);
		if (blank(s.p[i]))
			continue;
		if (s.p[i] == '=') {
			pad++;
			continue;
		}
		if (v < 0 || pad)
			return v < 0 ? "a character that is not base64" : "text after the base64 padding";
		acc = acc << 6 | (uint32_t)v;
		if (++have == 4) {
			uint8_t o[3] = { (uint8_t)(acc >> 16), (uint8_t)(acc >> 8), (uint8_t)acc };
			tw_buf_add(out, o, 3);
			have = 0;
			acc = 0;
		}
	}
	if (have == 1 || (have ? pad != 4 - have : pad != 0))
		return "base64 is cut short";
	if (have >= 2) {
		acc <<= 6 * (4 - have);
		uint8_t o[2] = { (uint8_t)(acc >> 16), (uint8_t)(acc >> 8) };
		tw_buf_add(out, o, have - 1);
	}
	return out->n ? NULL : "an empty block";
}

/* OpenSSL's TRUSTED CERTIFICATE has its trust settings after the certificate. */
static void cut_trust(struct tw_buf *der)
{
	struct tw_der d = tw_der_in(tw_buf_slice(der));
	struct tw_tlv t;
	if (tw_der_next(&d, &t) == 1)
		der->n = t.all.n;
}

int tw_pem_find(struct tw_slice text, const char *const *labels, size_t *pos, struct tw_slice *label,
		struct tw_buf *der, size_t *at, const char **why)
{
	struct tw_slice label2, body;
	size_t b, after, e, next;
	*why = NULL;
	der->n = 0;
	for (;;) {
		b = find(text, *pos, begin);
		if (b == text.n) {
			*pos = text.n;
			return 0;
		}
		*pos = b + sizeof begin - 1;
		if (read_label(text, b, sizeof begin - 1, label, &after) && wanted(*label, labels))
			break;
	}
	*at = b;
	*pos = after;
	/* A block that has no end does not take the next one with it; and the end
	 * is sought no farther, or many blocks without would cost their square. */
	next = find(text, after, begin);
	e = find((struct tw_slice){ text.p, next }, after, end);
	if (e == next) {
		*pos = next;
		*why = "no END line";
		return -1;
	}
	*pos = e + sizeof end - 1;
	if (!read_label(text, e, sizeof end - 1, &label2, pos) || !tw_slice_eq(*label, label2)) {
		*why = "BEGIN and END differ";
		return -1;
	}
	body.p = text.p + after;
	body.n = e - after;
	*why = decode(body, der);
	if (*why)
		return -1;
	if (tw_slice_is(*label, "TRUSTED CERTIFICATE"))
		cut_trust(der);
	return 1;
}

int tw_pem_next(struct tw_slice text, size_t *pos, struct tw_buf *der, size_t *at, const char **why)
{
	static const char *const labels[] = { "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", NULL };
	struct tw_slice label;
	return tw_pem_find(text, labels, pos, &label, der, at, why);
}

int tw_pem_next_crl(struct tw_slice text, size_t *pos, struct tw_buf *der, size_t *at, const char **why)
{
	static const char *const labels[] = { "X509 CRL", "CRL", NULL };
	struct tw_slice label;
	return tw_pem_find(text, labels, pos, &label, der, at, why);
}
