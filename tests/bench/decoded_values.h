/* What was read out of a decoded answer. Every decoder is to give every value: so that it has to
   make all of them (some put that off), and so that it can be checked that all gave the same. Of a
   text only the ends are looked at, as reading all of it would cost the same for everybody and hide
   what differs. C and C++. */
#ifndef CRATEDEX_TESTS_BENCH_DECODED_VALUES_H
#define CRATEDEX_TESTS_BENCH_DECODED_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decoded_values {
    uint64_t n_values; /* with objects, arrays, and the names of members */
    uint64_t texts;    /* a sum over their lengths and ends */
    double numbers;    /* their sum in the document's order; cJSON has all numbers as double */
    uint64_t n_true;
};

static inline void decoded_text(struct decoded_values *values, const char *bytes, size_t length)
{
    values->n_values++;
    values->texts += length;
    if (length > 0)
        values->texts += ((uint64_t)(unsigned char)bytes[0] << 32) +
                         ((uint64_t)(unsigned char)bytes[length - 1] << 16);
}

static inline void decoded_number(struct decoded_values *values, double number)
{
    values->n_values++;
    values->numbers += number;
}

static inline void decoded_truth(struct decoded_values *values, bool is_true)
{
    values->n_values++;
    values->n_true += is_true;
}

/* Null, an object or an array: nothing but that it is there. */
static inline void decoded_other(struct decoded_values *values)
{
    values->n_values++;
}

#endif
