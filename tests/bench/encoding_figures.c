/* The samples become estimates only when they are printed: the same seed for all, so that a result
   can be computed again from the samples, which --json has too. */
#include "tests/bench/encoding_figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ENCODING_VERDICT_MAX 64

static const char *const coding_keys[N_CONTENT_CODINGS] = {"raw", "gzip", "brotli", "zstd"};

const struct encoding_unit encoding_microseconds = {.name = "microseconds", .scale = 1e3};

static struct encoding_measure operation_measure(const struct encoding_operation *operation)
{
    return (struct encoding_measure){operation->key,
                                     operation->name,
                                     {operation->libraries[0], operation->libraries[1]},
                                     &encoding_microseconds};
}

/* A sentence where the whole interval of enough samples lies on one side of 1, else empty. */
static void encoding_verdict(char verdict[ENCODING_VERDICT_MAX], const struct estimate *ratio,
                             size_t n_samples, const struct encoding_unit *unit)
{
    static const char *const words[] = {
        [ESTIMATE_LESS + 1] = "less", [ESTIMATE_UNDECIDED + 1] = "", [ESTIMATE_MORE + 1] = "more"};
    enum estimate_verdict decided = estimate_verdict(ratio);
    double percent = 100 * fabs(1 - ratio->value);
    verdict[0] = '\0';
    if (decided != ESTIMATE_UNDECIDED && n_samples >= ENCODING_LEAST_ROUNDS)
        snprintf(verdict, ENCODING_VERDICT_MAX, "MessagePack %s %.*f %% %s",
                 unit->is_rate ? "gives" : "takes", percent < 10 ? 1 : 0, percent,
                 words[decided + 1]);
}

/* MessagePack to JSON. */
static void series_ratio(const struct encoding_series *series, struct estimate *ratio)
{
    bootstrap_ratio(series->samples[ENCODING_MESSAGEPACK], series->samples[ENCODING_JSON],
                    series->n_samples, ENCODING_SEED, ratio);
}

void encoding_series_print(const char *name, const struct encoding_series *series,
                           const struct encoding_unit *unit)
{
    if (series->n_samples == 0)
        return;
    struct estimate estimates[N_ENCODINGS];
    struct estimate ratio;
    char verdict[ENCODING_VERDICT_MAX];
    for (int i = 0; i < N_ENCODINGS; i++)
        bootstrap_estimate(series->samples[i], series->n_samples, ENCODING_SEED, &estimates[i]);
    series_ratio(series, &ratio);
    encoding_verdict(verdict, &ratio, series->n_samples, unit);
    printf("%-15s", name);
    for (int i = 0; i < N_ENCODINGS; i++)
        printf(" %9.2f [%9.2f %9.2f]", estimates[i].value / unit->scale,
               estimates[i].low / unit->scale, estimates[i].high / unit->scale);
    printf("  %5.3f [%5.3f %5.3f]  %s\n", ratio.value, ratio.low, ratio.high, verdict);
}

static void print_title(const struct encoding_measure *measure, const char *what)
{
    printf("\n%s", measure->name);
    if (measure->libraries[0] != NULL)
        printf(": JSON by %s, MessagePack by %s", measure->libraries[0], measure->libraries[1]);
    printf("; %s\n", what);
}

void encoding_titles_print(const struct encoding_measure *measure)
{
    print_title(measure, measure->unit->name);
    printf("%-15s %31s %31s  %s\n", "", "JSON [95 %]         ", "MessagePack [95 %]     ",
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

static void print_count(const double count[N_ENCODINGS], int width)
{
    printf(" %*.0f %*.0f", width, count[0], width, count[1]);
    if (count[0] > 0)
        printf(" %5.3f", count[1] / count[0]);
    else
        printf(" %5s", "");
}

static void print_counts(const struct encoding_figures *figures, const struct encoding_pages *pages)
{
    for (size_t j = 0; j < N_ENCODING_OPERATIONS; j++) {
        const struct encoding_measure measure = operation_measure(&encoding_operations[j]);
        if (!figures->pages[0].counts[j].is_known)
            continue;
        print_title(&measure, "exact counts an answer");
        printf("%-15s %35s %29s\n", "", "instructions, ratio", "allocations, ratio");
        for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
            const struct encoding_counts *counts = &figures->pages[i].counts[j];
            if (!counts->is_known)
                continue;
            printf("%-15s", pages->pages[i].name);
            print_count(counts->instructions, 14);
            print_count(counts->allocations, 11);
            putchar('\n');
        }
    }
}

static void print_libraries(void)
{
    json_t *libraries = encoding_libraries_to_json();
    const char *name;
    json_t *version;
    const char *before = "libraries ";
    json_object_foreach(libraries, name, version)
    {
        printf("%s%s %s", before, name, json_string_value(version));
        before = ", ";
    }
    putchar('\n');
    json_decref(libraries);
}

const char *encoding_rounds_remark(unsigned n_rounds)
{
    return n_rounds < ENCODING_LEAST_ROUNDS ? "; too few for a verdict" : "";
}

void encoding_figures_print(const struct encoding_figures *figures,
                            const struct encoding_pages *pages)
{
    printf("rounds    %u interleaved after a warm-up; processor time, medians, 95 %% intervals (%d "
           "resamples)%s\n",
           figures->n_rounds, BOOTSTRAP_RESAMPLES, encoding_rounds_remark(figures->n_rounds));
    print_libraries();
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
        const struct encoding_measure measure = operation_measure(&encoding_operations[j]);
        encoding_titles_print(&measure);
        for (size_t i = 0; i < N_ENCODING_PAGES; i++)
            encoding_series_print(pages->pages[i].name, &figures->pages[i].operations[j],
                                  measure.unit);
    }
    encoding_clients_print(figures->clients, pages);
    print_counts(figures, pages);
}

static json_t *series_estimate(const struct encoding_series *series, enum encoding encoding,
                               double unit)
{
    struct estimate estimate;
    bootstrap_estimate(series->samples[encoding], series->n_samples, ENCODING_SEED, &estimate);
    json_t *json = estimate_to_json(&estimate, unit);
    json_t *samples = json_array();
    for (size_t i = 0; i < series->n_samples; i++)
        json_array_append_new(samples, json_real(series->samples[encoding][i] / unit));
    json_object_set_new(json, "samples", samples);
    return json;
}

json_t *encoding_series_to_json(const struct encoding_measure *measure,
                                const struct encoding_series *series,
                                const struct encoding_counts *counts)
{
    struct estimate ratio;
    char verdict[ENCODING_VERDICT_MAX];
    series_ratio(series, &ratio);
    encoding_verdict(verdict, &ratio, series->n_samples, measure->unit);
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s}", "key", measure->key, "name", measure->name,
        "unit", measure->unit->name, "better", measure->unit->is_rate ? "more" : "less", "json",
        series_estimate(series, ENCODING_JSON, measure->unit->scale), "msgpack",
        series_estimate(series, ENCODING_MESSAGEPACK, measure->unit->scale), "ratio",
        estimate_to_json(&ratio, 1), "verdict", verdict);
    if (measure->libraries[0] != NULL)
        json_object_set_new(json, "libraries",
                            json_pack("{s:s, s:s}", "json", measure->libraries[0], "msgpack",
                                      measure->libraries[1]));
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

static json_t *page_to_json(const struct encoding_page *page, size_t place,
                            const struct encoding_figures *all)
{
    const struct encoding_page_figures *figures = &all->pages[place];
    json_t *bytes = json_object();
    json_t *operations = json_array();
    for (int i = 0; i < N_CONTENT_CODINGS; i++)
        json_object_set_new(bytes, coding_keys[i],
                            json_pack("{s:f, s:f, s:f}", "json", figures->bytes[i][0], "msgpack",
                                      figures->bytes[i][1], "ratio",
                                      figures->bytes[i][1] / figures->bytes[i][0]));
    for (size_t i = 0; i < N_ENCODING_OPERATIONS; i++) {
        const struct encoding_measure measure = operation_measure(&encoding_operations[i]);
        json_array_append_new(operations, encoding_series_to_json(&measure, &figures->operations[i],
                                                                  &figures->counts[i]));
    }
    encoding_clients_add_json(operations, all->clients, place);
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "key", page->key, "name", page->name, "targets",
                     encoding_targets_to_json(page), "bytes", bytes, "operations", operations);
}

json_t *encoding_figures_to_json(const struct encoding_figures *figures,
                                 const struct encoding_pages *pages)
{
    json_t *list = json_array();
    for (size_t i = 0; i < N_ENCODING_PAGES; i++)
        if (pages->pages[i].n_answers > 0)
            json_array_append_new(list, page_to_json(&pages->pages[i], i, figures));
    return json_pack("{s:i, s:i, s:i, s:o, s:o, s:o}", "rounds", (int)figures->n_rounds,
                     "resamples", BOOTSTRAP_RESAMPLES, "seed", ENCODING_SEED, "libraries",
                     encoding_libraries_to_json(), "clients",
                     encoding_clients_to_json(figures->clients), "pages", list);
}
