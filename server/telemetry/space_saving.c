/* Counters lie in an array and stay where they are. A binary heap of their numbers has the smallest
   count on top, which an element without a counter takes over with its count: that is the error.
   A table by linear probing, twice as large at least as there are counters, finds an element's;
   ids are hashes already. What is deleted from it is filled from behind (Knuth, The Art of Computer
   Programming, volume 3, section 6.4, algorithm R). */
#include "server/telemetry/space_saving.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

struct space_saving {
    uint32_t n_counters;
    uint32_t n_used;
    uint32_t mask; /* of places in the table */
    struct space_saving_counter *counters;
    uint32_t *heap;   /* numbers of counters, n_used of them */
    uint32_t *places; /* of each counter in the heap */
    uint32_t *table;  /* numbers of counters; NONE: empty */
};

struct space_saving *space_saving_create(uint32_t n_counters)
{
    struct space_saving *summary = calloc(1, sizeof *summary);
    if (summary == NULL)
        return NULL;
    uint32_t n_places = 4;
    while (n_places < 2 * n_counters)
        n_places *= 2;
    summary->n_counters = n_counters;
    summary->mask = n_places - 1;
    summary->counters = calloc(n_counters, sizeof *summary->counters);
    summary->heap = calloc(n_counters, sizeof *summary->heap);
    summary->places = calloc(n_counters, sizeof *summary->places);
    summary->table = calloc(n_places, sizeof *summary->table);
    if (summary->counters == NULL || summary->heap == NULL || summary->places == NULL ||
        summary->table == NULL) {
        space_saving_destroy(summary);
        return NULL;
    }
    space_saving_clear(summary);
    return summary;
}

void space_saving_destroy(struct space_saving *summary)
{
    if (summary == NULL)
        return;
    free(summary->counters);
    free(summary->heap);
    free(summary->places);
    free(summary->table);
    free(summary);
}

void space_saving_clear(struct space_saving *summary)
{
    summary->n_used = 0;
    memset(summary->table, 0xFF, ((size_t)summary->mask + 1) * sizeof *summary->table);
}

/* Where the element is in the table, or the empty place where it would be. */
static uint32_t find_place(const struct space_saving *summary, uint64_t id)
{
    uint32_t place = (uint32_t)id & summary->mask;
    while (summary->table[place] != NONE && summary->counters[summary->table[place]].id != id)
        place = (place + 1) & summary->mask;
    return place;
}

static void delete_from_table(struct space_saving *summary, uint64_t id)
{
    uint32_t hole = find_place(summary, id);
    for (uint32_t place = (hole + 1) & summary->mask; summary->table[place] != NONE;
         place = (place + 1) & summary->mask) {
        uint32_t home = (uint32_t)summary->counters[summary->table[place]].id & summary->mask;
        bool is_behind_hole = ((place - home) & summary->mask) < ((place - hole) & summary->mask);
        if (is_behind_hole)
            continue;
        summary->table[hole] = summary->table[place];
        hole = place;
    }
    summary->table[hole] = NONE;
}

static uint64_t count_at(const struct space_saving *summary, uint32_t place)
{
    return summary->counters[summary->heap[place]].count;
}

static void put(struct space_saving *summary, uint32_t place, uint32_t counter)
{
    summary->heap[place] = counter;
    summary->places[counter] = place;
}

/* A count has grown. */
static void sink(struct space_saving *summary, uint32_t place)
{
    uint32_t counter = summary->heap[place];
    uint64_t count = summary->counters[counter].count;
    for (uint32_t child; (child = 2 * place + 1) < summary->n_used; place = child) {
        if (child + 1 < summary->n_used && count_at(summary, child + 1) < count_at(summary, child))
            child++;
        if (count_at(summary, child) >= count)
            break;
        put(summary, place, summary->heap[child]);
    }
    put(summary, place, counter);
}

/* A free counter rises from the end of the heap to behind those that are not larger. */
static uint32_t take_free(struct space_saving *summary, uint64_t id, uint32_t weight)
{
    uint32_t counter = summary->n_used++;
    uint32_t place = counter;
    summary->counters[counter] = (struct space_saving_counter){.id = id, .count = weight};
    for (; place > 0 && count_at(summary, (place - 1) / 2) > weight; place = (place - 1) / 2)
        put(summary, place, summary->heap[(place - 1) / 2]);
    put(summary, place, counter);
    return counter;
}

static uint32_t take_over_least(struct space_saving *summary, uint64_t id, uint32_t weight)
{
    uint32_t counter = summary->heap[0];
    struct space_saving_counter *taken = &summary->counters[counter];
    delete_from_table(summary, taken->id);
    taken->id = id;
    taken->error = taken->count;
    taken->count += weight;
    sink(summary, 0);
    return counter;
}

uint32_t space_saving_add(struct space_saving *summary, uint64_t id, uint32_t weight, bool *is_new)
{
    uint32_t counter = summary->table[find_place(summary, id)];
    *is_new = counter == NONE;
    if (counter != NONE) {
        summary->counters[counter].count += weight;
        sink(summary, summary->places[counter]);
        return counter;
    }
    counter = summary->n_used < summary->n_counters ? take_free(summary, id, weight)
                                                    : take_over_least(summary, id, weight);
    summary->table[find_place(summary, id)] = counter;
    return counter;
}

uint32_t space_saving_n_used(const struct space_saving *summary)
{
    return summary->n_used;
}

const struct space_saving_counter *space_saving_at(const struct space_saving *summary, uint32_t i)
{
    return &summary->counters[i];
}

uint64_t space_saving_least(const struct space_saving *summary)
{
    return summary->n_used < summary->n_counters ? 0 : count_at(summary, 0);
}
