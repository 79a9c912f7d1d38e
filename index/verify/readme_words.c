/* The postings turned round: by crate, the numbers of the words that its README has; and by number,
   the word, which one walk along the trie gives. */
#include "index/verify/readme_words.h"

#include "index/trie/trie.h"
#include "index/trie/trie_walk.h"

#include <stdlib.h>
#include <string.h>

struct text {
    size_t start;
    uint32_t length;
};

struct readme_words {
    msgpack_sbuffer bytes;
    struct text *texts; /* by number of a word - 1 */
    size_t *starts;     /* by rank - 1, and one more: where its numbers begin */
    uint32_t *numbers;
};

static int take_word(void *context, const char *key, size_t length, const unsigned char *values,
                     uint32_t n_values)
{
    (void)n_values;
    struct readme_words *words = context;
    words->texts[trie_value(values, 0) - 1] = (struct text){words->bytes.size, (uint32_t)length};
    return length > 0 ? msgpack_sbuffer_write(&words->bytes, key, length) : 0;
}

/* Counts the words of each crate, then shares them out: `starts` goes from ends to starts. */
static int turn_round(struct readme_words *words, const struct index *index)
{
    const struct postings *written = &index->written;
    uint32_t n_crates = index->columns.n_crates;
    for (uint32_t i = 0; i < written->n_postings; i++)
        words->starts[written->ranks[i] - 1] += (written->fields[i] & POSTING_README) != 0;
    for (uint32_t i = 1; i <= n_crates; i++)
        words->starts[i] += words->starts[i - 1];
    words->numbers = calloc(words->starts[n_crates] + 1, sizeof *words->numbers);
    if (words->numbers == NULL)
        return -1;
    for (uint32_t number = written->n_terms; number >= 1; number--) {
        struct posting_list list = postings_of(written, number);
        for (uint32_t i = 0; i < list.n; i++) {
            if ((list.fields[i] & POSTING_README) != 0)
                words->numbers[--words->starts[list.ranks[i] - 1]] = number;
        }
    }
    return 0;
}

struct readme_words *readme_words_open(const struct index *index, struct error *error)
{
    struct readme_words *words = calloc(1, sizeof *words);
    if (words != NULL) {
        msgpack_sbuffer_init(&words->bytes);
        words->texts = calloc((size_t)index->written.n_terms + 1, sizeof *words->texts);
        words->starts = calloc((size_t)index->columns.n_crates + 1, sizeof *words->starts);
    }
    if (words != NULL && words->texts != NULL && words->starts != NULL &&
        turn_round(words, index) == 0 && trie_walk(&index->words, take_word, words) == 0)
        return words;
    readme_words_close(words);
    error_out_of_memory(error);
    return NULL;
}

void readme_words_close(struct readme_words *words)
{
    if (words == NULL)
        return;
    msgpack_sbuffer_destroy(&words->bytes);
    free(words->texts);
    free(words->starts);
    free(words->numbers);
    free(words);
}

int readme_words_add(const struct readme_words *words, uint32_t rank, struct written_words *written,
                     struct error *error)
{
    for (size_t i = words->starts[rank - 1]; i < words->starts[rank]; i++) {
        const struct text *text = &words->texts[words->numbers[i] - 1];
        if (written_words_add(written, rank, POSTING_README, words->bytes.data + text->start,
                              text->length, error) != 0)
            return -1;
    }
    return 0;
}
