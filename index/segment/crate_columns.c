/* Layout: a header (magic, number of crates, bytes of names, zero), then the arrays in the order of
   struct crate_columns, the 64-bit ones first, so that everything is aligned when the block is. The
   orders are sorted once here; at run time a list is a walk along one of them.

   The block is read with plain loads: the format is little-endian, and so must the machine be. */
#define _GNU_SOURCE /* qsort_r */
#include "index/segment/crate_columns.h"

#include "index/base/bitmap.h"

#include <cratedex/canonical_name.h>
#include <cratedex/index_format.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the file format is little-endian");

#define COLUMNS_MAGIC 0x4c4f4343u /* "CCOL" */
#define HEADER_BYTES 16
#define N_INT64_COLUMNS 5
#define MAX_SIGNAL 64.0f /* no logarithm of a 64-bit number is larger */

struct header {
    uint32_t magic;
    uint32_t n_crates;
    uint32_t n_name_bytes;
    uint32_t zero;
};
_Static_assert(sizeof(struct header) == HEADER_BYTES, "the header has no padding");
_Static_assert(sizeof(struct crate_signals) == 20, "signals have no padding");

static uint64_t block_size(uint64_t n_crates, uint64_t n_name_bytes)
{
    return HEADER_BYTES + N_INT64_COLUMNS * 8 * n_crates + 4 * n_crates +
           sizeof(struct crate_signals) * n_crates + 4 * (n_crates + 1) /* name offsets */ +
           N_CRATE_ORDERS * 4 * n_crates + n_crates + 2 * n_name_bytes;
}

int crate_name_compare(const char *left, size_t left_length, const char *right, size_t right_length)
{
    size_t shorter = left_length < right_length ? left_length : right_length;
    for (size_t i = 0; i < shorter; i++) {
        unsigned char pair[2];
        canonical_name((char *)&pair[0], left + i, 1);
        canonical_name((char *)&pair[1], right + i, 1);
        if (pair[0] != pair[1])
            return pair[0] < pair[1] ? -1 : 1;
    }
    if (left_length != right_length)
        return left_length < right_length ? -1 : 1;
    return memcmp(left, right, left_length);
}

static int64_t row_value(const struct crate_column_row *row, enum crate_order order)
{
    switch (order) {
    case CRATE_ORDER_DOWNLOADS:
        return row->downloads;
    case CRATE_ORDER_RECENT_DOWNLOADS:
        return row->recent_downloads;
    case CRATE_ORDER_RECENT_UPDATES:
        return row->updated_at;
    case CRATE_ORDER_NEW:
        return row->created_at;
    default:
        return 0;
    }
}

struct order_context {
    const struct crate_column_row *rows;
    enum crate_order order;
};

static int compare_ranks(const void *left_rank, const void *right_rank, void *context)
{
    const struct order_context *by = context;
    const struct crate_column_row *left = &by->rows[*(const uint32_t *)left_rank - 1];
    const struct crate_column_row *right = &by->rows[*(const uint32_t *)right_rank - 1];
    if (by->order == CRATE_ORDER_ALPHABETICAL) {
        int names =
            crate_name_compare(left->name, left->name_length, right->name, right->name_length);
        if (names != 0)
            return names;
    } else {
        int64_t left_value = row_value(left, by->order);
        int64_t right_value = row_value(right, by->order);
        if (left_value != right_value)
            return left_value > right_value ? -1 : 1;
    }
    return left->id > right->id ? -1 : left->id < right->id;
}

static bool append(msgpack_sbuffer *block, const void *bytes, size_t size)
{
    return size == 0 || msgpack_sbuffer_write(block, bytes, size) == 0;
}

static bool append_orders(const struct crate_column_row *rows, uint32_t n_rows,
                          msgpack_sbuffer *block)
{
    uint32_t *ranks = malloc(((size_t)n_rows + 1) * sizeof *ranks);
    if (ranks == NULL)
        return false;
    bool ok = true;
    for (int order = 0; order < N_CRATE_ORDERS && ok; order++) {
        struct order_context context = {rows, (enum crate_order)order};
        for (uint32_t i = 0; i < n_rows; i++)
            ranks[i] = i + 1;
        qsort_r(ranks, n_rows, sizeof *ranks, compare_ranks, &context);
        ok = append(block, ranks, (size_t)n_rows * sizeof *ranks);
    }
    free(ranks);
    return ok;
}

static bool append_names(const struct crate_column_row *rows, uint32_t n_rows,
                         msgpack_sbuffer *block)
{
    for (uint32_t i = 0; i < n_rows; i++) {
        if (!append(block, rows[i].name, rows[i].name_length))
            return false;
    }
    for (uint32_t i = 0; i < n_rows; i++) {
        if (!append(block, rows[i].name, rows[i].name_length))
            return false;
        char *copy = block->data + block->size - rows[i].name_length;
        canonical_name(copy, copy, rows[i].name_length);
    }
    return true;
}

int crate_columns_build(const struct crate_column_row *rows, uint32_t n_rows,
                        msgpack_sbuffer *block, struct error *error)
{
    uint64_t n_name_bytes = 0;
    for (uint32_t i = 0; i < n_rows; i++)
        n_name_bytes += rows[i].name_length;
    if (n_name_bytes > UINT32_MAX)
        return error_set(error, "the crate names together pass 4 GiB");
    struct header header = {COLUMNS_MAGIC, n_rows, (uint32_t)n_name_bytes, 0};
    bool failed = !append(block, &header, sizeof header);
    static const size_t wide_columns[N_INT64_COLUMNS] = {
        offsetof(struct crate_column_row, id),
        offsetof(struct crate_column_row, downloads),
        offsetof(struct crate_column_row, recent_downloads),
        offsetof(struct crate_column_row, created_at),
        offsetof(struct crate_column_row, updated_at),
    };
    for (int column = 0; column < N_INT64_COLUMNS; column++) {
        for (uint32_t i = 0; i < n_rows && !failed; i++)
            failed = !append(block, (const char *)&rows[i] + wide_columns[column], sizeof(int64_t));
    }
    for (uint32_t i = 0; i < n_rows && !failed; i++)
        failed = !append(block, &rows[i].popularity, sizeof rows[i].popularity);
    for (uint32_t i = 0; i < n_rows && !failed; i++)
        failed = !append(block, &rows[i].signals, sizeof rows[i].signals);
    uint32_t offset = 0;
    for (uint32_t i = 0; i <= n_rows && !failed; i++) {
        failed = !append(block, &offset, sizeof offset);
        offset += i < n_rows ? rows[i].name_length : 0;
    }
    failed = failed || !append_orders(rows, n_rows, block);
    for (uint32_t i = 0; i < n_rows && !failed; i++) {
        uint8_t yanked = rows[i].is_yanked;
        failed = !append(block, &yanked, 1);
    }
    failed = failed || !append_names(rows, n_rows, block);
    return failed ? error_out_of_memory(error) : 0;
}

int64_t crate_columns_sort_value(const struct crate_columns *columns, enum crate_order order,
                                 uint32_t rank)
{
    switch (order) {
    case CRATE_ORDER_DOWNLOADS:
        return columns->downloads[rank - 1];
    case CRATE_ORDER_RECENT_DOWNLOADS:
        return columns->recent_downloads[rank - 1];
    case CRATE_ORDER_RECENT_UPDATES:
        return columns->updated_at[rank - 1];
    case CRATE_ORDER_NEW:
        return columns->created_at[rank - 1];
    default:
        return 0;
    }
}

/* The same as crate_name_compare, by the canonical forms that are stored. */
static int compare_stored_names(const struct crate_columns *columns, uint32_t left, uint32_t right)
{
    const uint32_t *offsets = columns->name_offsets;
    uint32_t left_length = offsets[left] - offsets[left - 1];
    uint32_t right_length = offsets[right] - offsets[right - 1];
    uint32_t shorter = left_length < right_length ? left_length : right_length;
    int order = memcmp(columns->canonical_names + offsets[left - 1],
                       columns->canonical_names + offsets[right - 1], shorter);
    if (order != 0)
        return order;
    if (left_length != right_length)
        return left_length < right_length ? -1 : 1;
    return memcmp(columns->names + offsets[left - 1], columns->names + offsets[right - 1],
                  left_length);
}

/* True when the order lists every rank once, in the order it promises. */
static bool order_is_true(const struct crate_columns *columns, enum crate_order order,
                          uint64_t *seen)
{
    const uint32_t *ranks = columns->orders[order];
    bitmap_reset(seen, bitmap_n_words(columns->n_crates + 1));
    for (uint32_t i = 0; i < columns->n_crates; i++) {
        uint32_t rank = ranks[i];
        if (rank == 0 || rank > columns->n_crates || bitmap_test(seen, rank))
            return false;
        bitmap_set(seen, rank);
        if (i == 0)
            continue;
        uint32_t before = ranks[i - 1];
        if (order == CRATE_ORDER_ALPHABETICAL) {
            if (compare_stored_names(columns, before, rank) > 0)
                return false;
        } else if (crate_columns_sort_value(columns, order, before) <
                   crate_columns_sort_value(columns, order, rank)) {
            return false;
        }
    }
    return true;
}

static bool canonical_names_are_true(const struct crate_columns *columns, uint32_t n_name_bytes)
{
    char canonical[4096];
    for (uint32_t at = 0; at < n_name_bytes; at += (uint32_t)sizeof canonical) {
        uint32_t left = n_name_bytes - at;
        size_t n = left < sizeof canonical ? left : sizeof canonical;
        canonical_name(canonical, columns->names + at, n);
        if (memcmp(canonical, columns->canonical_names + at, n) != 0)
            return false;
    }
    return true;
}

/* `seen` has a bit for every rank. */
static bool orders_are_true(const struct crate_columns *columns, uint64_t *seen)
{
    for (int order = 0; order < N_CRATE_ORDERS; order++) {
        if (!order_is_true(columns, (enum crate_order)order, seen))
            return false;
    }
    return true;
}

static bool columns_are_true(const struct crate_columns *columns, uint32_t n_name_bytes)
{
    uint32_t n = columns->n_crates;
    if (columns->name_offsets[0] != 0 || columns->name_offsets[n] != n_name_bytes ||
        !canonical_names_are_true(columns, n_name_bytes))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        float popularity = columns->popularity[i];
        uint32_t start = columns->name_offsets[i];
        uint32_t end = columns->name_offsets[i + 1];
        if (start >= end || end - start > INDEX_MAX_NAME_BYTES || columns->yanked[i] > 1)
            return false;
        if (!(popularity >= 0 && popularity <= 1) ||
            (i > 0 && popularity > columns->popularity[i - 1]))
            return false;
        float signals[N_CRATE_SIGNALS];
        memcpy(signals, &columns->signals[i], sizeof signals);
        for (size_t s = 0; s < N_CRATE_SIGNALS; s++) {
            if (!(signals[s] >= 0 && signals[s] <= MAX_SIGNAL))
                return false;
        }
    }
    return true;
}

int crate_columns_open(struct crate_columns *columns, const void *block, size_t size,
                       struct error *error)
{
    struct header header;
    if (size < sizeof header)
        return error_set(error, "the crate columns are cut short");
    memcpy(&header, block, sizeof header);
    if (header.magic != COLUMNS_MAGIC || header.zero != 0 || header.n_crates == UINT32_MAX ||
        block_size(header.n_crates, header.n_name_bytes) != size)
        return error_set(error, "the crate columns have a wrong header or size");
    size_t n = header.n_crates;
    const unsigned char *at = (const unsigned char *)block + sizeof header;
    const int64_t *wide = (const void *)at;
    columns->n_crates = header.n_crates;
    columns->ids = wide;
    columns->downloads = wide + n;
    columns->recent_downloads = wide + 2 * n;
    columns->created_at = wide + 3 * n;
    columns->updated_at = wide + 4 * n;
    at += N_INT64_COLUMNS * 8 * n;
    columns->popularity = (const void *)at;
    at += sizeof(float) * n;
    columns->signals = (const void *)at;
    at += sizeof(struct crate_signals) * n;
    columns->name_offsets = (const void *)at;
    at += 4 * (n + 1);
    for (int order = 0; order < N_CRATE_ORDERS; order++, at += 4 * n)
        columns->orders[order] = (const void *)at;
    columns->yanked = at;
    columns->names = (const char *)at + n;
    columns->canonical_names = columns->names + header.n_name_bytes;
    uint64_t *seen = malloc((bitmap_n_words(columns->n_crates + 1) + 1) * sizeof *seen);
    if (seen == NULL)
        return error_out_of_memory(error);
    bool ok = columns_are_true(columns, header.n_name_bytes) && orders_are_true(columns, seen);
    free(seen);
    return ok ? 0 : error_set(error, "the crate columns are damaged");
}
