/* A file with its compression taken off. */
#ifndef CRATEDEX_INDEX_DUMP_STREAM_H
#define CRATEDEX_INDEX_DUMP_STREAM_H

#include <cratedex/error.h>
#include <stddef.h>
#include <stdint.h>

struct dump_stream;

struct dump_stream *dump_stream_open(const char *path, struct error *error);

/* Gives the next bytes, valid until the next call. Returns 1, 0 at the end when the compressed data
   is complete, or -1. */
int dump_stream_read(struct dump_stream *stream, const void **bytes, size_t *size,
                     struct error *error);

/* Bytes of the file that were read. */
uint64_t dump_stream_position(const struct dump_stream *stream);
void dump_stream_close(struct dump_stream *stream);

#endif
