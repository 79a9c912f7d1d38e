/* Which crates reach a threshold by the words that they have, as a function of bits: 64 crates are
   judged by a handful of operations. Every word has one or more alternatives, of which a crate's
   first one counts; the values that count are added in the order of the words, as floats, so that
   no judgement differs from that of a sum made for one crate. */
#ifndef CRATEDEX_INDEX_SEARCH_THRESHOLD_H
#define CRATEDEX_INDEX_SEARCH_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THRESHOLD_MAX_WORDS 8
#define THRESHOLD_MAX_ALTERNATIVES 48 /* of all words together */
/* Functions that need more steps are not built. */
#define THRESHOLD_MAX_STEPS 64
/* As many 64-bit words are evaluated at once. */
#define THRESHOLD_BLOCK_WORDS 64

/* Blocks without and with every bit. */
extern const uint64_t threshold_none[THRESHOLD_BLOCK_WORDS];
extern const uint64_t threshold_all[THRESHOLD_BLOCK_WORDS];

/* The words in order, each with its alternatives in order. Values are not negative. */
struct threshold_words {
    uint32_t n_words;
    uint8_t first[THRESHOLD_MAX_WORDS + 1]; /* alternative of each word, and one past the last */
    float values[THRESHOLD_MAX_ALTERNATIVES];
    /* Who has it has the next one too, which is worth as much: the function does without it. */
    bool is_part_of_next[THRESHOLD_MAX_ALTERNATIVES];
};

/* Operands: none, all, the result of an earlier step. */
enum { THRESHOLD_NONE, THRESHOLD_ALL, THRESHOLD_STEP };

struct threshold_step {
    uint8_t alternative;
    uint8_t set;   /* the operand for crates that have it */
    uint8_t unset; /* and for the others */
};

/* A branching program: a decision diagram in topological order (Bryant 1986). */
struct threshold {
    uint32_t n_steps;
    uint8_t result; /* an operand */
    struct threshold_step steps[THRESHOLD_MAX_STEPS];
};

/* Bitmaps, aligned to 8 bytes: one for each step. */
struct threshold_scratch {
    uint64_t steps[THRESHOLD_MAX_STEPS][THRESHOLD_BLOCK_WORDS];
};

/* Builds the function that is true where at least one word occurs and `sum + added >= limit`.
   Returns 0, or -1 where it takes more than THRESHOLD_MAX_STEPS steps or too long to find out. */
int threshold_build(struct threshold *threshold, const struct threshold_words *words, float added,
                    float limit);

/* The sum of the greatest value of each word whose bit is set in `some`. */
float threshold_greatest_sum(const struct threshold_words *words, uint32_t some);

/* Evaluates the function for `n_words` (a multiple of 8, at most THRESHOLD_BLOCK_WORDS) words of 64
   crates; `alternatives` are the bitmaps of those that have each. Returns the bitmap of the result,
   which lies in the scratch or is one of the alternatives; NULL where the function is
   THRESHOLD_NONE. */
const uint64_t *threshold_evaluate(const struct threshold *threshold,
                                   const uint64_t *const *alternatives, size_t n_words,
                                   struct threshold_scratch *scratch);

#endif
