/* The word lists that are held in memory: keywords for suggestions, and the words of names,
   keywords and descriptions as they are written, from which a search corrects what was misspelt.
   Stems would not do for that: people misspell words. And all words with their postings, for a
   search to tell what is written as it was typed from what only has its stem. */
#include "index/build/build_words.h"

#include "index/base/database.h"
#include "index/build/build_part.h"
#include "index/build/build_report.h"
#include "index/build/written_words.h"
#include "index/search/plan/spelling.h"
#include "index/segment/open_index.h"
#include "index/text/text_words.h"
#include "index/trie/trie.h"
#include "index/trie/trie_open.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int write_list(struct build *build, struct counted_word *words, size_t n_words,
                      bool with_downloads, enum index_part list_part, enum index_part trie_part,
                      struct error *error)
{
    msgpack_sbuffer list;
    msgpack_sbuffer trie;
    msgpack_sbuffer_init(&list);
    msgpack_sbuffer_init(&trie);
    int result = word_list_build(words, n_words, with_downloads, &list, &trie, error);
    if (result == 0)
        result = build_write_part(build, list_part, &list, error);
    if (result == 0)
        result = build_write_part(build, trie_part, &trie, error);
    msgpack_sbuffer_destroy(&list);
    msgpack_sbuffer_destroy(&trie);
    return result;
}

#define USED_KEYWORDS " FROM keywords WHERE crates_cnt > 0 AND keyword <> ''"

/* Fills `words`, and `texts` with what they point to: the statement loses a text at its next
   step. */
static int copy_keywords(sqlite3_stmt *select, struct counted_word *words, size_t n_words,
                         char *texts, size_t n_text_bytes, struct error *error)
{
    int found = 1;
    for (size_t i = 0; i < n_words && (found = database_step(select, error)) == 1; i++) {
        size_t length = (size_t)sqlite3_column_bytes(select, 0);
        if (length > n_text_bytes)
            return error_set(error, "index file: the keywords have changed");
        memcpy(texts, sqlite3_column_text(select, 0), length);
        words[i] = (struct counted_word){texts, (uint32_t)length,
                                         (uint32_t)sqlite3_column_int64(select, 1),
                                         sqlite3_column_int64(select, 2)};
        texts += length;
        n_text_bytes -= length;
    }
    return found < 0 ? -1 : 0;
}

/* keyword_downloads(id) in SQL: from memory, where a look into the tables for each crate of each
   keyword would take seconds. The sum is taken as floating point, which cannot overflow, and
   cut. */
static void keyword_downloads(sqlite3_context *context, int n_arguments, sqlite3_value **arguments)
{
    (void)n_arguments;
    const struct build *build = sqlite3_user_data(context);
    struct membership_list list =
        memberships_of(&build->memberships, MEMBERSHIP_KEYWORD, sqlite3_value_int64(arguments[0]));
    double sum = 0;
    for (uint32_t i = 0; i < list.n; i++)
        sum += (double)build->columns[list.ranks[i] - 1].downloads;
    sqlite3_result_int64(context, (int64_t)fmin(sum, 9e18));
}

static int write_keywords(struct build *build, struct error *error)
{
    if (sqlite3_create_function(build->database, "keyword_downloads", 1, SQLITE_UTF8, build,
                                keyword_downloads, NULL, NULL) != SQLITE_OK)
        return database_error(build->database, "index file", error);
    int64_t n_words = 0;
    int64_t n_text_bytes = 0;
    if (database_integer(build->database, "SELECT count(*)" USED_KEYWORDS, &n_words, error) != 0 ||
        database_integer(build->database,
                         "SELECT total(length(cast(keyword AS BLOB)))" USED_KEYWORDS, &n_text_bytes,
                         error) != 0)
        return -1;
    sqlite3_stmt *select = database_prepare(
        build->database,
        "SELECT keyword, min(crates_cnt, 4294967295), keyword_downloads(id)" USED_KEYWORDS, error);
    struct counted_word *words = calloc((size_t)n_words + 1, sizeof *words);
    char *texts = malloc((size_t)n_text_bytes + 1);
    int result = select == NULL                   ? -1
                 : words == NULL || texts == NULL ? error_out_of_memory(error)
                                                  : 0;
    if (result == 0)
        result = copy_keywords(select, words, (size_t)n_words, texts, (size_t)n_text_bytes, error);
    if (result == 0)
        result = write_list(build, words, (size_t)n_words, true, INDEX_PART_KEYWORD_LIST,
                            INDEX_PART_KEYWORDS, error);
    sqlite3_finalize(select);
    free(words);
    free(texts);
    return result;
}

static int write_spelling(struct build *build, struct error *error)
{
    struct counted_word *words = NULL;
    size_t n_words = 0;
    int result =
        written_words_spelling(build->written, SPELLING_MAX_BYTES, &words, &n_words, error);
    if (result == 0)
        result = write_list(build, words, n_words, false, INDEX_PART_SPELLING_LIST,
                            INDEX_PART_SPELLING, error);
    free(words);
    return result;
}

/* By what a word's stem is found. */
struct stemming {
    struct tokenizer *tokenizer;
    struct trie terms;
};

static uint32_t stem_of(void *context, const char *word, size_t length)
{
    struct stemming *stemming = context;
    char stem[WRITTEN_MAX_BYTES];
    size_t n_bytes = text_words_stem(stemming->tokenizer, word, length, stem, sizeof stem);
    return trie_find_first(&stemming->terms, stem, n_bytes);
}

static int write_written_parts(struct build *build, struct stemming *stemming,
                               struct written_parts *parts, struct error *error)
{
    if (written_words_build(build->written, stem_of, stemming, parts, error) != 0 ||
        build_write_part(build, INDEX_PART_WRITTEN, &parts->postings, error) != 0 ||
        build_write_part(build, INDEX_PART_WORDS, &parts->trie, error) != 0)
        return -1;
    return build_write_part(build, INDEX_PART_WORD_STEMS, &parts->stems, error);
}

int build_write_written_words(struct build *build, const msgpack_sbuffer *terms,
                              struct error *error)
{
    struct stemming stemming = {tokenizer_open(build->database, error), {0}};
    struct written_parts parts;
    msgpack_sbuffer_init(&parts.postings);
    msgpack_sbuffer_init(&parts.trie);
    msgpack_sbuffer_init(&parts.stems);
    int result = stemming.tokenizer == NULL
                     ? -1
                     : trie_open(&stemming.terms, terms->data, terms->size, error);
    if (result == 0)
        result = write_written_parts(build, &stemming, &parts, error);
    msgpack_sbuffer_destroy(&parts.postings);
    msgpack_sbuffer_destroy(&parts.trie);
    msgpack_sbuffer_destroy(&parts.stems);
    tokenizer_close(stemming.tokenizer);
    return result;
}

int build_write_words(struct build *build, struct error *error)
{
    return write_keywords(build, error) != 0 || write_spelling(build, error) != 0 ? -1 : 0;
}
