/* References within an OpenAPI document. */
#ifndef CRATEDEX_SERVER_DOCS_REFERENCE_H
#define CRATEDEX_SERVER_DOCS_REFERENCE_H

#include <msgpack/object.h>

/* What stands for `value`: where that is a reference, {"$ref": "#/components/schemas/Crate"} (RFC
   6901, without escapes), what it names in the document, NULL where there is no such thing; else
   `value` itself. */
const msgpack_object *docs_reference_follow(const msgpack_object *document,
                                            const msgpack_object *value);

#endif
