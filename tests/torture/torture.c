/* torture [--from NUMBER] [--n NUMBER] [--jobs N] [--only KIND] [--show 1]: changes files in ways
   that follow from the numbers and reads them. To be compiled with sanitizers, which see what a
   crash would not show.

   Children do the work, a batch of numbers each: what crashes, hangs beyond a deadline or leaks is
   a child that ends so. It writes which number it is at into memory that both share; the next child
   goes on behind it. `--from NUMBER --n 1` does one again. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "tests/torture/torture.h"

#include "tests/support/random.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCH 200
#define DEADLINE_SECONDS 30
#define MAX_JOBS 64
#define MIX UINT64_C(0x9e3779b97f4a7c15)

/* In the order of number % N_KINDS: raw pages and rows are where the most code is. */
#define N_KINDS 10
static const struct torture_kind *const kinds[N_KINDS] = {
    &torture_index, &torture_index, &torture_index, &torture_rows, &torture_rows,
    &torture_rows,  &torture_dump,  &torture_dump,  &torture_dump, &torture_counts,
};

struct options {
    uint64_t from;
    uint64_t n;
    uint64_t n_jobs;
    const char *only; /* this kind alone; NULL: all */
    bool shows;       /* what came of each */
};

struct shared {
    struct options options;
    _Atomic uint64_t current[MAX_JOBS];
    _Atomic uint64_t n_ends[N_KINDS][TORTURE_WRONG + 1];
};

struct worker {
    pid_t pid; /* 0: none */
    uint64_t end;
    char folder[FOLDER_PATH_SIZE];
};

enum torture_end torture_refused(struct error *error)
{
    char quoted[sizeof error->message];
    bool is_line = error->message[0] != '\0';
    for (const char *c = error->message; *c != '\0'; c++)
        is_line = is_line && !iscntrl((unsigned char)*c);
    if (is_line)
        return TORTURE_REFUSED;
    memcpy(quoted, error->message, sizeof quoted);
    error_set(error, "not one line that says why: \"%s\"", quoted);
    return TORTURE_WRONG;
}

static void run_one(struct shared *shared, const char *folder, uint64_t number)
{
    size_t kind = number % N_KINDS;
    if (shared->options.only != NULL && strcmp(shared->options.only, kinds[kind]->name) != 0)
        return;
    uint64_t seed = (number + 1) * MIX;
    struct error error = {.message = ""};
    alarm(DEADLINE_SECONDS);
    enum torture_end end = kinds[kind]->run(folder, &seed, &error);
    alarm(0);
    atomic_fetch_add(&shared->n_ends[kind][end], 1);
    if (end == TORTURE_WRONG || shared->options.shows)
        printf("torture: %s %" PRIu64 ": %s\n", kinds[kind]->name, number,
               end == TORTURE_TAKEN ? "read" : error.message);
}

static void start(struct shared *shared, struct worker *worker, size_t job, uint64_t from,
                  uint64_t end)
{
    fflush(stdout);
    worker->end = end;
    worker->pid = fork();
    if (worker->pid != 0)
        return;
    for (uint64_t number = from; number < end; number++) {
        atomic_store(&shared->current[job], number);
        run_one(shared, worker->folder, number);
    }
    exit(EXIT_SUCCESS); /* which looks for leaks */
}

/* A child ended. Returns whether it was well; else the next begins behind its number. */
static bool look_at(const struct shared *shared, size_t job, int status, uint64_t *next)
{
    uint64_t number = shared->current[job];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    *next = number + 1;
    if (WIFSIGNALED(status))
        printf("torture: %s %" PRIu64 ": %s\n", kinds[number % N_KINDS]->name, number,
               WTERMSIG(status) == SIGALRM ? "no end" : strsignal(WTERMSIG(status)));
    else
        printf("torture: %s %" PRIu64 " or before: exit status %d\n", kinds[number % N_KINDS]->name,
               number, WEXITSTATUS(status));
    return false;
}

static uint64_t run_all(struct shared *shared, struct worker *workers, size_t n_jobs, uint64_t from,
                        uint64_t end)
{
    uint64_t n_died = 0;
    size_t n_running = 0;
    for (size_t job = 0; job < n_jobs && from < end; job++, n_running++) {
        uint64_t until = from + BATCH < end ? from + BATCH : end;
        start(shared, &workers[job], job, from, until);
        from = until;
    }
    while (n_running > 0) {
        int status;
        pid_t pid = wait(&status);
        size_t job = 0;
        while (job < n_jobs && workers[job].pid != pid)
            job++;
        if (job == n_jobs)
            continue;
        uint64_t next = workers[job].end;
        n_died += !look_at(shared, job, status, &next);
        if (next < workers[job].end) {
            start(shared, &workers[job], job, next, workers[job].end);
        } else if (from < end) {
            uint64_t until = from + BATCH < end ? from + BATCH : end;
            start(shared, &workers[job], job, from, until);
            from = until;
        } else {
            workers[job].pid = 0;
            n_running--;
        }
    }
    return n_died;
}

static uint64_t print_figures(const struct shared *shared)
{
    uint64_t n_wrong = 0;
    for (size_t kind = 0; kind < N_KINDS; kind++) {
        uint64_t n[TORTURE_WRONG + 1] = {0};
        if (kind > 0 && kinds[kind] == kinds[kind - 1])
            continue;
        for (size_t same = kind; same < N_KINDS && kinds[same] == kinds[kind]; same++)
            for (int end = 0; end <= TORTURE_WRONG; end++)
                n[end] += shared->n_ends[same][end];
        printf("torture: %s: %" PRIu64 " refused, %" PRIu64 " read, %" PRIu64 " wrong\n",
               kinds[kind]->name, n[TORTURE_REFUSED], n[TORTURE_TAKEN], n[TORTURE_WRONG]);
        n_wrong += n[TORTURE_WRONG];
    }
    return n_wrong;
}

static uint64_t number_of(const char *text)
{
    char *end;
    uint64_t number = strtoull(text, &end, 10);
    if (*text == '\0' || *end != '\0') {
        fprintf(stderr, "torture: not a number: %s\n", text);
        exit(2);
    }
    return number;
}

static void read_options(int argc, char **argv, struct options *options)
{
    *options = (struct options){.n = 2000, .n_jobs = 1};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--from") == 0)
            options->from = number_of(argv[i + 1]);
        else if (strcmp(argv[i], "--n") == 0)
            options->n = number_of(argv[i + 1]);
        else if (strcmp(argv[i], "--jobs") == 0)
            options->n_jobs = number_of(argv[i + 1]);
        else if (strcmp(argv[i], "--only") == 0)
            options->only = argv[i + 1];
        else if (strcmp(argv[i], "--show") == 0)
            options->shows = number_of(argv[i + 1]) != 0;
    }
    if (options->n_jobs == 0 || options->n_jobs > MAX_JOBS)
        options->n_jobs = 1;
}

int main(int argc, char **argv)
{
    static struct worker workers[MAX_JOBS];
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return EXIT_FAILURE;
    read_options(argc, argv, &shared->options);
    uint64_t from = shared->options.from;
    uint64_t n = shared->options.n;
    uint64_t n_jobs = shared->options.n_jobs;
    char folder[FOLDER_PATH_SIZE];
    folder_make(folder);
    for (size_t kind = 0; kind < N_KINDS; kind++)
        if (kind == 0 || kinds[kind] != kinds[kind - 1])
            kinds[kind]->prepare(folder);
    for (size_t job = 0; job < n_jobs; job++)
        folder_make(workers[job].folder);
    uint64_t n_died = run_all(shared, workers, (size_t)n_jobs, from, from + n);
    for (size_t job = 0; job < n_jobs; job++)
        folder_remove(workers[job].folder);
    folder_remove(folder);
    uint64_t n_wrong = print_figures(shared) + n_died;
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", n - n_wrong, n_wrong);
    return n_wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
