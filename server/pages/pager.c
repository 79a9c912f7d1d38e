/* Two numbers on either side of the page that is shown, the first and the last: at most seven,
   however long the list is, so that they fit a phone. */
#include "server/pages/pager.h"

#include <stdbool.h>

#define NEAR_PAGES 2
#define MAX_NUMBERS (2 * NEAR_PAGES + 3)

/* The numbers of pages that are shown, in order. Returns how many there are. */
static uint32_t choose_numbers(uint32_t page, uint32_t last, uint32_t numbers[MAX_NUMBERS])
{
    uint32_t n = 0;
    uint32_t from = page > NEAR_PAGES + 1 ? page - NEAR_PAGES : 1;
    uint32_t to = last - page > NEAR_PAGES ? page + NEAR_PAGES : last;
    if (from > 1)
        numbers[n++] = 1;
    for (uint32_t number = from; number <= to; number++)
        numbers[n++] = number;
    if (to < last)
        numbers[n++] = last;
    return n;
}

static void encode_numbers(const struct pager *pager, uint32_t last, struct encoder *encoder)
{
    uint32_t numbers[MAX_NUMBERS];
    uint32_t n = choose_numbers(pager->page, last, numbers);
    encoder_key(encoder, "numbers");
    encoder_array(encoder, n);
    for (uint32_t i = 0; i < n; i++) {
        encoder_object(encoder, 4);
        encoder_member_integer(encoder, "number", numbers[i]);
        encoder_member_boolean(encoder, "is_current", numbers[i] == pager->page);
        encoder_member_boolean(encoder, "is_gap", i > 0 && numbers[i] > numbers[i - 1] + 1);
        encoder_key(encoder, "href");
        pager->encode_href(pager->list, numbers[i], encoder);
        encoder_end_object(encoder);
    }
    encoder_end_array(encoder);
}

static void encode_neighbour(const struct pager *pager, const char *key, bool exists, uint32_t page,
                             struct encoder *encoder)
{
    encoder_key(encoder, key);
    if (exists)
        pager->encode_href(pager->list, page, encoder);
    else
        encoder_null(encoder);
}

void pager_encode(const struct pager *pager, struct encoder *encoder)
{
    uint32_t page = pager->page;
    uint32_t last = pager->n_pages < UINT32_MAX ? (uint32_t)pager->n_pages : UINT32_MAX;
    if (pager->max > 0 && last > pager->max)
        last = pager->max;
    if (last <= 1 || page > last) {
        encoder_null(encoder);
        return;
    }
    encoder_object(encoder, 3);
    encode_neighbour(pager, "previous", page > 1, page - 1, encoder);
    encode_neighbour(pager, "next", page < last, page + 1, encoder);
    encode_numbers(pager, last, encoder);
    encoder_end_object(encoder);
}
