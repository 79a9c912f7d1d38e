/* Any bytes as a trie block. Where they open, every lookup must be safe and consistent: what a walk
   visits is found again, and the completions of the empty prefix are the smallest values of all. */
#include "index/trie/trie.h"
#include "index/trie/trie_complete.h"
#include "index/trie/trie_open.h"
#include "index/trie/trie_walk.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    const struct trie *trie;
    uint32_t smallest;
    uint32_t n_keys;
};

static int check_key(void *context, const char *key, size_t key_length, const unsigned char *values,
                     uint32_t n_values)
{
    struct seen *seen = context;
    const unsigned char *found = NULL;
    if (trie_find(seen->trie, key, key_length, &found) != n_values || found != values)
        abort();
    uint32_t completions[5];
    size_t n = trie_complete(seen->trie, key, key_length - key_length / 3, completions, 5);
    if (n == 0 || completions[0] > trie_value(values, 0))
        abort();
    for (size_t i = 1; i < n; i++)
        if (completions[i - 1] >= completions[i])
            abort();
    if (trie_value(values, 0) < seen->smallest)
        seen->smallest = trie_value(values, 0);
    seen->n_keys++;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trie trie;
    struct error error;
    if (trie_open(&trie, data, size, &error) != 0)
        return 0;
    struct seen seen = {&trie, UINT32_MAX, 0};
    if (trie_walk(&trie, check_key, &seen) != 0 || seen.n_keys != trie.n_keys)
        abort();
    uint32_t completions[TRIE_MAX_COMPLETIONS];
    size_t n = trie_complete(&trie, "", 0, completions, TRIE_MAX_COMPLETIONS);
    if ((n > 0) != (trie.n_keys > 0) || (n > 0 && completions[0] != seen.smallest))
        abort();
    return 0;
}
