/* Which crates belong to something that a list is filtered by: the ranks of the crates that have a
   keyword, that are in a category, that a user or a team owns, whose default version has a licence,
   an edition, a dependency. Read without SQLite: stepping over 30,000 rows of a table takes 4 ms,
   over as many numbers 30 µs. */
#ifndef CRATEDEX_INDEX_MEMBERSHIPS_H
#define CRATEDEX_INDEX_MEMBERSHIPS_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What crates belong to, and by which id it is known. Licence to HAS, and dependencies, are those
   of the default version, be it yanked. */
enum membership {
    MEMBERSHIP_KEYWORD,           /* the keyword's */
    MEMBERSHIP_CATEGORY,          /* the category's, without those below it */
    MEMBERSHIP_USER,              /* the owner's */
    MEMBERSHIP_TEAM,              /* the owner's */
    MEMBERSHIP_LICENSE,           /* number of the licence expression (licenses.h) */
    MEMBERSHIP_EDITION,           /* number of the value (crate_values.h) */
    MEMBERSHIP_RUST_VERSION,      /* likewise */
    MEMBERSHIP_HAS,               /* likewise: "lib" or "bin" */
    MEMBERSHIP_NO_STD,            /* 1: category no-std or below it, or keyword no-std or no_std */
    MEMBERSHIP_STABLE,            /* 1: any version from 1.0.0 on, no pre-release, not yanked */
    MEMBERSHIP_NORMAL_DEPENDENCY, /* of the crate that is depended on */
    MEMBERSHIP_BUILD_DEPENDENCY,  /* likewise */
    MEMBERSHIP_DEV_DEPENDENCY     /* likewise */
};
#define N_MEMBERSHIPS 13
/* The id of groups of which there is one. */
#define MEMBERSHIP_ONLY 1

/* Collects memberships in ascending order: of their kind, then of the id of what the crate belongs
   to, then of the crate's rank. */
struct memberships_builder {
    uint32_t n_groups[N_MEMBERSHIPS];
    msgpack_sbuffer ids;    /* of int64_t: of every group that has a crate */
    msgpack_sbuffer starts; /* of uint32_t: the first rank of each */
    msgpack_sbuffer ranks;  /* of uint32_t */
};

void memberships_builder_init(struct memberships_builder *builder);
void memberships_builder_destroy(struct memberships_builder *builder);
/* Returns 0 or -1 (memory, 2^32). */
int memberships_builder_add(struct memberships_builder *builder, enum membership kind, int64_t id,
                            uint32_t rank, struct error *error);
/* Appends the block to `block`. Returns 0 or -1. */
int memberships_builder_finish(struct memberships_builder *builder, msgpack_sbuffer *block,
                               struct error *error);

/* An open block; borrowed, but for the bitmaps. */
struct memberships {
    uint32_t n_members;
    uint32_t first_group[N_MEMBERSHIPS + 1]; /* of each kind */
    const int64_t *ids;
    const uint32_t *starts; /* one more than groups */
    const uint32_t *ranks;
    /* The ranks once more, as bitmaps, of the groups for which a bitmap is no longer than the ranks
       are. Owned; see memberships_make_bitmaps. */
    uint32_t *large_groups; /* n_large of them, ascending */
    uint64_t *bitmaps;      /* of each, n_bitmap_words */
    uint32_t n_large;
    size_t n_bitmap_words;
};

/* Opens a block, which must be aligned to 8 bytes. Checks sizes, that the ids of a kind ascend, and
   that the ranks of a group do, within 1 … n_crates. Returns 0 or -1. */
int memberships_open(struct memberships *memberships, uint32_t n_crates, const void *block,
                     size_t size, struct error *error);

/* Makes the bitmaps of large groups, which are not in the block. Returns 0 or -1 (memory). */
int memberships_make_bitmaps(struct memberships *memberships, uint32_t n_crates,
                             struct error *error);

/* Frees the bitmaps. */
void memberships_close(struct memberships *memberships);

/* The crates of one group, most popular first. */
struct membership_list {
    const uint32_t *ranks;
    const uint64_t *bitmap; /* of the same, with a bit for every rank; NULL where it is not large */
    uint32_t n;
};

/* Those that belong to what has that id; none where there is no such thing. */
struct membership_list memberships_of(const struct memberships *memberships, enum membership kind,
                                      int64_t id);

/* Finds the same group's number among all kinds. Returns false where there is no such thing. */
bool memberships_find(const struct memberships *memberships, enum membership kind, int64_t id,
                      uint32_t *group);

/* Group `group` of all kinds together, numbered from 0: those of a kind are first_group[kind] …
   first_group[kind + 1] - 1. */
struct membership_list memberships_group(const struct memberships *memberships, uint32_t group);

/* Marks the crates of a list in a bitmap that has a bit for every rank: some microseconds for any
   list. */
void membership_list_mark(const struct membership_list *list, uint64_t *bitmap, size_t n_words);

#endif
