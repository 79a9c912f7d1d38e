/* The state of a test that builds: a folder for dumps and one for OUT, which must hold nothing
   else. */
#ifndef CRATEDEX_TESTS_SUPPORT_BUILD_FOLDERS_H
#define CRATEDEX_TESTS_SUPPORT_BUILD_FOLDERS_H

#include "tests/support/folder.h"

#include <cratedex/index_builder.h>

struct build_folders {
    char dumps[FOLDER_PATH_SIZE];
    char folder[FOLDER_PATH_SIZE];
    char out[FOLDER_PATH_SIZE]; /* the path of OUT in `folder`; not there yet */
    struct build_report report;
};

/* cmocka's setup and teardown: `*state` is a struct build_folders. */
int build_folders_make(void **state);
int build_folders_remove(void **state);

#endif
