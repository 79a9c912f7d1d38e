/* Names end in a version that begins at one of their `-` before a digit; which one, only the crates
   that there are can tell. So a name is cut off here, and taken apart by who knows them. */
#include "index/dump/readme_name.h"

#include <string.h>
#include <strings.h>

/* Takes the ending off. */
static bool ends_with(const char *text, size_t *length, const char *ending)
{
    size_t n = strlen(ending);
    if (*length <= n || strncasecmp(text + *length - n, ending, n) != 0)
        return false;
    *length -= n;
    return true;
}

bool readme_name_split(const struct readme_name *name, size_t *at)
{
    for (size_t i = *at + 1; i + 1 < name->length; i++) {
        if (name->text[i] == '-' && name->text[i + 1] >= '0' && name->text[i + 1] <= '9') {
            *at = i;
            return true;
        }
    }
    return false;
}

static bool is_whole(const struct readme_name *name)
{
    size_t at = 0;
    return name->length > 0 && (name->may_lack_version || readme_name_split(name, &at));
}

bool readme_name_read(const char *path, struct readme_name *name)
{
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    const char *slash = strrchr(path, '/');
    const char *file = slash != NULL ? slash + 1 : path;
    size_t length = strlen(file);
    *name = (struct readme_name){.kind = README_MARKDOWN, .text = file};
    if (file[0] == '.')
        return false;
    if (ends_with(file, &length, ".crate"))
        name->kind = README_PACKAGE;
    else if (!ends_with(file, &length, ".md") && !ends_with(file, &length, ".markdown"))
        return false;
    name->length = length;
    name->may_lack_version = name->kind == README_MARKDOWN && slash == NULL;
    if (name->kind == README_PACKAGE || length != 6 || strncasecmp(file, "readme", 6) != 0)
        return is_whole(name);
    /* The folder tells whose it is. */
    if (slash == NULL)
        return false;
    size_t folder_end = (size_t)(slash - path);
    size_t folder = folder_end;
    while (folder > 0 && path[folder - 1] != '/')
        folder--;
    name->text = path + folder;
    name->length = folder_end - folder;
    name->may_lack_version = folder == 0;
    return is_whole(name);
}
