/* What pages do not show of a version so, such as its features and all that was ever done to it, is
   left out of the model: it may be large. */
#include "server/pages/crate/version_rows.h"

#include <cratedex/semver.h>
#include <stdbool.h>

static bool is_prerelease(const msgpack_object *number)
{
    struct semver version;
    size_t length;
    const char *text = object_text(number, &length);
    return semver_parse(&version, text, length) == 0 && semver_is_prerelease(&version);
}

void version_row_encode(const msgpack_object *version, struct encoder *model)
{
    static const char *const members[] = {"num",          "created_at", "crate_size",
                                          "rust_version", "edition",    "license",
                                          "downloads",    "yanked",     "yank_message"};
    const uint32_t n_members = sizeof members / sizeof *members;
    if (version == NULL) {
        encoder_null(model);
        return;
    }
    encoder_object(model, n_members + 1);
    for (uint32_t i = 0; i < n_members; i++)
        object_encode_member(version, members[i], model);
    encoder_member_boolean(model, "is_prerelease", is_prerelease(object_member(version, "num")));
    encoder_end_object(model);
}

void version_rows_encode(const msgpack_object *versions, struct encoder *model)
{
    uint32_t n = object_n_elements(versions);
    encoder_array(model, n);
    for (uint32_t i = 0; i < n; i++)
        version_row_encode(object_element(versions, i), model);
    encoder_end_array(model);
}
