/* The bodies go to a folder as files, `<page>.<number>.json` and `.msgpack`; the script reads all
   before it measures, alternates the encodings as we do, and prints the samples as JSON. */
#include "tests/bench/bench_child.h"
#include "tests/bench/encoding_figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRIPT "tests/bench/decode_python.py"

static int write_bodies(const struct encoding_pages *pages, const char *folder, struct error *error)
{
    for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
        const struct encoding_page *page = &pages->pages[i];
        for (size_t j = 0; j < page->n_answers; j++) {
            for (int k = 0; k < N_ENCODINGS; k++) {
                char name[64];
                const msgpack_sbuffer *body = &page->answers[j]->bodies[k];
                snprintf(name, sizeof name, "%s.%zu.%s", page->key, j, encoding_labels[k]);
                if (bench_folder_write(folder, name, body->data, body->size, error) != 0)
                    return -1;
            }
        }
    }
    return 0;
}

static int take_samples(struct encoding_figures *figures, const struct encoding_pages *pages,
                        const json_t *root)
{
    const char *version = json_string_value(json_object_get(root, "version"));
    if (version == NULL)
        return -1;
    for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
        if (pages->pages[i].n_answers == 0)
            continue;
        struct encoding_series *series = &figures->pages[i].python;
        const json_t *page = json_object_get(json_object_get(root, "pages"), pages->pages[i].key);
        for (int k = 0; k < N_ENCODINGS; k++) {
            const json_t *samples = json_object_get(page, encoding_labels[k]);
            if (json_array_size(samples) != figures->n_rounds)
                return -1;
            for (size_t j = 0; j < figures->n_rounds; j++)
                series->samples[k][j] = json_number_value(json_array_get(samples, j));
        }
        series->n_samples = figures->n_rounds;
    }
    snprintf(figures->python, sizeof figures->python, "%s", version);
    return 0;
}

int encoding_figures_time_python(struct encoding_figures *figures,
                                 const struct encoding_pages *pages, struct error *error)
{
    char folder[BENCH_FOLDER_MAX];
    if (bench_folder_create(folder, error) != 0)
        return -1;
    const char *chosen = getenv("PYTHON");
    char python[256];
    char script[] = SCRIPT;
    char rounds[16];
    snprintf(python, sizeof python, "%s", chosen != NULL ? chosen : "/usr/bin/python3");
    snprintf(rounds, sizeof rounds, "%u", figures->n_rounds);
    char *const arguments[] = {python, script, folder, rounds, NULL};
    msgpack_sbuffer output;
    msgpack_sbuffer_init(&output);
    int status = write_bodies(pages, folder, error);
    if (status == 0)
        status = bench_child_run(arguments, &output, error);
    if (status == 0) {
        json_t *root = json_loadb(output.data, output.size, 0, NULL);
        if (take_samples(figures, pages, root) != 0)
            status = error_set(error, "%s: its output is not what it should be", SCRIPT);
        json_decref(root);
    }
    msgpack_sbuffer_destroy(&output);
    bench_folder_remove(folder);
    return status;
}
