/* The model is written once as MessagePack, as every answer is, and read once: a template sees the
   same members that a client of the API does. */
#include "server/pages/page.h"

#include "server/html/site.h"

void page_begin(struct page *page, struct answer_job *job, uint32_t n_members)
{
    size_t size;
    const void *facts = site_facts(job->service->site, &size);
    page->job = job;
    msgpack_sbuffer_init(&page->bytes);
    encoder_init(&page->model, ENCODING_MESSAGEPACK, &page->bytes);
    encoder_object(&page->model, n_members + 3);
    encoder_key(&page->model, "site");
    encoder_fragment(&page->model, facts, size);
    encoder_member_text(&page->model, "base_url", job->snapshot->settings.base_url);
    encoder_member_text(&page->model, "banner", job->snapshot->settings.banner);
}

int page_add_part(struct page *page, const char *key, const struct part *part,
                  struct failure *failure)
{
    encoder_key(&page->model, key);
    return part_answer(page->job, part, &page->model, failure);
}

int page_finish(struct page *page, const char *template, struct failure *failure)
{
    const struct site *site = page->job->service->site;
    msgpack_sbuffer *out = page->job->encoder.out;
    failure->status = 500;
    encoder_end_object(&page->model);
    int result = encoder_finish(&page->model, &failure->error);
    if (result == 0)
        result = site_render(site, template, &page->bytes, out, &failure->error);
    msgpack_sbuffer_destroy(&page->bytes);
    return result;
}

int page_abandon(struct page *page)
{
    msgpack_sbuffer_destroy(&page->bytes);
    return -1;
}
