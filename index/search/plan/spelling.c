/* Numbers in the word list rise as words get rarer, so the best neighbour in the trie of words is
   the answer. Two edits are tried only where one finds nothing, and all words only where the most
   common ones have none that is as near: those are what people mean, and a walk among them costs a
   fraction. Where only a frequent word will do, the walk ends where they do, and rarer ones are
   looked at only to find out whether one of them is nearer. */
#include "index/search/plan/spelling.h"

#include "index/segment/open_index.h"
#include "index/trie/trie_fuzzy.h"

#include <cratedex/utf8.h>
#include <string.h>

#define ONE_EDIT_CHARACTERS 5
#define TWO_EDITS_CHARACTERS 9
/* The words that are tried first: one in so many. */
#define COMMON_SHARE 16

/* The nearest word other than the word itself, which is its own nearest neighbour where it is
   listed: hence two. Returns its number, or 0. */
static uint32_t find_nearest(const struct index *index, const char *word, size_t length,
                             unsigned distance, uint32_t max_number)
{
    struct trie_fuzzy_bounds bounds = {.max_distance = distance, .max_value = max_number};
    struct trie_neighbour neighbours[2];
    size_t n = trie_fuzzy_find(&index->spelling, word, length, &bounds, neighbours, 2);
    size_t nearest = n > 0 && neighbours[0].distance == 0 ? 1 : 0;
    return nearest < n ? neighbours[nearest].value : 0;
}

/* How many words have so many crates or more: those are numbered first. */
static uint32_t count_frequent(const struct word_list *list, uint64_t least_crates)
{
    uint32_t low = 0;
    uint32_t high = list->n_words;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (list->n_crates[middle] >= least_crates)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The nearest of the words up to `max_number`, with the common ones tried first. */
static uint32_t find_common_first(const struct index *index, const char *word, size_t length,
                                  unsigned distance, uint32_t max_number)
{
    uint32_t n_common = index->spelling_list.n_words / COMMON_SHARE;
    uint32_t number =
        max_number > n_common ? find_nearest(index, word, length, distance, n_common) : 0;
    return number != 0 ? number : find_nearest(index, word, length, distance, max_number);
}

int spelling_correct(const struct index *index, const char *word, size_t length,
                     uint64_t least_crates, struct spelling_correction *correction)
{
    size_t n_characters = utf8_count_characters(word, length);
    unsigned n_edits = n_characters >= TWO_EDITS_CHARACTERS  ? 2
                       : n_characters >= ONE_EDIT_CHARACTERS ? 1
                                                             : 0;
    uint32_t n_frequent = count_frequent(&index->spelling_list, least_crates);
    for (unsigned distance = 1; distance <= n_edits && n_frequent > 0; distance++) {
        uint32_t number = find_common_first(index, word, length, distance, n_frequent);
        if (number == 0)
            continue;
        /* A rarer word that is nearer may have been passed over. */
        if (distance > 1 && n_frequent < index->spelling_list.n_words &&
            find_common_first(index, word, length, distance - 1, UINT32_MAX) != 0)
            return 0;
        struct counted_word found = word_list_word(&index->spelling_list, number);
        memcpy(correction->word, found.text, found.length);
        correction->length = found.length;
        correction->distance = distance;
        correction->n_crates = found.n_crates;
        return 1;
    }
    return 0;
}

bool spelling_is_one_edit_off(const struct index *index, const char *word, size_t length)
{
    return utf8_count_characters(word, length) >= ONE_EDIT_CHARACTERS &&
           find_common_first(index, word, length, 1, UINT32_MAX) != 0;
}
