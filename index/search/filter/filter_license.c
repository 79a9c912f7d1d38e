/* Many crates have the same expression, so expressions are judged, not crates; the groups of those
   that are met are united. */
#include "index/search/filter/filter_license.h"

#include "index/base/bitmap.h"

#include <stdlib.h>

/* Marks the names by their numbers. NULL when memory runs out; the caller frees. */
static uint64_t *mark_names(const struct attribute_values *values,
                            const struct search_filters *filters, const struct search_filter *first,
                            uint32_t n)
{
    uint64_t *names = calloc(bitmap_n_words(values->n_values + 1), sizeof *names);
    for (uint32_t i = 0; names != NULL && i < n; i++) {
        struct search_string name = search_filter_text(filters, &first[i]);
        bitmap_set(names, crate_value_find(values, name.data, name.length));
    }
    return names;
}

int filter_license_keep(struct filter_set *set, const struct index *index,
                        const struct search_filters *filters, const struct search_filter *first,
                        uint32_t n, struct error *error)
{
    const struct attribute_values *values = &index->values.attributes[CRATE_ATTRIBUTE_LICENSE];
    uint64_t *names = mark_names(values, filters, first, n);
    if (names == NULL)
        return error_out_of_memory(error);
    uint64_t *bitmap = filter_set_union(set);
    for (uint32_t number = 1; number <= index->licenses.n_expressions; number++) {
        if (!licenses_are_met(&index->licenses, number, names))
            continue;
        struct membership_list list =
            memberships_of(&index->memberships, MEMBERSHIP_LICENSE, number);
        membership_list_mark(&list, bitmap, set->n_words);
    }
    free(names);
    filter_set_keep(set, bitmap);
    return 0;
}
