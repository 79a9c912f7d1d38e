/* The columns come back as they went in, the orders are those of a sort by other means, and damaged
   blocks are refused or safe. */
#define _GNU_SOURCE /* qsort_r */
#include "index/segment/crate_columns.h"

#include "tests/support/damage.h"
#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#define MAX_ROWS 500
#define MAX_NAME 20

struct scene {
    struct crate_column_row rows[MAX_ROWS];
    char names[MAX_ROWS][MAX_NAME];
    uint32_t n_rows;
};

/* Few different values, so that ties are many; names that differ only in case and separators. */
static void make_scene(struct scene *scene, uint32_t n_rows, uint64_t *seed)
{
    scene->n_rows = n_rows;
    for (uint32_t i = 0; i < n_rows; i++) {
        static const char letters[] = "aAbBzZ-_09\xc3\xa9";
        struct crate_column_row *row = &scene->rows[i];
        *row = (struct crate_column_row){
            .name = scene->names[i],
            .name_length = 1 + random_below(seed, 6),
            .id = (int64_t)((i * 7919 + 13) % MAX_ROWS) - 3, /* each id once; 7919 is prime */
            .downloads = (int64_t)random_below(seed, 9) << random_below(seed, 40),
            .recent_downloads = random_below(seed, 5),
            .created_at = INT64_C(1600000000000000) + random_below(seed, 50),
            .updated_at = (int64_t)random_below(seed, 4) - 2,
            .popularity = 1.0F - floorf((float)i / 3) / (float)MAX_ROWS,
            .signals = {.dependents = (float)random_below(seed, 101) / 100,
                        .downloads = (float)random_below(seed, 101) / 100,
                        .versions = log1pf((float)random_below(seed, 1000)),
                        .description = 64.0F / (float)(1 + random_below(seed, 64)),
                        .family = log1pf((float)random_below(seed, 500))},
            .is_yanked = random_below(seed, 4) == 0,
        };
        for (uint32_t j = 0; j < row->name_length; j++)
            scene->names[i][j] = letters[random_below(seed, sizeof letters - 1)];
    }
}

static void build(const struct scene *scene, msgpack_sbuffer *block)
{
    msgpack_sbuffer_init(block);
    assert_int_equal(crate_columns_build(scene->rows, scene->n_rows, block, NULL), 0);
}

/* The canonical name as a string, bytes of two hexadecimal digits, so that strcmp compares
   bytes. */
static void spell_name(const struct crate_column_row *row, bool canonical, char *spelled)
{
    for (uint32_t i = 0; i < row->name_length; i++) {
        unsigned char c = (unsigned char)row->name[i];
        if (canonical && c >= 'A' && c <= 'Z')
            c = (unsigned char)(c + 32);
        if (canonical && c == '-')
            c = '_';
        snprintf(spelled + (size_t)2 * i, 3, "%02x", c);
    }
}

static int compare_ids(const struct crate_column_row *left, const struct crate_column_row *right)
{
    return left->id > right->id ? -1 : left->id < right->id;
}

static int expected_order(const void *left_rank, const void *right_rank, void *context,
                          enum crate_order order)
{
    const struct scene *scene = context;
    const struct crate_column_row *left = &scene->rows[*(const uint32_t *)left_rank - 1];
    const struct crate_column_row *right = &scene->rows[*(const uint32_t *)right_rank - 1];
    if (order == CRATE_ORDER_ALPHABETICAL) {
        for (int canonical = 1; canonical >= 0; canonical--) {
            char spelled[2][2 * MAX_NAME + 1];
            spell_name(left, canonical, spelled[0]);
            spell_name(right, canonical, spelled[1]);
            int names = strcmp(spelled[0], spelled[1]);
            if (names != 0)
                return names;
        }
        return 0; /* equal names: no order is promised */
    }
    const int64_t values[][2] = {
        [CRATE_ORDER_ALPHABETICAL] = {0, 0},
        [CRATE_ORDER_DOWNLOADS] = {left->downloads, right->downloads},
        [CRATE_ORDER_RECENT_DOWNLOADS] = {left->recent_downloads, right->recent_downloads},
        [CRATE_ORDER_RECENT_UPDATES] = {left->updated_at, right->updated_at},
        [CRATE_ORDER_NEW] = {left->created_at, right->created_at},
    };
    if (values[order][0] != values[order][1])
        return values[order][0] > values[order][1] ? -1 : 1;
    return compare_ids(left, right);
}

static void expect_orders(struct scene *scene, const struct crate_columns *columns)
{
    for (int order = 0; order < N_CRATE_ORDERS; order++) {
        bool seen[MAX_ROWS + 1] = {false};
        for (uint32_t i = 0; i < scene->n_rows; i++) {
            uint32_t rank = columns->orders[order][i];
            assert_in_range(rank, 1, scene->n_rows);
            assert_false(seen[rank]);
            seen[rank] = true;
            if (i == 0)
                continue;
            int before = expected_order(&columns->orders[order][i - 1], &columns->orders[order][i],
                                        scene, (enum crate_order)order);
            assert_true(order == CRATE_ORDER_ALPHABETICAL ? before <= 0 : before < 0);
        }
    }
}

static void expect_values(const struct scene *scene, const struct crate_columns *columns)
{
    assert_int_equal(columns->n_crates, scene->n_rows);
    for (uint32_t i = 0; i < scene->n_rows; i++) {
        const struct crate_column_row *row = &scene->rows[i];
        uint32_t start = columns->name_offsets[i];
        assert_true(columns->ids[i] == row->id);
        assert_true(columns->downloads[i] == row->downloads);
        assert_true(columns->recent_downloads[i] == row->recent_downloads);
        assert_true(columns->created_at[i] == row->created_at);
        assert_true(columns->updated_at[i] == row->updated_at);
        assert_true(columns->popularity[i] == row->popularity);
        assert_memory_equal(&columns->signals[i], &row->signals, sizeof row->signals);
        assert_int_equal(columns->yanked[i], row->is_yanked);
        assert_int_equal(columns->name_offsets[i + 1] - start, row->name_length);
        assert_memory_equal(columns->names + start, row->name, row->name_length);
        for (uint32_t j = 0; j < row->name_length; j++) {
            char c = row->name[j];
            c = c == 'A' || c == 'B' || c == 'Z' ? (char)(c + 32) : c;
            assert_int_equal(columns->canonical_names[start + j], c == '-' ? '_' : c);
        }
        uint32_t rank = i + 1;
        assert_true(crate_columns_sort_value(columns, CRATE_ORDER_DOWNLOADS, rank) ==
                    row->downloads);
        assert_true(crate_columns_sort_value(columns, CRATE_ORDER_RECENT_DOWNLOADS, rank) ==
                    row->recent_downloads);
        assert_true(crate_columns_sort_value(columns, CRATE_ORDER_RECENT_UPDATES, rank) ==
                    row->updated_at);
        assert_true(crate_columns_sort_value(columns, CRATE_ORDER_NEW, rank) == row->created_at);
    }
}

static void test_columns_and_orders(void **state)
{
    (void)state;
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    uint64_t seed = 67;
    for (int round = 0; round < 60; round++) {
        static const uint32_t sizes[] = {0, 1, 2, 3, 64, MAX_ROWS};
        msgpack_sbuffer block;
        struct crate_columns columns;
        make_scene(scene, sizes[(size_t)round % (sizeof sizes / sizeof *sizes)], &seed);
        build(scene, &block);
        assert_int_equal(crate_columns_open(&columns, block.data, block.size, NULL), 0);
        expect_values(scene, &columns);
        expect_orders(scene, &columns);
        msgpack_sbuffer_destroy(&block);
    }
    free(scene);
}

static void test_names_are_compared_as_in_lists(void **state)
{
    (void)state;
    static const char *const sorted[] = {
        "",    "0x",  "A",   "a",    "a-b", "a_b", "a_c", "A_D", "aa",       "ab",
        "ab0", "Abc", "abc", "abcd", "b",   "Z-",  "z_",  "zz",  "\xc3\xa9",
    };
    size_t n = sizeof sorted / sizeof *sorted;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            int order =
                crate_name_compare(sorted[i], strlen(sorted[i]), sorted[j], strlen(sorted[j]));
            int sign = (order > 0) - (order < 0);
            if (sign != (i > j) - (i < j))
                fail_msg("\"%s\" and \"%s\" compare %d", sorted[i], sorted[j], order);
        }
    }
}

/* Where the block opens, reads everything it points at. */
static bool try_block(void *context, const void *block, size_t size)
{
    (void)context;
    struct crate_columns columns;
    struct error error = {.message = ""};
    if (crate_columns_open(&columns, block, size, &error) != 0) {
        assert_true(strlen(error.message) > 0);
        return false;
    }
    uint64_t sum = 0;
    for (uint32_t rank = 1; rank <= columns.n_crates; rank++) {
        assert_in_range(columns.name_offsets[rank - 1], 0, columns.name_offsets[rank]);
        for (uint32_t i = columns.name_offsets[rank - 1]; i < columns.name_offsets[rank]; i++)
            sum += (unsigned char)columns.names[i] + (unsigned char)columns.canonical_names[i];
        for (int order = 0; order < N_CRATE_ORDERS; order++) {
            uint32_t listed = columns.orders[order][rank - 1];
            assert_in_range(listed, 1, columns.n_crates);
            sum += (uint64_t)crate_columns_sort_value(&columns, (enum crate_order)order, listed);
        }
        float signals[N_CRATE_SIGNALS];
        memcpy(signals, &columns.signals[rank - 1], sizeof signals);
        assert_true(columns.popularity[rank - 1] >= 0 && columns.popularity[rank - 1] <= 1);
        for (size_t i = 0; i < N_CRATE_SIGNALS; i++)
            assert_true(signals[i] >= 0 && signals[i] <= 64);
        sum += columns.yanked[rank - 1];
    }
    return columns.n_crates == 0 || sum != 0;
}

static void test_damaged_blocks(void **state)
{
    (void)state;
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    uint64_t seed = 71;
    msgpack_sbuffer block;
    make_scene(scene, 9, &seed);
    build(scene, &block);
    damage_size(block.data, block.size, try_block, NULL);
    /* Numbers have no redundancy: many changed ones are as good as the true ones. */
    damage_bytes(block.data, block.size, try_block, NULL);
    damage_integers(block.data, block.size, 20000, try_block, NULL);
    msgpack_sbuffer_destroy(&block);
    make_scene(scene, 0, &seed);
    build(scene, &block);
    damage_size(block.data, block.size, try_block, NULL);
    assert_int_equal(damage_bytes(block.data, block.size, try_block, NULL), 0);
    msgpack_sbuffer_destroy(&block);
    free(scene);
}

static void test_every_kind_of_damage_is_refused(void **state)
{
    (void)state;
    static const struct crate_column_row rows[] = {
        {.name = "bb", .name_length = 2, .id = 1, .downloads = 8, .popularity = 1.0F},
        {.name = "aa", .name_length = 2, .id = 2, .downloads = 9, .popularity = 0.5F},
    };
    msgpack_sbuffer block;
    struct crate_columns columns;
    msgpack_sbuffer_init(&block);
    assert_int_equal(crate_columns_build(rows, 2, &block, NULL), 0);
    /* Header 16, five columns of 16 bytes, popularity 8, signals 40, offsets 12, five orders of 8
       bytes, yanked 2, names 4 and 4. */
    assert_int_equal(block.size, 206);
    static const struct {
        size_t at;
        uint32_t value;
    } damages[] = {
        {0, 1},            /* magic */
        {12, 1},           /* zero */
        {32, 10},          /* downloads that the order contradicts */
        {96, 0x3f800001},  /* popularity above 1 */
        {100, 0x80000001}, /* below 0 */
        {100, 0x7fc00000}, /* no number */
        {96, 0},           /* popularity that rises */
        {104, 0x7fc00000}, /* dependents that are no number */
        {124, 0xbf800000}, /* or below 0 */
        {108, 0x7f800000}, /* endless downloads */
        {112, 0x42800001}, /* more versions than 64 bits count */
        {136, 0xff800000}, /* a description of less than nothing */
        {140, 0x7fc00000}, /* a family that is no number */
        {144, 1},          /* a name that begins late */
        {148, 5},          /* offsets that fall */
        {152, 3},          /* names that end early */
        {156, 0},          /* an order with rank 0 */
        {156, 3},          /* with a rank that does not exist */
        {156, 1},          /* with a rank twice */
        {188, 1},          /* the same in the last order */
        {196, 0x61610002}, /* neither yanked nor not */
        {198, 0x62626161}, /* names that the order contradicts */
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        char before[4];
        memcpy(before, block.data + damages[i].at, 4);
        memcpy(block.data + damages[i].at, &damages[i].value, 4);
        if (crate_columns_open(&columns, block.data, block.size, NULL) != -1)
            fail_msg("damage %zu is not found", i);
        memcpy(block.data + damages[i].at, before, 4);
        assert_int_equal(crate_columns_open(&columns, block.data, block.size, NULL), 0);
    }
    msgpack_sbuffer_destroy(&block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_and_orders),
        cmocka_unit_test(test_names_are_compared_as_in_lists),
        cmocka_unit_test(test_damaged_blocks),
        cmocka_unit_test(test_every_kind_of_damage_is_refused),
    };
    return cmocka_run_group_tests_name("crate_columns", tests, NULL, NULL);
}
