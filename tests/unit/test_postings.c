/* Conjunctions against a count of every rank, and blocks that are damaged. */
#include "index/postings.h"

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

/* Field by field, as they come out of FTS5's vocabulary. */
static void build_block(const struct model *model, msgpack_sbuffer *block)
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
    assert_int_equal(postings_builder_finish(&builder, block, NULL), 0);
    postings_builder_destroy(&builder);
}

static void expect_lists(const struct model *model, const struct postings *postings)
{
    assert_int_equal(postings->n_terms, model->n_terms);
    for (uint32_t term = 1; term <= model->n_terms; term++) {
        struct posting_list list = postings_of(postings, term);
        uint32_t at = 0;
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

/* The worst field of the best ones, by trying the fields from the best on; 0: not all terms occur. */
static unsigned expected_field(const struct model *model, const uint32_t *terms, uint32_t n_terms,
                               uint32_t rank)
{
    unsigned allowed = 0;
    for (unsigned field = 1; field <= POSTING_README; field *= 2) {
        uint32_t n_found = 0;
        allowed |= field;
        for (uint32_t i = 0; i < n_terms; i++)
            n_found += (model->fields[terms[i]][rank] & allowed) != 0;
        if (n_found == n_terms)
            return field;
    }
    return 0;
}

static int compare_lists(const void *left, const void *right)
{
    uint32_t left_n = ((const struct posting_list *)left)->n;
    uint32_t right_n = ((const struct posting_list *)right)->n;
    return left_n < right_n ? -1 : left_n > right_n;
}

static void expect_conjunction(const struct model *model, const struct postings *postings,
                               const uint32_t *terms, uint32_t n_terms)
{
    struct posting_list lists[MAX_TERMS] = {{0}};
    enum posting_field worst = POSTING_NAME;
    for (uint32_t i = 0; i < n_terms; i++)
        lists[i] = postings_of(postings, terms[i]);
    qsort(lists, n_terms, sizeof *lists, compare_lists);
    for (uint32_t rank = 1; rank <= model->n_crates; rank++) {
        unsigned field = expected_field(model, terms, n_terms, rank);
        if (field == 0)
            continue;
        assert_int_equal(posting_lists_next(lists, n_terms, &worst), rank);
        assert_int_equal(worst, field);
    }
    assert_int_equal(posting_lists_next(lists, n_terms, &worst), 0);
    assert_int_equal(posting_lists_next(lists, n_terms, &worst), 0);
}

static void test_conjunctions_equal_a_full_count(void **state)
{
    (void)state;
    struct model *model = malloc(sizeof *model);
    assert_non_null(model);
    uint64_t seed = 59;
    for (int round = 0; round < 200; round++) {
        msgpack_sbuffer block;
        struct postings postings;
        fill_model(model, &seed);
        build_block(model, &block);
        assert_int_equal(postings_open(&postings, model->n_crates, block.data, block.size, NULL),
                         0);
        expect_lists(model, &postings);
        for (int query = 0; query < 5; query++) {
            uint32_t terms[MAX_TERMS];
            uint32_t n_terms = 1 + random_below(&seed, model->n_terms);
            for (uint32_t i = 0; i < n_terms; i++)
                terms[i] = 1 + random_below(&seed, model->n_terms);
            expect_conjunction(model, &postings, terms, n_terms);
        }
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
    postings_builder_init(&builder);
    msgpack_sbuffer_init(&block);
    assert_int_equal(postings_builder_finish(&builder, &block, NULL), 0);
    assert_int_equal(postings_open(&postings, 0, block.data, block.size, NULL), 0);
    assert_int_equal(postings.n_terms, 0);
    assert_int_equal(postings.n_postings, 0);
    postings_builder_destroy(&builder);
    msgpack_sbuffer_destroy(&block);
}

#define DAMAGED_CRATES 20

/* Opens it and, where that works, runs every conjunction of two and all terms. */
static bool try_block(void *context, const void *block, size_t size)
{
    (void)context;
    struct postings postings;
    struct error error = {""};
    if (postings_open(&postings, DAMAGED_CRATES, block, size, &error) != 0) {
        assert_true(strlen(error.message) > 0);
        return false;
    }
    for (uint32_t left = 1; left <= postings.n_terms; left++) {
        for (uint32_t right = 1; right <= postings.n_terms; right++) {
            struct posting_list lists[] = {postings_of(&postings, left),
                                           postings_of(&postings, right)};
            qsort(lists, 2, sizeof *lists, compare_lists);
            enum posting_field worst;
            uint32_t last = 0;
            uint32_t rank;
            while ((rank = posting_lists_next(lists, 2, &worst)) != 0) {
                assert_true(rank > last && rank <= DAMAGED_CRATES);
                assert_true(worst >= POSTING_NAME && worst <= POSTING_README);
                last = rank;
            }
        }
    }
    return true;
}

static void make_small_block(msgpack_sbuffer *block)
{
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    uint64_t seed = 61;
    model->n_terms = MAX_TERMS;
    model->n_crates = DAMAGED_CRATES;
    for (uint32_t term = 1; term <= MAX_TERMS; term++) {
        for (uint32_t rank = 1 + random_below(&seed, 9); rank <= DAMAGED_CRATES;
             rank += 1 + random_below(&seed, 4))
            model->fields[term][rank] = (uint8_t)(1 + random_below(&seed, POSTING_ALL_FIELDS));
    }
    build_block(model, block);
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
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    model->n_terms = 2;
    model->n_crates = 9;
    model->fields[1][3] = 1;
    model->fields[1][9] = 15;
    model->fields[2][9] = 2;
    build_block(model, &block);
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
        cmocka_unit_test(test_conjunctions_equal_a_full_count),
        cmocka_unit_test(test_no_terms),
        cmocka_unit_test(test_damaged_blocks),
        cmocka_unit_test(test_every_kind_of_damage_is_refused),
    };
    return cmocka_run_group_tests_name("postings", tests, NULL, NULL);
}
