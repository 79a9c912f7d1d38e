/* The index has Markdown, and it becomes HTML here: so no byte of HTML that a page shows comes out
   of a file, which might be forged. It takes 0.2 ms for a README of 5 kB, and is kept with the page
   by the cache. */
#include "server/pages/crate/readme_part.h"

#include "server/html/markdown.h"
#include "server/html/markdown_links.h"

#include <cratedex/readme.h>

static int write_member(struct page *page, const struct readme *readme, struct failure *failure)
{
    char base[README_MAX_ADDRESS + 64];
    const struct markdown markdown = {
        .text = readme->text.data,
        .length = readme->text.size,
        .link_base = markdown_link_base(readme->repository, base, sizeof base),
    };
    msgpack_sbuffer html;
    bool is_cut;
    msgpack_sbuffer_init(&html);
    int result = markdown_to_html(&markdown, &html, &is_cut, &failure->error);
    if (result == 0 && html.size > 0) {
        encoder_object(&page->model, 3);
        encoder_key(&page->model, "html");
        encoder_string(&page->model, html.data, html.size);
        encoder_member_integer(&page->model, "full_size", (int64_t)readme->full_size);
        encoder_member_boolean(&page->model, "is_cut",
                               is_cut || readme->full_size > readme->text.size);
        encoder_end_object(&page->model);
    } else if (result == 0) {
        encoder_null(&page->model); /* of a README that is one comment */
    }
    msgpack_sbuffer_destroy(&html);
    return result;
}

int readme_part_add(struct page *page, uint32_t rank, struct failure *failure)
{
    struct readme readme;
    failure->status = 500;
    encoder_key(&page->model, "readme");
    int found = readme_read(page->job->reader, rank, &readme, &failure->error);
    if (found == 0)
        encoder_null(&page->model);
    if (found <= 0)
        return found;
    int result = write_member(page, &readme, failure);
    readme_free(&readme);
    return result;
}
