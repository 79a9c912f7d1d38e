/* Opening files: what is no index of this format, is cut short, or is damaged is refused with one
   clear line; what opens in spite of damage elsewhere never crashes a search. */
#include "tests/support/built_index.h"
#include "tests/support/index_parts.h"
#include "tests/support/random.h"
#include "tests/support/sanitized.h"
#include "tests/support/small_dump.h"
#include "tests/support/sql.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/index_format.h>
#include <cratedex/index_info.h>
#include <cratedex/index_reader.h>
#include <cratedex/search.h>
#include <cratedex/suggest.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A small index in memory, written to `path` with damage. */
struct fixture {
    struct built_index built;
    char path[FOLDER_PATH_SIZE];
    char *bytes;
    size_t size;
};

static int make_index(void **state)
{
    static struct fixture fixture;
    small_dump_build(&fixture.built, 20);
    folder_join(fixture.path, fixture.built.folder, "damaged?#%41.cdx");
    fixture.bytes = file_read(fixture.built.path, &fixture.size);
    *state = &fixture;
    return 0;
}

static int remove_index(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->bytes);
    built_index_remove(&fixture->built);
    return 0;
}

static void write_whole(const struct fixture *fixture)
{
    file_write(fixture->path, fixture->bytes, fixture->size);
}

/* The file is refused: one line that begins with its path and says `part`. */
static void expect_refused(const char *path, const char *part)
{
    struct error error = {.message = ""};
    if (index_open(path, &error) != NULL)
        fail_msg("%s opens; \"%s\" was to be said", path, part);
    if (strncmp(error.message, path, strlen(path)) != 0 || strstr(error.message, part) == NULL ||
        strpbrk(error.message, "\n\r\033") != NULL)
        fail_msg("\"%s\" does not say \"%s\" of %s", error.message, part, path);
}

/* Everything that a server does, on a file that opened. Errors are fine. */
static void use(struct index *index)
{
    static struct search_result result;
    struct suggestion suggestions[10];
    struct error error = {.message = ""};
    struct index_reader *reader = index_reader_open(index, &error);
    if (reader == NULL) {
        assert_true(strlen(error.message) > 0);
        return;
    }
    static const char *const texts[] = {"", "json", "net", "filler", "p", "the"};
    for (size_t i = 0; i < 6 * sizeof texts / sizeof *texts; i++) {
        struct search_query query = {.text = {texts[i % 6], strlen(texts[i % 6])},
                                     .category = {i % 5 == 0 ? "parsing" : NULL, 7},
                                     .by_user = i % 7 == 0,
                                     .user_id = 1,
                                     .sort = (enum search_sort)(i / 6),
                                     .limit = 10};
        if (search_run(reader, &query, &result, &error) != SEARCH_OK)
            continue;
        assert_true(result.n_hits <= result.total);
        for (uint32_t hit = 0; hit < result.n_hits; hit++) {
            const void *bytes;
            size_t size;
            index_reader_document(reader, result.hits[hit].rank, (enum encoding)(i % 2), &bytes,
                                  &size, &error);
        }
    }
    suggest(index, "net", 3, suggestions, 10);
    index_reader_close(reader);
}

static void an_index_opens(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {.message = ""};
    write_whole(fixture);
    struct index *index = index_open(fixture->path, &error);
    if (index == NULL)
        fail_msg("%s", error.message);
    assert_int_equal(index_n_crates(index), SMALL_DUMP_CRATES + 20);
    assert_string_equal(index_dump_timestamp(index), "2026-01-02T03:04:05Z");
    assert_string_equal(index_fingerprint(index), index_fingerprint(fixture->built.index));
    assert_int_equal(strspn(index_fingerprint(index), "0123456789abcdef"), 16);
    struct index_reader *reader = index_reader_open(index, &error);
    assert_non_null(reader);
    index_reader_close(reader);
    use(index);
    index_close(index);
    char with_slashes[FOLDER_PATH_SIZE + 1];
    snprintf(with_slashes, sizeof with_slashes, "/%s", fixture->path);
    index = index_open(with_slashes, &error);
    if (index == NULL)
        fail_msg("%s", error.message);
    use(index);
    index_close(index);
    index_close(NULL);
    index_reader_close(NULL);
    remove(fixture->path);
}

/* Another dump of the same size has another fingerprint. */
static void fingerprints_tell_contents_apart(void **state)
{
    struct fixture *fixture = *state;
    struct built_index other;
    char folder[FOLDER_PATH_SIZE];
    folder_make(folder);
    small_dump_write(folder, 20);
    char path[FOLDER_PATH_SIZE];
    static const char later[] = "{\"timestamp\": \"2026-01-02T03:04:06Z\"}";
    file_write(folder_join(path, folder, "2026-01-02-030405/metadata.json"), later, strlen(later));
    built_index_make(&other, folder);
    assert_string_not_equal(index_fingerprint(other.index),
                            index_fingerprint(fixture->built.index));
    built_index_remove(&other);
    folder_remove(folder);
}

/* Whatever takes its path meanwhile. */
static void a_reader_reads_the_file_that_was_opened(void **state)
{
    (void)state;
    struct built_index built;
    struct built_index other;
    struct error error = {.message = ""};
    const void *document;
    size_t size;
    small_dump_build(&built, 5);
    small_dump_build(&other, 0);
    char *expected = sql_text(built.path, "SELECT json FROM documents WHERE rank = 8");
    assert_int_equal(rename(other.path, built.path), 0);
    struct index_reader *reader = index_reader_open(built.index, &error);
    if (reader == NULL)
        fail_msg("%s", error.message);
    assert_int_equal(index_reader_document(reader, 8, ENCODING_JSON, &document, &size, &error), 0);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(document, expected, size);
    free(expected);
    index_reader_close(reader);
    built_index_remove(&other);
    built_index_remove(&built);
}

static void files_that_are_no_index(void **state)
{
    struct fixture *fixture = *state;
    static const char text[] =
        "This is a text file that is longer than a header of SQLite would be, "
        "so that it is read as far as it takes to see what it is.";
    expect_refused("/nowhere/at/all.cdx", "cratedex-index build");
    expect_refused(fixture->built.folder, "");
    file_write(fixture->path, text, strlen(text));
    expect_refused(fixture->path, "is not a Cratedex index");
    file_write(fixture->path, "", 0);
    expect_refused(fixture->path, "not a Cratedex index");
    file_write(fixture->path, fixture->bytes, 50);
    expect_refused(fixture->path, "");
    remove(fixture->path);
    sqlite3 *database;
    char *other = sqlite3_mprintf("%s/other.sqlite", fixture->built.folder);
    assert_int_equal(sqlite3_open(other, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "CREATE TABLE t(x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    expect_refused(other, "is an SQLite database but not a Cratedex index");
    remove(other);
    sqlite3_free(other);
}

static void other_format_versions(void **state)
{
    struct fixture *fixture = *state;
    static const int versions[] = {0, INDEX_FORMAT_VERSION - 1, INDEX_FORMAT_VERSION + 1, 999};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        char pragma[64];
        char says[64];
        write_whole(fixture);
        snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", versions[i]);
        sql_change(fixture->path, pragma);
        snprintf(says, sizeof says, "has index format %d", versions[i]);
        expect_refused(fixture->path, says);
        expect_refused(fixture->path, "build the index again");
    }
    remove(fixture->path);
}

static void files_that_are_cut_short_or_longer(void **state)
{
    struct fixture *fixture = *state;
    uint64_t seed = 109;
    for (size_t i = 0; i < 200; i++) {
        size_t cut =
            i < 100 ? i * fixture->size / 100 : random_below(&seed, (uint32_t)fixture->size);
        file_write(fixture->path, fixture->bytes, cut);
        expect_refused(fixture->path, "");
    }
    for (size_t page = 4096; page < fixture->size; page += 4096) {
        file_write(fixture->path, fixture->bytes, page);
        expect_refused(fixture->path, "bytes where its header says");
    }
    char *longer = calloc(1, fixture->size + 4096);
    assert_non_null(longer);
    memcpy(longer, fixture->bytes, fixture->size);
    file_write(fixture->path, longer, fixture->size + 4096);
    expect_refused(fixture->path, "bytes where its header says");
    free(longer);
    remove(fixture->path);
}

/* A part that is empty or gone. */
static void parts_that_are_missing(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < N_FILE_PARTS; i++) {
        static const struct {
            const char *change; /* of the row `name = '…'` */
            const char *says;
        } changes[] = {
            {"UPDATE parts SET data = x''", "is empty"},
            {"DELETE FROM parts", "is missing"},
        };
        for (size_t j = 0; j < sizeof changes / sizeof *changes; j++) {
            char sql[256];
            write_whole(fixture);
            snprintf(sql, sizeof sql, "%s WHERE name = '%s'", changes[j].change, file_parts[i]);
            sql_change(fixture->path, sql);
            expect_refused(fixture->path, changes[j].says);
            expect_refused(fixture->path, file_parts[i]);
            expect_refused(fixture->path, "build the index again");
        }
    }
    write_whole(fixture);
    sql_change(fixture->path, "DELETE FROM meta WHERE key = 'dump_timestamp'");
    expect_refused(fixture->path, "timestamp is missing");
    write_whole(fixture);
    sql_change(fixture->path, "DROP TABLE parts");
    expect_refused(fixture->path, "parts");
    remove(fixture->path);
}

/* Where several parts are damaged, the first of them is told, whichever thread finds its fault
   first. */
static void the_first_fault_is_told(void **state)
{
    struct fixture *fixture = *state;
    for (int round = 0; round < 20; round++) {
        write_whole(fixture);
        sql_change(fixture->path, "UPDATE parts SET data = x'' WHERE name IN"
                                  " ('spelling', 'name_ends', 'name_substrings', 'crate_columns')");
        expect_refused(fixture->path, "the part crate_columns is empty");
    }
    remove(fixture->path);
}

/* Where the parts lie is help only: a file opens whatever it says, and without it. */
static void places_of_the_parts(void **state)
{
    struct fixture *fixture = *state;
    static const char *const changes[] = {
        "DELETE FROM meta WHERE key = 'parts_begin'",
        "DELETE FROM meta WHERE key = 'parts_end'",
        "UPDATE meta SET value = -4096 WHERE key = 'parts_begin'",
        "UPDATE meta SET value = 9223372036854775807 WHERE key LIKE 'parts_%'",
        "UPDATE meta SET value = 9223372036854775807 WHERE key = 'parts_end'",
        "UPDATE meta SET value = 'text' WHERE key LIKE 'parts_%'",
        "UPDATE meta SET value = NULL WHERE key LIKE 'parts_%'",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct error error = {.message = ""};
        write_whole(fixture);
        sql_change(fixture->path, changes[i]);
        struct index *index = index_open(fixture->path, &error);
        if (index == NULL)
            fail_msg("%s: %s", changes[i], error.message);
        assert_int_equal(index_n_crates(index), index_n_crates(fixture->built.index));
        index_close(index);
    }
    /* The builder is right: no page of theirs lies elsewhere, but for the root of the table. */
    sql_expect(fixture->built.path,
               "SELECT count(*) > 0, min(pageno - 1) * 4096 >= (SELECT value FROM meta"
               " WHERE key = 'parts_begin'), max(pageno) * 4096 <= (SELECT value FROM meta"
               " WHERE key = 'parts_end') FROM dbstat WHERE name = 'parts' AND path <> '/'",
               "1|1|1");
    remove(fixture->path);
}

/* A hostile file has right checksums: only the check of every offset stands between it and a
   crash. */
static void hostile_parts(void **state)
{
    struct fixture *fixture = *state;
    uint64_t seed = 113;
    unsigned n_opened = 0;
    for (int round = 0; round < USUAL_OR_SANITIZED(400, 200); round++) {
        size_t size;
        const char *part = file_parts[(size_t)round % N_FILE_PARTS];
        char *bytes = part_read(fixture->built.path, part, &size);
        for (uint32_t n_left = 1 + random_below(&seed, 3); n_left > 0; n_left--)
            bytes[random_below(&seed, (uint32_t)size)] = (char)random_next(&seed);
        write_whole(fixture);
        part_replace(fixture->path, part, bytes, size);
        free(bytes);
        struct error error = {.message = ""};
        struct index *index = index_open(fixture->path, &error);
        if (index == NULL) {
            assert_non_null(strstr(error.message, "is damaged"));
            continue;
        }
        n_opened++;
        use(index);
        index_close(index);
    }
    assert_in_range(n_opened, 8, 300);
    /* Parts of two indexes, each true by itself. */
    size_t size;
    struct built_index empty;
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"), BUILT_TABLE("crates", CRATES_COLUMNS "\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"), BUILT_END};
    built_index_from_files(&empty, files);
    char *none = part_read(empty.path, "crate_columns", &size);
    write_whole(fixture);
    part_replace(fixture->path, "crate_columns", none, size);
    expect_refused(fixture->path, "is damaged");
    free(none);
    none = part_read(empty.path, "postings", &size);
    write_whole(fixture);
    part_replace(fixture->path, "postings", none, size);
    expect_refused(fixture->path, "is damaged");
    free(none);
    built_index_remove(&empty);
    remove(fixture->path);
}

static void collect(void *context, const char *name, const char *value)
{
    char *text = context;
    size_t length = strlen(text);
    snprintf(text + length, 8192 - length, "%s=%s\n", name, value);
}

static void info_shows_counts_and_sizes(void **state)
{
    struct fixture *fixture = *state;
    static char text[8192];
    struct error error = {.message = ""};
    text[0] = '\0';
    if (index_info(fixture->built.path, collect, text, &error) != 0)
        fail_msg("%s", error.message);
    static const char *const lines[] = {
        "format_version=6\n",  "crates=26\n",
        "versions=32\n",       "dump_timestamp=2026-01-02T03:04:05Z\n",
        "keywords=2\n",        "part:crates=",
        "part:parts=",         "part:documents=",
        "part:page_checksums="};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (strstr(text, lines[i]) == NULL)
            fail_msg("no %s in %s", lines[i], text);
    }
    /* The parts add up to the file. */
    size_t sum = 0;
    for (const char *part = strstr(text, "part:"); part != NULL; part = strstr(part + 1, "part:"))
        sum += strtoul(strchr(part, '=') + 1, NULL, 10);
    assert_int_equal(sum, fixture->size);
    assert_int_equal(index_info("/nowhere/at/all.cdx", collect, text, &error), -1);
    assert_non_null(strstr(error.message, "/nowhere/at/all.cdx"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_opens),
        cmocka_unit_test(fingerprints_tell_contents_apart),
        cmocka_unit_test(a_reader_reads_the_file_that_was_opened),
        cmocka_unit_test(files_that_are_no_index),
        cmocka_unit_test(other_format_versions),
        cmocka_unit_test(files_that_are_cut_short_or_longer),
        cmocka_unit_test(parts_that_are_missing),
        cmocka_unit_test(the_first_fault_is_told),
        cmocka_unit_test(places_of_the_parts),
        cmocka_unit_test(hostile_parts),
        cmocka_unit_test(info_shows_counts_and_sizes),
    };
    return cmocka_run_group_tests_name("index_file", tests, make_index, remove_index);
}
