/* The README of a crate as a part of its page: templates/readme.html shows it, where the model has
   it, and assets/readme.css is its look. */
#ifndef CRATEDEX_SERVER_README_PART_H
#define CRATEDEX_SERVER_README_PART_H

#include "server/pages/page.h"

#include <stdint.h>

/* Writes one member into the page's model, at the top level: `readme` is null where the crate of
   that rank has none, else an object of `html`, which is safe to be written as it is, `full_size`
   in bytes, and `is_cut`, whether the page shows its beginning only. Returns 0 or -1. */
int readme_part_add(struct page *page, uint32_t rank, struct failure *failure);

#endif
