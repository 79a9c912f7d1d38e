/* Memory for large arrays that are read at random places. */
#ifndef CRATEDEX_INDEX_LARGE_BLOCK_H
#define CRATEDEX_INDEX_LARGE_BLOCK_H

#include <stddef.h>

/* As malloc, aligned to at least 16 bytes, to be freed by free(). Large blocks lie on huge pages
   where the system gives them. NULL when memory runs out. */
void *large_block_allocate(size_t size);

#endif
