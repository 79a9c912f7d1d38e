/* Rows of one table, read from the mapped file without SQLite: what an answer copies ten of takes
   it longer to find than the rest of the answer to write. The file never changes, so there is
   nothing to lock and nothing to begin or end; on which page a row was found is remembered. */
#ifndef CRATEDEX_INDEX_TABLE_ROWS_H
#define CRATEDEX_INDEX_TABLE_ROWS_H

#include "index/segment/index_pages.h"

#include <cratedex/error.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_rows {
    struct index_pages *pages;
    uint32_t root; /* page */
    /* By key, from 0 on: the page where the row was found before; 0: not yet. */
    _Atomic(uint32_t) *leaves;
    uint32_t n_leaves;
};

/* Opens the rows of the table `name`, whose key must be an INTEGER PRIMARY KEY, in the pages, which
   must outlive them and which `database` reads too. Of keys up to `max_key` the pages are
   remembered, in 4 bytes each. Returns 0 or -1 (no such table, memory). */
int table_rows_open(struct table_rows *rows, sqlite3 *database, const char *name, uint32_t max_key,
                    struct index_pages *pages, struct error *error);

/* For rows that could not be opened, too. */
void table_rows_close(struct table_rows *rows);

/* Lets the processor fetch the page of a row that will be looked for soon, if it is known. */
static inline void table_rows_fetch(const struct table_rows *rows, uint32_t key)
{
    if (key >= rows->n_leaves)
        return;
    uint32_t number = atomic_load_explicit(&rows->leaves[key], memory_order_relaxed);
    if (number != 0)
        __builtin_prefetch(index_pages_page(rows->pages, number));
}

/* Finds a column (from 0) of the row with that key. Returns true and stores the bytes of a text or
   a blob, which lie in the pages. Returns false where SQLite has to be asked
   instead, which knows what is wrong, if anything is: there is no such row, it does not fit into a
   page, the value is of another type, or the pages are damaged or not what SQLite writes. O(log n);
   any thread may call it. */
bool table_rows_find(const struct table_rows *rows, int64_t key, unsigned column,
                     const void **bytes, size_t *size);

#endif
