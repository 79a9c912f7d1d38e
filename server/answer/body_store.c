/* malloc keeps what is freed for whoever comes next of the same thread: answers that come and go
   beside the buffers of searches and compressors leave holes between them, as large together as the
   cache itself. Here only what the cache keeps lies beside its like.

   Two-level segregated fit (Masmano, Ripoll, Crespo, Real: "TLSF: a new dynamic memory allocator
   for real-time systems", ECRTS 2004): free blocks are listed by size, by powers of two and 16
   steps between; two bitmaps find the first list whose blocks are all large enough. A block knows
   the size of the one before, so that what is freed grows together with its free neighbours at
   once. Taking and giving back are constant in time, and one mutex guards everything. */
#include "server/answer/body_store.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENT 16
#define N_STEPS 16
#define STEP_BITS 4
#define N_POWERS 64
/* Of a block: what the gaps between blocks come to, where sizes differ as those of answers do. */
#define GAP_PART 5
/* What does not fit into the gaps comes from malloc. So much more does it count there that what is
   evicted for it makes the gaps larger: few are outside then. */
#define OUTSIDE_FACTOR 3
/* Free blocks below 16 KiB are not worth a system call. */
#define MIN_GIVEN_UP_POWER 14

/* Lies at the beginning of each block; what is behind the first two members belongs to whoever has
   the block. */
struct block {
    size_t size_before; /* of the block before; 0: this is the first */
    size_t size;        /* header included, a multiple of ALIGNMENT; the lowest bit: it is free */
    struct block *next; /* in its list, of a free block, as the next one */
    struct block *previous;
};
#define HEADER_BYTES offsetof(struct block, next)
#define IS_FREE ((size_t)1)
_Static_assert(HEADER_BYTES % ALIGNMENT == 0, "what is behind a header is aligned");

struct body_store {
    pthread_mutex_t mutex; /* guards all below and the headers of the blocks */
    char *region;
    size_t region_bytes;
    uint64_t powers; /* that have a list which is not empty */
    uint16_t steps[N_POWERS];
    struct block *lists[N_POWERS][N_STEPS];
};

static size_t size_of(const struct block *block)
{
    return block->size & ~IS_FREE;
}

static bool is_free(const struct block *block)
{
    return (block->size & IS_FREE) != 0;
}

static struct block *block_behind(struct block *block)
{
    return (struct block *)((char *)block + size_of(block));
}

/* The list of blocks of that size. */
static unsigned place(size_t size, unsigned *step)
{
    unsigned power = 63 - (unsigned)__builtin_clzll(size);
    *step = (unsigned)(size >> (power - STEP_BITS)) & (N_STEPS - 1);
    return power;
}

static void list(struct body_store *store, struct block *block)
{
    unsigned step;
    unsigned power = place(size_of(block), &step);
    struct block **first = &store->lists[power][step];
    block->size |= IS_FREE;
    block->previous = NULL;
    block->next = *first;
    if (*first != NULL)
        (*first)->previous = block;
    *first = block;
    store->steps[power] = (uint16_t)(store->steps[power] | 1U << step);
    store->powers |= UINT64_C(1) << power;
}

static void unlist(struct body_store *store, struct block *block)
{
    unsigned step;
    unsigned power = place(size_of(block), &step);
    if (block->next != NULL)
        block->next->previous = block->previous;
    if (block->previous != NULL)
        block->previous->next = block->next;
    else
        store->lists[power][step] = block->next;
    if (store->lists[power][step] == NULL) {
        store->steps[power] = (uint16_t)(store->steps[power] & ~(1U << step));
        if (store->steps[power] == 0)
            store->powers &= ~(UINT64_C(1) << power);
    }
    block->size &= ~IS_FREE;
}

/* A block of the smallest list all of whose blocks are as large; NULL where there is none. */
static struct block *find(const struct body_store *store, size_t size)
{
    unsigned step;
    unsigned power = 63 - (unsigned)__builtin_clzll(size);
    power = place(size + ((size_t)1 << (power - STEP_BITS)) - 1, &step);
    unsigned steps = store->steps[power] & (~0U << step);
    if (steps == 0) {
        uint64_t powers = power < 63 ? store->powers & (~UINT64_C(0) << (power + 1)) : 0;
        if (powers == 0)
            return NULL;
        power = (unsigned)__builtin_ctzll(powers);
        steps = store->steps[power];
    }
    return store->lists[power][__builtin_ctz(steps)];
}

/* Gives what is behind the first `size` bytes of a block back. */
static void cut(struct body_store *store, struct block *block, size_t size)
{
    size_t rest = block->size - size;
    if (rest < sizeof(struct block))
        return;
    block->size = size;
    struct block *left = block_behind(block);
    left->size_before = size;
    left->size = rest;
    block_behind(left)->size_before = rest;
    list(store, left);
}

struct body_store *body_store_create(size_t max_bytes, struct error *error)
{
    struct body_store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    pthread_mutex_init(&store->mutex, NULL);
    store->region_bytes = max_bytes & ~(size_t)(ALIGNMENT - 1);
    if (store->region_bytes < 4 * sizeof(struct block)) {
        store->region_bytes = 0;
        return store;
    }
    store->region = mmap(NULL, store->region_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (store->region == MAP_FAILED) {
        error_set(error, "there is no memory for a cache of %zu bytes", max_bytes);
        pthread_mutex_destroy(&store->mutex);
        free(store);
        return NULL;
    }
    /* The last is never free, so that nothing grows beyond it. */
    struct block *first = (struct block *)store->region;
    first->size = store->region_bytes - HEADER_BYTES;
    block_behind(first)->size_before = first->size;
    block_behind(first)->size = HEADER_BYTES;
    list(store, first);
    return store;
}

void body_store_destroy(struct body_store *store)
{
    if (store == NULL)
        return;
    if (store->region_bytes > 0)
        munmap(store->region, store->region_bytes);
    pthread_mutex_destroy(&store->mutex);
    free(store);
}

static size_t block_size(size_t size)
{
    size_t bytes = (size + HEADER_BYTES + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    return bytes > sizeof(struct block) ? bytes : sizeof(struct block);
}

void *body_store_take(struct body_store *store, size_t size)
{
    if (store == NULL || size >= store->region_bytes)
        return malloc(size);
    size_t wanted = block_size(size);
    pthread_mutex_lock(&store->mutex);
    struct block *block = find(store, wanted);
    if (block != NULL) {
        unlist(store, block);
        cut(store, block, wanted);
    }
    pthread_mutex_unlock(&store->mutex);
    return block != NULL ? (char *)block + HEADER_BYTES : malloc(size);
}

static bool is_in_region(const struct body_store *store, const char *bytes)
{
    return store != NULL && bytes >= store->region && bytes < store->region + store->region_bytes;
}

size_t body_store_cost(const struct body_store *store, const void *block, size_t size)
{
    size_t bytes = block_size(size);
    if (store == NULL)
        return bytes;
    return is_in_region(store, block) ? bytes + bytes / GAP_PART : bytes * OUTSIDE_FACTOR;
}

/* Of a block of the region: makes one of it and of its free neighbours. */
static void make_free(struct body_store *store, struct block *block)
{
    struct block *behind = block_behind(block);
    if (is_free(behind)) {
        unlist(store, behind);
        block->size += behind->size;
    }
    if (block->size_before > 0) {
        struct block *before = (struct block *)((char *)block - block->size_before);
        if (is_free(before)) {
            unlist(store, before);
            before->size += block->size;
            block = before;
        }
    }
    block_behind(block)->size_before = block->size;
    list(store, block);
}

void body_store_give_back(struct body_store *store, void *block)
{
    if (!is_in_region(store, block)) {
        free(block);
        return;
    }
    pthread_mutex_lock(&store->mutex);
    make_free(store, (struct block *)((char *)block - HEADER_BYTES));
    pthread_mutex_unlock(&store->mutex);
}

/* Leaves the block's own words where they are. */
static void give_up_pages(struct block *block)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *start = (char *)(block + 1);
    char *end = (char *)block_behind(block);
    start += (page - (uintptr_t)start % page) % page;
    if (end >= start + page)
        madvise(start, (size_t)(end - start) / page * page, MADV_DONTNEED);
}

void body_store_give_up_free(struct body_store *store)
{
    if (store == NULL)
        return;
    for (unsigned power = MIN_GIVEN_UP_POWER; power < N_POWERS; power++) {
        pthread_mutex_lock(&store->mutex);
        for (unsigned step = 0; step < N_STEPS; step++)
            for (struct block *block = store->lists[power][step]; block != NULL;
                 block = block->next)
                give_up_pages(block);
        pthread_mutex_unlock(&store->mutex);
    }
}

size_t body_store_free_bytes(struct body_store *store, size_t *n_pieces)
{
    size_t n_bytes = 0;
    *n_pieces = 0;
    pthread_mutex_lock(&store->mutex);
    for (unsigned power = 0; power < N_POWERS; power++)
        for (unsigned step = 0; step < N_STEPS; step++)
            for (const struct block *block = store->lists[power][step]; block != NULL;
                 block = block->next) {
                n_bytes += size_of(block);
                (*n_pieces)++;
            }
    pthread_mutex_unlock(&store->mutex);
    return n_bytes;
}
