/* Lists and their cursors against a table of every crate, the numbers of the terms, and blocks that
   are damaged. */
#include "index/segment/postings.h"

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

#define MAX_TERMS 5
#define MAX_CRATES 6000

/* fields[term][rank]: what was put in; 0 where the term does not occur. */
struct model {
    uint8_t fields[MAX_TERMS + 1][MAX_CRATES + 1];
    uint32_t n_terms;
    uint32_t n_crates;
};

static void fill_model(struct model *model, uint64_t *seed)
{
    static const uint32_t sizes[] = {0, 1, 2, 3, 10, 100, 1000, 2500, 5000};
    memset(model, 0, sizeof *model);
    model->n_terms = 1 + random_below(seed, MAX_TERMS);
    model->n_crates = 1 + random_below(seed, MAX_CRATES);
    for (uint32_t term = 1; term <= model->n_terms; term++) {
        uint32_t n = sizes[random_below(seed, sizeof sizes / sizeof *sizes)];
        for (uint32_t i = 0; i < n; i++)
            model->fields[term][1 + random_below(seed, model->n_crates)] =
                (uint8_t)(1 + random_below(seed, POSTING_ALL_FIELDS));
    }
}

/* Field by field, as they come out of FTS5's vocabulary. `numbers` has room for the model's
   terms. */
static void build_block(const struct model *model, msgpack_sbuffer *block, uint32_t *numbers)
{
    struct postings_builder builder;
    postings_builder_init(&builder);
    for (uint32_t term = 1; term <= model->n_terms; term++) {
        assert_int_equal(postings_builder_term(&builder, NULL), 0);
        for (uint32_t rank = 1; rank <= model->n_crates; rank++) {
            for (unsigned bit = 1; bit <= POSTING_README; bit *= 2) {
                if (model->fields[term][rank] & bit)
                    assert_int_equal(
                        postings_builder_add(&builder, rank, (enum posting_field)bit, NULL), 0);
            }
        }
    }
    msgpack_sbuffer_init(block);
    assert_int_equal(postings_builder_finish(&builder, block, numbers, NULL), 0);
    postings_builder_destroy(&builder);
}

static uint32_t n_crates_with(const struct model *model, uint32_t term)
{
    uint32_t n = 0;
    for (uint32_t rank = 1; rank <= model->n_crates; rank++)
        n += model->fields[term][rank] != 0;
    return n;
}

/* A term's number is how many terms stand before it: those with more crates, and of those with as
   many the ones that came first. */
static void expect_numbers(const struct model *model, const uint32_t *numbers)
{
    for (uint32_t term = 1; term <= model->n_terms; term++) {
        uint32_t n = n_crates_with(model, term);
        uint32_t number = 1;
        for (uint32_t other = 1; other <= model->n_terms; other++) {
            uint32_t n_other = n_crates_with(model, other);
            number += n_other > n || (n_other == n && other < term);
        }
        assert_int_equal(numbers[term - 1], number);
    }
}

static void expect_lists(const struct model *model, const struct postings *postings,
                         const uint32_t *numbers)
{
    assert_int_equal(postings->n_terms, model->n_terms);
    for (uint32_t term = 1; term <= model->n_terms; term++) {
        struct posting_list list = postings_of(postings, numbers[term - 1]);
        uint32_t at = 0;
        assert_int_equal(list.position, 0);
        for (uint32_t rank = 1; rank <= model->n_crates; rank++) {
            if (model->fields[term][rank] == 0)
                continue;
            assert_true(at < list.n);
            assert_int_equal(list.ranks[at], rank);
            assert_int_equal(list.fields[at], model->fields[term][rank]);
            at++;
        }
        assert_int_equal(at, list.n);
    }
}

/* The most frequent terms, and no others, have bitmaps that say the same as their lists. */
static void expect_bitmaps(struct postings *postings, uint32_t n_crates)
{
    assert_int_equal(postings_make_bitmaps(postings, n_crates, NULL), 0);
    for (uint32_t term = 1; term <= postings->n_terms; term++) {
        struct posting_list list = postings_of(postings, term);
        assert_int_equal(list.bitmap != NULL, list.n >= postings->n_bitmap_words / 2);
        uint32_t at = 0;
        for (uint32_t rank = 0; list.bitmap != NULL && rank < 64 * postings->n_bitmap_words;
             rank++) {
            bool is_listed = at < list.n && list.ranks[at] == rank;
            bool is_keyword = is_listed && (list.fields[at] & POSTING_KEYWORDS) != 0;
            assert_int_equal(bitmap_test(list.bitmap, rank), is_listed);
            assert_int_equal(bitmap_test(list.keyword_bitmap, rank), is_keyword);
            at += is_listed;
        }
    }
    postings_close(postings);
}

/* Seeks ranks that rise by steps of every size, each found as by a look at every posting. */
static void expect_seeks(const struct postings *postings, uint32_t n_crates, uint64_t *seed)
{
    for (uint32_t term = 1; term <= postings->n_terms; term++) {
        struct posting_list list = postings_of(postings, term);
        uint32_t expected = 0;
        uint32_t largest_step = 1U << random_below(seed, 12);
        for (uint32_t rank = 0; rank <= n_crates + 1; rank += random_below(seed, largest_step)) {
            while (expected < list.n && list.ranks[expected] < rank)
                expected++;
            posting_list_seek(&list, rank);
            assert_int_equal(list.position, expected);
            if (largest_step == 1)
                rank++;
        }
        posting_list_seek(&list, n_crates + 1);
        assert_int_equal(list.position, list.n);
        posting_list_seek(&list, 1); /* never back */
        assert_int_equal(list.position, list.n);
    }
}

static void test_lists_and_seeks(void **state)
{
    (void)state;
    struct model *model = malloc(sizeof *model);
    assert_non_null(model);
    uint64_t seed = 59;
    for (int round = 0; round < 200; round++) {
        msgpack_sbuffer block;
        struct postings postings;
        uint32_t numbers[MAX_TERMS];
        fill_model(model, &seed);
        build_block(model, &block, numbers);
        assert_int_equal(postings_open(&postings, model->n_crates, block.data, block.size, NULL),
                         0);
        expect_numbers(model, numbers);
        expect_lists(model, &postings, numbers);
        expect_seeks(&postings, model->n_crates, &seed);
        expect_bitmaps(&postings, model->n_crates);
        msgpack_sbuffer_destroy(&block);
    }
    free(model);
}

static void test_no_terms(void **state)
{
    (void)state;
    struct postings_builder builder;
    struct postings postings;
    msgpack_sbuffer block;
    uint32_t numbers[1];
    postings_builder_init(&builder);
    msgpack_sbuffer_init(&block);
    assert_int_equal(postings_builder_finish(&builder, &block, numbers, NULL), 0);
    assert_int_equal(postings_open(&postings, 0, block.data, block.size, NULL), 0);
    assert_int_equal(postings.n_terms, 0);
    assert_int_equal(postings.n_postings, 0);
    postings_builder_destroy(&builder);
    msgpack_sbuffer_destroy(&block);
}

#define DAMAGED_CRATES 20

/* Opens it and, where that works, seeks every rank in every list. */
static bool try_block(void *context, const void *block, size_t size)
{
    (void)context;
    struct postings postings;
    struct error error = {.message = ""};
    if (postings_open(&postings, DAMAGED_CRATES, block, size, &error) != 0) {
        assert_true(strlen(error.message) > 0);
        return false;
    }
    for (uint32_t term = 1; term <= postings.n_terms; term++) {
        struct posting_list list = postings_of(&postings, term);
        for (uint32_t rank = 1; rank <= DAMAGED_CRATES + 1; rank++) {
            posting_list_seek(&list, rank);
            if (list.position == list.n)
                break;
            assert_in_range(list.ranks[list.position], rank, DAMAGED_CRATES);
            assert_in_range(list.fields[list.position], 1, POSTING_ALL_FIELDS);
        }
        assert_int_equal(list.position, list.n);
    }
    return true;
}

static void make_small_block(msgpack_sbuffer *block)
{
    struct model *model = calloc(1, sizeof *model);
    uint32_t numbers[MAX_TERMS];
    assert_non_null(model);
    uint64_t seed = 61;
    model->n_terms = MAX_TERMS;
    model->n_crates = DAMAGED_CRATES;
    for (uint32_t term = 1; term <= MAX_TERMS; term++) {
        for (uint32_t rank = 1 + random_below(&seed, 9); rank <= DAMAGED_CRATES;
             rank += 1 + random_below(&seed, 4))
            model->fields[term][rank] = (uint8_t)(1 + random_below(&seed, POSTING_ALL_FIELDS));
    }
    build_block(model, block, numbers);
    free(model);
}

static void test_damaged_blocks(void **state)
{
    (void)state;
    msgpack_sbuffer block;
    make_small_block(&block);
    damage_size(block.data, block.size, try_block, NULL);
    /* Other ranks that still ascend, and other fields, cannot be told from true ones. */
    assert_in_range(damage_bytes(block.data, block.size, try_block, NULL), 0, 25);
    damage_integers(block.data, block.size, 20000, try_block, NULL);
    msgpack_sbuffer_destroy(&block);
}

static void test_every_kind_of_damage_is_refused(void **state)
{
    (void)state;
    msgpack_sbuffer block;
    uint32_t numbers[MAX_TERMS];
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    model->n_terms = 2;
    model->n_crates = 9;
    model->fields[1][3] = 1;
    model->fields[1][9] = 15;
    model->fields[2][9] = 2;
    build_block(model, &block, numbers);
    free(model);
    /* Header of 16 bytes, starts {0, 2, 3}, ranks {3, 9, 9}, fields {1, 15, 2}. */
    static const struct {
        size_t at;
        unsigned char byte;
    } damages[] = {
        {0, 'X'}, /* magic */
        {12, 1},  /* zero */
        {16, 1},  /* a first posting that is not the first */
        {20, 4},  /* starts that fall */
        {24, 2},  /* a last start before the end */
        {28, 0},  /* rank 0 */
        {28, 9},  /* a rank twice */
        {32, 2},  /* falling ranks */
        {36, 10}, /* a rank above the number of crates */
        {40, 0},  /* no field */
        {41, 16}, /* a field that does not exist */
    };
    assert_int_equal(block.size, 43);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct postings postings;
        char before = block.data[damages[i].at];
        block.data[damages[i].at] = (char)damages[i].byte;
        if (postings_open(&postings, 9, block.data, block.size, NULL) != -1)
            fail_msg("damage %zu is not found", i);
        block.data[damages[i].at] = before;
        assert_int_equal(postings_open(&postings, 9, block.data, block.size, NULL), 0);
    }
    struct postings postings;
    assert_int_equal(postings_open(&postings, 8, block.data, block.size, NULL), -1);
    msgpack_sbuffer_destroy(&block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_and_seeks),
        cmocka_unit_test(test_no_terms),
        cmocka_unit_test(test_damaged_blocks),
        cmocka_unit_test(test_every_kind_of_damage_is_refused),
    };
    return cmocka_run_group_tests_name("postings", tests, NULL, NULL);
}
