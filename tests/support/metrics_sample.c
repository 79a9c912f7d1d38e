/* Labels are matched as text: each one of those that are asked for must stand in the sample's
   braces. */
#define _GNU_SOURCE /* memmem, memrchr */
#include "tests/support/metrics_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool has_labels(const char *line, size_t length, const char *labels)
{
    while (*labels != '\0') {
        size_t wanted = strcspn(labels, ",");
        const char *found = memmem(line, length, labels, wanted);
        if (found == NULL || (found[-1] != '{' && found[-1] != ',') ||
            (found[wanted] != ',' && found[wanted] != '}'))
            return false;
        labels += wanted + (labels[wanted] == ',');
    }
    return true;
}

double metrics_sample(struct http_client *client, const char *name, const char *labels)
{
    struct http_response response;
    double sum = 0;
    size_t name_length = strlen(name);
    http_get(client, "/metrics", NULL, &response);
    assert_int_equal(response.status, 200);
    for (const char *line = response.body; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        assert_non_null(end);
        bool is_named = strncmp(line, name, name_length) == 0 &&
                        (line[name_length] == ' ' || line[name_length] == '{');
        if (is_named && has_labels(line, (size_t)(end - line), labels)) {
            const char *value = memrchr(line, ' ', (size_t)(end - line));
            assert_non_null(value);
            sum += strtod(value, NULL);
        }
        line = end + 1;
    }
    http_response_free(&response);
    return sum;
}
