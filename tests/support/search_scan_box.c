/* What the search box asks of words: that they occur, that they do not, that all of the text's
   stand in the name. Each is looked up in the full-text table, as those that are searched for. */
#include "tests/support/search_scan_steps.h"

#include <cratedex/search_filter_list.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_COMPLETED_BYTES 2

/* A mark for every crate, beside the scan's own, which every look-up clears. The caller frees. */
static bool *mark_all(const struct search_scan *scan, bool value)
{
    bool *marks = calloc(scan->n_crates + (size_t)1, sizeof *marks);
    if (marks == NULL)
        abort();
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        marks[rank] = value;
    return marks;
}

/* Keeps the marks of crates in which all words of a text occur, in one of the fields. */
static void keep_words(struct search_scan *scan, struct search_string text, bool *marks,
                       unsigned fields)
{
    static struct scan_words cut;
    scan_cut(scan, text, false, &cut);
    for (unsigned i = 0; i < cut.n; i++) {
        scan_look_up(scan, cut.words[i].text.data, cut.words[i].text.length);
        for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
            marks[rank] = marks[rank] && (scan->fields[rank] & fields) != 0;
    }
}

/* Lets those pass on in which the word occurs, or those in which it does not. A stop word says
   nothing of either. */
static void filter_word(struct search_scan *scan, struct search_string word, bool must_occur)
{
    static struct scan_words cut;
    scan_cut(scan, word, false, &cut);
    if (cut.n == 0)
        return;
    bool *marks = mark_all(scan, true);
    keep_words(scan, word, marks, ~0U);
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        scan->passes[rank] = scan->passes[rank] && marks[rank] == must_occur;
    free(marks);
}

/* Keeps the marks of crates that have word number `i` of the text in their name. */
static void keep_named(struct search_scan *scan, unsigned i, bool *marks)
{
    const struct scan_word *word = &scan->cut.words[i];
    const char *folded = word->folded.text;
    size_t size = (scan->n_crates + (size_t)1) * sizeof *scan->fields;
    if (word->meant.text[0] != '\0') {
        keep_words(scan, (struct search_string){word->meant.text, strlen(word->meant.text)}, marks,
                   1U << SCAN_NAME);
        return;
    }
    memset(scan->any_fields, 0, size);
    if (i + 1 == scan->cut.n && strlen(folded) >= MIN_COMPLETED_BYTES && scan->ranking.prefix > 0)
        scan_look_up_completions(scan, folded, word->stem.text, scan_look_up_written(scan, folded));
    scan_look_up(scan, word->text.data, word->text.length);
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        marks[rank] =
            marks[rank] && ((scan->fields[rank] | scan->any_fields[rank]) & 1U << SCAN_NAME) != 0;
}

/* Lets those pass on that the text finds by their names. */
static void filter_names(struct search_scan *scan)
{
    bool *marks = mark_all(scan, scan->cut.n > 0);
    for (unsigned i = 0; i < scan->cut.n; i++)
        keep_named(scan, i, marks);
    for (unsigned i = 0; i < scan->n_front_names; i++)
        marks[scan->front[i].rank] = true;
    for (unsigned i = 0; i < scan->n_by_words; i++)
        marks[scan->by_words[i]] = true;
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++)
        scan->passes[rank] = scan->passes[rank] && (marks[rank] || scan->in_name[rank] ||
                                                    scan_is_exact(scan, rank, scan->canonical));
    free(marks);
}

void scan_filter_by_words(struct search_scan *scan, const struct search_filters *filters,
                          bool has_text)
{
    for (uint32_t i = 0; filters != NULL && i < filters->n; i++) {
        enum search_filter_kind kind = filters->filters[i].kind;
        struct search_string word = search_filter_text(filters, &filters->filters[i]);
        if (kind == SEARCH_FILTER_WITHOUT || kind == SEARCH_FILTER_ALL_OF)
            filter_word(scan, word, kind == SEARCH_FILTER_ALL_OF);
        else if (kind == SEARCH_FILTER_IN && has_text)
            filter_names(scan);
    }
}
