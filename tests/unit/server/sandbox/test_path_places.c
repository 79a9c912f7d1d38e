/* Where the names and links of a path lie. */
#include "server/sandbox/path_places.h"

#include "tests/support/folder.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

/* A registry's folders with a link to the index that is served, and others in other forms. */
static int make_scene(void **state)
{
    static const char *const folders[] = {"indexes", "indexes/1", "indexes/2", "elsewhere"};
    static const char *const links[][2] = {
        {"indexes/1", "current"},
        {"indexes/1///", "slashed"},
        {"../current", "elsewhere/up"},
        {"crates.cdx", "indexes/1/alias"},
        {"loop", "loop"},
        {"nothing", "dangling"},
    };
    if (folder_setup(state) != 0 || chdir(*state) != 0)
        return -1;
    for (size_t i = 0; i < N_ELEMENTS(folders); i++)
        if (mkdir(folders[i], 0755) != 0)
            return -1;
    for (size_t i = 0; i < N_ELEMENTS(links); i++)
        if (symlink(links[i][0], links[i][1]) != 0)
            return -1;
    char absolute[FOLDER_PATH_SIZE];
    folder_join(absolute, *state, "indexes/2");
    file_write("indexes/1/crates.cdx", "", 0);
    return symlink(absolute, "elsewhere/absolute");
}

static int remove_scene(void **state)
{
    return chdir("/") == 0 ? folder_teardown(state) : -1;
}

/* NULL: there is none. */
static void assert_is(int descriptor, const char *path)
{
    struct stat found;
    struct stat expected;
    if ((descriptor < 0) != (path == NULL))
        fail_msg("%s", path != NULL ? path : "a place that is not there");
    if (path == NULL)
        return;
    assert_int_equal(fstat(descriptor, &found), 0);
    assert_int_equal(stat(path, &expected), 0);
    if (found.st_ino != expected.st_ino || found.st_dev != expected.st_dev)
        fail_msg("%s", path);
}

static void tells_where_names_and_links_lie(void **state)
{
    (void)state;
    static const struct {
        const char *path, *target, *folder, *link_folder, *link_target;
    } cases[] = {
        {"indexes/1/crates.cdx", "indexes/1/crates.cdx", "indexes/1", NULL, NULL},
        {"./indexes//1/../1/crates.cdx", "indexes/1/crates.cdx", "indexes/1", NULL, NULL},
        {"indexes/1/missing.cdx", NULL, "indexes/1", NULL, NULL},
        {"current/crates.cdx", "indexes/1/crates.cdx", "indexes/1", ".", "indexes"},
        {"slashed/crates.cdx", "indexes/1/crates.cdx", "indexes/1", ".", "indexes"},
        {"current/missing.cdx", NULL, "indexes/1", ".", "indexes"},
        {"elsewhere/up/crates.cdx", "indexes/1/crates.cdx", "indexes/1", ".", "indexes"},
        {"elsewhere/absolute/x.cdx", NULL, "indexes/2", "elsewhere", "indexes"},
        {"current/alias", "indexes/1/crates.cdx", "indexes/1", "indexes/1", "indexes/1"},
        {"dangling", NULL, ".", ".", NULL},
        {"indexes", "indexes", ".", NULL, NULL},
        {"indexes/", "indexes", ".", NULL, NULL},
        {"/", "/", "/", NULL, NULL},
        {"/tmp", "/tmp", "/", NULL, NULL},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        struct path_places places;
        if (path_places_open(cases[i].path, &places) != 0)
            fail_msg("%s: %s", cases[i].path, strerror(errno));
        assert_is(places.target, cases[i].target);
        assert_is(places.folder, cases[i].folder);
        assert_is(places.link_folder, cases[i].link_folder);
        assert_is(places.link_target, cases[i].link_target);
        path_places_close(&places);
    }
}

static void says_what_is_wrong_and_leaves_nothing_open(void **state)
{
    (void)state;
    static char long_name[NAME_MAX + 8];
    static char long_path[PATH_MAX + 8];
    memset(long_name, 'a', sizeof long_name - 1);
    memset(long_path, '/', sizeof long_path - 1);
    const struct {
        const char *path;
        int reason;
    } cases[] = {
        {"missing/crates.cdx", ENOENT},
        {"indexes/1/crates.cdx/x", ENOTDIR},
        {"loop", ELOOP},
        {"loop/crates.cdx", ELOOP},
        {"dangling/crates.cdx", ENOENT},
        {long_name, ENAMETOOLONG},
        {long_path, ENAMETOOLONG},
    };
    size_t n_before = folder_count("/proc/self/fd");
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        struct path_places places;
        assert_int_equal(path_places_open(cases[i].path, &places), -1);
        assert_int_equal(errno, cases[i].reason);
    }
    assert_int_equal(folder_count("/proc/self/fd"), n_before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_where_names_and_links_lie),
        cmocka_unit_test(says_what_is_wrong_and_leaves_nothing_open),
    };
    return cmocka_run_group_tests_name("path_places", tests, make_scene, remove_scene);
}
