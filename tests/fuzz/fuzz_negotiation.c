/* Any bytes as Accept and Accept-Encoding. Beyond not crashing: a member in front that names our
   first choice in full decides, whatever follows it; and the case of letters never matters. */
#include "server/http/negotiation.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char prefix[] = "application/json, zstd, ";
    const size_t prefix_length = sizeof prefix - 1;
    char *field = malloc(prefix_length + size + 1);
    if (field == NULL)
        return 0;
    memcpy(field, prefix, prefix_length);
    memcpy(field + prefix_length, data, size);
    field[prefix_length + size] = '\0';

    enum encoding encoding;
    require(negotiate_encoding(field, &encoding) == 0 && encoding == ENCODING_JSON);
    require(accept_names_encoding(field));
    require(negotiate_coding(field) == CODING_ZSTD);

    const char *rest = field + prefix_length;
    enum encoding given;
    int result = negotiate_encoding(rest, &given);
    enum content_coding coding = negotiate_coding(rest);
    bool is_named = accept_names_encoding(rest);
    require(result == 0 || result == -1);
    require((unsigned)given < N_ENCODINGS && (unsigned)coding < N_CONTENT_CODINGS);
    for (char *c = field + prefix_length; *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    require(negotiate_encoding(rest, &encoding) == result && encoding == given);
    require(negotiate_coding(rest) == coding && accept_names_encoding(rest) == is_named);
    free(field);
    return 0;
}
