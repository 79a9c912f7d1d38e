/* FTS5 hands out its built-in tokenizers through its programming interface, so folding, separators and
   Porter stems are the same for queries and for the index by construction. Stop words are recognised
   by what was typed, before stemming. */
#include "index/text_words.h"

#include "index/database.h"
#include "index/stop_words.h"

#include <stdlib.h>
#include <string.h>

struct tokenizer {
    fts5_tokenizer methods;
    Fts5Tokenizer *instance;
};

struct tokenizer *tokenizer_open(sqlite3 *database, struct error *error)
{
    fts5_api *api = database_fts5(database);
    struct tokenizer *tokenizer = calloc(1, sizeof *tokenizer);
    void *context = NULL;
    const char *arguments[] = {"unicode61"};
    if (tokenizer == NULL) {
        error_out_of_memory(error);
    } else if (api == NULL ||
               api->xFindTokenizer(api, "porter", &context, &tokenizer->methods) != SQLITE_OK ||
               tokenizer->methods.xCreate(context, arguments, 1, &tokenizer->instance) !=
                   SQLITE_OK) {
        error_set(error, "SQLite has no FTS5 with the tokenizer `porter unicode61`");
    } else {
        return tokenizer;
    }
    free(tokenizer);
    return NULL;
}

void tokenizer_close(struct tokenizer *tokenizer)
{
    if (tokenizer == NULL)
        return;
    tokenizer->methods.xDelete(tokenizer->instance);
    free(tokenizer);
}

struct cut {
    const char *text;
    struct text_words *words;
};

static bool typed_stop_word(const char *text, size_t length)
{
    char lower[16];
    if (length > sizeof lower)
        return false;
    for (size_t i = 0; i < length; i++)
        lower[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    return stop_word(lower, length);
}

static int on_token(void *context, int flags, const char *token, int n_token, int start, int end)
{
    (void)flags;
    struct cut *cut = context;
    struct text_words *words = cut->words;
    uint32_t length = (uint32_t)n_token;
    if (typed_stop_word(cut->text + start, (size_t)(end - start)))
        return SQLITE_OK;
    for (uint32_t i = 0; i < words->n_words; i++) {
        if (words->words[i].length == length &&
            memcmp(words->bytes + words->words[i].start, token, length) == 0)
            return SQLITE_OK;
    }
    if (words->n_words == SEARCH_MAX_WORDS || length > sizeof words->bytes - words->n_bytes)
        return SQLITE_TOOBIG;
    memcpy(words->bytes + words->n_bytes, token, length);
    words->words[words->n_words].start = words->n_bytes;
    words->words[words->n_words++].length = length;
    words->n_bytes += length;
    return SQLITE_OK;
}

int text_words_cut(struct tokenizer *tokenizer, const char *text, size_t length,
                   struct text_words *words, struct error *error)
{
    struct cut cut = {text, words};
    words->n_words = 0;
    words->n_bytes = 0;
    if (tokenizer->methods.xTokenize(tokenizer->instance, &cut, FTS5_TOKENIZE_QUERY, text,
                                     (int)length, on_token) != SQLITE_OK)
        return error_out_of_memory(error);
    return 0;
}
