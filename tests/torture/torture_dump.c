/* A dump: bytes of a table, cells that hold what no registry has, and lines that are missing or
   there twice, in a folder or a .tar.gz whose own checksums fit; or the bytes of a tar before it is
   packed, or of the packed one. A build that succeeds must make a file that verifies; one that
   fails leaves the file that was there, and nothing else. */
#include "tests/support/random.h"
#include "tests/support/small_dump.h"
#include "tests/torture/mutation.h"
#include "tests/torture/torture.h"

#include <cratedex/index_builder.h>
#include <cratedex/index_verify.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#define DATE "2026-01-02-030405"
#define TAR_BLOCK 512

static const char *const names[] = {"crates",
                                    "versions",
                                    "dependencies",
                                    "crate_downloads",
                                    "default_versions",
                                    "keywords",
                                    "crates_keywords",
                                    "categories",
                                    "crates_categories",
                                    "users",
                                    "teams",
                                    "crate_owners",
                                    "version_downloads",
                                    "metadata",
                                    "reserved_crate_names"};
#define N_TABLES (sizeof names / sizeof *names)

static struct mutated tables[N_TABLES];

static void prepare(const char *folder)
{
    char dump[FOLDER_PATH_SIZE];
    (void)folder;
    folder_make(dump);
    small_dump_write(dump, 14);
    for (size_t i = 0; i < N_TABLES; i++) {
        char path[FOLDER_PATH_SIZE];
        char name[64];
        snprintf(name, sizeof name, DATE "/data/%s.csv", names[i]);
        tables[i].bytes =
            (unsigned char *)file_read(folder_join(path, dump, name), &tables[i].size);
    }
    folder_remove(dump);
}

/* The begin of a line or cell at or behind a place, and its end. */
static size_t find(const struct mutated *table, size_t at, const char *ends)
{
    while (at < table->size && strchr(ends, table->bytes[at]) == NULL)
        at++;
    return at;
}

/* `size` bytes at `at` become others. */
static struct mutated replaced(const struct mutated *table, size_t at, size_t size,
                               const void *bytes, size_t n_bytes)
{
    struct mutated result = {.bytes = malloc(table->size - size + n_bytes + 1),
                             .size = table->size - size + n_bytes};
    if (result.bytes == NULL)
        abort();
    memcpy(result.bytes, table->bytes, at);
    memcpy(result.bytes + at, bytes, n_bytes);
    memcpy(result.bytes + at + n_bytes, table->bytes + at + size, table->size - at - size);
    return result;
}

static struct mutated change_cell(const struct mutated *table, uint64_t *seed)
{
    static const char *const cells[] = {"",
                                        "\"\"",
                                        "-1",
                                        "0",
                                        "99999999999999999999",
                                        "9223372036854775807",
                                        "t",
                                        "\"",
                                        "{",
                                        "\"{}\"",
                                        "\"{\"\"a\"\": [1]}\"",
                                        "\\x",
                                        "\\xzz",
                                        "2026-02-31",
                                        "9999-12-31 23:59:59+00",
                                        "\xff\xfe",
                                        "\"{a,\"\"b",
                                        "null",
                                        "1e9",
                                        "a,b",
                                        "\r\n",
                                        "^",
                                        "=0",
                                        "*",
                                        "1.0.0-alpha+b",
                                        "\xe8\xaa\x9e"};
    static char large[70000];
    size_t at = find(table, random_below(seed, (uint32_t)table->size), ",\n");
    if (at >= table->size)
        at = table->size - 1;
    size_t end = find(table, at + 1, ",\n");
    uint32_t which = random_below(seed, sizeof cells / sizeof *cells + 1);
    if (which == sizeof cells / sizeof *cells) {
        memset(large, 'a', sizeof large);
        return replaced(table, at + 1, end - at - 1, large, random_below(seed, sizeof large));
    }
    return replaced(table, at + 1, end > at ? end - at - 1 : 0, cells[which], strlen(cells[which]));
}

/* A line goes, or comes twice. */
static struct mutated change_line(const struct mutated *table, uint64_t *seed)
{
    size_t at = find(table, random_below(seed, (uint32_t)table->size), "\n");
    size_t end = find(table, at + 1, "\n");
    if (end >= table->size || random_below(seed, 2) == 0)
        return replaced(table, at < table->size ? at : 0,
                        end > at && end < table->size ? end - at : 0, "", 0);
    return replaced(table, end, 0, table->bytes + at, end - at);
}

static struct mutated change_table(const struct mutated *table, uint64_t *seed)
{
    switch (random_below(seed, 4)) {
    case 0:
        return mutate(table->bytes, table->size, 64, seed);
    case 1:
        return change_line(table, seed);
    default:
        return change_cell(table, seed);
    }
}

static void add_member(struct mutated *tar, const char *path, const struct mutated *content)
{
    size_t padded = (content->size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    unsigned char *bytes = realloc(tar->bytes, tar->size + TAR_BLOCK + padded);
    if (bytes == NULL)
        abort();
    tar->bytes = bytes;
    char *header = (char *)bytes + tar->size;
    memset(header, 0, TAR_BLOCK + padded);
    snprintf(header, 100, "%s", path);
    memcpy(header + 100, "0000644\0000000000\0000000000\0", 24);
    snprintf(header + 124, 12, "%011zo", content->size);
    memcpy(header + 136, "00000000000\0        0", 21);
    memcpy(header + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (int i = 0; i < TAR_BLOCK; i++)
        sum += (unsigned char)header[i];
    snprintf(header + 148, 8, "%06o", sum);
    memcpy(header + TAR_BLOCK, content->bytes, content->size);
    tar->size += TAR_BLOCK + padded;
}

static struct mutated pack(const struct mutated *tar)
{
    z_stream stream = {.next_in = tar->bytes, .avail_in = (uInt)tar->size};
    if (deflateInit2(&stream, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    size_t bound = deflateBound(&stream, tar->size);
    struct mutated packed = {.bytes = malloc(bound)};
    stream.next_out = packed.bytes;
    stream.avail_out = (uInt)bound;
    if (packed.bytes == NULL || deflate(&stream, Z_FINISH) != Z_STREAM_END)
        abort();
    packed.size = bound - stream.avail_out;
    deflateEnd(&stream);
    return packed;
}

static void write_archive(const char *path, const struct mutated *changed, uint64_t *seed)
{
    static unsigned char end_marker[2 * TAR_BLOCK];
    const struct mutated end = {end_marker, sizeof end_marker};
    struct mutated tar = {NULL, 0};
    for (size_t i = 0; i < N_TABLES; i++) {
        char name[100];
        snprintf(name, sizeof name, DATE "/data/%s.csv", names[i]);
        add_member(&tar, name, &changed[i]);
    }
    struct mutated ended = replaced(&tar, tar.size, 0, end.bytes, end.size);
    free(tar.bytes);
    tar = ended;
    if (random_below(seed, 3) == 0) {
        struct mutated torn = mutate(tar.bytes, tar.size, TAR_BLOCK, seed);
        free(tar.bytes);
        tar = torn;
    }
    struct mutated packed = pack(&tar);
    free(tar.bytes);
    if (random_below(seed, 3) == 0) {
        struct mutated torn = mutate(packed.bytes, packed.size, TAR_BLOCK, seed);
        free(packed.bytes);
        packed = torn;
    }
    file_write(path, packed.bytes, packed.size);
    free(packed.bytes);
}

static void write_folder(const char *path, const struct mutated *changed)
{
    mkdir(path, 0755);
    for (size_t i = 0; i < N_TABLES; i++) {
        char table[FOLDER_PATH_SIZE];
        char name[64];
        snprintf(name, sizeof name, "%s.csv", names[i]);
        file_write(folder_join(table, path, name), changed[i].bytes, changed[i].size);
    }
}

/* What a build leaves of a file that has the word "old", beside `n_before` other names. */
static enum torture_end look(const char *folder, const char *out, size_t n_before, int result,
                             struct error *error)
{
    size_t size;
    char *bytes = file_read(out, &size);
    bool is_old = size == 3 && memcmp(bytes, "old", 3) == 0;
    free(bytes);
    if (folder_count(folder) != n_before) {
        error_set(error, "the build left something behind");
        return TORTURE_WRONG;
    }
    if (result != 0 && is_old)
        return torture_refused(error);
    if (result != 0 || is_old) {
        error_set(error, "the build returned %d, and the file is the %s one", result,
                  is_old ? "old" : "new");
        return TORTURE_WRONG;
    }
    if (index_verify(out, NULL, NULL, error) == 0)
        return TORTURE_TAKEN;
    error_prefix(error, "the build succeeded, and: ");
    return TORTURE_WRONG;
}

static enum torture_end run(const char *folder, uint64_t *seed, struct error *error)
{
    char dump[FOLDER_PATH_SIZE];
    char out[FOLDER_PATH_SIZE];
    struct mutated changed[N_TABLES];
    struct build_report report;
    memcpy(changed, tables, sizeof changed);
    for (unsigned left = 1 + random_below(seed, 3); left > 0; left--) {
        struct mutated *table = &changed[random_below(seed, N_TABLES)];
        if (table->size == 0)
            continue;
        struct mutated next = change_table(table, seed);
        if (table->bytes != tables[table - changed].bytes)
            free(table->bytes);
        *table = next;
    }
    bool is_folder = random_below(seed, 2) == 0;
    folder_join(dump, folder, is_folder ? "dump" : "dump.tar.gz");
    if (is_folder)
        write_folder(dump, changed);
    else
        write_archive(dump, changed, seed);
    for (size_t i = 0; i < N_TABLES; i++)
        if (changed[i].bytes != tables[i].bytes)
            free(changed[i].bytes);
    folder_join(out, folder, "torture.cdx");
    file_write(out, "old", 3);
    size_t n_before = folder_count(folder);
    struct build_options options = {.dump_path = dump, .out_path = out, .allow_shrink = true};
    int result = index_build(&options, &report, error);
    return look(folder, out, n_before, result, error);
}

const struct torture_kind torture_dump = {"dump", prepare, run};
