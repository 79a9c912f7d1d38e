/* Corrections come from the list of words as they are written in names, keywords and descriptions
   (spelling.h), and from the trie of names. They join a search only where nothing of the text
   occurs, or word by word where others do: a word that occurs is what was asked for and is never
   replaced, and a name that is near it stands for something else. What else may have been meant
   is offered (did_you_mean.h). */
#include "index/search/plan/search_spelling.h"

#include "index/trie/trie_fuzzy.h"

#include <cratedex/index_file.h>
#include <cratedex/utf8.h>
#include <string.h>

#define MIN_NAME_CHARACTERS 4    /* of what was typed for a name of five with one left out */
#define MIN_CHARACTERS_FOR_TWO 9 /* of what was typed for a name with two edits */
#define MIN_CHARACTERS_FURTHER 6 /* … for one that is far more popular */

static struct search_replacement *next_replacement(struct search_spelling *spelling,
                                                   struct index_reader *reader, const char *word,
                                                   uint32_t text_start, uint32_t text_length,
                                                   uint64_t least_crates)
{
    char folded[SPELLING_MAX_BYTES];
    struct search_replacement *replacement = &spelling->replacements[spelling->n_replacements];
    if (spelling->n_replacements == SEARCH_MAX_REPLACEMENTS)
        return NULL;
    size_t length = text_words_fold(reader->tokenizer, word, text_length, folded, sizeof folded);
    if (length == 0 || spelling_correct(reader->index, folded, length, least_crates,
                                        &replacement->correction) == 0)
        return NULL;
    replacement->text_start = text_start;
    replacement->text_length = text_length;
    return replacement;
}

size_t search_spelling_replace(struct search_spelling *spelling, struct index_reader *reader,
                               const char *word, uint32_t text_start, uint32_t text_length,
                               char *stem, size_t capacity, struct search_string *written)
{
    const struct search_replacement *replacement =
        next_replacement(spelling, reader, word, text_start, text_length, 0);
    if (replacement == NULL)
        return 0;
    *written = (struct search_string){replacement->correction.word, replacement->correction.length};
    spelling->n_replacements++;
    spelling->is_relaxed = true;
    return text_words_stem(reader->tokenizer, replacement->correction.word,
                           replacement->correction.length, stem, capacity);
}

bool search_spelling_part(struct search_spelling *spelling, const char *word, size_t first,
                          size_t length, uint32_t text_start, uint32_t text_length)
{
    struct search_replacement replacement = {
        .text_start = text_start,
        .text_length = text_length,
        .correction = {.length = length + 1, .distance = 1},
    };
    if (spelling->n_replacements == SEARCH_MAX_REPLACEMENTS || length + 1 > SPELLING_MAX_BYTES)
        return false;
    memcpy(replacement.correction.word, word, first);
    replacement.correction.word[first] = ' ';
    memcpy(replacement.correction.word + first + 1, word + first, length - first);
    search_spelling_note(spelling, &replacement);
    spelling->is_relaxed = true;
    return true;
}

/* Whether the word begins the other, as one that is not finished. */
static bool is_longer(struct index_reader *reader, const char *word, uint32_t length,
                      const struct spelling_correction *other)
{
    char folded[SPELLING_MAX_BYTES];
    size_t n = text_words_fold(reader->tokenizer, word, length, folded, sizeof folded);
    return other->length > n && memcmp(folded, other->word, n) == 0;
}

/* Whether both are forms of one word: then a search finds them alike. */
static bool have_one_stem(struct index_reader *reader, const char *word, uint32_t length,
                          const struct spelling_correction *other)
{
    char stem[SPELLING_MAX_BYTES];
    char other_stem[SPELLING_MAX_BYTES];
    size_t n = text_words_stem(reader->tokenizer, word, length, stem, sizeof stem);
    return n == text_words_stem(reader->tokenizer, other->word, other->length, other_stem,
                                sizeof other_stem) &&
           memcmp(stem, other_stem, n) == 0;
}

void search_spelling_note(struct search_spelling *spelling,
                          const struct search_replacement *replacement)
{
    if (spelling->n_replacements < SEARCH_MAX_REPLACEMENTS)
        spelling->replacements[spelling->n_replacements++] = *replacement;
}

void search_spelling_offer(struct search_spelling *spelling, struct index_reader *reader,
                           const char *word, uint32_t text_start, uint32_t text_length,
                           uint64_t least_crates)
{
    const struct search_replacement *replacement =
        next_replacement(spelling, reader, word, text_start, text_length, least_crates);
    if (replacement != NULL && !is_longer(reader, word, text_length, &replacement->correction) &&
        !have_one_stem(reader, word, text_length, &replacement->correction))
        spelling->n_replacements++;
}

/* The most popular crate two edits away, where it is far more popular than the nearest; else 0. */
static uint32_t find_far_more_popular(const struct index *index, const char *canonical,
                                      size_t length, const struct trie_neighbour *nearest)
{
    const struct trie_fuzzy_bounds bounds = {.max_distance = 2, .max_value = nearest->value - 1};
    struct trie_neighbour further;
    if (utf8_count_characters(canonical, length) < MIN_CHARACTERS_FURTHER ||
        nearest->distance != 1 || bounds.max_value == 0 ||
        trie_fuzzy_find(&index->names, canonical, length, &bounds, &further, 1) == 0 ||
        further.distance != 2)
        return 0;
    int64_t downloads = index->columns.downloads[nearest->value - 1];
    int64_t more = index->columns.downloads[further.value - 1];
    return more / SEARCH_FAR_MORE_POPULAR >= (downloads > 0 ? downloads : 1) ? further.value : 0;
}

uint32_t search_spelling_near_names(const struct index *index, const char *canonical, size_t length,
                                    uint32_t ranks[SEARCH_MAX_NEAR_NAMES])
{
    size_t n_characters = utf8_count_characters(canonical, length);
    if (n_characters < MIN_NAME_CHARACTERS || memchr(canonical, ' ', length) != NULL)
        return 0;
    const struct trie_fuzzy_bounds bounds = {
        .max_distance = n_characters < MIN_CHARACTERS_FOR_TWO ? 1 : 2,
        .max_value = UINT32_MAX,
    };
    struct trie_neighbour neighbours[SEARCH_MAX_NEAR_NAMES];
    size_t n = trie_fuzzy_find(&index->names, canonical, length, &bounds, neighbours,
                               SEARCH_MAX_NEAR_NAMES);
    size_t nearest = 0;
    uint32_t n_ranks = 0;
    while (nearest < n && neighbours[nearest].distance == 0)
        nearest++;
    if (nearest == n)
        return 0;
    uint32_t further = find_far_more_popular(index, canonical, length, &neighbours[nearest]);
    if (further != 0)
        ranks[n_ranks++] = further;
    for (; nearest < n && n_ranks < SEARCH_MAX_NEAR_NAMES; nearest++)
        if (neighbours[nearest].value != further)
            ranks[n_ranks++] = neighbours[nearest].value;
    return n_ranks;
}

void search_spelling_take_names(struct search_spelling *spelling, const struct index *index,
                                const char *canonical, size_t length)
{
    spelling->n_near_names =
        search_spelling_near_names(index, canonical, length, spelling->near_names);
    spelling->is_relaxed = spelling->is_relaxed || spelling->n_near_names > 0;
}

/* Appends what fits before a NUL. Of a text that is too long, nothing is left: a part of it would
   be another text. */
static void append(char *out, size_t *length, const char *text, size_t n)
{
    size_t room = SEARCH_MAX_DID_YOU_MEAN - *length;
    if (n >= room) {
        *length = SEARCH_MAX_DID_YOU_MEAN;
        out[0] = '\0';
    } else {
        memcpy(out + *length, text, n);
        *length += n;
        out[*length] = '\0';
    }
}

void search_spelling_text(const struct search_spelling *spelling, const struct index *index,
                          struct search_string text, char did_you_mean[SEARCH_MAX_DID_YOU_MEAN])
{
    size_t length = 0;
    did_you_mean[0] = '\0';
    if (spelling->n_near_names > 0) {
        struct index_crate crate;
        index_crate(index, spelling->near_names[0], &crate);
        append(did_you_mean, &length, crate.name, crate.name_length);
        return;
    }
    if (spelling->n_replacements == 0)
        return;
    size_t at = 0;
    for (uint32_t i = 0; i < spelling->n_replacements; i++) {
        const struct search_replacement *replacement = &spelling->replacements[i];
        append(did_you_mean, &length, text.data + at, replacement->text_start - at);
        append(did_you_mean, &length, replacement->correction.word, replacement->correction.length);
        at = replacement->text_start + replacement->text_length;
    }
    append(did_you_mean, &length, text.data + at, text.length - at);
}
