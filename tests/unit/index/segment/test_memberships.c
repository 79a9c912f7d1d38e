/* Lists against a table of every pair, ids at the edges, and blocks that are damaged. */
#include "index/segment/memberships.h"

#include "index/base/bitmap.h"
#include "tests/support/damage.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_IDS 7
#define MAX_CRATES 400

static const int64_t ids[N_IDS] = {INT64_MIN, -3, 0, 1, 5, 5000000000, INT64_MAX};

/* is_in[kind][id's place][rank] */
struct model {
    bool is_in[N_MEMBERSHIPS][N_IDS][MAX_CRATES + 1];
    uint32_t n_crates;
};

static void fill_model(struct model *model, uint64_t *seed)
{
    static const uint32_t sizes[] = {0, 0, 1, 2, 30, 600};
    memset(model, 0, sizeof *model);
    model->n_crates = 1 + random_below(seed, MAX_CRATES);
    for (int kind = 0; kind < N_MEMBERSHIPS; kind++) {
        for (int i = 0; i < N_IDS; i++) {
            uint32_t n = sizes[random_below(seed, sizeof sizes / sizeof *sizes)];
            while (n-- > 0)
                model->is_in[kind][i][1 + random_below(seed, model->n_crates)] = true;
        }
    }
}

static void build_block(const struct model *model, msgpack_sbuffer *block)
{
    struct memberships_builder builder;
    memberships_builder_init(&builder);
    for (int kind = 0; kind < N_MEMBERSHIPS; kind++) {
        for (int i = 0; i < N_IDS; i++) {
            for (uint32_t rank = 1; rank <= model->n_crates; rank++) {
                if (model->is_in[kind][i][rank])
                    assert_int_equal(memberships_builder_add(&builder, (enum membership)kind,
                                                             ids[i], rank, NULL),
                                     0);
            }
        }
    }
    msgpack_sbuffer_init(block);
    assert_int_equal(memberships_builder_finish(&builder, block, NULL), 0);
    memberships_builder_destroy(&builder);
}

static void expect_lists(const struct model *model, const struct memberships *memberships)
{
    uint32_t n_members = 0;
    for (int kind = 0; kind < N_MEMBERSHIPS; kind++) {
        for (int i = 0; i < N_IDS; i++) {
            struct membership_list list =
                memberships_of(memberships, (enum membership)kind, ids[i]);
            uint32_t at = 0;
            for (uint32_t rank = 1; rank <= model->n_crates; rank++) {
                if (!model->is_in[kind][i][rank])
                    continue;
                assert_true(at < list.n);
                assert_int_equal(list.ranks[at++], rank);
            }
            assert_int_equal(at, list.n);
            n_members += at;
        }
        assert_int_equal(memberships_of(memberships, (enum membership)kind, 2).n, 0);
        assert_int_equal(memberships_of(memberships, (enum membership)kind, -4).n, 0);
    }
    assert_int_equal(memberships->n_members, n_members);
}

/* Marks every list in a bitmap that has a bit already. Returns how many lists have a bitmap. */
static uint32_t expect_marks(const struct model *model, const struct memberships *memberships)
{
    uint32_t n_large = 0;
    for (int kind = 0; kind < N_MEMBERSHIPS; kind++) {
        for (int i = 0; i < N_IDS; i++) {
            uint64_t bitmap[MAX_CRATES / 64 + 1] = {1};
            struct membership_list list =
                memberships_of(memberships, (enum membership)kind, ids[i]);
            uint32_t group;
            assert_int_equal(memberships_find(memberships, (enum membership)kind, ids[i], &group),
                             list.n > 0);
            if (list.n > 0)
                assert_ptr_equal(memberships_group(memberships, group).ranks, list.ranks);
            membership_list_mark(&list, bitmap, bitmap_n_words(model->n_crates + 1));
            assert_true(bitmap_test(bitmap, 0));
            for (uint32_t rank = 1; rank <= model->n_crates; rank++)
                assert_int_equal(bitmap_test(bitmap, rank), model->is_in[kind][i][rank]);
            assert_int_equal(list.bitmap != NULL, list.n > model->n_crates / 32);
            n_large += list.bitmap != NULL;
        }
    }
    return n_large;
}

static void every_list_is_found(void **state)
{
    (void)state;
    static struct model model;
    uint64_t seed = 17;
    uint32_t n_large = 0;
    for (int round = 0; round < 200; round++) {
        msgpack_sbuffer block;
        struct memberships memberships;
        fill_model(&model, &seed);
        build_block(&model, &block);
        assert_int_equal(
            memberships_open(&memberships, model.n_crates, block.data, block.size, NULL), 0);
        expect_lists(&model, &memberships);
        assert_int_equal(memberships_make_bitmaps(&memberships, model.n_crates, NULL), 0);
        n_large += expect_marks(&model, &memberships);
        memberships_close(&memberships);
        msgpack_sbuffer_destroy(&block);
    }
    assert_true(n_large > 1000);
}

static void nothing_belongs_to_anything(void **state)
{
    (void)state;
    static struct model model;
    struct memberships memberships;
    msgpack_sbuffer block;
    build_block(&model, &block);
    assert_int_equal(memberships_open(&memberships, 0, block.data, block.size, NULL), 0);
    expect_lists(&model, &memberships);
    assert_int_equal(memberships_make_bitmaps(&memberships, 0, NULL), 0);
    assert_int_equal(expect_marks(&model, &memberships), 0);
    memberships_close(&memberships);
    msgpack_sbuffer_destroy(&block);
}

#define DAMAGED_CRATES 20

/* Opens it and, where that works, reads every list. */
static bool try_block(void *context, const void *block, size_t size)
{
    (void)context;
    struct memberships memberships;
    struct error error = {.message = ""};
    if (memberships_open(&memberships, DAMAGED_CRATES, block, size, &error) != 0) {
        assert_true(strlen(error.message) > 0);
        return false;
    }
    for (int kind = 0; kind < N_MEMBERSHIPS; kind++) {
        for (int i = 0; i < N_IDS; i++) {
            struct membership_list list =
                memberships_of(&memberships, (enum membership)kind, ids[i]);
            for (uint32_t at = 0; at < list.n; at++) {
                assert_in_range(list.ranks[at], 1, DAMAGED_CRATES);
                assert_true(at == 0 || list.ranks[at - 1] < list.ranks[at]);
            }
        }
    }
    return true;
}

static void damaged_blocks(void **state)
{
    (void)state;
    static struct model model;
    uint64_t seed = 3;
    msgpack_sbuffer block;
    do
        fill_model(&model, &seed);
    while (model.n_crates != DAMAGED_CRATES);
    build_block(&model, &block);
    damage_size(block.data, block.size, try_block, NULL);
    /* Ids may be others between their neighbours, ranks likewise; most changes are found. */
    assert_true(damage_bytes(block.data, block.size, try_block, NULL) < 60);
    damage_integers(block.data, block.size, 20000, try_block, NULL);
    msgpack_sbuffer_destroy(&block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_list_is_found),
        cmocka_unit_test(nothing_belongs_to_anything),
        cmocka_unit_test(damaged_blocks),
    };
    return cmocka_run_group_tests_name("memberships", tests, NULL, NULL);
}
