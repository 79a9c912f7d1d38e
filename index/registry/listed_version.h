/* A version in a list, and the orders of lists. */
#ifndef CRATEDEX_INDEX_LISTED_VERSION_H
#define CRATEDEX_INDEX_LISTED_VERSION_H

#include <cratedex/semver.h>
#include <cratedex/version_query.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listed_version {
    int64_t id;
    int64_t created_at; /* microseconds */
    uint32_t place;     /* in the crate's set of versions */
    bool is_yanked;
    bool is_semver;
    const char *num; /* not NUL-terminated */
    size_t num_length;
    struct semver semver; /* points into `num` */
};

/* Sets the number, which must outlive the version, and what it is as SemVer. */
void listed_version_set_num(struct listed_version *version, const char *num, size_t length);

/* Negative, 0 or positive as `left` stands before, at or behind the place of `right`. 0 for one and
   the same id alone. */
int listed_version_compare(enum version_sort sort, const struct listed_version *left,
                           const struct listed_version *right);

#endif
