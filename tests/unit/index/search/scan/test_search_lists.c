/* The three ways of finding what matches by its words give the same crates, scores and count: by
   adding up scores, block by block, and one crate after the other. The index has enough crates for
   many blocks, and words of every frequency. */
#include "index/search/scan/search_lists.h"

#include "index/search/scan/search_accumulate.h"
#include "index/search/scan/search_blocks.h"
#include "index/search/scan/search_merge.h"
#include "index/search/scan/search_scan.h"

#include "tests/support/built_index.h"
#include "tests/support/random.h"

#include <cratedex/ranking.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_CRATES 20000
#define N_WORDS 300
#define ROW_BYTES 256
#define N_ROUNDS 400

struct fixture {
    struct built_index built;
    uint64_t *filter;
    uint64_t *matches; /* filter or not, as expected and in the way at hand */
    uint64_t *expected_matches;
    float *expected; /* by rank; NaN: not collected */
    float *scores;
    struct search_plan plan;
    struct search_scan_scratch scratch;
};

/* What was collected, by rank. */
struct collection {
    struct search_collector collector;
    float *scores;
};

/* Word 1 stands in a third of all descriptions, word n in one of 3n. Words begin alike in threes,
   so that one completes the others. */
static void print_word(char *text, size_t capacity, unsigned word)
{
    static const char *const ends[] = {"", "bo", "bodu"};
    snprintf(text, capacity, "w%c%c%s", 'a' + (int)(word / 3 % 26), 'a' + (int)(word / 78 % 26),
             ends[word % 3]);
}

static unsigned random_number_of_word(uint64_t *seed)
{
    unsigned most = 1 + random_below(seed, N_WORDS);
    return random_below(seed, most);
}

static size_t append_crate(char *text, uint32_t id, uint64_t *seed)
{
    size_t at = (size_t)snprintf(text, ROW_BYTES,
                                 "%u,crate-%u,2020-01-01 00:00:00,2020-01-01 00:00:00,\"", id, id);
    for (uint32_t n = random_below(seed, 9); n > 0; n--) {
        char word[16];
        print_word(word, sizeof word, random_number_of_word(seed));
        at += (size_t)snprintf(text + at, ROW_BYTES - at, "%s ", word);
    }
    return at + (size_t)snprintf(text + at, ROW_BYTES - at, "\",,,\n");
}

static int open_fixture(void **state)
{
    static struct fixture fixture;
    uint64_t seed = 227;
    char *crates = malloc((size_t)N_CRATES * ROW_BYTES + 256);
    char *versions = malloc((size_t)N_CRATES * ROW_BYTES + 256);
    assert_true(crates != NULL && versions != NULL);
    size_t crates_at = (size_t)snprintf(crates, ROW_BYTES, "%s\n", CRATES_COLUMNS);
    size_t versions_at = (size_t)snprintf(versions, ROW_BYTES, "%s\n", VERSIONS_COLUMNS);
    for (uint32_t id = 1; id <= N_CRATES; id++) {
        crates_at += append_crate(crates + crates_at, id, &seed);
        versions_at +=
            (size_t)snprintf(versions + versions_at, ROW_BYTES,
                             "%u,%u,1.0.0,2020-01-01 00:00:00,f,%u,2020-01-01 00:00:00\n", id, id,
                             random_below(&seed, 1000000));
    }
    const struct dump_file files[] = {BUILT_TABLE("crates", crates),
                                      BUILT_TABLE("versions", versions),
                                      BUILT_TIME("2026-11-01T02:00:00Z"), BUILT_END};
    built_index_from_files(&fixture.built, files);
    free(crates);
    free(versions);
    assert_int_equal(index_n_crates(fixture.built.index), N_CRATES);
    struct error error;
    assert_int_equal(
        search_scan_scratch_create(&fixture.scratch, &fixture.built.index->columns, &error), 0);
    fixture.filter = calloc(bitmap_n_words(N_CRATES + 1), sizeof *fixture.filter);
    fixture.expected_matches = calloc(bitmap_n_words(N_CRATES + 1), sizeof *fixture.filter);
    fixture.matches = calloc(bitmap_n_words(N_CRATES + 1), sizeof *fixture.filter);
    assert_true(fixture.expected_matches != NULL && fixture.matches != NULL);
    fixture.expected = calloc(N_CRATES + 1, sizeof *fixture.expected);
    fixture.scores = calloc(N_CRATES + 1, sizeof *fixture.scores);
    assert_true(fixture.filter != NULL && fixture.expected != NULL && fixture.scores != NULL);
    *state = &fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->filter);
    free(fixture->expected_matches);
    free(fixture->matches);
    free(fixture->expected);
    free(fixture->scores);
    search_scan_scratch_free(&fixture->scratch);
    built_index_remove(&fixture->built);
    return 0;
}

static void collect(struct search_collector *collector, uint32_t rank, float score)
{
    struct collection *collection = (struct collection *)collector;
    assert_in_range(rank, 1, N_CRATES);
    assert_true(isnan(collection->scores[rank]));
    assert_true(score >= collector->floor);
    collection->scores[rank] = score;
}

/* A query, and how it is looked for. */
struct searched {
    char text[SEARCH_MAX_TEXT_BYTES];
    struct ranking ranking;
    enum search_match match;
    const uint64_t *filter;
    float floor;
};

static void make_search(struct fixture *fixture, struct searched *search, uint64_t *seed)
{
    size_t length = 0;
    for (uint32_t n = 1 + random_below(seed, 5); n > 0; n--) {
        char word[16];
        print_word(word, sizeof word, random_number_of_word(seed));
        length += (size_t)snprintf(search->text + length, sizeof search->text - length, "%s%s",
                                   length > 0 ? " " : "", word);
    }
    ranking_set_defaults(&search->ranking);
    search->ranking.min_share = (double)random_below(seed, 11) / 10;
    search->ranking.prefix = (double)random_below(seed, 3) / 2;
    search->ranking.stem = (double)random_below(seed, 3) / 2;
    search->ranking.synonym = (double)random_below(seed, 3) / 2;
    search->ranking.typos = false;
    search->match = random_below(seed, 3) == 0 ? SEARCH_MATCH_ALL : SEARCH_MATCH_BEST;
    search->floor = random_below(seed, 2) == 0 ? -INFINITY : (float)random_below(seed, 2000) / 1000;
    search->filter = random_below(seed, 3) == 0 ? fixture->filter : NULL;
    bitmap_reset(fixture->filter, bitmap_n_words(N_CRATES + 1));
    for (uint32_t rank = 1; search->filter != NULL && rank <= N_CRATES; rank++) {
        if (random_below(seed, 3) > 0)
            bitmap_set(fixture->filter, rank);
    }
}

/* Begins a scan of the query, with an empty collection. */
static void begin(struct fixture *fixture, const struct searched *search, float *scores,
                  struct collection *collection, struct search_scan_state *scan)
{
    struct error error = {.message = ""};
    struct index_reader *reader = fixture->built.reader;
    struct search_string text = {search->text, strlen(search->text)};
    static struct query_reading reading;
    if (query_reading_make(&reading, reader->index, reader, text, &error) != 0 ||
        search_plan_make(&fixture->plan, reader, &search->ranking, &reading, search->match,
                         &error) != 0)
        fail_msg("%s: %s", search->text, error.message);
    for (uint32_t rank = 0; rank <= N_CRATES; rank++)
        scores[rank] = NAN;
    *collection = (struct collection){{collect, search->floor}, scores};
    *scan = (struct search_scan_state){
        .plan = &fixture->plan,
        .index = fixture->built.index,
        .scratch = &fixture->scratch,
        .filter = search->filter,
        .matched = scores == fixture->expected ? fixture->expected_matches : fixture->matches,
        .collector = &collection->collector};
    bitmap_reset(scan->matched, bitmap_n_words(N_CRATES + 1));
}

static void expect_the_same(const struct fixture *fixture, const struct searched *search,
                            const char *way)
{
    for (uint32_t rank = 1; rank <= N_CRATES; rank++) {
        bool is_expected = !isnan(fixture->expected[rank]);
        if (is_expected == isnan(fixture->scores[rank]) ||
            (is_expected && fixture->expected[rank] != fixture->scores[rank]))
            fail_msg("\"%s\" %s: crate %u has %a, not %a", search->text, way, rank,
                     (double)fixture->scores[rank], (double)fixture->expected[rank]);
    }
    assert_memory_equal(fixture->matches, fixture->expected_matches,
                        bitmap_n_words(N_CRATES + 1) * sizeof *fixture->matches);
}

static void scan_by_lists(struct fixture *fixture, const struct searched *search, bool merges,
                          uint64_t n_expected, float required)
{
    struct collection collection;
    struct search_scan_state scan;
    struct search_lists lists;
    float greatest = 0;
    begin(fixture, search, fixture->scores, &collection, &scan);
    assert_true(search_lists_take(&lists, &scan));
    assert_true(search_lists_require(&lists, scan.plan->required - SEARCH_MASS_TOLERANCE));
    if (required < scan.plan->required) { /* the other way fell back */
        (merges ? search_scan_merged : search_scan_blocks)(&lists);
        assert_false(lists.has_match);
        assert_true(search_lists_require(&lists, 0));
        assert_true((merges ? search_merged_greatest_mass
                            : search_blocks_greatest_mass)(&lists, &greatest));
        assert_true(greatest == required);
        assert_true(search_lists_require(&lists, greatest - SEARCH_MASS_TOLERANCE));
    }
    (merges ? search_scan_merged : search_scan_blocks)(&lists);
    assert_int_equal(scan.n_matches, n_expected);
    expect_the_same(fixture, search, merges ? "merged" : "by blocks");
}

static void all_ways_agree(void **state)
{
    struct fixture *fixture = *state;
    uint64_t seed = 229;
    uint64_t n_found = 0;
    unsigned n_fallen_back = 0;
    for (int round = 0; round < N_ROUNDS; round++) {
        struct searched search;
        struct collection collection;
        struct search_scan_state scan;
        make_search(fixture, &search, &seed);
        begin(fixture, &search, fixture->expected, &collection, &scan);
        if (scan.plan->no_words_match)
            continue;
        float asked = scan.plan->required;
        search_scan_accumulate(&scan);
        uint64_t n_expected = scan.n_matches;
        float required = scan.plan->required;
        n_found += n_expected;
        n_fallen_back += required < asked;
        scan_by_lists(fixture, &search, false, n_expected, required);
        scan_by_lists(fixture, &search, true, n_expected, required);

        /* And so does the one that chooses. */
        begin(fixture, &search, fixture->scores, &collection, &scan);
        assert_true(search_scan_lists(&scan));
        assert_int_equal(scan.n_matches, n_expected);
        assert_true(scan.plan->required == required);
        expect_the_same(fixture, &search, "as chosen");
    }
    assert_true(n_found > 50000);
    assert_true(n_fallen_back > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ways_agree),
    };
    return cmocka_run_group_tests_name("search_lists", tests, open_fixture, close_fixture);
}
