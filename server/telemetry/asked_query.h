/* A text that was searched for, as an answer keeps it for those who count what is asked, and who
   asked. */
#ifndef CRATEDEX_SERVER_ASKED_QUERY_H
#define CRATEDEX_SERVER_ASKED_QUERY_H

#include <stdbool.h>
#include <stdint.h>

/* Texts are cut there, between characters: what is the same until then counts as one. */
#define ASKED_MAX_TEXT 77

struct asked_query {
    uint64_t id; /* a hash of the text, of this process alone */
    uint8_t length;
    bool is_cut;
    bool found_nothing;
    char text[ASKED_MAX_TEXT]; /* UTF-8, not NUL-terminated */
};

/* Who asked: of each connection. */
struct asker {
    uint64_t client; /* what its address counts as (asked_queries_client) */
    unsigned thread; /* that answers it, from 0 */
};

#endif
