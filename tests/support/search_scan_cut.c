/* The text is cut by looking at every character; temporary FTS5 tables, one of them with the
   index's tokenizer, say what each word's stem is and how it is folded. What they have said once is
   kept in a tree (tsearch(3)). */
#define _GNU_SOURCE /* tdestroy */
#include "tests/support/search_scan_steps.h"

#include "index/text/text_words.h"
#include "tests/support/stop_word_list.h"

#include <search.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

size_t scan_character(const char *text, size_t length, unsigned *character)
{
    unsigned char first = (unsigned char)text[0];
    size_t n = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    *character = first & (n == 1 ? 0x7fU : 0x7fU >> n);
    for (size_t i = 1; i < n && i < length; i++)
        *character = *character << 6 | ((unsigned char)text[i] & 0x3fU);
    return n;
}

static bool is_letter_or_digit(unsigned c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return c >= 0xc0 && c != 0xd7 && c != 0xf7 && !(c >= 0x2000 && c < 0x3040);
}

static bool is_stop_word(const char *word, size_t length)
{
    char spaced[SEARCH_MAX_TEXT_BYTES + 3] = " ";
    for (size_t i = 0; i < length; i++)
        spaced[1 + i] = (char)(word[i] >= 'A' && word[i] <= 'Z' ? word[i] + 32 : word[i]);
    spaced[1 + length] = ' ';
    spaced[2 + length] = '\0';
    return strstr(STOP_WORD_LIST, spaced) != NULL;
}

void scan_words_open(struct search_scan *scan)
{
    scan_execute(
        scan,
        "CREATE VIRTUAL TABLE temp.cutter USING fts5(word, tokenize='porter " TEXT_WORDS_FOLDING
        "')");
    scan_execute(scan, "CREATE VIRTUAL TABLE temp.stems USING fts5vocab('temp', 'cutter', 'row')");
    scan_execute(scan,
                 "CREATE VIRTUAL TABLE temp.folder USING fts5(word, tokenize='" TEXT_WORDS_FOLDING
                 "')");
    scan_execute(scan, "CREATE VIRTUAL TABLE temp.folded USING fts5vocab('temp', 'folder', 'row')");
}

struct known_cut {
    const char *table; /* the statement that asks it */
    char *word;
    char *found;
};

static int compare_cuts(const void *left_cut, const void *right_cut)
{
    const struct known_cut *left = left_cut;
    const struct known_cut *right = right_cut;
    int order = strcmp(left->table, right->table);
    return order != 0 ? order : strcmp(left->word, right->word);
}

static void free_cut(void *known)
{
    struct known_cut *cut = known;
    free(cut->word);
    free(cut->found);
    free(cut);
}

void scan_words_close(struct search_scan *scan)
{
    tdestroy(scan->known_cuts, free_cut);
}

/* What a table makes of a word, asked. */
static void ask(struct search_scan *scan, const char *remove_sql, const char *insert_sql,
                const char *select_sql, struct search_string word, struct scan_text *found)
{
    scan_execute(scan, remove_sql);
    sqlite3_stmt *insert = scan_prepare(scan, insert_sql);
    sqlite3_bind_text(insert, 1, word.data, (int)word.length, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
    sqlite3_finalize(insert);
    sqlite3_stmt *select = scan_prepare(scan, select_sql);
    if (sqlite3_step(select) != SQLITE_ROW)
        fail_msg("\"%.*s\" is no word to FTS5", (int)word.length, word.data);
    snprintf(found->text, sizeof found->text, "%s", (const char *)sqlite3_column_text(select, 0));
    if (sqlite3_step(select) != SQLITE_DONE)
        fail_msg("\"%.*s\" is more than one word to FTS5", (int)word.length, word.data);
    sqlite3_finalize(select);
}

/* The same, asked once. */
static void cut(struct search_scan *scan, const char *remove_sql, const char *insert_sql,
                const char *select_sql, struct search_string word, struct scan_text *found)
{
    struct known_cut *asked = malloc(sizeof *asked);
    assert_non_null(asked);
    *asked = (struct known_cut){select_sql, strndup(word.data, word.length), NULL};
    assert_non_null(asked->word);
    struct known_cut **known = tsearch(asked, &scan->known_cuts, compare_cuts);
    assert_non_null(known);
    if (*known == asked) {
        ask(scan, remove_sql, insert_sql, select_sql, word, found);
        asked->found = strdup(found->text);
        assert_non_null(asked->found);
        return;
    }
    free_cut(asked);
    snprintf(found->text, sizeof found->text, "%s", (*known)->found);
}

void scan_stem(struct search_scan *scan, struct search_string word, struct scan_text *stem)
{
    cut(scan, "DELETE FROM temp.cutter", "INSERT INTO temp.cutter VALUES(?1)",
        "SELECT term FROM temp.stems", word, stem);
}

struct search_string scan_fold(struct search_scan *scan, struct search_string word,
                               struct scan_text *folded)
{
    cut(scan, "DELETE FROM temp.folder", "INSERT INTO temp.folder VALUES(?1)",
        "SELECT term FROM temp.folded", word, folded);
    return (struct search_string){folded->text, strlen(folded->text)};
}

/* Adds a word, unless an earlier one has its stem. */
static void add_cut(struct search_scan *scan, struct scan_words *cut, struct search_string text,
                    bool has_symbols)
{
    struct scan_word *word = &cut->words[cut->n];
    unsigned same = 0;
    *word = (struct scan_word){.text = text, .has_symbols = has_symbols, .spelled = word->spelled};
    if (has_symbols)
        word->text = (struct search_string){word->spelled.text, strlen(word->spelled.text)};
    scan_stem(scan, word->text, &word->stem);
    scan_fold(scan, word->text, &word->folded);
    while (strcmp(cut->words[same].stem.text, word->stem.text) != 0)
        same++;
    cut->n += same == cut->n;
}

void scan_cut(struct search_scan *scan, struct search_string text, bool with_symbols,
              struct scan_words *cut)
{
    size_t start = 0;
    size_t step;
    cut->n = 0;
    for (size_t at = 0; at <= text.length; at += step) {
        unsigned c = ' ';
        step = 1;
        if (at < text.length)
            step = scan_character(text.data + at, text.length - at, &c);
        struct scan_text *symbol = &cut->words[cut->n].spelled;
        size_t n_bytes = with_symbols && at == start && at < text.length
                             ? scan_symbol_word(scan, text, at, symbol)
                             : 0;
        if (n_bytes > 0) {
            add_cut(scan, cut, (struct search_string){NULL, 0}, true);
            step = n_bytes;
            start = at + n_bytes;
            continue;
        }
        if (at < text.length && is_letter_or_digit(c))
            continue;
        if (at > start && !is_stop_word(text.data + start, at - start))
            add_cut(scan, cut, (struct search_string){text.data + start, at - start}, false);
        start = at + step;
    }
}
