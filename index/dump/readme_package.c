/* One walk finds Cargo.toml, which stands near the front, and mostly the README behind it; where it
   stood before, another walk does. Of Cargo.toml, which cargo writes anew for every package, the
   line is read that says `readme = "…"`. */
#include "index/dump/readme_package.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_MANIFEST ((size_t)1 << 20)
#define MAX_README ((size_t)16 << 20)
#define MAX_PATH 256

struct package {
    struct archive *archive;
    struct archive_entry *entry;
    uint64_t max_bytes;
};

static int fail(const struct package *package, struct error *error)
{
    const char *reason = archive_error_string(package->archive);
    return error_set(error, "the package is damaged (%s)", reason != NULL ? reason : "no reason");
}

static int open_package(struct package *package, const void *bytes, size_t size,
                        struct error *error)
{
    package->archive = archive_read_new();
    if (package->archive == NULL ||
        archive_read_support_filter_gzip(package->archive) != ARCHIVE_OK ||
        archive_read_support_format_tar(package->archive) != ARCHIVE_OK)
        return error_out_of_memory(error);
    if (archive_read_open_memory(package->archive, bytes, size) != ARCHIVE_OK)
        return fail(package, error);
    return 0;
}

/* The next file: its path below the one folder that all lie in. Returns 1, 0 or -1. */
static int next_file(struct package *package, const char **path, struct error *error)
{
    for (;;) {
        int result = archive_read_next_header(package->archive, &package->entry);
        if (result == ARCHIVE_EOF)
            return 0;
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
            return fail(package, error);
        la_int64_t unpacked = archive_filter_bytes(package->archive, 0);
        if (unpacked < 0 || (uint64_t)unpacked > package->max_bytes)
            return error_set(error, "the package unpacks to too much");
        const char *name = archive_entry_pathname(package->entry);
        const char *slash = name != NULL ? strchr(name, '/') : NULL;
        if (slash == NULL || archive_entry_filetype(package->entry) != AE_IFREG ||
            archive_entry_hardlink(package->entry) != NULL)
            continue;
        *path = slash + 1;
        return 1;
    }
}

static int read_file(struct package *package, size_t max_size, msgpack_sbuffer *out,
                     struct error *error)
{
    char block[16384];
    la_ssize_t n;
    size_t start = out->size;
    while ((n = archive_read_data(package->archive, block, sizeof block)) > 0) {
        if (out->size - start + (size_t)n > max_size)
            return error_set(error, "a file in the package is too large");
        if (msgpack_sbuffer_write(out, block, (size_t)n) != 0)
            return error_out_of_memory(error);
    }
    return n < 0 ? fail(package, error) : 1;
}

/* Copies what the manifest says its README is: "" for none. */
static void read_manifest(const msgpack_sbuffer *manifest, char path[MAX_PATH])
{
    static const char key[] = "readme";
    const char *end = manifest->data + manifest->size;
    snprintf(path, MAX_PATH, "README.md");
    for (const char *line = manifest->data; line != NULL && line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        const char *stop = next != NULL ? next : end;
        const char *at = line;
        size_t n = (size_t)(stop - line);
        line = next != NULL ? next + 1 : NULL;
        if (n <= sizeof key || memcmp(at, key, sizeof key - 1) != 0)
            continue;
        at += sizeof key - 1;
        at += strspn(at, " \t");
        if (at >= stop || *at++ != '=')
            continue;
        at += strspn(at, " \t");
        const char *quote =
            at < stop && *at == '"' ? memchr(at + 1, '"', (size_t)(stop - at - 1)) : NULL;
        path[0] = '\0'; /* false */
        if (quote != NULL && quote - at - 1 < MAX_PATH) {
            at += strncmp(at + 1, "./", 2) == 0 ? 3 : 1;
            snprintf(path, MAX_PATH, "%.*s", (int)(quote - at), at);
        }
        return;
    }
}

static bool is_markdown(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash != NULL ? slash : path, '.');
    return path[0] != '\0' &&
           (dot == NULL || strcasecmp(dot, ".md") == 0 || strcasecmp(dot, ".markdown") == 0);
}

/* Walks once. `wanted` is "" until the manifest was read. Returns 1, 0 or -1. */
static int walk(struct package *package, char wanted[MAX_PATH], bool *has_manifest,
                msgpack_sbuffer *text, struct error *error)
{
    const char *path = "";
    int found;
    while ((found = next_file(package, &path, error)) == 1) {
        if (*has_manifest && strcmp(path, wanted) == 0)
            return read_file(package, MAX_README, text, error);
        if (*has_manifest || strcmp(path, "Cargo.toml") != 0)
            continue;
        msgpack_sbuffer manifest;
        msgpack_sbuffer_init(&manifest);
        int result = read_file(package, MAX_MANIFEST, &manifest, error);
        if (result == 1 && msgpack_sbuffer_write(&manifest, "", 1) == 0)
            read_manifest(&manifest, wanted);
        msgpack_sbuffer_destroy(&manifest);
        if (result < 0)
            return -1;
        *has_manifest = true;
        if (!is_markdown(wanted))
            return 0;
    }
    return found;
}

int readme_package_read(const void *bytes, size_t size, uint64_t max_bytes, msgpack_sbuffer *text,
                        struct error *error)
{
    char wanted[MAX_PATH] = "";
    bool has_manifest = false;
    int result = 0;
    for (int i = 0; i < 2 && result == 0; i++) {
        struct package package = {.max_bytes = max_bytes};
        bool knew_manifest = has_manifest;
        result = open_package(&package, bytes, size, error);
        if (result == 0)
            result = walk(&package, wanted, &has_manifest, text, error);
        archive_read_free(package.archive);
        if (!has_manifest || knew_manifest || !is_markdown(wanted))
            break;
    }
    return result;
}
