/* Memory for cmark-gfm, which ends the program where it gets none. */
#ifndef CRATEDEX_SERVER_MARKDOWN_MEMORY_H
#define CRATEDEX_SERVER_MARKDOWN_MEMORY_H

#include <cmark-gfm.h>
#include <setjmp.h>
#include <stddef.h>

struct markdown_block;

/* What one document may take. Lives on the stack of the thread that parses it. */
struct markdown_memory {
    jmp_buf *on_end;               /* where a call of the library ends that wants more */
    struct markdown_block *blocks; /* all that are in use */
    size_t n_bytes;                /* in use */
    size_t n_bytes_ever;
};

/* Makes it this thread's. Until markdown_memory_end, the allocator below takes from it; where that
   is spent or the machine has no more, longjmp(*on_end, 1). */
void markdown_memory_begin(struct markdown_memory *memory, jmp_buf *on_end);

/* Frees all of it, whatever state the library was left in. */
void markdown_memory_end(struct markdown_memory *memory);

/* For cmark_parser_new_with_mem and others. */
cmark_mem *markdown_memory_allocator(void);

#endif
