/* stores.h: the verbs of tw-stores. A new one is its file stores_VERB.c and
 * its line in tw-stores.c. */
#ifndef TW_STORES_H
#define TW_STORES_H

struct stores_verb {
	const char *name, *help;
	int (*run)(int argc, char **argv); /* argv[0] is the verb; the exit status */
};
extern const struct stores_verb stores_import;

#endif
