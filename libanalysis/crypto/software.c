/* software.c: substrings that name a server, any case; the first that is found
 * wins, so a product stands before the words that others also use. */
#include "crypto/software.h"

#include <ctype.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *in, *name;
} patterns[] = {
	{ "Microsoft ESMTP MAIL", "Microsoft SMTP" }, { "Microsoft Exchange", "Microsoft Exchange" },
	{ "The Microsoft Exchange", "Microsoft Exchange" }, { "Cyrus", "Cyrus" }, { "Dovecot", "Dovecot" },
	{ "Courier", "Courier" }, { "qpsmtpd", "qpsmtpd" }, { "Exim", "Exim" }, { "Sendmail", "Sendmail" },
	{ "Postfix", "Postfix" }, { "OpenSMTPD", "OpenSMTPD" }, { "Haraka", "Haraka" }, { "Stalwart", "Stalwart" },
	{ "MDaemon", "MDaemon" }, { "MailEnable", "MailEnable" }, { "hMailServer", "hMailServer" },
	{ "IceWarp", "IceWarp" }, { "Merak", "IceWarp" }, { "Kerio", "Kerio" }, { "Zimbra", "Zimbra" },
	{ "CommuniGate", "CommuniGate" }, { "Lotus Domino", "Domino" }, { "IBM Domino", "Domino" },
	{ "GroupWise", "GroupWise" }, { "SurgeMail", "SurgeMail" }, { "SmarterMail", "SmarterMail" },
	{ "qmail", "qmail" }, { "netqmail", "qmail" }, { "XMail", "XMail" }, { "Axigen", "Axigen" },
	{ "PowerMTA", "PowerMTA" }, { "Gimap", "Google" }, { "gsmtp", "Google" }, { "Gpop", "Google" },
	{ "UW IMAP", "UW IMAP" }, { "IMAP4rev1 2", "UW IMAP" }, { "Qpopper", "Qpopper" }, { "Mailtraq", "Mailtraq" },
	{ "Prosody", "Prosody" }, { "ejabberd", "ejabberd" }, { "Openfire", "Openfire" }, { "Tigase", "Tigase" },
	{ "jabberd", "jabberd" }, { "MongooseIM", "MongooseIM" }, { "InspIRCd", "InspIRCd" },
	{ "UnrealIRCd", "UnrealIRCd" }, { "Unreal3", "UnrealIRCd" }, { "ircd-hybrid", "ircd-hybrid" },
	{ "ircd-seven", "ircd-seven" }, { "charybdis", "Charybdis" }, { "solanum", "Solanum" }, { "ngircd", "ngIRCd" },
	{ "bahamut", "Bahamut" }, { "ProFTPD", "ProFTPD" }, { "Pure-FTPd", "Pure-FTPd" }, { "vsFTPd", "vsftpd" },
	{ "FileZilla", "FileZilla" }, { "Microsoft FTP", "Microsoft FTP" }, { "Serv-U", "Serv-U" },
	{ "Microsoft-IIS", "Microsoft IIS" }, { "openresty", "OpenResty" }, { "nginx", "nginx" }, { "Apache", "Apache" },
	{ "lighttpd", "lighttpd" }, { "LiteSpeed", "LiteSpeed" }, { "cloudflare", "Cloudflare" }, { "Caddy", "Caddy" },
};

/* Patterns, of two letters or more, by their first letter, lower case: one pass
 * over a banner tries only those that could begin where it stands. */
enum { PATTERNS = sizeof patterns / sizeof *patterns };
static struct {
	uint8_t first[256], len[PATTERNS]; /* ordinal + 1 of the first pattern of a letter */
	uint8_t next[PATTERNS];
} by_letter;

static void build(void)
{
	_Static_assert(PATTERNS < 256, "ordinals are octets");
	for (size_t i = PATTERNS; i-- > 0;) {
		uint8_t c = (uint8_t)tolower((unsigned char)patterns[i].in[0]);
		by_letter.len[i] = (uint8_t)strlen(patterns[i].in);
		by_letter.next[i] = by_letter.first[c];
		by_letter.first[c] = (uint8_t)(i + 1);
	}
}

const char *tw_software(struct tw_slice banner)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	size_t best = PATTERNS;

	pthread_once(&once, build);
	for (size_t at = 0; at < banner.n; at++) {
		uint8_t c = banner.p[at];
		c = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
		for (uint8_t k = by_letter.first[c]; k && (size_t)k - 1 < best; k = by_letter.next[k - 1]) {
			size_t n = by_letter.len[k - 1];
			if (n <= banner.n - at && (banner.p[at + 1] | 0x20) == (patterns[k - 1].in[1] | 0x20) &&
			    !strncasecmp((const char *)banner.p + at, patterns[k - 1].in, n))
				best = (size_t)k - 1;
		}
	}
	return best < PATTERNS ? patterns[best].name : "";
}
