/* What zstd's functions return, as errors of ours. */
#ifndef CRATEDEX_INDEX_ZSTD_ERROR_H
#define CRATEDEX_INDEX_ZSTD_ERROR_H

#include <cratedex/error.h>
#include <stddef.h>

/* Says why a call failed that returned `code`, of which ZSTD_isError is true: transient where
   memory ran out, else "<doing>: <why>". Returns -1. */
int zstd_error(size_t code, const char *doing, struct error *error);

#endif
