/* What is highlighted in descriptions is what SQLite's own highlight() marks there: in a table that
   is tokenized as the index is, the words; in one without stems, what begins with the last word.
   Queries are drawn from the descriptions, most of which are not in ASCII alone. */
#include "index/segment/open_reader.h"
#include "index/text/text_words.h"

#include "tests/support/described_crates.h"
#include "tests/support/marked_text.h"
#include "tests/support/random.h"
#include "tests/support/sanitized.h"

#include <cratedex/ranking.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_TEXT 512
#define N_QUERIES USUAL_OR_SANITIZED(400, 60)

static const char *const descriptions[] = {
    "Fast \u5BFF\u53F8 menus \u2014 for caf\u00E9s, and a parser of menus in \U0001F980 Rust",
    "\u00C9l\u00E8ves et cafe\u0301s: parsing na\u00EFve r\u00E9sum\u00E9s, \u201Cset\u201D",
    "B\u1EC7nh vi\u1EC7n scheduling for hospitals; schedules hospital beds \u2026 schedule",
    "\u041F\u0440\u0438\u0432\u0435\u0442 async runtimes \u0438 \u0441\u0435\u0440 runtime",
    "Stra\u00DFe und \u00DCbungen zum Parsen; parsers parse",
    "A B-tree map, maps, mapped and mapping over files, filing a file",
    "\u65E5\u672C\u8A9E parser, \u65E5\u672C\u8A9E tokenizer",
    "An e\u0301tude of letters, e\u0301tudes too; letter by letter",
};
#define N_DESCRIPTIONS (sizeof descriptions / sizeof *descriptions)

struct fixture {
    struct built_index built;
    sqlite3 *database;
};

static void execute(sqlite3 *database, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s", message);
}

static int open_fixture(void **state)
{
    static struct fixture fixture;
    static struct described_crate crates[N_DESCRIPTIONS + 1];
    static char names[N_DESCRIPTIONS][8];
    assert_int_equal(sqlite3_open(":memory:", &fixture.database), SQLITE_OK);
    execute(fixture.database,
            "CREATE VIRTUAL TABLE stems USING fts5(text, tokenize='porter " TEXT_WORDS_FOLDING "');"
            "CREATE VIRTUAL TABLE words USING fts5(text, tokenize='" TEXT_WORDS_FOLDING "')");
    for (size_t i = 0; i < N_DESCRIPTIONS; i++) {
        snprintf(names[i], sizeof names[i], "x%zu", i);
        crates[i].name = names[i];
        crates[i].description = descriptions[i];
        crates[i].downloads = 1000 - i;
        char *sql = sqlite3_mprintf("INSERT INTO stems(rowid, text) VALUES(%d, %Q);"
                                    "INSERT INTO words(rowid, text) VALUES(%d, %Q)",
                                    (int)i, descriptions[i], (int)i, descriptions[i]);
        execute(fixture.database, sql);
        sqlite3_free(sql);
    }
    described_crates_build(&fixture.built, crates);
    *state = &fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    built_index_remove(&fixture->built);
    return sqlite3_close(fixture->database);
}

/* Notes by byte what highlight() marks in a description; 1 and 2 are its marks. */
static void mark(sqlite3 *database, const char *table, const char *match, size_t number,
                 bool is_marked[MAX_TEXT])
{
    char *sql = sqlite3_mprintf("SELECT highlight(%s, 0, char(1), char(2)) FROM %s"
                                " WHERE %s MATCH %Q AND rowid = %d",
                                table, table, table, match, (int)number);
    sqlite3_stmt *select;
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &select, NULL), SQLITE_OK);
    if (sqlite3_step(select) == SQLITE_ROW) {
        bool is_open = false;
        size_t at = 0;
        for (const unsigned char *byte = sqlite3_column_text(select, 0); *byte != '\0'; byte++) {
            if (*byte <= 2) {
                is_open = *byte == 1;
                continue;
            }
            is_marked[at] = is_marked[at] || is_open;
            at++;
        }
    }
    sqlite3_finalize(select);
    sqlite3_free(sql);
}

/* A description with brackets around what is to be highlighted for these words. */
static void expected_text(const struct fixture *fixture, const struct text_words *words,
                          size_t number, char out[2 * MAX_TEXT])
{
    bool is_marked[MAX_TEXT] = {false};
    size_t at = 0;
    for (uint32_t i = 0; i < words->n_words; i++) {
        char match[256];
        int length = (int)words->words[i].written_length;
        const char *written = words->written + words->words[i].written_start;
        snprintf(match, sizeof match, "\"%.*s\"", length, written);
        mark(fixture->database, "stems", match, number, is_marked);
        snprintf(match, sizeof match, "\"%.*s\" *", length, written);
        if (i + 1 == words->n_words && length >= 2)
            mark(fixture->database, "words", match, number, is_marked);
    }
    for (size_t i = 0; descriptions[number][i] != '\0'; i++) {
        if (is_marked[i] && (i == 0 || !is_marked[i - 1]))
            out[at++] = '[';
        out[at++] = descriptions[number][i];
        if (is_marked[i] && !is_marked[i + 1])
            out[at++] = ']';
    }
    out[at] = '\0';
}

/* Draws a word of a description, or a beginning of it, which ends with a whole code point. */
static size_t draw_word(uint64_t *seed, char *out)
{
    const char *text = descriptions[random_below(seed, N_DESCRIPTIONS)];
    size_t n_words = 0;
    size_t length = 0;
    for (const char *at = text; *at != '\0'; at += strcspn(at, " "), at += *at == ' ')
        n_words++;
    for (uint32_t skipped = random_below(seed, (uint32_t)n_words); skipped > 0; skipped--)
        text += strcspn(text, " ") + 1;
    size_t end = strcspn(text, " ");
    if (random_below(seed, 3) == 0)
        end = 1 + random_below(seed, (uint32_t)end);
    while (length < end || ((unsigned char)text[length] & 0xc0) == 0x80) {
        out[length] = text[length];
        length++;
    }
    return length;
}

static void ranges_are_those_of_sqlite(void **state)
{
    struct fixture *fixture = *state;
    static struct search_result result;
    static struct text_words words;
    uint64_t seed = 14;
    unsigned n_marked = 0;
    for (int round = 0; round < N_QUERIES; round++) {
        char text[256] = "";
        size_t length = 0;
        for (uint32_t n = 1 + random_below(&seed, 3); n > 0; n--) {
            length += draw_word(&seed, text + length);
            text[length++] = ' ';
        }
        length--;
        if (memchr(text, 0xf0, length) != NULL)
            continue; /* a picture is no word of a query, though FTS5 takes it for one */
        struct ranking ranking;
        ranking_set_defaults(&ranking);
        ranking.typos = false;
        ranking.synonym = 0;
        struct search_query query = {.text = {text, length}, .limit = 20, .ranking = &ranking};
        assert_int_equal(search_run(fixture->built.reader, &query, &result, NULL), SEARCH_OK);
        assert_int_equal(text_words_cut(fixture->built.reader->tokenizer, text, length, NULL, NULL,
                                        &words, NULL),
                         0);
        for (uint32_t i = 0; i < result.n_hits; i++) {
            struct search_highlights highlights;
            struct index_crate crate;
            char found[2 * MAX_TEXT];
            char expected[2 * MAX_TEXT];
            index_crate(fixture->built.index, result.hits[i].rank, &crate);
            size_t number = (size_t)(crate.id - 1);
            assert_int_equal(search_highlight(result.search, &result.hits[i], &highlights, NULL),
                             0);
            marked_text_of(descriptions[number], strlen(descriptions[number]), &highlights,
                           HIGHLIGHT_DESCRIPTION, NULL, found, sizeof found);
            expected_text(fixture, &words, number, expected);
            if (strcmp(found, expected) != 0)
                fail_msg("\"%.*s\": %s\nnot: %s", (int)length, text, found, expected);
            n_marked += strchr(found, '[') != NULL;
        }
    }
    assert_true(n_marked > N_QUERIES / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_those_of_sqlite),
    };
    return cmocka_run_group_tests_name("highlight_oracle", tests, open_fixture, close_fixture);
}
