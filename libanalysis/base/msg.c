/* Words to standard error. */
#include "base/progress.h"

#include <stdarg.h>
#include <stdlib.h>

static const char *tool_name = "tlswild";
static bool tool_quiet;

void tw_msg_setup(const char *tool, bool quiet)
{
	tool_name = tool;
	tool_quiet = quiet;
}

bool tw_msg_quiet(void)
{
	return tool_quiet;
}

/* One call to the stream a message, so that threads do not mix lines. */
static void say(const char *fmt, va_list ap)
{
	char line[2048];
	int n = vsnprintf(line, sizeof line, fmt, ap);

	if (n < 0)
		return;
	tw_progress_clear();
	fprintf(stderr, "%s: %s%s\n", tool_name, line, (size_t)n >= sizeof line ? "..." : "");
}

void tw_die(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	abort();
}

void tw_error(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void tw_note(const char *fmt, ...)
{
	if (tool_quiet)
		return;
	va_list ap;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}
