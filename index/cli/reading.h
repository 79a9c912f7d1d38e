/* An index opened for one command. */
#ifndef CRATEDEX_INDEX_CLI_READING_H
#define CRATEDEX_INDEX_CLI_READING_H

#include <cratedex/error.h>
#include <cratedex/index_reader.h>

struct reading {
    struct index *index;
    struct index_reader *reader;
};

/* Opens `path` and one reader of it. Returns 0; -1 and nothing is open. */
int reading_open(struct reading *reading, const char *path, struct error *error);
void reading_close(struct reading *reading);

#endif
