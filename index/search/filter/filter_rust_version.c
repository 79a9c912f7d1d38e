/* Who needs a higher version is dropped; who does not say what it needs, or says what is no
   version, stays. */
#include "index/search/filter/filter_rust_version.h"

#include <cratedex/rust_version.h>

void filter_rust_version_keep(struct filter_set *set, const struct index *index,
                              struct search_string version)
{
    struct rust_version given;
    uint64_t *bitmap = filter_set_union(set);
    if (rust_version_parse(&given, version.data, version.length) == 0)
        rust_versions_mark(&index->rust_versions, &index->memberships, &given, bitmap);
    filter_set_drop(set, bitmap);
}

void filter_rust_version_keep_known(struct filter_set *set, const struct index *index)
{
    uint64_t *bitmap = filter_set_union(set);
    rust_versions_mark(&index->rust_versions, &index->memberships, NULL, bitmap);
    filter_set_keep(set, bitmap);
}
