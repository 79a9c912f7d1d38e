/* The table of synonyms: what is read of a file, what is refused and where it says that this is,
   and the table that ships. */
#include "index/text/synonym_table.h"

#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    sqlite3 *database;
    struct tokenizer *tokenizer;
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
};

static int open_fixture(void **state)
{
    static struct fixture fixture;
    struct error error = {.message = ""};
    assert_int_equal(sqlite3_open(":memory:", &fixture.database), SQLITE_OK);
    fixture.tokenizer = tokenizer_open(fixture.database, &error);
    assert_non_null(fixture.tokenizer);
    folder_make(fixture.folder);
    folder_join(fixture.path, fixture.folder, "table.txt");
    *state = &fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    tokenizer_close(fixture->tokenizer);
    sqlite3_close(fixture->database);
    folder_remove(fixture->folder);
    return 0;
}

static void write_file(const struct fixture *fixture, const char *text, size_t size)
{
    FILE *file = fopen(fixture->path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* "word=group" of every entry, in order. */
static const char *read_text(const struct fixture *fixture, const char *text)
{
    static char entries[1024];
    struct synonym_table table;
    struct error error = {.message = ""};
    size_t at = 0;
    write_file(fixture, text, strlen(text));
    if (synonym_table_read(&table, fixture->path, fixture->tokenizer, &error) != 0)
        fail_msg("%s", error.message);
    entries[0] = '\0';
    for (size_t i = 0; i < table.n_entries; i++)
        at += (size_t)snprintf(entries + at, sizeof entries - at, "%s%.*s=%u", i > 0 ? " " : "",
                               (int)table.entries[i].length, table.entries[i].word,
                               table.entries[i].group);
    synonym_table_free(&table);
    return entries;
}

static void a_line_is_a_group(void **state)
{
    assert_string_equal(read_text(*state, "k8s kubernetes\nregex regexp\n"),
                        "k8s=1 kubernetes=1 regex=2 regexp=2");
    assert_string_equal(read_text(*state, "i18n internationalization internationalisation"),
                        "i18n=1 internationalisation=1 internationalization=1");
    assert_string_equal(read_text(*state, ""), "");
    assert_string_equal(read_text(*state, "\n \n# nothing\n"), "");
}

/* Comments, other white space, other systems' ends of lines, a byte order mark. */
static void what_is_no_word_is_passed_over(void **state)
{
    assert_string_equal(read_text(*state, "\xef\xbb\xbf# first\n\n\tk8s   kubernetes # more\r\n"
                                          "#a b\nregex\tregexp\r\n"),
                        "k8s=1 kubernetes=1 regex=2 regexp=2");
}

/* Words are what a search makes of them. */
static void words_are_folded(void **state)
{
    assert_string_equal(read_text(*state, "K8S Kubern\u00e9tes"), "k8s=1 kubernetes=1");
    assert_string_equal(read_text(*state, "C++ CPP\nc# dotnet"),
                        "cplusplus=1 cpp=1 csharp=2 dotnet=2");
}

static void faults_name_their_line(void **state)
{
    const struct fixture *fixture = *state;
    char long_word[SYNONYM_MAX_BYTES + 8] = "b ";
    memset(long_word + 2, 'a', SYNONYM_MAX_BYTES + 1);
    const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"k8s kubernetes\nalone\n", "line 2: one word alone has no synonym"},
        {"# comment\n\nfoo-bar baz\n", "line 3: `foo-bar` is more than one word"},
        {"json the\n", "line 1: `the` is nothing that a search looks for"},
        {"json +++\n", "line 1: `+++` is nothing that a search looks for"},
        {"json \"yaml\"\n", "line 1: `\"yaml\"` is more than one word"},
        {"a1 b1\nc1 d1\nB1 e1\nd1 f1", "line 3: `b1` stands in line 1 already"},
        {"a1 b1\nc1 C1\n", "line 2: `c1` stands in line 2 already"},
        {"json \xff\n", "line 1: this is no UTF-8"},
        {"c1 c2 c3 c4 c5 c6 c7 c8 c9\n", "line 1: more than 8 words"},
        {long_word, "has more than 64 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct synonym_table table;
        struct error error = {.message = ""};
        write_file(fixture, cases[i].text, strlen(cases[i].text));
        assert_int_equal(synonym_table_read(&table, fixture->path, fixture->tokenizer, &error), -1);
        if (strstr(error.message, cases[i].says) == NULL ||
            strncmp(error.message, fixture->path, strlen(fixture->path)) != 0)
            fail_msg("%s\nsays %s\nnot %s", cases[i].text, error.message, cases[i].says);
        assert_int_equal(table.n_entries, 0);
    }
}

static void files_that_cannot_be_read(void **state)
{
    const struct fixture *fixture = *state;
    struct synonym_table table;
    struct error error = {.message = ""};
    char *large = malloc(SYNONYM_TABLE_MAX_BYTES + 1);
    assert_non_null(large);
    memset(large, '\n', SYNONYM_TABLE_MAX_BYTES + 1);
    write_file(fixture, large, SYNONYM_TABLE_MAX_BYTES);
    assert_int_equal(synonym_table_read(&table, fixture->path, fixture->tokenizer, &error), 0);
    synonym_table_free(&table);
    write_file(fixture, large, SYNONYM_TABLE_MAX_BYTES + 1);
    assert_int_equal(synonym_table_read(&table, fixture->path, fixture->tokenizer, &error), -1);
    assert_non_null(strstr(error.message, "is longer than 1048576 bytes"));
    assert_int_equal(synonym_table_read(&table, "/nowhere/at/all", fixture->tokenizer, &error), -1);
    assert_non_null(strstr(error.message, "cannot read /nowhere/at/all: No such file"));
    assert_int_equal(synonym_table_read(&table, fixture->folder, fixture->tokenizer, &error), -1);
    assert_non_null(strstr(error.message, "cannot read"));
    free(large);
}

static bool are_synonyms(const struct synonym_table *table, const char *left, const char *right)
{
    uint32_t groups[2] = {0, 0};
    const char *words[2] = {left, right};
    for (size_t i = 0; i < table->n_entries; i++)
        for (int side = 0; side < 2; side++)
            if (strlen(words[side]) == table->entries[i].length &&
                memcmp(words[side], table->entries[i].word, table->entries[i].length) == 0)
                groups[side] = table->entries[i].group;
    return groups[0] != 0 && groups[0] == groups[1];
}

static void a_table_ships(void **state)
{
    static const char *const pairs[][2] = {
        {"k8s", "kubernetes"},     {"regexp", "regex"},    {"i18n", "internationalization"},
        {"l10n", "localization"},  {"db", "database"},     {"js", "javascript"},
        {"async", "asynchronous"}, {"colour", "color"},    {"serialise", "serialize"},
        {"analyser", "analyzer"},  {"licence", "license"}, {"behaviour", "behavior"},
    };
    static const char *const alone[] = {"four", "for", "hour", "size", "rise", "our", "wise"};
    const struct fixture *fixture = *state;
    struct synonym_table table;
    struct error error = {.message = ""};
    if (synonym_table_read(&table, NULL, fixture->tokenizer, &error) != 0)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (!are_synonyms(&table, pairs[i][0], pairs[i][1]))
            fail_msg("%s is not %s", pairs[i][0], pairs[i][1]);
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        assert_false(are_synonyms(&table, alone[i], alone[i]));
    synonym_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_a_group),
        cmocka_unit_test(what_is_no_word_is_passed_over),
        cmocka_unit_test(words_are_folded),
        cmocka_unit_test(faults_name_their_line),
        cmocka_unit_test(files_that_cannot_be_read),
        cmocka_unit_test(a_table_ships),
    };
    return cmocka_run_group_tests_name("synonym_table", tests, open_fixture, close_fixture);
}
