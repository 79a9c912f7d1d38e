/* Keys to sign indexes with, as operators make them: by the program openssl, which must be
   installed. Every function fails the test where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_SIGNING_KEYS_H
#define CRATEDEX_TESTS_SUPPORT_SIGNING_KEYS_H

#include "tests/support/folder.h"

#define OPENSSL "/usr/bin/openssl"

/* Makes `folder/name.key` of that kind ("ed25519"), and its public key, `folder/name.pub`. */
void signing_keys_make(const char *folder, const char *name, const char *kind);

/* An index that is signed, and the keys for it, in a folder of its own. */
struct signed_paths {
    char folder[FOLDER_PATH_SIZE];
    char index[FOLDER_PATH_SIZE];     /* signed.cdx, which the test builds */
    char signature[FOLDER_PATH_SIZE]; /* signed.cdx.sig */
    char key[FOLDER_PATH_SIZE];       /* own.key */
    char public_key[FOLDER_PATH_SIZE];
};

/* Makes the folder with these keys and those of somebody else, `other`; they are of Ed25519. */
void signed_paths_make(struct signed_paths *paths);

/* Runs openssl with these arguments, of which the first is OPENSSL. */
void signing_keys_run(const char *const *arguments);

#endif
