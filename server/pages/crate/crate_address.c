/* An address is written into a buffer of the size that a location has; none of a name and a number
   that an index can have is longer, but who asks may send longer ones. */
#include "server/pages/crate/crate_address.h"

#include <string.h>

/* Form encoding is that of a path, too, but for the space. */
static int add_byte(char address[ANSWER_MAX_LOCATION], size_t *length, const char *byte)
{
    static const char space[] = "%20";
    if (*byte != ' ')
        return query_string_encode(address, ANSWER_MAX_LOCATION, length, byte, 1);
    if (*length + sizeof space > ANSWER_MAX_LOCATION)
        return -1;
    memcpy(address + *length, space, sizeof space - 1);
    *length += sizeof space - 1;
    return 0;
}

static int add_segment(char address[ANSWER_MAX_LOCATION], size_t *length,
                       const struct path_value *segment)
{
    if (*length + 1 >= ANSWER_MAX_LOCATION)
        return -1;
    address[(*length)++] = '/';
    for (size_t i = 0; i < segment->length; i++)
        if (add_byte(address, length, &segment->text[i]) != 0)
            return -1;
    return 0;
}

int crate_address_write(char address[ANSWER_MAX_LOCATION], const struct path_value *name,
                        const struct path_value *version, const char *tail)
{
    static const char folder[] = "/crates";
    size_t length = sizeof folder - 1;
    memcpy(address, folder, length);
    if (add_segment(address, &length, name) != 0 ||
        (version->length > 0 && add_segment(address, &length, version) != 0))
        return -1;
    if (length + strlen(tail) >= ANSWER_MAX_LOCATION)
        return -1;
    memcpy(address + length, tail, strlen(tail) + 1);
    return 0;
}

int crate_address_redirect(struct answer_job *job, const struct path_value *name,
                           const struct path_value *version, const char *tail,
                           struct failure *failure)
{
    if (crate_address_write(job->location, name, version, tail) != 0)
        return failure_set(failure, MHD_HTTP_URI_TOO_LONG,
                           "the address of the page is longer than %d bytes",
                           ANSWER_MAX_LOCATION - 1);
    job->head.status = MHD_HTTP_FOUND;
    return 0;
}

void crate_address_add_query(struct answer_job *job, const char *query, size_t query_length)
{
    size_t length = strlen(job->location);
    if (query_length == 0 || length + 1 + query_length >= sizeof job->location)
        return;
    for (size_t i = 0; i < query_length; i++)
        if (query[i] <= ' ' || query[i] >= 0x7f)
            return;
    job->location[length++] = '?';
    memcpy(job->location + length, query, query_length);
    job->location[length + query_length] = '\0';
}
