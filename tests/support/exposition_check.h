/* A small parser of what GET /metrics says, in Prometheus' format and in OpenMetrics. */
#ifndef CRATEDEX_TESTS_SUPPORT_EXPOSITION_CHECK_H
#define CRATEDEX_TESTS_SUPPORT_EXPOSITION_CHECK_H

#include <stdbool.h>

/* Checks every line of a text, which it cuts up: a sample must belong to the family that was
   declared last before it. `is_open`: it is of OpenMetrics. Fails the test; returns the number of
   samples. */
unsigned exposition_check(char *text, bool is_open);

#endif
