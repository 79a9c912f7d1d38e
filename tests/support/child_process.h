/* What is done once and for all to a process is done to a child of the test. */
#ifndef CRATEDEX_TESTS_SUPPORT_CHILD_PROCESS_H
#define CRATEDEX_TESTS_SUPPORT_CHILD_PROCESS_H

/* Runs `body` in a child, which exits with what it returns (at most 127). Returns that, or 128 and
   the number of the signal that ended it. `body` must not use cmocka. */
int child_process_end(int (*body)(void));

#endif
