/* A sink never waits for its reader, changes nothing for others who have the same pipe, loses whole
   lines only, counts them and tells of it once. */
#include "server/telemetry/log_sink.h"

#include "tests/support/folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define N_LINES 20000
#define LINE_FORMAT "line %06d of a log that is long enough to fill a pipe and a buffer\n"
#define LINE_SIZE 69

static struct log_sink *open_sink(int descriptor, size_t gather_bytes, FILE *troubles)
{
    struct error error;
    struct log_sink *sink = log_sink_open("test", descriptor, gather_bytes, troubles, &error);
    assert_non_null(sink);
    return sink;
}

static void write_line(struct log_sink *sink, int number)
{
    char line[2 * LINE_SIZE];
    assert_int_equal(snprintf(line, sizeof line, LINE_FORMAT, number), LINE_SIZE);
    log_sink_write(sink, line, LINE_SIZE);
}

static struct log_sink_figures figures_of(struct log_sink *sink)
{
    struct log_sink_figures figures;
    log_sink_read_figures(sink, &figures);
    return figures;
}

/* Reads what there is and what comes of it. The lines must be whole, each later than the one
   before. Returns how many. */
static int read_lines(struct log_sink *sink, int descriptor, int *last)
{
    static char text[4 * 1024 * 1024];
    size_t length = 0;
    ssize_t n;
    assert_int_equal(fcntl(descriptor, F_SETFL, O_NONBLOCK), 0);
    while ((n = read(descriptor, text + length, sizeof text - length)) > 0) {
        length += (size_t)n;
        log_sink_flush(sink);
    }
    assert_int_equal(length % LINE_SIZE, 0);
    for (size_t at = 0; at < length; at += LINE_SIZE) {
        char expected[2 * LINE_SIZE];
        int number = (int)strtol(text + at + 5, NULL, 10);
        assert_true(number > *last);
        snprintf(expected, sizeof expected, LINE_FORMAT, number);
        assert_memory_equal(text + at, expected, LINE_SIZE);
        *last = number;
    }
    return (int)(length / LINE_SIZE);
}

/* Nobody reads; then somebody does. The sink is opened by `user`. */
static void stall(int ends[2], size_t gather_bytes, uid_t user)
{
    const uid_t self = geteuid();
    char *told = NULL;
    size_t told_size = 0;
    FILE *troubles = open_memstream(&told, &told_size);
    int flags = fcntl(ends[1], F_GETFL);
    assert_int_equal(seteuid(user), 0);
    struct log_sink *sink = open_sink(ends[1], gather_bytes, troubles);
    assert_int_equal(seteuid(self), 0);
    int last = -1;
    for (int i = 0; i < N_LINES; i++)
        write_line(sink, i);
    struct log_sink_figures figures = figures_of(sink);
    assert_true(figures.n_dropped_lines > 0);
    assert_int_equal(figures.n_failed_writes, 0);
    /* Whoever else has the descriptor goes on waiting for its reader. */
    assert_int_equal(fcntl(ends[1], F_GETFL), flags);
    fflush(troubles);
    assert_non_null(strstr(told, "whoever reads the test log does not keep up"));
    assert_ptr_equal(strchr(told, '\n'), told + told_size - 1);
    int n_read = read_lines(sink, ends[0], &last);
    assert_int_equal(n_read + (int)figures.n_dropped_lines, N_LINES);
    write_line(sink, N_LINES);
    log_sink_flush(sink);
    assert_int_equal(read_lines(sink, ends[0], &last), 1);
    assert_int_equal(last, N_LINES);
    log_sink_close(sink);
    fclose(troubles);
    free(told);
    close(ends[0]);
    close(ends[1]);
}

static void waits_for_no_reader_of_a_pipe(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    stall(ends, 65536, geteuid());
    assert_int_equal(pipe(ends), 0);
    stall(ends, 0, geteuid());
}

/* Which cannot be opened once more, as in a container whose output another user made. */
static void waits_for_no_reader_of_another_users_pipe(void **state)
{
    (void)state;
    const uid_t nobody = 65534;
    int ends[2];
    if (geteuid() != 0)
        skip();
    assert_int_equal(pipe(ends), 0);
    stall(ends, 65536, nobody);
}

static void waits_for_no_reader_of_a_socket(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    stall(ends, 65536, geteuid());
}

/* A sink that is closed waits a moment only. */
static void ends_without_a_reader(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct log_sink *sink = open_sink(ends[1], 0, NULL);
    for (int i = 0; i < N_LINES; i++)
        write_line(sink, i);
    log_sink_close(sink);
    close(ends[0]);
    close(ends[1]);
}

static void counts_failed_writes(void **state)
{
    (void)state;
    char *told = NULL;
    size_t told_size = 0;
    FILE *troubles = open_memstream(&told, &told_size);
    int full = open("/dev/full", O_WRONLY);
    struct log_sink *sink = open_sink(full, 0, troubles);
    for (int i = 0; i < 10; i++)
        write_line(sink, i);
    struct log_sink_figures figures = figures_of(sink);
    assert_int_equal(figures.n_failed_writes, 10);
    assert_int_equal(figures.n_dropped_lines, 10);
    fflush(troubles);
    assert_string_equal(told, "cratedex-server: cannot write the test log: No space left on "
                              "device; lines are lost\n");
    log_sink_close(sink);
    close(full);
    fclose(troubles);
    free(told);
}

static void counts_what_a_closed_pipe_loses(void **state)
{
    (void)state;
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    struct log_sink *sink = open_sink(ends[1], 1000, NULL);
    close(ends[0]);
    for (int i = 0; i < 100; i++)
        write_line(sink, i);
    log_sink_flush(sink);
    struct log_sink_figures figures = figures_of(sink);
    assert_in_range(figures.n_failed_writes, 1, 100);
    assert_int_equal(figures.n_dropped_lines, 100);
    log_sink_close(sink);
    close(ends[1]);
}

/* Behind what is there, without a second offset. */
static void appends_to_a_file(void **state)
{
    (void)state;
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    size_t size;
    folder_make(folder);
    folder_join(path, folder, "log");
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(file, "before\n", 7), 7);
    struct log_sink *sink = open_sink(file, 65536, NULL);
    for (int i = 0; i < N_LINES; i++)
        write_line(sink, i);
    log_sink_close(sink);
    assert_int_equal(write(file, "after\n", 6), 6);
    close(file);
    char *text = file_read(path, &size);
    assert_int_equal(size, 7 + N_LINES * LINE_SIZE + 6);
    assert_memory_equal(text, "before\nline 000000", 18);
    assert_string_equal(text + size - 6, "after\n");
    free(text);
    folder_remove(folder);
}

/* Nothing is lost between two files, and of a line that a pipe has in part nothing is written to
   the next file. */
static void moves_to_another_file(void **state)
{
    (void)state;
    char folder[FOLDER_PATH_SIZE];
    char paths[2][FOLDER_PATH_SIZE];
    size_t sizes[2];
    int ends[2];
    folder_make(folder);
    int first = open(folder_join(paths[0], folder, "first"), O_WRONLY | O_CREAT, 0600);
    int second = open(folder_join(paths[1], folder, "second"), O_WRONLY | O_CREAT, 0600);
    struct log_sink *sink = open_sink(first, 65536, NULL);
    write_line(sink, 1);
    log_sink_move(sink, second);
    close(first);
    write_line(sink, 2);
    assert_int_equal(pipe(ends), 0);
    log_sink_move(sink, ends[1]);
    for (int i = 0; i < 4000; i++) /* more than a pipe takes */
        write_line(sink, i);
    log_sink_move(sink, second);
    uint64_t n_dropped = figures_of(sink).n_dropped_lines;
    log_sink_close(sink);
    close(second);
    char *texts[] = {file_read(paths[0], &sizes[0]), file_read(paths[1], &sizes[1])};
    assert_int_equal(sizes[0], LINE_SIZE);
    assert_int_equal(strncmp(texts[0], "line 000001", 11), 0);
    assert_int_equal(strncmp(texts[1], "line 000002", 11), 0);
    static char piped[1024 * 1024];
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    size_t n_whole = 0;
    size_t n_parts = 0;
    for (ssize_t n; (n = read(ends[0], piped, sizeof piped)) > 0;) {
        n_whole += (size_t)n / LINE_SIZE;
        n_parts += (size_t)n % LINE_SIZE != 0;
    }
    assert_int_equal(n_dropped, n_parts);
    assert_int_equal(sizes[1] % LINE_SIZE, 0);
    assert_int_equal(sizes[1] / LINE_SIZE - 1 + n_whole + n_parts, 4000);
    free(texts[0]);
    free(texts[1]);
    close(ends[0]);
    close(ends[1]);
    folder_remove(folder);
}

/* A pipe that is opened again, as a log is by its path, while its reader is behind. */
static void goes_on_in_the_same_pipe(void **state)
{
    (void)state;
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    folder_make(folder);
    assert_int_equal(mkfifo(folder_join(path, folder, "fifo"), 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    int writer = open(path, O_WRONLY);
    struct log_sink *sink = open_sink(writer, 65536, NULL);
    int last = -1;
    for (int i = 0; i < 4000; i++) { /* more than a pipe takes */
        write_line(sink, i);
        if (i % 1000 != 999)
            continue;
        int again = open(path, O_WRONLY);
        log_sink_move(sink, again);
        close(writer);
        writer = again;
    }
    assert_int_equal(read_lines(sink, reader, &last), 4000);
    assert_int_equal(figures_of(sink).n_dropped_lines, 0);
    log_sink_close(sink);
    close(writer);
    close(reader);
    folder_remove(folder);
}

/* A file on a disk with room for so many bytes. */
struct crowded {
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    struct rlimit before;
    struct log_sink *sink;
};

static int open_log(const char *path)
{
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    return file;
}

static void set_room(const struct crowded *crowded, rlim_t bytes)
{
    const struct rlimit limit = {bytes, crowded->before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The first line is whole and the second is cut. Returns the file's descriptor. */
static int fill_disk(struct crowded *crowded)
{
    signal(SIGXFSZ, SIG_IGN);
    folder_make(crowded->folder);
    folder_join(crowded->path, crowded->folder, "log");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &crowded->before), 0);
    int file = open_log(crowded->path);
    crowded->sink = open_sink(file, 0, NULL);
    set_room(crowded, LINE_SIZE + LINE_SIZE / 2);
    for (int i = 1; i <= 3; i++)
        write_line(crowded->sink, i);
    set_room(crowded, crowded->before.rlim_cur);
    assert_int_equal(figures_of(crowded->sink).n_dropped_lines, 1);
    return file;
}

/* Writes line 4, closes the sink and expects these lines; where the number is negative, the
   beginning of the line. */
static void expect_lines(struct crowded *crowded, const char *path, const int *numbers)
{
    size_t size;
    size_t at = 0;
    write_line(crowded->sink, 4);
    log_sink_close(crowded->sink);
    char *text = file_read(path, &size);
    for (; *numbers != 0; numbers++) {
        char line[2 * LINE_SIZE];
        snprintf(line, sizeof line, LINE_FORMAT, abs(*numbers));
        if (*numbers < 0)
            memcpy(line + LINE_SIZE / 2, "\n", 2);
        assert_int_equal(strncmp(text + at, line, strlen(line)), 0);
        at += strlen(line);
    }
    assert_int_equal(at, size);
    free(text);
    folder_remove(crowded->folder);
}

static void finishes_a_line_where_there_is_room_again(void **state)
{
    (void)state;
    struct crowded crowded;
    int first = fill_disk(&crowded);
    int again = open_log(crowded.path);
    set_room(&crowded, LINE_SIZE + LINE_SIZE / 2);
    log_sink_move(crowded.sink, again);
    set_room(&crowded, crowded.before.rlim_cur);
    close(first);
    expect_lines(&crowded, crowded.path, (const int[]){1, 2, 4, 0});
    close(again);
}

static void begins_anew_in_a_file_that_was_emptied(void **state)
{
    (void)state;
    struct crowded crowded;
    int file = fill_disk(&crowded);
    assert_int_equal(truncate(crowded.path, 0), 0);
    expect_lines(&crowded, crowded.path, (const int[]){4, 0});
    close(file);
}

/* Renamed on the full disk, and by that name opened again: the line that was cut is lost, and the
   next is one of its own. */
static void begins_a_line_behind_one_that_was_cut(void **state)
{
    (void)state;
    struct crowded crowded;
    char other[FOLDER_PATH_SIZE];
    int first = fill_disk(&crowded);
    int second = open_log(folder_join(other, crowded.folder, "other"));
    set_room(&crowded, LINE_SIZE + LINE_SIZE / 2);
    log_sink_move(crowded.sink, second);
    int third = open_log(crowded.path);
    log_sink_move(crowded.sink, third); /* there is no room for the line feed yet */
    write_line(crowded.sink, 3);
    set_room(&crowded, crowded.before.rlim_cur);
    assert_int_equal(figures_of(crowded.sink).n_dropped_lines, 3);
    expect_lines(&crowded, crowded.path, (const int[]){1, -2, 4, 0});
    close(first);
    close(second);
    close(third);
}

/* A server that starts after one that ended on a full disk. */
static void begins_a_line_where_another_was_cut(void **state)
{
    (void)state;
    struct crowded crowded;
    folder_make(crowded.folder);
    folder_join(crowded.path, crowded.folder, "log");
    char line[2 * LINE_SIZE];
    snprintf(line, sizeof line, LINE_FORMAT, 3);
    file_write(crowded.path, line, LINE_SIZE / 2);
    int file = open_log(crowded.path);
    crowded.sink = open_sink(file, 65536, NULL);
    expect_lines(&crowded, crowded.path, (const int[]){-3, 4, 0});
    close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_for_no_reader_of_a_pipe),
        cmocka_unit_test(waits_for_no_reader_of_another_users_pipe),
        cmocka_unit_test(waits_for_no_reader_of_a_socket),
        cmocka_unit_test(ends_without_a_reader),
        cmocka_unit_test(counts_failed_writes),
        cmocka_unit_test(counts_what_a_closed_pipe_loses),
        cmocka_unit_test(appends_to_a_file),
        cmocka_unit_test(moves_to_another_file),
        cmocka_unit_test(goes_on_in_the_same_pipe),
        cmocka_unit_test(finishes_a_line_where_there_is_room_again),
        cmocka_unit_test(begins_anew_in_a_file_that_was_emptied),
        cmocka_unit_test(begins_a_line_behind_one_that_was_cut),
        cmocka_unit_test(begins_a_line_where_another_was_cut),
    };
    return cmocka_run_group_tests_name("log_sink", tests, NULL, NULL);
}
