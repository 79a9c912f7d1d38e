/* The samples become estimates only when they are printed: the same seed for all, so that a result can be
   computed again from the samples, which --json has too. */
#include "tests/bench/encoding_figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SEED 20240607

static const char *const coding_keys[N_CONTENT_CODINGS] = {"raw", "gzip", "brotli", "zstd"};

void encoding_verdict(char verdict[ENCODING_VERDICT_MAX], const struct estimate *ratio)
{
    static const char *const words[] = {
        [ESTIMATE_LESS + 1] = "less", [ESTIMATE_UNDECIDED + 1] = "", [ESTIMATE_MORE + 1] = "more"};
    enum estimate_verdict decided = estimate_verdict(ratio);
    double percent = 100 * fabs(1 - ratio->value);
    verdict[0] = '\0';
    if (decided != ESTIMATE_UNDECIDED)
        snprintf(verdict, ENCODING_VERDICT_MAX, "MessagePack takes %.*f %% %s",
                 percent < 10 ? 1 : 0, percent, words[decided + 1]);
}

/* MessagePack to JSON. */
static void series_ratio(const struct encoding_series *series, struct estimate *ratio)
{
    bootstrap_ratio(series->samples[ENCODING_MESSAGEPACK], series->samples[ENCODING_JSON],
                    series->n_samples, SEED, ratio);
}

void encoding_series_print(const char *name, const struct encoding_series *series)
{
    if (series->n_samples == 0)
        return;
    struct estimate times[N_ENCODINGS];
    struct estimate ratio;
    char verdict[ENCODING_VERDICT_MAX];
    for (int i = 0; i < N_ENCODINGS; i++)
        bootstrap_estimate(series->samples[i], series->n_samples, SEED, &times[i]);
    series_ratio(series, &ratio);
    encoding_verdict(verdict, &ratio);
    printf("%-15s", name);
    for (int i = 0; i < N_ENCODINGS; i++)
        printf(" %9.2f [%9.2f %9.2f]", times[i].value / 1e3, times[i].low / 1e3,
               times[i].high / 1e3);
    printf("  %5.3f [%5.3f %5.3f]  %s\n", ratio.value, ratio.low, ratio.high, verdict);
}

void encoding_titles_print(const char *what, const char *json_library, const char *msgpack_library)
{
    printf("\n%s: JSON by %s, MessagePack by %s\n%-15s %31s %31s  %s\n", what, json_library,
           msgpack_library, "microseconds", "JSON [95 %]         ", "MessagePack [95 %]     ",
           "ratio [95 %]");
}

static void print_bytes(const struct encoding_figures *figures, const struct encoding_pages *pages)
{
    printf("\nbytes of a body as it is sent, JSON, MessagePack and the ratio\n%-15s", "");
    for (int i = 0; i < N_CONTENT_CODINGS; i++)
        printf(" %23s", coding_keys[i]);
    putchar('\n');
    for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
        if (pages->pages[i].n_answers == 0)
            continue;
        printf("%-15s", pages->pages[i].name);
        for (int j = 0; j < N_CONTENT_CODINGS; j++) {
            const double *bytes = figures->pages[i].bytes[j];
            printf(" %8.0f %8.0f %5.3f", bytes[0], bytes[1], bytes[1] / bytes[0]);
        }
        putchar('\n');
    }
}

static void print_counts(const struct encoding_figures *figures, const struct encoding_pages *pages)
{
    for (size_t j = 0; j < N_ENCODING_OPERATIONS; j++) {
        const struct encoding_operation *operation = &encoding_operations[j];
        if (!figures->pages[0].counts[j].is_known)
            continue;
        printf("\n%s: JSON by %s, MessagePack by %s; exact counts an answer\n%-15s %35s %29s\n",
               operation->name, operation->libraries[0], operation->libraries[1], "",
               "instructions, ratio", "allocations, ratio");
        for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
            const struct encoding_counts *counts = &figures->pages[i].counts[j];
            if (!counts->is_known)
                continue;
            printf("%-15s %14.0f %14.0f %5.3f %11.0f %11.0f %5.3f\n", pages->pages[i].name,
                   counts->instructions[0], counts->instructions[1],
                   counts->instructions[1] / counts->instructions[0], counts->allocations[0],
                   counts->allocations[1], counts->allocations[1] / counts->allocations[0]);
        }
    }
}

void encoding_figures_print(const struct encoding_figures *figures,
                            const struct encoding_pages *pages)
{
    printf(
        "rounds    %u interleaved after a warm-up; processor time, medians, 95 %% intervals (%d resamples)\n",
        figures->n_rounds, BOOTSTRAP_RESAMPLES);
    for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
        const struct encoding_page *page = &pages->pages[i];
        if (page->n_answers == 0)
            printf("%-15s not measured: this index cannot fill it\n", page->name);
        else
            printf("%-15s %zu answer%s, first %s\n", page->name, page->n_answers,
                   page->n_answers == 1 ? "" : "s", page->answers[0]->target);
    }
    print_bytes(figures, pages);
    for (size_t j = 0; j < N_ENCODING_OPERATIONS; j++) {
        const struct encoding_operation *operation = &encoding_operations[j];
        encoding_titles_print(operation->name, operation->libraries[0], operation->libraries[1]);
        for (size_t i = 0; i < N_ENCODING_PAGES; i++)
            encoding_series_print(pages->pages[i].name, &figures->pages[i].operations[j]);
    }
    if (figures->python[0] != '\0') {
        encoding_titles_print(figures->python, "json", "msgpack");
        for (size_t i = 0; i < N_ENCODING_PAGES; i++)
            encoding_series_print(pages->pages[i].name, &figures->pages[i].python);
    } else {
        printf("\nPython not measured: %s\n", figures->python_fault);
    }
    print_counts(figures, pages);
}

static json_t *samples_to_json(const struct encoding_series *series, enum encoding encoding)
{
    json_t *samples = json_array();
    for (size_t i = 0; i < series->n_samples; i++)
        json_array_append_new(samples, json_real(series->samples[encoding][i] / 1e3));
    return samples;
}

static json_t *series_estimate(const struct encoding_series *series, enum encoding encoding)
{
    struct estimate estimate;
    bootstrap_estimate(series->samples[encoding], series->n_samples, SEED, &estimate);
    json_t *json = estimate_to_json(&estimate, 1e3);
    json_object_set_new(json, "samples", samples_to_json(series, encoding));
    return json;
}

json_t *encoding_series_to_json(const char *key, const char *name, const char *json_library,
                                const char *msgpack_library, const struct encoding_series *series,
                                const struct encoding_counts *counts)
{
    struct estimate ratio;
    char verdict[ENCODING_VERDICT_MAX];
    series_ratio(series, &ratio);
    encoding_verdict(verdict, &ratio);
    json_t *json = json_pack("{s:s, s:s, s:{s:s, s:s}, s:o, s:o, s:o, s:s}", "key", key, "name",
                             name, "libraries", "json", json_library, "msgpack", msgpack_library,
                             "json_us", series_estimate(series, ENCODING_JSON), "msgpack_us",
                             series_estimate(series, ENCODING_MESSAGEPACK), "ratio",
                             estimate_to_json(&ratio, 1), "verdict", verdict);
    if (counts != NULL && counts->is_known)
        json_object_set_new(json, "counts",
                            json_pack("{s:{s:f, s:f}, s:{s:f, s:f}}", "instructions", "json",
                                      counts->instructions[0], "msgpack", counts->instructions[1],
                                      "allocations", "json", counts->allocations[0], "msgpack",
                                      counts->allocations[1]));
    return json;
}

json_t *encoding_targets_to_json(const struct encoding_page *page)
{
    json_t *targets = json_array();
    for (size_t i = 0; i < page->n_answers; i++)
        json_array_append_new(targets, json_string(page->answers[i]->target));
    return targets;
}

static json_t *page_to_json(const struct encoding_page *page,
                            const struct encoding_page_figures *figures)
{
    json_t *bytes = json_object();
    json_t *operations = json_array();
    for (int i = 0; i < N_CONTENT_CODINGS; i++)
        json_object_set_new(bytes, coding_keys[i],
                            json_pack("{s:f, s:f, s:f}", "json", figures->bytes[i][0], "msgpack",
                                      figures->bytes[i][1], "ratio",
                                      figures->bytes[i][1] / figures->bytes[i][0]));
    for (size_t i = 0; i < N_ENCODING_OPERATIONS; i++) {
        const struct encoding_operation *operation = &encoding_operations[i];
        json_array_append_new(
            operations, encoding_series_to_json(operation->key, operation->name,
                                                operation->libraries[0], operation->libraries[1],
                                                &figures->operations[i], &figures->counts[i]));
    }
    if (figures->python.n_samples > 0)
        json_array_append_new(operations,
                              encoding_series_to_json("decode_python", "decode", "Python json",
                                                      "Python msgpack", &figures->python, NULL));
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "key", page->key, "name", page->name, "targets",
                     encoding_targets_to_json(page), "bytes", bytes, "operations", operations);
}

json_t *encoding_figures_to_json(const struct encoding_figures *figures,
                                 const struct encoding_pages *pages)
{
    json_t *list = json_array();
    for (size_t i = 0; i < N_ENCODING_PAGES; i++)
        if (pages->pages[i].n_answers > 0)
            json_array_append_new(list, page_to_json(&pages->pages[i], &figures->pages[i]));
    return json_pack("{s:i, s:i, s:i, s:s, s:o}", "rounds", (int)figures->n_rounds, "resamples",
                     BOOTSTRAP_RESAMPLES, "seed", SEED, "python",
                     figures->python[0] != '\0' ? figures->python : figures->python_fault, "pages",
                     list);
}
