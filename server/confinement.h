/* The sandbox of a server with certain options. */
#ifndef CRATEDEX_SERVER_CONFINEMENT_H
#define CRATEDEX_SERVER_CONFINEMENT_H

#include "server/options.h"

#include <cratedex/error.h>

/* Confines the process, which must have no other thread, to what these options need while they and
   the index are loaded again, logs are opened again and downloads are counted. The names of hosts
   in them are replaced by addresses. Says on standard error where the kernel cannot confine files.
   Returns 0, or -1 and why the process is not to go on. */
int confine(struct options *options, struct error *error);

#endif
