/* Parts that the requests in tables of struct raw_case are put together of: LINE HOST "X: y\r\n"
   CLOSE is a request for /healthz with a field more. */
#ifndef CRATEDEX_TESTS_SUPPORT_RAW_PARTS_H
#define CRATEDEX_TESTS_SUPPORT_RAW_PARTS_H

#include "tests/support/raw_case.h"

#define HEALTH "/healthz"
#define LINE "GET " HEALTH " HTTP/1.1\r\n"
#define HOST "Host: example.org\r\n"
#define CLOSE "Connection: close\r\n\r\n"
/* If a body were read as a request, there would be an answer to this one. */
#define NEXT RAW_GET("/nothing", "")

#endif
