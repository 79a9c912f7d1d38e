/* The keys by which a list continues after its last item: opaque to clients, a short text inside. A
   key names the item's crate by its id and has what it was sorted by. So it serves in another
   index, too: the list goes on behind the crate, wherever that stands there, or where it is gone,
   behind the place that it had. */
#ifndef CRATEDEX_INDEX_SEEK_KEY_H
#define CRATEDEX_INDEX_SEEK_KEY_H

#include <cratedex/search_query.h>

/* The parts of the order of relevance, one behind the other. */
enum seek_stage { SEEK_STAGE_EXACT, SEEK_STAGE_FRONT, SEEK_STAGE_SECOND, SEEK_STAGE_FIRST };
#define N_SEEK_STAGES 4

/* The sort key of one item. */
struct seek_key {
    enum search_sort sort;
    int64_t id;            /* the crate's */
    int64_t value;         /* downloads, microseconds, …; neither alphabetical nor relevance */
    enum seek_stage stage; /* relevance */
    double score;          /* relevance: of the stage */
    float popularity;      /* relevance: it decides between equal scores */
    bool exact;            /* alphabetical: the item stood first as the exact match */
    char name[256];        /* alphabetical */
    size_t name_length;
};

/* Writes the key as base64url text. A longer name than fits is cut (no crate has one). */
void seek_key_format(const struct seek_key *key, char text[SEARCH_MAX_SEEK_KEY]);

/* Reads a key back. Returns 0, or -1 where the text is no key of sort `sort`. */
int seek_key_parse(struct seek_key *key, enum search_sort sort, const char *text, size_t length);

#endif
