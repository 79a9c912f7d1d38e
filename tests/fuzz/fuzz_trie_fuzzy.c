/* Any bytes as bounds, a word and a trie block. Where the block opens, the lookup must be safe and
   give what it promises: neighbours in order, each value once, within the bounds. */
#include "index/trie/trie.h"
#include "index/trie/trie_fuzzy.h"
#include "index/trie/trie_open.h"

#include <cratedex/utf8.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LIMIT 7

static unsigned grade(const struct trie_neighbour *neighbour)
{
    return 2U * neighbour->distance + neighbour->is_longer;
}

static void check_order(const struct trie_neighbour *neighbours, size_t n,
                        const struct trie_fuzzy_bounds *bounds)
{
    if (n > LIMIT)
        abort();
    for (size_t i = 0; i < n; i++) {
        if (neighbours[i].value > bounds->max_value ||
            neighbours[i].distance > bounds->max_distance ||
            (neighbours[i].is_longer && !bounds->with_longer_keys))
            abort();
        for (size_t j = 0; j < i; j++) {
            if (neighbours[j].value == neighbours[i].value)
                abort();
        }
        if (i > 0 && (grade(&neighbours[i - 1]) > grade(&neighbours[i]) ||
                      (grade(&neighbours[i - 1]) == grade(&neighbours[i]) &&
                       neighbours[i - 1].value > neighbours[i].value)))
            abort();
    }
}

/* Input: a byte of bounds (2 bits of distance, 1 of longer keys, the rest for values), a byte with
   the length of the word, the word, the block. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trie trie;
    struct error error;
    if (size < 2 || data[1] > size - 2)
        return 0;
    const char *word = (const char *)data + 2;
    size_t length = data[1];
    if (trie_open(&trie, data + 2 + length, size - 2 - length, &error) != 0)
        return 0;
    struct trie_fuzzy_bounds bounds = {
        .max_distance = data[0] % 4,
        .with_longer_keys = (data[0] & 4) != 0,
        .max_value = data[0] < 128 ? UINT32_MAX : data[0] - 128U,
        .min_characters = (data[0] & 8) != 0 ? 2 : 0,
    };
    struct trie_neighbour neighbours[LIMIT];
    size_t n = trie_fuzzy_find(&trie, word, length, &bounds, neighbours, LIMIT);
    check_order(neighbours, n, &bounds);
    /* A key of the trie is its own nearest neighbour, if it is text: of other bytes the characters
       in which distances are counted are anybody's guess. */
    const unsigned char *values;
    if (length > 0 && length <= TRIE_FUZZY_MAX_BYTES && bounds.max_distance < 3 &&
        bounds.max_value == UINT32_MAX && bounds.min_characters == 0 &&
        trie_find(&trie, word, length, &values) > 0 && utf8_is_valid(word, length) &&
        (n == 0 || neighbours[0].distance != 0 || neighbours[0].value != trie_value(values, 0)))
        abort();
    return 0;
}
