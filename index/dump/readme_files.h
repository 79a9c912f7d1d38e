/* The READMEs of a folder or an archive (tar, plain or compressed, or zip). Nothing is written to
   disk, no link is followed. */
#ifndef CRATEDEX_INDEX_README_FILES_H
#define CRATEDEX_INDEX_README_FILES_H

#include "index/dump/readme_name.h"

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stdint.h>

struct readme_files;

/* A file that is called like a README. Valid until the next call. */
struct readme_file {
    const char *path; /* relative to the top */
    struct readme_name name;
    bool is_regular; /* else it cannot be read */
};

/* `max_bytes` bounds what is unpacked in all. Returns NULL where there is no such folder or
   archive, or it cannot be read. */
struct readme_files *readme_files_open(const char *path, uint64_t max_bytes, struct error *error);

/* Goes to the next one. Returns 1, 0 at the end, or -1: the archive is damaged, or unpacks to more
   than it may. */
int readme_files_next(struct readme_files *files, struct readme_file *file, struct error *error);

/* Appends the README of the file at hand. Returns 1; 0 where there is none in it, the file is
   larger than 64 MiB or the package is damaged, of which `why` tells; or -1. */
int readme_files_read(struct readme_files *files, msgpack_sbuffer *text, struct error *why,
                      struct error *error);

/* For a progress display: how much of the archive is read; 0 of 0 for a folder. */
uint64_t readme_files_done(const struct readme_files *files);
uint64_t readme_files_total(const struct readme_files *files);

/* NULL is allowed. */
void readme_files_close(struct readme_files *files);

#endif
