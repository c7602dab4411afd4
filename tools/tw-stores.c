/* tw-stores: root stores, as their vendors gave them. */
#include "cli.h"
#include "stores.h"

#include <string.h>

static const struct stores_verb *const verbs[] = { &stores_list, &stores_show, &stores_import, &stores_export, &stores_diff,
	&stores_history, &stores_overlap, &stores_check, NULL };

static const char head[] =
	"usage: tw-stores VERB [OPTION]... [ARGUMENT]...\n"
	"\n"
	"What vendors' root stores held, and what they say of their certificates.\n"
	"\n";
static const char foot[] =
	"\n"
	"tw-stores VERB --help says more of each; --version; docs/rootstores.md\n"
	"Exit status: 0 done; 1 the answer is no; 2 usage, unreadable or unusable input,\n"
	"failed write.\n";

static int help(void)
{
	struct tw_buf b = { 0 };

	tw_buf_adds(&b, head);
	for (const struct stores_verb *const *v = verbs; *v; v++)
		tw_buf_addf(&b, "  %-10s %s\n", (*v)->name, (*v)->help);
	tw_buf_adds(&b, foot);
	tw_buf_addc(&b, 0);
	int status = cli_say((const char *)b.p);
	tw_buf_free(&b);
	return status;
}

int main(int argc, char **argv)
{
	cli_start("tw-stores", false);
	if (argc < 2)
		return cli_usage("no verb; --help names them");
	if (!strcmp(argv[1], "--help"))
		return help();
	if (!strcmp(argv[1], "--version"))
		return cli_version();
	for (const struct stores_verb *const *v = verbs; *v; v++)
		if (!strcmp((*v)->name, argv[1]))
			return (*v)->run(argc - 1, argv + 1);
	return cli_usage("%s: no such verb; --help names them", argv[1]);
}
