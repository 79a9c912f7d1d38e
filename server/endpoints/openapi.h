/* Our own description of what we answer (OpenAPI 3.1), server/endpoints/openapi.json, which is part
   of the program. */
#ifndef CRATEDEX_SERVER_OPENAPI_H
#define CRATEDEX_SERVER_OPENAPI_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>

struct openapi;

/* Encodes the document in all encodings, with this program's version in it, and without the paths
   that are not answered where it is: what is for operators, where they have an address of their
   own (`has_admin`), and always what only that has or only who
   asks from this machine gets. NULL when memory runs out. */
struct openapi *openapi_create(bool has_admin, struct error *error);
void openapi_destroy(struct openapi *openapi);

/* Writes the whole document. */
void openapi_encode(const struct openapi *openapi, struct encoder *encoder);

/* The file as it was built in; not NUL-terminated. */
const char *openapi_text(size_t *size);

#endif
