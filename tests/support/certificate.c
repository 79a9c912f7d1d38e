/* By the openssl program, so that no test program needs its library. */
#include "tests/support/certificate.h"

#include "tests/support/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

bool certificate_make(const char *certificate_path, const char *key_path)
{
    const char *const arguments[] = {"/usr/bin/openssl",
                                     "req",
                                     "-x509",
                                     "-nodes",
                                     "-newkey",
                                     "ec",
                                     "-pkeyopt",
                                     "ec_paramgen_curve:prime256v1",
                                     "-subj",
                                     "/CN=127.0.0.1",
                                     "-addext",
                                     "subjectAltName=IP:127.0.0.1",
                                     "-keyout",
                                     key_path,
                                     "-out",
                                     certificate_path,
                                     NULL};
    const struct program_options options = {.arguments = arguments};
    struct program_run run;
    if (access(arguments[0], X_OK) != 0)
        return false;
    program_run(&options, &run);
    if (run.status != 0)
        fail_msg("openssl: %s", run.error_out);
    program_run_free(&run);
    return true;
}
