/* A file is cut while it is mapped: what was behind the cut reads as zeros, and takes writes. */
#include "index/base/mapped_fault.h"
#include "tests/support/folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define N_PAGES 4

struct mapping {
    size_t page;
    int descriptor;
    char *bytes;
};

static void map(struct mapping *mapping, const char *folder)
{
    char path[FOLDER_PATH_SIZE];
    mapping->page = (size_t)sysconf(_SC_PAGESIZE);
    mapping->descriptor = open(folder_join(path, folder, "file"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(mapping->descriptor >= 0);
    for (size_t i = 0; i < N_PAGES * mapping->page; i++)
        assert_int_equal(write(mapping->descriptor, "x", 1), 1);
    mapping->bytes = mmap(NULL, N_PAGES * mapping->page, PROT_READ | PROT_WRITE, MAP_SHARED,
                          mapping->descriptor, 0);
    assert_ptr_not_equal(mapping->bytes, MAP_FAILED);
}

static void unmap(struct mapping *mapping)
{
    munmap(mapping->bytes, N_PAGES * mapping->page);
    close(mapping->descriptor);
}

static void goes_on_behind_a_cut(void **state)
{
    struct error error;
    struct mapping mapping;
    map(&mapping, *state);
    assert_int_equal(mapped_fault_survive(&error), 0); /* cmocka has handlers of its own */
    uint64_t before = mapped_fault_count();
    assert_int_equal(ftruncate(mapping.descriptor, (off_t)mapping.page), 0);
    volatile char *bytes = mapping.bytes;
    assert_int_equal(bytes[mapping.page - 1], 'x');
    assert_int_equal(mapped_fault_count(), before);
    assert_int_equal(bytes[mapping.page + 7], 0);
    assert_int_equal(bytes[mapping.page + 8], 0);
    assert_int_equal(mapped_fault_count(), before + 1);
    bytes[3 * mapping.page] = 'y';
    assert_int_equal(bytes[3 * mapping.page], 'y');
    assert_int_equal(mapped_fault_count(), before + 2);

    /* What was zeros stays zeros; the pages that nobody has touched are the file's. */
    assert_int_equal(ftruncate(mapping.descriptor, (off_t)(N_PAGES * mapping.page)), 0);
    assert_int_equal(pwrite(mapping.descriptor, "z", 1, (off_t)mapping.page), 1);
    assert_int_equal(pwrite(mapping.descriptor, "z", 1, (off_t)(2 * mapping.page)), 1);
    assert_int_equal(bytes[mapping.page], 0);
    assert_int_equal(bytes[2 * mapping.page], 'z');
    assert_int_equal(mapped_fault_count(), before + 2);
    unmap(&mapping);
}

/* A range counts its own, and can be used again. */
static void knows_which_pages_are_gone(void **state)
{
    struct error error;
    struct mapping mapping;
    map(&mapping, *state);
    assert_int_equal(mapped_fault_survive(&error), 0);
    volatile char *bytes = mapping.bytes;
    const size_t page = mapping.page;
    for (size_t first = 0; first < 2; first++) {
        struct mapped_range *range = mapped_range_watch(mapping.bytes + first * page, 2 * page);
        assert_non_null(range);
        uint64_t before = mapped_fault_count();
        assert_int_equal(ftruncate(mapping.descriptor, 0), 0);
        assert_false(mapped_range_has_faults(range));
        assert_int_equal(bytes[(first + 1) * page], 0);
        assert_true(mapped_range_has_faults(range));
        assert_false(mapped_range_is_replaced(range, mapping.bytes + first * page));
        assert_true(mapped_range_is_replaced(range, mapping.bytes + (first + 1) * page + 5));
        assert_int_equal(mapped_fault_count(), before);
        assert_int_equal(bytes[3 * page], 0);
        assert_int_equal(mapped_fault_count(), before + 1);
        mapped_range_forget(range);
        unmap(&mapping);
        map(&mapping, *state);
        bytes = mapping.bytes;
    }
    unmap(&mapping);
}

static void leaves_other_signals_alone(void **state)
{
    (void)state;
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct error error;
        _exit(mapped_fault_survive(&error) != 0 || kill(getpid(), SIGBUS) == 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(goes_on_behind_a_cut, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(knows_which_pages_are_gone, folder_setup, folder_teardown),
        cmocka_unit_test(leaves_other_signals_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
