/* A value that many threads read while another takes its place: readers pay nothing that they
   share, and whoever replaces it learns when nobody uses the old one any more. */
#ifndef CRATEDEX_SERVER_PUBLISHED_H
#define CRATEDEX_SERVER_PUBLISHED_H

#include <cratedex/error.h>

struct published;

/* `value` is the first; it stays the caller's to free. Returns NULL and why. */
struct published *published_create(void *value, struct error *error);

/* Nobody may hold the value, and threads that did must have ended or not ask again. Returns it.
   NULL is allowed, and gives NULL. */
void *published_destroy(struct published *published);

/* The value of this moment, which stays what it is until the calling thread gives it back; it takes
   one at a time. Never waits. NULL where the thread asks for the first time and memory runs out:
   then nothing is to be given back. Thread-safe, as all below. */
const void *published_take(struct published *published);
void published_give_back(struct published *published);

/* Who takes from now on gets `value`. Waits for those who hold the old one, and returns that: it is
   the caller's to free, for nobody sees it any more. The calling thread must hold none. */
void *published_replace(struct published *published, void *value);

#endif
