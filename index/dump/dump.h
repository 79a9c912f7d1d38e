/* A database dump as a stream of data members: the tables (`<date>/data/<table>.csv`) and
   `<date>/metadata.json`. A dump is a tar archive (plain, or compressed by gzip, bzip2, xz, lzma,
   zstd, lz4 or compress), a zip archive, or an unpacked folder. Nothing is written to disk. */
#ifndef CRATEDEX_DUMP_H
#define CRATEDEX_DUMP_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dump;

/* A file in the dump that is data. The texts are valid until the next call of dump_next. */
struct dump_member {
    const char *path;  /* as in the archive, or relative to the folder:
                          "2020-11-27-020000/data/crates.csv"; valid UTF-8, no control characters */
    const char *table; /* "crates" for a `crates.csv` in a folder called `data` or at the top; else
                          NULL */
    bool is_metadata;  /* `metadata.json` at the top or one folder below */
};

/* Opens the dump at `path`: an archive, or a folder, which may be the dated folder, its parent, or
   the very folder of the CSV files. `path` itself may be a symbolic link.

   `max_bytes` bounds what is unpacked in all: for a tar every byte of it, as skipped members must
   be unpacked too; for a zip or a folder the bytes of the data members. 0: no bound.

   Returns NULL where there is no such file, it cannot be read, or it is no archive. */
struct dump *dump_open(const char *path, uint64_t max_bytes, struct error *error);

/* Goes to the next data member; what is left of the one before is skipped. Other members are passed
   over. An archive's members come in its order, a folder's sorted by path.

   Returns 1, 0 at the end, or -1 where
   - the archive is damaged or cut short (a tar must end with its end marker; the checksums that
     gzip and other compressions carry are verified) or the limit is passed,
   - a name in the archive is absolute, contains `..` or a control character,
   - a member of the archive is neither a file nor a folder (a link, a device), or a table of a
     folder is not (other links in a folder are passed over, never followed),
   - a table occurs twice (both paths are named) or there are more than DUMP_MAX_TABLES
     (dump_name.h). */
int dump_next(struct dump *dump, struct dump_member *member, struct error *error);

/* Gives the next bytes of the member, at least one; they are valid until the next call on the dump.
   Returns 1, 0 at the member's end, or -1 where it is damaged, cut short or too large. */
int dump_read(struct dump *dump, const void **bytes, size_t *size, struct error *error);

/* For a progress display: how far the reading has come in the archive file (compressed bytes) or
   in the data members of the folder, and how many bytes that is in all. */
uint64_t dump_bytes_done(const struct dump *dump);
uint64_t dump_bytes_total(const struct dump *dump);

/* Closes the dump at any point; NULL is allowed. */
void dump_close(struct dump *dump);

#ifdef __cplusplus
}
#endif

#endif
