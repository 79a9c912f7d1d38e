/* What is believed of a file that is damaged. Its counters lie where they should if the header is
   the one that the file was made with, or if the ids behind them are: either says of which day,
   index and versions they are, and a copy of another file has neither. A counter beyond
   DOWNLOAD_COUNTS_MAX is damage. Where the file is cut, what is left counts.

   While a file is open there is more: each counter as it was seen last (download_recovery_look),
   below which none can be. A page behind a cut becomes one of zeros of this process alone
   (mapped_fault.h), which goes on counting: what it has is to be added to what was seen before.

   Who moves a file away holds a lock on it (flock), and looks at its name again first, so that of
   several processes one does it. The others find another file under the name, and carry over only
   what nobody else has seen, their pages of zeros. A file that was moved away by somebody else
   keeps its counts, for he has it; one that was removed has left them to us. */
#define _GNU_SOURCE /* asprintf */
#include <cratedex/download_recovery.h>

#include "index/registry/download_counts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COUNTERS_A_LOOK 262144
#define COUNTERS_A_READ 4096
#define MAX_NAMES 1000
#define MAX_LOCK_TRIES 50 /* half a second */

/* Who recovers the file has the lock for a moment; whoever else may read it, for as long as he
   likes: he is not waited for. Returns 0, or -1 and why. */
static int lock(int descriptor, const char *path, struct error *error)
{
    const struct timespec moment = {.tv_nsec = 10000000};
    for (unsigned i = 1; flock(descriptor, LOCK_EX | LOCK_NB) != 0; i++) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_set(error, "cannot lock %s: %s", path, strerror(errno));
        if (i == MAX_LOCK_TRIES)
            return error_set(error, "%s cannot be mended: another program has locked it", path);
        nanosleep(&moment, NULL);
    }
    return 0;
}

/* Whether the path leads to the open file. */
static bool is_at(const char *path, int descriptor)
{
    struct stat own;
    struct stat there;
    return fstat(descriptor, &own) == 0 && stat(path, &there) == 0 && own.st_dev == there.st_dev &&
           own.st_ino == there.st_ino;
}

/* Where the file system can only link, it does that. */
static int rename_unless_there(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    return link(from, to) == 0 ? unlink(from) : -1;
}

/* Gives the file another name, which no file has. */
static int move_away(const char *path, struct error *moved_to, struct error *error)
{
    for (unsigned i = 1; i < MAX_NAMES; i++) {
        char number[16] = "";
        if (i > 1)
            snprintf(number, sizeof number, ".%u", i);
        error_set(moved_to, "%s" DOWNLOAD_RECOVERY_SUFFIX "%s", path, number);
        if (rename_unless_there(path, moved_to->message) == 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    struct error target = *moved_to;
    moved_to->message[0] = '\0';
    return error_set(error, "cannot move %s to %s: %s", path, target.message, strerror(errno));
}

/* Reads all of a piece, or what is there of it. */
static size_t read_at(int descriptor, void *bytes, size_t size, size_t at)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = pread(descriptor, (char *)bytes + done, size - done, (off_t)(at + done));
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        if (n > 0)
            done += (size_t)n;
    }
    return done;
}

/* Whether the ids of the file are those of the key. */
static bool has_ids(int descriptor, const struct download_counts_key *key)
{
    int64_t ids[COUNTERS_A_READ];
    size_t at = HEADER_BYTES + (size_t)key->n_versions * sizeof(uint64_t);
    for (uint32_t i = 0; i < key->n_versions; i += COUNTERS_A_READ) {
        size_t n = key->n_versions - i < COUNTERS_A_READ ? key->n_versions - i : COUNTERS_A_READ;
        if (read_at(descriptor, ids, n * sizeof *ids, at + i * sizeof *ids) != n * sizeof *ids ||
            memcmp(ids, key->version_ids + i, n * sizeof *ids) != 0)
            return false;
    }
    return key->n_versions > 0;
}

static bool has_its_counters(int descriptor, const struct download_counts_key *key)
{
    struct download_counts_header header;
    struct download_counts_header expected;
    download_counts_fill_header(&expected, key);
    return (read_at(descriptor, &header, sizeof header, 0) == sizeof header &&
            memcmp(&header, &expected, sizeof header) == 0) ||
           has_ids(descriptor, key);
}

static void add(struct download_counts *counts, uint32_t slot, uint64_t n, uint64_t *sum)
{
    if (n == 0)
        return;
    atomic_fetch_add_explicit(&counts->counters[slot], n, memory_order_relaxed);
    if (!mapped_range_is_replaced(counts->range, &counts->counters[slot]))
        counts->kept[slot] += n;
    *sum += n;
}

/* Adds what a file that nobody has mapped still has. */
static void add_file(int descriptor, struct download_counts *to, uint64_t *sum)
{
    uint64_t values[COUNTERS_A_READ];
    for (uint32_t i = 0; i < to->n_versions;) {
        uint32_t wanted =
            to->n_versions - i < COUNTERS_A_READ ? to->n_versions - i : COUNTERS_A_READ;
        size_t n_bytes = read_at(descriptor, values, wanted * sizeof *values,
                                 HEADER_BYTES + (size_t)i * sizeof *values);
        uint32_t n = (uint32_t)(n_bytes / sizeof *values);
        for (uint32_t j = 0; j < n; j++)
            add(to, i + j, values[j] <= DOWNLOAD_COUNTS_MAX ? values[j] : 0, sum);
        if (n < wanted)
            return;
        i += n;
    }
}

/* Whether a file that was refused is sound after all, and of that key. */
static bool is_sound(const char *path, const struct download_counts_key *key)
{
    struct error error;
    struct download_counts_header expected;
    struct download_counts *counts = download_counts_read(path, &error);
    download_counts_fill_header(&expected, key);
    bool is = counts != NULL && memcmp(&counts->made_as, &expected, sizeof expected) == 0;
    download_counts_close(counts);
    return is;
}

/* With the lock on the file. */
static struct download_counts *recover(const char *path, int descriptor, const char *folder,
                                       const struct download_counts_key *key,
                                       struct download_recovery *recovery, struct error *error)
{
    if (!is_at(path, descriptor))
        return download_counts_open(folder, key, error); /* somebody was faster */
    if (is_sound(path, key))
        return NULL;
    recovery->why = *error;
    recovery->keeps_counts = has_its_counters(descriptor, key);
    if (move_away(path, &recovery->moved_to, error) != 0)
        return NULL;
    struct download_counts *counts = download_counts_open(folder, key, error);
    if (counts != NULL && recovery->keeps_counts)
        add_file(descriptor, counts, &recovery->n_kept);
    return counts;
}

struct download_counts *download_recovery_open(const char *folder,
                                               const struct download_counts_key *key,
                                               struct download_recovery *recovery,
                                               struct error *error)
{
    struct stat status;
    struct download_counts *counts = NULL;
    *recovery = (struct download_recovery){.n_kept = 0};
    if (error->is_transient)
        return NULL;
    char *path = download_counts_path(folder, key);
    int descriptor = path != NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (descriptor >= 0) {
        if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
            lock(descriptor, path, error) == 0)
            counts = recover(path, descriptor, folder, key, recovery, error);
        close(descriptor);
    }
    free(path);
    return counts;
}

/* Looks at the next counters of the round. */
static bool look_at_counters(struct download_counts *counts)
{
    const void *behind = counts->counters + counts->n_versions;
    const int64_t *version_ids = behind;
    uint32_t slot = counts->n_looked_at;
    uint32_t n = counts->n_versions - slot;
    uint32_t end = slot + (n < COUNTERS_A_LOOK ? n : COUNTERS_A_LOOK);
    for (; slot < end; slot++) {
        uint64_t value = download_counts_value(counts, slot);
        if (value < counts->kept[slot] || value > DOWNLOAD_COUNTS_MAX ||
            version_ids[slot] != counts->version_ids[slot])
            return false;
        counts->kept[slot] = value;
    }
    counts->n_looked_at = end < counts->n_versions ? end : 0;
    return true;
}

bool download_recovery_look(struct download_counts *counts, struct error *why)
{
    struct stat status;
    if (fstat(counts->descriptor, &status) != 0 || status.st_size != (off_t)counts->size ||
        mapped_range_has_faults(counts->range) ||
        memcmp(counts->header, &counts->made_as, sizeof counts->made_as) != 0 ||
        !look_at_counters(counts)) {
        error_set(why, "%s was written to or cut while downloads are counted in it", counts->path);
        return false;
    }
    if (is_at(counts->path, counts->descriptor))
        return true;
    error_set(why, "%s is not where it was any more", counts->path);
    return false;
}

struct download_counts *download_recovery_replace(const struct download_counts *old,
                                                  const char *folder,
                                                  const struct download_counts_key *key,
                                                  struct download_recovery *recovery,
                                                  struct error *error)
{
    struct stat status;
    struct download_counts *counts = NULL;
    recovery->moved_to.message[0] = '\0';
    recovery->n_kept = 0;
    if (lock(old->descriptor, old->path, error) != 0)
        return NULL;
    if (fstat(old->descriptor, &status) != 0) {
        error_set(error, "%s: %s", old->path, strerror(errno));
        return NULL;
    }
    bool is_there = is_at(old->path, old->descriptor);
    recovery->keeps_counts =
        is_there || (status.st_nlink == 0 && access(old->path, F_OK) != 0 && errno == ENOENT);
    if (!is_there || move_away(old->path, &recovery->moved_to, error) == 0)
        counts = download_counts_open(folder, key, error);
    flock(old->descriptor, LOCK_UN);
    return counts;
}

/* Whether the mapped counters are still those of the file. */
static bool is_believed(const struct download_counts *counts)
{
    return memcmp(counts->header, &counts->made_as, sizeof counts->made_as) == 0;
}

void download_recovery_carry(const struct download_counts *old, struct download_counts *to,
                             struct download_recovery *recovery)
{
    bool believes = is_believed(old);
    for (uint32_t slot = 0; slot < old->n_versions && slot < to->n_versions; slot++) {
        uint64_t kept = recovery->keeps_counts ? old->kept[slot] : 0;
        uint64_t value = download_counts_value(old, slot); /* before the look at its page */
        if (value > DOWNLOAD_COUNTS_MAX)
            value = 0;
        if (mapped_range_is_replaced(old->range, &old->counters[slot]))
            value += kept;
        else if (!recovery->keeps_counts)
            value = 0;
        else if (!believes || value < kept)
            value = kept;
        add(to, slot, value, &recovery->n_kept);
    }
}
