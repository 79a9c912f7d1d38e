/* What the index has of a name is another text, made of it (name_words_text); here each piece of
   that text is cut where it lies in the name, by the same tokenizer. A piece has neither spaces nor
   punctuation, so that cutting it alone gives the words that the whole text gives. */
#include "index/text/placed_words.h"

#include "index/text/name_words.h"
#include "index/text/symbol_words.h"

#include <stdbool.h>

#define MAX_NAME_WORDS 256 /* of a longer name, the rest has no places */

/* A piece of a longer text. */
struct piece {
    size_t start;
    text_words_visit *on_word;
    void *context;
};

static int on_piece_word(void *context, const char *word, size_t length, size_t start, size_t end)
{
    const struct piece *piece = context;
    return piece->on_word(piece->context, word, length, piece->start + start, piece->start + end);
}

static int visit_piece(struct tokenizer *tokenizer, const char *text, size_t start, size_t end,
                       text_words_visit *on_word, void *context)
{
    struct piece piece = {start, on_word, context};
    return text_words_each(tokenizer, text + start, end - start, on_piece_word, &piece);
}

static int visit_symbols(const char *text, size_t length, text_words_visit *on_word, void *context)
{
    struct symbol_word symbol;
    size_t at = 0;
    int status = 0;
    while (status == 0 && symbol_words_next(text, length, &at, &symbol))
        status = on_word(context, symbol.word, symbol.word_length, symbol.start,
                         symbol.start + symbol.length);
    return status;
}

int placed_words_of_text(struct tokenizer *tokenizer, const char *text, size_t length,
                         text_words_visit *on_word, void *context)
{
    int status = text_words_each(tokenizer, text, length, on_word, context);
    return status == 0 ? visit_symbols(text, length, on_word, context) : status;
}

int placed_words_of_name(struct tokenizer *tokenizer, const char *name, size_t length,
                         text_words_visit *on_word, void *context)
{
    struct name_word words[MAX_NAME_WORDS];
    size_t n = name_words_split(name, length, words, MAX_NAME_WORDS);
    size_t part = 0; /* the word with which the part at hand begins */
    int status = 0;
    n = n < MAX_NAME_WORDS ? n : MAX_NAME_WORDS;
    for (size_t i = 0; i < n && status == 0; i++) {
        size_t end = words[i].start + words[i].length;
        bool is_last = i + 1 == n || words[i + 1].start > end;
        status = visit_piece(tokenizer, name, words[i].start, end, on_word, context);
        if (status == 0 && is_last && part < i)
            status = visit_piece(tokenizer, name, words[part].start, end, on_word, context);
        part = is_last ? i + 1 : part;
    }
    return status == 0 ? visit_symbols(name, length, on_word, context) : status;
}
