/* The index is built once for a group of tests. */
#include "tests/support/verified_copy.h"

#include "tests/support/small_dump.h"
#include "tests/support/sql.h"

#include <cratedex/index_verify.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int verified_copy_set_up(void **state)
{
    static struct verified_copy copy;
    small_dump_build(&copy.built, 20);
    folder_join(copy.path, copy.built.folder, "damaged.cdx");
    *state = &copy;
    return 0;
}

int verified_copy_tear_down(void **state)
{
    struct verified_copy *copy = *state;
    built_index_remove(&copy->built);
    return 0;
}

void verified_copy_make(const struct verified_copy *copy)
{
    size_t size;
    char *bytes = file_read(copy->built.path, &size);
    file_write(copy->path, bytes, size);
    free(bytes);
}

void verified_copy_expect(const struct verified_copy *copy, const char *what, const char *says)
{
    struct error error = {.message = ""};
    struct index *index = index_open(copy->path, &error);
    if (index == NULL)
        fail_msg("it does not even open: %s", error.message);
    index_close(index);
    if (index_verify(copy->path, NULL, NULL, &error) != -1)
        fail_msg("\"%s\" is not found after %s", says, what);
    if (strncmp(error.message, copy->path, strlen(copy->path)) != 0 ||
        strstr(error.message, says) == NULL || strpbrk(error.message, "\n\r\033") != NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.message, says);
    remove(copy->path);
}

void verified_copy_expect_change(const struct verified_copy *copy, const char *sql,
                                 const char *says)
{
    verified_copy_make(copy);
    sql_change(copy->path, sql);
    verified_copy_expect(copy, sql, says);
}
