/* The key of a spelled answer is that of the answer with the spelling behind it, and begins with a
   byte that is no route. */
#include "server/exchange/spelled_answer.h"

#include "server/exchange/computation.h"

#include <string.h>

#define NO_ROUTE 0xff

void spelled_key_make(struct spelled_key *spelled, const struct canonical_key *key,
                      const struct link_spelling *spelling)
{
    unsigned char *at = spelled->bytes;
    *at++ = NO_ROUTE;
    memcpy(at, key->bytes, key->size);
    memcpy(at + key->size, spelling->text, spelling->length);
    spelled->size = 1 + key->size + spelling->length;
}

struct answer *spelled_answer_make(const struct exchange *exchange, const struct answer *answer,
                                   const struct link_spelling *spelling)
{
    struct answer *spelled = NULL;
    struct answer_head head = *answer_head(answer);
    struct original_request original;
    struct list_page page;
    struct encoder encoder;
    struct error error;
    msgpack_sbuffer body;
    size_t size;
    const void *bytes = answer_body(answer, &size);
    computation_note_original(exchange, &original);
    head.original = &original;
    msgpack_sbuffer_init(&body);
    encoder_init(&encoder, exchange->encoding, &body);
    list_page_respell(answer_page(answer), bytes, spelling, &encoder, &page);
    if (encoder_finish(&encoder, &error) == 0)
        spelled = answer_create(&head, &body, &page, spelling, &error);
    msgpack_sbuffer_destroy(&body);
    return spelled;
}
