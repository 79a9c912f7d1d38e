/* There is a group for each version that is declared. Those of higher ones than the given are
   dropped; who declares none, or what is no version, stays. */
#include "index/search/filter/filter_rust_version.h"

#include <cratedex/rust_version.h>

/* Marks the crates that need a version for which `given` does not suffice; NULL: any version. */
static uint64_t *mark(struct filter_set *set, const struct index *index,
                      const struct rust_version *given)
{
    const struct attribute_values *values = &index->values.attributes[CRATE_ATTRIBUTE_RUST_VERSION];
    uint64_t *bitmap = filter_set_union(set);
    for (uint32_t number = 1; number <= values->n_values; number++) {
        struct rust_version needed;
        uint32_t length;
        const char *text = crate_value_text(values, number, &length);
        if (rust_version_parse(&needed, text, length) != 0 ||
            (given != NULL && rust_version_suffices(given, &needed)))
            continue;
        struct membership_list list =
            memberships_of(&index->memberships, MEMBERSHIP_RUST_VERSION, number);
        membership_list_mark(&list, bitmap, set->n_words);
    }
    return bitmap;
}

void filter_rust_version_keep(struct filter_set *set, const struct index *index,
                              struct search_string version)
{
    struct rust_version given;
    if (rust_version_parse(&given, version.data, version.length) == 0)
        filter_set_drop(set, mark(set, index, &given));
}

void filter_rust_version_keep_known(struct filter_set *set, const struct index *index)
{
    filter_set_keep(set, mark(set, index, NULL));
}
