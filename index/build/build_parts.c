/* The parts that an open index holds in memory. Postings of stems come out of FTS5's own index
   through its vocabulary table, term by term and rank by rank, so that they cannot disagree with
   it. */
#include "index/build/build_parts.h"

#include "index/base/database.h"
#include "index/build/build_logins.h"
#include "index/build/build_memberships.h"
#include "index/build/build_part.h"
#include "index/build/build_report.h"
#include "index/build/build_synonyms.h"
#include "index/build/build_values.h"
#include "index/build/build_words.h"
#include "index/segment/name_substrings.h"
#include "index/text/name_words.h"
#include "index/trie/trie_build.h"

#include <cratedex/canonical_name.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns, and the substrings that are built over them. */
static int write_columns(struct build *build, struct error *error)
{
    msgpack_sbuffer columns_block;
    msgpack_sbuffer substrings_block;
    struct crate_columns columns;
    msgpack_sbuffer_init(&columns_block);
    msgpack_sbuffer_init(&substrings_block);
    int result = crate_columns_build(build->columns, build->n_crates, &columns_block, error);
    if (result == 0)
        result = crate_columns_open(&columns, columns_block.data, columns_block.size, error);
    if (result == 0)
        result = name_substrings_build(&columns, &substrings_block, error);
    if (result == 0)
        result = build_write_part(build, INDEX_PART_COLUMNS, &columns_block, error);
    if (result == 0)
        result = build_write_part(build, INDEX_PART_SUBSTRINGS, &substrings_block, error);
    msgpack_sbuffer_destroy(&columns_block);
    msgpack_sbuffer_destroy(&substrings_block);
    return result;
}

static int write_trie(struct build *build, enum index_part part, struct trie_entry *entries,
                      size_t n_entries, struct error *error)
{
    msgpack_sbuffer block;
    msgpack_sbuffer_init(&block);
    int result = trie_build(entries, n_entries, &block, error);
    if (result == 0)
        result = build_write_part(build, part, &block, error);
    msgpack_sbuffer_destroy(&block);
    return result;
}

/* A canonical name from each of its words on. */
struct name_ends {
    struct trie_entry *entries;
    size_t n;
    size_t capacity;
};

static int add_ends(struct name_ends *ends, const char *name, const char *canonical,
                    uint32_t length, uint32_t rank, struct error *error)
{
    struct name_word words[NAME_ENDS_MAX_WORDS];
    size_t n_words = name_words_split(name, length, words, NAME_ENDS_MAX_WORDS);
    if (n_words > NAME_ENDS_MAX_WORDS)
        n_words = NAME_ENDS_MAX_WORDS;
    if (ends->n + n_words > ends->capacity) {
        size_t capacity = 2 * ends->capacity + 1024;
        struct trie_entry *entries = reallocarray(ends->entries, capacity, sizeof *entries);
        if (entries == NULL)
            return error_out_of_memory(error);
        ends->entries = entries;
        ends->capacity = capacity;
    }
    for (size_t i = 0; i < n_words; i++) {
        uint32_t start = words[i].start;
        if (start > 0)
            ends->entries[ends->n++] = (struct trie_entry){canonical + start, length - start, rank};
    }
    return 0;
}

/* The trie of names, and the trie of what follows in them from a later word on. */
static int write_names(struct build *build, struct error *error)
{
    struct name_ends ends = {0};
    struct trie_entry *entries = calloc((size_t)build->n_crates + 1, sizeof *entries);
    char *canonical = malloc(build->names.size + 1);
    int result = entries == NULL || canonical == NULL ? error_out_of_memory(error) : 0;
    char *name = canonical;
    for (uint32_t i = 0; i < build->n_crates && result == 0; i++) {
        const struct crate_column_row *row = &build->columns[i];
        canonical_name(name, row->name, row->name_length);
        entries[i] = (struct trie_entry){name, row->name_length, i + 1};
        result = add_ends(&ends, row->name, name, row->name_length, i + 1, error);
        name += row->name_length;
    }
    if (result == 0)
        result = write_trie(build, INDEX_PART_NAMES, entries, build->n_crates, error);
    if (result == 0)
        result = write_trie(build, INDEX_PART_NAME_ENDS, ends.entries, ends.n, error);
    free(ends.entries);
    free(entries);
    free(canonical);
    return result;
}

/* The terms as they come from the vocabulary: texts one behind the other. */
struct terms {
    msgpack_sbuffer texts;
    msgpack_sbuffer lengths; /* of uint32_t */
    struct postings_builder postings;
};

/* Begins a new term where the row's differs from the last one. */
static int follow_term(struct terms *terms, const char *text, uint32_t length, struct error *error)
{
    uint32_t last = 0;
    if (terms->lengths.size > 0) {
        memcpy(&last, terms->lengths.data + terms->lengths.size - sizeof last, sizeof last);
        if (last == length &&
            memcmp(terms->texts.data + terms->texts.size - length, text, length) == 0)
            return 0;
    }
    if (msgpack_sbuffer_write(&terms->texts, text, length) != 0 ||
        msgpack_sbuffer_write(&terms->lengths, (const char *)&length, sizeof length) != 0)
        return error_out_of_memory(error);
    return postings_builder_term(&terms->postings, error);
}

static int add_posting(struct terms *terms, sqlite3_stmt *row, struct error *error)
{
    const char *text = (const char *)sqlite3_column_text(row, 0);
    uint32_t length = (uint32_t)sqlite3_column_bytes(row, 0);
    const char *column = (const char *)sqlite3_column_text(row, 2);
    /* A forged one, which a verification builds from, may name columns that the table has not. */
    if (text == NULL || column == NULL)
        return error_set(error, "the full-text table has a word that stands in no column");
    if (follow_term(terms, text, length, error) != 0)
        return -1;
    return postings_builder_add(&terms->postings, (uint32_t)sqlite3_column_int64(row, 1),
                                posting_field_of(column), error);
}

static int read_vocabulary(struct build *build, struct terms *terms, struct error *error)
{
    if (database_execute(build->database,
                         "CREATE VIRTUAL TABLE temp.crates_words USING"
                         " fts5vocab('main', 'crates_fts', 'instance')",
                         error) != 0)
        return -1;
    sqlite3_stmt *select =
        database_prepare(build->database, "SELECT term, doc, col FROM crates_words", error);
    if (select == NULL)
        return -1;
    int found;
    uint64_t n_rows = 0;
    while ((found = database_step(select, error)) == 1) {
        if (add_posting(terms, select, error) != 0 ||
            (++n_rows % 100000 == 0 &&
             build_progress(build, "search index", n_rows, 0, "postings", error) != 0)) {
            found = -1;
            break;
        }
    }
    sqlite3_finalize(select);
    if (found == 0)
        found = database_execute(build->database, "DROP TABLE temp.crates_words", error);
    return found;
}

/* Writes the postings, and the trie that leads to them, which it leaves in `trie`. */
static int write_terms(struct build *build, struct terms *terms, msgpack_sbuffer *trie,
                       struct error *error)
{
    uint32_t n_terms = terms->postings.n_terms;
    msgpack_sbuffer block;
    msgpack_sbuffer_init(&block);
    struct trie_entry *entries = calloc((size_t)n_terms + 1, sizeof *entries);
    uint32_t *numbers = calloc((size_t)n_terms + 1, sizeof *numbers);
    int result = entries == NULL || numbers == NULL
                     ? error_out_of_memory(error)
                     : postings_builder_finish(&terms->postings, &block, numbers, error);
    const char *text = terms->texts.data;
    for (uint32_t i = 0; i < n_terms && result == 0; i++) {
        uint32_t length;
        memcpy(&length, terms->lengths.data + (size_t)i * sizeof length, sizeof length);
        entries[i] = (struct trie_entry){text, length, numbers[i]};
        text += length;
    }
    if (result == 0)
        result = build_write_part(build, INDEX_PART_POSTINGS, &block, error);
    if (result == 0)
        result = trie_build(entries, n_terms, trie, error);
    if (result == 0)
        result = build_write_part(build, INDEX_PART_TERMS, trie, error);
    free(numbers);
    free(entries);
    msgpack_sbuffer_destroy(&block);
    return result;
}

static int write_search(struct build *build, struct error *error)
{
    struct terms terms;
    msgpack_sbuffer trie;
    msgpack_sbuffer_init(&terms.texts);
    msgpack_sbuffer_init(&terms.lengths);
    msgpack_sbuffer_init(&trie);
    postings_builder_init(&terms.postings);
    int result = read_vocabulary(build, &terms, error);
    if (result == 0)
        result = write_terms(build, &terms, &trie, error);
    if (result == 0)
        result = build_write_written_words(build, &trie, error);
    postings_builder_destroy(&terms.postings);
    msgpack_sbuffer_destroy(&terms.texts);
    msgpack_sbuffer_destroy(&terms.lengths);
    msgpack_sbuffer_destroy(&trie);
    return result;
}

/* The file only grows while it is built: the pages of what is written next begin here. */
static int file_end(struct build *build, int64_t *bytes, struct error *error)
{
    int64_t n_pages;
    int64_t page_bytes;
    if (database_integer(build->database, "PRAGMA page_count", &n_pages, error) != 0 ||
        database_integer(build->database, "PRAGMA page_size", &page_bytes, error) != 0)
        return -1;
    *bytes = n_pages * page_bytes;
    return 0;
}

int build_write_parts(struct build *build, struct error *error)
{
    /* What takes longest to check when the file is opened comes first. */
    build_begin_phase(build, "name substrings and orders");
    if (file_end(build, &build->parts_begin, error) != 0 || write_columns(build, error) != 0)
        return -1;
    build_begin_phase(build, "postings");
    if (write_search(build, error) != 0)
        return -1;
    build_begin_phase(build, "name tries");
    if (write_names(build, error) != 0)
        return -1;
    build_begin_phase(build, "keywords, categories and owners");
    if (build_write_values(build, error) != 0 || build_write_memberships(build, error) != 0 ||
        build_write_logins(build, error) != 0)
        return -1;
    build_begin_phase(build, "word lists");
    if (build_write_words(build, error) != 0 || build_write_synonyms(build, error) != 0)
        return -1;
    return file_end(build, &build->parts_end, error);
}
