/* Layout: a header (magic, number of words), then the stems, four bytes each. */
#include "index/segment/word_stems.h"

#include <string.h>

#define STEMS_MAGIC 0x534d5453u /* "STMS" */

struct header {
    uint32_t magic;
    uint32_t n_words;
};

int word_stems_build(const uint32_t *stems, uint32_t n_words, msgpack_sbuffer *block,
                     struct error *error)
{
    struct header header = {STEMS_MAGIC, n_words};
    size_t n_bytes = (size_t)n_words * sizeof *stems;
    if (msgpack_sbuffer_write(block, (const char *)&header, sizeof header) != 0 ||
        (n_bytes > 0 && msgpack_sbuffer_write(block, (const char *)stems, n_bytes) != 0))
        return error_out_of_memory(error);
    return 0;
}

int word_stems_open(const uint32_t **stems, uint32_t n_words, uint32_t n_stems, const void *block,
                    size_t size, struct error *error)
{
    struct header header;
    if (size != sizeof header + (size_t)n_words * sizeof **stems)
        return error_set(error, "the stems of words are not as many as the words");
    memcpy(&header, block, sizeof header);
    if (header.magic != STEMS_MAGIC || header.n_words != n_words)
        return error_set(error, "the stems of words have a wrong header");
    *stems = (const void *)((const unsigned char *)block + sizeof header);
    for (uint32_t i = 0; i < n_words; i++) {
        if ((*stems)[i] == 0 || (*stems)[i] > n_stems)
            return error_set(error, "the stems of words point outside of the index");
    }
    return 0;
}
