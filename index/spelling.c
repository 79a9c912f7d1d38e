/* Numbers in the word list rise as words get rarer, so the best neighbour in the trie of words is the
   answer. Two edits are tried only where one finds nothing: most misspellings have one, and the
   second walk costs several times the first. */
#include "index/spelling.h"

#include "index/open_index.h"

#include <cratedex/trie_fuzzy.h>
#include <string.h>

#define ONE_EDIT_CHARACTERS 5
#define TWO_EDITS_CHARACTERS 9

static size_t count_characters(const char *text, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

int spelling_correct(const struct index *index, const char *word, size_t length,
                     struct spelling_correction *correction)
{
    size_t n_characters = count_characters(word, length);
    unsigned n_edits = n_characters >= TWO_EDITS_CHARACTERS  ? 2
                       : n_characters >= ONE_EDIT_CHARACTERS ? 1
                                                             : 0;
    for (unsigned distance = 1; distance <= n_edits; distance++) {
        /* The word itself, where it is listed, is the nearest: hence two. */
        struct trie_fuzzy_bounds bounds = {.max_distance = distance, .max_value = UINT32_MAX};
        struct trie_neighbour neighbours[2];
        size_t n = trie_fuzzy_find(&index->spelling, word, length, &bounds, neighbours, 2);
        const struct trie_neighbour *nearest =
            n > 0 && neighbours[0].distance == 0 ? &neighbours[1] : &neighbours[0];
        if (nearest >= neighbours + n)
            continue;
        struct counted_word found = word_list_word(&index->spelling_list, nearest->value);
        memcpy(correction->word, found.text, found.length);
        correction->length = found.length;
        correction->distance = nearest->distance;
        correction->n_crates = found.n_crates;
        return 1;
    }
    return 0;
}

uint64_t spelling_count(const struct index *index, const char *word, size_t length)
{
    const unsigned char *values;
    if (trie_find(&index->spelling, word, length, &values) == 0)
        return 0;
    return word_list_word(&index->spelling_list, trie_value(values, 0)).n_crates;
}
