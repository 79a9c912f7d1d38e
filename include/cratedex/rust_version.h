/* Versions of Rust as `rust-version` in a package's manifest has them: `1.70`, `1.70.1`, or `1`. */
#ifndef CRATEDEX_RUST_VERSION_H
#define CRATEDEX_RUST_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rust_version {
    uint64_t numbers[3]; /* major, minor, patch; 0 where it was not given */
};

/* Parses all `length` bytes of `text`. A pre-release behind three numbers (`1.85.0-nightly`, as the
   compiler calls itself) is read and ignored, as cargo does with the compiler's own version.
   Returns 0, or -1 where the text is no such version; `version` is then not changed. */
int rust_version_parse(struct rust_version *version, const char *text, size_t length);

/* Whether a package that needs `needed` builds with `given`: `needed` is not higher. */
bool rust_version_suffices(const struct rust_version *given, const struct rust_version *needed);

#ifdef __cplusplus
}
#endif

#endif
