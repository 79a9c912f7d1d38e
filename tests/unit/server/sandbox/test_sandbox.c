/* Which files a process can use that has entered the sandbox. */
#define _GNU_SOURCE /* O_CLOEXEC and others */

#include "server/sandbox/sandbox.h"

#include "tests/support/child_process.h"
#include "tests/support/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])
#define FAILED_TO_ENTER 126
#define NO_LANDLOCK 127

static const struct sandbox_path paths[] = {
    {"state/current/crates.cdx", SANDBOX_READS}, {"links/live/crates.cdx", SANDBOX_READS},
    {"etc/server.conf", SANDBOX_READS},          {"/no-such-index.cdx", SANDBOX_READS},
    {"missing/builder.pub", SANDBOX_READS},      {"", SANDBOX_READS},
    {"logs/slow.json", SANDBOX_APPENDS},         {"pipes/access", SANDBOX_APPENDS},
    {"run/server.pid", SANDBOX_MAKES},           {"counts", SANDBOX_KEEPS},
};

static int make_scene(void **state)
{
    static const char *const folders[] = {
        "state",  "state/indexes", "state/indexes/1", "state/indexes/2",
        "links",  "builds",        "builds/1",        "builds/2",
        "etc",    "logs",          "pipes",           "run",
        "counts", "private"};
    static const char *const files[] = {"state/indexes/1/crates.cdx",
                                        "state/indexes/2/crates.cdx",
                                        "state/indexes/2/crates.cdx.sig",
                                        "builds/2/crates.cdx",
                                        "etc/server.conf",
                                        "etc/other.conf",
                                        "counts/2026-08-01.counts",
                                        "private/secret"};
    if (folder_setup(state) != 0 || chdir(*state) != 0)
        return -1;
    for (size_t i = 0; i < N_ELEMENTS(folders); i++)
        if (mkdir(folders[i], 0755) != 0)
            return -1;
    for (size_t i = 0; i < N_ELEMENTS(files); i++)
        file_write(files[i], "x", 1);
    return symlink("indexes/1", "state/current") == 0 &&
                   symlink("../builds/1", "links/live") == 0 && mkfifo("pipes/access", 0600) == 0
               ? 0
               : -1;
}

static int remove_scene(void **state)
{
    return chdir("/") == 0 ? folder_teardown(state) : -1;
}

static int (*steps)(void);

static int enter_and_step(void)
{
    struct error error;
    bool confines_files = false;
    if (sandbox_enter(paths, N_ELEMENTS(paths), &confines_files, &error) != 0)
        return FAILED_TO_ENTER;
    return confines_files ? steps() : NO_LANDLOCK;
}

/* Which step went wrong, from 1, of a process that has entered the sandbox; 0: none. Skips the test
   where the kernel cannot confine files. */
static int first_fault(int (*of_steps)(void))
{
    steps = of_steps;
    int end = child_process_end(enter_and_step);
    if (end == NO_LANDLOCK) {
        print_message("this kernel has no Landlock\n");
        skip();
    }
    return end;
}

static const struct {
    const char *path;
    int flags;
    int reason; /* 0: it can be opened */
} openings[] = {
    {"state/current/crates.cdx", O_RDONLY, 0},
    {"state/indexes/2/crates.cdx", O_RDONLY, 0}, /* where the link may point to next */
    {"state/indexes/2/crates.cdx.sig", O_RDONLY, 0},
    {"state/current/crates.cdx", O_WRONLY, EACCES},
    {"state/current/crates.cdx", O_RDONLY | O_TRUNC, EACCES},
    {"state/indexes/2", O_RDONLY | O_DIRECTORY, EACCES},
    {"state/new.cdx", O_WRONLY | O_CREAT, EACCES},
    {"builds/2/crates.cdx", O_RDONLY, 0}, /* likewise, in another folder than the link */
    {"etc/server.conf", O_RDONLY, 0},
    {"etc/other.conf", O_RDONLY, 0}, /* a file that takes the place of the one named */
    {"etc/server.conf", O_RDWR, EACCES},
    {"etc/new.conf", O_WRONLY | O_CREAT, EACCES},
    {"logs/slow.json", O_WRONLY | O_APPEND | O_CREAT, 0},
    {"logs/slow.json", O_RDONLY, EACCES},
    {"pipes/access", O_WRONLY | O_NONBLOCK, ENXIO}, /* nobody reads it */
    {"pipes/new", O_WRONLY | O_CREAT, EACCES},
    {"run/server.pid", O_RDONLY, ENOENT},
    {"run/server.pid", O_WRONLY | O_CREAT, 0},
    {"counts/2026-08-01.counts", O_RDWR, 0},
    {"counts/2026-08-02.counts", O_RDWR | O_CREAT | O_EXCL, 0},
    {"counts", O_RDONLY | O_DIRECTORY, 0},
    {"private/secret", O_RDONLY, EACCES},
    {"private/new", O_WRONLY | O_CREAT, EACCES},
    {"/etc/passwd", O_RDONLY, EACCES},
    {"/", O_RDONLY | O_DIRECTORY, EACCES},
    {"/proc/self/stat", O_RDONLY, 0},
    {"/proc/self/fd", O_RDONLY | O_DIRECTORY, 0},
    {"/proc/self/root/etc/passwd", O_RDONLY, EACCES},
    {"/proc/stat", O_RDONLY, EACCES},
    {"/dev/null", O_WRONLY, 0},
    {"/dev/zero", O_RDONLY, EACCES},
};

static int try_openings(void)
{
    for (size_t i = 0; i < N_ELEMENTS(openings); i++) {
        int descriptor = open(openings[i].path, openings[i].flags | O_CLOEXEC, 0600);
        if ((descriptor < 0 ? errno : 0) != openings[i].reason)
            return (int)i + 1;
        if (descriptor >= 0)
            close(descriptor);
    }
    return 0;
}

static void opens_what_was_named_and_nothing_else(void **state)
{
    (void)state;
    size_t fault = (size_t)first_fault(try_openings);
    assert_true(fault <= N_ELEMENTS(openings));
    if (fault > 0)
        fail_msg("opening %s", openings[fault - 1].path);
}

/* As download_counters.c does it. */
static int replace_a_kept_file(void)
{
    int file = open("counts/new", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, 100) != 0 || fsync(file) != 0)
        return 1;
    if (rename("counts/new", "counts/2026-08-01.counts") != 0)
        return 2;
    if (link("counts/2026-08-01.counts", "counts/other") != 0 || unlink("counts/other") != 0)
        return 3;
    DIR *entries = opendir("counts");
    if (entries == NULL || readdir(entries) == NULL)
        return 4;
    return 0;
}

static int remove_what_was_made(void)
{
    int file = open("run/server.pid", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return file >= 0 && rename("run/server.pid", "run/other") == 0 && unlink("run/other") == 0 ? 0
                                                                                               : 1;
}

static int move_across(void)
{
    if (link("private/secret", "counts/stolen") == 0)
        return 1;
    if (rename("private/secret", "counts/stolen") == 0)
        return 2;
    if (unlink("private/secret") == 0 || unlink("state/indexes/1/crates.cdx") == 0 ||
        unlink("etc/server.conf") == 0)
        return 3;
    return 0;
}

static void changes_only_what_it_keeps(void **state)
{
    (void)state;
    assert_int_equal(first_fault(replace_a_kept_file), 0);
    assert_int_equal(first_fault(remove_what_was_made), 0);
    assert_int_equal(first_fault(move_across), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(opens_what_was_named_and_nothing_else, make_scene,
                                        remove_scene),
        cmocka_unit_test_setup_teardown(changes_only_what_it_keeps, make_scene, remove_scene),
    };
    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
