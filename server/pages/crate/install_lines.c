/* Names are those that cargo accepts, as far as a shell and TOML need no quotes for them. Build
   metadata is left out, for requirements ignore it. */
#include "server/pages/crate/install_lines.h"

#include <cratedex/index_format.h>
#include <cratedex/semver.h>
#include <stdio.h>
#include <string.h>

#define MAX_NUMBER 128
#define MAX_LINE (2 * INDEX_MAX_NAME_BYTES + MAX_NUMBER)

struct target {
    char name[INDEX_MAX_NAME_BYTES + 1];
    char number[MAX_NUMBER]; /* without build metadata */
    bool is_named;           /* cargo takes another one, if it is not told */
};

static bool read_name(const msgpack_object *name, char text[INDEX_MAX_NAME_BYTES + 1])
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t length;
    const char *bytes = object_text(name, &length);
    if (length == 0 || length > INDEX_MAX_NAME_BYTES || bytes[0] == '-' ||
        memchr(bytes, '\0', length) != NULL)
        return false;
    snprintf(text, INDEX_MAX_NAME_BYTES + 1, "%.*s", (int)length, bytes);
    return strspn(text, allowed) == length;
}

static bool read_target(const msgpack_object *version, bool is_default, struct target *target)
{
    struct semver number;
    size_t length;
    const char *text = object_text(object_member(version, "num"), &length);
    if (!read_name(object_member(version, "crate"), target->name) ||
        semver_parse(&number, text, length) != 0)
        return false;
    if (number.build != NULL)
        length -= number.build_length + 1;
    target->is_named = !is_default || semver_is_prerelease(&number);
    return snprintf(target->number, MAX_NUMBER, "%.*s", (int)length, text) < MAX_NUMBER;
}

static void encode_line(const char *key, bool is_there, const char *line, struct encoder *model)
{
    encoder_member_text(model, key, is_there ? line : NULL);
}

static void encode_lines(const struct target *target, bool has_library, bool has_program,
                         struct encoder *model)
{
    char line[MAX_LINE];
    encoder_object(model, 3);
    snprintf(line, sizeof line, "cargo add %s%s%s", target->name, target->is_named ? "@" : "",
             target->is_named ? target->number : "");
    encode_line("add", has_library, line, model);
    snprintf(line, sizeof line, "%s = \"%s\"", target->name, target->number);
    encode_line("toml", has_library, line, model);
    snprintf(line, sizeof line, "cargo install %s%s%s", target->name,
             target->is_named ? " --version " : "", target->is_named ? target->number : "");
    encode_line("bin", has_program, line, model);
    encoder_end_object(model);
}

void install_lines_encode(const msgpack_object *version, bool is_default, struct encoder *model)
{
    struct target target;
    const msgpack_object *library = object_member(version, "has_lib");
    bool has_program = object_n_elements(object_member(version, "bin_names")) > 0;
    /* Where the registry does not say what a version has, it is taken for a library. */
    bool has_library = !has_program || library == NULL || library->type != MSGPACK_OBJECT_BOOLEAN ||
                       object_is_true(library);
    if (object_is_true(object_member(version, "yanked")) ||
        !read_target(version, is_default, &target))
        encoder_null(model);
    else
        encode_lines(&target, has_library, has_program, model);
}
