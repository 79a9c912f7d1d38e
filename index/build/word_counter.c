/* A hash table with linear probing, at most half full; a place holds the number of an entry plus 1.
   Texts lie one behind the other and are found by offset, because their buffer moves as it grows.
   Both uthash and glibc's tables point to entries and keys, which must then stay where they are:
   an allocation a word, and 56 bytes more each with uthash, for all words of a registry. */
#include "index/build/word_counter.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct entry {
    uint64_t hash;
    size_t text; /* in `texts` */
    uint32_t length;
    uint32_t n_crates;
    uint32_t last_rank; /* the crate that was counted last */
    bool is_telling;
};

struct word_counter {
    struct entry *entries;
    size_t n_entries;
    size_t *places;
    size_t n_places; /* a power of two; `entries` has room for half as many */
    msgpack_sbuffer texts;
};

static int make_room(struct word_counter *counter)
{
    if (2 * counter->n_entries < counter->n_places)
        return 0;
    size_t n_places = counter->n_places == 0 ? 1 << 16 : 2 * counter->n_places;
    struct entry *entries = reallocarray(counter->entries, n_places / 2, sizeof *entries);
    if (entries == NULL)
        return -1;
    counter->entries = entries;
    size_t *places = calloc(n_places, sizeof *places);
    if (places == NULL)
        return -1;
    free(counter->places);
    counter->places = places;
    counter->n_places = n_places;
    for (size_t i = 0; i < counter->n_entries; i++) {
        size_t at = entries[i].hash & (n_places - 1);
        while (places[at] != 0)
            at = (at + 1) & (n_places - 1);
        places[at] = i + 1;
    }
    return 0;
}

struct word_counter *word_counter_create(void)
{
    struct word_counter *counter = calloc(1, sizeof *counter);
    if (counter == NULL)
        return NULL;
    msgpack_sbuffer_init(&counter->texts);
    if (make_room(counter) != 0) {
        word_counter_destroy(counter);
        return NULL;
    }
    return counter;
}

void word_counter_destroy(struct word_counter *counter)
{
    if (counter == NULL)
        return;
    msgpack_sbuffer_destroy(&counter->texts);
    free(counter->places);
    free(counter->entries);
    free(counter);
}

/* The word's entry, made where there is none. NULL when memory runs out. */
static struct entry *find_entry(struct word_counter *counter, const char *word, uint32_t length)
{
    if (make_room(counter) != 0)
        return NULL;
    uint64_t hash = XXH3_64bits(word, length);
    size_t at = hash & (counter->n_places - 1);
    for (; counter->places[at] != 0; at = (at + 1) & (counter->n_places - 1)) {
        struct entry *entry = &counter->entries[counter->places[at] - 1];
        if (entry->hash == hash && entry->length == length &&
            memcmp(counter->texts.data + entry->text, word, length) == 0)
            return entry;
    }
    size_t text = counter->texts.size;
    if (msgpack_sbuffer_write(&counter->texts, word, length) != 0)
        return NULL;
    struct entry *entry = &counter->entries[counter->n_entries++];
    counter->places[at] = counter->n_entries;
    *entry = (struct entry){.hash = hash, .text = text, .length = length};
    return entry;
}

int word_counter_add(struct word_counter *counter, const char *word, uint32_t length, uint32_t rank,
                     bool is_telling)
{
    struct entry *entry = find_entry(counter, word, length);
    if (entry == NULL)
        return -1;
    if (entry->last_rank != rank)
        entry->n_crates++;
    entry->last_rank = rank;
    entry->is_telling = entry->is_telling || is_telling;
    return 0;
}

int word_counter_words(const struct word_counter *counter, struct counted_word **words,
                       size_t *n_words)
{
    *words = calloc(counter->n_entries + 1, sizeof **words);
    *n_words = 0;
    if (*words == NULL)
        return -1;
    for (size_t i = 0; i < counter->n_entries; i++) {
        const struct entry *entry = &counter->entries[i];
        if (entry->n_crates > 1 || entry->is_telling)
            (*words)[(*n_words)++] = (struct counted_word){counter->texts.data + entry->text,
                                                           entry->length, entry->n_crates, 0};
    }
    return 0;
}
