/* The last word is completed as it was typed, by what begins with its letters, and not by its
   stem. */
#include "tests/support/described_crates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct described_crate crates[] = {
    {.name = "builder", .description = "Builds and rebuilds things", .downloads = 900},
    {.name = "fieldbus", .description = "Several buses of a business", .downloads = 800},
    {.name = "rocket", .description = "Rockets", .downloads = 700},
    {.name = "kv", .description = "Redirects and redistributes", .downloads = 600},
    {.name = "cache", .description = "A client of Redis", .downloads = 500},
    {.name = "fun", .description = "Gaming and games", .downloads = 400},
    {.name = "encoder", .description = "A serialization framework", .downloads = 300},
    {.name = "scout", .description = "For the reconnaissance of planets", .downloads = 200},
    {.name = "notes", .readme = "Works with kubernetes clusters", .downloads = 100},
    {.name = "sign", .description = "\u7b7e\u540d\u670d\u52a1\u5668", .downloads = 50},
    {.name = NULL},
};

static int open_index(void **state)
{
    return described_crates_set_up(state, crates);
}

static bool finds(struct built_index *built, const char *text, const char *name)
{
    char spaced[4100];
    char wanted[80];
    snprintf(spaced, sizeof spaced, " %s ", described_crates_found(built, text));
    snprintf(wanted, sizeof wanted, " %s ", name);
    return strstr(spaced, wanted) != NULL;
}

/* A stem may begin as another word does: bus is stemmed to bu, redis to redi. */
static void what_only_begins_with_the_stem_is_not_found(void **state)
{
    static const struct {
        const char *text;
        const char *found;
    } cases[] = {
        {"bus", "fieldbus"}, {"ros", ""},      {"redis", "cache kv"},
        {"gas", ""},         {"games", "fun"}, {"redistr", "kv"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(described_crates_found(*state, cases[i].text), cases[i].found);
}

/* From two letters on, whatever the stem of what is typed so far; with every sort. */
static void every_prefix_of_a_word_finds_it(void **state)
{
    static const struct {
        const char *word;
        const char *name;
    } cases[] = {
        {"serialization", "encoder"}, {"reconnaissance", "scout"}, {"business", "fieldbus"},
        {"kubernetes", "notes"},      {"redistributes", "kv"},     {"framework", "encoder"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t length = 2; length <= strlen(cases[i].word); length++) {
            char typed[32];
            snprintf(typed, sizeof typed, "%.*s", (int)length, cases[i].word);
            if (!finds(*state, typed, cases[i].name))
                fail_msg("%s does not find %s", typed, cases[i].name);
            struct search_query by_downloads = {.sort = SEARCH_SORT_DOWNLOADS};
            if (strstr(described_crates_found_by(*state, typed, by_downloads), cases[i].name) ==
                NULL)
                fail_msg("%s does not find %s by downloads", typed, cases[i].name);
        }
    }
    /* A run of characters without spaces is one word, whose beginning is a character. */
    assert_true(finds(*state, "\u7b7e\u540d", "sign"));
    assert_true(finds(*state, "\u7b7e", "sign"));
}

static void only_the_last_word_may_be_unfinished(void **state)
{
    assert_string_equal(described_crates_found(*state, "planets reconnaissa"), "scout");
    assert_string_equal(described_crates_found(*state, "reconnaissa planets"), "");
}

/* What has the word counts more than what begins with it. */
static void whole_words_come_first(void **state)
{
    (void)state;
    static const struct described_crate few[] = {
        {.name = "begun", .description = "Businesses", .downloads = 900},
        {.name = "whole", .description = "A bus", .downloads = 100},
        {.name = NULL},
    };
    struct built_index built;
    described_crates_build(&built, few);
    assert_string_equal(described_crates_found(&built, "bus"), "whole begun");
    assert_string_equal(described_crates_found(&built, "busi"), "begun");
    built_index_remove(&built);
}

/* Of a hundred words that begin alike the most frequent count, and a whole word always does. */
static void frequent_words_are_taken_first(void **state)
{
    (void)state;
    enum { N_WORDS = 100 };
    static struct described_crate many[N_WORDS + 3];
    static char names[N_WORDS][24];
    static char words[N_WORDS][24];
    struct built_index built;
    for (int i = 0; i < N_WORDS; i++) {
        snprintf(names[i], sizeof names[i], "crate%d", i);
        snprintf(words[i], sizeof words[i], "zz%c%c", (char)('a' + i / 26), (char)('a' + i % 26));
        many[i] = (struct described_crate){.name = names[i], .description = words[i]};
    }
    many[N_WORDS] = (struct described_crate){.name = "first", .description = "zzzzq"};
    many[N_WORDS + 1] = (struct described_crate){.name = "second", .description = "zzzzq"};
    described_crates_build(&built, many);
    assert_true(finds(&built, "zz", "first"));
    assert_true(finds(&built, "zz", "second"));
    assert_true(finds(&built, "zzdv", "crate99"));
    assert_true(finds(&built, "zzd", "crate99"));
    built_index_remove(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_only_begins_with_the_stem_is_not_found),
        cmocka_unit_test(every_prefix_of_a_word_finds_it),
        cmocka_unit_test(only_the_last_word_may_be_unfinished),
        cmocka_unit_test(whole_words_come_first),
        cmocka_unit_test(frequent_words_are_taken_first),
    };
    return cmocka_run_group_tests_name("search_completion", tests, open_index,
                                       described_crates_tear_down);
}
