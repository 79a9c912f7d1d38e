/* Space-Saving says which texts are followed. Who asked is kept as long as a text is followed, and
   begins anew where another takes its place: so a text may be told later than it could be, and
   never sooner. */
#include "server/telemetry/asked_window.h"

#include <stdlib.h>
#include <string.h>

struct asked_window *asked_window_create(void)
{
    struct asked_window *window = calloc(1, sizeof *window);
    if (window == NULL)
        return NULL;
    window->counts = space_saving_create(ASKED_WINDOW_TEXTS);
    if (window->counts != NULL)
        return window;
    free(window);
    return NULL;
}

void asked_window_destroy(struct asked_window *window)
{
    if (window == NULL)
        return;
    space_saving_destroy(window->counts);
    free(window);
}

void asked_window_clear(struct asked_window *window)
{
    space_saving_clear(window->counts);
    memset(window->texts, 0, sizeof window->texts);
}

void asked_clients_add(struct asked_clients *clients, uint64_t client)
{
    for (unsigned i = 0; i < clients->n; i++)
        if (clients->hashes[i] == client)
            return;
    if (clients->n < ASKED_MIN_CLIENTS)
        clients->hashes[clients->n++] = client;
}

void asked_window_add(struct asked_window *window, const struct asked_query *query, uint64_t client,
                      uint32_t weight)
{
    bool is_new;
    struct asked_text *text =
        &window->texts[space_saving_add(window->counts, query->id, weight, &is_new)];
    if (is_new) {
        text->query = *query;
        text->clients.n = 0;
    }
    asked_clients_add(&text->clients, client);
}
