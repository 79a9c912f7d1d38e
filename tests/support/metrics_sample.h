/* Samples of a server's GET /metrics. */
#ifndef CRATEDEX_TESTS_SUPPORT_METRICS_SAMPLE_H
#define CRATEDEX_TESTS_SUPPORT_METRICS_SAMPLE_H

#include "tests/support/http_client.h"

/* The sum of the samples of that name that have every label of `labels` ("route=\"crates\",…";
   empty: all of them), in their order; what is not there counts as 0. */
double metrics_sample(struct http_client *client, const char *name, const char *labels);

#endif
