/* Every write makes another stamp, also one that follows at once. */
#include "index/base/file_stamp.h"
#include "tests/support/folder.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static int open_new(const char *folder)
{
    char path[FOLDER_PATH_SIZE];
    int descriptor = open(folder_join(path, folder, "file"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, "text", 4), 4);
    return descriptor;
}

static void holds_while_nobody_writes(void **state)
{
    char byte;
    struct file_stamp stamp;
    int descriptor = open_new(*state);
    assert_int_equal(file_stamp_take(descriptor, &stamp), 0);
    assert_int_equal(pread(descriptor, &byte, 1, 0), 1);
    assert_int_equal(fchmod(descriptor, 0400), 0);
    assert_true(file_stamp_holds(descriptor, &stamp));
    close(descriptor);
}

/* The stamp is taken right after a write, and the next write comes right after the stamp. */
static void sees_every_write(void **state)
{
    int descriptor = open_new(*state);
    for (int i = 0; i < 200; i++) {
        struct file_stamp stamp;
        assert_int_equal(file_stamp_take(descriptor, &stamp), 0);
        assert_int_equal(pwrite(descriptor, "x", 1, i % 4), 1);
        assert_false(file_stamp_holds(descriptor, &stamp));
    }
    close(descriptor);
}

struct writer {
    int descriptor;
    atomic_bool is_over;
};

static void *write_all_the_time(void *context)
{
    struct writer *writer = context;
    while (!atomic_load(&writer->is_over))
        (void)!pwrite(writer->descriptor, "x", 1, 0);
    return NULL;
}

/* Nobody waits for who never stops. */
static void ends_under_a_writer(void **state)
{
    pthread_t thread;
    struct file_stamp stamp;
    struct writer writer = {.descriptor = open_new(*state)};
    assert_int_equal(pthread_create(&thread, NULL, write_all_the_time, &writer), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(file_stamp_take(writer.descriptor, &stamp), 0);
    while (file_stamp_holds(writer.descriptor, &stamp))
        ;
    atomic_store(&writer.is_over, true);
    pthread_join(thread, NULL);
    close(writer.descriptor);
}

static void sees_a_cut_and_a_hole(void **state)
{
    struct file_stamp stamp;
    int descriptor = open_new(*state);
    assert_int_equal(file_stamp_take(descriptor, &stamp), 0);
    assert_int_equal(ftruncate(descriptor, 2), 0);
    assert_int_equal(ftruncate(descriptor, 4), 0);
    assert_false(file_stamp_holds(descriptor, &stamp));
    close(descriptor);
}

static void knows_one_file_from_another(void **state)
{
    struct file_stamp stamp;
    int descriptor = open_new(*state);
    assert_int_equal(file_stamp_take(descriptor, &stamp), 0);
    int other = open("/dev/null", O_RDONLY);
    assert_false(file_stamp_holds(other, &stamp));
    close(other);
    close(descriptor);
    assert_false(file_stamp_holds(descriptor, &stamp));
    assert_int_equal(file_stamp_take(descriptor, &stamp), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(holds_while_nobody_writes, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(sees_every_write, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(ends_under_a_writer, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(sees_a_cut_and_a_hole, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(knows_one_file_from_another, folder_setup, folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
