/* Corrections of misspelt words: from where the words come, which one is chosen, and how many edits
   are allowed. */
#include "index/search/plan/spelling.h"

#include "index/segment/open_index.h"
#include "index/trie/trie.h"
#include "tests/support/built_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char crates[] = CRATES_COLUMNS
    "\n1,FooParser,2020-01-01,2020-01-01,Serialization of things and Serialization again,,,"
    "\n2,bar,2020-01-01,2020-01-01,serialization serialisation uniqueword,,,"
    "\n3,baz,2020-01-01,2020-01-01,Caf\u00e9s serialisation serializing,,,"
    "\n4,qux,2020-01-01,2020-01-01,caf\u00e9s serialization,,,\n";

static int open_small(void **state)
{
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", crates),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n1,1,1.0.0,2020-01-01,f,0,2020-01-01\n"),
        BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,Networking,1,2020-01-01\n"),
        BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n1,1\n"),
        BUILT_END,
    };
    return built_index_set_up(state, files);
}

/* How many crates have exactly that word; 0 where it is not listed. */
static uint64_t count(void **state, const char *word)
{
    const struct index *index = ((const struct built_index *)*state)->index;
    const unsigned char *values;
    if (trie_find(&index->spelling, word, strlen(word), &values) == 0)
        return 0;
    return word_list_word(&index->spelling_list, trie_value(values, 0)).n_crates;
}

static void counts_words_as_they_are_written(void **state)
{
    assert_int_equal(count(state, "serialization"), 3); /* once a crate */
    assert_int_equal(count(state, "serialisation"), 2);
    assert_int_equal(count(state, "serial"), 0);     /* a stem */
    assert_int_equal(count(state, "networking"), 1); /* a keyword, in lower case */
    assert_int_equal(count(state, "fooparser"), 1);  /* the name, whole */
    assert_int_equal(count(state, "parser"), 1);     /* and by its words */
    assert_int_equal(count(state, "cafes"), 2);      /* folded */
    assert_int_equal(count(state, "uniqueword"), 0); /* in one description */
    assert_int_equal(count(state, "serializing"), 0);
    assert_int_equal(count(state, ""), 0);
}

static void expect_correction(void **state, const char *word, const char *right, unsigned distance,
                              uint64_t n_crates)
{
    struct spelling_correction correction;
    const struct built_index *built = *state;
    int found = spelling_correct(built->index, word, strlen(word), 0, &correction);
    if (right == NULL) {
        if (found != 0)
            fail_msg("%s: %.*s", word, (int)correction.length, correction.word);
        return;
    }
    if (found != 1)
        fail_msg("%s: nothing", word);
    if (correction.length != strlen(right) ||
        memcmp(correction.word, right, correction.length) != 0)
        fail_msg("%s: %.*s", word, (int)correction.length, correction.word);
    assert_int_equal(correction.distance, distance);
    assert_int_equal(correction.n_crates, n_crates);
}

static void gives_the_nearest_then_the_most_used(void **state)
{
    expect_correction(state, "serialiration", "serialization", 1, 3);
    expect_correction(state, "serialisatoin", "serialisation", 1, 2);
    expect_correction(state, "erialisation", "serialisation", 1, 2);
    expect_correction(state, "serialisatio", "serialisation", 1, 2);
    expect_correction(state, "serializatoni", "serialization", 2, 3);
    /* A word that occurs is corrected to another one. */
    expect_correction(state, "serialisation", "serialization", 1, 3);
    expect_correction(state, "serialization", "serialisation", 1, 2);
}

static void short_words_have_fewer_edits(void **state)
{
    expect_correction(state, "cafs", NULL, 0, 0);
    expect_correction(state, "cafds", "cafes", 1, 2);
    expect_correction(state, "cafees", "cafes", 1, 2);
    expect_correction(state, "prser", "parser", 1, 1);
    expect_correction(state, "prsre", NULL, 0, 0);
    expect_correction(state, "netwrkng", NULL, 0, 0);
    expect_correction(state, "netwrkngs", NULL, 0, 0); /* three edits */
    expect_correction(state, "netwoorkig", "networking", 2, 1);
    expect_correction(state, "", NULL, 0, 0);
    char longest[300];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    expect_correction(state, longest, NULL, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_words_as_they_are_written),
        cmocka_unit_test(gives_the_nearest_then_the_most_used),
        cmocka_unit_test(short_words_have_fewer_edits),
    };
    return cmocka_run_group_tests_name("spelling", tests, open_small, built_index_tear_down);
}
