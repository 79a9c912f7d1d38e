/* Archives are written by libarchive with fixed times and owners, so that a test that damages one
   damages the same bytes in every run. */
#include "tests/support/dump_files.h"

#include "index/dump/dump.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "tests/support/folder.h"

#include <cmocka.h>

const char *const archive_kinds[N_ARCHIVE_KINDS] = {
    "tar",     "tar.gz", "tar.bz2", "tar.xz",    "tar.lzma", "tar.zst",
    "tar.lz4", "tar.Z",  "pax.gz",  "gnutar.gz", "zip",      "zip.stored",
};

const struct dump_file dump_typical[] = {
    {.path = "2020-11-27-020000/", .kind = AE_IFDIR},
    {.path = "2020-11-27-020000/README.md", .content = "read me"},
    {.path = "2020-11-27-020000/metadata.json", .content = "{}"},
    {.path = "2020-11-27-020000/data/", .kind = AE_IFDIR},
    {.path = "2020-11-27-020000/data/crates.csv", .content = "id,name\n1,serde\n"},
    {.path = "2020-11-27-020000/data/empty.csv", .content = ""},
    {.path = "2020-11-27-020000/data/notes.txt", .content = "x"},
    {.path = "2020-11-27-020000/schema.csv", .content = "x"},
    {.path = "2020-11-27-020000/data/categories.csv", .content = "id\n"},
    {.path = NULL},
};

static void set_kind(struct archive *archive, const char *kind)
{
    int result = ARCHIVE_OK;
    if (strncmp(kind, "zip", 3) == 0) {
        result = archive_write_set_format_zip(archive);
        assert_int_equal(result, ARCHIVE_OK);
        result = strcmp(kind, "zip") == 0 ? archive_write_zip_set_compression_deflate(archive)
                                          : archive_write_zip_set_compression_store(archive);
    } else if (strncmp(kind, "pax", 3) == 0) {
        result = archive_write_set_format_pax(archive);
    } else if (strncmp(kind, "gnutar", 6) == 0) {
        result = archive_write_set_format_gnutar(archive);
    } else {
        result = archive_write_set_format_ustar(archive);
    }
    assert_int_equal(result, ARCHIVE_OK);

    static const struct {
        const char *ending;
        int filter;
    } filters[] = {
        {".gz", ARCHIVE_FILTER_GZIP},    {".bz2", ARCHIVE_FILTER_BZIP2},
        {".xz", ARCHIVE_FILTER_XZ},      {".lzma", ARCHIVE_FILTER_LZMA},
        {".zst", ARCHIVE_FILTER_ZSTD},   {".lz4", ARCHIVE_FILTER_LZ4},
        {".Z", ARCHIVE_FILTER_COMPRESS},
    };
    /* The first filter added is the outermost, which the name ends with. */
    for (const char *end = kind + strlen(kind); end > kind; end--)
        for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
            if (strncmp(end, filters[i].ending, strlen(filters[i].ending)) == 0)
                assert_int_equal(archive_write_add_filter(archive, filters[i].filter), ARCHIVE_OK);
    if (strstr(kind, "gz") != NULL)
        assert_int_equal(archive_write_set_filter_option(archive, "gzip", "timestamp", NULL),
                         ARCHIVE_OK);
}

static void write_member(struct archive *archive, const char *kind, const struct dump_file *file)
{
    struct archive_entry *entry = archive_entry_new();
    assert_non_null(entry);
    size_t size = file->content == NULL ? 0 : strlen(file->content);
    if (strncmp(kind, "pax", 3) == 0)
        archive_entry_set_uname(entry, "J\u00FCrgen"); /* a reader in the C locale gets a warning */
    archive_entry_set_pathname(entry, file->path);
    archive_entry_set_filetype(entry, file->kind == 0 ? AE_IFREG : file->kind);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_mtime(entry, 1606442400, 0);
    if (file->link != NULL && file->kind == AE_IFLNK)
        archive_entry_set_symlink(entry, file->link);
    else if (file->link != NULL)
        archive_entry_set_hardlink(entry, file->link);
    if (file->hole > 0) {
        int64_t end = file->hole_at + file->hole;
        archive_entry_sparse_add_entry(entry, 0, file->hole_at);
        archive_entry_sparse_add_entry(entry, end, (la_int64_t)size - end);
    }
    if (archive_write_header(archive, entry) != ARCHIVE_OK)
        fail_msg("%s: %s", file->path, archive_error_string(archive));
    if (size > 0)
        assert_int_equal(archive_write_data(archive, file->content, size), size);
    archive_entry_free(entry);
}

char *dump_write_archive(const char *folder, const char *kind, const struct dump_file *files)
{
    /* libarchive takes names to be in the locale's encoding. */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    assert_true(utf8 != (locale_t)0);
    locale_t kept = uselocale(utf8);
    char *path = malloc(FOLDER_PATH_SIZE);
    assert_non_null(path);
    snprintf(path, FOLDER_PATH_SIZE, "%s/dump.%s", folder, kind);
    struct archive *archive = archive_write_new();
    assert_non_null(archive);
    set_kind(archive, kind);
    /* No padding beyond the end marker. */
    assert_int_equal(archive_write_set_bytes_in_last_block(archive, 1), ARCHIVE_OK);
    if (archive_write_open_filename(archive, path) != ARCHIVE_OK)
        fail_msg("%s: %s", path, archive_error_string(archive));
    for (; files->path != NULL; files++)
        write_member(archive, kind, files);
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    uselocale(kept);
    freelocale(utf8);
    return path;
}

char *dump_write_folder(const char *folder, const char *name, const struct dump_file *files)
{
    char *path = malloc(FOLDER_PATH_SIZE);
    char file[FOLDER_PATH_SIZE];
    assert_non_null(path);
    folder_join(path, folder, name);
    assert_int_equal(mkdir(path, 0777), 0);
    for (; files->path != NULL; files++) {
        folder_join(file, path, files->path);
        for (char *slash = file + strlen(path) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
            *slash = '\0';
            mkdir(file, 0777); /* most are there */
            *slash = '/';
        }
        if (files->path[strlen(files->path) - 1] != '/')
            file_write(file, files->content, strlen(files->content));
    }
    return path;
}

char *dump_list(const char *path, uint64_t max_bytes)
{
    char *listing = NULL;
    size_t listing_size;
    FILE *out = open_memstream(&listing, &listing_size);
    assert_non_null(out);
    struct error error = {.message = ""};
    struct dump_member member;
    struct dump *dump = dump_open(path, max_bytes, &error);
    int result = dump == NULL ? -1 : 0;
    while (dump != NULL && (result = dump_next(dump, &member, &error)) == 1) {
        const void *bytes;
        size_t size;
        if (member.is_metadata)
            fprintf(out, "%s [metadata] ", member.path);
        else
            fprintf(out, "%s [table %s] ", member.path, member.table);
        assert_int_equal(member.is_metadata, member.table == NULL);
        while ((result = dump_read(dump, &bytes, &size, &error)) == 1) {
            assert_true(size > 0);
            for (size_t i = 0; i < size; i++) {
                char byte = ((const char *)bytes)[i];
                fputc(byte == '\0' ? '0' : byte, out); /* the listing is a string */
            }
        }
        fputc('\n', out);
        if (result < 0)
            break;
    }
    if (result < 0)
        fprintf(out, "!%s", error.message);
    if (result < 0 && dump != NULL) {
        assert_int_equal(dump_next(dump, &member, &error), -1);
        assert_non_null(strstr(error.message, ": reading ended with an error before"));
    }
    dump_close(dump);
    fclose(out);
    return listing;
}

void dump_expect(const char *path, const char *expected)
{
    char *listing = dump_list(path, 0);
    assert_string_equal(listing, expected);
    free(listing);
}

void dump_expect_error(const char *path, uint64_t max_bytes, const char *expected)
{
    char *listing = dump_list(path, max_bytes);
    const char *error = strchr(listing, '!');
    assert_non_null(error);
    assert_memory_equal(error + 1, path, strlen(path));
    assert_memory_equal(error + 1 + strlen(path), ": ", 2);
    assert_string_equal(error + 1 + strlen(path) + 2, expected);
    free(listing);
}

int dump_make_folder(void **state)
{
    char *path = malloc(FOLDER_PATH_SIZE);
    assert_non_null(path);
    folder_make(path);
    *state = path;
    return 0;
}

int dump_remove_folder(void **state)
{
    folder_remove(*state);
    free(*state);
    return 0;
}
