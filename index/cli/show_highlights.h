/* Where a hit has what was searched for, shown in the table. */
#ifndef CRATEDEX_INDEX_CLI_SHOW_HIGHLIGHTS_H
#define CRATEDEX_INDEX_CLI_SHOW_HIGHLIGHTS_H

#include "index/cli/table.h"

#include <cratedex/error.h>
#include <cratedex/search.h>

/* The columns of the table that have the name and the description. */
struct highlighted_columns {
    unsigned name;
    unsigned description;
};

/* Marks in the row that was added last what matched in these columns, and adds a note that says in
   which fields something did. Returns 0 or -1. */
int show_highlights(struct table *table, const struct highlighted_columns *columns,
                    struct search *search, const struct search_hit *hit, struct error *error);

#endif
