/* Corrections come from the list of words as they are written in names, keywords and descriptions
   (spelling.h), and from the trie of names. A word that occurs is never replaced: it is what was
   asked for. */
#include "index/search/plan/search_spelling.h"

#include "index/trie/trie_fuzzy.h"

#include <cratedex/index_file.h>
#include <string.h>

#define MIN_NAME_CHARACTERS 4    /* of what was typed for a name of five with one left out */
#define MIN_CHARACTERS_FOR_TWO 9 /* of a name with two edits */
#define MUCH_MORE 100 /* a rare word may be a typo of one that so many times as many have */

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
                               char *stem, size_t capacity)
{
    const struct search_replacement *replacement =
        next_replacement(spelling, reader, word, text_start, text_length, 0);
    if (replacement == NULL)
        return 0;
    spelling->n_replacements++;
    spelling->is_relaxed = true;
    return text_words_stem(reader->tokenizer, replacement->correction.word,
                           replacement->correction.length, stem, capacity);
}

void search_spelling_hint(struct search_spelling *spelling, struct index_reader *reader,
                          const char *word, uint32_t text_start, uint32_t text_length,
                          uint32_t n_crates)
{
    if (n_crates > SEARCH_RARE_CRATES)
        return;
    const struct search_replacement *replacement = next_replacement(
        spelling, reader, word, text_start, text_length, (uint64_t)MUCH_MORE * n_crates);
    if (replacement != NULL)
        spelling->n_replacements++;
}

void search_spelling_find_names(struct search_spelling *spelling, const struct index *index,
                                const char *canonical, size_t length, uint32_t worst)
{
    if (length < MIN_NAME_CHARACTERS || worst <= 1 || memchr(canonical, ' ', length) != NULL)
        return;
    const struct trie_fuzzy_bounds bounds = {
        .max_distance = length < MIN_CHARACTERS_FOR_TWO ? 1 : 2,
        .max_value = worst == UINT32_MAX ? worst : worst - 1,
    };
    struct trie_neighbour neighbours[SEARCH_MAX_NEAR_NAMES];
    size_t n = trie_fuzzy_find(&index->names, canonical, length, &bounds, neighbours,
                               SEARCH_MAX_NEAR_NAMES);
    for (size_t i = 0; i < n; i++)
        spelling->near_names[spelling->n_near_names++] = neighbours[i].value;
    spelling->is_relaxed = spelling->is_relaxed || n > 0;
}

/* Appends as much as fits before the NUL. */
static void append(char *out, size_t *length, const char *text, size_t n)
{
    size_t room = SEARCH_MAX_DID_YOU_MEAN - 1 - *length;
    size_t copied = n < room ? n : room;
    memcpy(out + *length, text, copied);
    *length += copied;
    out[*length] = '\0';
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
