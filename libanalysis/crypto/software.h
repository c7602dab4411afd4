/* software.h: the server's software, by what its greeting says. */
#ifndef TW_SOFTWARE_H
#define TW_SOFTWARE_H

#include "base/base.h"

/* A static name, "" where no pattern is known. */
const char *tw_software(struct tw_slice banner);

#endif
