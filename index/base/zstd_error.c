#include "index/base/zstd_error.h"

#include <zstd.h>
#include <zstd_errors.h>

int zstd_error(size_t code, const char *doing, struct error *error)
{
    if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation)
        return error_out_of_memory(error);
    return error_set(error, "%s: %s", doing, ZSTD_getErrorName(code));
}
