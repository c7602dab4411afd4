/* The table of reasons. */
#include "chain/reason.h"

static const struct {
	const char *name, *says, *rule;
} table[TW_R_N] = {
	[TW_R_OK] = { "ok", "nothing is wrong", "RFC 5280 6.1" },
	[TW_R_EXPIRED] = { "expired", "its validity has ended", "RFC 5280 6.1.3 (a)(2)" },
	[TW_R_NOT_YET_VALID] = { "not_yet_valid", "its validity has not begun", "RFC 5280 6.1.3 (a)(2)" },
	[TW_R_WEAK_SIGNATURE] = { "weak_signature", "its signature uses a digest that the profile refuses",
		"the profile's table of strengths" },
	[TW_R_WEAK_KEY] = { "weak_key", "its key is too weak", "RFC 8017 3.1, or the profile's table of strengths" },
	[TW_R_REVOCATION_UNKNOWN] = { "revocation_unknown", "no CRL in force speaks of it", "RFC 5280 6.3.3" },
	[TW_R_POLICY] = { "policy", "a policy is required and none is valid here", "RFC 9618 5, RFC 5280 6.1.3 (f)" },
	[TW_R_EXTENDED_KEY_USAGE] = { "extended_key_usage", "its extended key usage lacks the purpose",
		"RFC 5280 4.2.1.12" },
	[TW_R_NAME_CONSTRAINTS] = { "name_constraints", "a name lies outside of what a CA above permits, or a "
		"constraint cannot be read", "RFC 5280 4.2.1.10, 6.1.3 (b)(c)" },
	[TW_R_PATH_LENGTH] = { "path_length", "more CAs stand below it than its path length allows",
		"RFC 5280 4.2.1.9, 6.1.4 (l)(m)" },
	[TW_R_KEY_USAGE] = { "key_usage", "its key usage does not allow this", "RFC 5280 4.2.1.3, 6.1.4 (n)" },
	[TW_R_NOT_A_CA] = { "not_a_ca", "it issued a certificate and is no CA", "RFC 5280 6.1.4 (k)" },
	[TW_R_CRITICAL_EXTENSION] = { "critical_extension", "a critical extension is not known or cannot be read",
		"RFC 5280 4.2, 6.1.5 (f)" },
	[TW_R_DISTRUSTED] = { "distrusted", "the store's vendor distrusts it", "the store's own rows" },
	[TW_R_REVOKED] = { "revoked", "it was revoked", "RFC 5280 6.3" },
	[TW_R_MALFORMED] = { "malformed", "it is not encoded as it must be", "RFC 5280 4.1, X.690" },
	[TW_R_UNSUPPORTED_ALGORITHM] = { "unsupported_algorithm", "its signature or key cannot be checked here",
		"RFC 5280 6.1.3 (a)(1)" },
	[TW_R_BAD_SIGNATURE] = { "bad_signature", "the issuer's key does not verify it", "RFC 5280 6.1.3 (a)(1)" },
	[TW_R_LIMIT] = { "limit", "a bound was met before a good path was found", "bounds.h" },
	[TW_R_MISSING_INTERMEDIATE] = { "missing_intermediate", "its issuer was not sent, but is known",
		"RFC 8446 4.4.2" },
	[TW_R_UNTRUSTED_ROOT] = { "untrusted_root", "a root that the store does not have", "RFC 5280 6.1.1 (d)" },
	[TW_R_UNKNOWN_ISSUER] = { "unknown_issuer", "nothing at hand issued it", "RFC 5280 6.1" },
	[TW_R_SELF_SIGNED] = { "self_signed", "it is signed by its own key and no anchor", "RFC 5280 3.2" },
	[TW_R_UNREADABLE] = { "malformed", "it cannot be read as a certificate", "RFC 5280 4.1" },
};

static const char *some(const char *s)
{
	return s ? s : "";
}

const char *tw_reason_name(enum tw_reason r)
{
	return r < TW_R_N ? some(table[r].name) : "";
}

const char *tw_reason_says(enum tw_reason r)
{
	return r < TW_R_N ? some(table[r].says) : "";
}

const char *tw_reason_rule(enum tw_reason r)
{
	return r < TW_R_N ? some(table[r].rule) : "";
}

const char *tw_verdict_name(enum tw_reason r)
{
	switch (r) {
	case TW_R_OK: return "verifiable";
	case TW_R_EXPIRED: return "expired";
	case TW_R_SELF_SIGNED: return "self-signed";
	default: return "broken";
	}
}
