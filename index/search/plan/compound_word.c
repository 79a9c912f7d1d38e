/* Every place is tried: a word has few, and each costs two probes of a trie at most. */
#include "index/search/plan/compound_word.h"

#include "index/segment/word_list.h"
#include "index/trie/trie.h"

#include <cratedex/index_file.h>

/* How many crates have the word as it is written. */
static uint32_t count_crates(const struct index *index, const char *word, size_t length)
{
    uint32_t number = trie_find_first(&index->spelling, word, length);
    return number > 0 ? word_list_word(&index->spelling_list, number).n_crates : 0;
}

bool compound_word_part(const struct index *index, const char *word, size_t length,
                        size_t *first_length)
{
    uint32_t most = index_n_crates(index) / COMPOUND_CRATES_SHARE;
    bool is_found = false;
    for (size_t at = COMPOUND_MIN_PART; at + COMPOUND_MIN_PART <= length; at++) {
        uint32_t first = count_crates(index, word, at);
        uint32_t second = first > most ? count_crates(index, word + at, length - at) : 0;
        uint32_t rarer = first < second ? first : second;
        if (rarer <= most)
            continue;
        most = rarer;
        *first_length = at;
        is_found = true;
    }
    return is_found;
}
