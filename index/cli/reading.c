/* The index and its only reader, opened and closed together. */
#include "index/cli/reading.h"

#include <cratedex/index_file.h>
#include <cratedex/index_reader.h>

int reading_open(struct reading *reading, const char *path, struct error *error)
{
    reading->index = index_open(path, error);
    if (reading->index == NULL)
        return -1;
    reading->reader = index_reader_open(reading->index, error);
    if (reading->reader == NULL) {
        index_close(reading->index);
        return -1;
    }
    return 0;
}

void reading_close(struct reading *reading)
{
    index_reader_close(reading->reader);
    index_close(reading->index);
}
