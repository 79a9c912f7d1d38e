/* The model of a page, when it is read: MessagePack values, as msgpack-c unpacks them. */
#ifndef CRATEDEX_SERVER_MODEL_H
#define CRATEDEX_SERVER_MODEL_H

#include <msgpack/object.h>
#include <stddef.h>

/* The member of that name (`length` bytes); NULL where there is none, or where `object` is no map
   itself. */
const msgpack_object *model_member(const msgpack_object *object, const char *name, size_t length);

/* The same for a path of names with dots between them, NUL-terminated: "meta.total". */
const msgpack_object *model_at(const msgpack_object *object, const char *path);

#endif
