/* A MessagePack value as JSON text. */
#ifndef CRATEDEX_INDEX_CLI_MSGPACK_JSON_H
#define CRATEDEX_INDEX_CLI_MSGPACK_JSON_H

#include <msgpack.h>
#include <stdbool.h>

/* Appends the value to `out`, in one line where `is_compact`, else with two spaces a level. The
   members of a map stay in their order. What JSON lacks: binary is text in base64url; an
   extension is {"type", "data"}, its data as binary; NaN and infinities are null; a key that is
   no text is the text of its JSON; bytes that are not UTF-8 are U+FFFD. Returns 0, or -1 when
   memory runs out. */
int msgpack_json_append(msgpack_sbuffer *out, const msgpack_object *value, bool is_compact);

#endif
