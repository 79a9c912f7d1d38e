/* Threads that count take the pointer to the day's file, add, and forget it; the one thread that
   ticks opens files and moves the pointer. A file that was ever pointed to stays mapped until the
   end, so that a thread which was interrupted between the two steps adds to a file that is there:
   to that of yesterday, and once. That costs address space, 8 bytes a version and day, and no
   memory once the kernel has written the pages.

   The number of adds a crate is no part of the file: it tells cached pages that show today's counts
   from those that would show more. A thread adds to the file first and to it second. The numbers
   lie in a table by the hash of the crate's id, without its name: crates that share one have a page
   made anew now and then that need not be.

   What is counted is named by ids, for a cached answer may have been made of another index than the
   one whose versions the file has. The slot that it remembers is believed where the file has that
   version there. */
#include "server/service/download_counters.h"

#include <cratedex/index_reader.h>
#include <cratedex/timestamp.h>
#include <cratedex/version_lookup.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MICROSECONDS INT64_C(1000000)

/* How long before midnight the next file is made. */
#define AHEAD_SECONDS 60

/* The least table of numbers. */
#define MIN_NUMBERS_BITS 10
#define MIN_NUMBERS ((size_t)1 << MIN_NUMBERS_BITS)

/* A file that is open, in a list of them. */
struct counted_day {
    struct download_counts *counts;
    struct counted_day *older;
};

struct download_counters {
    char *folder;
    struct download_counts_key key;          /* but for the day */
    int64_t *version_ids;                    /* of the key */
    struct counted_day *days;                /* for the thread that ticks */
    _Atomic(struct download_counts *) today; /* one of them */
    _Atomic uint64_t *n_added;               /* by the hash of the crate's id */
    unsigned hash_shift;                     /* what of the hash is no place in it */
};

static void format_day(int64_t seconds, char day[DOWNLOAD_COUNTS_DAY_SIZE])
{
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(seconds * MICROSECONDS, text);
    memcpy(day, text, DOWNLOAD_COUNTS_DAY_SIZE - 1);
    day[DOWNLOAD_COUNTS_DAY_SIZE - 1] = '\0';
}

/* The open file of a day; opens it where it is not. NULL and why. */
static struct download_counts *open_day(struct download_counters *counters, int64_t seconds,
                                        struct error *error)
{
    format_day(seconds, counters->key.day);
    for (struct counted_day *day = counters->days; day != NULL; day = day->older)
        if (strcmp(download_counts_day(day->counts), counters->key.day) == 0)
            return day->counts;
    struct counted_day *day = malloc(sizeof *day);
    if (day == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    day->counts = download_counts_open(counters->folder, &counters->key, error);
    if (day->counts == NULL) {
        free(day);
        return NULL;
    }
    day->older = counters->days;
    counters->days = day;
    return day->counts;
}

static int read_versions(struct download_counters *counters, const struct index *index,
                         struct error *error)
{
    struct index_reader *reader = index_reader_open(index, error);
    if (reader == NULL)
        return -1;
    int result =
        index_version_ids(reader, &counters->version_ids, &counters->key.n_versions, error);
    index_reader_close(reader);
    counters->key.version_ids = counters->version_ids;
    return result;
}

struct download_counters *download_counters_open(const char *folder, const struct index *index,
                                                 int64_t now, struct error *error)
{
    struct download_counters *counters = calloc(1, sizeof *counters);
    if (counters == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    snprintf(counters->key.fingerprint, sizeof counters->key.fingerprint, "%s",
             index_fingerprint(index));
    counters->folder = strdup(folder);
    size_t n_numbers = MIN_NUMBERS;
    for (counters->hash_shift = 64 - MIN_NUMBERS_BITS; n_numbers < index_n_crates(index);
         n_numbers *= 2)
        counters->hash_shift--;
    counters->n_added = calloc(n_numbers, sizeof *counters->n_added);
    struct download_counts *today = NULL;
    if (counters->folder == NULL || counters->n_added == NULL)
        error_out_of_memory(error);
    else if (read_versions(counters, index, error) == 0)
        today = open_day(counters, now, error);
    atomic_init(&counters->today, today);
    if (today != NULL)
        return counters;
    download_counters_close(counters, NULL);
    return NULL;
}

int download_counters_close(struct download_counters *counters, struct error *error)
{
    int result = 0;
    if (counters == NULL)
        return 0;
    while (counters->days != NULL) {
        struct counted_day *day = counters->days;
        counters->days = day->older;
        if (download_counts_flush(day->counts, error) != 0)
            result = -1;
        download_counts_close(day->counts);
        free(day);
    }
    free(counters->version_ids);
    free((void *)counters->n_added);
    free(counters->folder);
    free(counters);
    return result;
}

int download_counters_tick(struct download_counters *counters, int64_t now, struct error *error)
{
    struct download_counts *before = atomic_load(&counters->today);
    struct download_counts *today = open_day(counters, now, error);
    if (today == NULL)
        return -1;
    if (today != before) {
        atomic_store_explicit(&counters->today, today, memory_order_release);
        if (download_counts_flush(before, error) != 0)
            return -1;
    }
    return open_day(counters, now + AHEAD_SECONDS, error) != NULL ? 0 : -1;
}

struct counted_download download_counters_find(const struct download_counters *counters,
                                               int64_t crate_id, int64_t version_id)
{
    uint32_t slot = download_counts_slot(download_counters_today(counters), version_id);
    return (struct counted_download){crate_id, version_id, slot, slot != DOWNLOAD_COUNTS_NO_SLOT};
}

/* Fibonacci hashing (Knuth 6.4): ids, which are given in turn, fall far from each other. */
static _Atomic uint64_t *find_number(const struct download_counters *counters, int64_t crate_id)
{
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);
    return &counters->n_added[((uint64_t)crate_id * golden) >> counters->hash_shift];
}

bool download_counters_add(struct download_counters *counters,
                           const struct counted_download *download)
{
    struct download_counts *today = atomic_load_explicit(&counters->today, memory_order_acquire);
    uint32_t slot = download->slot;
    if (slot >= download_counts_n_versions(today) ||
        download_counts_version(today, slot) != download->version_id)
        slot = download_counts_slot(today, download->version_id);
    if (slot == DOWNLOAD_COUNTS_NO_SLOT)
        return false;
    download_counts_add(today, slot);
    atomic_fetch_add_explicit(find_number(counters, download->crate_id), 1, memory_order_release);
    return true;
}

const struct download_counts *download_counters_today(const struct download_counters *counters)
{
    return atomic_load_explicit(&counters->today, memory_order_acquire);
}

uint64_t download_counters_n_added(const struct download_counters *counters, int64_t crate_id)
{
    return atomic_load_explicit(find_number(counters, crate_id), memory_order_acquire);
}
