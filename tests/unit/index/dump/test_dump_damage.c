/* Damaged archives: cut at every byte, and with every byte changed. A cut is always found. A change
   is found too, or does no harm: what has a checksum never
   gives other bytes than it should. */
#include "index/dump/dump.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "tests/support/dump_files.h"
#include "tests/support/folder.h"

#include <cmocka.h>

static const struct dump_file files[] = {
    {.path = "d/metadata.json", .content = "{\"timestamp\": \"2020-11-27T02:00:00Z\"}"},
    {.path = "d/data/crates.csv",
     .content = "id,name,description\n1,serde,A generic framework\n2,rand,Random numbers\n"},
    {.path = "d/README.md", .content = "Read me first, and then again."},
    {.path = "d/data/keywords.csv", .content = "id,keyword\n1,json\n"},
    {.path = NULL},
};

struct damaged {
    int file; /* in memory: thousands of files on a disk are slow */
    char path[FOLDER_PATH_SIZE];
    char *bytes;
    size_t size;
    char *listing; /* of the whole archive */
};

static void open_damaged(struct damaged *damaged, const char *folder, const char *kind)
{
    char *path = dump_write_archive(folder, kind, files);
    damaged->bytes = file_read(path, &damaged->size);
    damaged->listing = dump_list(path, 0);
    assert_null(strchr(damaged->listing, '!'));
    char name[64];
    snprintf(name, sizeof name, "/cratedex-test-damage-%ld", (long)getpid());
    damaged->file = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(damaged->file >= 0);
    shm_unlink(name);
    snprintf(damaged->path, sizeof damaged->path, "/proc/self/fd/%d", damaged->file);
    free(path);
}

static void close_damaged(struct damaged *damaged)
{
    close(damaged->file);
    free(damaged->bytes);
    free(damaged->listing);
}

static char *list_cut(const struct damaged *damaged, size_t size)
{
    assert_int_equal(ftruncate(damaged->file, 0), 0);
    assert_int_equal(pwrite(damaged->file, damaged->bytes, size, 0), size);
    return dump_list(damaged->path, 0);
}

static void test_cut_at_every_byte(void **state)
{
    for (size_t i = 0; i < N_ARCHIVE_KINDS; i++) {
        struct damaged damaged;
        open_damaged(&damaged, *state, archive_kinds[i]);
        for (size_t size = 0; size < damaged.size; size++) {
            char *listing = list_cut(&damaged, size);
            const char *error = strchr(listing, '!');
            if (error == NULL)
                fail_msg("%s cut to %zu of %zu bytes is not noticed", archive_kinds[i], size,
                         damaged.size);
            else if (size > 0 && strstr(error, "cut short") == NULL)
                fail_msg("%s cut to %zu bytes: %s", archive_kinds[i], size, error);
            free(listing);
        }
        close_damaged(&damaged);
    }
}

/* Whether the kind's compression carries a checksum; libarchive writes none for zstd. */
static bool is_checked(const char *kind)
{
    static const char *const unchecked[] = {"tar", "tar.Z", "tar.lzma", "tar.zst"};
    for (size_t i = 0; i < sizeof unchecked / sizeof unchecked[0]; i++)
        if (strcmp(kind, unchecked[i]) == 0)
            return false;
    return true;
}

/* Whether every member in a listing has the contents that one of `files` has. A zip's checksums are
   of the contents alone; a name may come out changed. */
static bool has_true_contents(const char *listing)
{
    while (*listing != '\0') {
        const char *content = strstr(listing, "] ");
        if (content == NULL)
            return false;
        content += 2;
        listing = NULL;
        for (const struct dump_file *file = files; file->path != NULL; file++) {
            size_t length = strlen(file->content);
            if (strncmp(content, file->content, length) == 0 && content[length] == '\n')
                listing = content + length + 1;
        }
        if (listing == NULL)
            return false;
    }
    return true;
}

static void test_every_byte_changed(void **state)
{
    static const unsigned char flips[] = {0x01, 0x80, 0xFF};
    for (size_t i = 0; i < N_ARCHIVE_KINDS; i++) {
        const char *kind = archive_kinds[i];
        bool is_zip = strncmp(kind, "zip", 3) == 0;
        struct damaged damaged;
        open_damaged(&damaged, *state, kind);
        for (size_t at = 0; at < damaged.size; at++) {
            unsigned char flip = flips[at % sizeof flips];
            damaged.bytes[at] = (char)(damaged.bytes[at] ^ flip);
            char *listing = list_cut(&damaged, damaged.size);
            bool is_harmless =
                strchr(listing, '!') != NULL || !is_checked(kind) ||
                (is_zip ? has_true_contents(listing) : strcmp(listing, damaged.listing) == 0);
            if (!is_harmless)
                fail_msg("%s with byte %zu ^ %02x reads as\n%s", kind, at, flip, listing);
            free(listing);
            damaged.bytes[at] = (char)(damaged.bytes[at] ^ flip);
        }
        close_damaged(&damaged);
    }
}

/* The end marker is two blocks of zeros; more may follow. */
static void test_tar_end(void **state)
{
    struct damaged damaged;
    open_damaged(&damaged, *state, "tar");
    char *padded = calloc(1, damaged.size + 20480);
    assert_non_null(padded);
    memcpy(padded, damaged.bytes, damaged.size);
    file_write(damaged.path, padded, damaged.size + 20480);
    dump_expect(damaged.path, damaged.listing);

    static const char message[] = "the archive is cut short: it lacks the end marker of a tar file";
    file_write(damaged.path, padded, damaged.size - 1024);
    dump_expect_error(damaged.path, 0, message);
    file_write(damaged.path, padded, damaged.size - 512);
    dump_expect_error(damaged.path, 0, message);
    padded[damaged.size + 20479] = 'x';
    file_write(damaged.path, padded, damaged.size + 20480);
    dump_expect_error(damaged.path, 0, message);
    free(padded);
    close_damaged(&damaged);
}

/* gzip streams one behind the other are one stream; a stream in a stream is refused. */
static void test_streams(void **state)
{
    struct damaged damaged;
    open_damaged(&damaged, *state, "tar.gz");
    const unsigned char empty_stream[] = {0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3,
                                          3,    0,    0, 0, 0, 0, 0, 0, 0, 0};
    char *twice = malloc(damaged.size + sizeof empty_stream);
    assert_non_null(twice);
    memcpy(twice, empty_stream, sizeof empty_stream);
    memcpy(twice + sizeof empty_stream, damaged.bytes, damaged.size);
    file_write(damaged.path, twice, damaged.size + sizeof empty_stream);
    dump_expect(damaged.path, damaged.listing);
    file_write(damaged.path, twice, damaged.size + sizeof empty_stream - 1);
    dump_expect_error(damaged.path, 0, "the archive is cut short");
    file_write(damaged.path, twice, sizeof empty_stream);
    dump_expect_error(damaged.path, 0, "is no tar or zip archive, or it is cut short");
    free(twice);
    close_damaged(&damaged);

    char *path = dump_write_archive(*state, "tar.bz2.xz", files);
    dump_expect_error(path, 0, "is compressed more than once");
    free(path);
    path = dump_write_archive(*state, "tar.xz.gz", files);
    dump_expect_error(path, 0, "is no tar or zip archive, or it is cut short");
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_every_byte_changed),
        cmocka_unit_test(test_tar_end),
        cmocka_unit_test(test_streams),
    };
    return cmocka_run_group_tests_name("dump_damage", tests, dump_make_folder, dump_remove_folder);
}
