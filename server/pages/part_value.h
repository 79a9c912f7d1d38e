/* A part's answer that a page itself looks into, before it is shown. */
#ifndef CRATEDEX_SERVER_PART_VALUE_H
#define CRATEDEX_SERVER_PART_VALUE_H

#include "server/pages/page.h"

#include <msgpack/unpack.h>
#include <stdint.h>

struct part_value {
    msgpack_sbuffer bytes;
    msgpack_unpacked unpacked;
};

/* Asks for the part. Returns 0, and part_value_free must follow; or -1 and the endpoint's own
   failure. */
int part_value_read(struct answer_job *job, const struct part *part, struct part_value *value,
                    struct failure *failure);
void part_value_free(struct part_value *value);

/* The member of a member of the answer, "meta" and "total"; NULL where there is none. It lives as
   long as `value`. */
const msgpack_object *part_value_at(const struct part_value *value, const char *member,
                                    const char *inner);

/* The same as a number from 0 on; 0 where it is none. */
uint64_t part_value_number(const struct part_value *value, const char *member, const char *inner);

/* Writes the whole answer as a member of the page's model. */
void part_value_add(const struct part_value *value, struct page *page, const char *key);

#endif
