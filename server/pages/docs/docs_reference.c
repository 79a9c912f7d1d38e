/* Goes down the document a name at a time; what comes of a step that leads nowhere is NULL, which
   object_member takes. */
#include "server/pages/docs/docs_reference.h"

#include "server/html/object.h"

#include <string.h>

#define MAX_NAME 64

const msgpack_object *docs_reference_follow(const msgpack_object *document,
                                            const msgpack_object *value)
{
    const msgpack_object *reference = object_member(value, "$ref");
    if (reference == NULL)
        return value;
    size_t length;
    const char *at = object_text(reference, &length);
    const char *end = at + length;
    const msgpack_object *found = document;
    while (found != NULL && (at = memchr(at, '/', (size_t)(end - at))) != NULL) {
        char name[MAX_NAME];
        at++;
        const char *slash = memchr(at, '/', (size_t)(end - at));
        const size_t name_length = (size_t)((slash != NULL ? slash : end) - at);
        if (name_length >= sizeof name)
            return NULL;
        memcpy(name, at, name_length);
        name[name_length] = '\0';
        found = object_member(found, name);
    }
    return found;
}
