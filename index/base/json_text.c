/* jansson (2.14) does not tell a text that is wrong from memory that ran out: then too it says
   nothing, or that some token is invalid. Who took such a text for a wrong one would lose what it
   holds without a word. So jansson allocates by a function of ours, which notes its failures, for
   each thread its own. What it allocated is still freed by free(3). */
#include "index/base/json_text.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

static _Thread_local bool lacked_memory;

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL)
        lacked_memory = true;
    return memory;
}

static void set_allocate(void)
{
    json_set_alloc_funcs(allocate, free);
}

json_t *json_text_read(const char *text, size_t length, size_t flags, struct error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    json_error_t fault = {.text = ""};
    pthread_once(&once, set_allocate);
    lacked_memory = false;
    json_t *value = json_loadb(text, length, flags, &fault);
    if (value == NULL && lacked_memory)
        error_out_of_memory(error);
    else if (value == NULL)
        error_set(error, "line %d: %s", fault.line, fault.text);
    return value;
}
