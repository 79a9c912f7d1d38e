#include "server/html/model.h"

#include <string.h>

const msgpack_object *model_member(const msgpack_object *object, const char *name, size_t length)
{
    if (object->type != MSGPACK_OBJECT_MAP)
        return NULL;
    for (uint32_t i = 0; i < object->via.map.size; i++) {
        const msgpack_object *key = &object->via.map.ptr[i].key;
        if (key->type == MSGPACK_OBJECT_STR && key->via.str.size == length &&
            memcmp(key->via.str.ptr, name, length) == 0)
            return &object->via.map.ptr[i].val;
    }
    return NULL;
}

const msgpack_object *model_at(const msgpack_object *object, const char *path)
{
    while (object != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        object = model_member(object, path, length);
        path += length + (path[length] == '.');
    }
    return object;
}
