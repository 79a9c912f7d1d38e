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

/* Words with symbols that there are. */
static bool exists(const void *context, const char *word, size_t length)
{
    (void)context;
    return (length == 9 && memcmp(word, "cplusplus", 9) == 0) ||
           (length == 6 && memcmp(word, "csharp", 6) == 0);
}

static int cut_into(struct fixture *fixture, const char *text, size_t length,
                    struct text_words *words)
{
    return text_words_cut(fixture->tokenizer, text, length, NULL, NULL, words, NULL);
}

/* The words, separated by spaces. */
static const char *cut(struct fixture *fixture, const char *text, size_t length)
{
    static char joined[2048];
    static struct text_words words;
    memset(&words, 0xee, sizeof words);
    assert_int_equal(text_words_cut(fixture->tokenizer, text, length, exists, NULL, &words, NULL),
                     0);
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
        {"g++", "g"},
        {"\"a NEAR(b\" * ^ OR -c:d", "near b c d"},
        {"r\u00E9sum\u00E9 \u00C9MU", "resum emu"},
        {"\u8AAD\u307F\u66F8\u304D", "\u8AAD\u307F\u66F8\u304D"},
        {"\u2192 crab\u2014like", "crab like"},
        {"\u0416\u0423\u041A \u0436\u0443\u043A", "\u0436\u0443\u043A"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(cut(*state, cases[i].text, strlen(cases[i].text)), cases[i].words);
}

/* One word where there is such a word, or where its parts mean something else; then the parts are
   none. */
static void test_words_with_symbols(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"c++", "cplusplu"},
        {"C# parser", "csharp parser"},
        {"c/c++ c#", "c cplusplu csharp"},
        {"f# parser", "f parser"},
        {"no_std", "nostd"},
        {"no std no-std nostd", "nostd"},
        {"a No Std parser", "nostd parser"},
        {"no_alloc", "noalloc"},
        {"no_panic", "panic"},
        {"no_std+", "nostd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(cut(*state, cases[i].text, strlen(cases[i].text)), cases[i].words);
    /* Only where it is asked for. */
    static struct text_words words;
    assert_int_equal(cut_into(*state, "no_std c++", 10, &words), 0);
    assert_int_equal(words.n_words, 2);
    assert_int_equal(words.words[0].text_start, 3);
}

/* Each word knows what was typed, and that folded. */
static void test_words_as_they_are_written(void **state)
{
    static struct text_words words;
    struct fixture *fixture = *state;
    static const char text[] = "the C++ Parsers, caf\u00e9S no_std";
    static const struct {
        const char *typed;
        const char *written;
        const char *stem;
    } expected[] = {
        {"C++", "cplusplus", "cplusplu"},
        {"Parsers", "parsers", "parser"},
        {"caf\u00e9S", "cafes", "cafe"},
        {"no_std", "nostd", "nostd"},
    };
    assert_int_equal(
        text_words_cut(fixture->tokenizer, text, strlen(text), exists, NULL, &words, NULL), 0);
    assert_int_equal(words.n_words, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(words.words[i].text_length, strlen(expected[i].typed));
        assert_memory_equal(text + words.words[i].text_start, expected[i].typed,
                            words.words[i].text_length);
        assert_int_equal(words.words[i].written_length, strlen(expected[i].written));
        assert_memory_equal(words.written + words.words[i].written_start, expected[i].written,
                            words.words[i].written_length);
        assert_int_equal(words.words[i].length, strlen(expected[i].stem));
        assert_memory_equal(words.bytes + words.words[i].start, expected[i].stem,
                            words.words[i].length);
    }
}

/* Composed, decomposed and bare letters are the same: all of Vietnamese, and what else has two
   accents. */
static void test_letters_with_accents(void **state)
{
    static const struct {
        const char *composed;
        const char *decomposed;
        const char *bare;
    } cases[] = {
        {"b\u1EC7nh", "be\u0323\u0302nh", "benh"},
        {"caf\u00E9", "cafe\u0301", "cafe"},
        {"ph\u1EDF", "pho\u031B\u0309", "pho"},
        {"\u1EA6\u1EBE\u1ED4\u1EEE", "A\u0302\u0300E\u0302\u0301O\u0302\u0309U\u031B\u0303",
         "aeou"},
        {"\u01DA\u022B", "u\u0308\u030Co\u0308\u0304", "uo"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(cut(*state, cases[i].composed, strlen(cases[i].composed)),
                            cases[i].bare);
        assert_string_equal(cut(*state, cases[i].decomposed, strlen(cases[i].decomposed)),
                            cases[i].bare);
    }
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
    assert_int_equal(cut_into(fixture, text, sizeof text, &words), 0);
    assert_int_equal(words.n_words, 31);
    memset(text, 'x', sizeof text);
    assert_int_equal(cut_into(fixture, text, sizeof text, &words), 0);
    assert_int_equal(words.n_words, 1);
    assert_int_equal(words.words[0].length, sizeof text);
    /* Two bytes that fold to three. */
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "\u023A", 2);
    assert_int_equal(cut_into(fixture, text, sizeof text, &words), 0);
    assert_int_equal(words.n_words, 1);
    /* No stop word, no repetition: words of one character each, and each different. */
    size_t n_bytes = 0;
    for (unsigned c = 0x4e00; c < 0x4e00 + TEXT_WORDS_MAX; c++) {
        text[n_bytes++] = (char)(0xe0 | c >> 12);
        text[n_bytes++] = (char)(0x80 | (c >> 6 & 63));
        text[n_bytes++] = (char)(0x80 | (c & 63));
        text[n_bytes++] = ' ';
    }
    assert_int_equal(cut_into(fixture, text, n_bytes, &words), 0);
    assert_int_equal(words.n_words, TEXT_WORDS_MAX);
}

/* What an FTS5 table with the index's tokenizer makes of the text, each word once, sorted. */
static void expect_fts5(struct fixture *fixture, const char *text, size_t length)
{
    static const char *const sql = "DROP TABLE IF EXISTS vocabulary; DROP TABLE IF EXISTS texts;"
                                   "CREATE VIRTUAL TABLE texts USING fts5(text, detail=column,"
                                   " tokenize='porter " TEXT_WORDS_FOLDING "');"
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
        cmocka_unit_test(test_words_with_symbols),
        cmocka_unit_test(test_words_as_they_are_written),
        cmocka_unit_test(test_letters_with_accents),
        cmocka_unit_test(test_stop_words_are_left_out_before_stemming),
        cmocka_unit_test(test_largest_texts),
        cmocka_unit_test(test_random_texts_are_cut_as_fts5_cuts_them),
    };
    return cmocka_run_group_tests_name("text_words", tests, open_tokenizer, close_tokenizer);
}
