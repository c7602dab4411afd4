/* cli.h: what the mains share: messages about usage, --help, --version. */
#ifndef TW_CLI_H
#define TW_CLI_H

#include "base/base.h"

/* Names the tool, in messages and for --version. Call it first, and again
 * with the value of -q once the options are read. */
void cli_start(const char *tool, bool quiet);
/* Says why, and to see --help. Returns 2, the exit status. */
int cli_usage(const char *fmt, ...) TW_PRINTF(1, 2);
/* The same about the option at which getopt_long returned '?' or ':' (opterr
 * is 0, and the short options begin with a colon). */
int cli_bad_option(int c, char *const *argv);
/* Prints text on standard output. The exit status: 0, or 2 after tw_error. */
int cli_say(const char *text);
/* The end of what was written to standard output; written says whether all of
 * it could be. The exit status as above. */
int cli_flush(bool written);
/* --version. The exit status as above. */
int cli_version(void);
/* --threads: a number from 1 to 1024. False where v is none. *threads, unless
 * NULL (a tool without work for several), is what of it is used. */
bool cli_threads(const char *v, unsigned *threads);
/* --revocation: known or require. False where v is neither. */
bool cli_revocation(const char *v, bool *require);
/* Can all the n inputs ("-" aside) be opened? -1 after tw_error for each that
 * cannot: hours of work are not begun for a misspelt name. */
int cli_inputs(char *const *paths, int n) TW_CHECK;

/* --follow: the exit status where FILE or ROWS is none that grows, else -1. */
int cli_follow(const char *file, const char *rows);

#endif
