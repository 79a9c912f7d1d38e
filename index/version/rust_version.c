/* Numbers read by the grammar of versions; what is left out counts as 0, as in cargo. */
#include <cratedex/rust_version.h>

#include "index/version/semver_grammar.h"

int rust_version_parse(struct rust_version *version, const char *text, size_t length)
{
    struct rust_version parsed = {{0}};
    size_t at = 0;
    int n_numbers = 0;
    for (;; at++) {
        if (semver_read_number(text, length, &at, &parsed.numbers[n_numbers++]) != 0)
            return -1;
        if (n_numbers == 3 || at == length || text[at] != '.')
            break;
    }
    if (n_numbers == 3 && at < length && text[at] == '-') {
        at++;
        if (semver_read_identifiers(text, length, &at, false) != 0)
            return -1;
    }
    if (at != length)
        return -1;
    *version = parsed;
    return 0;
}

bool rust_version_suffices(const struct rust_version *given, const struct rust_version *needed)
{
    for (int i = 0; i < 3; i++)
        if (given->numbers[i] != needed->numbers[i])
            return given->numbers[i] > needed->numbers[i];
    return true;
}
