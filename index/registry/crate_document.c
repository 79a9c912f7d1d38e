/* Members in the order in which crates.io sends them. */
#include "index/registry/crate_document.h"

#include <cratedex/index_file.h>

#include <stdio.h>

#define MAX_LINK_BYTES (INDEX_MAX_NAME_BYTES + 64)

static void encode_link(struct encoder *encoder, const char *key, const char *name,
                        const char *what)
{
    char link[MAX_LINK_BYTES];
    snprintf(link, sizeof link, "/api/v1/crates/%s/%s", name, what);
    encoder_member_text(encoder, key, link);
}

static void encode_value(struct encoder *encoder, const char *key,
                         const struct encoded_value *value)
{
    encoder_key(encoder, key);
    if (value->bytes == NULL)
        encoder_null(encoder);
    else
        encoder_fragment(encoder, value->bytes, value->size);
}

static void encode_links(struct encoder *encoder, const char *name, bool has_versions)
{
    encoder_key(encoder, "links");
    encoder_object(encoder, 6);
    encode_link(encoder, "version_downloads", name, "downloads");
    if (has_versions)
        encoder_member_text(encoder, "versions", NULL);
    else
        encode_link(encoder, "versions", name, "versions");
    encode_link(encoder, "owners", name, "owners");
    encode_link(encoder, "owner_team", name, "owner_team");
    encode_link(encoder, "owner_user", name, "owner_user");
    encode_link(encoder, "reverse_dependencies", name, "reverse_dependencies");
    encoder_end_object(encoder);
}

void crate_document_read_texts(struct crate_document *crate, sqlite3_stmt *row)
{
    const char **const texts[CRATE_TEXT_N_COLUMNS] = {
        &crate->name,       &crate->description, &crate->homepage,  &crate->documentation,
        &crate->repository, &crate->created_at,  &crate->updated_at};
    for (int i = 0; i < CRATE_TEXT_N_COLUMNS; i++)
        *texts[i] = (const char *)sqlite3_column_text(row, i);
}

void crate_document_encode(const struct crate_document *crate, struct encoder *encoder)
{
    encoder_object(encoder, 23);
    encoder_member_text(encoder, "id", crate->name);
    encoder_member_text(encoder, "name", crate->name);
    encoder_member_text(encoder, "updated_at", crate->updated_at);
    encode_value(encoder, "versions", &crate->versions);
    encode_value(encoder, "keywords", &crate->keywords);
    encode_value(encoder, "categories", &crate->categories);
    encoder_key(encoder, "badges");
    encoder_array(encoder, 0);
    encoder_end_array(encoder);
    encoder_member_text(encoder, "created_at", crate->created_at);
    encoder_member_integer(encoder, "downloads", crate->downloads);
    encoder_key(encoder, "recent_downloads");
    if (crate->has_recent_downloads)
        encoder_integer(encoder, crate->recent_downloads);
    else
        encoder_null(encoder);
    encoder_member_text(encoder, "default_version", crate->default_version);
    encoder_member_integer(encoder, "num_versions", crate->n_versions);
    encoder_member_boolean(encoder, "yanked", crate->is_yanked);
    encoder_member_text(encoder, "max_version", crate->max_version ? crate->max_version : "0.0.0");
    encoder_member_text(encoder, "newest_version",
                        crate->newest_version ? crate->newest_version : "0.0.0");
    encoder_member_text(encoder, "max_stable_version", crate->max_stable_version);
    encoder_member_text(encoder, "description", crate->description);
    encoder_member_text(encoder, "homepage", crate->homepage);
    encoder_member_text(encoder, "documentation", crate->documentation);
    encoder_member_text(encoder, "repository", crate->repository);
    encode_links(encoder, crate->name, crate->versions.bytes != NULL);
    encoder_member_boolean(encoder, "exact_match", false);
    encoder_member_boolean(encoder, "trustpub_only", crate->trustpub_only);
    encoder_end_object(encoder);
}
