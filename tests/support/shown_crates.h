/* For cmocka_run_group_tests: a server of a registry that is made for pages of crates, and one
   client. shown_crates.c has the table of what is in it. */
#ifndef CRATEDEX_TESTS_SUPPORT_SHOWN_CRATES_H
#define CRATEDEX_TESTS_SUPPORT_SHOWN_CRATES_H

/* As http_fixture_start and http_fixture_stop, so that client_of finds the client. */
int shown_crates_start(void **state);
int shown_crates_stop(void **state);

/* Of the crate `many`: more than a page shows, of everything. */
#define SHOWN_CRATES_N_VERSIONS 130
#define SHOWN_CRATES_N_DEPENDENCIES 60
#define SHOWN_CRATES_N_FEATURES 45

#endif
