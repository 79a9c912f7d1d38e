/* Inside the base64url lies `v:<id>:<number>` or `c:<id>:<microseconds>`. */
#include "index/registry/version_seek.h"

#include "index/base/base64url.h"

#include <cratedex/index_file.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "index/dump/postgres_fields.h"

/* By enum version_sort. */
static const char sort_letters[] = {'v', 'c'};

void version_seek_format(enum version_sort sort, const struct listed_version *version,
                         char text[VERSION_MAX_SEEK_KEY])
{
    char inside[VERSION_MAX_SEEK_KEY / 4 * 3 - 1];
    _Static_assert(sizeof inside > 2 + 20 + 1 + INDEX_MAX_VERSION_BYTES, "any number fits");
    int length;
    if (sort == VERSION_SORT_SEMVER)
        length = snprintf(inside, sizeof inside, "%c:%" PRId64 ":%.*s", sort_letters[sort],
                          version->id, (int)version->num_length, version->num);
    else
        length = snprintf(inside, sizeof inside, "%c:%" PRId64 ":%" PRId64, sort_letters[sort],
                          version->id, version->created_at);
    base64url_encode(text, inside, (size_t)length);
}

int version_seek_parse(struct version_seek *seek, enum version_sort sort, const char *text,
                       size_t length)
{
    struct listed_version *version = &seek->version;
    size_t size;
    memset(version, 0, sizeof *version);
    if (base64url_decode(seek->num, sizeof seek->num, &size, text, length) != 0 || size < 2 ||
        seek->num[0] != sort_letters[sort] || seek->num[1] != ':')
        return -1;
    const char *id = seek->num + 2;
    const char *end = seek->num + size;
    const char *colon = memchr(id, ':', (size_t)(end - id));
    if (colon == NULL || postgres_integer(id, (size_t)(colon - id), &version->id) != 0)
        return -1;
    const char *rest = colon + 1;
    if (sort == VERSION_SORT_DATE)
        return postgres_integer(rest, (size_t)(end - rest), &version->created_at);
    listed_version_set_num(version, rest, (size_t)(end - rest));
    return 0;
}
