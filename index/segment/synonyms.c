/* A small table: some hundred words. Opening walks along the trie three times: to count groups and
   bytes, to count the words of each group, and to sort the words into the groups. */
#include "index/segment/synonyms.h"

#include "index/trie/trie.h"
#include "index/trie/trie_build.h"
#include "index/trie/trie_open.h"
#include "index/trie/trie_walk.h"

#include <stdlib.h>
#include <string.h>

int synonyms_build(const struct synonym_table *table, msgpack_sbuffer *block, struct error *error)
{
    struct trie_entry *entries = calloc(table->n_entries + 1, sizeof *entries);
    if (entries == NULL)
        return error_out_of_memory(error);
    for (size_t i = 0; i < table->n_entries; i++) {
        const struct synonym_entry *entry = &table->entries[i];
        entries[i] = (struct trie_entry){entry->word, entry->length, entry->group};
    }
    int result = trie_build(entries, table->n_entries, block, error);
    free(entries);
    return result;
}

/* What the trie comes to, as it is walked along. */
struct walk {
    struct synonyms *synonyms;
    size_t n_bytes;
    uint32_t n_words;
    bool is_bad;
};

static int count_word(void *context, const char *key, size_t length, const unsigned char *values,
                      uint32_t n_values)
{
    (void)key;
    struct walk *walk = context;
    uint32_t group = trie_value(values, 0);
    walk->is_bad = n_values != 1 || length == 0 || length > SYNONYM_MAX_BYTES || group == 0 ||
                   group > walk->synonyms->trie.n_keys;
    if (walk->is_bad)
        return 1;
    walk->n_bytes += length;
    walk->n_words++;
    if (group > walk->synonyms->n_groups)
        walk->synonyms->n_groups = group;
    return 0;
}

static int size_group(void *context, const char *key, size_t length, const unsigned char *values,
                      uint32_t n_values)
{
    (void)key;
    (void)length;
    (void)n_values;
    struct walk *walk = context;
    walk->synonyms->starts[trie_value(values, 0)]++;
    return 0;
}

/* Appends the word to its group, whose number in `starts` goes from its start to its end. */
static int take_word(void *context, const char *key, size_t length, const unsigned char *values,
                     uint32_t n_values)
{
    (void)n_values;
    struct walk *walk = context;
    struct synonyms *synonyms = walk->synonyms;
    char *text = synonyms->texts + walk->n_bytes;
    memcpy(text, key, length);
    walk->n_bytes += length;
    synonyms->words[synonyms->starts[trie_value(values, 0)]++] =
        (struct synonym){text, (uint32_t)length};
    return 0;
}

static int make_groups(struct synonyms *synonyms, struct error *error)
{
    struct walk walk = {.synonyms = synonyms};
    if (trie_walk(&synonyms->trie, count_word, &walk) < 0)
        return error_out_of_memory(error);
    if (walk.is_bad)
        return error_set(error, "the trie of synonyms is no table of them");
    synonyms->starts = calloc((size_t)synonyms->n_groups + 1, sizeof *synonyms->starts);
    synonyms->words = calloc((size_t)walk.n_words + 1, sizeof *synonyms->words);
    synonyms->texts = malloc(walk.n_bytes + 1);
    if (synonyms->starts == NULL || synonyms->words == NULL || synonyms->texts == NULL ||
        trie_walk(&synonyms->trie, size_group, &walk) < 0)
        return error_out_of_memory(error);
    for (uint32_t group = 1; group <= synonyms->n_groups; group++) {
        uint32_t n = synonyms->starts[group];
        if (n < 2 || n > SYNONYM_MAX_OF_A_LINE)
            return error_set(error, "group %u of synonyms has %u words", group, n);
        synonyms->starts[group] += synonyms->starts[group - 1];
    }
    /* From ends to starts. */
    memmove(synonyms->starts + 1, synonyms->starts, synonyms->n_groups * sizeof *synonyms->starts);
    walk.n_bytes = 0;
    return trie_walk(&synonyms->trie, take_word, &walk) < 0 ? error_out_of_memory(error) : 0;
}

int synonyms_open(struct synonyms *synonyms, const void *block, size_t size, struct error *error)
{
    *synonyms = (struct synonyms){.n_groups = 0};
    if (trie_open(&synonyms->trie, block, size, error) != 0)
        return -1;
    return make_groups(synonyms, error);
}

void synonyms_close(struct synonyms *synonyms)
{
    free(synonyms->texts);
    free(synonyms->words);
    free(synonyms->starts);
    synonyms->texts = NULL;
    synonyms->words = NULL;
    synonyms->starts = NULL;
}

uint32_t synonyms_find(const struct synonyms *synonyms, const char *word, size_t length,
                       const struct synonym **group)
{
    const unsigned char *values;
    if (trie_find(&synonyms->trie, word, length, &values) == 0)
        return 0;
    uint32_t number = trie_value(values, 0);
    *group = synonyms->words + synonyms->starts[number - 1];
    return synonyms->starts[number] - synonyms->starts[number - 1];
}
