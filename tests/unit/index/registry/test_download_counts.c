/* The file of counted downloads: made, opened again, shared, refused where it is damaged. */
#include "tests/support/folder.h"

#include <cratedex/download_counts.h>
#include <cratedex/error.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define HEADER_BYTES 4096

static const int64_t some_ids[] = {3, 7, 8, 1000, 5000000000};
#define N_IDS 5

static const struct download_counts_key some_key = {"2026-11-25", "0123456789abcdef", some_ids,
                                                    N_IDS};

static const char some_name[] = "2026-11-25-0123456789abcdef.downloads";

static struct download_counts *open_counts(const char *folder)
{
    struct error error;
    struct download_counts *counts = download_counts_open(folder, &some_key, &error);
    if (counts == NULL)
        fail_msg("%s", error.message);
    return counts;
}

static void counts_and_keeps_what_it_counted(void **state)
{
    struct download_counts *counts = open_counts(*state);
    assert_string_equal(download_counts_day(counts), "2026-11-25");
    assert_int_equal(download_counts_n_versions(counts), N_IDS);
    for (uint32_t i = 0; i < N_IDS; i++) {
        assert_int_equal(download_counts_slot(counts, some_ids[i]), i);
        assert_int_equal(download_counts_version(counts, i), some_ids[i]);
        for (uint32_t j = 0; j < i; j++)
            download_counts_add(counts, i);
    }
    assert_int_equal(download_counts_slot(counts, 0), DOWNLOAD_COUNTS_NO_SLOT);
    assert_int_equal(download_counts_slot(counts, 9), DOWNLOAD_COUNTS_NO_SLOT);
    assert_int_equal(download_counts_slot(counts, INT64_MAX), DOWNLOAD_COUNTS_NO_SLOT);
    struct error error;
    assert_int_equal(download_counts_flush(counts, &error), 0);
    download_counts_close(counts);

    counts = open_counts(*state);
    download_counts_add(counts, 4);
    for (uint32_t i = 0; i < N_IDS; i++)
        assert_int_equal(download_counts_value(counts, i), i + (i == 4));
    download_counts_close(counts);
    assert_int_equal(folder_count(*state), 1);
}

/* Two that have the file open add to the same counters, and a reader sees them while they do. */
static void shares_counters(void **state)
{
    char path[FOLDER_PATH_SIZE];
    struct error error;
    struct download_counts *one = open_counts(*state);
    struct download_counts *other = open_counts(*state);
    struct download_counts *reader =
        download_counts_read(folder_join(path, *state, some_name), &error);
    assert_non_null(reader);
    download_counts_add(one, 2);
    download_counts_add(other, 2);
    assert_int_equal(download_counts_value(one, 2), 2);
    assert_int_equal(download_counts_value(reader, 2), 2);
    download_counts_close(reader);
    download_counts_close(other);
    download_counts_close(one);
}

/* A process that ends at once, whatever it had open. */
static void survives_the_process(void **state)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct error error;
        struct download_counts *counts = download_counts_open(*state, &some_key, &error);
        for (int i = 0; i < 1000; i++)
            download_counts_add(counts, 3);
        raise(SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    struct download_counts *counts = open_counts(*state);
    assert_int_equal(download_counts_value(counts, 3), 1000);
    download_counts_close(counts);
}

#define N_THREADS 4
#define N_ADDS 50000

static void *add_many(void *counts)
{
    for (unsigned i = 0; i < N_ADDS; i++)
        download_counts_add(counts, i % N_IDS);
    return NULL;
}

static void loses_nothing_between_threads(void **state)
{
    struct download_counts *counts = open_counts(*state);
    pthread_t threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, counts), 0);
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(threads[i], NULL);
    for (uint32_t i = 0; i < N_IDS; i++)
        assert_int_equal(download_counts_value(counts, i), N_THREADS * N_ADDS / N_IDS);
    download_counts_close(counts);
}

static void makes_a_file_without_versions(void **state)
{
    struct error error;
    struct download_counts_key key = some_key;
    key.n_versions = 0;
    struct download_counts *counts = download_counts_open(*state, &key, &error);
    assert_non_null(counts);
    assert_int_equal(download_counts_slot(counts, 3), DOWNLOAD_COUNTS_NO_SLOT);
    download_counts_close(counts);
}

/* A file that is half made when its server is killed (temporary_file.h). */
static void removes_what_a_killed_server_left(void **state)
{
    char path[FOLDER_PATH_SIZE];
    struct error error;
    size_t before = folder_count(*state);
    file_write(folder_join(path, *state, ".counting.Ab12Cd"), "x", 1);
    assert_int_equal(chmod(path, 01600), 0);
    struct download_counts *counts = download_counts_open(*state, &some_key, &error);
    assert_non_null(counts);
    assert_int_equal(folder_count(*state), before + 1);
    assert_int_not_equal(access(path, F_OK), 0);
    download_counts_close(counts);
}

static void wants_a_folder(void **state)
{
    char path[FOLDER_PATH_SIZE];
    char expected[1024];
    struct error error;
    folder_join(path, *state, "missing");
    assert_null(download_counts_open(path, &some_key, &error));
    snprintf(expected, sizeof expected,
             "cannot count downloads in the folder %s: No such file or directory", path);
    assert_string_equal(error.message, expected);
}

/* Both ways to open refuse the file, which stays as it is. */
static void expect_refused(const char *folder, const char *bytes, size_t size, const char *reason)
{
    char path[FOLDER_PATH_SIZE];
    char expected[1024];
    struct error error;
    file_write(folder_join(path, folder, some_name), bytes, size);
    snprintf(expected, sizeof expected, "%s %s", path, reason);
    struct download_counts *read = download_counts_read(path, &error);
    assert_null(read);
    assert_string_equal(error.message, expected);
    error.message[0] = '\0';
    assert_null(download_counts_open(folder, &some_key, &error));
    assert_string_equal(error.message, expected);
    size_t size_after;
    char *after = file_read(path, &size_after);
    assert_int_equal(size_after, size);
    assert_memory_equal(after, bytes, size);
    free(after);
}

static void refuses_damaged_files(void **state)
{
    static const char foreign[] = "is not a file of counted downloads";
    static const char size_is_wrong[] = "is damaged: it has not the size that its header says";
    char path[FOLDER_PATH_SIZE];
    size_t size;
    download_counts_close(open_counts(*state));
    char *whole = file_read(folder_join(path, *state, some_name), &size);
    assert_int_equal(size, HEADER_BYTES + 16 * N_IDS);
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);

    expect_refused(*state, whole, 0, foreign);
    expect_refused(*state, whole, HEADER_BYTES - 1, foreign);
    expect_refused(*state, whole, HEADER_BYTES, size_is_wrong);
    expect_refused(*state, whole, size - 1, size_is_wrong);
    memcpy(bytes, whole, size);
    bytes[size] = '\0';
    expect_refused(*state, bytes, size + 1, size_is_wrong);
    static const struct {
        size_t at;
        const char *reason;
    } damages[] = {
        {0, foreign},
        {8, "was written by a machine of another byte order"},
        {12, "has a format that this version of Cratedex does not read"},
        {16, "is damaged: the checksum of its header is wrong"},
        {40, "is damaged: the checksum of its header is wrong"},
        {56, "is damaged: the checksum of its header is wrong"},
        {72, "is damaged: the checksum of its header is wrong"},
        {HEADER_BYTES + 8 * N_IDS, "is damaged: the checksum of its versions is wrong"},
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        memcpy(bytes, whole, size);
        bytes[damages[i].at] ^= 0x20;
        expect_refused(*state, bytes, size, damages[i].reason);
    }
    free(bytes);
    free(whole);
}

/* A sound file under the name of another: no counter of it is touched. */
static void refuses_other_versions(void **state)
{
    static const int64_t other_ids[] = {3, 7, 8, 1000, 5000000001};
    struct download_counts_key keys[] = {some_key, some_key, some_key, some_key};
    keys[0].version_ids = other_ids;
    keys[1].n_versions = N_IDS - 1;
    memcpy(keys[2].day, "2026-11-24", sizeof keys[2].day);
    memcpy(keys[3].fingerprint, "0123456789abcdee", sizeof keys[3].fingerprint);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char folder[FOLDER_PATH_SIZE];
        char path[FOLDER_PATH_SIZE];
        char made[FOLDER_PATH_SIZE];
        char name[256];
        struct error error;
        folder_make(folder);
        download_counts_close(download_counts_open(folder, &keys[i], &error));
        snprintf(name, sizeof name, "%s-%s.downloads", keys[i].day, keys[i].fingerprint);
        rename(folder_join(made, folder, name), folder_join(path, folder, some_name));
        assert_null(download_counts_open(folder, &some_key, &error));
        assert_non_null(strstr(error.message, "is not of the day, the index and the versions that "
                                              "its name says: move it away"));
        folder_remove(folder);
    }
    (void)state;
}

/* Whatever bytes the header and the ids have: refused, or read within bounds. */
static void survives_any_damage(void **state)
{
    char path[FOLDER_PATH_SIZE];
    size_t size;
    download_counts_close(open_counts(*state));
    char *bytes = file_read(folder_join(path, *state, some_name), &size);
    for (size_t at = 0; at < size; at++) {
        if (at == 80)
            at = HEADER_BYTES; /* what lies between is not read */
        char was = bytes[at];
        bytes[at] = (char)(was ^ 0xff);
        file_write(path, bytes, size);
        bytes[at] = was;
        struct error error;
        struct download_counts *counts = download_counts_read(path, &error);
        bool is_counter = at >= HEADER_BYTES && at < HEADER_BYTES + 8 * N_IDS;
        assert_int_equal(counts != NULL, is_counter);
        download_counts_close(counts);
    }
    free(bytes);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(counts_and_keeps_what_it_counted),
        TEST(shares_counters),
        TEST(survives_the_process),
        TEST(loses_nothing_between_threads),
        TEST(makes_a_file_without_versions),
        TEST(removes_what_a_killed_server_left),
        TEST(wants_a_folder),
        TEST(refuses_damaged_files),
        TEST(refuses_other_versions),
        TEST(survives_any_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
