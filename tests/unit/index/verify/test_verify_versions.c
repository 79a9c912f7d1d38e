/* The verification finds sets of versions and reverse dependencies that are not what the rows
   say. */
#include "tests/support/sql.h"
#include "tests/support/versions_dump.h"

#include <cratedex/index_verify.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct built_index built;
    char path[FOLDER_PATH_SIZE]; /* a copy that is changed */
};

static int open_index(void **state)
{
    static struct fixture fixture;
    versions_dump_build(&fixture.built);
    folder_join(fixture.path, fixture.built.folder, "damaged.cdx");
    *state = &fixture;
    return 0;
}

static int close_index(void **state)
{
    struct fixture *fixture = *state;
    built_index_remove(&fixture->built);
    return 0;
}

static void expect(const struct fixture *fixture, const char *sql, const char *says)
{
    size_t size;
    struct error error = {.message = ""};
    char *bytes = file_read(fixture->built.path, &size);
    file_write(fixture->path, bytes, size);
    free(bytes);
    sql_change(fixture->path, sql);
    int result = index_verify(fixture->path, NULL, NULL, &error);
    if (result != (says == NULL ? 0 : -1) || (says != NULL && strstr(error.message, says) == NULL))
        fail_msg("%s: %d, \"%s\"", sql, result, error.message);
    remove(fixture->path);
}

#define MANY "(SELECT rank FROM crates WHERE name = 'many')"
#define LIBRARY "(SELECT rank FROM crates WHERE name = 'Tracks-Lib')"

static void finds_what_is_wrong(void **state)
{
    static const char *const cases[][2] = {
        {"UPDATE versions SET yanked = 1 WHERE id = 117", "the set of versions of crate"},
        {"UPDATE versions SET features = '{\"other\": []}' WHERE id = 101",
         "the set of versions of crate"},
        {"UPDATE versions SET downloads = 9 WHERE id = 140", "the set of versions of crate"},
        {"UPDATE version_sets SET json = msgpack", "the set of versions of crate"},
        {"UPDATE version_sets SET msgpack = x'28b52ffd'", "a set of versions is damaged"},
        {"UPDATE version_sets SET msgpack = substr(msgpack, 1, length(msgpack) - 1)",
         "a set of versions is damaged"},
        {"UPDATE version_sets SET rank = 1000", "is missing"},
        {"DELETE FROM reverse_dependencies WHERE rank = " LIBRARY " AND place = 2",
         "reverse dependency 2"},
        {"UPDATE reverse_dependencies SET place = place + 1 WHERE rank = " MANY
         " AND place = (SELECT max(place) FROM reverse_dependencies r WHERE r.rank = " MANY ")",
         "reverse dependency"},
        {"UPDATE reverse_dependencies SET dependency_id = 7 WHERE dependency_id = 1",
         "reverse dependency"},
        {"UPDATE reverse_dependencies SET dependency_id = 77 WHERE dependency_id = 1",
         "reverse dependency"},
        {"UPDATE reverse_dependencies SET dependent = 0 WHERE dependency_id = 1",
         "reverse dependency"},
        {"UPDATE reverse_dependencies SET dependent = 3000 WHERE dependency_id = 1",
         "reverse dependency"},
        {"INSERT INTO reverse_dependencies VALUES(900, 1, 1, 1)", "reverse dependency"},
        /* `user-b` and `user-c`, which have as many downloads, change places. */
        {"UPDATE reverse_dependencies SET place = -place WHERE dependency_id IN (2, 4);"
         "UPDATE reverse_dependencies SET place = 3 WHERE dependency_id = 2;"
         "UPDATE reverse_dependencies SET place = 2 WHERE dependency_id = 4",
         "reverse dependency 2"},
        {"UPDATE versions SET yanked = 1 WHERE id = 1101", " of crates"},
    };
    expect(*state, "SELECT 1", NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(*state, cases[i][0], cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_is_wrong),
    };
    return cmocka_run_group_tests_name("verify_versions", tests, open_index, close_index);
}
