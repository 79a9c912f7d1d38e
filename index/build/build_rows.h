/* Rows that the builder makes out of other rows: stored by a build, or, by a build that only
   compares (build_check), looked for in the file that is there. */
#ifndef CRATEDEX_INDEX_BUILD_ROWS_H
#define CRATEDEX_INDEX_BUILD_ROWS_H

#include "index/build/build_state.h"

struct build_rows {
    const char *table;
    sqlite3_stmt *statement; /* its parameters ?1, ?2, … are the columns */
    bool is_check;
};

/* Prepares rows of `table`, whose name must be one static string. Returns 0 or -1; close them in
   both cases. */
int build_rows_open(struct build_rows *rows, const struct build *build, const char *table,
                    struct error *error);

/* Stores the row whose values are bound, or looks for it. `key`, its first column, is for the
   error. Returns 0 or -1. */
int build_rows_put(struct build_rows *rows, int64_t key, struct error *error);

void build_rows_close(struct build_rows *rows);

#endif
