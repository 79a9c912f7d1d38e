/* The text is cut by looking at every character; temporary FTS5 tables, one of them with the
   index's tokenizer, say what each word's stem is and how it is folded. Whole words are looked up
   by MATCH, one word and one column at a time; the longer words that begin with a stem are read off
   FTS5's vocabulary. */
#include "tests/support/search_scan_steps.h"

#include "index/segment/open_index.h"
#include "index/text/symbol_words.h"
#include "index/text/text_words.h"
#include "index/trie/trie.h"
#include "tests/support/stop_word_list.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#define N_COMPLETIONS 4
#define MIN_COMPLETED_BYTES 2
#define RARE_CRATES 5
#define COMMON_CRATES 64
#define MAX_RESPELT 4

static const char *const columns[N_SCAN_FIELDS] = {"name", "keywords", "description", "readme"};

struct stem {
    char text[SEARCH_MAX_TEXT_BYTES + 1];
};

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
    scan_execute(scan,
                 "CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'crates_fts', 'row')");
    scan_execute(scan, "CREATE VIRTUAL TABLE temp.places USING"
                       " fts5vocab('main', 'crates_fts', 'instance')");
}

/* What a table makes of a word. */
static void cut(struct search_scan *scan, const char *remove_sql, const char *insert_sql,
                const char *select_sql, struct search_string word, struct stem *found)
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

static void find_stem(struct search_scan *scan, struct search_string word, struct stem *stem)
{
    cut(scan, "DELETE FROM temp.cutter", "INSERT INTO temp.cutter VALUES(?1)",
        "SELECT term FROM temp.stems", word, stem);
}

static struct search_string fold(struct search_scan *scan, struct search_string word,
                                 struct stem *folded)
{
    cut(scan, "DELETE FROM temp.folder", "INSERT INTO temp.folder VALUES(?1)",
        "SELECT term FROM temp.folded", word, folded);
    return (struct search_string){folded->text, strlen(folded->text)};
}

/* Sets the fields of every crate for a whole word. Returns how many crates have it. */
static uint32_t look_up(struct search_scan *scan, const char *word, size_t length)
{
    uint32_t n = 0;
    memset(scan->fields, 0, scan->n_crates + (size_t)1);
    for (unsigned field = 0; field < N_SCAN_FIELDS; field++) {
        char expression[SEARCH_MAX_TEXT_BYTES + 32];
        int n_bytes = snprintf(expression, sizeof expression, "%s : \"%.*s\"", columns[field],
                               (int)length, word);
        scan_clear_marks(scan);
        scan_mark_text(scan, "SELECT rowid FROM crates_fts WHERE crates_fts MATCH ?1",
                       (struct search_string){expression, (size_t)n_bytes});
        for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
            if (scan->marks[rank]) {
                n += scan->fields[rank] == 0;
                scan->fields[rank] |= (unsigned char)(1U << field);
            }
        }
    }
    scan_clear_marks(scan);
    return n;
}

/* Adds a longer word's fields to crates that no better completion has. */
static void look_up_term(struct search_scan *scan, const char *term)
{
    sqlite3_stmt *select =
        scan_prepare(scan, "SELECT doc, col FROM temp.places WHERE term = ?1 ORDER BY doc");
    sqlite3_bind_text(select, 1, term, -1, SQLITE_STATIC);
    scan_clear_marks(scan);
    while (sqlite3_step(select) == SQLITE_ROW) {
        int64_t rank = sqlite3_column_int64(select, 0);
        const char *column = (const char *)sqlite3_column_text(select, 1);
        assert_in_range(rank, 1, scan->n_crates);
        if (scan->completion[rank] != 0 && !scan->marks[rank])
            continue;
        scan->marks[rank] = true;
        for (unsigned field = 0; field < N_SCAN_FIELDS; field++) {
            if (strcmp(column, columns[field]) == 0)
                scan->completion[rank] |= (unsigned char)(1U << field);
        }
    }
    sqlite3_finalize(select);
    scan_clear_marks(scan);
}

/* The same for the most frequent of the longer stems that begin with `stem` and, of a rare word, of
   the stems of the most frequent words that begin with it as they are written. Returns their
   crates, summed. */
static uint64_t look_up_completions(struct search_scan *scan, const char *stem,
                                    struct search_string word, bool is_rare)
{
    uint64_t n = 0;
    struct search_string written[N_COMPLETIONS];
    struct stem stems[N_COMPLETIONS] = {{""}};
    struct stem folded = {""};
    unsigned n_written =
        is_rare ? scan_written_completions(scan, fold(scan, word, &folded), written, N_COMPLETIONS)
                : 0;
    for (unsigned i = 0; i < n_written; i++)
        find_stem(scan, written[i], &stems[i]);
    sqlite3_stmt *select = scan_prepare(
        scan, "SELECT term, doc FROM temp.terms WHERE term > ?1"
              " AND term < ?1 || char(1114111) AND substr(term, 1, length(?1)) = ?1 UNION"
              " SELECT term, doc FROM temp.terms WHERE term IN (?3, ?4, ?5, ?6) AND term <> ?1"
              " ORDER BY doc DESC, term LIMIT ?2");
    sqlite3_bind_text(select, 1, stem, -1, SQLITE_STATIC);
    sqlite3_bind_int(select, 2, N_COMPLETIONS);
    for (int i = 0; i < N_COMPLETIONS; i++)
        sqlite3_bind_text(select, 3 + i, stems[i].text, -1, SQLITE_STATIC);
    while (sqlite3_step(select) == SQLITE_ROW) {
        look_up_term(scan, (const char *)sqlite3_column_text(select, 0));
        n += (uint64_t)sqlite3_column_int64(select, 1);
    }
    sqlite3_finalize(select);
    return n;
}

/* Looks up what a word that occurs nowhere may have meant. Returns how many crates have it. */
static uint32_t look_up_corrected(struct search_scan *scan, struct search_string word)
{
    struct stem folded = {""};
    struct search_string corrected;
    if (!scan->ranking.typos || scan->any_in_name ||
        !scan_correct(scan, fold(scan, word, &folded), &corrected))
        return 0;
    scan->is_relaxed = true;
    return look_up(scan, corrected.data, corrected.length);
}

/* Sets the fields of every crate for the words that mean the same, of which the first counts that a
   crate has, and for the word itself. Returns how many crates have that, and adds up how many have
   the others. What means the same as what is data to the scan. */
static uint32_t look_up_with_synonyms(struct search_scan *scan, struct search_string word,
                                      uint64_t *n_synonymous)
{
    struct stem folded = {""};
    const struct synonym *group = NULL;
    struct search_string key = fold(scan, word, &folded);
    uint32_t n = synonyms_find(&scan->index->synonyms, key.data, key.length, &group);
    memset(scan->synonym, 0, scan->n_crates + (size_t)1);
    *n_synonymous = 0;
    for (uint32_t i = 0; i < n && scan->ranking.synonym > 0; i++) {
        if (group[i].length == key.length && memcmp(group[i].word, key.data, key.length) == 0)
            continue;
        *n_synonymous += look_up(scan, group[i].word, group[i].length);
        for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
            if (scan->synonym[rank] == 0)
                scan->synonym[rank] = scan->fields[rank];
    }
    return look_up(scan, word.data, word.length);
}

/* Adds the two words of one that occurs nowhere, at less than half their weight. */
static bool add_parts(struct search_scan *scan, struct search_string word)
{
    struct stem folded = {""};
    struct search_string parts[2];
    if (!scan->ranking.typos || scan->any_in_name ||
        !scan_part(scan, fold(scan, word, &folded), parts))
        return false;
    scan->is_relaxed = true;
    for (int i = 0; i < 2; i++) {
        uint32_t n = look_up(scan, parts[i].data, parts[i].length);
        scan->n_words++;
        scan_cover_all(scan, 0.4 * scan_mass_of(scan, n), 0, false);
    }
    return true;
}

static void add_word(struct search_scan *scan, struct search_string word, const char *stem,
                     bool completes)
{
    uint64_t n_synonymous;
    uint64_t n = look_up_with_synonyms(scan, word, &n_synonymous);
    uint64_t n_completed = 0;
    memset(scan->completion, 0, scan->n_crates + (size_t)1);
    if (completes && strlen(stem) >= MIN_COMPLETED_BYTES && scan->ranking.prefix > 0)
        n_completed = look_up_completions(scan, stem, word, n <= RARE_CRATES);
    scan->is_common = scan->is_common && n >= COMMON_CRATES;
    scan->n_occurring += n > 0 || n_synonymous > 0 || n_completed > 0;
    if (n == 0 && n_synonymous == 0 && n_completed == 0 && scan->n_respelt++ < MAX_RESPELT) {
        if (add_parts(scan, word))
            return;
        n = look_up_corrected(scan, word);
    }
    scan->n_words++;
    uint64_t n_any = n > 0 ? n : n_synonymous > 0 ? n_synonymous : n_completed;
    n_any = n_any < scan->n_crates ? n_any : scan->n_crates;
    double mass = scan_mass_of(scan, n_any);
    double completed_mass = mass * scan->ranking.prefix;
    if (n_any > 0)
        scan_cover_all(scan, n + n_synonymous > 0 ? mass : completed_mass, completed_mass, true);
}

/* Whether some crate has the word as it is written. */
static bool is_written(const struct search_scan *scan, const char *word)
{
    const unsigned char *values;
    return trie_find(&scan->index->words, word, strlen(word), &values) > 0;
}

static bool is_plain(char c)
{
    return isalnum((unsigned char)c) && (unsigned char)c < 128;
}

/* A word that begins at `start` and has symbols: how many bytes of the text it takes; 0 where there
   is none that the index knows and that may not be missed. */
static size_t symbol_word(const struct search_scan *scan, struct search_string text, size_t start,
                          struct stem *word)
{
    char padded[SEARCH_MAX_TEXT_BYTES + 4] = "";
    char rest[SEARCH_MAX_TEXT_BYTES + 4] = "";
    int n = 0;
    memcpy(padded, text.data, text.length);
    const char *begin = padded + start;
    if (!isalpha((unsigned char)*begin) || (unsigned char)*begin > 127)
        return 0;
    size_t length = 0;
    while (is_plain(begin[length]))
        length++;
    const char *symbol = begin + length;
    size_t n_symbols = strncmp(symbol, "++", 2) == 0 ? 2 : *symbol == '+' || *symbol == '#' ? 1 : 0;
    const char *name = n_symbols == 2 ? "plusplus" : *symbol == '+' ? "plus" : "sharp";
    char behind = n_symbols > 0 ? symbol[n_symbols] : ' ';
    bool is_version = n_symbols == 2 && isdigit((unsigned char)behind);
    if (n_symbols > 0 && strchr("+#=", behind) != NULL && behind != '\0')
        return 0;
    if (n_symbols > 0 && ((!is_plain(behind) && (unsigned char)behind < 128) || is_version)) {
        snprintf(word->text, sizeof word->text, "%.*s%s", (int)length, begin, name);
        length += n_symbols;
        if (strlen(word->text) > SYMBOL_WORD_MAX_BYTES)
            return 0;
    } else if (length == 2 && strncasecmp(begin, "no", 2) == 0 &&
               sscanf(symbol, "%*1[-_ ]%200[a-zA-Z0-9]%n", rest, &n) == 1 && strlen(rest) > 1 &&
               isalpha((unsigned char)rest[0]) && (unsigned char)symbol[n] < 128 &&
               strlen(rest) + 2 <= SYMBOL_WORD_MAX_BYTES) {
        bool is_certain = strcasecmp(rest, "std") == 0 || strcasecmp(rest, "alloc") == 0;
        if (*symbol == ' ' && !is_certain)
            return 0;
        snprintf(word->text, sizeof word->text, "no%s", rest);
        length += (size_t)n;
        if (is_certain)
            return length;
    } else {
        return 0;
    }
    for (char *c = word->text; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return is_written(scan, word->text) ? length : 0;
}

/* The words of a text, without those that have the stem of an earlier one. */
struct cut_words {
    struct stem stems[SEARCH_MAX_WORDS];
    struct stem written[SEARCH_MAX_WORDS]; /* of words with symbols; else empty */
    struct search_string words[SEARCH_MAX_WORDS];
    unsigned n;
};

static void add_cut(struct search_scan *scan, struct cut_words *cut, struct search_string word)
{
    unsigned same = 0;
    cut->words[cut->n] = word;
    find_stem(scan, word, &cut->stems[cut->n]);
    while (strcmp(cut->stems[same].text, cut->stems[cut->n].text) != 0)
        same++;
    cut->n += same == cut->n;
}

void scan_words(struct search_scan *scan, struct search_string text)
{
    static struct cut_words cut;
    size_t start = 0;
    size_t step;
    cut.n = 0;
    for (size_t at = 0; at <= text.length; at += step) {
        unsigned c = ' ';
        step = 1;
        if (at < text.length)
            step = scan_character(text.data + at, text.length - at, &c);
        struct stem *symbol = &cut.written[cut.n];
        size_t n_bytes = at == start && at < text.length ? symbol_word(scan, text, at, symbol) : 0;
        if (n_bytes > 0) {
            add_cut(scan, &cut, (struct search_string){symbol->text, strlen(symbol->text)});
            step = n_bytes;
            start = at + n_bytes;
            continue;
        }
        if (at < text.length && is_letter_or_digit(c))
            continue;
        if (at > start && !is_stop_word(text.data + start, at - start))
            add_cut(scan, &cut, (struct search_string){text.data + start, at - start});
        start = at + step;
    }
    memset(scan->coverage, 0, (scan->n_crates + (size_t)1) * sizeof *scan->coverage);
    scan->n_words = 0;
    scan->n_respelt = 0;
    scan->n_occurring = 0;
    scan->total_mass = 0;
    bool has_spaces = text.length > 0 && memchr(text.data, ' ', text.length) != NULL;
    scan->is_common = cut.n > 1 || (cut.n == 1 && !has_spaces);
    for (unsigned i = 0; i < cut.n; i++)
        add_word(scan, cut.words[i], cut.stems[i].text, i == cut.n - 1);
    if (scan->total_mass == 0)
        scan_cover_alike(scan);
}
