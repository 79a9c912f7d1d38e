/* Arrays that grow: a buffer of msgpack-c doubles as it fills, and its memory is malloc's, so that
   anything may lie in it. */
#ifndef CRATEDEX_INDEX_BASE_APPEND_H
#define CRATEDEX_INDEX_BASE_APPEND_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stddef.h>

/* Adds `size` bytes at the end. Returns 0 or -1 (memory). */
static inline int append(msgpack_sbuffer *buffer, const void *bytes, size_t size,
                         struct error *error)
{
    if (size > 0 && msgpack_sbuffer_write(buffer, (const char *)bytes, size) != 0)
        return error_out_of_memory(error);
    return 0;
}

#endif
