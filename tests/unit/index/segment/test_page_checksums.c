/* Files of which one bit is changed, as a bad disk or transfer does: `verify` finds every one, and
   whoever opens or reads the file is refused or gets what the whole file says. BITS=n tries as
   many, INDEX=FILE another file than the sample's. */
#include "index/segment/page_checksums.h"
#include "tests/support/built_index.h"
#include "tests/support/random.h"
#include "tests/support/sanitized.h"

#include <cratedex/crate_page.h>
#include <cratedex/index_verify.h>
#include <cratedex/search.h>
#include <cratedex/sparse_index.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define DEFAULT_BITS USUAL_OR_SANITIZED(300, 60)
/* Crates of which everything is asked, spread over all ranks. */
#define N_CRATES 12

struct fixture {
    struct built_index built;
    char path[FOLDER_PATH_SIZE]; /* the copy of which a bit is changed, in place */
    int file;
    size_t size;
    msgpack_sbuffer expected[N_CRATES];
};

/* All that is asked of one crate. Returns whether the file answered. */
static bool ask(const struct index *index, struct index_reader *reader, unsigned i,
                msgpack_sbuffer *out, struct error *error)
{
    uint32_t n_crates = index_n_crates(index);
    uint32_t rank = 1 + (uint32_t)((uint64_t)i * (n_crates - 1) / (N_CRATES - 1));
    struct index_crate crate;
    static struct search_result result;
    struct encoder encoder;
    int64_t last_modified;
    out->size = 0;
    index_crate(index, rank, &crate);
    struct search_query query = {.text = {crate.name, crate.name_length}, .limit = 10};
    if (search_run(reader, &query, &result, error) != SEARCH_OK)
        return false;
    for (uint32_t hit = 0; hit < result.n_hits; hit++) {
        encoder_init(&encoder, (enum encoding)(hit % 2), out);
        if (index_reader_encode_crate(reader, result.hits[hit].rank, false, &encoder, error) != 0)
            return false;
    }
    encoder_init(&encoder, (enum encoding)(i % 2), out);
    return index_reader_encode_crate_page(reader, rank, CRATE_FULL_PAGE, &encoder, error) == 0 &&
           sparse_index_read(reader, rank, out, &last_modified, error) >= 0;
}

static void flip(const struct fixture *fixture, size_t at, unsigned bit)
{
    unsigned char byte;
    assert_int_equal(pread(fixture->file, &byte, 1, (off_t)at), 1);
    byte ^= (unsigned char)(1U << bit);
    assert_int_equal(pwrite(fixture->file, &byte, 1, (off_t)at), 1);
}

static int make_index(void **state)
{
    static struct fixture fixture;
    struct error error = {.message = ""};
    const char *given = getenv("INDEX");
    built_index_make(&fixture.built, SAMPLE_DUMP);
    char *bytes = file_read(given != NULL ? given : fixture.built.path, &fixture.size);
    file_write(folder_join(fixture.path, fixture.built.folder, "bits.cdx"), bytes, fixture.size);
    free(bytes);
    struct index *index = index_open(fixture.path, &error);
    assert_non_null(index);
    struct index_reader *reader = index_reader_open(index, &error);
    assert_non_null(reader);
    for (unsigned i = 0; i < N_CRATES; i++) {
        msgpack_sbuffer_init(&fixture.expected[i]);
        if (!ask(index, reader, i, &fixture.expected[i], &error))
            fail_msg("%s", error.message);
    }
    index_reader_close(reader);
    index_close(index);
    fixture.file = open(fixture.path, O_RDWR | O_CLOEXEC);
    assert_true(fixture.file >= 0);
    *state = &fixture;
    return 0;
}

static int remove_index(void **state)
{
    struct fixture *fixture = *state;
    for (unsigned i = 0; i < N_CRATES; i++)
        msgpack_sbuffer_destroy(&fixture->expected[i]);
    close(fixture->file);
    built_index_remove(&fixture->built);
    return 0;
}

static void expect_says_damaged(const struct fixture *fixture, const struct error *error)
{
    if (strstr(error->message, fixture->path) == NULL ||
        strpbrk(error->message, "\n\r\033") != NULL)
        fail_msg("\"%s\" does not name %s", error->message, fixture->path);
}

struct outcomes {
    unsigned n_refused;
    unsigned n_failed;    /* opened, and some reader was told of the page */
    unsigned n_untouched; /* nobody asked for the page, and every answer was right */
};

static void try_bit(const struct fixture *fixture, size_t at, unsigned bit,
                    struct outcomes *outcomes)
{
    struct error error = {.message = ""};
    struct index_pages_state pages;
    msgpack_sbuffer out;
    bool has_failed = false;
    flip(fixture, at, bit);
    if (index_verify(fixture->path, NULL, NULL, &error) != -1)
        fail_msg("verify misses bit %u of byte %zu", bit, at);
    expect_says_damaged(fixture, &error);
    struct index *index = index_open(fixture->path, &error);
    if (index == NULL) {
        expect_says_damaged(fixture, &error);
        outcomes->n_refused++;
        flip(fixture, at, bit);
        return;
    }
    struct index_reader *reader = index_reader_open(index, &error);
    assert_non_null(reader);
    msgpack_sbuffer_init(&out);
    for (unsigned i = 0; i < N_CRATES; i++) {
        error.message[0] = '\0';
        if (!ask(index, reader, i, &out, &error)) {
            char page[64];
            snprintf(page, sizeof page, "page %zu is not as it was written",
                     at / INDEX_PAGE_BYTES + 1);
            if (strstr(error.message, page) == NULL)
                fail_msg("bit %u of byte %zu: \"%s\"", bit, at, error.message);
            expect_says_damaged(fixture, &error);
            has_failed = true;
        } else if (out.size != fixture->expected[i].size ||
                   memcmp(out.data, fixture->expected[i].data, out.size) != 0) {
            fail_msg("a wrong answer with bit %u of byte %zu changed", bit, at);
        }
    }
    index_pages_state(index, &pages);
    assert_int_equal(pages.n_damaged, has_failed);
    outcomes->n_failed += has_failed;
    outcomes->n_untouched += !has_failed;
    /* What nobody asked for is found in the background. */
    for (int64_t next = 1; next > 0;)
        next = index_check_pages(index, (uint32_t)next, 1000, &error);
    index_pages_state(index, &pages);
    assert_int_equal(pages.n_damaged, 1);
    assert_int_equal(pages.first_damaged, at / INDEX_PAGE_BYTES + 1);
    assert_int_equal(pages.n_checked, pages.n_pages - 1);
    /* When the disk gives the right bytes again, so do we. */
    flip(fixture, at, bit);
    for (unsigned i = 0; i < N_CRATES; i++) {
        if (!ask(index, reader, i, &out, &error))
            fail_msg("%s", error.message);
    }
    assert_int_equal(index_check_pages(index, 1, UINT32_MAX, &error), 0);
    index_pages_state(index, &pages);
    assert_int_equal(pages.n_damaged, 0);
    assert_int_equal(pages.n_checked, pages.n_pages);
    msgpack_sbuffer_destroy(&out);
    index_reader_close(reader);
    index_close(index);
}

static void every_changed_bit_is_found(void **state)
{
    const struct fixture *fixture = *state;
    const char *given = getenv("BITS");
    unsigned n_bits = given != NULL ? (unsigned)strtoul(given, NULL, 10) : DEFAULT_BITS;
    struct outcomes outcomes = {0};
    uint64_t seed = 127;
    for (unsigned i = 0; i < n_bits; i++) {
        uint64_t place = (uint64_t)random_next(&seed) << 32 | random_next(&seed);
        /* Some in the first page and some in the trailer, which are small. */
        size_t from = i % 10 == 1 ? fixture->size - fixture->size / 512 : 0;
        size_t n = i % 10 == 0 ? 200 : fixture->size - from;
        try_bit(fixture, from + (size_t)(place % n), random_below(&seed, 8), &outcomes);
    }
    if (given != NULL)
        printf("%u bits: verify found all; %u times the file was refused, %u times a reader was "
               "told, %u times nobody asked for the page\n",
               n_bits, outcomes.n_refused, outcomes.n_failed, outcomes.n_untouched);
    assert_true(outcomes.n_refused > 0 && outcomes.n_failed > 0 && outcomes.n_untouched > 0);
}

/* A file of 4 TiB, all of it holes but its first page, which says so. */
static void a_long_empty_file_costs_nothing(void **state)
{
    const struct fixture *fixture = *state;
    const uint32_t n_pages = UINT32_C(1) << 30;
    const unsigned char says_so[] = {(unsigned char)(n_pages >> 24), 0, 0, 0};
    char path[FOLDER_PATH_SIZE + sizeof ".long"];
    unsigned char page[4096];
    struct error error;
    struct rusage usage;
    snprintf(path, sizeof path, "%s.long", fixture->path);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(pread(fixture->file, page, sizeof page, 0), sizeof page);
    memcpy(page + 28, says_so, sizeof says_so);
    assert_int_equal(pwrite(file, page, sizeof page, 0), sizeof page);
    bool is_long = ftruncate(file, page_checksums_size(n_pages) + (off_t)n_pages * 4096) == 0;
    close(file);
    struct index *index = is_long ? index_open(path, &error) : NULL;
    unlink(path);
    if (!is_long)
        skip(); /* the file system has no files as long */
    assert_null(index);
    assert_non_null(strstr(error.message, "the checksums of its pages have changed"));
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    assert_true(usage.ru_maxrss < 1 << 20); /* KiB */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_changed_bit_is_found),
        cmocka_unit_test(a_long_empty_file_costs_nothing),
    };
    return cmocka_run_group_tests(tests, make_index, remove_index);
}
