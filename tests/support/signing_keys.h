/* Keys to sign indexes with, as operators make them: by the program openssl, which must be
   installed. Every function fails the test where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_SIGNING_KEYS_H
#define CRATEDEX_TESTS_SUPPORT_SIGNING_KEYS_H

#include "tests/support/folder.h"

#define OPENSSL "/usr/bin/openssl"

/* Makes `folder/name.key` of that kind ("ed25519"), and its public key, `folder/name.pub`. */
void signing_keys_make(const char *folder, const char *name, const char *kind);

/* Runs openssl with these arguments, of which the first is OPENSSL. */
void signing_keys_run(const char *const *arguments);

#endif
