/* Texts beyond ASCII are found by their own words, folded as FTS5's unicode61 folds; texts that may
   not be searched for are refused. */
#include "tests/support/built_index.h"
#include "tests/support/sql.h"

#include <cratedex/ranking.h>
#include <cratedex/search.h>
#include <cratedex/search_text.h>
#include <cratedex/utf8.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CRATE(id, name, description)                                                               \
    id "," name ",2020-01-01 00:00:00+00,2020-01-01 00:00:00+00,\"" description "\",,,\n"

/* Separated by a comma or a space: CJK text has no words of its own, a run of it is one. */
static const struct dump_file files[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE(
        "crates", CRATES_COLUMNS
        "\n" CRATE("1", "chinese", "中文 分词器, fast") CRATE("2", "japanese",
                                                              "日本語 の テキスト、解析")
            CRATE("3", "korean", "한국어 형태소") CRATE("4", "russian", "Быстрый разбор Ёлки")
                CRATE("5", "crab", "Made with 🦀 and ❤️ love") CRATE("6", "composed",
                                                                           "A café Über résumé")
                    CRATE("7", "combined", "A café Über résumé") CRATE("8", "plain",
                                                                       "A cafe uber "
                                                                       "resume")
                        CRATE("9", "arabic", "مكتبة سريعة") CRATE("10", "hebrew", "ספרייה מהירה")
                            CRATE("11", "greek", "Ανάλυση κειμένου") CRATE("12", "thai", "ห้องสมุด")
                                CRATE("13", "mixed", "rust語でjsonを — parse…")
                                    CRATE("14", "k", "")),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
    BUILT_END,
};

static int open_index(void **state)
{
    return built_index_set_up(state, files);
}

/* The ids of what is found, ascending: "1 2". Nothing is corrected; every word must occur. */
static const char *ids(struct built_index *built, const char *text, enum search_match match)
{
    static struct search_result result;
    static char list[256];
    struct error error = {.message = ""};
    struct ranking ranking;
    char path_sql[128];
    size_t at = 0;
    ranking_set_defaults(&ranking);
    ranking.typos = false;
    const struct search_query query = {.text = {text, strlen(text)},
                                       .sort = SEARCH_SORT_RELEVANCE,
                                       .match = match,
                                       .ranking = &ranking,
                                       .limit = SEARCH_MAX_LIMIT};
    if (search_run(built->reader, &query, &result, &error) != SEARCH_OK)
        fail_msg("%s: %s", text, error.message);
    bool found[32] = {false};
    for (uint32_t i = 0; i < result.n_hits; i++) {
        snprintf(path_sql, sizeof path_sql, "SELECT id FROM crates WHERE rank = %u",
                 result.hits[i].rank);
        char *id = sql_text(built->path, path_sql);
        found[strtoul(id, NULL, 10)] = true;
        free(id);
    }
    list[0] = '\0';
    for (size_t id = 1; id < sizeof found; id++) {
        if (found[id])
            at += (size_t)snprintf(list + at, sizeof list - at, "%s%zu", at > 0 ? " " : "", id);
    }
    return list;
}

static void every_script_is_found_by_its_words(void **state)
{
    static const struct {
        const char *text;
        const char *ids;
    } cases[] = {
        {"中文", "1"},
        {"分词器", "1"},
        {"分词器 fast", "1"},
        {"分词", "1"}, /* the beginning of a run, which is one word */
        {"词器", ""},  /* another part of it is no word */
        {"日本語", "2"},
        {"テキスト", "2"},
        {"解析", "2"}, /* behind an ideographic comma */
        {"한국어", "3"},
        {"형태소", "3"},
        {"быстрый", "4"}, /* lower case of what is capital */
        {"БЫСТРЫЙ разбор", "4"},
        {"🦀", ""}, /* a word to unicode61, which knows Unicode 6.1, but not to people */
        {"🦀 love", "5"},
        {"made ❤️", "5"},
        {"café", "6 7 8"}, /* accents fold, composed or combined */
        {"café", "6 7 8"},
        {"CAFE", "6 7 8"},
        {"CAFÉ", "6 7 8"},
        {"über résumé", "6 7 8"},
        {"über résumé", "6 7 8"},
        {"مكتبة", "9"},
        {"سريعة مكتبة", "9"},
        {"ספרייה", "10"},
        {"‏מהירה‏", "10"}, /* between right-to-left marks */
        {"ανάλυση", "11"},
        {"ΑΝΆΛΥΣΗ", "11"},
        {"ห้องสมุด", "12"},
        {"rust語でjsonを", "13"},
        {"“parse”", "13"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *found = ids(*state, cases[i].text, SEARCH_MATCH_ALL);
        if (strcmp(found, cases[i].ids) != 0)
            fail_msg("\"%s\" finds %s, not %s", cases[i].text, found, cases[i].ids);
    }
}

/* What FTS5 itself finds for each word of the descriptions is found here too. */
static void folding_is_that_of_fts5(void **state)
{
    struct built_index *built = *state;
    static const char *const words[] = {
        "中文",  "разбор",   "ёлки",     "елки",     "ÜBER", "RÉSUMÉ", "да",
        "مكتبة", "κειμένου", "κειμενου", "ｃａｆｅ", "ß",    "ſ",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char sql[256];
        snprintf(sql, sizeof sql,
                 "SELECT coalesce(group_concat(id, ' '), '') FROM (SELECT id FROM crates_fts f"
                 " JOIN crates c ON c.rank = f.rowid WHERE crates_fts MATCH '\"%s\"' ORDER BY id)",
                 words[i]);
        sql_expect(built->path, sql, ids(built, words[i], SEARCH_MATCH_ALL));
    }
}

/* The beginning of a word in any script, as typed so far. */
static void unfinished_words(void **state)
{
    assert_string_equal(ids(*state, "分", SEARCH_MATCH_BEST), "1");
    assert_string_equal(ids(*state, "быст", SEARCH_MATCH_BEST), "4");
    assert_string_equal(ids(*state, "ספ", SEARCH_MATCH_BEST), "10");
    assert_string_equal(ids(*state, "résu", SEARCH_MATCH_BEST), "6 7 8");
}

static void bad_texts(void **state)
{
    struct built_index *built = *state;
    static struct search_result result;
    char longest[SEARCH_MAX_TEXT_BYTES + 4];
    memset(longest, 'x', sizeof longest);
    static const struct {
        const char *text;
        size_t length;
        const char *says;
    } cases[] = {
        {"a\0b", 3, "control character"},   {"\x1b[0m", 4, "control character"},
        {"bell\a", 5, "control character"}, {"\x7f", 1, "control character"},
        {"\xff", 1, "not valid UTF-8"},     {"caf\xc3", 4, "not valid UTF-8"},
        {"\xc0\xaf", 2, "not valid UTF-8"}, {"\xed\xa0\x80", 3, "not valid UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {.message = ""};
        struct search_query query = {.text = {cases[i].text, cases[i].length}, .limit = 10};
        assert_int_equal(search_check_text(cases[i].text, cases[i].length, &error),
                         SEARCH_BAD_TEXT);
        assert_non_null(strstr(error.message, cases[i].says));
        assert_int_equal(search_run(built->reader, &query, &result, NULL), SEARCH_BAD_TEXT);
    }
    struct error error = {.message = ""};
    assert_int_equal(search_check_text(longest, 256, &error), SEARCH_OK);
    assert_int_equal(search_check_text(longest, 257, &error), SEARCH_BAD_TEXT);
    assert_string_equal(error.message, "the query is longer than 256 characters");
    for (size_t i = 0; i < sizeof longest; i += 4)
        memcpy(longest + i, "\U0001F980", 4);
    assert_int_equal(search_check_text(longest, SEARCH_MAX_TEXT_BYTES, &error), SEARCH_OK);
    assert_int_equal(search_check_text(longest, SEARCH_MAX_TEXT_BYTES + 4, &error),
                     SEARCH_BAD_TEXT);
    assert_string_equal(error.message, "the query is longer than 256 characters");
    assert_int_equal(search_check_text(" \t\r\n\v\f", 6, &error), SEARCH_OK);
    assert_int_equal(search_check_text("", 0, &error), SEARCH_OK);
    assert_int_equal(search_check_text("r\u00E9sum\u00E9 \U0001F980", 13, &error), SEARCH_OK);
}

/* Edits are of characters: one that no name has is none that is left out. */
static void one_character_is_no_misspelt_name(void **state)
{
    struct built_index *built = *state;
    static const char *const texts[] = {"\U00020BB7", "\U0001F680", "\u00E9\u00E9", "ak\u00E9"};
    static struct search_result result;
    struct error error = {.message = ""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct search_query query = {.text = {texts[i], strlen(texts[i])}, .limit = 10};
        assert_int_equal(search_run(built->reader, &query, &result, &error), SEARCH_OK);
        assert_int_equal(result.total, 0);
        assert_string_equal(result.did_you_mean, "");
    }
}

/* What a text may have meant is told as a whole or not at all. */
static void corrections_have_room(void **state)
{
    struct built_index *built = *state;
    static struct search_result result;
    struct error error = {.message = ""};
    char text[SEARCH_MAX_TEXT_BYTES];
    size_t length = (size_t)snprintf(text, sizeof text, "hebruw ");
    for (unsigned n = 1; n <= 240; n++) {
        memcpy(text + length, "\u4E2D", 3);
        length += 3;
        struct search_query query = {.text = {text, length}, .limit = 1};
        assert_int_equal(search_run(built->reader, &query, &result, &error), SEARCH_OK);
        size_t n_told = strlen(result.did_you_mean);
        assert_int_equal(n_told, length < sizeof result.did_you_mean ? length : 0);
        assert_true(n_told == 0 || strncmp(result.did_you_mean, "hebrew ", 7) == 0);
        assert_true(utf8_is_valid(result.did_you_mean, n_told));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_script_is_found_by_its_words),
        cmocka_unit_test(folding_is_that_of_fts5),
        cmocka_unit_test(unfinished_words),
        cmocka_unit_test(bad_texts),
        cmocka_unit_test(one_character_is_no_misspelt_name),
        cmocka_unit_test(corrections_have_room),
    };
    return cmocka_run_group_tests_name("search_text", tests, open_index, built_index_tear_down);
}
