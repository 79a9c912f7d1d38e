/* Our OpenAPI document in the order and the form in which people read it. */
#ifndef CRATEDEX_SERVER_DOCS_MODEL_H
#define CRATEDEX_SERVER_DOCS_MODEL_H

#include <cratedex/encoder.h>
#include <msgpack/object.h>

/* Writes one value:

       [{"tag", "operations": [{"id", "method", "path", "summary", "description", "is_deprecated",
         "parameters": [{"name", "operation", "in", "is_in_path", "is_required", "description",
         "is_long", "type", "format", "example", "default", "is_number", "minimum", "maximum",
         "is_list", "is_repeated", "is_choice", "options": [{"value", "is_example"}]}], "more",
         "n_more", "responses": [{"status", "description", "types": []}]}]}]

   `more` are the parameters behind the first six, and `n_more` is how many, or null. There is a
   group for each tag that has operations, in the order of the document. A member that says nothing
   is null. Of operations those by GET: the others are not for a form. */
void docs_model_encode(const msgpack_object *document, struct encoder *encoder);

#endif
