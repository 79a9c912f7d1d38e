/* A crate has a stem in the fields in which it has any of the words with that stem. So every
   posting of a written word is marked, by its fields, at the same crate in the list of its stem; at
   the end all postings of stems must be marked in full. A posting too many finds no place, one that
   is missing leaves a mark out. */
#include "index/verify/verify_written.h"

#include "index/text/text_words.h"
#include "index/trie/trie.h"
#include "index/trie/trie_walk.h"

#include <stdlib.h>
#include <string.h>

struct marking {
    const struct index *index;
    struct tokenizer *tokenizer;
    uint8_t *marks;     /* by posting of a stem: fields */
    uint32_t n_numbers; /* of written words, met so far */
    bool *is_met;       /* by number - 1 */
    struct error *error;
};

static int fail(struct marking *marking, const char *what, const char *word, size_t length)
{
    return error_set(marking->error, "the written word `%.*s` %s", (int)length, word, what);
}

static int mark_postings(struct marking *marking, struct posting_list written,
                         struct posting_list stem)
{
    uint8_t *marks = marking->marks + (stem.ranks - marking->index->postings.ranks);
    for (uint32_t i = 0; i < written.n; i++) {
        posting_list_seek(&stem, written.ranks[i]);
        if (stem.position == stem.n || stem.ranks[stem.position] != written.ranks[i] ||
            (written.fields[i] & ~stem.fields[stem.position]) != 0)
            return -1;
        marks[stem.position] |= written.fields[i];
    }
    return 0;
}

/* Returns -1 where something is wrong, with the error, as trie_walk does without memory. */
static int mark_word(void *context, const char *word, size_t length, const unsigned char *values,
                     uint32_t n_values)
{
    struct marking *marking = context;
    const struct index *index = marking->index;
    char stem[WRITTEN_MAX_BYTES];
    const unsigned char *term;
    uint32_t number = trie_value(values, 0);
    if (n_values != 1 || marking->is_met[number - 1])
        return fail(marking, "has not one number of its own", word, length);
    marking->is_met[number - 1] = true;
    marking->n_numbers++;
    size_t n_bytes = length > WRITTEN_MAX_BYTES
                         ? 0
                         : text_words_stem(marking->tokenizer, word, length, stem, sizeof stem);
    if (trie_find(&index->terms, stem, n_bytes, &term) != 1)
        return fail(marking, "has a stem that FTS5 lacks", word, length);
    if (index->word_stems[number - 1] != trie_value(term, 0))
        return fail(marking, "leads to another stem", word, length);
    if (mark_postings(marking, postings_of(&index->written, number),
                      postings_of(&index->postings, trie_value(term, 0))) != 0)
        return fail(marking, "is in crates or fields in which its stem is not", word, length);
    return 0;
}

/* Expects that all words of the stem were met: of a longer one there are none. */
static int check_marks(void *context, const char *stem, size_t length, const unsigned char *values,
                       uint32_t n_values)
{
    const struct marking *marking = context;
    struct posting_list list = postings_of(&marking->index->postings, trie_value(values, 0));
    (void)n_values;
    if (length <= WRITTEN_MAX_BYTES &&
        memcmp(marking->marks + (list.fields - marking->index->postings.fields), list.fields,
               list.n) != 0)
        return error_set(marking->error, "no written word of some crate has the stem `%.*s`",
                         (int)length, stem);
    return 0;
}

int verify_written_words(const struct index *index, sqlite3 *database, struct error *error)
{
    struct marking marking = {
        .index = index,
        .tokenizer = tokenizer_open(database, error),
        .marks = calloc((size_t)index->postings.n_postings + 1, 1),
        .is_met = calloc((size_t)index->written.n_terms + 1, sizeof(bool)),
        .error = error,
    };
    int result = -1;
    if (marking.tokenizer != NULL) {
        error_out_of_memory(error); /* unless something else goes wrong */
        if (marking.marks != NULL && marking.is_met != NULL)
            result = trie_walk(&index->words, mark_word, &marking);
    }
    if (result == 0 && marking.n_numbers != index->written.n_terms)
        result = error_set(error, "the trie of written words lacks words that have postings");
    if (result == 0)
        result = trie_walk(&index->terms, check_marks, &marking);
    tokenizer_close(marking.tokenizer);
    free(marking.marks);
    free(marking.is_met);
    return result;
}
