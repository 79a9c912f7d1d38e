/* A range of a file that was dropped from the page cache comes back into it; what cannot be read
   ahead is left out. */
#define _DEFAULT_SOURCE /* mincore */
#include "index/base/read_ahead.h"
#include "tests/support/folder.h"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define PAGE_BYTES 4096
#define N_PAGES ((size_t)2048)
#define SIZE (N_PAGES * PAGE_BYTES)

struct fixture {
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    void *map;
};

static int make_file(void **state)
{
    static struct fixture fixture;
    char *bytes = calloc(1, SIZE);
    assert_non_null(bytes);
    folder_make(fixture.folder);
    folder_join(fixture.path, fixture.folder, "file");
    file_write(fixture.path, bytes, SIZE);
    free(bytes);
    int descriptor = open(fixture.path, O_RDONLY);
    assert_true(descriptor >= 0);
    assert_int_equal(fsync(descriptor), 0);
    assert_int_equal(posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED), 0);
    fixture.map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, descriptor, 0);
    assert_ptr_not_equal(fixture.map, MAP_FAILED);
    close(descriptor);
    *state = &fixture;
    return 0;
}

static int remove_file(void **state)
{
    struct fixture *fixture = *state;
    munmap(fixture->map, SIZE);
    folder_remove(fixture->folder);
    return 0;
}

static bool is_in_memory(const struct fixture *fixture, size_t first_page, size_t end_page)
{
    unsigned char pages[N_PAGES];
    assert_int_equal(mincore(fixture->map, SIZE, pages), 0);
    for (size_t page = first_page; page < end_page; page++) {
        if ((pages[page] & 1) == 0)
            return false;
    }
    return true;
}

/* Hangs, until the runner's time is over, where nothing reads the range. */
static void a_range_comes_into_memory(void **state)
{
    struct fixture *fixture = *state;
    struct read_ahead *read_ahead =
        read_ahead_start(fixture->path, 3 * PAGE_BYTES, (int64_t)(N_PAGES / 2) * PAGE_BYTES);
    assert_non_null(read_ahead);
    while (!is_in_memory(fixture, 3, N_PAGES / 2))
        sched_yield();
    read_ahead_stop(read_ahead);
}

static void a_range_ends_with_the_file(void **state)
{
    struct fixture *fixture = *state;
    struct read_ahead *read_ahead = read_ahead_start(fixture->path, 0, INT64_MAX);
    assert_non_null(read_ahead);
    while (!is_in_memory(fixture, 0, N_PAGES))
        sched_yield();
    read_ahead_stop(read_ahead);
    read_ahead = read_ahead_start(fixture->path, INT64_MAX - 1, INT64_MAX);
    assert_non_null(read_ahead);
    read_ahead_stop(read_ahead);
}

static void it_stops_at_any_time(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 100; i++)
        read_ahead_stop(read_ahead_start(fixture->path, 0, (int64_t)SIZE));
    read_ahead_stop(NULL);
}

static void what_is_no_range_or_file_is_left_out(void **state)
{
    struct fixture *fixture = *state;
    assert_null(read_ahead_start(fixture->path, 0, 0));
    assert_null(read_ahead_start(fixture->path, 8192, 4096));
    assert_null(read_ahead_start(fixture->path, -1, 4096));
    assert_null(read_ahead_start("/nowhere/at/all", 0, 4096));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_comes_into_memory),
        cmocka_unit_test(a_range_ends_with_the_file),
        cmocka_unit_test(it_stops_at_any_time),
        cmocka_unit_test(what_is_no_range_or_file_is_left_out),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
