/* The figures of this very process, against what the C library and the kernel's other calls say. */
#include "server/telemetry/process_figures.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct process_figures read_figures(void)
{
    struct process_figures figures;
    assert_int_equal(process_figures_read(&figures), 0);
    return figures;
}

static void memory_that_is_used_is_resident(void **state)
{
    (void)state;
    const size_t size = (size_t)32 << 20;
    struct process_figures before = read_figures();
    volatile char *bytes = malloc(size);
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i += 1024)
        bytes[i] = 1;
    struct process_figures after = read_figures();
    free((void *)bytes);
    assert_true(after.resident_bytes >= before.resident_bytes + size / 2);
    assert_true(after.virtual_bytes >= after.resident_bytes);
}

static void descriptors_are_counted(void **state)
{
    (void)state;
    struct rlimit limit;
    struct process_figures before = read_figures();
    int descriptors[3];
    for (int i = 0; i < 3; i++)
        descriptors[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct process_figures after = read_figures();
    for (int i = 0; i < 3; i++)
        close(descriptors[i]);
    assert_int_equal(after.n_descriptors, before.n_descriptors + 3);
    assert_int_equal(read_figures().n_descriptors, before.n_descriptors);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_true(after.max_descriptors == limit.rlim_cur || after.max_descriptors == UINT64_MAX);
}

static double spent_seconds(void)
{
    struct timespec spent;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return (double)spent.tv_sec + 1e-9 * (double)spent.tv_nsec;
}

static void processor_time_and_start_agree_with_the_clocks(void **state)
{
    (void)state;
    struct timespec now;
    while (spent_seconds() < 0.1)
        continue;
    double before = spent_seconds();
    struct process_figures figures = read_figures();
    double after = spent_seconds();
    clock_gettime(CLOCK_REALTIME, &now);
    /* The kernel counts in hundredths, and rounds user and system time each. */
    assert_true(figures.cpu_seconds >= before - 0.05 && figures.cpu_seconds <= after + 0.05);
    /* The system's start is told in whole seconds. */
    assert_true(figures.start_seconds <= (double)now.tv_sec + 2);
    assert_true(figures.start_seconds >= (double)now.tv_sec - 300);
}

static void samples_have_the_names_of_prometheus(void **state)
{
    (void)state;
    static const char expected[] =
        "# HELP process_cpu_seconds Processor time that the process took, in user and system "
        "mode.\n"
        "# TYPE process_cpu_seconds counter\n"
        "process_cpu_seconds_total 1.250000000\n"
        "# HELP process_resident_memory_bytes Memory of the process that is in RAM.\n"
        "# TYPE process_resident_memory_bytes gauge\n"
        "process_resident_memory_bytes 4096\n"
        "# HELP process_virtual_memory_bytes Address space of the process.\n"
        "# TYPE process_virtual_memory_bytes gauge\n"
        "process_virtual_memory_bytes 8192\n"
        "# HELP process_open_fds File descriptors that are open.\n"
        "# TYPE process_open_fds gauge\n"
        "process_open_fds 5\n"
        "# HELP process_max_fds File descriptors that may be open at once.\n"
        "# TYPE process_max_fds gauge\n"
        "process_max_fds 18446744073709551615\n"
        "# HELP process_start_time_seconds When the process started, in seconds since 1970.\n"
        "# TYPE process_start_time_seconds gauge\n"
        "process_start_time_seconds 1700000000.500000000\n"
        "# EOF\n";
    const struct process_figures figures = {.cpu_seconds = 1.25,
                                            .start_seconds = 1700000000.5,
                                            .resident_bytes = 4096,
                                            .virtual_bytes = 8192,
                                            .n_descriptors = 5,
                                            .max_descriptors = UINT64_MAX};
    msgpack_sbuffer out;
    struct exposition exposition;
    msgpack_sbuffer_init(&out);
    exposition_init(&exposition, EXPOSITION_OPENMETRICS, &out);
    process_figures_write(&figures, &exposition);
    assert_int_equal(exposition_finish(&exposition), 0);
    assert_int_equal(out.size, strlen(expected));
    assert_memory_equal(out.data, expected, out.size);
    msgpack_sbuffer_destroy(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_is_used_is_resident),
        cmocka_unit_test(descriptors_are_counted),
        cmocka_unit_test(processor_time_and_start_agree_with_the_clocks),
        cmocka_unit_test(samples_have_the_names_of_prometheus),
    };
    return cmocka_run_group_tests_name("process_figures", tests, NULL, NULL);
}
