/* JSON texts, read by jansson. */
#ifndef CRATEDEX_INDEX_JSON_TEXT_H
#define CRATEDEX_INDEX_JSON_TEXT_H

#include <cratedex/error.h>
#include <jansson.h>
#include <stddef.h>

/* Reads a text of `length` bytes with jansson's `flags`: a new reference. NULL and why: transient
   where memory ran out, else the text is none. */
json_t *json_text_read(const char *text, size_t length, size_t flags, struct error *error);

#endif
