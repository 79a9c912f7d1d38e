/* How many crates each name has below it: `tokio` has `tokio-util`, `tokio-stream` and what else
   begins with `tokio-`. What many extend is what people look for, however few depend on it
   themselves.

   Canonical names are sorted; those below a name lie side by side there, and two binary searches
   find where they begin and end. */
#include "index/build/build_families.h"

#include <cratedex/canonical_name.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sorted_name {
    const char *canonical;
    uint32_t length;
};

static int compare_names(const void *left_name, const void *right_name)
{
    const struct sorted_name *left = left_name;
    const struct sorted_name *right = right_name;
    uint32_t shorter = left->length < right->length ? left->length : right->length;
    int order = memcmp(left->canonical, right->canonical, shorter);
    return order != 0 ? order : (left->length > right->length) - (left->length < right->length);
}

/* How many names stand before every one that begins with `name` and then `next`. */
static uint32_t count_before(const struct sorted_name *names, uint32_t n,
                             const struct sorted_name *name, char next)
{
    uint32_t low = 0;
    uint32_t high = n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct sorted_name *at = &names[middle];
        uint32_t shorter = at->length < name->length ? at->length : name->length;
        int order = memcmp(at->canonical, name->canonical, shorter);
        bool is_before =
            order < 0 ||
            (order == 0 && (at->length <= name->length ||
                            (unsigned char)at->canonical[name->length] < (unsigned char)next));
        if (is_before)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Fills `names`, by rank, and the bytes that they point to. */
static void make_canonical(const struct build *build, struct sorted_name *names, char *bytes)
{
    for (uint32_t i = 0; i < build->n_crates; i++) {
        const struct crate_column_row *row = &build->columns[i];
        canonical_name(bytes, row->name, row->name_length);
        names[i] = (struct sorted_name){bytes, row->name_length};
        bytes += row->name_length;
    }
}

int build_find_families(struct build *build, struct error *error)
{
    uint32_t n = build->n_crates;
    struct sorted_name *names = malloc(((size_t)n + 1) * sizeof *names);
    struct sorted_name *sorted = malloc(((size_t)n + 1) * sizeof *sorted);
    char *bytes = malloc(build->names.size + 1);
    int result = 0;
    if (names == NULL || sorted == NULL || bytes == NULL) {
        result = error_out_of_memory(error);
    } else {
        make_canonical(build, names, bytes);
        memcpy(sorted, names, n * sizeof *sorted);
        qsort(sorted, n, sizeof *sorted, compare_names);
    }
    for (uint32_t i = 0; i < n && result == 0; i++) {
        uint32_t first = count_before(sorted, n, &names[i], '_');
        uint32_t end = count_before(sorted, n, &names[i], '_' + 1);
        build->columns[i].signals.family = log1pf((float)(end - first));
    }
    free(names);
    free(sorted);
    free(bytes);
    return result;
}
