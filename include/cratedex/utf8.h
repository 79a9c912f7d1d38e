/* UTF-8 as RFC 3629 has it. */
#ifndef CRATEDEX_UTF8_H
#define CRATEDEX_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* True where all `length` bytes of `text` are well-formed UTF-8 (RFC 3629, section 4): no overlong
   forms, no surrogates, nothing above U+10FFFF, no sequence that is cut short. */
bool utf8_is_valid(const char *text, size_t length);

/* How many bytes at the front of `text` are well-formed UTF-8; `length` where all are. */
size_t utf8_valid_length(const char *text, size_t length);

/* Reads the sequence at the front of `text` (`length` > 0). Returns true where it is well-formed;
   `n_bytes` is its length, or that of the maximal ill-formed part, which one U+FFFD stands for. */
bool utf8_read_sequence(const char *text, size_t length, size_t *n_bytes);

/* The characters (code points) of well-formed UTF-8. */
size_t utf8_count_characters(const char *text, size_t length);

/* The bytes of the first `n` characters of well-formed UTF-8; `length` where it has no more. */
size_t utf8_skip_characters(const char *text, size_t length, size_t n);

/* The bytes of as many first characters of well-formed UTF-8 as `max` bytes have room for. */
size_t utf8_fitting_length(const char *text, size_t length, size_t max);

/* The bytes of the first character of well-formed UTF-8 (`length` > 0). */
size_t utf8_first_character(const char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif
