/* Two empty temporary folders for each test. */
#include "tests/support/build_folders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

int build_folders_make(void **state)
{
    struct build_folders *folders = calloc(1, sizeof *folders);
    assert_non_null(folders);
    folder_make(folders->dumps);
    folder_make(folders->folder);
    folder_join(folders->out, folders->folder, "out.cdx");
    *state = folders;
    return 0;
}

int build_folders_remove(void **state)
{
    struct build_folders *folders = *state;
    folder_remove(folders->dumps);
    folder_remove(folders->folder);
    free(folders);
    return 0;
}
