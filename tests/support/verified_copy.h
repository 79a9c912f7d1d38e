/* A small index and copies of it that are changed, for tests of what index_verify finds. */
#ifndef CRATEDEX_TESTS_SUPPORT_VERIFIED_COPY_H
#define CRATEDEX_TESTS_SUPPORT_VERIFIED_COPY_H

#include "tests/support/built_index.h"

struct verified_copy {
    struct built_index built;
    char path[FOLDER_PATH_SIZE]; /* the copy; there is none before verified_copy_make */
};

/* For cmocka_run_group_tests: the group's state becomes a struct verified_copy. */
int verified_copy_set_up(void **state);
int verified_copy_tear_down(void **state);

/* Makes the copy, as the index is. */
void verified_copy_make(const struct verified_copy *copy);

/* The copy opens without complaint, and yet is found damaged, by a line with its path and `says`;
   then it is removed. `what` was changed. */
void verified_copy_expect(const struct verified_copy *copy, const char *what, const char *says);

/* The same of a copy that is changed by SQL. */
void verified_copy_expect_change(const struct verified_copy *copy, const char *sql,
                                 const char *says);

#endif
