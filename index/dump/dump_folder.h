/* A dump that is a folder. */
#ifndef CRATEDEX_INDEX_DUMP_FOLDER_H
#define CRATEDEX_INDEX_DUMP_FOLDER_H

#include "index/dump/dump_budget.h"
#include "index/dump/dump_name.h"
#include "index/dump/dump_source.h"

extern const struct dump_source dump_folder_source;

/* `names` and `budget` outlive the state that is returned. Fills `names` at once and stores the
   size of all members in `n_bytes`. */
void *dump_folder_open(const char *path, struct dump_names *names, struct dump_budget *budget,
                       uint64_t *n_bytes, struct error *error);

#endif
