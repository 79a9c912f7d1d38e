/* Who owns what, by login: a trie from the logins of users and teams, in the canonical form of
   names (canonical_name.h), to groups of memberships.h. Several people may have one login in a
   dump: the registry does not hear of it when somebody gives up a name and somebody else takes
   it. */
#ifndef CRATEDEX_INDEX_LOGINS_H
#define CRATEDEX_INDEX_LOGINS_H

#include "index/segment/memberships.h"
#include "index/trie/open_trie.h"

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

/* A longer login is nobody's. */
#define LOGIN_MAX_BYTES 255

/* The value of a user or team: its group's number and 1 more; or one value behind all groups, which
   those without crates share. */
uint32_t login_value(const struct memberships *memberships, enum membership kind, int64_t id);

/* Whether every value of an open trie is one: a group of users or teams, or what stands for no
   crates. Returns 0 or -1. */
int logins_check(const struct trie *logins, const struct memberships *memberships,
                 struct error *error);

/* Those who have one login. */
struct login_owners {
    const unsigned char *values;
    uint32_t n;
};

/* Finds those of that login, as it is typed: upper and lower case, and `-` and `_`, are the same.
   None (n is 0) where the index knows no such login. */
struct login_owners logins_find(const struct trie *logins, const char *login, size_t length);

/* The crates of owner `i` (0 … n - 1), which may be none. */
struct membership_list login_crates(const struct memberships *memberships,
                                    const struct login_owners *owners, uint32_t i);

#endif
