/* The address of an operation of an OpenAPI document, with the values of a form. */
#ifndef CRATEDEX_SERVER_DOCS_ADDRESS_H
#define CRATEDEX_SERVER_DOCS_ADDRESS_H

#include "server/http/failure.h"
#include "server/http/query_string.h"
#include "server/http/request.h"

#include <msgpack/object.h>
#include <stddef.h>

/* Writes path and query of the GET operation of that operationId to `out`, NUL-terminated: the
   parameters of its path and of its query out of `values`, in its own order. Empty ones are left
   out; of one that is repeated the values have commas between. Returns 0, or -1: 404 without such
   an operation, 400 where a parameter of the path is missing or all is too long. */
int docs_address_write(const msgpack_object *document, const struct path_value *operation_id,
                       const struct query_string *values, char *out, size_t capacity,
                       struct failure *failure);

#endif
