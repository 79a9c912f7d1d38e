/* A text never gets longer than is allowed: what has no room is cut, between characters. */
#include "tests/bench/worst_texts.h"

#include "tests/support/random.h"

#include <stdio.h>
#include <string.h>

/* Adds as much of a word as has room, cut between characters. */
static void add_word(struct worst_text *text, const char *word)
{
    size_t at = strlen(text->bytes);
    size_t room = SEARCH_MAX_TEXT_CHARACTERS - at;
    size_t length = strlen(word);
    if (at > 0 && room > 0) {
        text->bytes[at++] = ' ';
        room--;
    }
    if (length > room)
        length = room;
    while (length > 0 && ((unsigned char)word[length] & 0xc0) == 0x80)
        length--;
    memcpy(text->bytes + at, word, length);
    text->bytes[at + length] = '\0';
}

/* Copies words `from` to `to` - 1 of a text behind another. */
static void add_words(struct worst_text *text, const struct worst_text *source, uint32_t from,
                      uint32_t to)
{
    char copy[SEARCH_MAX_TEXT_CHARACTERS + 1];
    char *rest = NULL;
    uint32_t i = 0;
    memcpy(copy, source->bytes, sizeof copy);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest), i++) {
        if (i >= from && i < to)
            add_word(text, word);
    }
}

static uint32_t count_words(const struct worst_text *text)
{
    uint32_t n = 0;
    for (size_t i = 0; text->bytes[i] != '\0'; i++)
        n += text->bytes[i] != ' ' && (i == 0 || text->bytes[i - 1] == ' ');
    return n;
}

static void add_piece(struct worst_words *words, struct worst_text *text)
{
    char piece[WORST_MAX_PIECE_BYTES + 1];
    worst_words_piece(words, piece);
    add_word(text, piece);
}

void worst_text_mutate(struct worst_words *words, const struct worst_text *parent,
                       const struct worst_text *other, struct worst_text *text)
{
    uint32_t n = count_words(parent);
    uint32_t at = random_below(&words->seed, n + 1);
    memset(text, 0, sizeof *text);
    switch (random_below(&words->seed, 6)) {
    case 0: /* replaced */
        add_words(text, parent, 0, at);
        add_piece(words, text);
        add_words(text, parent, at + 1, n);
        break;
    case 1: /* added */
        add_words(text, parent, 0, at);
        add_piece(words, text);
        add_words(text, parent, at, n);
        break;
    case 2: /* taken out */
        add_words(text, parent, 0, at);
        add_words(text, parent, at + 1, n);
        break;
    case 3: /* in front, and the last one another */
        add_piece(words, text);
        add_words(text, parent, 0, n);
        break;
    case 4: /* the last one unfinished */
        add_words(text, parent, 0, n);
        text->bytes[strlen(text->bytes) > 2 ? strlen(text->bytes) - 2 : 0] = '\0';
        while (strlen(text->bytes) > 0 &&
               (unsigned char)text->bytes[strlen(text->bytes) - 1] >= 0x80)
            text->bytes[strlen(text->bytes) - 1] = '\0';
        break;
    default: /* crossed */
        add_words(text, parent, 0, at);
        add_words(text, other, at, SEARCH_MAX_TEXT_CHARACTERS);
        break;
    }
}

void worst_text_fill_frequent(const struct worst_words *words, uint32_t n, size_t n_bytes,
                              const char *before, struct worst_text *text)
{
    memset(text, 0, sizeof *text);
    for (uint32_t i = 0; i < n && i < words->n_words; i++) {
        char word[WORST_MAX_WORD_BYTES + 1];
        char piece[WORST_MAX_PIECE_BYTES + 1];
        memcpy(word, words->words[i], sizeof word);
        size_t length = strlen(word);
        if (n_bytes > 0 && n_bytes < length && n_bytes < sizeof word &&
            (unsigned char)word[n_bytes] < 0x80)
            word[n_bytes] = '\0';
        snprintf(piece, sizeof piece, "%s%s", before, word);
        add_word(text, piece);
    }
}

void worst_text_fill_repeated(const char *word, struct worst_text *text)
{
    memset(text, 0, sizeof *text);
    while (strlen(text->bytes) + 1 < SEARCH_MAX_TEXT_CHARACTERS)
        add_word(text, word);
}

void worst_text_fill_misspelt(struct worst_words *words, size_t shortest, struct worst_text *text)
{
    memset(text, 0, sizeof *text);
    while (strlen(text->bytes) + WORST_MAX_WORD_BYTES < SEARCH_MAX_TEXT_CHARACTERS) {
        char misspelt[WORST_MAX_WORD_BYTES + 1];
        const char *word = worst_words_any(words);
        if (strlen(word) < shortest)
            continue;
        worst_words_misspell(words, word, misspelt);
        add_word(text, misspelt);
    }
}

void worst_text_fill_quoted(const struct worst_words *words, uint32_t n, struct worst_text *text)
{
    memset(text, 0, sizeof *text);
    for (uint32_t i = 0; i + 1 < n && i + 1 < words->n_words; i += 2) {
        char piece[WORST_MAX_PIECE_BYTES + 1];
        snprintf(piece, sizeof piece, "\"%s %s\"", words->words[i], words->words[i + 1]);
        add_word(text, piece);
    }
}

void worst_text_fill_filtered(const struct worst_words *words, uint32_t n_words,
                              uint32_t first_filter, uint32_t n_filters, struct worst_text *text)
{
    worst_text_fill_frequent(words, n_words, 0, "", text);
    for (uint32_t i = first_filter; i < first_filter + n_filters && i < words->n_filters; i++)
        add_word(text, words->filters[i]);
}
