/* READMEs that an index keeps: those of the dump, those of files, and what is no README. */
#include "tests/support/build_folders.h"
#include "tests/support/built_index.h"
#include "tests/support/small_dump.h"

#include <archive.h>
#include <archive_entry.h>
#include <cratedex/index_info.h>
#include <cratedex/index_verify.h>
#include <cratedex/readme.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static int build(struct build_folders *folders, bool keep, const char *where, struct error *error)
{
    const struct build_options options = {.dump_path = folders->dumps,
                                          .out_path = folders->out,
                                          .keep_readmes = keep,
                                          .readmes_path = where};
    memset(&folders->report, 0, sizeof folders->report);
    return index_build(&options, &folders->report, error);
}

static void must_build(struct build_folders *folders, bool keep, const char *where)
{
    struct error error;
    if (build(folders, keep, where, &error) != 0)
        fail_msg("%s", error.message);
}

/* `expected` is NULL for none. */
static void expect(struct index_reader *reader, const struct index *index, const char *crate,
                   const char *expected)
{
    struct readme readme;
    struct error error;
    uint32_t rank = index_find_crate(index, crate, strlen(crate));
    int found = readme_read(reader, rank, &readme, &error);
    assert_int_equal(found, expected != NULL);
    if (expected == NULL)
        return;
    msgpack_sbuffer_write(&readme.text, "", 1);
    assert_string_equal(readme.text.data, expected);
    assert_int_equal(readme.full_size, strlen(expected));
    readme_free(&readme);
}

static void open_out(struct build_folders *folders, struct index **index,
                     struct index_reader **reader)
{
    struct error error = {.message = ""};
    if (index_verify(folders->out, NULL, NULL, &error) != 0)
        fail_msg("%s", error.message);
    *index = index_open(folders->out, &error);
    assert_non_null(*index);
    *reader = index_reader_open(*index, &error);
    assert_non_null(*reader);
}

static void close_out(struct index *index, struct index_reader *reader)
{
    index_reader_close(reader);
    index_close(index);
}

static void count_fact(void *context, const char *name, const char *value)
{
    char *facts = context;
    if (strncmp(name, "readme", 6) == 0)
        sprintf(facts + strlen(facts), "%s=%s ", name, value);
}

/* Only where they are asked for, and the file says how many and how large they are. */
static void keeps_those_of_the_dump(void **state)
{
    struct build_folders *folders = *state;
    struct index *index;
    struct index_reader *reader;
    struct error error;
    char facts[256] = "";
    must_build(folders, false, NULL);
    open_out(folders, &index, &reader);
    assert_false(readme_is_kept(index));
    expect(reader, index, "yaml", NULL);
    close_out(index, reader);
    assert_int_equal(index_info(folders->out, count_fact, facts, &error), 0);
    assert_string_equal(facts, "");

    must_build(folders, true, NULL);
    open_out(folders, &index, &reader);
    assert_true(readme_is_kept(index));
    expect(reader, index, "json-parser", "# Title\n\nText of 1.");
    close_out(index, reader);
    assert_int_equal(index_info(folders->out, count_fact, facts, &error), 0);
    assert_string_equal(facts, "readme_bytes=191 readmes=10 ");
}

static void write_text(const char *folder, const char *name, const char *text, size_t size)
{
    char path[2 * FOLDER_PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    file_write(path, text, size);
}

static void add_member(struct archive *archive, const char *path, const char *text)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, path);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)strlen(text));
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, text, strlen(text)), (int)strlen(text));
    archive_entry_free(entry);
}

/* A package whose README stands before the Cargo.toml that names it. */
static size_t write_package(const char *folder, const char *name, const char *manifest)
{
    char path[2 * FOLDER_PATH_SIZE];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct archive *archive = archive_write_new();
    archive_write_add_filter_gzip(archive);
    archive_write_set_format_ustar(archive);
    assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
    add_member(archive, "net-pool-1.0.0/About.md", "of the package");
    add_member(archive, "net-pool-1.0.0/Cargo.toml", manifest);
    add_member(archive, "net-pool-1.0.0/README.md", "another");
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
    assert_int_equal(stat(path, &status), 0);
    return (size_t)status.st_size;
}

static void expect_warning(const struct build_report *report, const char *reason, uint64_t n_rows)
{
    for (unsigned i = 0; i < report->n_warnings; i++) {
        if (strncmp(report->warnings[i].reason, reason, strlen(reason)) == 0) {
            assert_int_equal(report->warnings[i].n_rows, n_rows);
            return;
        }
    }
    fail_msg("nothing is said of: %s", reason);
}

/* Every form of a name, and all that is skipped, in one folder. */
static void takes_those_of_a_folder(void **state)
{
    struct build_folders *folders = *state;
    char where[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    struct index *index;
    struct index_reader *reader;
    folder_make(where);
    write_text(where, "json-parser-1.0.0.md", "by version", 10);
    write_text(where, "json-parser.md", "by name alone", 13);
    write_text(where, "json-parser-0.9.0.md", "old", 3);
    write_text(where, "a/b/yaml-1.0.0/README.markdown", "deep", 4);
    write_text(where, "a/network.md", "anything", 8);
    write_text(where, "network/readme.md", "of a folder", 11);
    write_text(where, "netting.md", "bad \xFF.", 6);
    write_text(where, "filler-1.md", "nul\0", 4);
    write_text(where, "other-1.0.0.md", "?", 1);
    write_text(where, "notes.txt", "?", 1);
    size_t size =
        write_package(where, "net-pool-1.0.0.crate", "[package]\nreadme = \"./About.md\"\n");
    folder_join(path, where, "net-pool-1.0.0.crate");
    char *package = file_read(path, &size);
    write_text(where, "filler-2-1.0.0.crate", package, size / 2);
    free(package);
    assert_int_equal(mkfifo(folder_join(path, where, "filler-3.md"), 0600), 0);
    assert_int_equal(symlink("json-parser.md", folder_join(path, where, "filler-4.md")), 0);
    assert_int_equal(symlink(".", folder_join(path, where, "loop")), 0);

    must_build(folders, true, where);
    open_out(folders, &index, &reader);
    expect(reader, index, "json-parser", "by version");
    expect(reader, index, "yaml", "deep");
    expect(reader, index, "network", "of a folder");
    expect(reader, index, "netting", "bad �.");
    expect(reader, index, "net-pool", "of the package");
    expect(reader, index, "filler-1", "# Title\n\nText of 7.");
    expect(reader, index, "filler-3", "# Title\n\nText of 9.");
    close_out(index, reader);
    expect_warning(&folders->report, "README with invalid UTF-8", 1);
    expect_warning(&folders->report, "README that is no text", 1);
    expect_warning(&folders->report, "README that cannot be had of its file", 1);
    expect_warning(&folders->report, "README that is a link or no file", 2);
    expect_warning(&folders->report, "README of a version that is not the default", 1);
    expect_warning(&folders->report, "README of a crate that the dump lacks", 1);
    folder_remove(where);
}

static void takes_those_of_an_archive(void **state)
{
    struct build_folders *folders = *state;
    static const struct dump_file files[] = {{.path = "./yaml.md", .content = "packed"},
                                             {.path = "x/yaml-0.9.0.md", .content = "old"},
                                             {.path = NULL}};
    static const char *const kinds[] = {"tar", "tar.gz", "zip"};
    struct index *index;
    struct index_reader *reader;
    struct error error;
    char where[FOLDER_PATH_SIZE];
    folder_make(where);
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
        char *path = dump_write_archive(where, kinds[i], files);
        must_build(folders, true, path);
        open_out(folders, &index, &reader);
        expect(reader, index, "yaml", "packed");
        close_out(index, reader);
        size_t size;
        char *bytes = file_read(path, &size);
        /* Of a plain tar most is zeros behind the end. */
        file_write(path, bytes, size > 2000 ? 700 : size / 3);
        assert_int_equal(build(folders, true, path, &error), -1);
        assert_non_null(strstr(error.message, path));
        free(bytes);
        free(path);
    }
    folder_remove(where);
}

static void refuses_what_has_none(void **state)
{
    struct build_folders *folders = *state;
    struct error error;
    char where[FOLDER_PATH_SIZE];
    folder_make(where);
    assert_int_equal(build(folders, true, "/nonexistent", &error), -1);
    assert_string_equal(error.message, "/nonexistent: No such file or directory");
    assert_int_equal(build(folders, true, "/dev/null", &error), -1);
    assert_string_equal(error.message, "/dev/null: is neither an archive nor a folder");
    write_text(where, "notes.txt", "?", 1);
    assert_int_equal(build(folders, true, where, &error), -1);
    assert_non_null(
        strstr(error.message, "has no file that is called like a README: NAME-VERSION"));
    folder_remove(where);
}

/* What is too large is cut behind a paragraph, which the file tells; what shows nothing is none. */
static void cuts_what_is_too_large(void **state)
{
    struct build_folders *folders = *state;
    size_t size = README_MAX_BYTES + 100;
    char *text = malloc(size);
    char where[FOLDER_PATH_SIZE];
    struct readme readme;
    struct error error;
    struct index *index;
    struct index_reader *reader;
    assert_non_null(text);
    memset(text, 'a', size);
    memcpy(text + README_MAX_BYTES - 50, "\n\n", 2);
    folder_make(where);
    write_text(where, "yaml.md", text, size);
    write_text(where, "network.md", " \r\n\t", 4);
    must_build(folders, true, where);
    open_out(folders, &index, &reader);
    assert_int_equal(readme_read(reader, index_find_crate(index, "yaml", 4), &readme, &error), 1);
    assert_int_equal(readme.text.size, README_MAX_BYTES - 48);
    assert_int_equal(readme.full_size, size);
    readme_free(&readme);
    expect(reader, index, "network", NULL);
    close_out(index, reader);
    expect_warning(&folders->report, "README of more than 256 KiB", 1);
    folder_remove(where);
    free(text);
}

static int set_up(void **state)
{
    int result = build_folders_make(state);
    const struct build_folders *folders = *state;
    small_dump_write(folders->dumps, 4);
    return result;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_those_of_the_dump, set_up, build_folders_remove),
        cmocka_unit_test_setup_teardown(takes_those_of_a_folder, set_up, build_folders_remove),
        cmocka_unit_test_setup_teardown(takes_those_of_an_archive, set_up, build_folders_remove),
        cmocka_unit_test_setup_teardown(refuses_what_has_none, set_up, build_folders_remove),
        cmocka_unit_test_setup_teardown(cuts_what_is_too_large, set_up, build_folders_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
