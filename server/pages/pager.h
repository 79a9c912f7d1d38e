/* The pages of a list, as the partial template `pager` shows them: the neighbours, and of the
   numbers those that are near, the first and the last. */
#ifndef CRATEDEX_SERVER_PAGER_H
#define CRATEDEX_SERVER_PAGER_H

#include <cratedex/encoder.h>
#include <stdint.h>

/* Where the pages of a list are. */
struct pager {
    uint32_t page;    /* the one that is shown, from 1 */
    uint64_t n_pages; /* that hold all of the list */
    uint32_t max;     /* behind which no page can be had; 0: there is no such limit */
    /* Writes the address of a page as a string. */
    void (*encode_href)(const void *list, uint32_t page, struct encoder *encoder);
    const void *list; /* for it */
};

/* Writes null where one page holds all, or where this one lies behind the last; else an object:
   `previous` and `next`, addresses or null, and `numbers`: of each `number`, `href`, `is_current`,
   and `is_gap` where some are left out before it. */
void pager_encode(const struct pager *pager, struct encoder *encoder);

#endif
