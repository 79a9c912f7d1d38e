#include "tests/support/two_indexes.h"

#include "tests/support/test_server.h"

#include <stdlib.h>

void other_index_make(struct built_index *built)
{
    static const struct dump_file files[] = {
        BUILT_TIME("2026-11-02T02:00:00Z"),
        BUILT_TABLE("crates",
                    CRATES_COLUMNS "\n9,json,2026-01-01,2026-01-01,A json parser,,,\n"
                                   "8,serde,2026-01-01,2026-01-01,Serializes json and more,,,\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n91,9,1.0.0,2026-01-01,f,60,2026-01-01\n"
                                                 "81,8,7.0.0,2026-01-01,f,40,2026-01-01\n"),
        BUILT_END,
    };
    built_index_from_files(built, files);
}

struct two_indexes group_indexes;

void two_indexes_make(struct two_indexes *indexes)
{
    struct built_index other;
    other_index_make(&other);
    indexes->other.bytes = file_read(other.path, &indexes->other.size);
    built_index_remove(&other);
    indexes->sample.bytes = file_read(test_index(), &indexes->sample.size);
}

void two_indexes_free(struct two_indexes *indexes)
{
    free(indexes->other.bytes);
    free(indexes->sample.bytes);
}

int two_indexes_setup(void **state)
{
    two_indexes_make(&group_indexes);
    *state = &group_indexes;
    return 0;
}

int two_indexes_teardown(void **state)
{
    (void)state;
    two_indexes_free(&group_indexes);
    return 0;
}
