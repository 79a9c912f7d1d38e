/* Which crates belong to something that a list is filtered by: the ranks of the crates that have a
   keyword, that are in a category, that a user or a team owns. Read without SQLite: stepping over
   30,000 rows of a table takes 4 ms, over as many numbers 30 µs. */
#ifndef CRATEDEX_INDEX_MEMBERSHIPS_H
#define CRATEDEX_INDEX_MEMBERSHIPS_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

/* What crates belong to. */
enum membership { MEMBERSHIP_KEYWORD, MEMBERSHIP_CATEGORY, MEMBERSHIP_USER, MEMBERSHIP_TEAM };
#define N_MEMBERSHIPS 4

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

/* An open block; borrowed. */
struct memberships {
    uint32_t n_members;
    uint32_t first_group[N_MEMBERSHIPS + 1]; /* of each kind */
    const int64_t *ids;
    const uint32_t *starts; /* one more than groups */
    const uint32_t *ranks;
};

/* Opens a block, which must be aligned to 8 bytes. Checks sizes, that the ids of a kind ascend, and
   that the ranks of a group do, within 1 … n_crates. Returns 0 or -1. */
int memberships_open(struct memberships *memberships, uint32_t n_crates, const void *block,
                     size_t size, struct error *error);

/* The crates of one group, most popular first. */
struct membership_list {
    const uint32_t *ranks;
    uint32_t n;
};

/* Those that belong to what has that id; none where there is no such thing. */
struct membership_list memberships_of(const struct memberships *memberships, enum membership kind,
                                      int64_t id);

#endif
