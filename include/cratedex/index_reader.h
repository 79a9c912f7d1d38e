/* What one thread needs of its own to read an index (index_file.h): an SQLite connection, prepared
   statements, scratch memory. */
#ifndef CRATEDEX_INDEX_READER_H
#define CRATEDEX_INDEX_READER_H

#include <cratedex/error.h>
#include <cratedex/index_file.h>

#ifdef __cplusplus
extern "C" {
#endif

struct index_reader;

/* Opens the file again for one thread. Fails where another file has taken its path since
   index_open: a program that wants to outlive a replacement opens its readers at once. */
struct index_reader *index_reader_open(const struct index *index, struct error *error);
void index_reader_close(struct index_reader *reader);

#ifdef __cplusplus
}
#endif

#endif
