/* A key is a head of a fixed size and a sequence of fields: a tag, then a number of eight bytes, or
   a length of four bytes and as many bytes of text. Each field says where it ends, so different
   sequences of fields never give the same bytes, whatever characters a client sends. Writing costs
   one copy. */
#include "server/parameters/canonical_key.h"

#include <string.h>

/* Behind route and encoding. */
#define GENERATION_AT 2

static void append(struct canonical_key *key, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    if (key->is_too_long || size > sizeof key->bytes - key->size) {
        key->is_too_long = true;
        return;
    }
    memcpy(key->bytes + key->size, bytes, size);
    key->size += size;
}

void canonical_key_init(struct canonical_key *key, unsigned route, unsigned encoding,
                        uint64_t generation)
{
    key->size = 0;
    key->is_too_long = false;
    const unsigned char head[GENERATION_AT] = {(unsigned char)route, (unsigned char)encoding};
    append(key, head, sizeof head);
    append(key, &generation, sizeof generation);
}

void canonical_key_set_generation(struct canonical_key *key, uint64_t generation)
{
    memcpy(key->bytes + GENERATION_AT, &generation, sizeof generation);
}

void canonical_key_text(struct canonical_key *key, char tag, const char *text, size_t length)
{
    uint32_t size = (uint32_t)length;
    append(key, &tag, 1);
    append(key, &size, sizeof size);
    append(key, text, length);
}

void canonical_key_number(struct canonical_key *key, char tag, uint64_t number)
{
    append(key, &tag, 1);
    append(key, &number, sizeof number);
}
