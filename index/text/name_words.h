/* The words of a crate name: `serde_json` → serde, json; `FizzBuzz` → Fizz, Buzz; `sha2` → sha,
   2. */
#ifndef CRATEDEX_NAME_WORDS_H
#define CRATEDEX_NAME_WORDS_H

#include <msgpack/sbuffer.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A word as a byte range of the name it was cut from. */
struct name_word {
    uint32_t start;
    uint32_t length;
};

/* Cuts `name` (`length` bytes) at every byte that is neither an ASCII letter, an ASCII digit nor
   above 127, between a lower-case and an upper-case letter (`fizzBuzz`), before the last capital of
   a run that a lower-case letter follows (`HTTPServer` → HTTP, Server), and between letters and
   digits. Bytes above 127 count as letters that have no case. Writes the first `capacity` words in
   order and returns how many there are in all; `words` may be NULL where `capacity` is 0. `length`
   is below 4 GiB. */
size_t name_words_split(const char *name, size_t length, struct name_word *words, size_t capacity);

/* Appends to `out` the text under which a name is indexed: its words, separated by spaces, and
   after them every part between separators that was cut further (`sha2` gives `sha 2 sha2`), so
   that a query finds the name by its words and as it is written. The bytes of the name are copied
   as they are; a name of separators alone appends nothing. Returns 0, or -1 when out of memory. */
int name_words_text(const char *name, size_t length, msgpack_sbuffer *out);

#ifdef __cplusplus
}
#endif

#endif
