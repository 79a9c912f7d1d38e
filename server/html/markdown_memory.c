/* cmark-gfm calls abort() where malloc fails, and a small text can make it ask for gigabytes: a
   table of 30,000 columns whose rows are short is filled up with cells, a long address can be
   referred to at every fourth byte. So it gets an allocator that counts. Where a document wants
   more than it may have, the call of the library does not return: longjmp leads out of it, and all
   that it had is freed by the list in which every block is. That also bounds the time that goes
   into such documents.

   An allocator of cmark's has no argument of its own, hence the variable, one a thread. */
#include "server/html/markdown_memory.h"

#include <stdint.h>
#include <stdlib.h>

/* Of READMEs of 256 KiB, tables take most: some 30 MiB. */
#define MAX_BYTES ((size_t)64 << 20)
/* Taken and given back, what is copied included. */
#define MAX_BYTES_EVER ((size_t)512 << 20)

struct markdown_block {
    struct markdown_block *previous;
    struct markdown_block *next;
    size_t size;
    max_align_t bytes[];
};

static _Thread_local struct markdown_memory *current;

static struct markdown_block *block_of(void *bytes)
{
    return (struct markdown_block *)(void *)((char *)bytes -
                                             offsetof(struct markdown_block, bytes));
}

static _Noreturn void give_up(void)
{
    longjmp(*current->on_end, 1);
}

static void count(size_t size)
{
    current->n_bytes_ever += size;
    if (size > MAX_BYTES || current->n_bytes + size > MAX_BYTES ||
        current->n_bytes_ever > MAX_BYTES_EVER)
        give_up();
}

static void link_block(struct markdown_block *block, size_t size)
{
    block->size = size;
    block->previous = NULL;
    block->next = current->blocks;
    if (block->next != NULL)
        block->next->previous = block;
    current->blocks = block;
    current->n_bytes += size;
}

static void unlink_block(struct markdown_block *block)
{
    if (block->next != NULL)
        block->next->previous = block->previous;
    if (block->previous != NULL)
        block->previous->next = block->next;
    else
        current->blocks = block->next;
    current->n_bytes -= block->size;
}

static void *take(size_t n, size_t size)
{
    if (size != 0 && n > MAX_BYTES / size)
        give_up();
    count(n * size);
    struct markdown_block *block = calloc(1, sizeof *block + n * size);
    if (block == NULL)
        give_up();
    link_block(block, n * size);
    return block->bytes;
}

static void *resize(void *bytes, size_t size)
{
    if (bytes == NULL)
        return take(1, size);
    struct markdown_block *block = block_of(bytes);
    count(size);
    unlink_block(block);
    struct markdown_block *resized = realloc(block, sizeof *block + size);
    if (resized == NULL) {
        link_block(block, block->size);
        give_up();
    }
    link_block(resized, size);
    return resized->bytes;
}

static void give_back(void *bytes)
{
    if (bytes == NULL)
        return;
    struct markdown_block *block = block_of(bytes);
    unlink_block(block);
    free(block);
}

void markdown_memory_begin(struct markdown_memory *memory, jmp_buf *on_end)
{
    *memory = (struct markdown_memory){.on_end = on_end};
    current = memory;
}

void markdown_memory_end(struct markdown_memory *memory)
{
    while (memory->blocks != NULL) {
        struct markdown_block *block = memory->blocks;
        memory->blocks = block->next;
        free(block);
    }
    current = NULL;
}

cmark_mem *markdown_memory_allocator(void)
{
    static cmark_mem allocator = {take, resize, give_back};
    return &allocator;
}
