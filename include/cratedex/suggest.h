/* As-you-type suggestions: crate names that complete a prefix, most popular first. */
#ifndef CRATEDEX_SUGGEST_H
#define CRATEDEX_SUGGEST_H

#include <cratedex/index_file.h>
#include <stddef.h>
#include <stdint.h>

#define SUGGEST_MAX_LIMIT 100

enum suggestion_kind { SUGGESTION_CRATE };

struct suggestion {
    enum suggestion_kind kind;
    uint32_t rank; /* of the crate */
};

/* "crate". */
const char *suggestion_kind_name(enum suggestion_kind kind);

/* Writes at most `limit` (≤ SUGGEST_MAX_LIMIT) suggestions for `prefix`, whose canonical form is
   looked up: the exact name first, then by popularity. An empty prefix gives the most popular
   crates. Returns how many. Allocates nothing and needs no reader: any thread may call it. */
size_t suggest(const struct index *index, const char *prefix, size_t prefix_length,
               struct suggestion *suggestions, size_t limit);

#endif
