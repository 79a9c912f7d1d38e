/* What is at a path, with inotify and without it, as in a network's file system. */
#include "server/service/path_watch.h"
#include "tests/support/folder.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct scene {
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    char next[FOLDER_PATH_SIZE];
    struct path_watch watch;
};

static void begin(struct scene *scene, bool has_inotify)
{
    struct error error;
    folder_make(scene->folder);
    folder_join(scene->next, scene->folder, "next");
    file_write(folder_join(scene->path, scene->folder, "live.cdx"), "one", 3);
    assert_int_equal(path_watch_begin(&scene->watch, scene->path, &error), 0);
    assert_true(scene->watch.notices >= 0);
    if (!has_inotify) {
        close(scene->watch.notices);
        scene->watch.notices = -1;
    }
    path_watch_choose(&scene->watch, true);
    assert_true(scene->watch.seen.index.size == 3);
}

static void end(struct scene *scene)
{
    path_watch_end(&scene->watch);
    folder_remove(scene->folder);
}

static void move_over(const struct scene *scene, const char *text, bool is_old)
{
    const struct timespec times[] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    file_write(scene->next, text, strlen(text));
    if (is_old)
        assert_int_equal(utimensat(AT_FDCWD, scene->next, times, 0), 0);
    assert_int_equal(rename(scene->next, scene->path), 0);
}

static void await_notice(const struct scene *scene)
{
    struct pollfd polled = {.fd = scene->watch.notices, .events = POLLIN};
    assert_int_equal(poll(&polled, 1, 60000), 1);
}

static void hears_of_what_is_moved_there(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, true);
    assert_false(path_watch_look(&scene.watch));
    move_over(&scene, "second", false);
    await_notice(&scene);
    assert_true(path_watch_look(&scene.watch));
    assert_true(scene.watch.has_come);
    assert_true(scene.watch.seen.index.size == 6);
    end(&scene);
}

/* Its writer is at it still; others do what they want in the folder. */
static void waits_for_a_writer(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, true);
    assert_int_equal(unlink(scene.path), 0);
    int descriptor = open(scene.path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, "half", 4), 4);
    file_write(scene.next, "something else", 14);
    await_notice(&scene);
    assert_false(path_watch_look(&scene.watch));
    assert_true(scene.watch.seen.index.size == 4);
    close(descriptor);
    await_notice(&scene);
    assert_true(path_watch_look(&scene.watch));
    end(&scene);
}

static void looks_where_there_is_no_inotify(void **state)
{
    struct scene scene;
    (void)state;
    begin(&scene, false);
    /* Written just now: it may grow, and is finished a second later. */
    move_over(&scene, "second", false);
    assert_false(path_watch_look(&scene.watch));
    assert_true(scene.watch.seen.index.size == 6);
    while (!path_watch_look(&scene.watch))
        (void)poll(NULL, 0, 10);
    assert_false(scene.watch.has_come);
    /* Written long ago. */
    move_over(&scene, "old", true);
    assert_true(path_watch_look(&scene.watch));
    assert_true(scene.watch.seen.index.size == 3);
    end(&scene);
}

/* One that did not open is tried again when any of these changes. */
static void sees_permissions_and_signatures(void **state)
{
    struct scene scene;
    char signature[FOLDER_PATH_SIZE];
    (void)state;
    begin(&scene, false);
    struct path_sight before = path_watch_see(&scene.watch);
    assert_true(path_sight_equals(&before, &scene.watch.seen));
    file_write(folder_join(signature, scene.folder, "live.cdx.sig"), "signature", 9);
    struct path_sight with_signature = path_watch_see(&scene.watch);
    assert_false(path_sight_equals(&before, &with_signature));
    assert_int_equal(unlink(signature), 0);
    before = path_watch_see(&scene.watch);
    struct path_sight after;
    do { /* the kernel's clock may stand still for some milliseconds */
        assert_int_equal(chmod(scene.path, 0400), 0);
        after = path_watch_see(&scene.watch);
    } while (path_sight_equals(&before, &after));
    assert_true(file_stamp_equals(&before.index, &after.index));
    assert_int_equal(unlink(scene.path), 0);
    after = path_watch_see(&scene.watch);
    assert_true(after.index.inode == 0);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hears_of_what_is_moved_there),
        cmocka_unit_test(waits_for_a_writer),
        cmocka_unit_test(looks_where_there_is_no_inotify),
        cmocka_unit_test(sees_permissions_and_signatures),
    };
    return cmocka_run_group_tests_name("path_watch", tests, NULL, NULL);
}
