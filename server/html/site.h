/* All that pages are made of, parsed once at start and shared by all threads, which only read. */
#ifndef CRATEDEX_SERVER_SITE_H
#define CRATEDEX_SERVER_SITE_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>

struct site;

/* Returns NULL and says why: a template has a fault (template.h), or no memory. */
struct site *site_create(struct error *error);

/* NULL is allowed. */
void site_destroy(struct site *site);

/* What models tell of the site as their member `site`, in MessagePack: `version` of the program,
   and `assets`, the addresses of these by their keys (files.h). */
const void *site_facts(const struct site *site, size_t *size);

/* Appends the page of that template (its name) to `out`. The model is one MessagePack value.
   Returns 0, or -1: as templates_render, or `model` is none. */
int site_render(const struct site *site, const char *name, const msgpack_sbuffer *model,
                msgpack_sbuffer *out, struct error *error);

/* The address of the asset of that key; NULL where there is none. */
const char *site_asset_address(const struct site *site, const char *key);

/* An asset under a name that changes with its bytes: what browsers have once they keep. */
struct site_asset {
    const char *media_type; /* static */
    const char *bytes;
    size_t size;
};

/* Finds the asset of a name in an address, `style-0123456789abcdef.css`. Returns its number and
   fills `asset`, or -1. */
int site_find_asset(const struct site *site, const char *name, size_t length,
                    struct site_asset *asset);

#endif
