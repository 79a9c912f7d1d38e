/* A table is a B-tree of pages (https://www.sqlite.org/fileformat2.html, section 1.6): inner pages
   hold keys in order, each with the page of all rows up to it, and leaves the rows themselves. On a
   page the places of its cells stand in front, in order of their keys, so that a binary search
   finds the next page or the row. A row begins with the types of its columns, which give their
   sizes (section 2.1).

   The way down touches a dozen places all over the file, so it is gone once for a row; after that
   its leaf is known, and known to be checked. Threads that note it at the same time note the same.

   Nothing that is read is trusted: every number is compared with the end of its page or file. */
#include "index/segment/table_rows.h"

#include "index/base/database.h"

#include <stdlib.h>
#include <string.h>

#define INNER_PAGE 0x05
#define INNER_HEADER_BYTES 12
#define RIGHTMOST_AT 8
#define LEAF_PAGE 0x0d
#define LEAF_HEADER_BYTES 8
#define N_CELLS_AT 3
#define CHILD_BYTES 4
#define MAX_DEPTH 20
#define MAX_VARINT_BYTES 9
#define MIN_BLOB_TYPE 12 /* even: a blob of (type - 12) / 2 bytes; odd: a text of (type - 13) / 2 */

static uint32_t read_u16(const unsigned char *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t read_u32(const unsigned char *at)
{
    return read_u16(at) << 16 | read_u16(at + 2);
}

/* Reads a number of 7 bits a byte, most significant first; the ninth byte has 8. Returns what comes
   behind it, NULL where the page ends before. */
static const unsigned char *read_varint(const unsigned char *at, const unsigned char *end,
                                        uint64_t *number)
{
    *number = 0;
    for (unsigned i = 1; at < end; i++, at++) {
        if (i == MAX_VARINT_BYTES) {
            *number = *number << 8 | *at;
            return at + 1;
        }
        *number = *number << 7 | (*at & 0x7f);
        if ((*at & 0x80) == 0)
            return at + 1;
    }
    return NULL;
}

/* A page of the tree. */
struct page {
    const unsigned char *bytes;
    const unsigned char *end;
    const unsigned char *cells; /* two bytes each: where it begins on the page */
    uint32_t n_cells;
    bool is_leaf;
};

/* Opens a page that was checked. */
static bool open_page(const struct table_rows *rows, uint32_t number, struct page *page)
{
    page->bytes = index_pages_page(rows->pages, number);
    page->end = page->bytes + INDEX_PAGE_BYTES;
    page->is_leaf = page->bytes[0] == LEAF_PAGE;
    if (!page->is_leaf && page->bytes[0] != INNER_PAGE)
        return false;
    page->n_cells = read_u16(page->bytes + N_CELLS_AT);
    page->cells = page->bytes + (page->is_leaf ? LEAF_HEADER_BYTES : INNER_HEADER_BYTES);
    return (size_t)(page->end - page->cells) >= 2 * (size_t)page->n_cells;
}

/* Reads a cell's key. Returns what comes behind it; NULL where that is not on the page. */
static const unsigned char *read_key(const struct page *page, uint32_t cell, int64_t *key,
                                     uint64_t *payload_bytes)
{
    const unsigned char *at = page->bytes + read_u16(page->cells + 2 * (size_t)cell);
    uint64_t number;
    if (page->is_leaf)
        at = read_varint(at, page->end, payload_bytes);
    else
        at += CHILD_BYTES;
    if (at != NULL)
        at = read_varint(at, page->end, &number);
    if (at != NULL)
        *key = (int64_t)number;
    return at;
}

/* The first cell whose key is not below `key`; n_cells where there is none. Returns false on
   damage. */
static bool find_cell(const struct page *page, int64_t key, uint32_t *cell)
{
    uint32_t low = 0;
    uint32_t high = page->n_cells;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint64_t payload_bytes;
        int64_t found;
        if (read_key(page, middle, &found, &payload_bytes) == NULL)
            return false;
        if (found < key)
            low = middle + 1;
        else
            high = middle;
    }
    *cell = low;
    return true;
}

/* Goes down to the leaf that has the key, if any has. Stores its number and opens it. */
static bool go_down(const struct table_rows *rows, int64_t key, uint32_t *number, struct page *page)
{
    *number = rows->root;
    for (unsigned depth = 0; depth < MAX_DEPTH; depth++) {
        uint32_t cell;
        /* Page 1 has another header in front and is no table's. */
        if (*number < 2 || !index_pages_check(rows->pages, *number) ||
            !open_page(rows, *number, page))
            return false;
        if (page->is_leaf)
            return true;
        if (!find_cell(page, key, &cell))
            return false;
        const unsigned char *child = cell == page->n_cells
                                         ? page->bytes + RIGHTMOST_AT
                                         : page->bytes + read_u16(page->cells + 2 * (size_t)cell);
        if (page->end - child < CHILD_BYTES)
            return false;
        *number = read_u32(child);
    }
    return false;
}

static bool find_leaf(const struct table_rows *rows, int64_t key, struct page *page)
{
    bool is_kept = key >= 0 && key < rows->n_leaves;
    uint32_t number = is_kept ? atomic_load_explicit(&rows->leaves[key], memory_order_relaxed) : 0;
    if (number != 0)
        return open_page(rows, number, page);
    if (!go_down(rows, key, &number, page))
        return false;
    if (is_kept)
        atomic_store_explicit(&rows->leaves[key], number, memory_order_relaxed);
    return true;
}

static uint64_t value_bytes(uint64_t type)
{
    static const uint8_t of_numbers[MIN_BLOB_TYPE] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < MIN_BLOB_TYPE ? of_numbers[type] : (type - MIN_BLOB_TYPE) / 2;
}

/* Finds a column in a row, which begins with the size of its header. */
static bool find_column(const unsigned char *row, const unsigned char *end, unsigned column,
                        const void **bytes, size_t *size)
{
    uint64_t header_bytes;
    const unsigned char *at = read_varint(row, end, &header_bytes);
    if (at == NULL || header_bytes > (size_t)(end - row))
        return false;
    const unsigned char *header_end = row + header_bytes;
    const unsigned char *value = header_end;
    for (unsigned i = 0;; i++) {
        uint64_t type;
        at = read_varint(at, header_end, &type);
        if (at == NULL || value_bytes(type) > (size_t)(end - value))
            return false;
        if (i == column) {
            *bytes = value;
            *size = (size_t)value_bytes(type);
            return type >= MIN_BLOB_TYPE && *size > 0;
        }
        value += value_bytes(type);
    }
}

bool table_rows_find(const struct table_rows *rows, int64_t key, unsigned column,
                     const void **bytes, size_t *size)
{
    struct page page;
    uint32_t cell;
    int64_t found = 0;
    uint64_t row_bytes = 0;
    if (!find_leaf(rows, key, &page) || !find_cell(&page, key, &cell) || cell == page.n_cells)
        return false;
    const unsigned char *row = read_key(&page, cell, &found, &row_bytes);
    /* A longer row goes on elsewhere (section 1.6: "X is U-35"). */
    if (row == NULL || found != key || row_bytes > INDEX_PAGE_BYTES - 35 ||
        row_bytes > (size_t)(page.end - row))
        return false;
    return find_column(row, row + row_bytes, column, bytes, size);
}

static int find_root(struct table_rows *rows, sqlite3 *database, const char *name,
                     struct error *error)
{
    sqlite3_stmt *select = database_prepare(
        database, "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?1", error);
    if (select == NULL)
        return -1;
    sqlite3_bind_text(select, 1, name, -1, SQLITE_STATIC);
    int found = database_step(select, error);
    if (found == 1)
        rows->root = (uint32_t)sqlite3_column_int64(select, 0);
    else if (found == 0)
        error_set(error, "the table %s is missing", name);
    sqlite3_finalize(select);
    return found == 1 ? 0 : -1;
}

int table_rows_open(struct table_rows *rows, sqlite3 *database, const char *name, uint32_t max_key,
                    struct index_pages *pages, struct error *error)
{
    memset(rows, 0, sizeof *rows);
    if (find_root(rows, database, name, error) != 0)
        return -1;
    rows->leaves = calloc((size_t)max_key + 1, sizeof *rows->leaves);
    if (rows->leaves == NULL)
        return error_out_of_memory(error);
    rows->n_leaves = max_key + 1;
    rows->pages = pages;
    return 0;
}

void table_rows_close(struct table_rows *rows)
{
    free(rows->leaves);
    rows->leaves = NULL;
    rows->n_leaves = 0;
}
