/* Threads that count take the pointer to the day's file, add, and forget it; who ticks or follows
   another index opens files and moves the pointer, one at a time (`mutex`). A thread may be
   interrupted between the two steps, and then adds to a file that has just been that of the day,
   once. So a file stays mapped when it is not pointed to any more; until an index is replaced, when
   everybody who counted at the time of download_counters_follow has ended. Days that pass without
   that cost address space, 8 bytes a version and day, and no memory once the kernel has written the
   pages.

   The number of adds a crate is no part of the file: it tells cached pages that show today's counts
   from those that would show more. A thread adds to the file first and to it second. The numbers
   lie in a table by the hash of the crate's id, without its name: crates that share one have a page
   made anew now and then that need not be.

   What is counted is named by ids, for a cached answer may have been made of another index than the
   one whose versions the file has. The slot that it remembers is believed where the file has that
   version there.

   Somebody may write into the file of the day, cut it or remove it. Nobody who counts looks: what
   is mapped takes every add (mapped_fault.h). Each tick looks, and then moves the pointer to
   another file, into which it carries what the old one had (download_recovery.h). */
#include "server/service/download_counters.h"

#include <cratedex/download_recovery.h>
#include <cratedex/index_reader.h>
#include <cratedex/timestamp.h>
#include <cratedex/version_lookup.h>
#include <inttypes.h>
#include <pthread.h>
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
    const struct counted_versions *versions;
    bool is_over; /* another file has taken its place */
    bool is_left; /* nobody was pointed to it when another index was followed last */
    struct counted_day *older;
};

/* The ids of an index's versions, in a list of them: files that were opened use them. */
struct counted_versions {
    int64_t *ids;
    struct counted_versions *older;
};

struct download_counters {
    char *folder;
    pthread_mutex_t mutex;             /* guards the next three */
    struct download_counts_key key;    /* but for the day */
    struct counted_versions *versions; /* of the key, then of the indexes before */
    struct counted_day *days;
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

static void say(const struct download_recovery *recovery)
{
    const char *moved_to = recovery->moved_to.message;
    fprintf(stderr,
            "cratedex-server: counting downloads: %s; %s%s%scounting goes on in a new file, with "
            "%" PRIu64 " downloads that could be kept\n",
            recovery->why.message, moved_to[0] != '\0' ? "it lies in " : "", moved_to,
            moved_to[0] != '\0' ? " now, and " : "", recovery->n_kept);
}

/* Opens the file of the key's day; one that is damaged makes room for another. */
static struct download_counts *open_file(struct download_counters *counters, struct error *error)
{
    struct download_recovery recovery;
    struct download_counts *counts = download_counts_open(counters->folder, &counters->key, error);
    if (counts != NULL)
        return counts;
    counts = download_recovery_open(counters->folder, &counters->key, &recovery, error);
    if (counts != NULL && recovery.why.message[0] != '\0')
        say(&recovery);
    return counts;
}

/* The open file of a day and of the index at hand, which others may be gone for; NULL: none is. */
static struct counted_day *find_day(const struct download_counters *counters)
{
    struct counted_day *day = counters->days;
    while (day != NULL &&
           (day->is_over || strcmp(download_counts_day(day->counts), counters->key.day) != 0 ||
            strcmp(download_counts_fingerprint(day->counts), counters->key.fingerprint) != 0))
        day = day->older;
    return day;
}

/* The open file of a day; opens it where it is not. NULL and why. */
static struct download_counts *open_day(struct download_counters *counters, int64_t seconds,
                                        struct error *error)
{
    format_day(seconds, counters->key.day);
    struct counted_day *day = find_day(counters);
    if (day != NULL)
        return day->counts;
    day = calloc(1, sizeof *day);
    if (day == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    day->counts = open_file(counters, error);
    if (day->counts == NULL) {
        free(day);
        return NULL;
    }
    day->versions = counters->versions;
    day->older = counters->days;
    counters->days = day;
    return day->counts;
}

/* Has everybody add to another file of the same day, where the one at hand is damaged or gone. */
static int mend_day(struct download_counters *counters, struct counted_day *day,
                    struct error *error)
{
    struct download_recovery recovery;
    if (download_recovery_look(day->counts, &recovery.why))
        return 0;
    struct counted_day *another = calloc(1, sizeof *another);
    if (another == NULL)
        return error_out_of_memory(error);
    another->counts =
        download_recovery_replace(day->counts, counters->folder, &counters->key, &recovery, error);
    if (another->counts == NULL) {
        free(another);
        error_prefix(error, "%s: ", recovery.why.message);
        return -1;
    }
    another->versions = day->versions;
    another->older = counters->days;
    counters->days = another;
    day->is_over = true;
    atomic_store_explicit(&counters->today, another->counts, memory_order_release);
    download_recovery_carry(day->counts, another->counts, &recovery);
    say(&recovery);
    return 0;
}

static void drop_versions(struct download_counters *counters)
{
    struct counted_versions *versions = counters->versions;
    counters->versions = versions->older;
    free(versions->ids);
    free(versions);
}

/* Takes the versions of an index to count from now on. */
static int read_versions(struct download_counters *counters, const struct index *index,
                         struct error *error)
{
    uint32_t n_versions = 0;
    struct counted_versions *versions = calloc(1, sizeof *versions);
    if (versions == NULL)
        return error_out_of_memory(error);
    versions->older = counters->versions;
    counters->versions = versions;
    struct index_reader *reader = index_reader_open(index, error);
    int result =
        reader != NULL ? index_version_ids(reader, &versions->ids, &n_versions, error) : -1;
    index_reader_close(reader);
    if (result != 0) {
        drop_versions(counters);
        return -1;
    }
    counters->key.version_ids = versions->ids;
    counters->key.n_versions = n_versions;
    snprintf(counters->key.fingerprint, sizeof counters->key.fingerprint, "%s",
             index_fingerprint(index));
    return 0;
}

struct download_counters *download_counters_open(const char *folder, const struct index *index,
                                                 int64_t now, struct error *error)
{
    struct download_counters *counters = calloc(1, sizeof *counters);
    if (counters == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    pthread_mutex_init(&counters->mutex, NULL);
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
        if (!day->is_over && download_counts_flush(day->counts, error) != 0)
            result = -1;
        download_counts_close(day->counts);
        free(day);
    }
    while (counters->versions != NULL)
        drop_versions(counters);
    pthread_mutex_destroy(&counters->mutex);
    free((void *)counters->n_added);
    free(counters->folder);
    free(counters);
    return result;
}

/* Points to the file of the day. */
static int change_day(struct download_counters *counters, int64_t now, struct error *error)
{
    struct download_counts *before = atomic_load(&counters->today);
    struct download_counts *today = open_day(counters, now, error);
    if (today == NULL)
        return -1;
    if (today == before)
        return 0;
    atomic_store_explicit(&counters->today, today, memory_order_release);
    return download_counts_flush(before, error);
}

static int tick(struct download_counters *counters, int64_t now, struct error *error)
{
    if (change_day(counters, now, error) != 0 || mend_day(counters, find_day(counters), error) != 0)
        return -1;
    return open_day(counters, now + AHEAD_SECONDS, error) != NULL ? 0 : -1;
}

int download_counters_tick(struct download_counters *counters, int64_t now, struct error *error)
{
    pthread_mutex_lock(&counters->mutex);
    int result = tick(counters, now, error);
    pthread_mutex_unlock(&counters->mutex);
    return result;
}

/* All but today's, and the next day's if that is there. */
static void mark_left(struct download_counters *counters)
{
    const struct download_counts *today = atomic_load(&counters->today);
    const char *name = download_counts_day(today);
    for (struct counted_day *day = counters->days; day != NULL; day = day->older)
        day->is_left =
            day->counts != today && (day->is_over || day->versions != counters->versions ||
                                     strcmp(download_counts_day(day->counts), name) < 0);
}

int download_counters_follow(struct download_counters *counters, const struct index *index,
                             int64_t now, struct error *error)
{
    int result = 0;
    pthread_mutex_lock(&counters->mutex);
    if (strcmp(counters->key.fingerprint, index_fingerprint(index)) != 0)
        result = read_versions(counters, index, error);
    if (result == 0)
        result = change_day(counters, now, error);
    mark_left(counters);
    pthread_mutex_unlock(&counters->mutex);
    return result;
}

static bool is_used(const struct download_counters *counters,
                    const struct counted_versions *versions)
{
    const struct counted_day *day = counters->days;
    while (day != NULL && day->versions != versions)
        day = day->older;
    return day != NULL || versions == counters->versions;
}

static void drop_unused_versions(struct download_counters *counters)
{
    for (struct counted_versions **link = &counters->versions; *link != NULL;) {
        struct counted_versions *versions = *link;
        if (is_used(counters, versions)) {
            link = &versions->older;
            continue;
        }
        *link = versions->older;
        free(versions->ids);
        free(versions);
    }
}

void download_counters_forget(struct download_counters *counters)
{
    pthread_mutex_lock(&counters->mutex);
    for (struct counted_day **link = &counters->days; *link != NULL;) {
        struct counted_day *day = *link;
        if (!day->is_left) {
            link = &day->older;
            continue;
        }
        *link = day->older;
        download_counts_close(day->counts);
        free(day);
    }
    drop_unused_versions(counters);
    pthread_mutex_unlock(&counters->mutex);
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
