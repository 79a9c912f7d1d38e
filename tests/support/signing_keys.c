/* Keys are made anew for every test: none lies in the repository that somebody might use. */
#include "tests/support/signing_keys.h"

#include "tests/support/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

void signing_keys_run(const char *const *arguments)
{
    const struct program_options options = {.arguments = arguments};
    struct program_run run;
    program_run(&options, &run);
    if (run.status != 0)
        fail_msg("openssl %s: %s", arguments[1], run.error_out);
    program_run_free(&run);
}

void signing_keys_make(const char *folder, const char *name, const char *kind)
{
    char file[64];
    char key[FOLDER_PATH_SIZE];
    char public_key[FOLDER_PATH_SIZE];
    snprintf(file, sizeof file, "%s.key", name);
    folder_join(key, folder, file);
    snprintf(file, sizeof file, "%s.pub", name);
    folder_join(public_key, folder, file);
    signing_keys_run(
        (const char *const[]){OPENSSL, "genpkey", "-algorithm", kind, "-out", key, NULL});
    signing_keys_run(
        (const char *const[]){OPENSSL, "pkey", "-in", key, "-pubout", "-out", public_key, NULL});
}

void signed_paths_make(struct signed_paths *paths)
{
    folder_make(paths->folder);
    signing_keys_make(paths->folder, "own", "ed25519");
    signing_keys_make(paths->folder, "other", "ed25519");
    folder_join(paths->key, paths->folder, "own.key");
    folder_join(paths->public_key, paths->folder, "own.pub");
    folder_join(paths->index, paths->folder, "signed.cdx");
    folder_join(paths->signature, paths->folder, "signed.cdx.sig");
}
