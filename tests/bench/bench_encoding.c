/* `encoding`: JSON against MessagePack on the same answers. Every round does every operation of
   every page in both encodings, one right behind the other and first the one, then the other, so
   that what disturbs the machine for a while disturbs both. Times are processor time of this
   thread: nothing here waits for anything, and who else wants the processor is not what is
   measured. A sample repeats its operation until it takes about a millisecond, as often in both
   encodings. */
#include "server/http/compression.h"
#include "tests/bench/bench.h"
#include "tests/bench/encoding_figures.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DEFAULT_QUERIES "tests/bench/queries.txt"
#define DEFAULT_ROUNDS 31
#define SAMPLE_NANOSECONDS 1000000
#define MAX_REPEATS 100000

struct run {
    struct encoding_pages pages;
    struct encoding_figures figures;
    unsigned n_repeats[N_ENCODING_PAGES][N_ENCODING_OPERATIONS];
};

/* As the server sends it: small bodies, and those that grow, go without a coding. */
static int sent_bytes(const msgpack_sbuffer *body, enum content_coding coding, size_t *size,
                      struct error *error)
{
    *size = body->size;
    if (coding == CODING_IDENTITY || body->size < COMPRESSION_MIN_BYTES)
        return 0;
    void *coded;
    size_t coded_size;
    if (compress_body(coding, body->data, body->size, &coded, &coded_size, error) != 0)
        return -1;
    free(coded);
    if (coded_size < body->size)
        *size = coded_size;
    return 0;
}

static int measure_bytes(struct run *run, struct error *error)
{
    for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
        const struct encoding_page *page = &run->pages.pages[i];
        for (int coding = 0; coding < N_CONTENT_CODINGS; coding++) {
            for (int j = 0; j < N_ENCODINGS; j++) {
                double *mean = &run->figures.pages[i].bytes[coding][j];
                for (size_t k = 0; k < page->n_answers; k++) {
                    size_t size;
                    if (sent_bytes(&page->answers[k]->bodies[j], (enum content_coding)coding, &size,
                                   error) != 0)
                        return -1;
                    *mean += (double)size / (double)page->n_answers;
                }
            }
        }
    }
    return 0;
}

static uint64_t thread_cpu_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int time_run(struct run *run, size_t page, size_t operation, enum encoding encoding,
                    unsigned n_repeats, uint64_t *nanoseconds, struct error *error)
{
    uint64_t begin = thread_cpu_now();
    for (unsigned i = 0; i < n_repeats; i++) {
        if (encoding_operation_run(&encoding_operations[operation], encoding, &run->pages,
                                   &run->pages.pages[page], error) != 0)
            return -1;
    }
    *nanoseconds = thread_cpu_now() - begin;
    return 0;
}

/* Warms up, and chooses the repeats by the faster of some runs in JSON. */
static int calibrate(struct run *run, size_t page, size_t operation, struct error *error)
{
    uint64_t fastest = UINT64_MAX;
    for (int i = 0; i < 10; i++) {
        uint64_t nanoseconds;
        enum encoding encoding = (enum encoding)(i % N_ENCODINGS);
        if (time_run(run, page, operation, encoding, 1, &nanoseconds, error) != 0)
            return -1;
        if (encoding == ENCODING_JSON && nanoseconds < fastest)
            fastest = nanoseconds;
    }
    uint64_t n_repeats = SAMPLE_NANOSECONDS / (fastest + 1) + 1;
    run->n_repeats[page][operation] = n_repeats < MAX_REPEATS ? (unsigned)n_repeats : MAX_REPEATS;
    return 0;
}

static int take_samples(struct run *run, size_t page, size_t operation, unsigned round,
                        struct error *error)
{
    struct encoding_series *series = &run->figures.pages[page].operations[operation];
    unsigned n_repeats = run->n_repeats[page][operation];
    double n_answers = (double)run->pages.pages[page].n_answers * (double)n_repeats;
    for (unsigned i = 0; i < N_ENCODINGS; i++) {
        enum encoding encoding = (enum encoding)((i + round) % N_ENCODINGS);
        uint64_t nanoseconds;
        if (time_run(run, page, operation, encoding, n_repeats, &nanoseconds, error) != 0)
            return -1;
        series->samples[encoding][round] = (double)nanoseconds / n_answers;
    }
    series->n_samples = round + 1;
    return 0;
}

/* Freed memory stays with the process, as in one that runs for long. Else free gives the end of the
   heap back to the kernel, and a body that happens to lie there is made in four times as long as
   one that does not. */
static void keep_freed_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, 256 << 20);
}

typedef int visit_operation(struct run *run, size_t page, size_t operation, unsigned round,
                            struct error *error);

static int for_each_operation(struct run *run, visit_operation *visit, unsigned round,
                              struct error *error)
{
    for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
        for (size_t j = 0; j < N_ENCODING_OPERATIONS && run->pages.pages[i].n_answers > 0; j++) {
            if (visit(run, i, j, round, error) != 0)
                return -1;
        }
    }
    return 0;
}

static int calibrate_operation(struct run *run, size_t page, size_t operation, unsigned round,
                               struct error *error)
{
    (void)round;
    return calibrate(run, page, operation, error);
}

/* For callgrind, in the order in which encoding_figures_count takes its files. */
static int count_operation(struct run *run, size_t page, size_t operation, unsigned round,
                           struct error *error)
{
    (void)round;
    for (int i = 0; i < N_ENCODINGS; i++) {
        uint64_t warm_up;
        if (time_run(run, page, operation, (enum encoding)i, 1, &warm_up, error) != 0 ||
            encoding_operation_counted(&encoding_operations[operation], (enum encoding)i,
                                       &run->pages, &run->pages.pages[page], error) != 0)
            return -1;
    }
    return 0;
}

/* All operations for callgrind. The first file would have what the threads that opened the index
   counted, too: it is of a run that nobody reads. */
static int count_operations(struct run *run, struct error *error)
{
    if (encoding_operation_counted(&encoding_operations[0], ENCODING_JSON, &run->pages,
                                   &run->pages.pages[0], error) != 0)
        return -1;
    return for_each_operation(run, count_operation, 0, error);
}

static int measure(struct run *run, const struct bench_options *options, const char *queries_path,
                   struct error *error)
{
    if (encoding_operations_verify(&run->pages, error) != 0 || measure_bytes(run, error) != 0 ||
        for_each_operation(run, calibrate_operation, 0, error) != 0)
        return -1;
    for (unsigned round = 0; round < run->figures.n_rounds; round++) {
        if (for_each_operation(run, take_samples, round, error) != 0)
            return -1;
    }
    if (encoding_clients_measure(run->figures.clients, &run->pages, run->figures.n_rounds, error) !=
        0)
        return -1;
    if (!options->instructions)
        return 0;
    return encoding_figures_count(&run->figures, &run->pages, options->index_path, queries_path,
                                  error);
}

static json_t *to_json(const struct run *run, const char *index_path, const char *queries_path)
{
    json_t *root = bench_header("encoding", run->pages.index, index_path);
    json_t *figures = encoding_figures_to_json(&run->figures, &run->pages);
    json_object_set_new(root, "queries", json_string(queries_path));
    if (json_object_update(root, figures) != 0) {
        json_decref(root);
        root = NULL;
    }
    json_decref(figures);
    return root;
}

int bench_encoding(const struct bench_options *options, struct error *error)
{
    const char *queries_path =
        options->queries_path != NULL ? options->queries_path : DEFAULT_QUERIES;
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return error_out_of_memory(error);
    run->figures.n_rounds = options->n_rounds != 0 ? options->n_rounds : DEFAULT_ROUNDS;
    keep_freed_memory();
    int status = encoding_pages_open(&run->pages, options->index_path, queries_path, error);
    if (status == 0 && options->once) {
        status = count_operations(run, error);
    } else if (status == 0) {
        status = measure(run, options, queries_path, error);
        if (status == 0 && options->json) {
            status = bench_print_json(to_json(run, options->index_path, queries_path), error);
        } else if (status == 0) {
            bench_print_header(run->pages.index, options->index_path);
            encoding_figures_print(&run->figures, &run->pages);
        }
    }
    encoding_pages_free(&run->pages);
    free(run);
    return status;
}
