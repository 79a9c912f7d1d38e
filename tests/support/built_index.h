/* An index built for a test by the library itself, open for reading. */
#ifndef CRATEDEX_TESTS_SUPPORT_BUILT_INDEX_H
#define CRATEDEX_TESTS_SUPPORT_BUILT_INDEX_H

#include "tests/support/dump_files.h"
#include "tests/support/folder.h"

#include <cratedex/index_builder.h>
#include <cratedex/index_reader.h>

/* The sample dump of the repository, and a larger one that lies beside it on some machines. */
#define SAMPLE_DUMP "data"
#define LARGE_DUMP "../shared/data/crates-top3000.tar.gz"

struct built_index {
    char folder[FOLDER_PATH_SIZE]; /* temporary; the index alone is in it. Empty: it is not ours */
    char path[FOLDER_PATH_SIZE];
    struct build_report report;
    struct index *index;
    struct index_reader *reader;
};

/* Builds an index of the dump in a new folder and opens it. Fails the test where that fails. */
void built_index_make(struct built_index *built, const char *dump_path);

/* Opens the index of the sample that all tests share, which cratedex-index has built, so nobody may
   change it: ten times as fast as to build one, under a sanitizer. The report is empty then. */
void built_index_open_sample(struct built_index *built);

/* Opens the index of the large dump that CRATEDEX_LARGE_INDEX names, as `make` sets it; where
   nothing is named, builds one. The report is empty then. The dump must be there. */
void built_index_open_large(struct built_index *built);

/* The same from the members of a dump: see BUILT_TABLE. */
void built_index_from_files(struct built_index *built, const struct dump_file *files);

/* Closes it and removes its folder. */
void built_index_remove(struct built_index *built);

/* One index for all tests of a program: what cmocka calls around a group. `*state` becomes a
   struct built_index, of `files` or of the sample. They return 0. */
int built_index_set_up(void **state, const struct dump_file *files);
int built_index_set_up_sample(void **state);
int built_index_tear_down(void **state);

/* The report's warning that begins with `reason`; fails the test where there is none. */
const struct build_warning *built_index_warning(const struct build_report *report,
                                                const char *reason);

/* A table of a dump, and the dump's time, as members for built_index_from_files. */
#define BUILT_TABLE(name, text)                                                                    \
    {                                                                                              \
        .path = "2026-11-01-020000/data/" name ".csv", .content = (text)                           \
    }
#define BUILT_TIME(timestamp)                                                                      \
    {                                                                                              \
        .path = "2026-11-01-020000/metadata.json", .content = "{\"timestamp\": \"" timestamp "\"}" \
    }
#define BUILT_END                                                                                  \
    {                                                                                              \
        .path = NULL                                                                               \
    }

/* The columns that the tables must have, in an order that is short to write. */
#define CRATES_COLUMNS "id,name,created_at,updated_at,description,homepage,documentation,repository"
#define VERSIONS_COLUMNS "id,crate_id,num,created_at,yanked,downloads,updated_at"

#endif
