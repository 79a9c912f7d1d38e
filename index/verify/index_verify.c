/* Checks a whole file, most basic things first, and stops at the first fault: that every page is
   as it was written, that SQLite and FTS5 find nothing wrong, and that all that the builder makes
   out of rows is what the rows say (verify_rebuilt.h). The first finds what disks and transfers do,
   the last what somebody did who made the checksums right.

   FTS5's integrity check is an INSERT, which a read-only connection refuses. So the file is mapped
   privately and SQLite works on the mapping: it may write there, nothing reaches the file, and only
   touched pages take memory. */
#include <cratedex/index_verify.h>

#include "index/base/database.h"
#include "index/segment/index_pages.h"
#include "index/segment/open_index.h"
#include "index/verify/verify_beside.h"
#include "index/verify/verify_counts.h"
#include "index/verify/verify_readmes.h"
#include "index/verify/verify_rebuilt.h"
#include "index/verify/verify_texts.h"
#include "index/verify/verify_versions.h"
#include "index/verify/verify_written.h"

#include <cratedex/index_file.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct verification {
    const char *path;
    const struct index *index;
    sqlite3 *database;       /* on the private mapping */
    struct rebuilt *rebuilt; /* NULL until the order of crates is checked */
    struct verify_beside beside;
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
    if (found == 1 && answer != NULL &&
        (strstr(answer, "error code=7") != NULL || strstr(answer, "failed to get page") != NULL)) {
        error_out_of_memory(error); /* SQLITE_NOMEM, which is all that fails in memory */
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

/* Before everything that follows. */
static int check_order(struct verification *verification, struct error *error)
{
    verification->rebuilt = rebuilt_open(verification->index, verification->database, error);
    return verification->rebuilt != NULL ? 0 : -1;
}

/* From then on all that is known of a crate stays as it is. */
static int check_crates(struct verification *verification, struct error *error)
{
    if (verify_crates(verification->rebuilt, error) != 0)
        return -1;
    verify_beside_start(&verification->beside, verification->index,
                        rebuilt_build(verification->rebuilt));
    return 0;
}

static int check_parts(struct verification *verification, struct error *error)
{
    return verify_parts(verification->rebuilt, error);
}

static int check_front_page(struct verification *verification, struct error *error)
{
    return verify_pages(verification->rebuilt, error);
}

static int check_texts(struct verification *verification, struct error *error)
{
    return verify_texts(verification->database, error);
}

static int check_readmes(struct verification *verification, struct error *error)
{
    return verify_readmes(verification->index, verification->database, error);
}

static int check_counts(struct verification *verification, struct error *error)
{
    return verify_counts(verification->database, error);
}

static int check_dependents(struct verification *verification, struct error *error)
{
    return verify_reverse_dependencies(rebuilt_build(verification->rebuilt), error);
}

static int check_versions(struct verification *verification, struct error *error)
{
    return verify_beside_finish(&verification->beside, error);
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
        {"counts", check_counts},
        {"order of crates", check_order},
        {"crates and documents", check_crates},
        {"parts", check_parts},
        {"written words", check_written},
        {"synonyms", check_synonyms},
        {"front page", check_front_page},
        {"texts", check_texts},
        {"READMEs", check_readmes},
        {"reverse dependencies", check_dependents},
        {"sets of versions, sparse index", check_versions},
    };
    if (on_check != NULL)
        on_check(context, "pages");
    if (check_pages(path, error) != 0)
        return -1;
    if (on_check != NULL)
        on_check(context, "header and offsets");
    struct index *index = index_open(path, error);
    if (index == NULL)
        return -1;
    struct verification verification = {.path = path, .index = index};
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
    verify_beside_stop(&verification.beside);
    rebuilt_close(verification.rebuilt);
    sqlite3_close(verification.database);
    if (mapping != MAP_FAILED)
        munmap(mapping, size);
    index_close(index);
    return result;
}
