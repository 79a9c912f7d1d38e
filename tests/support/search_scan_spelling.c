/* Distances are computed to every word and to every name. The words as they are written are read
   from the open index, where they stand in order of frequency: they are data, as test_spelling says
   which there must be. */
#include "tests/support/search_scan_steps.h"

#include "index/search/plan/spelling.h"
#include "index/segment/open_index.h"
#include "tests/support/edit_distance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ONE_EDIT_CHARACTERS 5
#define TWO_EDITS_CHARACTERS 9
#define MIN_NAME_CHARACTERS 4
#define FURTHER_CHARACTERS 6
#define FAR_MORE_POPULAR 1000
/* No name is near a longer text: names have at most 64 characters. */
#define MAX_NAME_BYTES 66

static struct search_string word_of(const struct search_scan *scan, uint32_t number)
{
    struct counted_word word = word_list_word(&scan->index->spelling_list, number);
    return (struct search_string){word.text, word.length};
}

/* UINT32_MAX where the lengths alone say that it is more than two. */
static unsigned distance_between(struct search_string key, struct search_string word)
{
    size_t n_key = count_characters(key.data, key.length);
    size_t n_word = count_characters(word.data, word.length);
    unsigned beginning;
    return n_key > n_word + 2 || n_word > n_key + 2
               ? UINT32_MAX
               : edit_distance_between(key.data, key.length, word.data, word.length, &beginning);
}

bool scan_correct(const struct search_scan *scan, struct search_string typed, uint64_t least_crates,
                  struct search_string *corrected)
{
    if (typed.length > SPELLING_MAX_BYTES)
        return false;
    size_t n_characters = count_characters(typed.data, typed.length);
    unsigned nearest = n_characters >= TWO_EDITS_CHARACTERS  ? 3
                       : n_characters >= ONE_EDIT_CHARACTERS ? 2
                                                             : 1;
    unsigned nearest_of_all = nearest;
    bool found = false;
    for (uint32_t i = 1; i <= scan->index->spelling_list.n_words; i++) {
        struct search_string word = word_of(scan, i);
        unsigned distance = distance_between(word, typed);
        if (distance == 0 || distance >= nearest_of_all)
            continue;
        nearest_of_all = distance;
        if (word_list_word(&scan->index->spelling_list, i).n_crates < least_crates)
            continue;
        nearest = distance;
        *corrected = word;
        found = true;
    }
    return found && nearest == nearest_of_all;
}

/* How many crates have a word; 0 for what is none. */
static uint32_t count_crates(const struct search_scan *scan, struct search_string word)
{
    for (uint32_t i = 1; i <= scan->index->spelling_list.n_words; i++) {
        struct search_string other = word_of(scan, i);
        if (other.length == word.length && memcmp(other.data, word.data, word.length) == 0)
            return word_list_word(&scan->index->spelling_list, i).n_crates;
    }
    return 0;
}

bool scan_part(const struct search_scan *scan, struct search_string typed,
               struct search_string parts[2])
{
    const uint32_t before = scan->n_crates / 10000;
    uint32_t best = before;
    struct search_string corrected;
    if (typed.length + 1 > SPELLING_MAX_BYTES ||
        (scan_correct(scan, typed, 0, &corrected) && distance_between(corrected, typed) == 1))
        return false;
    for (size_t at = 3; at + 3 <= typed.length; at++) {
        struct search_string first = {typed.data, at};
        struct search_string second = {typed.data + at, typed.length - at};
        uint32_t n_first = count_crates(scan, first);
        uint32_t n_second = count_crates(scan, second);
        uint32_t rarer = n_first < n_second ? n_first : n_second;
        if (rarer > best) {
            best = rarer;
            parts[0] = first;
            parts[1] = second;
        }
    }
    return best > before;
}

static unsigned distance_to_name(const struct search_scan *scan, uint32_t rank,
                                 struct search_string text)
{
    const char *name = scan->crates[rank].canonical;
    return distance_between((struct search_string){name, strlen(name)}, text);
}

/* The most popular name two edits away, where it is far more popular than `nearest`; else 0. */
static uint32_t find_further(const struct search_scan *scan, struct search_string text,
                             uint32_t nearest)
{
    int64_t downloads = scan->crates[nearest].downloads;
    uint32_t rank = 1;
    while (rank < nearest && distance_to_name(scan, rank, text) != 2)
        rank++;
    return rank < nearest && scan->crates[rank].downloads >=
                                 FAR_MORE_POPULAR * (downloads > 0 ? downloads : 1)
               ? rank
               : 0;
}

unsigned scan_find_near(const struct search_scan *scan, const char *canonical,
                        uint32_t near[SCAN_NEAR_NAMES])
{
    struct search_string text = {canonical, strlen(canonical)};
    uint32_t further = 0;
    size_t n_characters = count_characters(text.data, text.length);
    unsigned most = n_characters < TWO_EDITS_CHARACTERS ? 1 : 2;
    unsigned nearest = 3;
    uint32_t found[SCAN_NEAR_NAMES];
    unsigned n_exact = 0;
    unsigned n_found = 0;
    unsigned n = 0;
    if (n_characters < MIN_NAME_CHARACTERS || text.length > MAX_NAME_BYTES ||
        strchr(canonical, ' ') != NULL)
        return 0;
    for (unsigned distance = 0; distance <= most; distance++) {
        for (uint32_t rank = 1; rank <= scan->n_crates && n_exact + n_found < SCAN_NEAR_NAMES;
             rank++) {
            if (distance_to_name(scan, rank, text) != distance)
                continue;
            n_exact += distance == 0;
            if (distance == 0)
                continue;
            nearest = distance < nearest ? distance : nearest;
            found[n_found++] = rank;
        }
    }
    if (n_found > 0 && nearest == 1 && n_characters >= FURTHER_CHARACTERS)
        further = find_further(scan, text, found[0]);
    if (further != 0)
        near[n++] = further;
    for (unsigned i = 0; i < n_found && n < SCAN_NEAR_NAMES; i++)
        if (found[i] != further)
            near[n++] = found[i];
    return n;
}

void scan_near_names(struct search_scan *scan, const char *canonical)
{
    scan->n_near = 0;
    if (scan->ranking.typos && scan->n_words > 0 && scan->n_occurring == 0 && !scan->any_in_name)
        scan->n_near = scan_find_near(scan, canonical, scan->near);
    scan->is_relaxed = scan->is_relaxed || scan->n_near > 0;
}
