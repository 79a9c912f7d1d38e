/* Dumps to order, good and bad: archives written by libarchive, folders, and a dump's members as
   one text. Every function fails the test where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_DUMP_FILES_H
#define CRATEDEX_TESTS_SUPPORT_DUMP_FILES_H

#include <stddef.h>
#include <stdint.h>

/* A member. Lists of them end with a path that is NULL. */
struct dump_file {
    const char *path;
    const char *content;
    unsigned kind;    /* of archive_entry.h, AE_IFDIR …; 0 is AE_IFREG */
    const char *link; /* target of a symbolic link; of a hard link where the kind is a file */
    int64_t hole;     /* a sparse file: as many bytes of it, at this place, are not stored */
    int64_t hole_at;
};

/* An export of November 2020 as it is laid out, with files that are no tables; a NULL path ends
   it. */
extern const struct dump_file dump_typical[];

/* Every kind of archive that is understood: "tar", "tar.gz", …, "zip", "zip.stored". */
#define N_ARCHIVE_KINDS 12
extern const char *const archive_kinds[N_ARCHIVE_KINDS];

/* Writes `folder`/dump.<kind>, a new one each time, and returns its path, which the caller
   frees. */
char *dump_write_archive(const char *folder, const char *kind, const struct dump_file *files);

/* Makes `folder`/`name` with the files in it and returns its path, which the caller frees. */
char *dump_write_folder(const char *folder, const char *name, const struct dump_file *files);

/* Reads a whole dump: `<path> [table <name>] <content>` or `<path> [metadata] <content>` a line,
   and behind a `!` the error, if any. NUL bytes become `0`. The caller frees it. */
char *dump_list(const char *path, uint64_t max_bytes);

/* A line of it. */
#define DUMP_LINE(path, kind, content) path " [" kind "] " content "\n"

/* Fails the test where the dump reads otherwise. */
void dump_expect(const char *path, const char *expected);
/* The same for an error; `expected` is what stands behind the path and a colon. */
void dump_expect_error(const char *path, uint64_t max_bytes, const char *expected);

/* For cmocka_run_group_tests: a temporary folder, whose path is the state. */
int dump_make_folder(void **state);
int dump_remove_folder(void **state);

#endif
