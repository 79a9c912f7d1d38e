/* Words are numbered as they come, by a hash table with linear probing, at most half full; a place
   holds the number of an entry plus 1. Texts lie one behind the other and are found by offset,
   because their buffer moves as it grows.

   What a crate has is noted in four bytes a word: the word's number and the fields. Crates come by
   rank, so that the notes of each are one run, whose begin is all that has to be known of it. At
   the end they are shared out among the words by counting. */
#include "index/build/written_words.h"

#include "index/segment/word_stems.h"
#include "index/trie/trie_build.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct entry {
    uint64_t hash;
    size_t text; /* in `texts` */
    uint32_t length;
    uint32_t n_crates;
    uint32_t n_outside_readmes; /* of these, outside of the README */
    uint32_t last_note;         /* of the crate that had it last */
    bool is_telling; /* stands in a name or keyword, and so is worth knowing however rare it is */
};

/* A note has the fields in its lowest bits and the word's number above them. */
#define FIELD_BITS 4
#define MAX_WORDS (1U << (32 - FIELD_BITS))
_Static_assert(POSTING_ALL_FIELDS < 1 << FIELD_BITS, "the fields have room");

struct written_words {
    struct entry *entries;
    size_t n_entries;
    size_t *places;
    size_t n_places; /* a power of two; `entries` has room for half as many */
    msgpack_sbuffer texts;
    msgpack_sbuffer notes;  /* of uint32_t, crate by crate */
    msgpack_sbuffer starts; /* of uint32_t: the first note of each crate */
};

static int make_room(struct written_words *words)
{
    if (2 * words->n_entries < words->n_places)
        return 0;
    size_t n_places = words->n_places == 0 ? 1 << 16 : 2 * words->n_places;
    struct entry *entries = reallocarray(words->entries, n_places / 2, sizeof *entries);
    if (entries == NULL)
        return -1;
    words->entries = entries;
    size_t *places = calloc(n_places, sizeof *places);
    if (places == NULL)
        return -1;
    free(words->places);
    words->places = places;
    words->n_places = n_places;
    for (size_t i = 0; i < words->n_entries; i++) {
        size_t at = entries[i].hash & (n_places - 1);
        while (places[at] != 0)
            at = (at + 1) & (n_places - 1);
        places[at] = i + 1;
    }
    return 0;
}

struct written_words *written_words_create(void)
{
    struct written_words *words = calloc(1, sizeof *words);
    if (words == NULL)
        return NULL;
    msgpack_sbuffer_init(&words->texts);
    msgpack_sbuffer_init(&words->notes);
    msgpack_sbuffer_init(&words->starts);
    if (make_room(words) != 0) {
        written_words_destroy(words);
        return NULL;
    }
    return words;
}

void written_words_destroy(struct written_words *words)
{
    if (words == NULL)
        return;
    msgpack_sbuffer_destroy(&words->starts);
    msgpack_sbuffer_destroy(&words->notes);
    msgpack_sbuffer_destroy(&words->texts);
    free(words->places);
    free(words->entries);
    free(words);
}

static uint32_t count_notes(const struct written_words *words)
{
    return (uint32_t)(words->notes.size / sizeof(uint32_t));
}

static uint32_t count_crates(const struct written_words *words)
{
    return (uint32_t)(words->starts.size / sizeof(uint32_t));
}

static uint32_t start_of(const struct written_words *words, uint32_t rank)
{
    uint32_t start;
    if (rank > count_crates(words))
        return count_notes(words);
    memcpy(&start, words->starts.data + (rank - 1) * sizeof start, sizeof start);
    return start;
}

static uint32_t note_at(const struct written_words *words, uint32_t at)
{
    uint32_t note;
    memcpy(&note, words->notes.data + at * sizeof note, sizeof note);
    return note;
}

/* The word's entry, made where there is none. NULL when memory runs out. */
static struct entry *find_entry(struct written_words *words, const char *word, uint32_t length)
{
    if (make_room(words) != 0)
        return NULL;
    uint64_t hash = XXH3_64bits(word, length);
    size_t at = hash & (words->n_places - 1);
    for (; words->places[at] != 0; at = (at + 1) & (words->n_places - 1)) {
        struct entry *entry = &words->entries[words->places[at] - 1];
        if (entry->hash == hash && entry->length == length &&
            memcmp(words->texts.data + entry->text, word, length) == 0)
            return entry;
    }
    size_t text = words->texts.size;
    if (length > 0 && msgpack_sbuffer_write(&words->texts, word, length) != 0)
        return NULL;
    struct entry *entry = &words->entries[words->n_entries++];
    words->places[at] = words->n_entries;
    *entry = (struct entry){.hash = hash, .text = text, .length = length, .last_note = UINT32_MAX};
    return entry;
}

/* Begins the notes of the crates up to `rank`, of which the ones between have none. */
static int begin_crates(struct written_words *words, uint32_t rank)
{
    while (count_crates(words) < rank) {
        uint32_t start = count_notes(words);
        if (msgpack_sbuffer_write(&words->starts, (const char *)&start, sizeof start) != 0)
            return -1;
    }
    return 0;
}

int written_words_add(struct written_words *words, uint32_t rank, enum posting_field field,
                      const char *word, size_t length, struct error *error)
{
    struct entry *entry =
        begin_crates(words, rank) == 0 ? find_entry(words, word, (uint32_t)length) : NULL;
    if (entry == NULL)
        return error_out_of_memory(error);
    bool is_new = entry->last_note == UINT32_MAX || entry->last_note < start_of(words, rank);
    if (is_new) {
        uint32_t note = (uint32_t)(entry - words->entries) << FIELD_BITS;
        if (words->n_entries > MAX_WORDS || count_notes(words) == UINT32_MAX)
            return error_set(error, "the search index passes 2^28 words or 2^32 postings");
        entry->last_note = count_notes(words);
        entry->n_crates++;
        if (msgpack_sbuffer_write(&words->notes, (const char *)&note, sizeof note) != 0)
            return error_out_of_memory(error);
    }
    uint32_t note = note_at(words, entry->last_note);
    bool was_outside = (note & POSTING_MAIN_FIELDS) != 0;
    entry->n_outside_readmes += !was_outside && field != POSTING_README;
    entry->is_telling = entry->is_telling || field == POSTING_NAME || field == POSTING_KEYWORDS;
    note |= field;
    memcpy(words->notes.data + entry->last_note * sizeof note, &note, sizeof note);
    return 0;
}

int written_words_spelling(const struct written_words *words, uint32_t max_length,
                           struct counted_word **counted, size_t *n_counted, struct error *error)
{
    *counted = calloc(words->n_entries + 1, sizeof **counted);
    *n_counted = 0;
    if (*counted == NULL)
        return error_out_of_memory(error);
    for (size_t i = 0; i < words->n_entries; i++) {
        const struct entry *entry = &words->entries[i];
        if (entry->length > 0 && entry->length <= max_length &&
            (entry->n_outside_readmes > 1 || entry->is_telling))
            (*counted)[(*n_counted)++] = (struct counted_word){
                words->texts.data + entry->text, entry->length, entry->n_outside_readmes, 0};
    }
    return 0;
}

/* A word while the words are put in order. */
struct sorted_word {
    const char *text;
    uint32_t length;
    uint32_t number;
};

static int compare_words(const void *left_word, const void *right_word)
{
    const struct sorted_word *left = left_word;
    const struct sorted_word *right = right_word;
    size_t common = left->length < right->length ? left->length : right->length;
    int order = common == 0 ? 0 : memcmp(left->text, right->text, common);
    return order != 0 ? order : (left->length > right->length) - (left->length < right->length);
}

static struct sorted_word *sort_words(const struct written_words *words)
{
    struct sorted_word *sorted = calloc(words->n_entries + 1, sizeof *sorted);
    for (size_t i = 0; sorted != NULL && i < words->n_entries; i++)
        sorted[i] = (struct sorted_word){words->texts.data + words->entries[i].text,
                                         words->entries[i].length, (uint32_t)i};
    if (sorted != NULL)
        qsort(sorted, words->n_entries, sizeof *sorted, compare_words);
    return sorted;
}

/* What a word has. */
struct posting {
    uint32_t rank;
    enum posting_field fields;
};

/* All postings, those of each word one behind the other: the words by their numbers, which get
   their first posting in `starts`. NULL when memory runs out. */
static struct posting *share_out(const struct written_words *words, uint32_t *starts)
{
    struct posting *postings = calloc((size_t)count_notes(words) + 1, sizeof *postings);
    uint32_t start = 0;
    for (size_t i = 0; i < words->n_entries; i++) {
        starts[i] = start;
        start += words->entries[i].n_crates;
    }
    for (uint32_t rank = 1; postings != NULL && rank <= count_crates(words); rank++) {
        for (uint32_t at = start_of(words, rank); at < start_of(words, rank + 1); at++) {
            uint32_t note = note_at(words, at);
            postings[starts[note >> FIELD_BITS]++] =
                (struct posting){rank, (enum posting_field)(note & POSTING_ALL_FIELDS)};
        }
    }
    for (size_t i = 0; i < words->n_entries; i++)
        starts[i] -= words->entries[i].n_crates;
    return postings;
}

static int add_postings(const struct written_words *words, const struct sorted_word *sorted,
                        const struct posting *postings, const uint32_t *starts,
                        struct postings_builder *builder, struct error *error)
{
    for (size_t i = 0; i < words->n_entries; i++) {
        const struct posting *own = postings + starts[sorted[i].number];
        if (postings_builder_term(builder, error) != 0)
            return -1;
        for (uint32_t k = 0; k < words->entries[sorted[i].number].n_crates; k++) {
            if (postings_builder_add(builder, own[k].rank, own[k].fields, error) != 0)
                return -1;
        }
    }
    return 0;
}

static int build_trie(const struct sorted_word *sorted, size_t n_words, const uint32_t *numbers,
                      msgpack_sbuffer *trie, struct error *error)
{
    struct trie_entry *entries = calloc(n_words + 1, sizeof *entries);
    if (entries == NULL)
        return error_out_of_memory(error);
    for (size_t i = 0; i < n_words; i++)
        entries[i] = (struct trie_entry){sorted[i].text, sorted[i].length, numbers[i]};
    int result = trie_build(entries, n_words, trie, error);
    free(entries);
    return result;
}

static int build_stems(const struct sorted_word *sorted, size_t n_words, const uint32_t *numbers,
                       written_stem *stem_of, void *context, msgpack_sbuffer *block,
                       struct error *error)
{
    uint32_t *stems = calloc(n_words + 1, sizeof *stems);
    int result = stems == NULL ? error_out_of_memory(error) : 0;
    for (size_t i = 0; i < n_words && result == 0; i++) {
        uint32_t stem = stem_of(context, sorted[i].text, sorted[i].length);
        stems[numbers[i] - 1] = stem;
        if (stem == 0)
            result = error_set(error, "FTS5 has no word with the stem of `%.*s`",
                               (int)sorted[i].length, sorted[i].text);
    }
    if (result == 0)
        result = word_stems_build(stems, (uint32_t)n_words, block, error);
    free(stems);
    return result;
}

int written_words_build(const struct written_words *words, written_stem *stem_of, void *context,
                        struct written_parts *parts, struct error *error)
{
    struct postings_builder builder;
    struct sorted_word *sorted = sort_words(words);
    uint32_t *starts = calloc(words->n_entries + 1, sizeof *starts);
    struct posting *shared = sorted == NULL || starts == NULL ? NULL : share_out(words, starts);
    int result = shared == NULL ? error_out_of_memory(error) : 0;
    postings_builder_init(&builder);
    if (result == 0)
        result = add_postings(words, sorted, shared, starts, &builder, error);
    free(shared);
    /* The starts have served: their room is for the numbers. */
    uint32_t *numbers = starts;
    if (result == 0)
        result = postings_builder_finish(&builder, &parts->postings, numbers, error);
    if (result == 0)
        result = build_trie(sorted, words->n_entries, numbers, &parts->trie, error);
    if (result == 0)
        result =
            build_stems(sorted, words->n_entries, numbers, stem_of, context, &parts->stems, error);
    postings_builder_destroy(&builder);
    free(starts);
    free(sorted);
    return result;
}
