/* Signatures of index files that travel. Beside FILE lies FILE.sig, a text of one line a signature:
   `ed25519`, the SHA-256 of the file and the signature of these 32 bytes, both in hexadecimal.
   While a build replaces FILE there are two lines, of the old file and of the new one, so that at
   every moment FILE has its signature. */
#ifndef CRATEDEX_INDEX_SIGNATURE_H
#define CRATEDEX_INDEX_SIGNATURE_H

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <cratedex/signature_key.h>

#ifdef __cplusplus
extern "C" {
#endif

#define INDEX_SIGNATURE_SUFFIX ".sig"

/* A line with its newline and NUL. */
#define INDEX_SIGNATURE_LINE_SIZE (8 + 64 + 1 + 128 + 2)

/* Computes the line of an open file, all of which is read. Returns 0 or -1. */
int index_signature_make(int descriptor, const struct signature_key *private_key,
                         char line[INDEX_SIGNATURE_LINE_SIZE], struct error *error);

/* Whether FILE.sig has a signature of the file as it is by the owner of the key. Returns 0, or -1
   and which of these it is, and what to do: it is no index of this format with the length that its
   header says, there is no signature, it is damaged, of another file or by another key. */
int index_signature_verify(const char *path, const struct signature_key *public_key,
                           struct error *error);

/* index_open of a file that was verified first; nothing of it is believed before but how long it
   is. With NULL for the key, index_open alone. */
struct index *index_open_signed(const char *path, const struct signature_key *public_key,
                                struct error *error);

#ifdef __cplusplus
}
#endif

#endif
