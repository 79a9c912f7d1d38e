/* Threads that count take the pointer to the day's file, add, and forget it; the one thread that ticks opens
   files and moves the pointer. A file that was ever pointed to stays mapped until the end, so that a thread
   which was interrupted between the two steps adds to a file that is there: to that of yesterday, and once.
   That costs address space, 8 bytes a version and day, and no memory once the kernel has written the pages.

   The number of adds a crate is no part of the file: it tells cached pages that show today's counts from
   those that would show more. A thread adds to the file first and to it second. */
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
    _Atomic uint64_t *n_added;               /* by rank */
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
    counters->n_added = calloc((size_t)index_n_crates(index) + 1, sizeof *counters->n_added);
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
                                               uint32_t rank, int64_t version_id)
{
    uint32_t slot = download_counts_slot(download_counters_today(counters), version_id);
    return (struct counted_download){slot != DOWNLOAD_COUNTS_NO_SLOT ? rank : 0, slot};
}

void download_counters_add(struct download_counters *counters, struct counted_download download)
{
    struct download_counts *today = atomic_load_explicit(&counters->today, memory_order_acquire);
    download_counts_add(today, download.slot);
    atomic_fetch_add_explicit(&counters->n_added[download.rank], 1, memory_order_release);
}

const struct download_counts *download_counters_today(const struct download_counters *counters)
{
    return atomic_load_explicit(&counters->today, memory_order_acquire);
}

uint64_t download_counters_n_added(const struct download_counters *counters, uint32_t rank)
{
    return atomic_load_explicit(&counters->n_added[rank], memory_order_acquire);
}
