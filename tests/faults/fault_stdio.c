/* stdio. Its buffers are filled and written inside of glibc, so that the functions themselves fail;
   as glibc does, they leave the stream's error flag behind (what fputc and printf leave in a buffer
   fails with the flush). */
#undef _FORTIFY_SOURCE
#define _GNU_SOURCE
#include "tests/faults/fault_next.h"
#include "tests/faults/fault_points.h"

#include <stdio.h>

#define ERROR_FLAG 0x20 /* of glibc's FILE, what ferror looks at */

/* Whether a call on the stream fails; errno then says why. */
static bool fails(FILE *stream, const char *call, int error)
{
    if (stream == stderr || !fault_is_due(FAULT_FAILS, call))
        return false;
    if (stream != NULL)
        stream->_flags |= ERROR_FLAG;
    errno = error;
    return true;
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name,bugprone-macro-parentheses) */
#define ON_STREAM(type, failed, error, name, parameters, arguments)                                \
    type name parameters                                                                           \
    {                                                                                              \
        FAULT_FIND_NEXT(name)                                                                      \
        return fails(stream, #name, error) ? (failed) : next arguments;                            \
    }

FAULT_CALL(FILE *, NULL, EMFILE, fopen, (const char *path, const char *how), (path, how))
FAULT_CALL(FILE *, NULL, EMFILE, fopen64, (const char *path, const char *how), (path, how))
ON_STREAM(size_t, 0, EIO, fread, (void *bytes, size_t size, size_t n, FILE *stream),
          (bytes, size, n, stream))
ON_STREAM(char *, NULL, EIO, fgets, (char *text, int size, FILE *stream), (text, size, stream))
ON_STREAM(ssize_t, -1, EIO, getline, (char **text, size_t *size, FILE *stream),
          (text, size, stream))
ON_STREAM(size_t, 0, ENOSPC, fwrite, (const void *bytes, size_t size, size_t n, FILE *stream),
          (bytes, size, n, stream))
ON_STREAM(int, EOF, ENOSPC, fputs, (const char *text, FILE *stream), (text, stream))
ON_STREAM(int, EOF, ENOSPC, fflush, (FILE * stream), (stream))

int puts(const char *text)
{
    FAULT_FIND_NEXT(puts)
    return fails(stdout, "puts", ENOSPC) ? EOF : next(text);
}

/* A stream is closed in any case. */
int fclose(FILE *stream)
{
    FAULT_FIND_NEXT(fclose)
    bool is_due = stream != stderr && fault_is_due(FAULT_FAILS, "fclose");
    int result = next(stream);
    if (!is_due)
        return result;
    errno = EIO;
    return EOF;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name,bugprone-macro-parentheses) */
