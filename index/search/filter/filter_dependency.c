/* Who depends on a crate is a group for each kind of dependency. */
#include "index/search/filter/filter_dependency.h"

#include <cratedex/index_file.h>
#include <string.h>

static const struct {
    const char *name;
    enum membership membership;
} kinds[] = {
    {"normal", MEMBERSHIP_NORMAL_DEPENDENCY},
    {"build", MEMBERSHIP_BUILD_DEPENDENCY},
    {"dev", MEMBERSHIP_DEV_DEPENDENCY},
};
#define N_KINDS (sizeof kinds / sizeof *kinds)

static bool is_asked(size_t kind, struct search_string asked)
{
    return asked.data == NULL || (strlen(kinds[kind].name) == asked.length &&
                                  memcmp(kinds[kind].name, asked.data, asked.length) == 0);
}

void filter_dependency_keep(struct filter_set *set, const struct index *index,
                            struct search_string name, struct search_string kind)
{
    uint32_t rank = index_find_crate(index, name.data, name.length);
    uint64_t *bitmap = filter_set_union(set);
    for (size_t i = 0; i < N_KINDS && rank > 0; i++) {
        if (!is_asked(i, kind))
            continue;
        struct membership_list list =
            memberships_of(&index->memberships, kinds[i].membership, index->columns.ids[rank - 1]);
        membership_list_mark(&list, bitmap, set->n_words);
    }
    filter_set_keep(set, bitmap);
}
