/* Hazard pointers (Michael: "Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects", IEEE
   TPDS 15(6), 2004), of which every thread needs one. A thread that takes the value writes into a
   slot of its own which one it is about to use, and looks again whether that is still the current
   one: if so, whoever replaces it from then on finds the slot and waits. All four accesses (slot
   then current, current then slots) are sequentially consistent, so that one of the two sides sees
   the other. A reader writes to no cache line but its own, where a count of references would travel
   from processor to processor with every request. What it costs, some 11 ns, is the wait for its
   own write.

   An address that is freed and published again while a thread is between its two looks does no
   harm: the second look compares with what is current then, and that is what the thread gets.

   Slots are found by a thread-specific value and linked into a list that only grows; a thread that
   ends leaves its slot to the next that begins. Replacing is rare and takes as long as a request:
   it asks again every while, so that readers need not wake anybody. */
#include "server/service/published.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#define CACHE_LINE_BYTES 64
#define POLL_NANOSECONDS 100000

struct slot {
    _Alignas(CACHE_LINE_BYTES) _Atomic(void *) held; /* NULL: nothing */
    atomic_bool is_owned;                            /* by a thread that runs */
    struct slot *next;                               /* set before the slot is linked */
};

struct published {
    _Alignas(CACHE_LINE_BYTES) _Atomic(void *) current; /* seldom written */
    _Atomic(struct slot *) slots;
    pthread_key_t own_slot;
};

static void leave_slot(void *value)
{
    struct slot *slot = value;
    atomic_store(&slot->is_owned, false);
}

struct published *published_create(void *value, struct error *error)
{
    struct published *published = aligned_alloc(CACHE_LINE_BYTES, sizeof *published);
    if (published == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    atomic_init(&published->current, value);
    atomic_init(&published->slots, NULL);
    if (pthread_key_create(&published->own_slot, leave_slot) == 0)
        return published;
    error_set(error, "there are no more thread-specific values");
    free(published);
    return NULL;
}

void *published_destroy(struct published *published)
{
    if (published == NULL)
        return NULL;
    void *value = atomic_load(&published->current);
    struct slot *slot = atomic_load(&published->slots);
    pthread_key_delete(published->own_slot);
    while (slot != NULL) {
        struct slot *next = slot->next;
        free(slot);
        slot = next;
    }
    free(published);
    return value;
}

/* A slot that a thread has left, or a new one; NULL when memory runs out. */
static struct slot *find_free_slot(struct published *published)
{
    struct slot *slot = atomic_load(&published->slots);
    for (; slot != NULL; slot = slot->next) {
        bool is_owned = false;
        if (atomic_compare_exchange_strong(&slot->is_owned, &is_owned, true))
            return slot;
    }
    slot = aligned_alloc(CACHE_LINE_BYTES, sizeof *slot);
    if (slot == NULL)
        return NULL;
    atomic_init(&slot->held, NULL);
    atomic_init(&slot->is_owned, true);
    slot->next = atomic_load(&published->slots);
    while (!atomic_compare_exchange_weak(&published->slots, &slot->next, slot))
        ;
    return slot;
}

/* The calling thread's slot, or NULL. */
static struct slot *make_own_slot(struct published *published)
{
    struct slot *slot = find_free_slot(published);
    if (slot == NULL || pthread_setspecific(published->own_slot, slot) == 0)
        return slot;
    leave_slot(slot);
    return NULL;
}

const void *published_take(struct published *published)
{
    struct slot *slot = pthread_getspecific(published->own_slot);
    if (slot == NULL)
        slot = make_own_slot(published);
    if (slot == NULL)
        return NULL;
    void *value = atomic_load_explicit(&published->current, memory_order_relaxed);
    for (;;) {
        atomic_store(&slot->held, value);
        void *current = atomic_load(&published->current);
        if (current == value)
            return value;
        value = current;
    }
}

void published_give_back(struct published *published)
{
    struct slot *slot = pthread_getspecific(published->own_slot);
    atomic_store_explicit(&slot->held, NULL, memory_order_release);
}

static bool is_held(const struct published *published, const void *value)
{
    for (struct slot *slot = atomic_load(&published->slots); slot != NULL; slot = slot->next)
        if (atomic_load(&slot->held) == value)
            return true;
    return false;
}

void *published_replace(struct published *published, void *value)
{
    const struct timespec moment = {.tv_nsec = POLL_NANOSECONDS};
    void *old = atomic_exchange(&published->current, value);
    while (is_held(published, old))
        nanosleep(&moment, NULL);
    return old;
}
