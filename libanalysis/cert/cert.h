/* cert.h: the facts of one certificate, read once by a bounded DER reader
 * (RFC 5280 section 4; verdicts: docs/verdicts.md). No later layer reads DER. */
#ifndef TW_CERT_H
#define TW_CERT_H

#include "base/base.h"

enum tw_key { TW_KEY_UNKNOWN, TW_KEY_RSA, TW_KEY_RSA_PSS, TW_KEY_DSA, TW_KEY_DH, TW_KEY_EC,
	TW_KEY_ED25519, TW_KEY_ED448, TW_KEY_X25519, TW_KEY_X448, TW_KEY_ML_DSA, TW_KEY_SLH_DSA, TW_KEY_N };

/* Bits of tw_cert.key_usage: bit i of RFC 5280 4.2.1.3 is 1 << i. */
enum { TW_KU_DIGITAL_SIGNATURE = 1, TW_KU_NON_REPUDIATION = 2, TW_KU_KEY_ENCIPHERMENT = 4,
	TW_KU_DATA_ENCIPHERMENT = 8, TW_KU_KEY_AGREEMENT = 16, TW_KU_KEY_CERT_SIGN = 32,
	TW_KU_CRL_SIGN = 64, TW_KU_ENCIPHER_ONLY = 128, TW_KU_DECIPHER_ONLY = 256 };
/* Bits of tw_cert.eku. */
enum { TW_EKU_ANY = 1, TW_EKU_SERVER = 2, TW_EKU_CLIENT = 4, TW_EKU_CODE = 8, TW_EKU_EMAIL = 16,
	TW_EKU_TIMESTAMP = 32, TW_EKU_OCSP = 64, TW_EKU_SGC_MS = 128, TW_EKU_SGC_NS = 256, TW_EKU_OTHER = 512 };
/* Extensions present: bits of tw_cert.ext (and, of those critical, .critical). */
enum { TW_EXT_BASIC_CONSTRAINTS = 1, TW_EXT_KEY_USAGE = 2, TW_EXT_EKU = 4, TW_EXT_NAME_CONSTRAINTS = 8,
	TW_EXT_POLICIES = 16, TW_EXT_POLICY_MAPPINGS = 32, TW_EXT_POLICY_CONSTRAINTS = 64,
	TW_EXT_INHIBIT_ANY = 128, TW_EXT_SAN = 256, TW_EXT_IAN = 512, TW_EXT_AKI = 1024, TW_EXT_SKI = 2048,
	TW_EXT_CRLDP = 4096, TW_EXT_OCSP_NOCHECK = 8192, TW_EXT_NO_REV_AVAIL = 16384, TW_EXT_AIA = 32768,
	TW_EXT_SIA = 65536, TW_EXT_FRESHEST_CRL = 1 << 17, TW_EXT_SCT = 1 << 18, TW_EXT_CT_POISON = 1 << 19,
	TW_EXT_UNKNOWN = 1 << 20 };
/* What is wrong with a certificate that can be read, kind by kind: fault k is
 * bit TW_FAULT_BIT(k) of .faults. A profile is the mask of the kinds that it
 * tolerates: a certificate is malformed where faults & ~tolerated is not 0.
 * tw_fault_kinds says each in words. */
enum tw_fault {
	/* detail der */
	TW_FAULT_TRAILING,       /* bytes after the outer SEQUENCE or its third element */
	TW_FAULT_LENGTH,         /* a length not in its shortest form, or past the end */
	TW_FAULT_FORM,           /* BOOLEAN, INTEGER, OID, NULL, BIT STRING or P/C bit not as DER has it */
	TW_FAULT_SET_ORDER,      /* SET OF not in ascending order */
	TW_FAULT_TBS_EXTRA,      /* an element that TBSCertificate does not have */
	/* detail version */
	TW_FAULT_VERSION_UNKNOWN, /* not 1, 2 or 3 */
	TW_FAULT_VERSION_DEFAULT, /* v1 written out */
	TW_FAULT_V1_EXTENSIONS, TW_FAULT_V2_EXTENSIONS,
	TW_FAULT_V1_UNIQUE_ID,
	/* detail serial */
	TW_FAULT_SERIAL_NONE,    /* left out, no INTEGER, or without content */
	TW_FAULT_SERIAL_PADDED,  /* not minimal */
	/* detail time */
	TW_FAULT_TIME_UNREADABLE, /* no time, or no real date; reads as unbounded */
	TW_FAULT_TIME_LAX,       /* UTCTime without seconds or with an offset */
	TW_FAULT_TIME_FORM,      /* GeneralizedTime with a fraction, without seconds or with an offset */
	/* detail name */
	TW_FAULT_NAME_UNREADABLE,
	TW_FAULT_ISSUER_EMPTY,
	TW_FAULT_SUBJECT_EMPTY,  /* and no critical subjectAltName */
	TW_FAULT_STRING_STRAY,   /* PrintableString or TeletexString with characters not theirs */
	TW_FAULT_STRING_BAD,     /* IA5 of 8 bits, UTF-8 that is none, half a character, ... */
	TW_FAULT_STRING_NUL,
	/* detail algorithm */
	TW_FAULT_ALGORITHM_DIFFERS, /* inner is not outer */
	TW_FAULT_ALGORITHM_UNREADABLE,
	TW_FAULT_KEY_UNREADABLE,
	TW_FAULT_KEY_PARAMETERS, /* rsaEncryption without NULL, or RFC 8410's keys with any */
	/* detail extension */
	TW_FAULT_EXTENSIONS_UNREADABLE, /* the list or the frame of one */
	TW_FAULT_EXTENSIONS_EMPTY,
	TW_FAULT_CRITICAL_DEFAULT, /* critical FALSE written out */
	TW_FAULT_EXTENSION_UNREADABLE, /* a known one does not decode to its end */
	TW_FAULT_LIST_EMPTY,     /* a list inside one that must hold something */
	TW_FAULT_SAN_ADDRESS,    /* iPAddress of neither 4 nor 16 octets */
	TW_FAULT_EDI_PARTY,      /* ediPartyName without partyName */
	TW_FAULT_KEY_USAGE_NONE,
	TW_FAULT_POLICY_TWICE,
	TW_FAULT_POINT_EMPTY,    /* DistributionPoint of reasons only */
	TW_FAULT_AKI_PAIR,       /* issuer without serial, or the reverse */
	/* detail duplicate */
	TW_FAULT_DUPLICATE,
	TW_FAULT_N
};
#define TW_FAULT_BIT(k) (UINT64_C(1) << (k))
/* What profile 2015 tolerates beside the rules of all profiles. rfc5280 and
 * webpki tolerate no fault. */
#define TW_FAULTS_TOLERATED_2015 (TW_FAULT_BIT(TW_FAULT_VERSION_DEFAULT) | TW_FAULT_BIT(TW_FAULT_CRITICAL_DEFAULT) | \
	TW_FAULT_BIT(TW_FAULT_SERIAL_PADDED) | TW_FAULT_BIT(TW_FAULT_STRING_STRAY) | \
	TW_FAULT_BIT(TW_FAULT_TIME_LAX) | TW_FAULT_BIT(TW_FAULT_V1_EXTENSIONS))
struct tw_fault_kind {
	const char *detail; /* der, version, serial, time, name, algorithm, extension, duplicate */
	const char *says;   /* for people: "the serial number is padded" */
	const char *rule;   /* "RFC 5280 4.1.2.2" */
};
extern const struct tw_fault_kind tw_fault_kinds[TW_FAULT_N];

/* All slices lie in der. */
struct tw_cert {
	struct tw_slice der;
	uint8_t sha256[TW_SHA256];
	bool readable;             /* false: only der, sha256 and is_blob hold */
	bool is_blob;              /* came as OCTET STRING: not a whole outer SEQUENCE */
	uint64_t faults;           /* bits TW_FAULT_BIT(kind), by the strict rules */
	uint8_t spki_sha256[TW_SHA256]; /* of the SubjectPublicKeyInfo's bytes */
	int version;               /* 1, 2, 3 or what it says + 1; -1 = absurd */
	struct tw_slice tbs;       /* TBSCertificate with tag and length: what is signed */
	struct tw_slice serial;    /* INTEGER's content octets */
	struct tw_slice sig_alg;   /* outer AlgorithmIdentifier, whole */
	struct tw_slice sig_oid, sig_params; /* OID content; parameters' whole TLV, n = 0: absent */
	struct tw_slice tbs_sig_alg; /* inner AlgorithmIdentifier, whole */
	struct tw_slice signature; /* BIT STRING's bytes without the unused-bits octet; empty if that is not 0 */
	struct tw_slice issuer, subject; /* Name with tag and length */
	int64_t not_before, not_after;   /* inclusive; unreadable: TW_TIME_MIN and TW_TIME_MAX */
	struct tw_slice spki;      /* whole TLV */
	struct tw_slice key_oid, key_params, key_bits_raw; /* as above; BIT STRING's bytes */
	enum tw_key key;
	uint32_t key_bits;         /* modulus, prime or field size in bits, or ML-DSA's and SLH-DSA's number; 0 = not known */
	struct tw_slice rsa_n, rsa_e; /* INTEGER contents, leading zeros cut */
	const char *curve;         /* name, "explicit", "0.1.2" dotted OID is NOT given: "unknown"; NULL = no EC */
	bool self_issued;          /* issuer and subject are the same bytes (names compared by rule: chain/) */
	uint32_t ext, critical;    /* TW_EXT_* */
	bool ca;                   /* basicConstraints cA TRUE */
	int32_t path_length;       /* -1 = none */
	uint32_t key_usage;        /* valid when ext has TW_EXT_KEY_USAGE */
	uint32_t eku;              /* valid when ext has TW_EXT_EKU */
	struct tw_slice ski;       /* keyIdentifier octets, or empty */
	struct tw_slice aki;       /* authority's keyIdentifier octets, or empty */
	struct tw_slice aki_issuer, aki_serial; /* GeneralNames content; INTEGER content; or empty */
	struct tw_slice san;       /* SAN extnValue's content (the GeneralNames TLV), or empty */
	struct tw_slice name_constraints; /* likewise */
	struct tw_slice ext_key_usage;   /* likewise: extKeyUsage; tw_oids_next */
	struct tw_slice policies;        /* likewise; tw_policies_next */
	struct tw_slice policy_mappings; /* likewise; tw_mappings_next */
	struct tw_slice crldp;           /* likewise: cRLDistributionPoints; tw_points_next */
	struct tw_slice scts;            /* SignedCertificateTimestampList (RFC 6962 3.3), or empty; tw_scts_next */
	int32_t require_explicit, inhibit_mapping; /* policyConstraints; -1 = none */
	int32_t inhibit_any;       /* inhibitAnyPolicy; -1 = none */
	uint32_t san_count;
};

/* Reads der. Always fills *c; readable says whether outer SEQUENCE, TBS,
 * issuer, validity, subject, SPKI and signature were found. No allocation. */
void tw_cert_read(struct tw_cert *c, struct tw_slice der);
/* The same for those who know the SHA-256 of der. is_blob stays false. */
void tw_cert_read_hashed(struct tw_cert *c, struct tw_slice der, const uint8_t hash[TW_SHA256]);

/* ---- DER cursors (cert/der.c), used by all that look inside ---- */
struct tw_der {
	struct tw_slice s;  /* what is left */
	bool nonminimal;    /* set when a length or tag was not minimal */
};
struct tw_tlv {
	uint8_t tag;          /* identifier octet; high tag numbers are refused */
	struct tw_slice all;  /* tag, length, content */
	struct tw_slice body; /* content */
};
/* The next element. 1 read, 0 nothing left, -1 not readable (indefinite,
 * high tag number, past the end). */
int tw_der_next(struct tw_der *d, struct tw_tlv *t) TW_CHECK;
/* Reads the next element, and it has this tag. */
static inline bool tw_der_tagged(struct tw_der *d, uint8_t tag, struct tw_tlv *t)
{
	return tw_der_next(d, t) == 1 && t->tag == tag;
}
/* The content of an INTEGER without the octets that DER would leave out (X.690
 * 8.3.2): equal for equal numbers, -1 and 255 apart. */
struct tw_slice tw_der_shortest(struct tw_slice integer);

/* ---- names ---- */
/* RFC 4514 text of a Name TLV, e.g. CN=a,O=b (last RDN first); bytes that are
 * no text are #hex. -1 (with what could be read appended) if not decodable. */
int tw_name_text(struct tw_buf *b, struct tw_slice name);
/* Walks the names of a SAN: *kind is the GeneralName's context tag number
 * (0 otherName .. 2 dNSName .. 7 iPAddress 8 registeredID). Start with
 * tw_san_start; 1, 0, -1 as tw_der_next. */
void tw_san_start(struct tw_der *d, struct tw_slice san);
int tw_san_next(struct tw_der *d, int *kind, struct tw_slice *value) TW_CHECK;
/* The commonNames of the subject, in order, as UTF-8 appended to b; returns 1
 * per value found from *pos on, 0 at the end. Start with *pos = 0. */
int tw_common_name(struct tw_slice name, uint32_t *pos, struct tw_buf *b);

/* ---- walks over lists in extensions ----
 * Start with tw_list_start on a slice of tw_cert, then call next until it is
 * not 1: 0 at the end, -1 where a list cannot be decoded (the certificate then
 * has a fault, and the slice is empty). */
void tw_list_start(struct tw_der *d, struct tw_slice list);
/* extKeyUsage: one purpose's OID content. */
int tw_oids_next(struct tw_der *d, struct tw_slice *oid) TW_CHECK;
/* certificatePolicies, RFC 5280 4.2.1.4: OID content; qualifiers is the
 * content of the SEQUENCE OF PolicyQualifierInfo, or empty. */
int tw_policies_next(struct tw_der *d, struct tw_slice *oid, struct tw_slice *qualifiers) TW_CHECK;
/* 2.5.29.32.0. */
bool tw_oid_is_any_policy(struct tw_slice oid);
/* policyMappings, 4.2.1.5: issuerDomainPolicy and subjectDomainPolicy. */
int tw_mappings_next(struct tw_der *d, struct tw_slice *from, struct tw_slice *to) TW_CHECK;
/* One DistributionPoint, 4.2.1.13. */
struct tw_point {
	bool named;                 /* has distributionPoint: one of the next two */
	struct tw_slice full_name;  /* GeneralNames' content (walk it with tw_san_next), or empty */
	struct tw_slice relative;   /* nameRelativeToCRLIssuer: the RDN's content, or empty */
	bool has_reasons;
	uint32_t reasons;           /* TW_REASON_*: bit i of ReasonFlags is 1 << i */
	struct tw_slice crl_issuer; /* GeneralNames' content, or empty */
};
enum { TW_REASON_KEY_COMPROMISE = 2, TW_REASON_CA_COMPROMISE = 4, TW_REASON_AFFILIATION = 8,
	TW_REASON_SUPERSEDED = 16, TW_REASON_CESSATION = 32, TW_REASON_HOLD = 64, TW_REASON_PRIVILEGE = 128,
	TW_REASON_AA_COMPROMISE = 256, TW_REASONS_ALL = 0x1fe };
int tw_points_next(struct tw_der *d, struct tw_point *p) TW_CHECK;
/* Embedded SCTs: start with d->s = cert->scts. A log's 32 bytes and its time
 * in milliseconds since 1970. An SCT of another version than 1 is passed over. */
int tw_scts_next(struct tw_der *d, struct tw_slice *log, uint64_t *ms) TW_CHECK;
/* A DSA key whose parameters come from its issuer, RFC 3279 2.3.2. */
static inline bool tw_cert_dsa_inherits(const struct tw_cert *c)
{
	return c->key == TW_KEY_DSA && c->key_params.n == 0;
}

/* The usual name of a signature algorithm ("sha256WithRSAEncryption",
 * "ecdsa-with-SHA256", "ed25519"), else the dotted OID appended to b. */
void tw_sig_name(struct tw_buf *b, const struct tw_cert *c);
void tw_oid_text(struct tw_buf *b, struct tw_slice oid);
const char *tw_key_name(enum tw_key k);
/* The names of TW_KU_* and TW_EKU_* bits, space-separated. */
void tw_key_usage_text(struct tw_buf *b, uint32_t set);
void tw_eku_text(struct tw_buf *b, uint32_t set);
/* The dotted OIDs of c's critical extensions but those of TW_EXT_* in known,
 * space-separated, each as often as it stands there. */
void tw_critical_text(struct tw_buf *b, const struct tw_cert *c, uint32_t known);
/* Security bits of a key (NIST's classes by modulus size, half the size
 * of a curve); 0 where the size is not known. */
uint32_t tw_key_security_bits(enum tw_key k, uint32_t bits);
/* The details of the faults, each once, space-separated: "der version ...". */
void tw_fault_details(struct tw_buf *b, uint64_t faults);

/* ---- certificates.csv ---- */
void tw_cert_csv_header(struct tw_buf *b);
void tw_cert_csv(struct tw_buf *b, const struct tw_cert *c);

/* ---- certs.der: a mapped file of DER elements, and its facts ---- */
struct tw_certs {
	struct tw_cert *v;   /* first-seen order, each distinct one once */
	struct tw_set set;   /* SHA-256 to index in v */
	uint32_t n, cap;
	void *map; size_t map_len;
	struct tw_buf own;   /* the file's bytes where it could not be mapped */
};
/* Maps path and reads it; a compressed file, a pipe or "-" is read into memory.
 * -1 after tw_error (offset and cause named). */
int tw_certs_open(struct tw_certs *c, const char *path) TW_CHECK;
void tw_certs_close(struct tw_certs *c);
/* Adds one certificate by its bytes, which are copied (tw_verify, stores,
 * tests). Returns its index. Pointers into v move. */
uint32_t tw_certs_add(struct tw_certs *c, struct tw_slice der);
/* Index by fingerprint, or TW_NONE. */
uint32_t tw_certs_find(const struct tw_certs *c, const uint8_t sha256[TW_SHA256]);
/* Walks the elements of path without keeping anything (a pipe or a compressed
 * file passes through a buffer; an element there has at most TW_MAX_RECORD
 * bytes): one gets the whole element, what it holds and whether that is a
 * blob, lent for the call, repeats included; it returns 0, or -1 to stop. -1
 * after tw_error (here or in one). */
int tw_certs_each(const char *path, int (*one)(void *arg, struct tw_slice all, struct tw_slice der, bool blob),
		void *arg) TW_CHECK;
/* Appends to b what stands in certs.der for what a server sent: the bytes if
 * they are one whole outer SEQUENCE, else an OCTET STRING holding them. */
void tw_certs_element(struct tw_buf *b, struct tw_slice sent);

/* ---- PEM ---- */
/* The next CERTIFICATE / X509 CERTIFICATE / TRUSTED CERTIFICATE block of text
 * from *pos on, decoded into der. 1 found, 0 no more, -1 a damaged block
 * (*pos is past it, *why says what). *at is the block's offset. */
int tw_pem_next(struct tw_slice text, size_t *pos, struct tw_buf *der, size_t *at, const char **why) TW_CHECK;
/* The same for blocks of any of these labels (the last one NULL); *label, of
 * text, is the one found. A TRUSTED CERTIFICATE comes without its settings. */
int tw_pem_find(struct tw_slice text, const char *const *labels, size_t *pos, struct tw_slice *label,
		struct tw_buf *der, size_t *at, const char **why) TW_CHECK;

#endif
