/* What the second stage of ranking sees: the candidates of every judged query with their features,
   as a table for tests/relevance/train.py. The same code fills the features in the server, so that
   training and serving cannot differ. */
#include "index/search/search_state.h"
#include "index/segment/open_reader.h"
#include "tests/bench/bench.h"
#include "tests/support/rerank_names.h"

#include <cratedex/index_reader.h>
#include <cratedex/search.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_query(struct index_reader *reader, const char *text, size_t length,
                       struct error *error)
{
    struct search_query query = {.text = {text, length}, .limit = SEARCH_MAX_LIMIT};
    struct search_result result;
    if (search_run(reader, &query, &result, error) != SEARCH_OK)
        return -1;
    for (uint32_t i = 0; i < result.n_hits; i++) {
        const struct search_hit *hit = &result.hits[i];
        struct index_crate crate;
        index_crate(reader->index, hit->rank, &crate);
        bool is_in_front = hit->exact || hit->in_front;
        if (!is_in_front && !hit->is_second_stage)
            break;
        printf("%.*s\t%.*s\t", (int)length, text, (int)crate.name_length, crate.name);
        if (is_in_front) {
            puts("front");
            continue;
        }
        const struct rerank_candidate *candidate = result.search->candidates;
        while (candidate->rank != hit->rank)
            candidate++;
        printf("%.9g", (double)candidate->first_stage);
        for (int f = 0; f < N_RERANK_FEATURES; f++)
            printf("\t%.9g", (double)result.search->features.values[f][candidate->column]);
        putchar('\n');
    }
    return 0;
}

static int print_queries(struct index_reader *reader, FILE *file, struct error *error)
{
    char *line = NULL;
    size_t capacity = 0;
    int result = 0;
    printf("query\tcrate\tfirst_stage");
    for (int f = 0; f < N_RERANK_FEATURES; f++)
        printf("\t%s", rerank_feature_names[f]);
    putchar('\n');
    while (result == 0 && getline(&line, &capacity, file) > 0)
        result = print_query(reader, line, strcspn(line, "\t\n"), error);
    free(line);
    return result;
}

int bench_features(const struct bench_options *options, struct error *error)
{
    struct index *index = index_open(options->index_path, error);
    if (index == NULL)
        return -1;
    struct index_reader *reader = index_reader_open(index, error);
    FILE *file = fopen(options->queries_path, "r");
    int result = -1;
    if (file == NULL)
        error_set(error, "%s: %s", options->queries_path, strerror(errno));
    else if (reader != NULL)
        result = print_queries(reader, file, error);
    if (file != NULL)
        fclose(file);
    index_reader_close(reader);
    index_close(index);
    return result;
}
