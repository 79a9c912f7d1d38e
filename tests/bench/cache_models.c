/* LRU is a list over the items, linked by their numbers. Belady's rule needs, of every request,
   when its item is asked for next, which one pass from the end tells; a heap has the items by that
   time, latest on top. A request moves its item's time, and the heap gets a new element instead of
   the old one being sought: an element whose time is not its item's any more is thrown away when it
   comes to the top. */
#include "tests/bench/cache_models.h"

#include <stdbool.h>
#include <stdlib.h>

#define NOBODY UINT32_MAX

struct link {
    uint32_t older;
    uint32_t younger;
    bool is_cached;
};

struct lru {
    struct link *links;
    uint32_t oldest;
    uint32_t youngest;
};

static void take_off(struct lru *lru, uint32_t item)
{
    const struct link *link = &lru->links[item];
    if (link->older != NOBODY)
        lru->links[link->older].younger = link->younger;
    else
        lru->oldest = link->younger;
    if (link->younger != NOBODY)
        lru->links[link->younger].older = link->older;
    else
        lru->youngest = link->older;
}

static void put_on(struct lru *lru, uint32_t item)
{
    lru->links[item] = (struct link){lru->youngest, NOBODY, true};
    if (lru->youngest != NOBODY)
        lru->links[lru->youngest].younger = item;
    else
        lru->oldest = item;
    lru->youngest = item;
}

int cache_model_lru(const struct cache_trace *trace, size_t max_bytes, size_t *n_hits,
                    struct error *error)
{
    struct lru lru = {calloc(trace->n_items, sizeof *lru.links), NOBODY, NOBODY};
    if (lru.links == NULL)
        return error_out_of_memory(error);
    size_t bytes = 0;
    *n_hits = 0;
    for (size_t i = 0; i < trace->n_requests; i++) {
        uint32_t item = trace->items[i];
        if (lru.links[item].is_cached) {
            *n_hits += i >= trace->n_warm_up;
            take_off(&lru, item);
        } else {
            bytes += trace->costs[item];
        }
        put_on(&lru, item);
        while (bytes > max_bytes) {
            uint32_t evicted = lru.oldest;
            take_off(&lru, evicted);
            lru.links[evicted].is_cached = false;
            bytes -= trace->costs[evicted];
        }
    }
    free(lru.links);
    return 0;
}

struct use {
    size_t time; /* of the next request for the item */
    uint32_t item;
};

struct heap {
    struct use *uses; /* latest first */
    size_t n;
};

static void heap_push(struct heap *heap, struct use use)
{
    size_t at = heap->n++;
    while (at > 0 && heap->uses[(at - 1) / 2].time < use.time) {
        heap->uses[at] = heap->uses[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->uses[at] = use;
}

static struct use heap_pop(struct heap *heap)
{
    struct use top = heap->uses[0];
    struct use last = heap->uses[--heap->n];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= heap->n)
            break;
        if (child + 1 < heap->n && heap->uses[child + 1].time > heap->uses[child].time)
            child++;
        if (heap->uses[child].time <= last.time)
            break;
        heap->uses[at] = heap->uses[child];
        at = child;
    }
    heap->uses[at] = last;
    return top;
}

/* When the item of each request is asked for next: the request's number, or a time behind all for
   which no two items have the same. */
static void find_next_uses(const struct cache_trace *trace, size_t *next_uses, size_t *last_seen)
{
    for (uint32_t item = 0; item < trace->n_items; item++)
        last_seen[item] = trace->n_requests + item;
    for (size_t i = trace->n_requests; i-- > 0;) {
        next_uses[i] = last_seen[trace->items[i]];
        last_seen[trace->items[i]] = i;
    }
}

int cache_model_belady(const struct cache_trace *trace, size_t max_bytes, size_t *n_hits,
                       struct error *error)
{
    size_t *next_uses = calloc(trace->n_requests, sizeof *next_uses);
    size_t *times = calloc(trace->n_items, sizeof *times);
    bool *is_cached = calloc(trace->n_items, sizeof *is_cached);
    struct heap heap = {calloc(trace->n_requests, sizeof *heap.uses), 0};
    int result = -1;
    if (next_uses == NULL || times == NULL || is_cached == NULL || heap.uses == NULL) {
        error_out_of_memory(error);
        goto done;
    }
    find_next_uses(trace, next_uses, times);
    size_t bytes = 0;
    *n_hits = 0;
    for (size_t i = 0; i < trace->n_requests; i++) {
        uint32_t item = trace->items[i];
        if (is_cached[item])
            *n_hits += i >= trace->n_warm_up;
        else
            bytes += trace->costs[item];
        is_cached[item] = true;
        times[item] = next_uses[i];
        heap_push(&heap, (struct use){next_uses[i], item});
        while (bytes > max_bytes) {
            struct use latest = heap_pop(&heap);
            if (!is_cached[latest.item] || times[latest.item] != latest.time)
                continue;
            is_cached[latest.item] = false;
            bytes -= trace->costs[latest.item];
        }
    }
    result = 0;
done:
    free(next_uses);
    free(times);
    free(is_cached);
    free(heap.uses);
    return result;
}
