/* Layout: a header (magic, number of ranks, number of groups of each kind, zero), the groups' ids
   (64 bits), the first rank of each group and one past the last, then all ranks. A group is found
   by binary search among the ids of its kind; there is none without a crate. Everything is
   little-endian and used where it lies.

   A group of more than a 32nd of all crates gets a bitmap, so that marking the crates of a group
   costs no more than a 32nd of all crates one by one, or the words of a bitmap. */
#include "index/segment/memberships.h"

#include "index/base/append.h"
#include "index/base/bitmap.h"
#include "index/base/compare.h"

#include <stdlib.h>
#include <string.h>

#define MEMBERSHIPS_MAGIC 0x424d454du /* "MEMB" */

struct header {
    uint32_t magic;
    uint32_t n_members;
    uint32_t n_groups[N_MEMBERSHIPS];
    uint32_t zero;
};
_Static_assert(sizeof(struct header) % sizeof(int64_t) == 0, "the ids behind it are aligned");

void memberships_builder_init(struct memberships_builder *builder)
{
    memset(builder->n_groups, 0, sizeof builder->n_groups);
    msgpack_sbuffer_init(&builder->ids);
    msgpack_sbuffer_init(&builder->starts);
    msgpack_sbuffer_init(&builder->ranks);
}

void memberships_builder_destroy(struct memberships_builder *builder)
{
    msgpack_sbuffer_destroy(&builder->ids);
    msgpack_sbuffer_destroy(&builder->starts);
    msgpack_sbuffer_destroy(&builder->ranks);
}

static int append_start(struct memberships_builder *builder, struct error *error)
{
    size_t n_ranks = builder->ranks.size / sizeof(uint32_t);
    if (n_ranks > UINT32_MAX)
        return error_set(error, "what crates belong to has 2^32 crates or more");
    uint32_t start = (uint32_t)n_ranks;
    return append(&builder->starts, &start, sizeof start, error);
}

int memberships_builder_add(struct memberships_builder *builder, enum membership kind, int64_t id,
                            uint32_t rank, struct error *error)
{
    int64_t last = id;
    if (builder->n_groups[kind] > 0)
        memcpy(&last, builder->ids.data + builder->ids.size - sizeof last, sizeof last);
    if (builder->n_groups[kind] == 0 || last != id) {
        builder->n_groups[kind]++;
        if (append(&builder->ids, &id, sizeof id, error) != 0 || append_start(builder, error) != 0)
            return -1;
    }
    return append(&builder->ranks, &rank, sizeof rank, error);
}

int memberships_builder_finish(struct memberships_builder *builder, msgpack_sbuffer *block,
                               struct error *error)
{
    struct header header = {.magic = MEMBERSHIPS_MAGIC};
    if (append_start(builder, error) != 0)
        return -1;
    header.n_members = (uint32_t)(builder->ranks.size / sizeof(uint32_t));
    memcpy(header.n_groups, builder->n_groups, sizeof header.n_groups);
    if (append(block, &header, sizeof header, error) != 0 ||
        append(block, builder->ids.data, builder->ids.size, error) != 0 ||
        append(block, builder->starts.data, builder->starts.size, error) != 0)
        return -1;
    return append(block, builder->ranks.data, builder->ranks.size, error);
}

static bool ids_ascend(const struct memberships *memberships, int kind)
{
    for (uint32_t i = memberships->first_group[kind] + 1; i < memberships->first_group[kind + 1];
         i++) {
        if (memberships->ids[i - 1] >= memberships->ids[i])
            return false;
    }
    return true;
}

static bool groups_are_true(const struct memberships *memberships, uint32_t n_crates)
{
    const uint32_t *starts = memberships->starts;
    uint32_t n_groups = memberships->first_group[N_MEMBERSHIPS];
    if (starts[0] != 0 || starts[n_groups] != memberships->n_members)
        return false;
    for (uint32_t i = 0; i < n_groups; i++) {
        uint32_t before = 0;
        if (starts[i] >= starts[i + 1] || starts[i + 1] > memberships->n_members)
            return false;
        for (uint32_t at = starts[i]; at < starts[i + 1]; at++) {
            if (memberships->ranks[at] <= before || memberships->ranks[at] > n_crates)
                return false;
            before = memberships->ranks[at];
        }
    }
    return true;
}

int memberships_open(struct memberships *memberships, uint32_t n_crates, const void *block,
                     size_t size, struct error *error)
{
    struct header header;
    uint64_t n_groups = 0;
    if (size < sizeof header)
        return error_set(error, "the memberships are cut short");
    memcpy(&header, block, sizeof header);
    *memberships = (struct memberships){.n_members = header.n_members};
    for (int kind = 0; kind < N_MEMBERSHIPS; kind++) {
        memberships->first_group[kind] = (uint32_t)n_groups;
        n_groups += header.n_groups[kind];
    }
    if (header.magic != MEMBERSHIPS_MAGIC || header.zero != 0 || n_groups >= UINT32_MAX ||
        sizeof header + 12 * n_groups + 4 + 4 * (uint64_t)header.n_members != size)
        return error_set(error, "the memberships have a wrong header or size");
    memberships->first_group[N_MEMBERSHIPS] = (uint32_t)n_groups;
    memberships->ids = (const void *)((const char *)block + sizeof header);
    memberships->starts = (const void *)(memberships->ids + n_groups);
    memberships->ranks = memberships->starts + n_groups + 1;
    bool ok = groups_are_true(memberships, n_crates);
    for (int kind = 0; kind < N_MEMBERSHIPS && ok; kind++)
        ok = ids_ascend(memberships, kind);
    return ok ? 0 : error_set(error, "the memberships are damaged");
}

static bool is_large(const struct memberships *memberships, uint32_t group, uint32_t n_crates)
{
    return memberships->starts[group + 1] - memberships->starts[group] > n_crates / 32;
}

static uint32_t count_large(const struct memberships *memberships, uint32_t n_crates)
{
    uint32_t n = 0;
    for (uint32_t group = 0; group < memberships->first_group[N_MEMBERSHIPS]; group++)
        n += is_large(memberships, group, n_crates);
    return n;
}

int memberships_make_bitmaps(struct memberships *memberships, uint32_t n_crates,
                             struct error *error)
{
    uint32_t n_large = count_large(memberships, n_crates);
    size_t n_words = bitmap_n_words(n_crates + 1);
    memberships->large_groups = calloc((size_t)n_large + 1, sizeof *memberships->large_groups);
    memberships->bitmaps = calloc(n_large * n_words + 1, sizeof *memberships->bitmaps);
    if (memberships->large_groups == NULL || memberships->bitmaps == NULL)
        return error_out_of_memory(error);
    memberships->n_bitmap_words = n_words;
    for (uint32_t group = 0; group < memberships->first_group[N_MEMBERSHIPS]; group++) {
        if (!is_large(memberships, group, n_crates))
            continue;
        uint64_t *bitmap = memberships->bitmaps + memberships->n_large * n_words;
        for (uint32_t at = memberships->starts[group]; at < memberships->starts[group + 1]; at++)
            bitmap_set(bitmap, memberships->ranks[at]);
        memberships->large_groups[memberships->n_large++] = group;
    }
    return 0;
}

void memberships_close(struct memberships *memberships)
{
    free(memberships->bitmaps);
    free(memberships->large_groups);
}

struct membership_list memberships_group(const struct memberships *memberships, uint32_t group)
{
    const uint32_t *starts = memberships->starts + group;
    struct membership_list list = {memberships->ranks + starts[0], NULL, starts[1] - starts[0]};
    const uint32_t *large = memberships->n_large == 0
                                ? NULL
                                : bsearch(&group, memberships->large_groups, memberships->n_large,
                                          sizeof group, compare_uint32);
    if (large != NULL)
        list.bitmap = memberships->bitmaps +
                      (size_t)(large - memberships->large_groups) * memberships->n_bitmap_words;
    return list;
}

bool memberships_find(const struct memberships *memberships, enum membership kind, int64_t id,
                      uint32_t *group)
{
    uint32_t first = memberships->first_group[kind];
    const int64_t *found =
        bsearch(&id, memberships->ids + first, memberships->first_group[kind + 1] - first,
                sizeof id, compare_int64);
    if (found != NULL)
        *group = (uint32_t)(found - memberships->ids);
    return found != NULL;
}

struct membership_list memberships_of(const struct memberships *memberships, enum membership kind,
                                      int64_t id)
{
    uint32_t group;
    return memberships_find(memberships, kind, id, &group)
               ? memberships_group(memberships, group)
               : (struct membership_list){NULL, NULL, 0};
}

void membership_list_mark(const struct membership_list *list, uint64_t *bitmap, size_t n_words)
{
    if (list->bitmap != NULL) {
        bitmap_unite(bitmap, list->bitmap, n_words);
        return;
    }
    for (uint32_t i = 0; i < list->n; i++)
        bitmap_set(bitmap, list->ranks[i]);
}
