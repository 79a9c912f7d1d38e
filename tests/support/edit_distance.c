/* One row for each character of the key, one column for each of the word. */
#include "tests/support/edit_distance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define MAX_CHARACTERS 70

static size_t decode(const char *text, size_t length, uint32_t characters[MAX_CHARACTERS])
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte & 0xc0) == 0x80 && n > 0) {
            characters[n - 1] = characters[n - 1] << 8 | byte;
        } else {
            assert_true(n < MAX_CHARACTERS);
            characters[n++] = byte;
        }
    }
    return n;
}

size_t count_characters(const char *text, size_t length)
{
    uint32_t characters[MAX_CHARACTERS];
    return decode(text, length, characters);
}

static unsigned smaller(unsigned left, unsigned right)
{
    return left < right ? left : right;
}

unsigned edit_distance_between(const char *key, size_t key_length, const char *word,
                               size_t word_length, unsigned *beginning)
{
    uint32_t k[MAX_CHARACTERS];
    uint32_t w[MAX_CHARACTERS];
    size_t n_k = decode(key, key_length, k);
    size_t n_w = decode(word, word_length, w);
    unsigned table[MAX_CHARACTERS + 1][MAX_CHARACTERS + 1];
    *beginning = (unsigned)n_w;
    for (size_t j = 0; j <= n_w; j++)
        table[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n_k; i++) {
        table[i][0] = (unsigned)i;
        for (size_t j = 1; j <= n_w; j++) {
            unsigned least = table[i - 1][j - 1] + (k[i - 1] != w[j - 1]);
            least = smaller(least, table[i - 1][j] + 1);
            least = smaller(least, table[i][j - 1] + 1);
            if (i > 1 && j > 1 && k[i - 1] == w[j - 2] && k[i - 2] == w[j - 1])
                least = smaller(least, table[i - 2][j - 2] + 1);
            table[i][j] = least;
        }
        *beginning = smaller(*beginning, table[i][n_w]);
    }
    return table[n_k][n_w];
}
