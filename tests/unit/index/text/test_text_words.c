/* The words of a query are FTS5's own: cut and stemmed as an FTS5 table with the same tokenizer
   does it, without stop words and without repetitions. */
#include "index/text/text_words.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    sqlite3 *database;
    struct tokenizer *tokenizer;
};

static int open_tokenizer(void **state)
{
    static struct fixture fixture;
    assert_int_equal(sqlite3_open(":memory:", &fixture.database), SQLITE_OK);
    fixture.tokenizer = tokenizer_open(fixture.database, NULL);
    assert_non_null(fixture.tokenizer);
    *state = &fixture;
    return 0;
}

static int close_tokenizer(void **state)
{
    struct fixture *fixture = *state;
    tokenizer_close(fixture->tokenizer);
    tokenizer_close(NULL);
    return sqlite3_close(fixture->database);
}

/* The words, separated by spaces. */
static const char *cut(struct fixture *fixture, const char *text, size_t length)
{
    static char joined[2048];
    static struct text_words words;
    memset(&words, 0xee, sizeof words);
    assert_int_equal(text_words_cut(fixture->tokenizer, text, length, &words, NULL), 0);
    size_t at = 0;
    joined[0] = '\0';
    for (uint32_t i = 0; i < words.n_words; i++)
        at += (size_t)snprintf(joined + at, sizeof joined - at, "%s%.*s", i == 0 ? "" : " ",
                               (int)words.words[i].length, words.bytes + words.words[i].start);
    return joined;
}

static void test_words(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"", ""},
        {" \t  ", ""},
        {"serde", "serd"},
        {"parsing parsers parsed", "pars parser"}, /* "parsed" has the stem of "parsing" */
        {"SERDE Serde serde", "serd"},
        {"tokio-util tokio_util", "tokio util"},
        {"serde::de::Deserialize", "serd de deseri"},
        {"FooBar", "foobar"},
        {"sha2 v1.0", "sha2 v1 0"},
        {"c++", "c"},
        {"\"a NEAR(b\" * ^ OR -c:d", "near b c d"},
        {"r\u00E9sum\u00E9 \u00C9MU", "resum emu"},
        {"\u8AAD\u307F\u66F8\u304D", "\u8AAD\u307F\u66F8\u304D"},
        {"\u2192 crab\u2014like", "crab like"},
        {"\u0416\u0423\u041A \u0436\u0443\u043A", "\u0436\u0443\u043A"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(cut(*state, cases[i].text, strlen(cases[i].text)), cases[i].words);
}

/* By what was typed: "does" stems to "doe", "thes" to "the", of which only the first goes. */
static void test_stop_words_are_left_out_before_stemming(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"the", ""},
        {"the of AND Or", ""},
        {"how to parse the json", "pars json"},
        {"does doe", "doe"},
        {"thes", "the"},
        {"yourselves", ""},
        {"their theirs there", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(cut(*state, cases[i].text, strlen(cases[i].text)), cases[i].words);
}

/* The longest text: as many words as can be, the longest word, and characters that lengthen. */
static void test_largest_texts(void **state)
{
    static struct text_words words;
    struct fixture *fixture = *state;
    char text[TEXT_WORDS_MAX_BYTES];
    for (size_t i = 0; i < sizeof text; i++) {
        static const char letters[] = "bcefghjklmnopqruvwxyz0123456789";
        text[i] = i % 2 == 1 ? ' ' : letters[i / 2 % (sizeof letters - 1)];
    }
    assert_int_equal(text_words_cut(fixture->tokenizer, text, sizeof text, &words, NULL), 0);
    assert_int_equal(words.n_words, 31);
    memset(text, 'x', sizeof text);
    assert_int_equal(text_words_cut(fixture->tokenizer, text, sizeof text, &words, NULL), 0);
    assert_int_equal(words.n_words, 1);
    assert_int_equal(words.words[0].length, sizeof text);
    /* Two bytes that fold to three. */
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "\u023A", 2);
    assert_int_equal(text_words_cut(fixture->tokenizer, text, sizeof text, &words, NULL), 0);
    assert_int_equal(words.n_words, 1);
    /* No stop word, no repetition: 128 words of one character each, and each different. */
    size_t n_bytes = 0;
    for (unsigned c = 0x4e00; n_bytes + 4 <= sizeof text; c++) {
        text[n_bytes++] = (char)(0xe0 | c >> 12);
        text[n_bytes++] = (char)(0x80 | (c >> 6 & 63));
        text[n_bytes++] = (char)(0x80 | (c & 63));
        text[n_bytes++] = ' ';
    }
    assert_int_equal(text_words_cut(fixture->tokenizer, text, n_bytes, &words, NULL), 0);
    assert_int_equal(words.n_words, TEXT_WORDS_MAX_BYTES / 4);
}

/* What an FTS5 table with the index's tokenizer makes of the text, each word once, sorted. */
static void expect_fts5(struct fixture *fixture, const char *text, size_t length)
{
    static const char *const sql = "DROP TABLE IF EXISTS vocabulary; DROP TABLE IF EXISTS texts;"
                                   "CREATE VIRTUAL TABLE texts USING fts5(text, detail=column,"
                                   " tokenize='porter unicode61');"
                                   "CREATE VIRTUAL TABLE vocabulary USING fts5vocab(texts, row)";
    char sorted[2048] = " ";
    char expected[2048] = " ";
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_exec(fixture->database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(fixture->database, "INSERT INTO texts VALUES(?1)", -1, &statement, NULL),
        SQLITE_OK);
    sqlite3_bind_text(statement, 1, text, (int)length, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    size_t n_expected = 0;
    snprintf(sorted, sizeof sorted, " %s ", cut(fixture, text, length));
    assert_int_equal(
        sqlite3_prepare_v2(fixture->database, "SELECT term FROM vocabulary", -1, &statement, NULL),
        SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        snprintf(expected, sizeof expected, " %s ",
                 (const char *)sqlite3_column_text(statement, 0));
        if (strstr(sorted, expected) == NULL)
            fail_msg("\"%.*s\" gives\"%s\" without\"%s\"", (int)length, text, sorted, expected);
        n_expected++;
    }
    sqlite3_finalize(statement);
    size_t n_words = 0;
    for (const char *c = sorted + 1; *c != '\0'; c++)
        n_words += *c == ' ' && c[-1] != ' ';
    assert_int_equal(n_words, n_expected);
}

static void test_random_texts_are_cut_as_fts5_cuts_them(void **state)
{
    static const char *const pieces[] = {
        "parsing",
        "Parsers",
        "HTTP/2",
        "http2",
        "running",
        "caches",
        "\u00FCber",
        "\u00C5ngstr\u00F6m",
        "na\u00EFve",
        "\u4E2D\u6587",
        "\u2014",
        "\u2026",
        "_",
        "-",
        " ",
        ".",
        "::",
        "\"",
        "*",
        "1.0",
        "generalization",
        "x86_64",
        "\U0001F980",
        "\u0301",
        "conditional",
        "\u212B",
        "\uFF21",
    };
    struct fixture *fixture = *state;
    uint64_t seed = 53;
    for (int round = 0; round < 300; round++) {
        char text[TEXT_WORDS_MAX_BYTES];
        size_t length = 0;
        uint32_t n_pieces = random_below(&seed, 12);
        for (uint32_t i = 0; i < n_pieces; i++) {
            const char *piece = pieces[random_below(&seed, sizeof pieces / sizeof *pieces)];
            if (length + strlen(piece) + 1 > sizeof text)
                break;
            memcpy(text + length, piece, strlen(piece));
            length += strlen(piece);
            if (random_below(&seed, 3) > 0)
                text[length++] = ' ';
        }
        expect_fts5(fixture, text, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_stop_words_are_left_out_before_stemming),
        cmocka_unit_test(test_largest_texts),
        cmocka_unit_test(test_random_texts_are_cut_as_fts5_cuts_them),
    };
    return cmocka_run_group_tests_name("text_words", tests, open_tokenizer, close_tokenizer);
}
