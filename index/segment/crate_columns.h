/* What lists and ranking need of every crate, in arrays by rank: one block of little-endian numbers
   that is used where it lies. */
#ifndef CRATEDEX_INDEX_CRATE_COLUMNS_H
#define CRATEDEX_INDEX_CRATE_COLUMNS_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The orders in which crates can be listed, each precomputed. */
enum crate_order {
    CRATE_ORDER_ALPHABETICAL,     /* canonical name, then name */
    CRATE_ORDER_DOWNLOADS,        /* most first, then highest id */
    CRATE_ORDER_RECENT_DOWNLOADS, /* most first, those without any last, then highest id */
    CRATE_ORDER_RECENT_UPDATES,   /* last updated first, then highest id */
    CRATE_ORDER_NEW               /* last created first, then highest id */
};
#define N_CRATE_ORDERS 5

/* The recent downloads of a crate that has no day of them: less than any sum, zero included. */
#define CRATE_NO_RECENT_DOWNLOADS INT64_MIN

/* Signals of the second stage of ranking (search_rerank.c), which are read of one crate together,
   so that they lie side by side. */
struct crate_signals {
    float dependents;  /* log(1 + dependents), as a share of the most */
    float downloads;   /* log(1 + downloads), as a share of the most */
    float versions;    /* log(1 + number of versions) */
    float description; /* log(1 + bytes of the description) */
    float family;      /* log(1 + crates whose canonical name is this one, `_` and more) */
};
#define N_CRATE_SIGNALS (sizeof(struct crate_signals) / sizeof(float))

/* What the block is built from: one a crate, in order of rank. */
struct crate_column_row {
    const char *name;
    uint32_t name_length;
    int64_t id;
    int64_t downloads;
    int64_t recent_downloads; /* or CRATE_NO_RECENT_DOWNLOADS */
    int64_t created_at;
    int64_t updated_at;
    float popularity;
    struct crate_signals signals;
    bool is_yanked;
};

/* Appends the block to `block`. Returns 0, or -1 when memory runs out or names pass 4 GiB. */
int crate_columns_build(const struct crate_column_row *rows, uint32_t n_rows,
                        msgpack_sbuffer *block, struct error *error);

/* The open block. Arrays are indexed by rank - 1; `orders` hold ranks. Borrowed from the block. */
struct crate_columns {
    uint32_t n_crates;
    const int64_t *ids;
    const int64_t *downloads;
    const int64_t *recent_downloads;
    const int64_t *created_at;
    const int64_t *updated_at;
    const float *popularity;
    const struct crate_signals *signals;
    const uint32_t *name_offsets; /* n_crates + 1 of them */
    const uint32_t *orders[N_CRATE_ORDERS];
    const uint8_t *yanked;
    const char *names;
    const char *canonical_names; /* as long as the names, at the same offsets */
};

/* Opens a block, which must be aligned to 8 bytes and outlive the columns. Checks sizes, name
   offsets, that every order is a permutation of the ranks in order, that the popularity is in 0 … 1
   and does not rise. Returns 0 or -1. */
int crate_columns_open(struct crate_columns *columns, const void *block, size_t size,
                       struct error *error);

/* The value by which an order sorts (all but the alphabetical). */
int64_t crate_columns_sort_value(const struct crate_columns *columns, enum crate_order order,
                                 uint32_t rank);

/* Compares two names as the alphabetical order does: canonical form, then bytes. */
int crate_name_compare(const char *left, size_t left_length, const char *right,
                       size_t right_length);

#endif
