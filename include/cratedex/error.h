/* What went wrong, in words, for the person who has to mend it. */
#ifndef CRATEDEX_ERROR_H
#define CRATEDEX_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One sentence, without a final newline. Callers own the struct; functions that fail fill it. */
struct error {
    char message[1024];
    bool is_transient; /* the machine lacked memory, descriptors, room or a disk that reads: what
                          was read may be well, and the next try may succeed */
};

/* Writes a formatted message into `error`, of something that is not transient: cut at the buffer's
   end, with a question mark for each byte of what is a control character or no UTF-8. `error` may
   be NULL (nothing happens). Returns -1, so that a failing function can
   `return error_set(error, …)`. */
int error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts a formatted prefix in front of the message that `error` holds. Returns -1. */
int error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The error that `error` holds is transient. Returns -1. */
static inline int error_mark_transient(struct error *error)
{
    if (error != NULL)
        error->is_transient = true;
    return -1;
}

/* Says "out of memory", which is transient. Returns -1. */
static inline int error_out_of_memory(struct error *error)
{
    error_set(error, "out of memory");
    return error_mark_transient(error);
}

#ifdef __cplusplus
}
#endif

#endif
