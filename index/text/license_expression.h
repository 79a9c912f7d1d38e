/* SPDX licence expressions: reading them, and judging whether one can be met by a set of names.

   The grammar is that of the SPDX specification, annex "SPDX license expressions": names (of
   letters, digits, `.` and `-`, `DocumentRef-x:LicenseRef-y` and `AdditionRef-x` too), `+` behind a
   name, WITH, which binds tightest and makes one name of two, AND, OR, and parentheses. Operators
   are all in upper or all in lower case. As cargo once had it, `/` is OR too. What is no such
   expression is a name as it stands. */
#ifndef CRATEDEX_INDEX_LICENSE_EXPRESSION_H
#define CRATEDEX_INDEX_LICENSE_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A longer text, or one of more names, is no expression. */
#define LICENSE_MAX_BYTES 1024
#define LICENSE_MAX_NAMES 64
#define LICENSE_MAX_CODES (2 * LICENSE_MAX_NAMES - 1)

/* In postfix notation a code is a name's number, or one of these. */
#define LICENSE_AND UINT32_C(0xfffffffe)
#define LICENSE_OR UINT32_C(0xffffffff)

struct license_name {
    uint32_t start; /* in `texts` */
    uint32_t length;
};

/* An expression that was read. */
struct license_expression {
    uint32_t n_names;
    uint32_t n_codes;
    struct license_name names[LICENSE_MAX_NAMES]; /* as they come, be it more than once */
    uint32_t codes[LICENSE_MAX_CODES];            /* names are places in `names` */
    char texts[LICENSE_MAX_BYTES];                /* names as they are spelled, but " WITH " */
};

/* Reads a text of 1 … LICENSE_MAX_BYTES bytes. Returns false where it is no expression; then the
   text is read as one name. */
bool license_expression_read(struct license_expression *expression, const char *text,
                             size_t length);

/* Whether codes are one expression over names that are numbered 1 … n_names, and can be judged. */
bool license_codes_are_true(const uint32_t *codes, uint32_t n_codes, uint32_t n_names);

/* Whether an expression, for whose codes license_codes_are_true, can be met by the names whose
   numbers are marked in a bitmap. Some ten nanoseconds. */
bool license_codes_are_met(const uint32_t *codes, uint32_t n_codes, const uint64_t *names);

#endif
