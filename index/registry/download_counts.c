/* The file is made whole under a temporary name (temporary_file.h) and added under its own. Where
   somebody else was faster, theirs stays and is used: no counter is ever replaced. Opening checks
   whatever does not change: header, size, ids. Counters have no checksum, for they change under
   way.

   Numbers are in the byte order of the machine; a file from one of the other order is refused. */
#define _GNU_SOURCE /* asprintf */
#include <cratedex/download_counts.h>

#include "index/base/compare.h"
#include "index/base/temporary_file.h"
#include "index/base/transfer.h"
#include "index/registry/download_counts.h"

#include <cratedex/timestamp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

size_t download_counts_file_size(uint64_t n_versions)
{
    return HEADER_BYTES + (size_t)n_versions * (sizeof(uint64_t) + sizeof(int64_t));
}

static uint64_t header_hash(const struct download_counts_header *header)
{
    return XXH3_64bits(header, offsetof(struct download_counts_header, header_xxh3));
}

void download_counts_fill_header(struct download_counts_header *header,
                                 const struct download_counts_key *key)
{
    *header = (struct download_counts_header){
        .byte_order = BYTE_ORDER_MARK,
        .format = FORMAT,
        .n_versions = key->n_versions,
        .ids_xxh3 = XXH3_64bits(key->version_ids, key->n_versions * sizeof *key->version_ids),
    };
    memcpy(header->magic, MAGIC, sizeof header->magic);
    memcpy(header->day, key->day, sizeof key->day);
    memcpy(header->fingerprint, key->fingerprint, sizeof key->fingerprint);
    header->header_xxh3 = header_hash(header);
}

/* Fills a new file. Returns 0, or -1 with errno. */
static int fill_file(int descriptor, const struct download_counts_key *key)
{
    struct download_counts_header header;
    int64_t ids_at = (int64_t)(HEADER_BYTES + key->n_versions * sizeof(uint64_t));
    download_counts_fill_header(&header, key);
    errno = posix_fallocate(descriptor, 0, (off_t)download_counts_file_size(key->n_versions));
    if (errno != 0 || transfer_write(descriptor, &header, sizeof header, 0) != 0 ||
        transfer_write(descriptor, key->version_ids, key->n_versions * sizeof(int64_t), ids_at) !=
            0)
        return -1;
    return 0;
}

/* Makes the file unless there is one. */
static int make_file(const char *folder, const char *path, const struct download_counts_key *key,
                     struct error *error)
{
    struct temporary_file temporary;
    if (temporary_file_create(&temporary, folder, "counting") != 0)
        return error_set(error, "cannot count downloads in the folder %s: %s", folder,
                         strerror(errno));
    int result = 0;
    if (fill_file(temporary.descriptor, key) != 0 ||
        temporary_file_add(&temporary, path, 0644) != 0)
        result = error_set(error, "cannot make %s: %s", path, strerror(errno));
    temporary_file_close(&temporary);
    return result;
}

/* What is wrong with a file that is mapped, or NULL. */
static const char *fault_of(const struct download_counts *counts)
{
    const struct download_counts_header *header = counts->header;
    if (memcmp(header->magic, MAGIC, sizeof header->magic) != 0)
        return "is not a file of counted downloads";
    if (header->byte_order != BYTE_ORDER_MARK)
        return "was written by a machine of another byte order";
    if (header->format != FORMAT)
        return "has a format that this version of Cratedex does not read";
    if (header->header_xxh3 != header_hash(header))
        return "is damaged: the checksum of its header is wrong";
    int64_t day;
    if (header->day[DOWNLOAD_COUNTS_DAY_SIZE - 1] != '\0' ||
        timestamp_parse(header->day, DOWNLOAD_COUNTS_DAY_SIZE - 1, &day) != 0 ||
        header->fingerprint[DOWNLOAD_COUNTS_FINGERPRINT_SIZE - 1] != '\0')
        return "is damaged: its header names no day or no index";
    if (header->n_versions >= DOWNLOAD_COUNTS_NO_SLOT ||
        counts->size != download_counts_file_size(header->n_versions))
        return "is damaged: it has not the size that its header says";
    return NULL;
}

/* The parts behind a sound header. Returns what is wrong with them, or NULL. */
static const char *open_parts(struct download_counts *counts)
{
    counts->n_versions = (uint32_t)counts->header->n_versions;
    void *counters = (char *)counts->mapped + HEADER_BYTES;
    counts->counters = counters;
    const void *version_ids = counts->counters + counts->n_versions;
    counts->version_ids = version_ids;
    if (counts->header->ids_xxh3 !=
        XXH3_64bits(counts->version_ids, counts->n_versions * sizeof(int64_t)))
        return "is damaged: the checksum of its versions is wrong";
    for (uint32_t i = 1; i < counts->n_versions; i++)
        if (counts->version_ids[i] <= counts->version_ids[i - 1])
            return "is damaged: its versions are not in order";
    return NULL;
}

/* Maps an open file. Returns 0, or -1 and why. */
static int map_file(struct download_counts *counts, int descriptor, bool for_adding,
                    const char *path, struct error *error)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0) {
        error_set(error, "%s: %s", path, strerror(errno));
        return -1;
    }
    if (!S_ISREG(status.st_mode) || status.st_size < HEADER_BYTES) {
        error_set(error, "%s is not a file of counted downloads", path);
        return -1;
    }
    counts->size = (size_t)status.st_size;
    void *mapped = mmap(NULL, counts->size, for_adding ? PROT_READ | PROT_WRITE : PROT_READ,
                        MAP_SHARED, descriptor, 0);
    if (mapped == MAP_FAILED) {
        error_set(error, "%s: %s", path, strerror(errno));
        return error_mark_transient(error);
    }
    counts->mapped = mapped;
    counts->header = mapped;
    const char *fault = fault_of(counts);
    if (fault == NULL)
        fault = open_parts(counts);
    counts->made_as = *counts->header;
    if (fault == NULL)
        return 0;
    error_set(error, "%s %s", path, fault);
    return -1;
}

/* What recovery needs (download_recovery.c). */
static int prepare_for_damage(struct download_counts *counts, const char *path, struct error *error)
{
    counts->path = strdup(path);
    counts->kept = calloc((size_t)counts->n_versions + 1, sizeof *counts->kept);
    counts->range = mapped_range_watch(counts->mapped, counts->size);
    if (counts->path == NULL || counts->kept == NULL || counts->range == NULL)
        return error_out_of_memory(error);
    for (uint32_t slot = 0; slot < counts->n_versions; slot++) {
        uint64_t value = download_counts_value(counts, slot);
        counts->kept[slot] = value <= DOWNLOAD_COUNTS_MAX ? value : 0;
    }
    return 0;
}

static struct download_counts *open_file(const char *path, bool for_adding, struct error *error)
{
    struct download_counts *counts = calloc(1, sizeof *counts);
    if (counts == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    int result = -1;
    counts->descriptor = open(path, (for_adding ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
    if (counts->descriptor < 0)
        error_set(error, "%s: %s", path, strerror(errno));
    else
        result = map_file(counts, counts->descriptor, for_adding, path, error);
    if (result == 0 && for_adding)
        result = prepare_for_damage(counts, path, error);
    if (result == 0)
        return counts;
    download_counts_close(counts);
    return NULL;
}

char *download_counts_path(const char *folder, const struct download_counts_key *key)
{
    char *path = NULL;
    int length =
        asprintf(&path, "%s/%s-%s" DOWNLOAD_COUNTS_SUFFIX, folder, key->day, key->fingerprint);
    return length < 0 ? NULL : path;
}

struct download_counts *download_counts_read(const char *path, struct error *error)
{
    return open_file(path, false, error);
}

struct download_counts *
download_counts_open(const char *folder, const struct download_counts_key *key, struct error *error)
{
    char *path = NULL;
    struct download_counts *counts = NULL;
    struct download_counts_header expected;
    download_counts_fill_header(&expected, key);
    path = download_counts_path(folder, key);
    if (path == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    if (access(path, F_OK) == 0 || make_file(folder, path, key, error) == 0)
        counts = open_file(path, true, error);
    if (counts != NULL && memcmp(&counts->made_as, &expected, sizeof expected) != 0) {
        error_set(error,
                  "%s is not of the day, the index and the versions that its name says: "
                  "move it away",
                  path);
        download_counts_close(counts);
        counts = NULL;
    }
    if (counts != NULL)
        counts->version_ids = key->version_ids;
    free(path);
    return counts;
}

int download_counts_flush(struct download_counts *counts, struct error *error)
{
    if (msync(counts->mapped, counts->size, MS_SYNC) == 0)
        return 0;
    return error_set(error, "cannot write the downloads of %s to the disk: %s", counts->made_as.day,
                     strerror(errno));
}

void download_counts_close(struct download_counts *counts)
{
    if (counts == NULL)
        return;
    mapped_range_forget(counts->range);
    if (counts->mapped != NULL)
        munmap(counts->mapped, counts->size);
    if (counts->descriptor >= 0)
        close(counts->descriptor);
    free(counts->kept);
    free(counts->path);
    free(counts);
}

const char *download_counts_day(const struct download_counts *counts)
{
    return counts->made_as.day;
}

const char *download_counts_fingerprint(const struct download_counts *counts)
{
    return counts->made_as.fingerprint;
}

uint32_t download_counts_n_versions(const struct download_counts *counts)
{
    return counts->n_versions;
}

uint32_t download_counts_slot(const struct download_counts *counts, int64_t version_id)
{
    const int64_t *found = bsearch(&version_id, counts->version_ids, counts->n_versions,
                                   sizeof version_id, compare_int64);
    return found != NULL ? (uint32_t)(found - counts->version_ids) : DOWNLOAD_COUNTS_NO_SLOT;
}

int64_t download_counts_version(const struct download_counts *counts, uint32_t slot)
{
    return counts->version_ids[slot];
}

void download_counts_add(struct download_counts *counts, uint32_t slot)
{
    atomic_fetch_add_explicit(&counts->counters[slot], 1, memory_order_relaxed);
}

uint64_t download_counts_value(const struct download_counts *counts, uint32_t slot)
{
    return atomic_load_explicit(&counts->counters[slot], memory_order_relaxed);
}
