/* Words as they are written are read from the index, all of them, in their order: they are data, as
   test_build_words and verify say which there must be. What they are looked for with is not: every
   word is compared with what was typed. */
#include "tests/support/search_scan_steps.h"

#include "index/segment/open_index.h"
#include "index/trie/trie.h"
#include "index/trie/trie_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST_COMPLETIONS 32
#define FEW_COMPLETIONS 4
#define COMMON_CRATES 128
#define ENOUGH_CRATES 4096
#define SHORT_LIST 64

struct scan_written {
    char **words; /* by number, from 1 */
    uint32_t n;
};

static int take_word(void *context, const char *key, size_t length, const unsigned char *values,
                     uint32_t n_values)
{
    struct scan_written *written = context;
    assert_int_equal(n_values, 1);
    uint32_t number = trie_value(values, 0);
    assert_in_range(number, 1, written->n);
    assert_null(written->words[number]);
    written->words[number] = strndup(key, length);
    assert_non_null(written->words[number]);
    return 0;
}

void scan_written_open(struct search_scan *scan)
{
    struct scan_written *written = calloc(1, sizeof *written);
    assert_non_null(written);
    written->n = scan->index->written.n_terms;
    written->words = calloc((size_t)written->n + 1, sizeof *written->words);
    assert_non_null(written->words);
    assert_int_equal(trie_walk(&scan->index->words, take_word, written), 0);
    scan->words = written;
}

void scan_written_close(struct search_scan *scan)
{
    for (uint32_t i = 1; i <= scan->words->n; i++)
        free(scan->words->words[i]);
    free(scan->words->words);
    free(scan->words);
}

/* The number of a word; 0 where no crate has it. */
static uint32_t number_of(const struct search_scan *scan, const char *word)
{
    for (uint32_t i = 1; i <= scan->words->n; i++) {
        if (strcmp(scan->words->words[i], word) == 0)
            return i;
    }
    return 0;
}

static bool has_stem(struct search_scan *scan, const char *word, const char *stem)
{
    struct scan_text own = {""};
    scan_stem(scan, (struct search_string){word, strlen(word)}, &own);
    return strcmp(own.text, stem) == 0;
}

bool scan_is_written(const struct search_scan *scan, const char *word)
{
    return number_of(scan, word) > 0;
}

bool scan_begins_words(const struct search_scan *scan, const char *word)
{
    for (uint32_t i = 1; i <= scan->words->n; i++) {
        if (strncmp(scan->words->words[i], word, strlen(word)) == 0)
            return true;
    }
    return false;
}

uint32_t scan_look_up_written(struct search_scan *scan, const char *word)
{
    uint32_t number = number_of(scan, word);
    memset(scan->written, 0, scan->n_crates + (size_t)1);
    if (number == 0)
        return 0;
    struct posting_list list = postings_of(&scan->index->written, number);
    for (uint32_t i = 0; i < list.n; i++)
        scan->written[list.ranks[i]] = list.fields[i];
    return list.n;
}

/* Adds a longer word's fields. With `alone`, crates that have a better one are left as they are.
   Returns how many crates are new. */
static uint32_t add_completion(struct posting_list list, unsigned char *fields, bool alone)
{
    uint32_t n_new = 0;
    for (uint32_t i = 0; i < list.n; i++) {
        unsigned char *of_crate = &fields[list.ranks[i]];
        n_new += *of_crate == 0;
        if (!alone || *of_crate == 0)
            *of_crate |= list.fields[i];
    }
    return alone ? list.n : n_new;
}

struct scan_completions scan_look_up_completions(struct search_scan *scan, const char *typed,
                                                 const char *stem, uint32_t n_written)
{
    struct scan_completions found = {0, 0};
    unsigned limit = n_written >= COMMON_CRATES ? FEW_COMPLETIONS : MOST_COMPLETIONS;
    uint64_t n_postings = 0;
    unsigned char *together = calloc(scan->n_crates + (size_t)1, 1); /* words of few crates */
    assert_non_null(together);
    memset(scan->completion, 0, scan->n_crates + (size_t)1);
    for (uint32_t i = 1; i <= scan->words->n && limit > 0; i++) {
        const char *word = scan->words->words[i];
        if (strncmp(word, typed, strlen(typed)) != 0)
            continue;
        limit--;
        struct posting_list list = postings_of(&scan->index->written, i);
        if (has_stem(scan, word, stem))
            continue;
        if (found.n_words >= FEW_COMPLETIONS && n_postings >= ENOUGH_CRATES)
            break;
        found.n_words++;
        for (uint32_t k = 0; k < list.n; k++)
            scan->any_fields[list.ranks[k]] |= list.fields[k];
        n_postings += list.n;
        bool is_short = list.n <= SHORT_LIST;
        found.n_crates += add_completion(list, is_short ? together : scan->completion, !is_short);
    }
    for (uint32_t rank = 1; rank <= scan->n_crates; rank++) {
        if (scan->completion[rank] == 0)
            scan->completion[rank] = together[rank];
    }
    free(together);
    return found;
}
