/* software.c: substrings that name a server, any case; the first that is found
 * wins, so a product stands before the words that others also use. */
#include "crypto/software.h"

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

static bool contains(struct tw_slice s, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i + n <= s.n; i++)
		if (!strncasecmp((const char *)s.p + i, word, n))
			return true;
	return false;
}

const char *tw_software(struct tw_slice banner)
{
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
		if (contains(banner, patterns[i].in))
			return patterns[i].name;
	return "";
}
