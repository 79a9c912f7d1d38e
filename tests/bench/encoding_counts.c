/* Instructions and allocations by callgrind (valgrind's manual, chapter 6): this program runs
   itself once more under it, doing every operation once. Callgrind forgets all counts whenever
   encoding_operation_counted is entered (--zero-before) and writes a file whenever that returns
   (--dump-after): the file after the n-th, for the first is left out, is the n-th operation.
   (--toggle-collect would count instructions in there only, but calls everywhere.) A file's
   `summary:` is the instructions; a line `cfn=malloc` names who is called, and the `calls=` behind
   it says how often. The counts are exact but for a few hundred instructions: the allocator's work
   depends on where memory happens to lie. */
#include "tests/bench/bench_child.h"
#include "tests/bench/encoding_figures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool allocates(const char *name, size_t length)
{
    static const char *const allocators[] = {"malloc", "calloc", "realloc"};
    for (size_t i = 0; i < sizeof allocators / sizeof *allocators; i++)
        if (strlen(allocators[i]) == length && strncmp(name, allocators[i], length) == 0)
            return true;
    return false;
}

/* Reads one file of callgrind's. Returns 0, or -1 and why. */
static int read_dump(const char *path, double *instructions, double *allocations,
                     struct error *error)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return error_set(error, "%s: %s", path, strerror(errno));
    char *line = NULL;
    size_t capacity = 0;
    bool is_allocator = false;
    bool has_summary = false;
    *allocations = 0;
    while (getline(&line, &capacity, file) > 0) {
        if (strncmp(line, "summary: ", 9) == 0) {
            *instructions = strtod(line + 9, NULL);
            has_summary = true;
        } else if (strncmp(line, "cfn=", 4) == 0) {
            /* A recursive call is written `name'2`. */
            is_allocator = allocates(line + 4, strcspn(line + 4, "'\n"));
        } else if (strncmp(line, "calls=", 6) == 0 && is_allocator) {
            *allocations += strtod(line + 6, NULL);
        }
    }
    free(line);
    fclose(file);
    return has_summary ? 0 : error_set(error, "%s: callgrind counted nothing", path);
}

__attribute__((noinline)) int encoding_operation_counted(const struct encoding_operation *operation,
                                                         enum encoding encoding,
                                                         const struct encoding_pages *pages,
                                                         const struct encoding_page *page,
                                                         struct error *error)
{
    return encoding_operation_run(operation, encoding, pages, page, error);
}

static int take_counts(struct encoding_figures *figures, const struct encoding_pages *pages,
                       const char *folder, struct error *error)
{
    unsigned number = 1; /* of the file; the first is nobody's */
    for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
        size_t n_answers = pages->pages[i].n_answers;
        for (size_t j = 0; j < N_ENCODING_OPERATIONS && n_answers > 0; j++) {
            struct encoding_counts *counts = &figures->pages[i].counts[j];
            for (int k = 0; k < N_ENCODINGS; k++) {
                char path[BENCH_FOLDER_MAX + 32];
                snprintf(path, sizeof path, "%s/counts.%u", folder, ++number);
                if (read_dump(path, &counts->instructions[k], &counts->allocations[k], error) != 0)
                    return -1;
                counts->instructions[k] /= (double)n_answers;
                counts->allocations[k] /= (double)n_answers;
            }
            counts->is_known = true;
        }
    }
    return 0;
}

int encoding_figures_count(struct encoding_figures *figures, const struct encoding_pages *pages,
                           const char *index_path, const char *queries_path, struct error *error)
{
    char folder[BENCH_FOLDER_MAX];
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        return error_set(error, "/proc/self/exe: %s", strerror(errno));
    self[length] = '\0';
    if (bench_folder_create(folder, error) != 0)
        return -1;
    char out_file[BENCH_FOLDER_MAX + 64];
    char index_copy[4096];
    char queries_copy[4096];
    snprintf(out_file, sizeof out_file, "--callgrind-out-file=%s/counts", folder);
    snprintf(index_copy, sizeof index_copy, "%s", index_path);
    snprintf(queries_copy, sizeof queries_copy, "%s", queries_path);
    char words[][48] = {
        "valgrind",
        "--quiet",
        "--tool=callgrind",
        "--compress-strings=no",
        "--zero-before=encoding_operation_counted",
        "--dump-after=encoding_operation_counted",
        "encoding",
        "--once",
        "--queries",
    };
    char *const arguments[] = {words[0], words[1],     words[2],   words[3], words[4],
                               words[5], out_file,     self,       words[6], words[7],
                               words[8], queries_copy, index_copy, NULL};
    msgpack_sbuffer output;
    msgpack_sbuffer_init(&output);
    int status = bench_child_run(arguments, &output, error);
    if (status == 0)
        status = take_counts(figures, pages, folder, error);
    msgpack_sbuffer_destroy(&output);
    bench_folder_remove(folder);
    return status;
}
