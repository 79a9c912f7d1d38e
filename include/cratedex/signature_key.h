/* Ed25519 keys (RFC 8032), in the PEM files that `openssl genpkey -algorithm ed25519 -out KEY` and
   `openssl pkey -in KEY -pubout -out PUB` write. */
#ifndef CRATEDEX_SIGNATURE_KEY_H
#define CRATEDEX_SIGNATURE_KEY_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIGNATURE_BYTES 64

struct signature_key;

/* Read a key to sign with, which must not be encrypted, and one to verify with. NULL, and what the
   file is instead and how to get the right one. */
struct signature_key *signature_key_read_private(const char *path, struct error *error);
struct signature_key *signature_key_read_public(const char *path, struct error *error);

/* NULL is allowed. */
void signature_key_free(struct signature_key *key);

/* The file that the key was read from; lives as long as the key. */
const char *signature_key_path(const struct signature_key *key);

/* Signs bytes with a private key. Returns 0 or -1. */
int signature_key_sign(const struct signature_key *key, const void *bytes, size_t size,
                       unsigned char signature[SIGNATURE_BYTES], struct error *error);

/* Whether a signature is that of these bytes by the owner of the public key. Thread-safe. */
bool signature_key_verifies(const struct signature_key *key, const void *bytes, size_t size,
                            const unsigned char signature[SIGNATURE_BYTES]);

#ifdef __cplusplus
}
#endif

#endif
