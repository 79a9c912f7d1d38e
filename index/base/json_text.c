/* Where an allocation fails, jansson (2.14) goes on: it forgets a byte of a string, looks for its
   end beyond the buffer and writes beyond another (lex_scan_string of its load.c), or says that a
   token is invalid, and who believed that would lose what the text holds without a word. So it is
   never told: while it reads, it allocates by functions of ours, which note its blocks. Where there
   is no memory for one, a jump leads back here, and the blocks are freed. jansson keeps nothing
   else, and what it allocates is memory of malloc as before.

   The notes belong to the thread that reads. A block is freed soon after it was allocated, so it is
   looked for from the end. */
#include "index/base/json_text.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>

struct notes {
    bool is_reading;
    jmp_buf without_memory;
    void **blocks;
    size_t n_blocks;
    size_t capacity;
};

static _Thread_local struct notes notes;

static void *allocate(size_t size)
{
    if (!notes.is_reading)
        return malloc(size);
    if (notes.n_blocks == notes.capacity) {
        size_t capacity = 2 * notes.capacity + 64;
        void **blocks = realloc((void *)notes.blocks, capacity * sizeof *blocks);
        if (blocks == NULL)
            longjmp(notes.without_memory, 1);
        notes.blocks = blocks;
        notes.capacity = capacity;
    }
    void *block = malloc(size);
    if (block == NULL)
        longjmp(notes.without_memory, 1);
    notes.blocks[notes.n_blocks++] = block;
    return block;
}

static void release(void *block)
{
    for (size_t i = notes.is_reading ? notes.n_blocks : 0; i > 0; i--) {
        if (notes.blocks[i - 1] != block)
            continue;
        notes.blocks[i - 1] = notes.blocks[--notes.n_blocks];
        break;
    }
    free(block);
}

static void set_functions(void)
{
    json_set_alloc_funcs(allocate, release);
}

static void forget_blocks(void)
{
    notes.is_reading = false;
    free((void *)notes.blocks);
    notes.blocks = NULL;
    notes.n_blocks = 0;
    notes.capacity = 0;
}

json_t *json_text_read(const char *text, size_t length, size_t flags, struct error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    json_error_t fault;
    pthread_once(&once, set_functions);
    if (setjmp(notes.without_memory) != 0) {
        while (notes.n_blocks > 0)
            free(notes.blocks[--notes.n_blocks]);
        forget_blocks();
        error_out_of_memory(error);
        return NULL;
    }
    notes.is_reading = true;
    json_t *value = json_loadb(text, length, flags, &fault);
    forget_blocks();
    if (value == NULL)
        error_set(error, "line %d: %s", fault.line, fault.text);
    return value;
}
