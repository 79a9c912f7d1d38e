/* Build metadata has no say in the order, as SemVer wants it; ids break ties. */
#include "index/registry/listed_version.h"

void listed_version_set_num(struct listed_version *version, const char *num, size_t length)
{
    version->num = num;
    version->num_length = length;
    version->is_semver = semver_parse(&version->semver, num, length) == 0;
}

static int compare_semver(const struct listed_version *left, const struct listed_version *right)
{
    if (left->is_semver != right->is_semver)
        return left->is_semver ? -1 : 1;
    return left->is_semver ? semver_precedence(&right->semver, &left->semver) : 0;
}

int listed_version_compare(enum version_sort sort, const struct listed_version *left,
                           const struct listed_version *right)
{
    int order = 0;
    if (sort == VERSION_SORT_SEMVER)
        order = compare_semver(left, right);
    else if (left->created_at != right->created_at)
        order = left->created_at > right->created_at ? -1 : 1;
    if (order != 0)
        return order;
    return left->id > right->id ? -1 : left->id < right->id;
}
