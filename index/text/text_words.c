/* FTS5 hands out its built-in tokenizers through its programming interface, so folding, separators
   and Porter stems are the same for queries and for the index by construction. A text is cut in two
   steps: folded words first, which words with symbols are put among, then each word's stem. Stop
   words are recognised by what was typed, before stemming. */
#include "index/text/text_words.h"

#include "index/base/ascii.h"
#include "index/base/database.h"
#include "index/text/stop_words.h"
#include "index/text/symbol_words.h"

#include <stdlib.h>
#include <string.h>

/* One of FTS5's tokenizers. */
struct fts5_instance {
    fts5_tokenizer methods;
    Fts5Tokenizer *instance; /* NULL: not open */
};

struct tokenizer {
    struct fts5_instance stemming; /* porter over the folding one, as the index */
    struct fts5_instance folding;  /* TEXT_WORDS_FOLDING */
};

static int open_instance(struct fts5_instance *instance, fts5_api *api, const char *name,
                         const char **arguments, int n_arguments, struct error *error)
{
    void *context = NULL;
    int result = api->xFindTokenizer(api, name, &context, &instance->methods);
    if (result == SQLITE_OK)
        result = instance->methods.xCreate(context, arguments, n_arguments, &instance->instance);
    if (result == SQLITE_OK)
        return 0;
    instance->instance = NULL;
    return database_code_error(result, "SQLite's tokenizer `porter " TEXT_WORDS_FOLDING "`",
                               sqlite3_errstr(result), error);
}

struct tokenizer *tokenizer_open(sqlite3 *database, struct error *error)
{
    fts5_api *api = database_fts5(database, error);
    if (api == NULL)
        return NULL;
    struct tokenizer *tokenizer = calloc(1, sizeof *tokenizer);
    /* What SQLite makes of `porter ` and TEXT_WORDS_FOLDING. */
    const char *arguments[] = {"unicode61", "remove_diacritics", "2"};
    if (tokenizer == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    if (open_instance(&tokenizer->stemming, api, "porter", arguments, 3, error) == 0 &&
        open_instance(&tokenizer->folding, api, arguments[0], arguments + 1, 2, error) == 0)
        return tokenizer;
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

static bool typed_stop_word(const char *text, size_t length)
{
    char lower[16];
    if (length > sizeof lower)
        return false;
    for (size_t i = 0; i < length; i++)
        lower[i] = ascii_lower(text[i]);
    return stop_word(lower, length);
}

/* What a text is cut into. */
struct cut {
    const char *text;
    size_t length;
    text_words_exists *exists;
    const void *context;
    struct text_words *words;
    struct symbol_word symbol; /* the next one; at the end of the text where there is no other */
    size_t behind_symbol;
};

/* Goes on to the next word with symbols that is to be one word. */
static void find_symbol(struct cut *cut)
{
    struct symbol_word *symbol = &cut->symbol;
    while (cut->exists != NULL &&
           symbol_words_next(cut->text, cut->length, &cut->behind_symbol, symbol)) {
        if (symbol->is_certain || cut->exists(cut->context, symbol->word, symbol->word_length))
            return;
    }
    symbol->start = (uint32_t)cut->length;
    symbol->length = 0;
}

/* Adds a word that is not there yet. */
static int add_written(struct text_words *words, const char *word, uint32_t length, uint32_t start,
                       uint32_t text_length)
{
    for (uint32_t i = 0; i < words->n_words; i++) {
        if (words->words[i].written_length == length &&
            memcmp(words->written + words->words[i].written_start, word, length) == 0)
            return SQLITE_OK;
    }
    if (words->n_words == TEXT_WORDS_MAX || length > sizeof words->written - words->n_written)
        return SQLITE_TOOBIG;
    memcpy(words->written + words->n_written, word, length);
    words->words[words->n_words].written_start = words->n_written;
    words->words[words->n_words].written_length = length;
    words->words[words->n_words].text_start = start;
    words->words[words->n_words++].text_length = text_length;
    words->n_written += length;
    return SQLITE_OK;
}

static int on_token(void *context, int flags, const char *token, int n_token, int start, int end)
{
    (void)flags;
    struct cut *cut = context;
    uint32_t at = (uint32_t)start;
    while (cut->symbol.length > 0 && cut->symbol.start + cut->symbol.length <= at)
        find_symbol(cut);
    if (at > cut->symbol.start)
        return SQLITE_OK; /* a part of the one that has been added */
    if (at == cut->symbol.start)
        return add_written(cut->words, cut->symbol.word, cut->symbol.word_length, at,
                           cut->symbol.length);
    if (typed_stop_word(cut->text + start, (size_t)(end - start)))
        return SQLITE_OK;
    return add_written(cut->words, token, (uint32_t)n_token, at, (uint32_t)(end - start));
}

/* Stems every word, and leaves those out whose stem another one has. */
static void stem_words(struct tokenizer *tokenizer, struct text_words *words)
{
    uint32_t n_cut = words->n_words;
    words->n_words = 0;
    for (uint32_t i = 0; i < n_cut; i++) {
        char *stem = words->bytes + words->n_bytes;
        uint32_t same = 0;
        words->words[i].start = words->n_bytes;
        words->words[i].length = (uint32_t)text_words_stem(
            tokenizer, words->written + words->words[i].written_start,
            words->words[i].written_length, stem, sizeof words->bytes - words->n_bytes);
        while (same < words->n_words &&
               (words->words[same].length != words->words[i].length ||
                memcmp(words->bytes + words->words[same].start, stem, words->words[i].length) != 0))
            same++;
        if (same < words->n_words)
            continue;
        words->n_bytes += words->words[i].length;
        words->words[words->n_words++] = words->words[i];
    }
}

int text_words_cut(struct tokenizer *tokenizer, const char *text, size_t length,
                   text_words_exists *exists, const void *context, struct text_words *words,
                   struct error *error)
{
    struct cut cut = {
        .text = text, .length = length, .exists = exists, .context = context, .words = words};
    words->n_words = 0;
    words->n_bytes = 0;
    words->n_written = 0;
    find_symbol(&cut);
    if (tokenize(&tokenizer->folding, &cut, text, length, on_token) != SQLITE_OK)
        return error_out_of_memory(error);
    stem_words(tokenizer, words);
    return 0;
}

/* Who gets every word. */
struct visit {
    text_words_visit *on_word;
    void *context;
};

static int on_each(void *context, int flags, const char *token, int n_token, int start, int end)
{
    (void)flags;
    struct visit *visit = context;
    return visit->on_word(visit->context, token, (size_t)n_token, (size_t)start, (size_t)end);
}

int text_words_each(struct tokenizer *tokenizer, const char *text, size_t length,
                    text_words_visit *on_word, void *context)
{
    struct visit visit = {on_word, context};
    int result = tokenize(&tokenizer->folding, &visit, text, length, on_each);
    return result == SQLITE_NOMEM ? -1 : result;
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
