/* Commands of the shell that name crates. */
#ifndef CRATEDEX_INDEX_QUERY_COMMAND_H
#define CRATEDEX_INDEX_QUERY_COMMAND_H

#include "index/search/plan/query_cursor.h"
#include "index/search/plan/query_names.h"

/* Takes a command of cargo, to the end of its line, and adds the crates that it names: what is
   added, installed, removed or looked up, and what `--package` says. Returns false and takes
   nothing where there is none or it names none. */
bool query_command_take(struct query_cursor *cursor, struct query_names *names);

#endif
