/* The words that an index has of its crates, as they are written: all four fields, with symbols,
   folded, and by falling frequency. */
#include "index/segment/open_index.h"
#include "index/segment/word_list.h"
#include "index/trie/trie.h"
#include "index/trie/trie_complete.h"

#include "tests/support/described_crates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct described_crate crates[] = {
    {.name = "http-server",
     .description = "Serving files",
     .keywords = "http c++",
     .readme = "# Servers\n\nIt serves files of `no_std` servers.",
     .downloads = 300},
    {.name = "no-std-compat",
     .description = "B\u1EC7nh for C#, be\u0323\u0302nh",
     .categories = "no-std::no-alloc",
     .downloads = 200},
    {.name = "Fizz2",
     .description = "Served",
     .keywords = "server",
     .categories = "algorithms",
     .readme = "B\u00EAnh of the server",
     .downloads = 100},
    {.name = NULL},
};

static int open_index(void **state)
{
    return described_crates_set_up(state, crates);
}

/* The postings of a word: rank and fields of each crate, "1:nd 3:r". */
static const char *postings_of_word(const struct built_index *built, const char *word)
{
    static char text[64];
    const unsigned char *values;
    size_t at = 0;
    text[0] = '\0';
    if (trie_find(&built->index->words, word, strlen(word), &values) == 0)
        return text;
    struct posting_list list = postings_of(&built->index->written, trie_value(values, 0));
    for (uint32_t i = 0; i < list.n; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%u:", i == 0 ? "" : " ",
                               list.ranks[i]);
        for (unsigned field = 0; field < 4; field++) {
            if (list.fields[i] >> field & 1)
                at += (size_t)snprintf(text + at, sizeof text - at, "%c", "nkdr"[field]);
        }
    }
    return text;
}

static void words_have_the_crates_and_fields_in_which_they_stand(void **state)
{
    static const struct {
        const char *word;
        const char *postings;
    } cases[] = {
        {"http", "1:nk"},
        {"server", "1:n 3:kr"},
        {"servers", "1:r"},
        {"serving", "1:d"},
        {"serves", "1:r"},
        {"served", "3:d"},
        {"serv", ""}, /* a stem */
        {"files", "1:dr"},
        {"file", ""},
        /* A name by its words and as it is written. */
        {"fizz", "3:n"},
        {"2", "3:n"},
        {"fizz2", "3:n"},
        {"Fizz2", ""},
        /* Accents, one character or several. */
        {"benh", "2:d 3:r"},
        {"b\u1EC7nh", ""},
        /* With symbols, beside their parts. */
        {"cplusplus", "1:k"},
        {"c", "1:k 2:d"},
        {"csharp", "2:d"},
        {"nostd", "1:r 2:nk"},
        {"no", "1:r 2:n"},
        {"std", "1:r 2:n"},
        {"noalloc", "2:k"},
        {"alloc", ""}, /* categories are no words else */
        {"algorithms", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *postings = postings_of_word(*state, cases[i].word);
        if (strcmp(postings, cases[i].postings) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].word, postings, cases[i].postings);
    }
}

static void frequent_words_come_first(void **state)
{
    const struct built_index *built = *state;
    uint32_t numbers[2];
    const unsigned char *values;
    assert_int_equal(trie_complete(&built->index->words, "serv", 4, numbers, 2), 2);
    assert_int_equal(trie_find(&built->index->words, "server", 6, &values), 1);
    assert_int_equal(numbers[0], trie_value(values, 0));
}

/* A word that nobody can type whole is none of them; its crate is found by its stem. */
static void words_without_end(void **state)
{
    (void)state;
    static char readme[2 * WRITTEN_MAX_BYTES + 16];
    memset(readme, 'x', WRITTEN_MAX_BYTES);
    readme[WRITTEN_MAX_BYTES] = ' ';
    memset(readme + WRITTEN_MAX_BYTES + 1, 'y', WRITTEN_MAX_BYTES + 1);
    const struct described_crate long_crates[] = {{.name = "long", .readme = readme},
                                                  {.name = NULL}};
    struct built_index built;
    uint32_t number;
    described_crates_build(&built, long_crates);
    assert_int_equal(trie_complete(&built.index->words, "xx", 2, &number, 1), 1);
    assert_int_equal(trie_complete(&built.index->words, "yy", 2, &number, 1), 0);
    assert_int_equal(trie_complete(&built.index->terms, "yy", 2, &number, 1), 1);
    built_index_remove(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_the_crates_and_fields_in_which_they_stand),
        cmocka_unit_test(frequent_words_come_first),
        cmocka_unit_test(words_without_end),
    };
    return cmocka_run_group_tests_name("build_words", tests, open_index,
                                       described_crates_tear_down);
}
