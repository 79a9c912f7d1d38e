/* Whole words are looked up by MATCH, one word and one column at a time; the longer words that
   begin with a stem are read off FTS5's vocabulary. */
#include "tests/support/search_scan_steps.h"

#include "index/segment/open_index.h"
#include "index/trie/trie.h"
#include "index/trie/trie_complete.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_COMPLETIONS 4
#define MIN_COMPLETED_BYTES 2
#define RARE_CRATES 5
#define COMMON_CRATES 64
#define MAX_RESPELT 4

static const char *const columns[N_SCAN_FIELDS] = {"name", "keywords", "description", "readme"};

uint32_t scan_look_up(struct search_scan *scan, const char *word, size_t length)
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
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        scan->any_fields[rank] |= scan->fields[rank];
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
        unsigned char bit = 0;
        for (unsigned field = 0; field < N_SCAN_FIELDS; field++)
            bit |= (unsigned char)(strcmp(column, columns[field]) == 0 ? 1U << field : 0);
        scan->any_fields[rank] |= bit;
        if (scan->completion[rank] != 0 && !scan->marks[rank])
            continue;
        scan->marks[rank] = true;
        scan->completion[rank] |= bit;
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
    struct scan_text stems[N_COMPLETIONS] = {{""}};
    struct scan_text folded = {""};
    unsigned n_written = is_rare ? scan_written_completions(scan, scan_fold(scan, word, &folded),
                                                            written, N_COMPLETIONS)
                                 : 0;
    for (unsigned i = 0; i < n_written; i++)
        scan_stem(scan, written[i], &stems[i]);
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

static struct search_string string_of(const struct scan_text *text)
{
    return (struct search_string){text->text, strlen(text->text)};
}

/* Looks up what a word that occurs nowhere may have meant. Returns how many crates have it. */
static uint32_t look_up_corrected(struct search_scan *scan, struct scan_word *word)
{
    struct search_string corrected;
    if (!scan->ranking.typos || scan->any_in_name ||
        !scan_correct(scan, string_of(&word->folded), 0, &corrected))
        return 0;
    scan->is_relaxed = true;
    snprintf(word->meant.text, sizeof word->meant.text, "%.*s", (int)corrected.length,
             corrected.data);
    return scan_look_up(scan, corrected.data, corrected.length);
}

/* Sets the fields of every crate for the words that mean the same, of which the first counts that a
   crate has, and for the word itself. Returns how many crates have that, and adds up how many have
   the others. What means the same as what is data to the scan. */
static uint32_t look_up_with_synonyms(struct search_scan *scan, const struct scan_word *word,
                                      uint64_t *n_synonymous)
{
    const struct synonym *group = NULL;
    struct search_string key = string_of(&word->folded);
    uint32_t n = synonyms_find(&scan->index->synonyms, key.data, key.length, &group);
    memset(scan->synonym, 0, scan->n_crates + (size_t)1);
    *n_synonymous = 0;
    for (uint32_t i = 0; i < n && scan->ranking.synonym > 0; i++) {
        if (group[i].length == key.length && memcmp(group[i].word, key.data, key.length) == 0)
            continue;
        *n_synonymous += scan_look_up(scan, group[i].word, group[i].length);
        for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
            if (scan->synonym[rank] == 0)
                scan->synonym[rank] = scan->fields[rank];
    }
    return scan_look_up(scan, word->text.data, word->text.length);
}

/* Adds the two words of one that occurs nowhere, at less than half their weight. */
static bool add_parts(struct search_scan *scan, struct scan_word *word)
{
    struct search_string parts[2];
    if (!scan->ranking.typos || scan->any_in_name ||
        !scan_part(scan, string_of(&word->folded), parts))
        return false;
    scan->is_relaxed = true;
    snprintf(word->meant.text, sizeof word->meant.text, "%.*s %.*s", (int)parts[0].length,
             parts[0].data, (int)parts[1].length, parts[1].data);
    for (int i = 0; i < 2; i++) {
        uint32_t n = scan_look_up(scan, parts[i].data, parts[i].length);
        scan->n_words++;
        scan_cover_all(scan, 0.4 * scan_mass_of(scan, n), 0, false);
    }
    return true;
}

/* Counts the crates that have the word as it is written, which is data to the scan. */
static void count_written(struct search_scan *scan, struct scan_word *word)
{
    const struct index *index = scan->index;
    struct search_string written = string_of(&word->folded);
    const unsigned char *values;
    uint32_t number;
    word->n_with = 0;
    if (trie_find(&index->words, written.data, written.length, &values) > 0)
        word->n_with = postings_of(&index->written, trie_value(values, 0)).n;
    word->begins_others =
        trie_complete(&index->words, written.data, written.length, &number, 1) > 0;
}

static void add_word(struct search_scan *scan, struct scan_word *word, bool completes)
{
    uint64_t n_synonymous;
    memset(scan->any_fields, 0, scan->n_crates + (size_t)1);
    uint64_t n = look_up_with_synonyms(scan, word, &n_synonymous);
    uint64_t n_completed = 0;
    memset(scan->completion, 0, scan->n_crates + (size_t)1);
    if (completes && strlen(word->stem.text) >= MIN_COMPLETED_BYTES && scan->ranking.prefix > 0)
        n_completed = look_up_completions(scan, word->stem.text, word->text, n <= RARE_CRATES);
    count_written(scan, word);
    word->n_with += n_synonymous;
    word->n_completed = n_completed;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        if ((scan->any_fields[rank] & ~(1U << SCAN_README)) != 0)
            scan->n_close[rank]++;
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

void scan_words(struct search_scan *scan, struct search_string text)
{
    struct scan_words *cut = &scan->cut;
    scan_cut(scan, text, true, cut);
    memset(scan->n_close, 0, scan->n_crates + (size_t)1);
    memset(scan->coverage, 0, (scan->n_crates + (size_t)1) * sizeof *scan->coverage);
    scan->n_words = 0;
    scan->n_respelt = 0;
    scan->n_occurring = 0;
    scan->total_mass = 0;
    bool has_spaces = text.length > 0 && memchr(text.data, ' ', text.length) != NULL;
    scan->is_common = cut->n > 1 || (cut->n == 1 && !has_spaces);
    for (unsigned i = 0; i < cut->n; i++)
        add_word(scan, &cut->words[i], i == cut->n - 1);
    if (scan->total_mass == 0)
        scan_cover_alike(scan);
}
