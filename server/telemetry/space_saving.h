/* What is most frequent in a stream, counted in bounded memory: Space-Saving (Metwally, Agrawal and
   El Abbadi, "Efficient computation of frequent and top-k elements in data streams", ICDT 2005).

   With m counters and n elements seen, of every element:
   - one that occurred more than n / m times has a counter;
   - its count is at least how often it occurred, and at most `error` more; `error` <= n / m;
   - one without a counter occurred at most space_saving_least times. */
#ifndef CRATEDEX_SERVER_SPACE_SAVING_H
#define CRATEDEX_SERVER_SPACE_SAVING_H

#include <stdbool.h>
#include <stdint.h>

struct space_saving;

struct space_saving_counter {
    uint64_t id;    /* of the element */
    uint64_t count; /* how often it occurred, at most */
    uint64_t error; /* how often it occurred at least is `count` less this */
};

/* With so many counters, 1 to 2^20. NULL when memory runs out. */
struct space_saving *space_saving_create(uint32_t n_counters);

/* NULL is allowed. */
void space_saving_destroy(struct space_saving *summary);

/* Forgets everything. */
void space_saving_clear(struct space_saving *summary);

/* Counts an element that occurs `weight` times (1 or more) in a row. Returns the number of its
   counter, which stays the same as long as the element has it; `*is_new`: another may have had that
   counter before. Time: O(log n_counters). */
uint32_t space_saving_add(struct space_saving *summary, uint64_t id, uint32_t weight, bool *is_new);

/* Counters in use are those numbered below this. */
uint32_t space_saving_n_used(const struct space_saving *summary);

const struct space_saving_counter *space_saving_at(const struct space_saving *summary, uint32_t i);

/* How often an element may have occurred that has no counter: 0 as long as one is free. */
uint64_t space_saving_least(const struct space_saving *summary);

#endif
