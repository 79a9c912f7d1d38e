/* Words by FTS5's MATCH, one word and one column at a time; names by instr and, for short texts, by
   looking at every character. */
#include "tests/support/search_scan_steps.h"

#include "tests/support/stop_word_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const columns[] = {"name", "keywords", "description", "readme"};
_Static_assert(sizeof columns / sizeof *columns == SCAN_NO_COLUMN, "one number a column");

/* Reads one character; returns its bytes. */
static size_t read_character(const char *text, size_t length, unsigned *character)
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

/* Where the word is found, by MATCH in each column, worst first; then the worst of all words. */
static void look_up_word(struct search_scan *scan, const char *word, size_t length)
{
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        scan->best[rank] = SCAN_NO_COLUMN;
    for (unsigned column = SCAN_NO_COLUMN; column-- > 0;) {
        char expression[SEARCH_MAX_TEXT_BYTES + 32];
        int n = snprintf(expression, sizeof expression, "%s : \"%.*s\"", columns[column],
                         (int)length, word);
        scan_mark_text(scan, "SELECT rowid FROM crates_fts WHERE crates_fts MATCH ?1",
                       (struct search_string){expression, (size_t)n});
        for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
            if (scan->marks[rank])
                scan->best[rank] = column;
        }
        scan_clear_marks(scan);
    }
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        if (scan->best[rank] > scan->worst[rank])
            scan->worst[rank] = scan->best[rank];
    }
}

/* Cuts the text into words and looks each up. */
static void look_up_words(struct search_scan *scan, struct search_string text)
{
    size_t n_words = 0;
    size_t start = 0;
    size_t step;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        scan->worst[rank] = 0;
    for (size_t at = 0; at <= text.length; at += step) {
        unsigned c = ' ';
        step = 1;
        if (at < text.length)
            step = read_character(text.data + at, text.length - at, &c);
        if (at < text.length && is_letter_or_digit(c))
            continue;
        if (at > start && !is_stop_word(text.data + start, at - start)) {
            look_up_word(scan, text.data + start, at - start);
            n_words++;
        }
        start = at + step;
    }
    for (uint32_t rank = 1; rank <= scan->n_crates && n_words == 0; rank++)
        scan->worst[rank] = SCAN_NO_COLUMN;
}

/* 'A' for a capital, 'a' for another letter, '0' for a digit, ' ' for what separates words. */
static char kind_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return 'A';
    if ((c >= 'a' && c <= 'z') || (unsigned char)c > 127)
        return 'a';
    return c >= '0' && c <= '9' ? '0' : ' ';
}

static bool word_begins(const char *name, size_t at)
{
    char here = kind_of(name[at]);
    char before = at == 0 ? ' ' : kind_of(name[at - 1]);
    if (here == ' ' || before == ' ')
        return here != ' ';
    if ((here == '0') != (before == '0'))
        return true;
    /* Letters above 127 have no case, so only `a` to `z` count as lower. */
    bool after_lower = before == 'a' && (unsigned char)name[at - 1] < 128;
    bool before_lower =
        kind_of(name[at + 1]) == 'a' && (unsigned char)name[at + 1] < 128 && name[at + 1] != '\0';
    return here == 'A' && (after_lower || (before == 'A' && before_lower));
}

/* Marks the crates whose name contains the text or, where it is short, has a word that it begins. */
static void mark_names(struct search_scan *scan, struct search_string text, const char *canonical)
{
    size_t n_characters = 0;
    unsigned c;
    for (size_t at = 0; at < text.length; n_characters++)
        at += read_character(text.data + at, text.length - at, &c);
    scan_clear_marks(scan);
    if (n_characters >= 3) {
        scan_mark_text(scan,
                       "SELECT rank FROM crates WHERE instr(replace(lower(name), '-', '_'),"
                       " replace(lower(?1), '-', '_')) > 0",
                       text);
        return;
    }
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        const struct crate *crate = &scan->crates[rank];
        for (size_t at = 0; crate->name[at] != '\0'; at++) {
            if (word_begins(crate->name, at) &&
                strncmp(crate->canonical + at, canonical, text.length) == 0)
                scan->marks[rank] = true;
        }
    }
}

/* The tier of every crate that matches and passes; returns how many. */
size_t scan_match(struct search_scan *scan, struct search_string text)
{
    char canonical[SEARCH_MAX_TEXT_BYTES + 1] = "";
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        canonical[i] = (char)(c == '-' ? '_' : c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    look_up_words(scan, text);
    mark_names(scan, text, canonical);
    size_t n_hits = 0;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        bool exact = strcmp(scan->crates[rank].canonical, canonical) == 0;
        enum search_tier tier = SEARCH_TIER_SUBSTRING;
        if (!scan->passes[rank] ||
            (!exact && scan->worst[rank] == SCAN_NO_COLUMN && !scan->marks[rank]))
            continue;
        if (exact)
            tier = SEARCH_TIER_EXACT;
        else if (scan->worst[rank] < SCAN_NO_COLUMN)
            tier = (enum search_tier)(SEARCH_TIER_NAME + scan->worst[rank]);
        scan->hits[n_hits++] = (struct search_hit){rank, tier, exact, 0};
    }
    return n_hits;
}
