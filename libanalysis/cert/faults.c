/* faults.c: the kinds of faults and their rules; docs/verdicts.md. */
#include "cert/internal.h"

#include <string.h>

const struct tw_fault_kind tw_fault_kinds[TW_FAULT_N] = {
	[TW_FAULT_TRAILING] = { "der", "bytes follow the certificate or its signature", "X.690 8.1" },
	[TW_FAULT_LENGTH] = { "der", "a length is not in its shortest form, or wrong", "X.690 10.1" },
	[TW_FAULT_FORM] = { "der", "an element is not encoded as DER demands", "X.690 10.2, 11" },
	[TW_FAULT_SET_ORDER] = { "der", "the elements of a SET OF are not in order", "X.690 11.6" },
	[TW_FAULT_TBS_EXTRA] = { "der", "an element stands where none may be", "RFC 5280 4.1" },
	[TW_FAULT_VERSION_UNKNOWN] = { "version", "the version is not 1, 2 or 3", "RFC 5280 4.1.2.1" },
	[TW_FAULT_VERSION_DEFAULT] = { "version", "version 1 is written out", "X.690 11.5" },
	[TW_FAULT_V1_EXTENSIONS] = { "version", "version 1 has extensions", "RFC 5280 4.1.2.9" },
	[TW_FAULT_V2_EXTENSIONS] = { "version", "version 2 has extensions", "RFC 5280 4.1.2.9" },
	[TW_FAULT_V1_UNIQUE_ID] = { "version", "version 1 has a unique identifier", "RFC 5280 4.1.2.8" },
	[TW_FAULT_SERIAL_NONE] = { "serial", "the serial number is missing or no INTEGER", "RFC 5280 4.1.2.2" },
	[TW_FAULT_SERIAL_PADDED] = { "serial", "a serial number is not minimal", "X.690 8.3.2" },
	[TW_FAULT_TIME_UNREADABLE] = { "time", "a date cannot be read", "RFC 5280 4.1.2.5" },
	[TW_FAULT_TIME_LAX] = { "time", "a UTCTime has no seconds or no Z", "RFC 5280 4.1.2.5.1" },
	[TW_FAULT_TIME_FORM] = { "time", "a GeneralizedTime has a fraction, no seconds or no Z", "RFC 5280 4.1.2.5.2" },
	[TW_FAULT_NAME_UNREADABLE] = { "name", "a name cannot be decoded", "RFC 5280 4.1.2.4" },
	[TW_FAULT_ISSUER_EMPTY] = { "name", "the issuer is empty", "RFC 5280 4.1.2.4" },
	[TW_FAULT_SUBJECT_EMPTY] = { "name", "the subject is empty and no alternative name is critical",
		"RFC 5280 4.1.2.6" },
	[TW_FAULT_STRING_STRAY] = { "name", "a PrintableString or TeletexString holds other characters", "X.680 41.4" },
	[TW_FAULT_STRING_BAD] = { "name", "a string is not of its type", "X.680 41" },
	[TW_FAULT_STRING_NUL] = { "name", "a name holds NUL", "RFC 5280 4.1.2.4" },
	[TW_FAULT_ALGORITHM_DIFFERS] = { "algorithm", "inner and outer algorithm differ", "RFC 5280 4.1.1.2" },
	[TW_FAULT_ALGORITHM_UNREADABLE] = { "algorithm", "the signature algorithm cannot be decoded",
		"RFC 5280 4.1.1.2" },
	[TW_FAULT_KEY_UNREADABLE] = { "algorithm", "the public key cannot be decoded", "RFC 5280 4.1.2.7" },
	[TW_FAULT_KEY_PARAMETERS] = { "algorithm", "the public key's parameters are not those of its algorithm",
		"RFC 3279 2.3.1, RFC 8410 3" },
	[TW_FAULT_EXTENSIONS_UNREADABLE] = { "extension", "the list of extensions cannot be decoded", "RFC 5280 4.2" },
	[TW_FAULT_EXTENSIONS_EMPTY] = { "extension", "the list of extensions is empty", "RFC 5280 4.1.2.9" },
	[TW_FAULT_CRITICAL_DEFAULT] = { "extension", "critical FALSE is written out", "X.690 11.5" },
	[TW_FAULT_EXTENSION_UNREADABLE] = { "extension", "an extension cannot be decoded", "RFC 5280 4.2" },
	[TW_FAULT_LIST_EMPTY] = { "extension", "a list in an extension is empty", "RFC 5280 4.2.1" },
	[TW_FAULT_SAN_ADDRESS] = { "extension", "an IP address has neither 4 nor 16 octets", "RFC 5280 4.2.1.6" },
	[TW_FAULT_EDI_PARTY] = { "extension", "an ediPartyName has no partyName", "RFC 5280 4.2.1.6" },
	[TW_FAULT_KEY_USAGE_NONE] = { "extension", "the key usage has no bit", "RFC 5280 4.2.1.3" },
	[TW_FAULT_POLICY_TWICE] = { "extension", "a policy is named twice", "RFC 5280 4.2.1.4" },
	[TW_FAULT_POINT_EMPTY] = { "extension", "a distribution point names neither point nor issuer",
		"RFC 5280 4.2.1.13" },
	[TW_FAULT_AKI_PAIR] = { "extension", "the authority key identifier has issuer or serial alone",
		"RFC 5280 4.2.1.1" },
	[TW_FAULT_DUPLICATE] = { "duplicate", "an extension stands twice", "RFC 5280 4.2" },
};

void tw_fault_details(struct tw_buf *b, uint64_t faults)
{
	const char *last = NULL;
	for (unsigned i = 0; i < TW_FAULT_N; i++) {
		const char *detail = tw_fault_kinds[i].detail;
		if (!(faults & TW_FAULT_BIT(i)) || (last && strcmp(last, detail) == 0))
			continue;
		if (last)
			tw_buf_addc(b, ' ');
		tw_buf_adds(b, detail);
		last = detail;
	}
}
