/* For cmocka_run_group_tests: one server of the registry of filtered_crates.h and one client. */
#ifndef CRATEDEX_TESTS_SUPPORT_FILTERED_SERVER_H
#define CRATEDEX_TESTS_SUPPORT_FILTERED_SERVER_H

/* As http_fixture_start and http_fixture_stop, so that client_of finds the client. */
int filtered_server_start(void **state);
int filtered_server_stop(void **state);

#endif
