/* Sets of versions: packed and unpacked, kept for crates with many versions alone, and damaged
   blocks. */
#include "index/registry/version_set.h"
#include "index/segment/open_index.h"

#include "tests/support/random.h"
#include "tests/support/sql.h"
#include "tests/support/versions_dump.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/version_document.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include <cmocka.h>

/* Every object of a set is that of its version, whether it was kept or made. */
static void has_the_objects_of_the_versions(void **state)
{
    const struct built_index *built = *state;
    sql_expect(built->path, "SELECT name FROM version_sets JOIN crates USING(rank)", "many");
    for (uint32_t rank = 1; rank <= index_n_crates(built->index); rank++) {
        for (int i = 0; i < 2 * N_ENCODINGS; i++) {
            struct version_set set;
            struct error error = {.message = ""};
            enum encoding encoding = (enum encoding)(i % N_ENCODINGS);
            assert_int_equal(version_set_open(built->reader, rank, encoding, &set, &error), 0);
            for (uint32_t j = 0; j < set.n; j++) {
                struct encoder encoder;
                msgpack_sbuffer out;
                size_t size;
                const void *document = version_set_document(&set, j, &size);
                msgpack_sbuffer_init(&out);
                encoder_init(&encoder, encoding, &out);
                assert_int_equal(
                    index_reader_encode_version(built->reader, rank, set.ids[j], &encoder, &error),
                    0);
                assert_int_equal(out.size, size);
                assert_memory_equal(out.data, document, size);
                assert_true(j == 0 || set.ids[j] < set.ids[j - 1]);
                msgpack_sbuffer_destroy(&out);
            }
        }
    }
}

/* A block with any content, compressed as blocks are; the caller frees it. */
static char *pack(const void *content, size_t size, size_t *block_size)
{
    size_t bound = ZSTD_compressBound(size);
    char *block = malloc(bound);
    assert_non_null(block);
    *block_size = ZSTD_compress(block, bound, content, size, 1);
    assert_false(ZSTD_isError(*block_size));
    return block;
}

static void refuses_content_that_does_not_fit(void **state)
{
    (void)state;
    struct {
        uint32_t n;
        uint32_t zero;
        int64_t ids[2];
        uint32_t ends[2];
        char bytes[8];
    } content = {2, 0, {7, 5}, {3, 8}, {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}};
    static const struct {
        uint32_t n;
        uint32_t zero;
        uint32_t ends[2];
        size_t cut;
    } cases[] = {
        {2, 0, {3, 8}, 0},          /* as it should be */
        {2, 1, {3, 8}, 0},          /* not zero */
        {1, 0, {3, 8}, 0},          /* fewer than there are */
        {3, 0, {3, 8}, 0},          /* more */
        {UINT32_MAX, 0, {3, 8}, 0}, /* many more */
        {2, 0, {3, 7}, 0},          /* bytes behind the last */
        {2, 0, {3, 9}, 0},          /* behind the end */
        {2, 0, {8, 3}, 0},          /* out of order */
        {2, 0, {0, 8}, 0},          /* empty */
        {2, 0, {3, 8}, 1},          /* cut short */
        {2, 0, {3, 8}, 20},         /* in the tables */
        {2, 0, {3, 8}, 35},         /* in the header */
    };
    struct error error = {.message = ""};
    struct version_set_scratch *scratch = version_set_scratch_create(&error);
    assert_non_null(scratch);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct version_set set;
        content.n = cases[i].n;
        content.zero = cases[i].zero;
        memcpy(content.ends, cases[i].ends, sizeof content.ends);
        size_t size;
        char *block = pack(&content, sizeof content - cases[i].cut, &size);
        int expected = i == 0 ? 0 : -1;
        if (version_set_unpack(scratch, block, size, &set, &error) != expected)
            fail_msg("case %zu", i);
        free(block);
    }
    assert_string_equal(error.message, "index file: a set of versions is damaged");
    version_set_scratch_free(scratch);
}

/* Touches every byte, for the sanitizer to look at. */
static void read_all(const struct version_set *set)
{
    for (uint32_t i = 0; i < set->n; i++) {
        size_t size;
        const void *document = version_set_document(set, i, &size);
        char *copy = malloc(size);
        assert_non_null(copy);
        memcpy(copy, document, size);
        free(copy);
    }
}

/* Blocks with bytes changed or cut off are refused or give a set that lies inside of itself. */
static void survives_damaged_blocks(void **state)
{
    (void)state;
    static char content[5000];
    const uint32_t n = 1;
    const uint32_t end = sizeof content - 20;
    memcpy(content, &n, sizeof n);
    memcpy(content + 16, &end, sizeof end);
    uint64_t seed = 77;
    for (size_t i = 20; i < sizeof content; i++)
        content[i] = (char)('a' + random_below(&seed, 4));
    struct error error = {.message = ""};
    struct version_set_scratch *scratch = version_set_scratch_create(&error);
    assert_non_null(scratch);
    struct version_set set;
    size_t block_size;
    char *block = pack(content, sizeof content, &block_size);
    assert_int_equal(version_set_unpack(scratch, block, block_size, &set, &error), 0);
    assert_int_equal(set.ends[0], end);
    for (size_t size = 0; size < block_size; size++)
        assert_int_equal(version_set_unpack(scratch, block, size, &set, &error), -1);
    unsigned n_refused = 0;
    for (unsigned i = 0; i < 20000; i++) {
        uint32_t at = random_below(&seed, (uint32_t)block_size);
        char kept = block[at];
        block[at] = (char)(kept ^ (char)(1 + random_below(&seed, 255)));
        if (version_set_unpack(scratch, block, block_size, &set, &error) != 0)
            n_refused++;
        else
            read_all(&set);
        block[at] = kept;
    }
    assert_true(n_refused > 0);
    free(block);
    version_set_scratch_free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_objects_of_the_versions),
        cmocka_unit_test(refuses_content_that_does_not_fit),
        cmocka_unit_test(survives_damaged_blocks),
    };
    return cmocka_run_group_tests_name("version_set", tests, versions_dump_open,
                                       versions_dump_close);
}
