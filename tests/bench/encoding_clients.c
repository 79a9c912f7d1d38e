/* The bodies go to one folder as files, which each client reads before it measures. What it prints
   is checked before any of it is believed: a decoder whose values are not those that jansson reads
   out of the same JSON would be fast for doing something else. */
#include "tests/bench/encoding_clients.h"

#include "tests/bench/bench_child.h"
#include "tests/bench/encoding_decoders.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_SINGLES 4096 /* of a page and decoder; more are left out */
#define PROGRAM_BYTES 512

struct client_programs {
    char build[PROGRAM_BYTES - 64]; /* the folder of this program */
    char python[PROGRAM_BYTES];
    char node[PROGRAM_BYTES];
    char rust[PROGRAM_BYTES];
    char modules[PROGRAM_BYTES];
};

enum { PYTHON, NODE, RUST };

static const struct encoding_client known_clients[N_ENCODING_CLIENTS] = {
    [PYTHON] = {.language = "Python",
                .name = "decode in Python",
                .how = "apt-get install python3 python3-msgpack"},
    [NODE] = {.language = "Node.js",
              .name = "decode and read in Node.js",
              .how = "apt-get install nodejs npm, then make bench-clients"},
    [RUST] = {.language = "Rust",
              .name = "decode and read in Rust",
              .how = "apt-get install cargo-web librust-serde-json-dev librust-rmp-serde-dev, "
                     "then make bench-clients"},
};

static int find_programs(struct client_programs *programs, struct error *error)
{
    ssize_t length = readlink("/proc/self/exe", programs->build, sizeof programs->build);
    if (length <= 0 || (size_t)length == sizeof programs->build)
        return error_set(error, "cannot tell where this program lies");
    programs->build[length] = '\0';
    *strrchr(programs->build, '/') = '\0';
    const char *python = getenv("PYTHON");
    const char *node = getenv("NODE");
    snprintf(programs->python, PROGRAM_BYTES, "%s", python != NULL ? python : "/usr/bin/python3");
    snprintf(programs->node, PROGRAM_BYTES, "%s", node != NULL ? node : "node");
    snprintf(programs->rust, PROGRAM_BYTES, "%s/bench/decode_rust", programs->build);
    snprintf(programs->modules, PROGRAM_BYTES, "%s/bench/node", programs->build);
    return 0;
}

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

/* Of all answers of the page together. */
static int check_values(const struct encoding_pages *pages, const struct encoding_page *page,
                        const json_t *check, const char *library, struct error *error)
{
    struct decoded_values expected = {0};
    for (size_t i = 0; i < page->n_answers; i++)
        if (decode_by_jansson(pages, page->answers[i], &expected, error) != 0)
            return -1;
    const char *texts = json_string_value(json_object_get(check, "texts"));
    /* Some put members in another order, and so add in another. */
    double numbers = json_number_value(json_object_get(check, "numbers"));
    json_int_t n_values = json_integer_value(json_object_get(check, "values"));
    json_int_t n_true = json_integer_value(json_object_get(check, "true"));
    if ((uint64_t)n_values != expected.n_values || (uint64_t)n_true != expected.n_true ||
        texts == NULL || strtoull(texts, NULL, 10) != expected.texts ||
        !(fabs(numbers - expected.numbers) <= 1e-12 * fabs(expected.numbers)))
        return error_set(error, "%s reads other values than jansson (%s)", library, page->key);
    return 0;
}

static int take_samples(struct encoding_client_pair *pair, size_t page, enum encoding encoding,
                        const json_t *figures, unsigned n_rounds)
{
    uint64_t times[MAX_SINGLES];
    const json_t *samples = json_object_get(figures, "samples");
    const json_t *singles = json_object_get(figures, "singles");
    size_t n_singles = json_array_size(singles);
    if (json_array_size(samples) != n_rounds || n_singles == 0)
        return -1;
    if (n_singles > MAX_SINGLES)
        n_singles = MAX_SINGLES;
    for (size_t i = 0; i < n_rounds; i++) {
        double sample = json_number_value(json_array_get(samples, i));
        if (!(sample > 0))
            return -1;
        pair->series[page].samples[encoding][i] = sample;
    }
    for (size_t i = 0; i < n_singles; i++)
        times[i] = (uint64_t)json_number_value(json_array_get(singles, i));
    pair->series[page].n_samples = n_rounds;
    statistics_compute(times, n_singles, &pair->singles[page][encoding]);
    return 0;
}

/* Takes one decoder's part of a pair. */
static int take_decoder(struct encoding_client_pair *pair, enum encoding encoding,
                        const json_t *decoder, const struct encoding_pages *pages,
                        unsigned n_rounds, struct error *error)
{
    const char *library = json_string_value(json_object_get(decoder, "library"));
    const char *version = json_string_value(json_object_get(decoder, "version"));
    if (library == NULL)
        return error_set(error, "a decoder without a name");
    snprintf(pair->libraries[encoding], sizeof pair->libraries[encoding], "%s%s%s", library,
             version != NULL ? " " : "", version != NULL ? version : "");
    for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
        const struct encoding_page *page = &pages->pages[i];
        if (page->n_answers == 0)
            continue;
        const json_t *figures = json_object_get(json_object_get(decoder, "pages"), page->key);
        if (take_samples(pair, i, encoding, figures, n_rounds) != 0)
            return error_set(error, "%s: not the samples that were asked for (%s)", library,
                             page->key);
        if (check_values(pages, page, json_object_get(figures, "check"), library, error) != 0)
            return -1;
    }
    return 0;
}

static bool is_encoding(const json_t *decoder, enum encoding encoding)
{
    const char *label = json_string_value(json_object_get(decoder, "encoding"));
    return label != NULL && strcmp(label, encoding_labels[encoding]) == 0;
}

static const json_t *find_json_decoder(const json_t *decoders)
{
    for (size_t i = 0; i < json_array_size(decoders); i++)
        if (is_encoding(json_array_get(decoders, i), ENCODING_JSON))
            return json_array_get(decoders, i);
    return NULL;
}

static void add_missing(struct encoding_client *client, const char *what)
{
    size_t length = strlen(client->missing);
    snprintf(client->missing + length, sizeof client->missing - length, "%s%s",
             length > 0 ? "; " : "", what);
}

static int take_output(struct encoding_client *client, const json_t *root,
                       const struct encoding_pages *pages, unsigned n_rounds, struct error *error)
{
    const char *runtime = json_string_value(json_object_get(root, "runtime"));
    const json_t *decoders = json_object_get(root, "decoders");
    const json_t *missing = json_object_get(root, "missing");
    const json_t *of_json = find_json_decoder(decoders);
    if (runtime == NULL || of_json == NULL)
        return error_set(error, "its output is not what it should be");
    for (size_t i = 0; i < json_array_size(decoders); i++) {
        const json_t *decoder = json_array_get(decoders, i);
        const char *key = json_string_value(json_object_get(decoder, "key"));
        if (!is_encoding(decoder, ENCODING_MESSAGEPACK) || key == NULL ||
            client->n_pairs == ENCODING_CLIENT_MAX_PAIRS)
            continue;
        struct encoding_client_pair *pair = &client->pairs[client->n_pairs];
        snprintf(pair->key, sizeof pair->key, "%s", key);
        if (take_decoder(pair, ENCODING_JSON, of_json, pages, n_rounds, error) != 0 ||
            take_decoder(pair, ENCODING_MESSAGEPACK, decoder, pages, n_rounds, error) != 0)
            return -1;
        client->n_pairs++;
    }
    for (size_t i = 0; i < json_array_size(missing); i++)
        add_missing(client, json_string_value(json_array_get(missing, i)));
    snprintf(client->runtime, sizeof client->runtime, "%s", runtime);
    return 0;
}

static int run_client(struct encoding_client *client, char *const arguments[],
                      const struct encoding_pages *pages, unsigned n_rounds, struct error *error)
{
    msgpack_sbuffer output;
    msgpack_sbuffer_init(&output);
    int status = bench_child_run(arguments, &output, error);
    if (status == 0) {
        json_t *root = json_loadb(output.data, output.size, 0, NULL);
        status = take_output(client, root, pages, n_rounds, error);
        json_decref(root);
    }
    msgpack_sbuffer_destroy(&output);
    return status;
}

static void measure_client(struct encoding_client *client, char *const arguments[],
                           const struct encoding_pages *pages, unsigned n_rounds)
{
    struct error why;
    if (run_client(client, arguments, pages, n_rounds, &why) != 0) {
        client->n_pairs = 0;
        add_missing(client, why.message);
    }
    if (client->missing[0] != '\0')
        add_missing(client, client->how);
}

int encoding_clients_measure(struct encoding_client clients[N_ENCODING_CLIENTS],
                             const struct encoding_pages *pages, unsigned n_rounds,
                             struct error *error)
{
    struct client_programs programs;
    char folder[BENCH_FOLDER_MAX];
    memcpy(clients, known_clients, sizeof known_clients);
    if (find_programs(&programs, error) != 0 || bench_folder_create(folder, error) != 0)
        return -1;
    char rounds[16];
    char in_python[] = "tests/bench/decode_python.py";
    char in_node[] = "tests/bench/decode_node.mjs";
    snprintf(rounds, sizeof rounds, "%u", n_rounds);
    char *const arguments[N_ENCODING_CLIENTS][6] = {
        [PYTHON] = {programs.python, in_python, folder, rounds, NULL},
        [NODE] = {programs.node, in_node, folder, rounds, programs.modules, NULL},
        [RUST] = {programs.rust, folder, rounds, NULL},
    };
    int status = write_bodies(pages, folder, error);
    for (size_t i = 0; i < N_ENCODING_CLIENTS && status == 0; i++)
        measure_client(&clients[i], arguments[i], pages, n_rounds);
    bench_folder_remove(folder);
    return status;
}
