/* A file of counted downloads, half of them with the checksums of header and ids computed again. */
#include "index/registry/download_counts.h"
#include "tests/support/random.h"
#include "tests/torture/mutation.h"
#include "tests/torture/torture.h"

#include <cratedex/download_counts.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define N_VERSIONS 100
#define FILE_NAME "2026-01-03-0123456789abcdef" DOWNLOAD_COUNTS_SUFFIX

static int64_t version_ids[N_VERSIONS];
static struct download_counts_key key = {.day = "2026-01-03",
                                         .fingerprint = "0123456789abcdef",
                                         .version_ids = version_ids,
                                         .n_versions = N_VERSIONS};
static char *good;
static size_t good_size;

static void prepare(const char *folder)
{
    char path[FOLDER_PATH_SIZE];
    struct error error;
    for (int i = 0; i < N_VERSIONS; i++)
        version_ids[i] = 3 * i + 1;
    struct download_counts *counts = download_counts_open(folder, &key, &error);
    if (counts == NULL)
        abort();
    download_counts_add(counts, 7);
    download_counts_close(counts);
    good = file_read(folder_join(path, folder, FILE_NAME), &good_size);
}

static void forge_checksums(struct mutated *mutated)
{
    struct download_counts_header header;
    memcpy(&header, mutated->bytes, sizeof header);
    size_t ids_at = 4096 + (size_t)header.n_versions * sizeof(uint64_t);
    if (header.n_versions <= mutated->size &&
        ids_at + (size_t)header.n_versions * sizeof(int64_t) <= mutated->size)
        header.ids_xxh3 =
            XXH3_64bits(mutated->bytes + ids_at, (size_t)header.n_versions * sizeof(int64_t));
    header.header_xxh3 = XXH3_64bits(&header, offsetof(struct download_counts_header, header_xxh3));
    memcpy(mutated->bytes, &header, sizeof header);
}

static uint64_t read_all(const struct download_counts *counts)
{
    uint64_t sum = 0;
    for (uint32_t slot = 0; slot < download_counts_n_versions(counts); slot++)
        sum +=
            download_counts_value(counts, slot) + (uint64_t)download_counts_version(counts, slot);
    return sum + download_counts_slot(counts, 22) + strlen(download_counts_day(counts)) +
           strlen(download_counts_fingerprint(counts));
}

static enum torture_end run(const char *folder, uint64_t *seed, struct error *error)
{
    char path[FOLDER_PATH_SIZE];
    struct mutated mutated = mutate(good, good_size, 64, seed);
    if (random_below(seed, 2) == 0 && mutated.size >= sizeof(struct download_counts_header))
        forge_checksums(&mutated);
    folder_join(path, folder, FILE_NAME);
    file_write(path, mutated.bytes, mutated.size);
    free(mutated.bytes);
    struct download_counts *counts = download_counts_read(path, error);
    enum torture_end end = counts != NULL ? TORTURE_TAKEN : torture_refused(error);
    if (counts != NULL)
        (void)read_all(counts);
    download_counts_close(counts);
    if (end == TORTURE_WRONG)
        return end;
    /* As a server that starts again opens it. */
    counts = download_counts_open(folder, &key, error);
    if (counts == NULL && torture_refused(error) == TORTURE_WRONG)
        end = TORTURE_WRONG;
    if (counts != NULL)
        download_counts_add(counts, N_VERSIONS - 1);
    download_counts_close(counts);
    return end;
}

const struct torture_kind torture_counts = {"counts", prepare, run};
