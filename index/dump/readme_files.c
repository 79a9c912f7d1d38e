/* libarchive walks along folders as it does along archives: both are entries, in the order of the
   disk or the archive. Of a folder nothing is opened but what is read, and no link is followed but
   the path of the folder itself. */
#include "index/dump/readme_files.h"

#include "index/dump/readme_package.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK_BYTES ((size_t)128 << 10)
#define MAX_FILE_BYTES ((size_t)64 << 20)
#define MAX_PACKAGE_BYTES (UINT64_C(1) << 30) /* unpacked */

struct readme_files {
    char *path;
    struct archive *archive;
    struct archive_entry *entry;
    bool is_folder;
    uint64_t max_bytes;
    uint64_t n_total;
    uint64_t n_read;         /* of all files, which a zip unpacks one by one */
    struct readme_name name; /* of the file at hand */
};

static int fail(const struct readme_files *files, struct error *error)
{
    const char *reason = archive_error_string(files->archive);
    return error_set(error, "%s: %s", files->path, reason != NULL ? reason : "cannot be read");
}

static int open_folder(struct readme_files *files, struct error *error)
{
    files->archive = archive_read_disk_new();
    if (files->archive == NULL || archive_read_disk_set_symlink_hybrid(files->archive) != 0 ||
        archive_read_disk_set_behavior(files->archive, ARCHIVE_READDISK_NO_XATTR |
                                                           ARCHIVE_READDISK_NO_ACL |
                                                           ARCHIVE_READDISK_NO_FFLAGS) != 0)
        return error_out_of_memory(error);
    return archive_read_disk_open(files->archive, files->path) == ARCHIVE_OK ? 0
                                                                             : fail(files, error);
}

static int open_archive(struct readme_files *files, struct error *error)
{
    /* Not those for which libarchive runs other programs. */
    static int (*const filters[])(struct archive *) = {
        archive_read_support_filter_gzip,    archive_read_support_filter_bzip2,
        archive_read_support_filter_xz,      archive_read_support_filter_lzma,
        archive_read_support_filter_zstd,    archive_read_support_filter_lz4,
        archive_read_support_filter_compress};
    files->archive = archive_read_new();
    if (files->archive == NULL || archive_read_support_format_tar(files->archive) != ARCHIVE_OK ||
        archive_read_support_format_zip_seekable(files->archive) != ARCHIVE_OK)
        return error_out_of_memory(error);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        filters[i](files->archive);
    return archive_read_open_filename(files->archive, files->path, BLOCK_BYTES) == ARCHIVE_OK
               ? 0
               : fail(files, error);
}

static int open_files(struct readme_files *files, struct error *error)
{
    struct stat status;
    if (stat(files->path, &status) != 0)
        return error_set(error, "%s: %s", files->path, strerror(errno));
    files->is_folder = S_ISDIR(status.st_mode);
    if (files->is_folder)
        return open_folder(files, error);
    if (!S_ISREG(status.st_mode))
        return error_set(error, "%s: is neither an archive nor a folder", files->path);
    files->n_total = (uint64_t)status.st_size;
    return open_archive(files, error);
}

struct readme_files *readme_files_open(const char *path, uint64_t max_bytes, struct error *error)
{
    struct readme_files *files = calloc(1, sizeof *files);
    if (files != NULL)
        files->path = strdup(path);
    if (files == NULL || files->path == NULL) {
        readme_files_close(files);
        error_out_of_memory(error);
        return NULL;
    }
    files->max_bytes = max_bytes;
    if (open_files(files, error) == 0)
        return files;
    readme_files_close(files);
    return NULL;
}

/* A folder's entries begin with its own path. */
static const char *relative_path(const struct readme_files *files)
{
    const char *path = archive_entry_pathname(files->entry);
    if (path == NULL)
        return "";
    size_t length = strlen(files->path);
    if (files->is_folder && strncmp(path, files->path, length) == 0)
        path += length;
    return path + strspn(path, "/");
}

static int check_unpacked(const struct readme_files *files, struct error *error)
{
    la_int64_t unpacked = archive_filter_bytes(files->archive, 0);
    uint64_t n = files->n_read > (uint64_t)unpacked ? files->n_read : (uint64_t)unpacked;
    if (unpacked >= 0 && n <= files->max_bytes)
        return 0;
    return error_set(error, "%s: unpacks to more than %" PRIu64 " bytes", files->path,
                     files->max_bytes);
}

int readme_files_next(struct readme_files *files, struct readme_file *file, struct error *error)
{
    for (;;) {
        int result = archive_read_next_header(files->archive, &files->entry);
        if (result == ARCHIVE_EOF)
            return 0;
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
            return fail(files, error);
        if (!files->is_folder && check_unpacked(files, error) != 0)
            return -1;
        if (archive_entry_filetype(files->entry) == AE_IFDIR) {
            if (files->is_folder)
                archive_read_disk_descend(files->archive);
            continue;
        }
        file->path = relative_path(files);
        if (!readme_name_read(file->path, &file->name))
            continue;
        file->is_regular = archive_entry_filetype(files->entry) == AE_IFREG &&
                           archive_entry_hardlink(files->entry) == NULL;
        files->name = file->name;
        return 1;
    }
}

/* Returns 1, 0 where it is too large, or -1. */
static int read_entry(struct readme_files *files, msgpack_sbuffer *bytes, struct error *error)
{
    const void *block;
    size_t size;
    la_int64_t offset;
    int result;
    while ((result = archive_read_data_block(files->archive, &block, &size, &offset)) ==
           ARCHIVE_OK) {
        files->n_read += size;
        if (bytes->size + size > MAX_FILE_BYTES)
            return 0;
        if (size > 0 && msgpack_sbuffer_write(bytes, block, size) != 0)
            return error_out_of_memory(error);
    }
    return result == ARCHIVE_EOF ? 1 : fail(files, error);
}

int readme_files_read(struct readme_files *files, msgpack_sbuffer *text, struct error *why,
                      struct error *error)
{
    if (files->name.kind == README_MARKDOWN) {
        int result = read_entry(files, text, error);
        if (result == 0)
            error_set(why, "it has more than 64 MiB");
        return result;
    }
    msgpack_sbuffer package;
    msgpack_sbuffer_init(&package);
    error_set(why, "it has no README in Markdown");
    int result = read_entry(files, &package, error);
    if (result == 0)
        error_set(why, "it has more than 64 MiB");
    else if (result == 1)
        result = readme_package_read(package.data, package.size, MAX_PACKAGE_BYTES, text, why) == 1;
    msgpack_sbuffer_destroy(&package);
    return result;
}

uint64_t readme_files_done(const struct readme_files *files)
{
    la_int64_t position = files->is_folder ? 0 : archive_filter_bytes(files->archive, -1);
    return position > 0 ? (uint64_t)position : 0;
}

uint64_t readme_files_total(const struct readme_files *files)
{
    return files->n_total;
}

void readme_files_close(struct readme_files *files)
{
    if (files == NULL)
        return;
    archive_read_free(files->archive);
    free(files->path);
    free(files);
}
