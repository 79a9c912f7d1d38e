/* The builder makes tables, parts and documents out of a dump's rows. Those rows are in the file,
   but for the READMEs, which it may lack or have cut; so they are shown to it as the tables in
   which it expects the dump's (build_schema.c), by views, and it builds once more. Nothing is
   stored (build_check): each row is looked for, each part is compared byte by byte. So the code
   that writes an index is the one that says what is right, and what it learns to write is verified
   with it.

   What the file does not say cannot be compared: the words of READMEs are taken from the postings
   of words as they are written (readme_words.h), which verify_written.c compares with FTS5's; a
   crate's default version, its downloads and the total are the dump's word.

   The builder trusts what it has read and checked itself. Here somebody else may have written it,
   so what it relies on is checked first. */
#include "index/verify/verify_rebuilt.h"

#include "index/base/database.h"
#include "index/build/build_crates.h"
#include "index/build/build_pages.h"
#include "index/build/build_parts.h"
#include "index/build/build_rank.h"
#include "index/verify/readme_words.h"

#include <cratedex/index_file.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rebuilt {
    struct build build; /* first: the checks get a pointer to it */
    const struct index *index;
    struct readme_words *readmes;
    struct build_options options;
    struct build_report report;
};

/* The dump's tables. Of two versions of a crate with the same number nobody knows which was the
   default. */
static const char *const views_sql =
    "CREATE TEMP VIEW staged_crates AS SELECT id, name, description, homepage, documentation,"
    " repository, created_at, updated_at, downloads, trustpub_only, NULL AS readme FROM crates;"
    "CREATE TEMP VIEW staged_downloads AS SELECT 0 AS crate_id, 0 AS downloads WHERE 0;"
    "CREATE TEMP VIEW staged_default_versions AS SELECT crates.id AS crate_id, (SELECT max(id) FROM"
    " versions WHERE crate_id = crates.id AND num = default_version) AS version_id FROM crates;"
    "CREATE TEMP VIEW staged_keywords AS SELECT crates.id AS crate_id, keyword_id FROM crates"
    " CROSS JOIN crates_keywords USING (rank);"
    "CREATE TEMP VIEW staged_categories AS SELECT crates.id AS crate_id, category_id FROM crates"
    " CROSS JOIN crates_categories USING (rank);"
    "CREATE TEMP VIEW staged_metadata AS SELECT json_extract(json, '$.num_downloads') AS"
    " total_downloads FROM pages WHERE name = 'summary';";

/* What the builder has seen to before it uses a row. */
static const struct {
    const char *what;
    const char *count_sql;
} expectations[] = {
    {"crates have names of no length that a name can have",
     "SELECT count(*) FROM crates WHERE length(CAST(name AS BLOB)) NOT BETWEEN 1 AND 255"
     " OR instr(name, char(0)) > 0"},
    {"versions have numbers of no length that a number can have",
     "SELECT count(*) FROM versions WHERE length(CAST(num AS BLOB)) NOT BETWEEN 1 AND 255"
     " OR instr(num, char(0)) > 0"},
};
_Static_assert(INDEX_MAX_NAME_BYTES == 255 && INDEX_MAX_VERSION_BYTES == 255,
               "the expectations say so");

static int on_part(const struct build *build, enum index_part part, const msgpack_sbuffer *block,
                   struct error *error)
{
    const struct index *index = ((const struct rebuilt *)(const void *)build)->index;
    if (part == INDEX_PART_SYNONYMS || (index->block_sizes[part] == block->size &&
                                        memcmp(index->blocks[part], block->data, block->size) == 0))
        return 0;
    return error_set(error, "the part %s is not what the tables say", index_part_names[part]);
}

static int add_readme(const struct build *build, uint32_t rank, struct error *error)
{
    const struct rebuilt *rebuilt = (const void *)build;
    return readme_words_add(rebuilt->readmes, rank, build->written, error);
}

static int expect_rows(const struct rebuilt *rebuilt, struct error *error)
{
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        int64_t n_wrong;
        if (database_integer(rebuilt->build.database, expectations[i].count_sql, &n_wrong, error) !=
            0)
            return -1;
        if (n_wrong > 0)
            return error_set(error, "%" PRId64 " %s", n_wrong, expectations[i].what);
    }
    return 0;
}

static int rank_crates(struct rebuilt *rebuilt, struct error *error)
{
    struct build *build = &rebuilt->build;
    const struct index *index = rebuilt->index;
    snprintf(build->timestamp, sizeof build->timestamp, "%s", index_dump_timestamp(index));
    snprintf(build->downloads_day, sizeof build->downloads_day, "%s", index_downloads_day(index));
    if (expect_rows(rebuilt, error) != 0 ||
        database_execute(build->database, views_sql, error) != 0 ||
        build_rank_crates(build, error) != 0)
        return -1;
    if (build->n_crates != index_n_crates(index))
        return error_set(error,
                         "the table crates has %" PRIu32 " rows where the parts have %" PRIu32,
                         build->n_crates, index_n_crates(index));
    return 0;
}

struct rebuilt *rebuilt_open(const struct index *index, sqlite3 *database, struct error *error)
{
    static const struct build_check check = {on_part, add_readme};
    struct rebuilt *rebuilt = calloc(1, sizeof *rebuilt);
    if (rebuilt == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    rebuilt->index = index;
    int result = build_state_init(&rebuilt->build, &rebuilt->options, &rebuilt->report, error);
    rebuilt->build.check = &check;
    rebuilt->build.database = database;
    if (result == 0)
        rebuilt->readmes = readme_words_open(index, error);
    if (rebuilt->readmes != NULL && rank_crates(rebuilt, error) == 0)
        return rebuilt;
    rebuilt_close(rebuilt);
    return NULL;
}

void rebuilt_close(struct rebuilt *rebuilt)
{
    if (rebuilt == NULL)
        return;
    readme_words_close(rebuilt->readmes);
    build_state_destroy(&rebuilt->build);
    free(rebuilt);
}

int verify_crates(struct rebuilt *rebuilt, struct error *error)
{
    return build_write_crates(&rebuilt->build, error);
}

int verify_parts(struct rebuilt *rebuilt, struct error *error)
{
    return build_write_parts(&rebuilt->build, error);
}

int verify_pages(struct rebuilt *rebuilt, struct error *error)
{
    return build_write_pages(&rebuilt->build, error);
}

struct build *rebuilt_build(struct rebuilt *rebuilt)
{
    return &rebuilt->build;
}
