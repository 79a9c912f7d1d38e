/* Stems are looked up by MATCH, one word and one column at a time. */
#include "tests/support/search_scan_steps.h"

#include "index/segment/open_index.h"
#include "tests/support/edit_distance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIN_COMPLETED_BYTES 2
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

static struct search_string string_of(const struct scan_text *text)
{
    return (struct search_string){text->text, strlen(text->text)};
}

/* Looks up a word that may have been typed: crates with its stem, and those that have it so. */
static void look_up_typed(struct search_scan *scan, struct search_string word,
                          struct scan_found *found)
{
    struct scan_text folded = {""};
    struct scan_text stem = {""};
    scan_fold(scan, word, &folded);
    scan_stem(scan, word, &stem);
    found->is_cut = strlen(stem.text) < strlen(folded.text);
    found->n_characters = count_characters(folded.text, strlen(folded.text));
    found->n_written = scan_look_up_written(scan, folded.text);
    found->n = scan_look_up(scan, word.data, word.length);
}

/* Looks up what a word that occurs nowhere may have meant. */
static void look_up_corrected(struct search_scan *scan, struct scan_word *word,
                              struct scan_found *found)
{
    struct search_string corrected;
    if (!scan->ranking.typos || scan->any_in_name ||
        !scan_correct(scan, string_of(&word->folded), 0, &corrected))
        return;
    scan->is_relaxed = true;
    snprintf(word->meant.text, sizeof word->meant.text, "%.*s", (int)corrected.length,
             corrected.data);
    look_up_typed(scan, corrected, found);
}

/* Sets the fields of every crate for the words that mean the same, of which the first counts that a
   crate has, and for the word itself. What means the same as what is data to the scan. */
static void look_up_with_synonyms(struct search_scan *scan, const struct scan_word *word,
                                  struct scan_found *found)
{
    const struct synonym *group = NULL;
    struct search_string key = string_of(&word->folded);
    uint32_t n = synonyms_find(&scan->index->synonyms, key.data, key.length, &group);
    memset(scan->synonym, 0, scan->n_crates + (size_t)1);
    for (uint32_t i = 0; i < n && scan->ranking.synonym > 0; i++) {
        if (group[i].length == key.length && memcmp(group[i].word, key.data, key.length) == 0)
            continue;
        found->n_synonymous += scan_look_up(scan, group[i].word, group[i].length);
        for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
            if (scan->synonym[rank] == 0)
                scan->synonym[rank] = scan->fields[rank];
    }
    look_up_typed(scan, word->text, found);
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
        struct scan_found part = {.share = 0.4};
        look_up_typed(scan, parts[i], &part);
        scan->n_words++;
        scan_cover_all(scan, &part);
    }
    return true;
}

static void add_word(struct search_scan *scan, struct scan_word *word, bool completes)
{
    const char *folded = word->folded.text;
    struct scan_found found = {.is_typed = true, .share = 1};
    memset(scan->any_fields, 0, scan->n_crates + (size_t)1);
    memset(scan->completion, 0, scan->n_crates + (size_t)1);
    look_up_with_synonyms(scan, word, &found);
    if (completes && strlen(folded) >= MIN_COMPLETED_BYTES && scan->ranking.prefix > 0)
        found.completions =
            scan_look_up_completions(scan, folded, word->stem.text, found.n_written);
    word->n_with = found.n_written + found.n_synonymous;
    word->n_completed = found.completions.n_crates;
    word->begins_others = scan_begins_words(scan, folded);
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        if ((scan->any_fields[rank] & ~(1U << SCAN_README)) != 0)
            scan->n_close[rank]++;
    scan->is_common = scan->is_common && found.n >= COMMON_CRATES;
    bool occurs = found.n > 0 || found.n_synonymous > 0 || found.completions.n_words > 0;
    scan->n_occurring += occurs;
    if (!occurs && scan->n_respelt++ < MAX_RESPELT) {
        if (add_parts(scan, word))
            return;
        look_up_corrected(scan, word, &found);
    }
    scan->n_words++;
    if (found.n > 0 || occurs)
        scan_cover_all(scan, &found);
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
