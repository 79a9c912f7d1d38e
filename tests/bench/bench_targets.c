/* What is asked for is counted first and written in a second pass, which needs to know how many
   there are in order to leave some out evenly. */
#include "tests/bench/bench_targets.h"

#include "server/http/query_string.h"

#include <stdlib.h>
#include <string.h>

#define BEGIN_SEARCH "GET /api/v1/crates?per_page=10&q="
#define BEGIN_SUGGEST "GET /api/v1/suggest?q="
#define END " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
#define FRAME_BYTES (sizeof BEGIN_SEARCH + sizeof END)
#define ENCODED_BYTES 3 /* of one byte, at most */

/* Whether the text may be cut before this byte: in UTF-8 a character begins there, or nothing is
   left. */
static bool is_boundary(char next)
{
    return ((unsigned char)next & 0xC0) != 0x80;
}

/* Where the text that is typed after `length` bytes ends; 0: there is no more. */
static size_t next_length(const struct bench_query *query, size_t length, bool is_typed)
{
    if (length == query->length)
        return 0;
    if (!is_typed)
        return query->length;
    do
        length++;
    while (length < query->length && !is_boundary(query->text[length]));
    return length;
}

/* Of all texts in order: whether number `place` of `n` is among `most` evenly spaced ones. */
static bool is_taken(size_t place, size_t n, size_t most)
{
    return n <= most || (place + 1) * most / n > place * most / n;
}

static size_t append(char *out, size_t size, const char *text)
{
    size_t length = strlen(text);
    memcpy(out + size, text, length);
    return size + length;
}

static void write_request(struct bench_targets *targets, size_t *size, bool is_typed,
                          const char *text, size_t length)
{
    char *begin = targets->text + *size;
    size_t end = append(begin, 0, is_typed ? BEGIN_SUGGEST : BEGIN_SEARCH);
    (void)query_string_encode(begin, end + ENCODED_BYTES * length, &end, text, length);
    end = append(begin, end, END);
    targets->requests[targets->n_requests++] = (struct load_request){begin, end};
    *size += end;
}

static int write_targets(struct bench_targets *targets, const struct bench_queries *queries,
                         bool is_typed, size_t most, struct error *error)
{
    size_t n_texts = 0;
    size_t n_bytes = 0;
    *targets = (struct bench_targets){0};
    for (size_t i = 0; i < queries->n_queries; i++) {
        const struct bench_query *query = &queries->queries[i];
        for (size_t length = 0; (length = next_length(query, length, is_typed)) > 0; n_texts++)
            n_bytes += FRAME_BYTES + ENCODED_BYTES * length;
    }
    targets->text = malloc(n_bytes + 1);
    targets->requests = calloc(n_texts + 1, sizeof *targets->requests);
    if (targets->text == NULL || targets->requests == NULL)
        return error_out_of_memory(error);
    size_t place = 0;
    size_t size = 0;
    for (size_t i = 0; i < queries->n_queries; i++) {
        const struct bench_query *query = &queries->queries[i];
        for (size_t length = 0; (length = next_length(query, length, is_typed)) > 0; place++)
            if (is_taken(place, n_texts, most))
                write_request(targets, &size, is_typed, query->text, length);
    }
    return 0;
}

int bench_targets_search(struct bench_targets *targets, const struct bench_queries *queries,
                         size_t most, struct error *error)
{
    return write_targets(targets, queries, false, most, error);
}

int bench_targets_suggest(struct bench_targets *targets, const struct bench_queries *queries,
                          size_t most, struct error *error)
{
    return write_targets(targets, queries, true, most, error);
}

void bench_targets_free(struct bench_targets *targets)
{
    free(targets->requests);
    free(targets->text);
    *targets = (struct bench_targets){0};
}
