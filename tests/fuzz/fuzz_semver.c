/* Two texts, separated by a line end, as versions. What parses must be made of its parts again and
   compare consistently. */
#include <cratedex/semver.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_parts(const struct semver *version, const char *text, size_t length)
{
    size_t room = length + 1;
    char *made = malloc(room);
    if (made == NULL)
        return;
    int n = snprintf(made, room, "%" PRIu64 ".%" PRIu64 ".%" PRIu64 "%s%.*s%s%.*s", version->major,
                     version->minor, version->patch, version->prerelease != NULL ? "-" : "",
                     (int)version->prerelease_length,
                     version->prerelease != NULL ? version->prerelease : "",
                     version->build != NULL ? "+" : "", (int)version->build_length,
                     version->build != NULL ? version->build : "");
    if (n < 0 || (size_t)n != length || memcmp(made, text, length) != 0)
        abort();
    free(made);
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *left_text = (const char *)data;
    const char *line_end = size > 0 ? memchr(left_text, '\n', size) : NULL;
    size_t left_length = line_end != NULL ? (size_t)(line_end - left_text) : size;
    struct semver left;
    if (semver_parse(&left, left_text, left_length) != 0)
        return 0;
    check_parts(&left, left_text, left_length);
    if (semver_order(&left, &left) != 0 || semver_precedence(&left, &left) != 0)
        abort();
    if (line_end == NULL)
        return 0;
    const char *right_text = line_end + 1;
    size_t right_length = size - left_length - 1;
    struct semver right;
    if (semver_parse(&right, right_text, right_length) != 0)
        return 0;
    int precedence = sign(semver_precedence(&left, &right));
    int order = sign(semver_order(&left, &right));
    if (precedence != -sign(semver_precedence(&right, &left)) ||
        order != -sign(semver_order(&right, &left)) || (precedence != 0 && order != precedence))
        abort();
    bool is_same = left_length == right_length && memcmp(left_text, right_text, left_length) == 0;
    if ((order == 0) != is_same)
        abort();
    return 0;
}
