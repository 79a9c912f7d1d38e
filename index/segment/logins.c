/* Groups are found when the index is built, so that a login leads to its crates without an id in
   between. */
#include "index/segment/logins.h"

#include "index/trie/trie.h"

#include <cratedex/canonical_name.h>

static uint32_t count_groups(const struct memberships *memberships)
{
    return memberships->first_group[N_MEMBERSHIPS];
}

uint32_t login_value(const struct memberships *memberships, enum membership kind, int64_t id)
{
    uint32_t group;
    if (!memberships_find(memberships, kind, id, &group))
        group = count_groups(memberships);
    return group + 1;
}

int logins_check(const struct trie *logins, const struct memberships *memberships,
                 struct error *error)
{
    uint32_t first = memberships->first_group[MEMBERSHIP_USER];
    uint32_t end = memberships->first_group[MEMBERSHIP_TEAM + 1];
    for (uint32_t i = 0; i < logins->n_values; i++) {
        uint32_t value = trie_value(logins->values, i);
        if ((value <= first || value > end) && value != count_groups(memberships) + 1)
            return error_set(error, "the trie of logins is damaged: it points at no owner");
    }
    return 0;
}

struct login_owners logins_find(const struct trie *logins, const char *login, size_t length)
{
    char canonical[LOGIN_MAX_BYTES];
    struct login_owners owners = {NULL, 0};
    if (length > 0 && length <= sizeof canonical) {
        canonical_name(canonical, login, length);
        owners.n = trie_find(logins, canonical, length, &owners.values);
    }
    return owners;
}

struct membership_list login_crates(const struct memberships *memberships,
                                    const struct login_owners *owners, uint32_t i)
{
    uint32_t group = trie_value(owners->values, i) - 1;
    return group < count_groups(memberships) ? memberships_group(memberships, group)
                                             : (struct membership_list){NULL, NULL, 0};
}
