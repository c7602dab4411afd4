/* bounds.h: every limit on foreign input, with its reason. When a limit cuts
 * a result, the result says so (a reject row, or the reason "limit"). */
#ifndef TW_BOUNDS_H
#define TW_BOUNDS_H

/* A record of a dump: the largest zgrab2 lines seen hold a page body of some
 * megabytes; longer is a reject, skipped to the next newline. */
#define TW_MAX_RECORD (16u << 20)

/* Threads of one run: past this a single reader and writer is the limit. */
#define TW_MAX_THREADS 64u

/* Bytes of blocks under way at once: 64 threads with a block each, or as many
 * records of the largest size as fit. */
#define TW_BLOCKS_WEIGHT (64u << 20)

/* What an xz stream may ask of memory: its largest preset (-9) needs 65 MiB. */
#define TW_MAX_XZ_MEMORY (256ull << 20)

/* Folders in folders: no dump nests deeper; stops loops of symbolic links. */
#define TW_MAX_FOLDER_DEPTH 16u

/* Levels of nested elements that are searched for faults of encoding. A
 * certificate needs about ten; the bound keeps the stack. */
#define TW_MAX_DER_DEPTH 40

/* Attributes in one RDN. Names in use have one, rarely two or three; a name
 * with more than this is compared as its bytes. */
#define TW_MAX_AVAS 64

/* Certificates in a path, its anchor included. The longest real paths have
 * six; the public suites go to some dozens only to test this bound. */
#define TW_MAX_DEPTH 32

/* Issuer candidates of different keys whose signature is tried for a child.
 * The largest groups of equal names in scans have some dozens of keys. */
#define TW_MAX_CHECKS 64

/* Candidate issuers of one child, whatever their keys: certificates of one name
 * and key are few, re-issued a dozen times at most. */
#ifndef TW_MAX_CANDIDATES /* tests lower it */
#define TW_MAX_CANDIDATES 256
#endif

/* What checking one child's signature may cost, in RSA-2048 verifications (25
 * microseconds each): 64 keys of P-384, or 30 of RSA with 16384 bits. */
#ifndef TW_MAX_CHECK_COST /* tests lower it */
#define TW_MAX_CHECK_COST 2048
#endif

/* Names met above one leaf. The pool of the whole web has some thousand names
 * of CAs, of which ten lie above a leaf. */
#define TW_MAX_NAMES 4096

/* Undominated paths kept at one certificate. Beyond it only yes or no can
 * suffer: what lies below says limit where none of the kept ones is good. */
#ifndef TW_MAX_LABELS /* tests lower it */
#define TW_MAX_LABELS 32
#endif

/* The same where not only yes or no but every reason is to be exact: all simple
 * paths of a web of eight. */
#ifndef TW_MAX_EXACT_LABELS
#define TW_MAX_EXACT_LABELS 1024
#endif
#ifndef TW_MAX_EXACT_EXTENSIONS
#define TW_MAX_EXACT_EXTENSIONS 8192
#endif

/* Paths extended by one certificate within one web of cross-signatures: real
 * ones need some hundred. Where policies matter each 64 of them count as one
 * more: certificates in use have one or two. */
#define TW_MAX_EXTENSIONS 65536

/* Signers of revocation lists in question at once: a list's signer whose own
 * certificate stands on a list signed by another, and so on. One is usual. */
#define TW_MAX_SIGNERS 4

/* Certificates in an OCSP response that may be its responder's, by name or key:
 * one in use. */
#define TW_MAX_RESPONDERS 4

/* Distribution points of one certificate, and issuers of lists that they name:
 * certificates in use have one or two. */
#define TW_MAX_POINTS 64

/* Delta lists looked at to bring one list up to date: hourly ones behind a
 * monthly list are 744. */
#define TW_MAX_DELTAS 1024

/* Steps of work to take what delta lists remove from the entries of one
 * certificate: a hold on daily lists of a month, with hourly deltas that say it
 * is over, has some 20,000. */
#define TW_MAX_REMOVALS 65536

/* Spans of time in which one certificate is revoked or not known not to be:
 * lists come and go, but what they cover is mostly whole. */
#define TW_MAX_SPANS 64

/* Certificates looked at to explain why there is no path. */
#ifndef TW_MAX_REACH /* tests lower it */
#define TW_MAX_REACH 4096
#endif

/* Contexts that a judge remembers before it begins anew: some 2 KB each. */
#define TW_MAX_CONTEXTS 65536

/* RSA keys whose check costs too much (an exponent of 16384 bits takes half a
 * second) and DSA primes likewise. */
#define TW_MAX_RSA_BITS 16384
#define TW_MAX_RSA_EXPONENT 8
#define TW_MAX_DSA_BITS 10000
/* FIPS 186-4 has subgroups of 256 bits at most; exponents are as long. */
#define TW_MAX_DSA_ORDER_BITS 512

/* Comparisons of names with name-constraint subtrees along one path, counted
 * before any is made: a megabyte of each would be 10^10. */
#define TW_MAX_CONSTRAINT_COST (1u << 20)

/* A file of certificates that is read whole (a store, a chain, a pool): the
 * bundle of all intermediates that the browsers' vendors know is 20 MB. */
#define TW_MAX_BUNDLE (256u << 20)

/* Rounds of key derivation that all of one PKCS#12 keystore may take, a second's
 * work: Java asks for 10,000 for each of two keys, OpenSSL for 2048, and each of
 * three passwords may have to be tried; the field would allow 2^31. */
#define TW_MAX_KEY_ROUNDS (1u << 20)

/* PKCS#12 bags in bags: no tool that is known nests them at all. */
#define TW_MAX_BAG_DEPTH 4

/* Dates of a series, each a store of its own with columns of its own: daily for
 * half a year, monthly for fifteen. */
#define TW_MAX_DATES 180

/* Certificates one server presents: the longest honest chains have some ten,
 * misconfigured servers have sent whole bundles of some hundred. */
#define TW_MAX_PRESENTED 1024u

/* What checking the order of one presented set may cost, in RSA-2048
 * verifications: each of 45 P-256 certificates of one name against each. */
#define TW_MAX_ORDER_COST 16384u

/* Messages in messages of a text in protobuf's text format: Chrome's root store
 * has two levels. */
#define TW_MAX_TEXTPROTO_DEPTH 16

/* Values in values of a YAML file: the observatory's have two levels, and libyaml's
 * time grows with the square of the depth. */
#define TW_MAX_YAML_DEPTH 16

/* A record of a CCADB report: audits' addresses and a certificate are some 10 KB. A
 * quote that never closes would make one of all that follows. */
#define TW_MAX_CCADB_RECORD (256u << 10)

/* How deep a TLS log is looked for in a scan's result: zgrab2 nests it three
 * deep at most. */
#define TW_MAX_SEARCH_DEPTH 16u

/* A packet of a capture: the largest snapshot length that libpcap takes. */
#define TW_MAX_PACKET 262144u

/* A block of a pcapng file: the largest hold names or secrets, not packets. */
#define TW_MAX_PCAPNG_BLOCK (16u << 20)

/* Interfaces of one section of a pcapng file: a machine has some dozens. */
#define TW_MAX_INTERFACES 65536u

/* IP datagrams whose fragments are waited for at once, 64 KiB each, and for how
 * long in seconds (RFC 8200 section 4.5 says 60, Linux 30). */
#define TW_MAX_FRAGMENTED 1024u
#define TW_FRAGMENT_SECONDS 30

/* What the connections of one capture may hold of memory, all together: more
 * than a million half-open ones. */
#define TW_MAX_CAPTURE_MEMORY (512ull << 20)

/* The same of DTLS associations: more than a hundred thousand under way. */
#define TW_MAX_DATAGRAM_MEMORY (256ull << 20)

/* DTLS handshake messages of one side of which parts are missing: a flight has
 * five; and pieces of one with gaps between them: a Certificate message of 64 KiB
 * in disorder. What is beyond is dropped; senders repeat it. */
#define TW_MAX_DTLS_MESSAGES 16u
#define TW_MAX_DTLS_GAPS 64u

/* Captures read side by side, each with memory of its own: more only wait for
 * the disk. */
#define TW_MAX_CAPTURES 8u

/* Rows and certificates of a capture that wait for those of the captures before
 * it: of some 100,000 connections. Past that it waits to be read on. */
#ifndef TW_MAX_CAPTURE_AHEAD /* tests lower it */
#define TW_MAX_CAPTURE_AHEAD (64u << 20)
#endif

/* What one connection may hold while bytes are missing: the largest handshake
 * and a window of what follows it. */
#define TW_MAX_CONNECTION_HELD (2u << 20)

/* A handshake message: a Certificate message of a megabyte is the largest that
 * servers have sent; the length field would allow sixteen. */
#define TW_MAX_HANDSHAKE (1u << 20 | 1u << 16)

/* Bytes of one list of authentication mechanisms: servers name a dozen, IANA's
 * registry some forty. What is beyond is left out, and the list ends in "...". */
#define TW_MAX_MECHANISMS 1024u

/* Bytes of a key that hides clients' addresses: RFC 2104 section 3 wants no less
 * than the digest's length and gains nothing by more; 16 still make guessing
 * hopeless. What is longer than a page is some other file. */
#define TW_MIN_KEY 16
#define TW_MAX_KEY 4096

/* Clear text before TLS that is read on one connection: greetings, capabilities
 * and authentication are some kilobytes, a mail has any length. */
#define TW_MAX_TEXT_LINE 8192u
#define TW_MAX_TALK (256u << 10)

#endif
