/* One pass over both, without memory: a pattern and a path part at the first byte or two that
   differ, which is cheaper than anything cleverer. */
#include "server/http/path_pattern.h"

#include <string.h>

bool path_pattern_matches(const char *pattern, const char *path,
                          struct path_value values[REQUEST_MAX_PATH_VALUES])
{
    unsigned n_values = 0;
    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, "/");
        if (length == 0 || n_values == REQUEST_MAX_PATH_VALUES)
            return false;
        values[n_values++] = (struct path_value){path, length};
        path += length;
        pattern = strchr(pattern, '}') + 1;
    }
    return *path == '\0';
}
