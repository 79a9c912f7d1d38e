/* A page of keywords or categories, as the query asks for it. */
#ifndef CRATEDEX_SERVER_TAXONOMY_PAGE_H
#define CRATEDEX_SERVER_TAXONOMY_PAGE_H

#include <cratedex/taxonomy.h>
#include <stdint.h>

struct taxonomy_page {
    enum taxonomy_order order;
    uint32_t limit;
    uint64_t offset;
};

#endif
