/* Values that an endpoint wrote: what templates show, and pages bring into another form. */
#ifndef CRATEDEX_SERVER_OBJECT_H
#define CRATEDEX_SERVER_OBJECT_H

#include <cratedex/encoder.h>
#include <msgpack/object.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts live as long as what they were read from. NULL stands for what is not there, and all of
   these take it. */

/* A member of a map. */
const msgpack_object *object_member(const msgpack_object *object, const char *name);
/* The same where the name has no NUL behind it. */
const msgpack_object *object_member_of(const msgpack_object *object, const char *name,
                                       size_t length);

/* The number of an array's elements; 0 where it is none. */
uint32_t object_n_elements(const msgpack_object *array);
/* An element, from 0. */
const msgpack_object *object_element(const msgpack_object *array, uint32_t i);

/* The text of a string, not NUL-terminated, and its length; "" and 0 where it is none. */
const char *object_text(const msgpack_object *object, size_t *length);

/* Whether it is a string of that text. */
bool object_is_text(const msgpack_object *object, const char *text);
/* The same of a text that is not NUL-terminated. */
bool object_equals(const msgpack_object *object, const char *text, size_t length);

bool object_is_true(const msgpack_object *object);

/* A number from 0; 0 where it is none. */
uint64_t object_number(const msgpack_object *object);

/* Writes it as a value of `encoder`, which writes MessagePack; null where it is not there. */
void object_encode(const msgpack_object *object, struct encoder *encoder);

/* A member of `encoder`'s object: what `object` has under the same name. */
void object_encode_member(const msgpack_object *object, const char *name, struct encoder *encoder);

/* The same: an array of the first elements, at most `max`, of what `object` has under that name. */
void object_encode_first(const msgpack_object *object, const char *name, uint32_t max,
                         struct encoder *encoder);

#endif
