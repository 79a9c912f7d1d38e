/* Each pair of decoders of a runtime is a table like those of C, and then how long single decodings
   took: what a median of means does not show is what a collector of garbage, or a compiler that
   begins again, does to one answer in a hundred. */
#include "tests/bench/encoding_figures.h"

#include <stdio.h>

static struct encoding_measure pair_measure(const struct encoding_client *client,
                                            const struct encoding_client_pair *pair)
{
    return (struct encoding_measure){
        pair->key, client->name, {pair->libraries[0], pair->libraries[1]}, &encoding_microseconds};
}

static void print_singles(const struct encoding_client_pair *pair,
                          const struct encoding_pages *pages)
{
    printf("%-15s %29s %29s\n", "one, by clock", "JSON p50, p90, p99", "MessagePack p50, p90, p99");
    for (size_t i = 0; i < N_ENCODING_PAGES; i++) {
        if (pair->series[i].n_samples == 0)
            continue;
        printf("%-15s", pages->pages[i].name);
        for (int j = 0; j < N_ENCODINGS; j++) {
            const struct statistics *times = &pair->singles[i][j];
            printf(" %9.1f %9.1f %9.1f", (double)times->p50 / 1e3, (double)times->p90 / 1e3,
                   (double)times->p99 / 1e3);
        }
        putchar('\n');
    }
}

void encoding_clients_print(const struct encoding_client clients[N_ENCODING_CLIENTS],
                            const struct encoding_pages *pages)
{
    for (size_t i = 0; i < N_ENCODING_CLIENTS; i++) {
        const struct encoding_client *client = &clients[i];
        for (size_t j = 0; j < client->n_pairs; j++) {
            const struct encoding_measure measure = pair_measure(client, &client->pairs[j]);
            encoding_titles_print(&measure);
            for (size_t k = 0; k < N_ENCODING_PAGES; k++)
                encoding_series_print(pages->pages[k].name, &client->pairs[j].series[k],
                                      measure.unit);
            print_singles(&client->pairs[j], pages);
            printf("(%s)\n", client->runtime);
        }
        if (client->missing[0] != '\0')
            printf("\n%s: not all was measured: %s\n", client->language, client->missing);
    }
}

json_t *encoding_clients_to_json(const struct encoding_client clients[N_ENCODING_CLIENTS])
{
    json_t *list = json_array();
    for (size_t i = 0; i < N_ENCODING_CLIENTS; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "language", clients[i].language,
                                              "runtime", clients[i].runtime, "missing",
                                              clients[i].missing));
    return list;
}

void encoding_clients_add_json(json_t *operations,
                               const struct encoding_client clients[N_ENCODING_CLIENTS],
                               size_t page)
{
    for (size_t i = 0; i < N_ENCODING_CLIENTS; i++) {
        for (size_t j = 0; j < clients[i].n_pairs; j++) {
            const struct encoding_client_pair *pair = &clients[i].pairs[j];
            const struct encoding_measure measure = pair_measure(&clients[i], pair);
            json_t *json = encoding_series_to_json(&measure, &pair->series[page], NULL);
            json_object_set_new(json, "singles",
                                json_pack("{s:o, s:o}", "json",
                                          statistics_to_json(&pair->singles[page][0]), "msgpack",
                                          statistics_to_json(&pair->singles[page][1])));
            json_array_append_new(operations, json);
        }
    }
}
