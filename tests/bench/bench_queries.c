/* The file is read whole and cut in place. */
#include "tests/bench/bench_queries.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_FILE_BYTES (1 << 28)

static char *read_file(const char *path, struct error *error)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    if (file == NULL || fstat(fileno(file), &status) != 0) {
        error_set(error, "%s: %s", path, strerror(errno));
        if (file != NULL)
            fclose(file);
        return NULL;
    }
    char *text = NULL;
    if (!S_ISREG(status.st_mode) || status.st_size > MAX_FILE_BYTES) {
        error_set(error, "%s is no list of queries", path);
    } else {
        size_t size = (size_t)status.st_size;
        text = malloc(size + 1);
        if (text == NULL)
            error_out_of_memory(error);
        else
            text[fread(text, 1, size, file)] = '\0';
    }
    fclose(file);
    return text;
}

int bench_queries_read(struct bench_queries *queries, const char *path, struct error *error)
{
    *queries = (struct bench_queries){.file = read_file(path, error)};
    if (queries->file == NULL)
        return -1;
    size_t n_lines = 1;
    for (const char *at = queries->file; *at != '\0'; at++)
        n_lines += *at == '\n';
    queries->queries = calloc(n_lines, sizeof *queries->queries);
    if (queries->queries == NULL) {
        bench_queries_free(queries);
        return error_out_of_memory(error);
    }
    char *rest = queries->file;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        size_t length = strlen(line);
        bool is_prefix = length > 0 && line[length - 1] == '*';
        if (is_prefix)
            line[--length] = '\0';
        if (length > 0)
            queries->queries[queries->n_queries++] = (struct bench_query){line, length, is_prefix};
    }
    if (queries->n_queries == 0) {
        bench_queries_free(queries);
        return error_set(error, "%s has no queries", path);
    }
    return 0;
}

void bench_queries_free(struct bench_queries *queries)
{
    free(queries->queries);
    free(queries->file);
    *queries = (struct bench_queries){0};
}
