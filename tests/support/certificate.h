/* A certificate for tests of TLS. */
#ifndef CRATEDEX_TESTS_SUPPORT_CERTIFICATE_H
#define CRATEDEX_TESTS_SUPPORT_CERTIFICATE_H

#include <stdbool.h>

/* Writes a new key and a certificate for 127.0.0.1 that it signed itself, as PEM. Returns false
   where openssl is not installed; fails the test where it cannot do that. */
bool certificate_make(const char *certificate_path, const char *key_path);

#endif
