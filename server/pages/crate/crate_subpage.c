/* Addresses are written as those of redirects are (crate_address.h). */
#include "server/pages/crate/crate_subpage.h"

#include "server/pages/crate/crate_address.h"

void crate_subpage_begin(struct page *page, const struct crate_page_path *path, const char *heading,
                         const char *tail)
{
    struct encoder *model = &page->model;
    crate_page_add_title(page, heading, &path->name, &path->version);
    encoder_member_text(model, "heading", heading);
    encoder_member_text(model, "tail", tail);
    encoder_key(model, "name");
    encoder_string(model, path->name.text, path->name.length);
    encoder_key(model, "version");
    if (path->version.length > 0)
        encoder_string(model, path->version.text, path->version.length);
    else
        encoder_null(model);
}

void crate_subpage_add_listing(struct page *page, const struct crate_page_path *path,
                               const char *tail, const struct listing *listing, uint64_t n)
{
    char address[ANSWER_MAX_LOCATION];
    /* Of a page behind the last, the endpoint of dependents tells no total. */
    const bool is_known = n > 0 || listing->page == 1;
    encoder_key(&page->model, "n");
    if (is_known)
        encoder_integer(&page->model, (int64_t)n);
    else
        encoder_null(&page->model);
    encoder_member_boolean(&page->model, "has_elements", n > 0 || !is_known);
    encoder_key(&page->model, "listing");
    if (crate_address_write(address, &path->name, &path->version, tail) == 0)
        listing_encode(listing, address, n, &page->model);
    else
        encoder_lack_memory(&page->model);
}
