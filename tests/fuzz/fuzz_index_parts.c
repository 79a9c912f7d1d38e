/* Any bytes as a part of an index file: the first byte says which, the rest is the block. Where it
   opens, every lookup must be safe and keep its promises. */
#include "index/segment/crate_columns.h"
#include "index/segment/crate_values.h"
#include "index/segment/licenses.h"
#include "index/segment/memberships.h"
#include "index/segment/name_substrings.h"
#include "index/segment/postings.h"

#include <math.h>
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
    for (uint32_t i = 0; i < columns.n_crates; i++) {
        float signals[N_CRATE_SIGNALS];
        memcpy(signals, &columns.signals[i], sizeof signals);
        for (size_t s = 0; s < N_CRATE_SIGNALS; s++) {
            if (!(signals[s] >= 0 && isfinite(signals[s])))
                abort();
        }
    }
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

static void check_postings(const void *block, size_t size)
{
    struct postings postings;
    if (postings_open(&postings, N_CRATES, block, size, NULL) != 0)
        return;
    uint32_t n_terms = postings.n_terms < 8 ? postings.n_terms : 8;
    for (uint32_t term = 1; term <= n_terms; term++) {
        struct posting_list list = postings_of(&postings, term);
        uint32_t expected = 0;
        for (uint32_t rank = 0; rank <= N_CRATES + 1; rank++) {
            while (expected < list.n && list.ranks[expected] < rank)
                expected++;
            posting_list_seek(&list, rank);
            if (list.position != expected ||
                (expected < list.n &&
                 (list.ranks[expected] > N_CRATES || list.fields[expected] == 0 ||
                  list.fields[expected] > POSTING_ALL_FIELDS)))
                abort();
        }
        if (expected != list.n)
            abort();
    }
}

static void check_memberships(const void *block, size_t size)
{
    struct memberships memberships;
    if (memberships_open(&memberships, N_CRATES, block, size, NULL) != 0)
        return;
    for (int kind = 0; kind < N_MEMBERSHIPS; kind++) {
        for (int64_t id = -1; id < 20; id++) {
            struct membership_list list = memberships_of(&memberships, (enum membership)kind, id);
            for (uint32_t i = 0; i < list.n; i++) {
                if (list.ranks[i] == 0 || list.ranks[i] > N_CRATES ||
                    (i > 0 && list.ranks[i - 1] >= list.ranks[i]))
                    abort();
            }
        }
    }
}

static void check_values(const void *block, size_t size)
{
    static const char *const texts[] = {"", "MIT", "mit", "lib", "2021", "a::", "\xff"};
    struct crate_values values;
    if (crate_values_open(&values, N_CRATES, block, size, NULL) != 0)
        return;
    for (int i = 0; i < N_CRATE_ATTRIBUTES; i++) {
        const struct attribute_values *own = &values.attributes[i];
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            uint32_t n;
            uint32_t first = crate_values_below(own, texts[k], strlen(texts[k]), &n);
            if (first > own->n_values || n > own->n_values - first ||
                crate_value_find(own, texts[k], strlen(texts[k])) > own->n_values)
                abort();
        }
        for (uint32_t number = 1; number <= own->n_values; number++) {
            uint32_t length;
            const char *text = crate_value_text(own, number, &length);
            /* A forger may give two values one text. */
            uint32_t found = crate_value_find_exact(own, text, length);
            if (length == 0 || length > CRATE_VALUE_MAX_BYTES || found == 0 || found > number ||
                own->n_crates[number - 1] > N_CRATES)
                abort();
        }
        for (uint32_t rank = 1; rank <= N_CRATES; rank++) {
            for (uint32_t k = 0; k < crate_values_of(own, rank); k++) {
                uint32_t number = crate_values_number(own, rank, k);
                if (number == 0 || number > own->n_values)
                    abort();
            }
        }
    }
}

#define N_LICENSE_NAMES 3

static void check_licenses(const void *block, size_t size)
{
    struct licenses licenses;
    uint64_t all = ~UINT64_C(1);
    uint64_t none = 0;
    if (licenses_open(&licenses, N_LICENSE_NAMES, block, size, NULL) != 0)
        return;
    for (uint32_t number = 1; number <= licenses.n_expressions; number++) {
        uint32_t length;
        const char *text = licenses_text(&licenses, number, &length);
        if (length == 0 || memchr(text, text[length - 1], length) == NULL ||
            !licenses_are_met(&licenses, number, &all) ||
            licenses_are_met(&licenses, number, &none))
            abort();
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
        bool is_in_order = name_substrings_verify(&substrings, NULL) == 0;
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
                uint32_t length = columns.name_offsets[places->ranks[at]] - start;
                if (is_in_order && (length < strlen(text) || memcmp(columns.canonical_names + start,
                                                                    text, strlen(text)) != 0))
                    abort();
            }
        }
    }
    name_substrings_close(&substrings);
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
    case 'v':
        check_values(block, size - 1);
        break;
    case 'l':
        check_licenses(block, size - 1);
        break;
    case 'm':
        check_memberships(block, size - 1);
        break;
    default:
        check_substrings(block, size - 1);
        break;
    }
    free(block);
    return 0;
}
