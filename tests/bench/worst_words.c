/* Filters are by the values that most crates have: what lets much through leaves most to do. */
#include "tests/bench/worst_words.h"

#include "index/base/database.h"
#include "index/segment/open_reader.h"
#include "index/trie/trie.h"
#include "index/trie/trie_walk.h"
#include "tests/support/random.h"

#include <cratedex/index_file.h>
#include <cratedex/utf8.h>
#include <stdio.h>
#include <string.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof *(array))
#define N_VALUES 64 /* of an attribute */

static int on_word(void *context, const char *key, size_t key_length, const unsigned char *values,
                   uint32_t n_values)
{
    struct worst_words *words = context;
    uint32_t number = n_values > 0 ? trie_value(values, 0) : 0;
    if (number == 0 || number > WORST_N_WORDS || key_length > WORST_MAX_WORD_BYTES)
        return 0;
    memcpy(words->words[number - 1], key, key_length);
    words->words[number - 1][key_length] = '\0';
    return 0;
}

static void __attribute__((format(printf, 2, 3)))
add_filter(struct worst_words *words, const char *format, ...)
{
    va_list arguments;
    if (words->n_filters == WORST_N_FILTERS)
        return;
    va_start(arguments, format);
    char *filter = words->filters[words->n_filters];
    int length = vsnprintf(filter, sizeof words->filters[0], format, arguments);
    va_end(arguments);
    words->n_filters += length > 0 && length <= WORST_MAX_FILTER_BYTES;
}

static void add_values(struct worst_words *words, const struct index *index)
{
    static const struct {
        const char *name;
        enum crate_attribute attribute;
    } filters[] = {{"license", CRATE_ATTRIBUTE_LICENSE},   {"msrv", CRATE_ATTRIBUTE_RUST_VERSION},
                   {"edition", CRATE_ATTRIBUTE_EDITION},   {"has", CRATE_ATTRIBUTE_HAS},
                   {"category", CRATE_ATTRIBUTE_CATEGORY}, {"keyword", CRATE_ATTRIBUTE_KEYWORD}};
    for (size_t i = 0; i < N_ELEMENTS(filters); i++) {
        const struct attribute_values *values = &index->values.attributes[filters[i].attribute];
        for (uint32_t number = 1; number <= values->n_values && number <= N_VALUES; number++) {
            uint32_t length;
            const char *text = crate_value_text(values, number, &length);
            const char *quote = memchr(text, ' ', length) != NULL ? "\"" : "";
            add_filter(words, "%s:%s%.*s%s", filters[i].name, quote, (int)length, text, quote);
        }
    }
}

static int add_owners(struct worst_words *words, struct index_reader *reader, struct error *error)
{
    sqlite3_stmt *owners = reader_statement(
        reader,
        "SELECT login FROM users JOIN (SELECT owner_id, count(*) AS n FROM crate_owners"
        " WHERE owner_kind = 0 GROUP BY owner_id ORDER BY n DESC LIMIT 32) ON id = owner_id",
        error);
    int found = owners == NULL ? -1 : 1;
    while (found == 1 && (found = database_step(owners, error)) == 1)
        add_filter(words, "owner:%s", (const char *)sqlite3_column_text(owners, 0));
    sqlite3_reset(owners);
    return found;
}

static int add_filters(struct worst_words *words, struct index_reader *reader, struct error *error)
{
    static const char *const fixed[] = {"in:name",
                                        "stable:yes",
                                        "no_std:yes",
                                        "rust_version_known:yes",
                                        "kind:normal",
                                        "min_downloads:1",
                                        "min_downloads:1000",
                                        "created_since:2000-01-01",
                                        "created_since:2018-01-01",
                                        "updated_since:2000-01-01",
                                        "updated_since:2019-01-01"};
    for (size_t i = 0; i < N_ELEMENTS(fixed); i++)
        add_filter(words, "%s", fixed[i]);
    for (uint32_t rank = 1; rank <= 32 && rank <= index_n_crates(reader->index); rank++) {
        struct index_crate crate;
        index_crate(reader->index, rank, &crate);
        add_filter(words, "depends_on:%.*s", (int)crate.name_length, crate.name);
    }
    add_values(words, reader->index);
    return add_owners(words, reader, error);
}

/* Words that are too long leave gaps: the others close up. */
int worst_words_read(struct worst_words *words, struct index_reader *reader, struct error *error)
{
    if (trie_walk(&reader->index->words, on_word, words) != 0)
        return error_out_of_memory(error);
    for (uint32_t i = 0; i < WORST_N_WORDS; i++) {
        if (words->words[i][0] != '\0')
            memmove(words->words[words->n_words++], words->words[i], sizeof words->words[i]);
    }
    words->seed = 1;
    return words->n_words > 0 ? add_filters(words, reader, error)
                              : error_set(error, "the index has no words");
}

const char *worst_words_any(struct worst_words *words)
{
    /* Half of the time one of the most frequent. */
    uint32_t n = random_below(&words->seed, 2) == 0 ? words->n_words : words->n_words / 32 + 1;
    return words->words[random_below(&words->seed, n)];
}

void worst_words_misspell(struct worst_words *words, const char *word,
                          char misspelt[WORST_MAX_WORD_BYTES + 1])
{
    size_t length = strlen(word);
    memcpy(misspelt, word, length + 1);
    size_t at = random_below(&words->seed, (uint32_t)length);
    if ((unsigned char)misspelt[at] < 0x80)
        misspelt[at] = (char)('a' + (int)random_below(&words->seed, 26));
}

void worst_words_piece(struct worst_words *words, char piece[WORST_MAX_PIECE_BYTES + 1])
{
    static const char *const odd[] = {"\u00c5\u00c9\u00d6",
                                      "\u1e9e\u0130\u01c5",
                                      "re\u0301sume\u0301",
                                      "\u4e2d\u6587\u5206\u8bcd",
                                      "\u0411\u042b\u0421\u0422\u0420\u042b\u0419",
                                      "the",
                                      "zzzzzzzzzzzz"};
    static const char *const separators[] = {"", "", "_", "-", "::"}; /* between two words */
    size_t size = WORST_MAX_PIECE_BYTES + 1;
    const char *word = worst_words_any(words);
    const char *other = worst_words_any(words);
    uint32_t n_letters;
    switch (random_below(&words->seed, 12)) {
    case 0: {
        char misspelt[WORST_MAX_WORD_BYTES + 1];
        worst_words_misspell(words, word, misspelt);
        snprintf(piece, size, "%s", misspelt);
        break;
    }
    case 1: /* one letter or two */
        n_letters = 1 + random_below(&words->seed, 2);
        for (size_t end = 0; n_letters > 0 && word[end] != '\0'; n_letters--) {
            end += utf8_first_character(word + end, strlen(word + end));
            snprintf(piece, size, "%.*s", (int)end, word);
        }
        break;
    case 2:
        snprintf(piece, size, "%s", odd[random_below(&words->seed, N_ELEMENTS(odd))]);
        break;
    case 3:
        snprintf(piece, size, "%s%s%s", word, separators[random_below(&words->seed, 5)], other);
        break;
    case 4:
        snprintf(piece, size, "-%s", word);
        break;
    case 5:
        snprintf(piece, size, "\"%s %s\"", word, other);
        break;
    case 6:
        snprintf(piece, size, "in:name");
        break;
    case 7:
        snprintf(piece, size, "%s", words->filters[random_below(&words->seed, words->n_filters)]);
        break;
    default:
        snprintf(piece, size, "%s", word);
        break;
    }
}
