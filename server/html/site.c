/* An asset's name in addresses has a hash of its bytes (XXH3, 64 bits): another program has other
   names for what is other, and the same for what is the same. */
#include "server/html/site.h"

#include "server/html/files.h"
#include "server/html/template.h"

#include <cratedex/encoder.h>
#include <inttypes.h>
#include <msgpack/unpack.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define MAX_FILES 64
#define MAX_ADDRESS 64
#define FOLDER "/assets/"

struct named_asset {
    struct html_asset file;
    char address[MAX_ADDRESS]; /* FOLDER and the name */
};

struct site {
    struct templates *templates;
    struct named_asset assets[MAX_FILES];
    size_t n_assets;
    msgpack_sbuffer facts;
};

static int parse_templates(struct site *site, struct error *error)
{
    struct template_source sources[MAX_FILES];
    size_t n = 0;
    while (n < MAX_FILES && html_template_at(n, &sources[n]))
        n++;
    site->templates = templates_parse(sources, n, error);
    return site->templates != NULL ? 0 : -1;
}

static void name_assets(struct site *site)
{
    struct named_asset *asset = site->assets;
    for (; site->n_assets < MAX_FILES && html_asset_at(site->n_assets, &asset->file); asset++) {
        site->n_assets++;
        uint64_t hash = XXH3_64bits(asset->file.bytes, asset->file.size);
        snprintf(asset->address, sizeof asset->address, FOLDER "%s-%016" PRIx64 "%s",
                 asset->file.stem, hash, asset->file.extension);
    }
}

static int encode_facts(struct site *site, struct error *error)
{
    struct encoder encoder;
    encoder_init(&encoder, ENCODING_MESSAGEPACK, &site->facts);
    encoder_object(&encoder, 2);
    encoder_member_text(&encoder, "version", CRATEDEX_VERSION);
    encoder_key(&encoder, "assets");
    encoder_object(&encoder, (uint32_t)site->n_assets);
    for (size_t i = 0; i < site->n_assets; i++)
        encoder_member_text(&encoder, site->assets[i].file.key, site->assets[i].address);
    encoder_end_object(&encoder);
    encoder_end_object(&encoder);
    return encoder_finish(&encoder, error);
}

struct site *site_create(struct error *error)
{
    struct site *site = calloc(1, sizeof *site);
    if (site == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    msgpack_sbuffer_init(&site->facts);
    name_assets(site);
    if (parse_templates(site, error) == 0 && encode_facts(site, error) == 0)
        return site;
    site_destroy(site);
    return NULL;
}

void site_destroy(struct site *site)
{
    if (site == NULL)
        return;
    templates_free(site->templates);
    msgpack_sbuffer_destroy(&site->facts);
    free(site);
}

const void *site_facts(const struct site *site, size_t *size)
{
    *size = site->facts.size;
    return site->facts.data;
}

int site_render(const struct site *site, const char *name, const msgpack_sbuffer *model,
                msgpack_sbuffer *out, struct error *error)
{
    msgpack_unpacked unpacked;
    size_t offset = 0;
    int result = -1;
    msgpack_unpacked_init(&unpacked);
    if (msgpack_unpack_next(&unpacked, model->data, model->size, &offset) == MSGPACK_UNPACK_SUCCESS)
        result = templates_render(site->templates, name, &unpacked.data, out, error);
    else
        error_set(error, "the model of page %s cannot be read", name);
    msgpack_unpacked_destroy(&unpacked);
    return result;
}

const char *site_asset_address(const struct site *site, const char *key)
{
    for (size_t i = 0; i < site->n_assets; i++)
        if (strcmp(site->assets[i].file.key, key) == 0)
            return site->assets[i].address;
    return NULL;
}

int site_find_asset(const struct site *site, const char *name, size_t length,
                    struct site_asset *asset)
{
    for (size_t i = 0; i < site->n_assets; i++) {
        const struct named_asset *named = &site->assets[i];
        const char *own_name = named->address + strlen(FOLDER);
        if (strlen(own_name) != length || memcmp(own_name, name, length) != 0)
            continue;
        *asset = (struct site_asset){
            .media_type = named->file.media_type,
            .bytes = named->file.bytes,
            .size = named->file.size,
        };
        return (int)i;
    }
    return -1;
}
