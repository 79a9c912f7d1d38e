/* A body is known by its hash, in the encoding and the coding in which its item is asked for: an
   answer's bytes are the same whenever it is made. */
#include "tests/bench/swap_load.h"

#include "tests/bench/bench_zipf.h"
#include "tests/bench/http_server_child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_TRACE ((size_t)1 << 20)
#define SEED 20261130
#define N_LEARNING 8 /* connections */

static const struct {
    const char *after; /* the query's text */
    const char *fields;
} pages[SWAP_LOAD_PAGES] = {
    {"&page=1", ""},
    {"&page=2", "Accept-Encoding: gzip\r\n"},
    {"&page=3", "Accept-Encoding: gzip, deflate, br, zstd\r\n"},
    {"&page=4", "Accept: application/msgpack\r\n"},
};

static int write_items(struct swap_load *load, const struct bench_queries *queries,
                       struct error *error)
{
    for (unsigned i = 0; i < SWAP_LOAD_PAGES; i++)
        if (http_requests_of_queries(&load->pages[i], queries, "/api/v1/crates?q=", pages[i].after,
                                     "", pages[i].fields, error) != 0)
            return -1;
    size_t n_queries = load->pages[0].n_requests;
    load->n_items = (uint32_t)(SWAP_LOAD_PAGES * n_queries);
    load->items = calloc(load->n_items, sizeof *load->items);
    for (int i = 0; i < 2; i++)
        load->bodies[i] = calloc(load->n_items, sizeof *load->bodies[i]);
    load->trace = calloc(N_TRACE, sizeof *load->trace);
    load->trace_items = calloc(N_TRACE, sizeof *load->trace_items);
    if (load->items == NULL || load->bodies[0] == NULL || load->bodies[1] == NULL ||
        load->trace == NULL || load->trace_items == NULL)
        return error_out_of_memory(error);
    for (unsigned i = 0; i < SWAP_LOAD_PAGES; i++)
        memcpy(load->items + i * n_queries, load->pages[i].requests,
               n_queries * sizeof *load->items);
    return 0;
}

int swap_load_create(struct swap_load *load, const char *queries_path, struct error *error)
{
    struct bench_queries queries;
    if (bench_queries_read(&queries, queries_path, error) != 0)
        return -1;
    int status = write_items(load, &queries, error);
    bench_queries_free(&queries);
    if (status != 0 || zipf_draw(load->trace_items, N_TRACE, load->n_items, SEED, error) != 0)
        return -1;
    for (size_t i = 0; i < N_TRACE; i++)
        load->trace[i] = load->items[load->trace_items[i]];
    load->n_trace = N_TRACE;
    return 0;
}

void swap_load_free(struct swap_load *load)
{
    for (unsigned i = 0; i < SWAP_LOAD_PAGES; i++)
        http_requests_free(&load->pages[i]);
    free(load->items);
    free(load->bodies[0]);
    free(load->bodies[1]);
    free(load->trace);
    free(load->trace_items);
    *load = (struct swap_load){.items = NULL};
}

struct learning {
    uint64_t *bodies;
    unsigned status; /* of an answer that is not 200; 0: none */
};

static bool note_body(void *context, const struct load_answer *answer)
{
    struct learning *learning = context;
    learning->bodies[answer->request] = answer->body_hash;
    if (answer->status != 200)
        learning->status = answer->status;
    return learning->status == 0;
}

int swap_load_learn(struct swap_load *load, const char *index_path, unsigned index,
                    struct error *error)
{
    static const char *const more[] = {"--max-wait-ms", "0", "--slow-query-ms", "0", NULL};
    const struct http_server_settings settings = {.cache_bytes = "0", .n_threads = 2, .more = more};
    struct learning learning = {.bodies = load->bodies[index]};
    const struct load_plan plan = {.requests = load->items,
                                   .n_requests = load->n_items,
                                   .n_connections = N_LEARNING,
                                   .seconds = 3600,
                                   .n_to_send = load->n_items,
                                   .answered = note_body,
                                   .context = &learning};
    struct load_plan at_port = plan;
    struct load_result result;
    struct http_server_child server;
    int status = http_server_child_start(&server, index_path, &settings, error);
    at_port.port = server.port;
    if (status == 0)
        status = load_run(&at_port, &result, error);
    if (status == 0 && learning.status != 0)
        status = error_set(error, "%s: an answer is %u, not 200", index_path, learning.status);
    http_server_child_stop(&server);
    return status;
}

uint32_t swap_load_n_different(const struct swap_load *load)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < load->n_items; i++)
        n += load->bodies[0][i] != load->bodies[1][i];
    return n;
}

enum swap_body swap_load_body(const struct swap_load *load, const struct load_answer *answer)
{
    uint32_t item = load->trace_items[answer->request];
    return (load->bodies[0][item] == answer->body_hash ? SWAP_BODY_FIRST : 0) |
           (load->bodies[1][item] == answer->body_hash ? SWAP_BODY_SECOND : 0);
}
