/* FTS5 hands out its built-in tokenizers through its programming interface, so folding, separators
   and Porter stems are the same for queries and for the index by construction. Stop words are
   recognised by what was typed, before stemming. */
#include "index/text/text_words.h"

#include "index/base/database.h"
#include "index/text/stop_words.h"

#include <stdlib.h>
#include <string.h>

/* One of FTS5's tokenizers. */
struct fts5_instance {
    fts5_tokenizer methods;
    Fts5Tokenizer *instance; /* NULL: not open */
};

struct tokenizer {
    struct fts5_instance stemming; /* porter unicode61, as the index */
    struct fts5_instance folding;  /* unicode61 alone */
};

static int open_instance(struct fts5_instance *instance, fts5_api *api, const char *name,
                         const char **arguments, int n_arguments)
{
    void *context = NULL;
    if (api == NULL || api->xFindTokenizer(api, name, &context, &instance->methods) != SQLITE_OK ||
        instance->methods.xCreate(context, arguments, n_arguments, &instance->instance) !=
            SQLITE_OK) {
        instance->instance = NULL;
        return -1;
    }
    return 0;
}

struct tokenizer *tokenizer_open(sqlite3 *database, struct error *error)
{
    fts5_api *api = database_fts5(database);
    struct tokenizer *tokenizer = calloc(1, sizeof *tokenizer);
    const char *arguments[] = {"unicode61"};
    if (tokenizer == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    if (open_instance(&tokenizer->stemming, api, "porter", arguments, 1) == 0 &&
        open_instance(&tokenizer->folding, api, "unicode61", NULL, 0) == 0)
        return tokenizer;
    error_set(error, "SQLite has no FTS5 with the tokenizer `porter unicode61`");
    tokenizer_close(tokenizer);
    return NULL;
}

static void close_instance(struct fts5_instance *instance)
{
    if (instance->instance != NULL)
        instance->methods.xDelete(instance->instance);
}

void tokenizer_close(struct tokenizer *tokenizer)
{
    if (tokenizer == NULL)
        return;
    close_instance(&tokenizer->folding);
    close_instance(&tokenizer->stemming);
    free(tokenizer);
}

static int tokenize(struct fts5_instance *tokenizer, void *context, const char *text, size_t length,
                    int (*on_token)(void *, int, const char *, int, int, int))
{
    return tokenizer->methods.xTokenize(tokenizer->instance, context, FTS5_TOKENIZE_QUERY, text,
                                        (int)length, on_token);
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
    if (words->n_words == TEXT_WORDS_MAX || length > sizeof words->bytes - words->n_bytes)
        return SQLITE_TOOBIG;
    memcpy(words->bytes + words->n_bytes, token, length);
    words->words[words->n_words].start = words->n_bytes;
    words->words[words->n_words].text_start = (uint32_t)start;
    words->words[words->n_words].text_length = (uint32_t)(end - start);
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
    if (tokenize(&tokenizer->stemming, &cut, text, length, on_token) != SQLITE_OK)
        return error_out_of_memory(error);
    return 0;
}

/* The one word that is expected. */
struct single_word {
    char *bytes;
    size_t capacity;
    size_t length;
    unsigned n_words;
};

static int on_single_word(void *context, int flags, const char *token, int n_token, int start,
                          int end)
{
    (void)flags;
    (void)start;
    (void)end;
    struct single_word *single = context;
    if (single->n_words++ > 0 || (size_t)n_token > single->capacity)
        return SQLITE_TOOBIG;
    memcpy(single->bytes, token, (size_t)n_token);
    single->length = (size_t)n_token;
    return SQLITE_OK;
}

static size_t cut_single_word(struct fts5_instance *tokenizer, const char *word, size_t length,
                              char *out, size_t capacity)
{
    struct single_word single = {.capacity = capacity};
    single.bytes = out;
    return tokenize(tokenizer, &single, word, length, on_single_word) == SQLITE_OK ? single.length
                                                                                   : 0;
}

size_t text_words_fold(struct tokenizer *tokenizer, const char *word, size_t length, char *folded,
                       size_t capacity)
{
    return cut_single_word(&tokenizer->folding, word, length, folded, capacity);
}

size_t text_words_stem(struct tokenizer *tokenizer, const char *word, size_t length, char *stem,
                       size_t capacity)
{
    return cut_single_word(&tokenizer->stemming, word, length, stem, capacity);
}
