/* A block begins behind a line of three backquotes and its language and ends before three more. */
#include "tests/support/page_block.h"

#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char *page_block(const char *page, const char *language)
{
    char fence[64];
    size_t size;
    char *text = file_read(page, &size);
    snprintf(fence, sizeof fence, "\n```%s\n", language);
    const char *start = strstr(text, fence);
    assert_non_null(start);
    if (strstr(start + 1, fence) != NULL)
        fail_msg("%s has more than one block of %s", page, language);
    start += strlen(fence);
    const char *end = strstr(start, "\n```\n");
    assert_non_null(end);
    char *block = strndup(start, (size_t)(end + 1 - start));
    assert_non_null(block);
    free(text);
    return block;
}

char *page_block_replace(char *text, const char *old, const char *replacement)
{
    const char *at = strstr(text, old);
    if (at == NULL || strstr(at + 1, old) != NULL)
        fail_msg("'%s' does not stand there once:\n%s", old, text);
    size_t size = strlen(text) + strlen(replacement) + 1;
    char *replaced = malloc(size);
    assert_non_null(replaced);
    snprintf(replaced, size, "%.*s%s%s", (int)(at - text), text, replacement, at + strlen(old));
    free(text);
    return replaced;
}
