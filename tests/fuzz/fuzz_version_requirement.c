/* A requirement and a version, separated by a line end. What parses must have a canonical text that
   parses to a requirement of the same text, and both must match the same versions; a release must
   match by cargo's rule exactly where it lies in the ranges. */
#include <cratedex/version_requirement.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_version(const struct version_requirement *requirement,
                          const struct version_requirement *again, const char *text, size_t length)
{
    struct semver version;
    if (semver_parse(&version, text, length) != 0)
        return;
    bool matches = version_requirement_matches(requirement, &version);
    bool includes = version_requirement_includes(requirement, &version);
    require(version_requirement_matches(again, &version) == matches);
    require(version_requirement_includes(again, &version) == includes);
    require(semver_is_prerelease(&version) || matches == includes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *line_end = size > 0 ? memchr(text, '\n', size) : NULL;
    size_t length = line_end != NULL ? (size_t)(line_end - text) : size;
    struct version_requirement requirement;
    struct error error;
    if (version_requirement_parse(&requirement, text, length, &error) != 0) {
        require(error.message[0] != '\0');
        return 0;
    }
    char canonical[VERSION_REQUIREMENT_MAX_TEXT];
    char printed_again[VERSION_REQUIREMENT_MAX_TEXT];
    size_t canonical_length = version_requirement_print(&requirement, canonical);
    require(canonical_length == strlen(canonical));
    /* A text of the greatest length may have a canonical one that is longer. */
    struct version_requirement again;
    if (canonical_length > VERSION_REQUIREMENT_MAX_BYTES)
        return 0;
    require(version_requirement_parse(&again, canonical, canonical_length, &error) == 0);
    require(version_requirement_print(&again, printed_again) == canonical_length);
    require(memcmp(canonical, printed_again, canonical_length) == 0);
    if (line_end != NULL)
        check_version(&requirement, &again, line_end + 1, size - length - 1);
    return 0;
}
