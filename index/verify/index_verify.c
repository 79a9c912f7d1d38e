/* Checks a whole file, most basic things first, and stops at the first fault.

   FTS5's integrity check is an INSERT, which a read-only connection refuses. So the file is mapped
   privately and SQLite works on the mapping: it may write there, nothing reaches the file, and only
   touched pages take memory. */
#include <cratedex/index_verify.h>

#include "index/base/compare.h"
#include "index/base/database.h"
#include "index/segment/index_pages.h"
#include "index/segment/open_index.h"
#include "index/text/name_words.h"
#include "index/trie/trie.h"
#include "index/verify/verify_documents.h"
#include "index/verify/verify_memberships.h"
#include "index/verify/verify_sparse_index.h"
#include "index/verify/verify_versions.h"
#include "index/verify/verify_written.h"

#include <cratedex/canonical_name.h>
#include <cratedex/index_file.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct verification {
    const char *path;
    const struct index *index;
    sqlite3 *database; /* on the private mapping */
};

/* Every page has its checksum. */
static int check_pages(const char *path, struct error *error)
{
    struct index_pages *pages = index_pages_open(path, error);
    if (pages == NULL)
        return -1;
    int result = index_pages_read(pages, 1, pages->n_pages, error);
    uint32_t first = 0;
    uint32_t n_damaged = index_pages_count(pages, pages->damaged, &first);
    if (result == 0 && n_damaged == 1)
        result = index_pages_complain(pages, first, error);
    else if (result == 0 && n_damaged > 1)
        result =
            error_set(error,
                      "%s is damaged: %" PRIu32 " of its %" PRIu32 " pages are not as they "
                      "were written, page %" PRIu32 " is the first; restore it or build it again",
                      path, n_damaged, pages->n_pages, first);
    index_pages_close(pages);
    return result;
}

/* Maps the pages and opens them as a database that may be written in memory. */
static int open_private(struct verification *verification, void **mapping, size_t *size,
                        struct error *error)
{
    const struct index_pages *pages = verification->index->pages;
    *size = (size_t)pages->n_pages * INDEX_PAGE_BYTES;
    *mapping = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE, pages->file, 0);
    if (*mapping == MAP_FAILED)
        return error_set(error, "cannot map %s: %s", verification->path, strerror(errno));
    if (sqlite3_open(":memory:", &verification->database) != SQLITE_OK ||
        sqlite3_deserialize(verification->database, "main", *mapping, (sqlite3_int64)*size,
                            (sqlite3_int64)*size, 0) != SQLITE_OK)
        return database_error(verification->database, verification->path, error);
    return 0;
}

static int check_sqlite(struct verification *verification, struct error *error)
{
    sqlite3_stmt *check =
        database_prepare(verification->database, "PRAGMA integrity_check(1)", error);
    if (check == NULL)
        return -1;
    int found = database_step(check, error);
    const char *answer = found == 1 ? (const char *)sqlite3_column_text(check, 0) : NULL;
    bool ok = answer != NULL && strcmp(answer, "ok") == 0;
    if (found == 1 && answer != NULL && strstr(answer, "error code=7") != NULL) {
        error_out_of_memory(error); /* SQLITE_NOMEM */
    } else if (found == 1 && !ok) {
        /* The answer may have several lines; an error has one. */
        error_set(error, "SQLite's integrity check: %s", answer == NULL ? "no answer" : answer);
        for (char *c = error->message; *c != '\0'; c++)
            *c = (char)(*c == '\n' ? ' ' : *c);
    }
    sqlite3_finalize(check);
    return ok ? 0 : -1;
}

static int check_fts5(struct verification *verification, struct error *error)
{
    if (database_execute(verification->database,
                         "INSERT INTO crates_fts(crates_fts) VALUES('integrity-check')",
                         error) != 0)
        return error_prefix(error, "FTS5's integrity check: ");
    return 0;
}

/* Every crate's name leads to its rank. */
static int check_names(struct verification *verification, struct error *error)
{
    const struct index *index = verification->index;
    uint32_t n_found = 0;
    for (uint32_t rank = 1; rank <= index->columns.n_crates; rank++) {
        size_t length;
        const unsigned char *values;
        const char *name = index_canonical_name(index, rank, &length);
        uint32_t n_values = trie_find(&index->names, name, length, &values);
        uint32_t i = 0;
        while (i < n_values && trie_value(values, i) != rank)
            i++;
        if (i == n_values)
            return error_set(error, "the name trie lacks `%.*s`", (int)length, name);
        n_found++;
    }
    return n_found == index->names.n_values
               ? 0
               : error_set(error, "the name trie has names that no crate has");
}

static int check_name_substrings(struct verification *verification, struct error *error)
{
    return name_substrings_verify(&verification->index->substrings, error);
}

/* Whether the trie leads from a key to a value. */
static bool leads_to(const struct trie *trie, const char *key, size_t length, uint32_t value)
{
    const unsigned char *values;
    uint32_t n_values = trie_find(trie, key, length, &values);
    for (uint32_t i = 0; i < n_values; i++) {
        if (trie_value(values, i) == value)
            return true;
    }
    return false;
}

/* Every later word of a name leads to the crate, and nothing else leads anywhere. */
static int check_name_ends(struct verification *verification, struct error *error)
{
    const struct index *index = verification->index;
    uint32_t n_found = 0;
    for (uint32_t rank = 1; rank <= index->columns.n_crates; rank++) {
        struct index_crate crate;
        struct name_word words[NAME_ENDS_MAX_WORDS];
        size_t length;
        const char *canonical = index_canonical_name(index, rank, &length);
        index_crate(index, rank, &crate);
        size_t n_words = name_words_split(crate.name, length, words, NAME_ENDS_MAX_WORDS);
        for (size_t i = 0; i < n_words && i < NAME_ENDS_MAX_WORDS; i++) {
            uint32_t start = words[i].start;
            if (start == 0)
                continue;
            n_found++;
            if (!leads_to(&index->name_ends, canonical + start, length - start, rank))
                return error_set(error, "the trie of name ends lacks `%.*s`", (int)(length - start),
                                 canonical + start);
        }
    }
    return n_found == index->name_ends.n_values
               ? 0
               : error_set(error, "the trie of name ends has some that no name has");
}

/* Every word of a list is found in its trie. */
static int check_list(const struct word_list *list, const struct trie *trie, const char *name,
                      struct error *error)
{
    for (uint32_t number = 1; number <= list->n_words; number++) {
        struct counted_word word = word_list_word(list, number);
        char *key = malloc((size_t)word.length + 1);
        if (key == NULL)
            return error_out_of_memory(error);
        canonical_name(key, word.text, word.length);
        bool ok = leads_to(trie, key, word.length, number);
        free(key);
        if (!ok)
            return error_set(error, "the trie of %s lacks `%.*s`", name, (int)word.length,
                             word.text);
    }
    return 0;
}

static int check_word_lists(struct verification *verification, struct error *error)
{
    const struct index *index = verification->index;
    if (check_list(&index->keyword_list, &index->keywords, "keywords", error) != 0)
        return -1;
    return check_list(&index->spelling_list, &index->spelling, "spelling", error);
}

/* Where one row of FTS5's vocabulary stands in the postings. Returns 0 where it is missing. */
static bool has_posting(const struct index *index, const char *term, size_t length, uint32_t rank,
                        uint8_t field)
{
    const unsigned char *values;
    if (trie_find(&index->terms, term, length, &values) != 1)
        return false;
    struct posting_list list = postings_of(&index->postings, trie_value(values, 0));
    const uint32_t *found = bsearch(&rank, list.ranks, list.n, sizeof rank, compare_uint32);
    return found != NULL && (list.fields[found - list.ranks] & field) != 0;
}

/* Both sides have the same number of (term, crate, field), and the postings have every one of
   FTS5's. */
static int check_postings(struct verification *verification, struct error *error)
{
    const struct index *index = verification->index;
    if (database_execute(verification->database,
                         "CREATE VIRTUAL TABLE temp.crates_words USING"
                         " fts5vocab('main', 'crates_fts', 'instance')",
                         error) != 0)
        return -1;
    sqlite3_stmt *select = database_prepare(
        verification->database, "SELECT DISTINCT term, doc, col FROM crates_words", error);
    if (select == NULL)
        return -1;
    uint64_t n_instances = 0;
    int found;
    while ((found = database_step(select, error)) == 1) {
        const char *term = (const char *)sqlite3_column_text(select, 0);
        size_t length = (size_t)sqlite3_column_bytes(select, 0);
        int64_t rank = sqlite3_column_int64(select, 1);
        const char *column = (const char *)sqlite3_column_text(select, 2);
        if (term == NULL || column == NULL) {
            found = error_out_of_memory(error);
            break;
        }
        if (rank < 1 || rank > index->columns.n_crates ||
            !has_posting(index, term, length, (uint32_t)rank, (uint8_t)posting_field_of(column))) {
            found = error_set(error, "the postings lack `%.*s` in crate %" PRId64, (int)length,
                              term, rank);
            break;
        }
        n_instances++;
    }
    sqlite3_finalize(select);
    if (found != 0)
        return -1;
    for (uint32_t i = 0; i < index->postings.n_postings; i++)
        n_instances -= (uint64_t)__builtin_popcount(index->postings.fields[i]);
    return n_instances == 0 ? 0 : error_set(error, "the postings have words that FTS5 lacks");
}

static int check_written(struct verification *verification, struct error *error)
{
    return verify_written_words(verification->index, verification->database, error);
}

/* The table has as many words as the build read. */
static int check_synonyms(struct verification *verification, struct error *error)
{
    int64_t n_words;
    if (database_integer(verification->database, "SELECT value FROM meta WHERE key = 'synonyms'",
                         &n_words, error) != 0)
        return -1;
    return n_words == (int64_t)verification->index->synonyms.trie.n_keys
               ? 0
               : error_set(error, "the table of synonyms lacks words");
}

static int check_documents(struct verification *verification, struct error *error)
{
    return verify_documents(verification->index, verification->database, error);
}

static int check_memberships(struct verification *verification, struct error *error)
{
    return verify_memberships(verification->index, verification->database, error);
}

static int check_version_sets(struct verification *verification, struct error *error)
{
    return verify_version_sets(verification->index, verification->database, error);
}

static int check_dependents(struct verification *verification, struct error *error)
{
    return verify_reverse_dependencies(verification->index, verification->database, error);
}

static int check_sparse_index(struct verification *verification, struct error *error)
{
    return verify_sparse_index(verification->index, verification->database, error);
}

int index_verify(const char *path, void (*on_check)(void *context, const char *what), void *context,
                 struct error *error)
{
    static const struct {
        const char *what;
        int (*check)(struct verification *verification, struct error *error);
    } checks[] = {
        {"SQLite integrity", check_sqlite},
        {"FTS5 integrity", check_fts5},
        {"name trie", check_names},
        {"name substrings", check_name_substrings},
        {"name ends", check_name_ends},
        {"word lists", check_word_lists},
        {"synonyms", check_synonyms},
        {"postings against FTS5", check_postings},
        {"written words", check_written},
        {"keywords, categories and owners", check_memberships},
        {"documents", check_documents},
        {"sparse index", check_sparse_index},
        {"sets of versions", check_version_sets},
        {"reverse dependencies", check_dependents},
    };
    if (on_check != NULL)
        on_check(context, "pages");
    if (check_pages(path, error) != 0)
        return -1;
    if (on_check != NULL)
        on_check(context, "parts");
    struct index *index = index_open(path, error);
    if (index == NULL)
        return -1;
    struct verification verification = {path, index, NULL};
    void *mapping = MAP_FAILED;
    size_t size = 0;
    int result = open_private(&verification, &mapping, &size, error);
    for (size_t i = 0; i < sizeof checks / sizeof *checks && result == 0; i++) {
        if (on_check != NULL)
            on_check(context, checks[i].what);
        result = checks[i].check(&verification, error);
        if (result != 0)
            index_pages_blame(path, "", error);
    }
    sqlite3_close(verification.database);
    if (mapping != MAP_FAILED)
        munmap(mapping, size);
    index_close(index);
    return result;
}
