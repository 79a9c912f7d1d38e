/* Any bytes as a part of an index file: the first byte says which, the rest is the block. Where it
   opens, every lookup must be safe and keep its promises. */
#include "index/crate_columns.h"
#include "index/name_substrings.h"
#include "index/postings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define N_CRATES 5

/* The columns that postings and substrings are opened over. */
static void build_columns(msgpack_sbuffer *block, struct crate_columns *columns)
{
    static const char *const names[N_CRATES] = {"serde", "serde_json", "Fizz-Buzz", "b", "x86_64"};
    struct crate_column_row rows[N_CRATES] = {{0}};
    for (uint32_t i = 0; i < N_CRATES; i++) {
        rows[i].name = names[i];
        rows[i].name_length = (uint32_t)strlen(names[i]);
        rows[i].id = (int64_t)i + 1;
    }
    msgpack_sbuffer_init(block);
    if (crate_columns_build(rows, N_CRATES, block, NULL) != 0 ||
        crate_columns_open(columns, block->data, block->size, NULL) != 0)
        abort();
}

static void check_columns(const void *block, size_t size)
{
    struct crate_columns columns;
    if (crate_columns_open(&columns, block, size, NULL) != 0)
        return;
    for (int order = 0; order < N_CRATE_ORDERS; order++) {
        for (uint32_t i = 0; i < columns.n_crates; i++) {
            uint32_t rank = columns.orders[order][i];
            if (rank == 0 || rank > columns.n_crates)
                abort();
            uint32_t start = columns.name_offsets[rank - 1];
            size_t length = columns.name_offsets[rank] - start;
            if (crate_name_compare(columns.names + start, length, columns.names + start, length) !=
                0)
                abort();
            if (i > 0 && order != CRATE_ORDER_ALPHABETICAL &&
                crate_columns_sort_value(&columns, (enum crate_order)order,
                                         columns.orders[order][i - 1]) <
                    crate_columns_sort_value(&columns, (enum crate_order)order, rank))
                abort();
        }
    }
}

static int compare_lists(const void *left, const void *right)
{
    uint32_t left_n = ((const struct posting_list *)left)->n;
    uint32_t right_n = ((const struct posting_list *)right)->n;
    return left_n < right_n ? -1 : left_n > right_n;
}

static bool has_rank(struct posting_list list, uint32_t rank)
{
    for (uint32_t i = 0; i < list.n; i++) {
        if (list.ranks[i] == rank)
            return true;
    }
    return false;
}

static void check_postings(const void *block, size_t size)
{
    struct postings postings;
    if (postings_open(&postings, N_CRATES, block, size, NULL) != 0)
        return;
    uint32_t n_terms = postings.n_terms < 8 ? postings.n_terms : 8;
    for (uint32_t left = 1; left <= n_terms; left++) {
        for (uint32_t right = 1; right <= n_terms; right++) {
            struct posting_list lists[] = {postings_of(&postings, left),
                                           postings_of(&postings, right)};
            bool expected[N_CRATES + 1] = {false};
            for (uint32_t rank = 1; rank <= N_CRATES; rank++)
                expected[rank] = has_rank(lists[0], rank) && has_rank(lists[1], rank);
            qsort(lists, 2, sizeof *lists, compare_lists);
            enum posting_field field;
            uint32_t rank;
            uint32_t last = 0;
            while ((rank = posting_lists_next(lists, 2, &field)) != 0) {
                if (rank <= last || rank > N_CRATES || !expected[rank])
                    abort();
                expected[rank] = false;
                last = rank;
            }
            for (rank = 1; rank <= N_CRATES; rank++) {
                if (expected[rank])
                    abort();
            }
        }
    }
}

static void check_substrings(const void *block, size_t size)
{
    static const char *const texts[] = {"", "s", "ser", "json", "fizz_b", "86_64", "\xff", "zz"};
    msgpack_sbuffer columns_block;
    struct crate_columns columns;
    struct name_substrings substrings;
    build_columns(&columns_block, &columns);
    if (name_substrings_open(&substrings, &columns, block, size, NULL) == 0) {
        const struct name_places *lists[] = {&substrings.anywhere, &substrings.word_starts};
        for (size_t i = 0; i < 2 * sizeof texts / sizeof *texts; i++) {
            const struct name_places *places = lists[i % 2];
            const char *text = texts[i / 2];
            uint32_t first;
            uint32_t n = name_places_find(&substrings, places, text, strlen(text), &first);
            if (first > places->n || n > places->n - first)
                abort();
            for (uint32_t at = first; at < first + n; at++) {
                uint32_t start = columns.name_offsets[places->ranks[at] - 1] + places->offsets[at];
                if (columns.name_offsets[places->ranks[at]] - start < strlen(text) ||
                    memcmp(columns.canonical_names + start, text, strlen(text)) != 0)
                    abort();
            }
        }
    }
    msgpack_sbuffer_destroy(&columns_block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    /* Aligned, as the blocks of an open index are. */
    void *block = malloc(size);
    if (block == NULL)
        abort();
    memcpy(block, data + 1, size - 1);
    switch (data[0]) {
    case 'c':
        check_columns(block, size - 1);
        break;
    case 'p':
        check_postings(block, size - 1);
        break;
    default:
        check_substrings(block, size - 1);
        break;
    }
    free(block);
    return 0;
}
