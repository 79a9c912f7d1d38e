/* Words are compared as they are written: case counts, spaces are part of a word. */
#include "server/parameters/include_parameter.h"

#include <string.h>

static const struct include_word *find_word(const struct include_word *words, size_t n_words,
                                            const char *text, size_t length)
{
    for (size_t i = 0; i < n_words; i++) {
        if (strlen(words[i].word) == length && memcmp(words[i].word, text, length) == 0)
            return &words[i];
    }
    return NULL;
}

int include_parameter(const struct query_string *query, const struct include_word *words,
                      size_t n_words, const char *refusal, unsigned by_default, unsigned *bits,
                      struct failure *failure)
{
    const struct query_parameter *parameter = query_string_find(query, "include");
    *bits = by_default;
    if (parameter == NULL)
        return 0;
    *bits = 0;
    const char *text = parameter->value;
    for (;;) {
        size_t length = strcspn(text, ",");
        const struct include_word *word = find_word(words, n_words, text, length);
        if (word == NULL && length > 0)
            return failure_set(failure, 400, "%s", refusal);
        *bits |= word != NULL ? word->bits : 0;
        if (text[length] == '\0')
            return 0;
        text += length + 1;
    }
}
