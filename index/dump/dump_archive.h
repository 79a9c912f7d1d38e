/* A dump that is packed: .tar.gz, .zip. */
#ifndef CRATEDEX_INDEX_DUMP_ARCHIVE_H
#define CRATEDEX_INDEX_DUMP_ARCHIVE_H

#include "index/dump/dump_budget.h"
#include "index/dump/dump_name.h"
#include "index/dump/dump_source.h"

extern const struct dump_source dump_archive_source;

/* `names` and `budget` outlive the state that is returned. */
void *dump_archive_open(const char *path, struct dump_names *names, struct dump_budget *budget,
                        struct error *error);

#endif
