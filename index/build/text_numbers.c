/* A balanced tree of the C library's: a dump has few different licences, editions and the like, and
   may make as many as it likes without making the tree slow. */
#define _GNU_SOURCE /* tdestroy, twalk_r */
#include "index/build/text_numbers.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct numbered_text {
    size_t length;
    uint32_t number; /* from 0 */
    char text[];
};

static int compare(const void *left_text, const void *right_text)
{
    const struct numbered_text *left = left_text;
    const struct numbered_text *right = right_text;
    if (left->length != right->length)
        return left->length < right->length ? -1 : 1;
    return memcmp(left->text, right->text, left->length);
}

void text_numbers_destroy(struct text_numbers *numbers)
{
    tdestroy(numbers->tree, free);
    *numbers = (struct text_numbers){NULL, 0};
}

int text_numbers_get(struct text_numbers *numbers, const char *text, size_t length,
                     uint32_t *number, struct error *error)
{
    struct numbered_text *own = malloc(sizeof *own + length);
    if (own == NULL)
        return error_out_of_memory(error);
    own->length = length;
    own->number = numbers->n;
    memcpy(own->text, text, length);
    struct numbered_text **found = tsearch(own, &numbers->tree, compare);
    if (found == NULL) {
        free(own);
        return error_out_of_memory(error);
    }
    *number = (*found)->number;
    if (*found != own)
        free(own);
    else if (++numbers->n == UINT32_MAX)
        return error_set(error, "the dump has 2^32 different texts of a kind or more");
    return 0;
}

static void store(const void *node, VISIT visit, void *context)
{
    const struct numbered_text *const *text = node;
    struct listed_text *texts = context;
    if (visit == preorder || visit == leaf)
        texts[(*text)->number] = (struct listed_text){(*text)->text, (*text)->length};
}

void text_numbers_list(const struct text_numbers *numbers, struct listed_text *texts)
{
    twalk_r(numbers->tree, store, texts);
}
